//! What somebody sees whose change broke the check, and the way out that they are shown.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::support::{Run, Sandbox, clean, document, ended, run, sections};

const KEYS: &str = "api-docs/endpoints/projects/get-project-keys.json";

/// Runs git as nobody in particular.
fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(folder);
    clean(&mut command);
    command.output().unwrap()
}

#[track_caller]
fn git_does(folder: &Path, arguments: &[&str]) {
    ended(git(folder, arguments)).exits(0);
}

fn commit(folder: &Path) {
    git_does(folder, &["init", "-q"]);
    git_does(folder, &["add", "-A"]);
    git_does(folder, &["commit", "-q", "-m", "docs"]);
}

/// Compares with a file of the golden case; `UPDATE=1` writes it.
#[track_caller]
fn golden(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/report/red-pull-request");
    let path = folder.join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&*expected, text);
    assert_eq!(expected, text, "{name}\n{}", diff.unified_diff());
}

/// The demo project where a key had a `total` once, with its pages, in the folder of a repository.
fn renamed(folder: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--demo", "-q", folder]).exits(0);
    let keys = format!("{folder}/{KEYS}");
    let text = sandbox.read(&keys);
    sandbox.write(&keys, text.replacen("\"label\"", "\"total\"", 1));
    let config = format!("{folder}/apidocs.toml");
    sandbox.run(&["render", "-q", "--config", &config]).exits(0);
    commit(sandbox.root());
    sandbox
}

#[test]
fn the_red_pull_request() {
    let sandbox = renamed(".");
    let before = sandbox.files();
    let mut command = sandbox.command(&["check", "--patch", "apidocs.patch"]);
    for format in ["json", "sarif", "junit", "markdown"] {
        command.args(["--report", &format!("{format}=report.{format}")]);
    }
    command.args(["--report", "github=annotations"]);
    command.env("GITHUB_STEP_SUMMARY", sandbox.path("summary.md"));
    sandbox.write("summary.md", "# Before\n");
    let told = run(command).exits(1);
    // The whole log of a job is this, from its first line on.
    assert_eq!(told.stderr, "");
    golden("log.txt", &told.stdout);
    golden("apidocs.patch", &sandbox.read("apidocs.patch"));
    golden("annotations.txt", &sandbox.read("annotations"));
    golden("report.md", &sandbox.read("report.markdown"));
    golden("report.sarif", &sandbox.read("report.sarif"));
    golden("report.xml", &sandbox.read("report.junit"));
    let summary = sandbox.read("summary.md");
    let comment = sandbox.read("report.markdown");
    assert_eq!(summary, format!("# Before\n{comment}"));

    // Nothing else was written, and the cure works.
    let ours = ["annotations", "apidocs.patch", "summary.md"];
    let changed = crate::support::differing(&before, &sandbox.files())
        .into_iter()
        .filter(|path| !path.starts_with("report.") && !ours.contains(path))
        .count();
    assert_eq!(changed, 0);
    git_does(sandbox.root(), &["apply", "apidocs.patch"]);
    let check = sandbox.run(&["check", "--patch", "apidocs.patch"]).exits(0);
    let check = check.tells(&["apidocs.patch is empty: there is nothing to change\n"]);
    assert!(
        check.stdout.ends_with("\n73 documents unchanged\n"),
        "{check}"
    );
    assert_eq!(sandbox.read("apidocs.patch"), "");
    sandbox.run(&["render", "--check"]).exits(0);
}

#[test]
fn a_project_in_a_folder_of_its_repository() {
    let folder = "services/the api";
    let sandbox = renamed(folder);
    let root = sandbox.path(folder);
    let check = |arguments: &[&str]| {
        let arguments = [&["check"], arguments].concat();
        run(crate::support::command(&root, &arguments))
    };
    let told = check(&["--patch", "../../my patch", "--report", "github"]).exits(1);
    let told = told.tells(&["  Meant?  git apply '../../my patch'\n"]);
    let file = format!("file={folder}/{KEYS},line=");
    assert!(told.stdout.contains(&file), "{told}");
    // From the top of the repository as well as from the folder of the project.
    for from in [sandbox.root(), &root] {
        let patch = sandbox.path("my patch");
        git_does(from, &["apply", patch.to_str().unwrap()]);
        check(&[]).exits(0);
        git_does(sandbox.root(), &["checkout", "-q", "."]);
    }
}

/// Types what a report says behind a question or a word, in a folder.
#[track_caller]
fn typed(told: &Run, behind: &str, folder: &Path) {
    let line = told
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix(behind));
    let line = line.unwrap_or_else(|| panic!("no {behind:?} in {told}"));
    let words = shell_words::split(line.trim()).unwrap();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    assert_eq!(words[0], "git", "{line}");
    git_does(folder, &words[1..]);
}

#[test]
fn the_patch_is_applied_from_where_one_is() {
    let project = "services/the api";
    let sandbox = renamed(project);
    sandbox.write(&format!("{project}/sub dir/x"), "");
    let config = sandbox.path(project).join("apidocs.toml");
    let config = config.to_str().unwrap();
    let elsewhere = Sandbox::new();
    for (here, patch) in [
        (sandbox.path(project), "p q.patch"),
        (sandbox.path(project).join("sub dir"), "../p.patch"),
        (sandbox.path(project).join("api-docs"), "p.patch"),
        (
            sandbox.path(project).join("api-docs"),
            sandbox.path("p.patch").to_str().unwrap(),
        ),
        (sandbox.root().to_owned(), "p.patch"),
        (elsewhere.root().to_owned(), "p.patch"),
    ] {
        let check = |arguments: &[&str]| {
            let arguments = [&["check", "--config", config], arguments].concat();
            run(crate::support::command(&here, &arguments))
        };
        let told = check(&["--patch", patch]).exits(1);
        typed(&told, "Meant?", &here);
        std::fs::remove_file(here.join(patch)).unwrap();
        check(&[]).exits(0);
        git_does(sandbox.root(), &["checkout", "-q", "."]);
    }
}

#[test]
fn without_a_repository_the_patch_is_applied_in_the_folder_of_the_project() {
    let api = crate::support::Api::json("200 OK", b"{\"count\": 1}");
    let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
    sandbox.run(&["render", "-q"]).exits(0);
    let here = sandbox.path("api-docs");
    let check = || {
        run(crate::support::command(
            &here,
            &["check", "--patch", "p.patch"],
        ))
    };
    typed(&check().exits(1), "Meant?", &here);
    check().exits(0);
}

#[test]
fn stale_pages_are_cured_by_the_patch() {
    let api = crate::support::Api::json("200 OK", b"{\"total\": 1}");
    let stale = || {
        let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
        sandbox.run(&["generate", "-q"]).exits(0);
        let page = "site/things/get-things.md";
        let text = sandbox.read(page);
        sandbox.write(page, text.replacen("Things", "Thinks", 1));
        commit(sandbox.root());
        sandbox
    };
    let check = |sandbox: &Sandbox| sandbox.run(&["check", "--patch", "p.patch"]);

    // Nothing but a page.
    let sandbox = stale();
    let told = check(&sandbox).exits(1);
    let told = told.answers(&["help: `git apply p.patch` writes them\n"]);
    typed(&told, "next:", sandbox.root());
    check(&sandbox).exits(0);
    let sandbox = stale();
    let told = sandbox.run(&["check"]).exits(1);
    told.answers(&[
        "help: `apidocs render` writes them\n",
        "\nnext: apidocs render\n",
    ]);

    // A document, too: its page as it is now must not be rendered first.
    let sandbox = stale();
    let file = "api-docs/endpoints/things/get-things.json";
    sandbox.edit(file, "\"total\": 1", "\"total\": 2");
    let told = check(&sandbox).exits(1);
    let told = told.answers(&["help: `git apply p.patch` writes them\n"]);
    typed(&told, "Meant?", sandbox.root());
    check(&sandbox).exits(0);
    sandbox.edit(file, "\"total\": 1", "\"total\": 2");
    sandbox.run(&["check"]).exits(1).answers(&[
        "Meant?  `apidocs generate`, then commit what it writes\n",
        "help: `apidocs generate` writes them, with the documents\n",
    ]);

    // Pages that are not committed are in no patch.
    git_does(sandbox.root(), &["rm", "-q", "-r", "--cached", "site"]);
    let told = check(&sandbox).exits(1);
    told.answers(&["help: `git apply p.patch`, then `apidocs render`\n"]);
}

#[test]
fn a_check_out_with_cr_lf_is_clean_and_can_be_cured() {
    let api = crate::support::Api::json("200 OK", b"{\"total\": 1}");
    let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
    sandbox.run(&["generate", "-q"]).exits(0);
    sandbox.write(".gitattributes", "* text=auto eol=crlf\n");
    commit(sandbox.root());
    for path in ["api-docs", "site"] {
        std::fs::remove_dir_all(sandbox.path(path)).unwrap();
    }
    git_does(sandbox.root(), &["checkout", "-q", "--", "."]);
    let page = "site/things/get-things.md";
    let document = "api-docs/endpoints/things/get-things.json";
    let ends_with_crlf = |path: &str| sandbox.read(path).contains("\r\n");
    assert!(ends_with_crlf(page) && ends_with_crlf(document));
    let check = || sandbox.run(&["check", "--patch", "p.patch"]);
    let told = check().exits(0);
    assert!(!told.stdout.contains("-page]"), "{told}");
    sandbox.run(&["render", "--check"]).exits(0);

    sandbox.edit(document, "\"total\": 1", "\"total\": 2");
    sandbox.run(&["render", "-q"]).exits(0);
    let told = check().exits(1);
    assert!(!told.stdout.contains("edited-page"), "{told}");
    typed(&told, "Meant?", sandbox.root());
    check().exits(0);
}

#[test]
fn a_new_example_is_shown_and_is_no_fault_of_the_api() {
    let api = crate::support::Api::json("200 OK", b"{\"total\": 1}");
    let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
    sandbox.run(&["generate", "-q"]).exits(0);
    let scenario = json!({"title": "Things", "requests": [
        {"request": "GET /things/", "example": "things/get-things"},
        {"request": "GET /things/?new=1", "example": "things/get-things#new"}]});
    sandbox.write("api-docs/scenarios/Things.json", scenario.to_string());
    sandbox.run(&["fmt", "-q"]).exits(0);
    let told = sandbox
        .run(&["check", "--report", "markdown=m.md"])
        .exits(1);
    let told = told.answers(&[
        "  #new\n    + {\n",
        "    +     \"path\": \"/things/?new=1\"",
        "  Not?    let the request make no example: api-docs/scenarios/Things.json:",
    ]);
    assert!(!told.stdout.contains("mend the API"), "{told}");
    let comment = sandbox.read("m.md");
    assert!(
        comment.contains("**Meant?** `apidocs generate`, then commit what it writes\n"),
        "{comment}"
    );
    assert!(
        comment.contains("**Not?** Let the request make no example: `api-docs/"),
        "{comment}"
    );
}

/// The document and scenario of a server, one of whose fields is now called another name.
fn small(api: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apidocs.toml", format!("base_url = '{api}'\n"));
    let file = "api-docs/endpoints/things/get-things.json";
    sandbox.write(file, document("Things", json!({"total": 1})).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = json!({"title": "Things", "requests": [{"request": "GET /things/", "example": "things/get-things"}]});
    sandbox.write("api-docs/scenarios/Things.json", scenario.to_string());
    sandbox.run(&["fmt", "-q"]).exits(0);
    sandbox
}

#[test]
fn pages_are_in_the_patch_where_they_are_committed() {
    let api = crate::support::Api::json("200 OK", b"{\"count\": 1}");
    let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
    sandbox.run(&["render", "-q"]).exits(0);
    let patch = |sandbox: &Sandbox| {
        sandbox.run(&["check", "--patch", "x.patch"]).exits(1);
        sandbox.read("x.patch")
    };
    // No repository: all that `generate` would write.
    assert!(patch(&sandbox).contains("+++ b/site/things/get-things.md"));
    sandbox.write(".gitignore", "site\n");
    commit(sandbox.root());
    let text = patch(&sandbox);
    assert!(
        !text.contains("b/site/") && text.contains("+++ b/api-docs/"),
        "{text}"
    );
    git_does(sandbox.root(), &["add", "-f", "site"]);
    assert!(patch(&sandbox).contains("+++ b/site/things/get-things.md"));
}

#[test]
fn no_patch_of_what_generate_would_refuse_to_write() {
    let api = crate::support::Api::json("500 Oops", b"{\"count\": 1}");
    let sandbox = small(&format!("http://127.0.0.1:{}", api.port));
    sandbox.write("x.patch", "of an earlier run");
    let told: Run = sandbox.run(&["check", "--patch", "x.patch"]).exits(1);
    let told = told.tells(&[
        "x.patch is empty: `apidocs generate` would refuse to write, for what is told as errors\n",
    ]);
    let told = told.answers(&["error[unexpected-status]", "next: mend what is told above"]);
    assert!(!told.stdout.contains("Meant?"), "{told}");
    assert_eq!(sandbox.read("x.patch"), "");
}
