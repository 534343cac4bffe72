//! Files, settings and command lines with a fault: what is told, and that nothing is written.

use crate::support::{DOCUMENT, SCENARIO, Sandbox, codes, fails, project};

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

/// What is wrong with the settings is what `validate` was asked for; another verb cannot run with them.
#[test]
fn settings_with_a_fault() {
    for (settings, place, expected) in [
        (
            &b"host = 'x'\n[server]\ncommand = 'x'\nwat = 1\n"[..],
            "4:1",
            "error[schema]: `wat` is not known here",
        ),
        (
            b"host = 'x'\nbase_url = = 3\n",
            "2:12",
            "error[toml-syntax]: extra `=`",
        ),
        (
            b"host = 'x\n",
            "1:",
            "error[toml-syntax]: the text does not end on its line",
        ),
        (
            b"timeout = 'soon'\n",
            "1:11",
            "error[schema]: expected a duration such as \"30s\"",
        ),
        (
            b"[server]\n",
            "1:1",
            "error[schema]: `command` is missing in `server`",
        ),
        (
            b"[retry]\nmethods = ['get']\n",
            "2:12",
            "error[schema]: expected an HTTP method in capital letters",
        ),
        (
            b"max_body = 'x'\n",
            "1:12",
            "error[schema]: expected a whole number, found a string",
        ),
        (
            b"host = 'https://caf\xe9.example'\n",
            "1:20",
            "error[json-encoding]: the file is not UTF-8",
        ),
        (
            b"\xff\xfeh\0o\0",
            "1:1",
            "error[json-encoding]: the file is not UTF-8",
        ),
    ] {
        let sandbox = project();
        sandbox.write("apidocs.toml", settings);
        let place = format!("--> apidocs.toml:{place}");
        fails(&sandbox, &["validate"], 1, &[expected, &place]);
        fails(&sandbox, &["validate", "--fix"], 1, &[expected, &place]);
        for verb in ["generate", "check", "render", "fmt", "capture"] {
            let nothing =
                "error: apidocs.toml cannot be used as it stands: nothing was done\nhelp: ";
            fails(&sandbox, &[verb], 2, &[expected, &place, nothing]);
        }
    }
}

#[test]
fn settings_with_faults_do_not_stop_the_checks_of_documents() {
    let sandbox = project();
    let settings =
        "timeout = 3\n[rendr]\nx = 1\n[coverage]\nminimum = 5\n[auth.me]\nheader = 'X'\n";
    sandbox.write("apidocs.toml", settings);
    sandbox.edit(SCENARIO, "\"request\"", "\"as\": \"me\", \"request\"");
    sandbox.write("api-docs/endpoints/things/other.json", "{");
    let run = sandbox.run(&["validate", "--report", "json=r.json"]);
    let run = run.exits(1).answers(&[
        "expected a string, found a number\n --> apidocs.toml:1:11",
        "`rendr` is not known here\n --> apidocs.toml:2:2",
        "error[low-coverage]: 1 of the endpoints has an example; 5 must\n --> apidocs.toml:5:11",
        "`shown` is missing in `me` of `auth`\n --> apidocs.toml:6:1",
        "error[json-syntax]",
    ]);
    // There may be an identity of that name: it could not be read.
    assert!(!run.stdout.contains("unknown-identity"), "{run}");
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("r.json")).unwrap();
    let of_settings = report["findings"].as_array().unwrap().iter();
    let of_settings = of_settings.filter(|finding| finding["file"] == "apidocs.toml");
    assert_eq!(of_settings.count(), 4);

    // No severity makes less of what cannot be used.
    sandbox.write("apidocs.toml", "[severity]\nschema = 'off'\n[rendr]\n");
    let run = sandbox.run(&["validate"]);
    run.exits(1).answers(&["error[schema]: `rendr`"]);
}

#[test]
fn a_base_url_with_a_name_that_nothing_defines() {
    let sandbox = project();
    sandbox.write(
        "apidocs.toml",
        "host = 'x'\nbase_url = 'http://127.0.0.1:{{ prt }}'\n",
    );
    // What cannot run for its settings has not drifted.
    for (verb, code) in [("validate", 1), ("check", 2), ("generate", 2)] {
        let told = [
            "error[base-url]: `base_url`: nothing defines `prt`",
            "--> apidocs.toml:2:12",
            "help: did you mean `{{ port }}`?",
        ];
        fails(&sandbox, &[verb], code, &told);
    }
}

/// What the golden cases of settings alone say is what the program tells.
#[test]
fn golden_cases_of_settings_are_what_the_program_tells() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/validate");
    let mut seen = 0;
    for case in std::fs::read_dir(cases).unwrap() {
        let case = case.unwrap().path();
        if case.join("docs").exists() {
            continue;
        }
        seen += 1;
        let sandbox = Sandbox::new();
        sandbox.write(
            "apidocs.toml",
            std::fs::read(case.join("apidocs.toml")).unwrap(),
        );
        let findings = |text: &str| {
            let report: serde_json::Value = serde_json::from_str(text).unwrap();
            report["findings"].clone()
        };
        let run = sandbox.run(&["validate", "--report", "json"]).exits(1);
        let expected = std::fs::read_to_string(case.join("expected.json")).unwrap();
        assert_eq!(findings(&run.stdout), findings(&expected), "{case:?}");
        let arguments = [
            "check",
            "--report",
            "json=r.json",
            "--report",
            "sarif=r.sarif",
        ];
        sandbox.run(&arguments).exits(2);
        assert_eq!(findings(&sandbox.read("r.json")), findings(&expected));
        assert!(sandbox.read("r.sarif").contains("apidocs.toml"));
    }
    assert!(seen >= 7);
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
            "error[trailing-comma]: a comma stands behind the last value",
            "1:8",
        ),
        (
            b"\xef\xbb\xbf{}".to_vec(),
            "error[byte-order-mark]: the file begins with a byte order mark",
            "1:1",
        ),
        (
            "[".repeat(100_000).into_bytes(),
            "error[json-depth]: the nesting is deeper than 1000 levels",
            "1:1001",
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
        // Also where only a part is captured, and nothing is said of the other files.
        fails(
            &sandbox,
            &["capture", "--only", "Things"],
            1,
            &[expected, &place],
        );
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
    let before = sandbox.files();
    for verb in ["validate", "generate", "render", "fmt"] {
        let run = sandbox.run(&[verb]).exits(1);
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(
            told.contains("the link leaves the folder of documents"),
            "{run}"
        );
        assert!(!told.contains("password"), "{run}");
        assert!(sandbox.files() == before, "{verb} wrote");
    }
    // One that turns in circles.
    std::fs::remove_file(&link).unwrap();
    let circle = sandbox.path("api-docs/endpoints/circle");
    std::os::unix::fs::symlink(sandbox.path("api-docs/endpoints"), &circle).unwrap();
    let run = sandbox.run(&["validate"]).exits(1);
    run.answers(&["the link turns in circles", "api-docs/endpoints/circle"]);
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
            "the schemas are endpoint, scenario, fixtures, sections, approvals, settings, page",
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

#[test]
fn imports_into_another_folder_and_settings_with_faults() {
    let sandbox = project();
    let session = "POST http://127.0.0.1/things\nContent-Type: application/json\n\n{\"order_code\": \"s3cr3t-code\"}\n";
    sandbox.write("s.http", session);
    let import = ["import", "http", "s.http", "-o", "out", "--report", "json"];
    let nothing = [
        "apidocs.toml cannot be used as it stands",
        "`reason` is missing",
    ];
    // They do not say what is a secret: it must not be written.
    let unread = "[[secrets.add]]\nname = 'order_code'\n";
    sandbox.write("apidocs.toml", unread);
    fails(&sandbox, &import, 2, &nothing);

    // What else is wrong with them has nothing to do with it, and is not told.
    let read = format!("timeout = 3\n{unread}reason = 'who has it orders'\n");
    sandbox.write("apidocs.toml", read);
    let run = sandbox.run(&import).exits(0);
    assert_eq!(codes(&run.json()), [""; 0]);
    assert!(!run.stderr.contains("apidocs.toml:"), "{run}");
    let scenario = sandbox.read("out/scenarios/S.json");
    assert!(scenario.contains("{{ env.ORDER_CODE }}"), "{scenario}");

    sandbox
        .run(&[
            "--config",
            "gone.toml",
            "import",
            "http",
            "s.http",
            "-o",
            "out",
        ])
        .exits(2);
}
