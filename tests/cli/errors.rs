//! Files, settings and command lines with a fault: what is told, and that nothing is written.

use serde_json::json;

use crate::support::{Run, Sandbox, command, document, files, run, same, sections};

const DOCUMENT: &str = "api-docs/endpoints/things/get-things.json";
const SCENARIO: &str = "api-docs/scenarios/Things.json";

/// A project that validates, with its pages.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apidocs.toml", "base_url = 'http://127.0.0.1:1'\n");
    sandbox.write(DOCUMENT, document("Things", json!({"a": 1})).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = json!({
        "title": "Things",
        "requests": [{"request": "GET /things/", "example": "things/get-things"}]
    });
    sandbox.write(SCENARIO, scenario.to_string());
    sandbox.run(&["validate"]).exits(0);
    sandbox.run(&["render", "-q"]).exits(0);
    sandbox
}

/// The verb ends with that code, tells these things on one stream or the other, and changes nothing.
#[track_caller]
fn fails(sandbox: &Sandbox, arguments: &[&str], code: i32, fragments: &[&str]) {
    let before = sandbox.files();
    let run = sandbox.run(arguments).exits(code);
    let told = Run {
        stderr: format!("{}{}", run.stderr, run.stdout),
        ..run
    };
    told.tells(fragments);
    same(&before, &sandbox.files());
}

#[test]
fn no_settings() {
    let sandbox = Sandbox::new();
    for verb in ["generate", "capture", "check", "validate", "render", "fmt"] {
        fails(
            &sandbox,
            &[verb],
            2,
            &[
                "error: there is no apidocs.toml in ",
                "help: `apidocs init` makes one here; `--docs DIR` works on a folder of documents alone\n",
            ],
        );
    }
    fails(
        &sandbox,
        &["validate", "--config", "gone.toml"],
        2,
        &["error: cannot read ", "gone.toml: No such file"],
    );
    fails(
        &sandbox,
        &["validate", "--docs", "gone"],
        2,
        &["error: there is no folder ", "/gone\n", "help: "],
    );
}

#[test]
fn settings_with_a_fault() {
    for (settings, place, expected) in [
        (
            "host = 'x'\n[server]\ncommand = 'x'\nwat = 1\n",
            "4:1",
            "unknown field `wat`, expected one of `command`",
        ),
        ("host = 'x'\nbase_url = = 3\n", "2:12", "extra `=`"),
        ("host = 'x\n", "1:", "invalid literal string"),
        (
            "timeout = 'soon'\n",
            "1:11",
            "\"soon\" is not a duration such as \"30s\"",
        ),
        ("[server]\n", "1:1", "missing field `command`"),
        (
            "max_body = 'x'\n",
            "1:12",
            "invalid type: string \"x\", expected u64",
        ),
    ] {
        let sandbox = project();
        sandbox.write("apidocs.toml", settings);
        for verb in ["generate", "validate", "render"] {
            let place = format!("--> apidocs.toml:{place}");
            let help = "help: `apidocs schema settings` prints what the file may hold";
            fails(&sandbox, &[verb], 2, &["error: ", expected, &place, help]);
        }
    }
}

/// Texts that are not the JSON that we want, with the finding that tells it and its place.
fn broken_texts() -> [(Vec<u8>, &'static str, &'static str); 6] {
    [
        (
            b"{\"a\": 1,\n \"a\": 2}".to_vec(),
            "error[duplicate-key]: the key \"a\" stands twice in one object",
            "2:2",
        ),
        (
            b"{\"a\": 1,}".to_vec(),
            "error[json-syntax]: trailing comma",
            "1:9",
        ),
        (
            b"\xef\xbb\xbf{}".to_vec(),
            "error[json-encoding]: the file begins with a byte order mark",
            "1:1",
        ),
        (
            "[".repeat(100_000).into_bytes(),
            "error[json-depth]: the nesting is deeper than 127 levels",
            "1:128",
        ),
        (
            b"{\"$serde_json::private::Number\": \"1\"}".to_vec(),
            "error[reserved-key]: the key \"$serde_json::private::Number\" cannot be kept",
            "1:2",
        ),
        (
            b"{\"a\": \"\xff\"}".to_vec(),
            "error[json-encoding]: ",
            "1:8",
        ),
    ]
}

#[test]
fn documents_that_are_no_json() {
    for (text, expected, place) in broken_texts() {
        let sandbox = project();
        sandbox.write(DOCUMENT, &text);
        let place = format!("--> {DOCUMENT}:{place}");
        for verb in ["validate", "generate", "check", "render", "fmt"] {
            fails(&sandbox, &[verb], 1, &[expected, &place]);
        }
        fails(&sandbox, &["diff", "api-docs", "api-docs"], 1, &[expected]);
    }
}

#[test]
fn other_files_that_are_no_json() {
    for file in [SCENARIO, "api-docs/fixtures.json", "api-docs/sections.json"] {
        for (text, expected, place) in broken_texts() {
            let sandbox = project();
            sandbox.write(file, &text);
            let place = format!("--> {file}:{place}");
            for verb in ["validate", "generate", "check", "fmt"] {
                fails(&sandbox, &[verb], 1, &[expected, &place]);
            }
        }
    }
}

#[test]
fn a_document_that_cannot_be_read_keeps_its_page() {
    let sandbox = project();
    sandbox.write(DOCUMENT, "{}");
    fails(
        &sandbox,
        &["render"],
        1,
        &["error[schema]: ", "nothing was written\n"],
    );
    assert!(sandbox.path("site/things/get-things.md").exists());
}

#[test]
fn templates_with_a_fault() {
    for (text, expected, line) in [
        (
            "{{ document.title }}\n{% if document.title %}\n{{ document.title \n",
            "unexpected end of input",
            3,
        ),
        (
            "{{ document.title }}\n\n  {{ documnt.title }}\n",
            "`documnt`",
            3,
        ),
        (
            "{{ document.title }}\n{% endfor %}\n",
            "unknown statement endfor",
            2,
        ),
    ] {
        let sandbox = project();
        sandbox.write(
            "apidocs.toml",
            "[render]\ntemplates = 'mine'\ntemplate_set = 'markdown'\n",
        );
        sandbox.write("mine/markdown/page.md.jinja", text);
        let place = format!("--> mine/markdown/page.md.jinja:{line}:");
        let shown = text.lines().nth(line - 1).unwrap();
        let shown = format!("{line} | {shown}");
        fails(
            &sandbox,
            &["render"],
            2,
            &["error: ", expected, &place, &shown],
        );
    }
    fails(
        &project(),
        &["render", "--template-set", "nonsense"],
        2,
        &["error: ", "nonsense", "sentry", "markdown"],
    );
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let sandbox = project();
    sandbox.write("taken", "a file");
    for output in ["taken", "taken/below"] {
        fails(
            &sandbox,
            &["render", "-o", output],
            2,
            &["error: ", "taken", "help: "],
        );
    }
    sandbox.write(
        "out/things/get-things.md/index.md",
        "a folder in the place of a page",
    );
    fails(
        &sandbox,
        &["render", "-o", "out"],
        1,
        &[
            "error[foreign-page]: the file stands in the way of the page things/get-things.md: it is kept",
            "help: move the file, or render into another folder",
            "nothing was written\n",
        ],
    );
    fails(
        &sandbox,
        &["import", "pages", "site", "-o", "taken"],
        2,
        &["error: ", "taken"],
    );
    fails(
        &sandbox,
        &["validate", "--report", "json=taken/report.json"],
        2,
        &["error: cannot write ", "taken/report.json"],
    );
}

#[cfg(unix)]
#[test]
fn an_output_folder_without_permission() {
    use std::os::unix::fs::PermissionsExt;

    if rustix::process::geteuid().is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let sandbox = project();
    let folder = sandbox.path("out");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    fails(
        &sandbox,
        &["render", "-o", "out"],
        2,
        &[
            "error: cannot ",
            "Permission denied",
            "help: nothing was changed; make it writable",
        ],
    );
}

/// `ulimit -f` lets no file grow beyond a block.
#[cfg(unix)]
#[test]
fn files_that_may_not_grow() {
    let sandbox = project();
    sandbox.edit(
        DOCUMENT,
        "\"Things.\"",
        &format!("\"{}\"", "Many things. ".repeat(500)),
    );
    let before = sandbox.files();
    let limited = |trap: &str| {
        let mut limited = std::process::Command::new("sh");
        let script = format!("{trap} ulimit -f 1; exec \"$0\" render");
        limited
            .args(["-c", &script, crate::support::APIDOCS])
            .current_dir(sandbox.root());
        crate::support::clean(&mut limited);
        run(limited)
    };
    // The write fails.
    limited("trap '' XFSZ;")
        .exits(2)
        .tells(&["error: cannot write ", "site/", "File too large"]);
    same(&before, &sandbox.files());
    // The write kills.
    assert_eq!(limited("").code, None);
    sandbox
        .run(&["validate"])
        .exits(0)
        .tells(&["cut short before it wrote; nothing of it is left"]);
    same(&before, &sandbox.files());
}

/// A small file system of its own, until the test ends.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(folder: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir(&folder).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]);
        let output = mount.arg(&folder).output().ok()?;
        output.status.success().then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let outside = Sandbox::new();
    let Some(disk) = SmallDisk::mount(outside.path("disk")) else {
        println!("skipped: no small file system can be mounted");
        return;
    };
    let sandbox = project();
    crate::support::copy(sandbox.root(), &disk.0);
    let document = disk.0.join(DOCUMENT);
    let text = sandbox.read(DOCUMENT);
    let text = text.replace(
        "\"Things.\"",
        &format!("\"{}\"", "Many things. ".repeat(2000)),
    );
    std::fs::write(document, text).unwrap();
    // What is left of the disk holds a part of the pages.
    let filler = disk.0.join("filler");
    let mut size: usize = 256 * 1024;
    while std::fs::write(&filler, vec![b'x'; size]).is_err() {
        size -= 1024;
    }
    for room in [0, 12 * 1024] {
        std::fs::write(&filler, vec![b'x'; size - room]).unwrap();
        let before = files(&disk.0);
        let render = run(command(&disk.0, &["render"])).exits(2);
        render.tells(&[
            "error: cannot ",
            "No space left on device",
            "help: nothing was changed; make room and run the command again",
        ]);
        same(&before, &files(&disk.0));
    }
    std::fs::remove_file(&filler).unwrap();
    run(command(&disk.0, &["render"])).exits(0);
}

#[test]
fn names_that_leave_the_folder() {
    let sandbox = project();
    sandbox.edit(
        "api-docs/sections.json",
        "\"get-things\"",
        "\"../x\",\"get-things\"",
    );
    for verb in ["validate", "generate", "check"] {
        fails(
            &sandbox,
            &[verb],
            1,
            &[
                "error[unsafe-name]: \"../x\" must begin with a letter or digit",
                "--> api-docs/sections.json:1:",
                "help: choose another name",
            ],
        );
    }
    for target in ["../x", "things/../../x", "/etc/passwd"] {
        let sandbox = project();
        sandbox.edit(SCENARIO, "\"things/get-things\"", &format!("\"{target}\""));
        for verb in ["validate", "generate", "check"] {
            fails(
                &sandbox,
                &[verb],
                1,
                &[
                    "error[schema]: expected `<section>/<name>`",
                    "--> api-docs/scenarios/Things.json:1:",
                ],
            );
        }
    }
    for (file, expected) in [
        ("a b", "\"a b\" may hold only ASCII letters"),
        ("con", "\"con\" is the name of a device on Windows"),
        ("Get-Things", "case"),
    ] {
        let sandbox = project();
        if file == "Get-Things" && sandbox.path("API-DOCS").exists() {
            println!("skipped: this file system knows no case");
            continue;
        }
        let path = format!("api-docs/endpoints/things/{file}.json");
        sandbox.write(&path, sandbox.read(DOCUMENT));
        for verb in ["validate", "generate"] {
            fails(&sandbox, &[verb], 1, &["error[", expected, &path, "help: "]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_folder() {
    let sandbox = project();
    let outside = Sandbox::new();
    outside.write("secret.json", "{\"password\": 1}");
    let link = sandbox.path("api-docs/endpoints/things/x.json");
    std::os::unix::fs::symlink(outside.path("secret.json"), &link).unwrap();
    for verb in ["validate", "generate", "render", "fmt"] {
        fails(
            &sandbox,
            &[verb],
            2,
            &[
                "error: ",
                "things/x.json is a link that leaves the folder ",
                "help: put a copy in its place\n",
            ],
        );
    }
    // One that turns in circles.
    std::fs::remove_file(&link).unwrap();
    let circle = sandbox.path("api-docs/endpoints/circle");
    std::os::unix::fs::symlink(sandbox.path("api-docs/endpoints"), &circle).unwrap();
    let run = sandbox.run(&["validate"]).exits(2);
    run.tells(&["error: cannot read ", "circle"]);
}

#[test]
fn command_lines_with_a_fault() {
    let sandbox = project();
    for (arguments, expected) in [
        (
            &["validate", "--report", "nonsense"][..],
            "\"nonsense\" is no report format: human, json",
        ),
        (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
        (
            &["schema", "nonsense"],
            "the schemas are endpoint, scenario, fixtures, sections, settings, page",
        ),
        (&["check", "--jobs", "0"], "--jobs"),
        (
            &["check", "--color", "sometimes"],
            "[possible values: auto, always, never]",
        ),
        (
            &["diff", "--fail-on", "anything"],
            "[possible values: breaking, content, additive, docs]",
        ),
        (
            &["import", "pages", "gone", "-o", "x"],
            "there is no folder gone",
        ),
        (
            &["import", "pages", "api-docs", "-o", "x"],
            "api-docs holds no page of the original",
        ),
    ] {
        fails(&sandbox, arguments, 2, &["error: ", expected]);
    }
    let run = sandbox.run(&["validate", "--report", "nonsense"]);
    assert_eq!(run.stdout, "");
}
