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
    let told = told.tells(&["x.patch is empty: `apidocs generate` would write nothing\n"]);
    let told = told.answers(&["error[unexpected-status]", "next: mend what is told above"]);
    assert!(!told.stdout.contains("Meant?"), "{told}");
    assert_eq!(sandbox.read("x.patch"), "");
}
