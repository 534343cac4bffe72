//! `diff`: what its two sides may be, and what it tells.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{
    Run, Sandbox, clean, command, corpus, document, ended, files, run, same, sections,
};

const THINGS: &str = "endpoints/things/get-things.json";

/// A folder of documents with one endpoint, whose response has that body.
fn documents(sandbox: &Sandbox, folder: &str, body: Value) {
    let file = format!("{folder}/{THINGS}");
    sandbox.write(&file, document("Things", body).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write(&format!("{folder}/sections.json"), order.to_string());
}

/// What is told of two bodies.
fn compared(old: Value, new: Value, arguments: &[&str]) -> Run {
    let sandbox = Sandbox::new();
    documents(&sandbox, "old", old);
    documents(&sandbox, "new", new);
    let before = sandbox.files();
    let run = sandbox.run(&[&["diff", "old", "new"], arguments].concat());
    same(&before, &sandbox.files());
    run
}

/// The changes of the one document that changed, as code, impact and address.
#[track_caller]
fn changes(run: &Run) -> Vec<[String; 3]> {
    let report = run.json();
    let documents = report["documents"].as_array().unwrap();
    let changes = documents
        .iter()
        .flat_map(|document| document["changes"].as_array().unwrap());
    let told = |change: &Value| {
        ["code", "impact", "address"].map(|key| change[key].as_str().unwrap().to_owned())
    };
    changes.map(told).collect()
}

#[test]
fn folders_of_documents() {
    let run = compared(json!({"a": 1, "b": 2}), json!({"b": 2}), &[]).exits(0);
    let run = run.answers(&[
        "things/get-things  GET /things/  breaking\n",
        "    -       \"a\": 1,\n",
        "  field-removed        breaking #default/response/body/a  1\n",
        "documents: 1 changed, 0 unchanged\n",
    ]);
    assert_eq!(run.stderr, "");
    let run = compared(json!({"a": 1}), json!({"a": 1}), &[]).exits(0);
    assert_eq!(run.stdout, "1 document unchanged\n");
}

#[test]
fn fail_on_an_impact() {
    let (less, more) = (json!({"a": 1}), json!({"a": 1, "b": 2}));
    for (old, new, impact) in [
        (&more, &less, "breaking"),
        (&less, &json!({"a": 2}), "content"),
        (&less, &more, "additive"),
    ] {
        let impacts = ["breaking", "content", "additive", "docs"];
        let own = impacts.iter().position(|other| *other == impact).unwrap();
        compared(old.clone(), new.clone(), &[]).exits(0);
        for (place, limit) in impacts.iter().enumerate() {
            let code = i32::from(place >= own);
            let run = compared(old.clone(), new.clone(), &["--fail-on", limit]);
            run.exits(code).answers(&[impact]);
        }
    }
    for limit in ["breaking", "docs"] {
        compared(less.clone(), less.clone(), &["--fail-on", limit]).exits(0);
    }
}

#[test]
fn an_item_in_front_of_the_others_is_one_change() {
    let items: Vec<_> = (0..300)
        .map(|n| json!({"id": n, "name": format!("thing {n}"), "tags": ["a", "b"]}))
        .collect();
    let mut more = items.clone();
    more.insert(0, json!({"id": 1000, "name": "a new thing", "tags": []}));
    for (old, new, code) in [
        (&items, &more, "item-added"),
        (&more, &items, "item-removed"),
    ] {
        let run = compared(json!(old), json!(new), &["--report", "json"]).exits(0);
        // How many things there are is content, not form.
        assert_eq!(
            changes(&run),
            [[code, "content", "#default/response/body/0"]]
        );
    }
}

#[test]
fn files_are_told_from_the_top_of_the_repository() {
    let sandbox = Sandbox::new();
    sandbox.write(".git/HEAD", "");
    documents(&sandbox, "services/api/old", json!({"a": 1}));
    documents(&sandbox, "services/api/new", json!({"a": 2}));
    let below = sandbox.path("services/api");
    let told = run(command(
        &below,
        &["diff", "old", "new", "--report", "github"],
    ));
    let file = format!("file=services/api/new/{THINGS},");
    told.exits(0).answers(&[&file]);
}

#[test]
fn control_characters_are_shown() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m \u{202e}txet";
    let run = compared(json!({"a": "good"}), json!({ "a": evil }), &[]).exits(0);
    let run = run.answers(&["\\u001b[2J", "value-changed"]);
    let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!run.stdout.contains(hidden), "{:?}", run.stdout);

    // In names and prose too.
    let sandbox = Sandbox::new();
    documents(&sandbox, "old", json!(1));
    documents(&sandbox, "new", json!(1));
    sandbox.edit(
        &format!("new/{THINGS}"),
        "\"Things.\"",
        "\"\\u001b[31mred\"",
    );
    let run = sandbox.run(&["diff", "old", "new"]).exits(0);
    let run = run.answers(&["prose-changed", "\\u001b[31mred"]);
    assert!(!run.stdout.contains(hidden), "{:?}", run.stdout);
}

#[test]
fn a_renamed_document() {
    let sandbox = Sandbox::new();
    documents(&sandbox, "old", json!({"a": 1}));
    documents(&sandbox, "new", json!({"a": 1}));
    std::fs::rename(
        sandbox.path(&format!("new/{THINGS}")),
        sandbox.path("new/endpoints/things/list-things.json"),
    )
    .unwrap();
    let order = sections(&[("things", &["list-things"])]);
    sandbox.write("new/sections.json", order.to_string());
    let run = sandbox.run(&["diff", "old", "new"]).exits(0);
    run.answers(&[
        "things/get-things → things/list-things",
        "document-renamed",
        "1 renamed",
    ]);
    let run = sandbox.run(&["diff", "old", "new", "--report", "json"]);
    let report = run.json();
    let documents = report["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0]["document"], "things/list-things");
    assert_eq!(documents[0]["previous"], "things/get-things");
    assert_eq!(documents[0]["status"], "renamed");
}

#[test]
fn added_and_removed_documents() {
    let sandbox = Sandbox::new();
    documents(&sandbox, "old", json!({"a": 1}));
    documents(&sandbox, "new", json!({"a": 1}));
    let other = document("Others", json!([]))
        .to_string()
        .replace("/things/", "/others/");
    sandbox.write("new/endpoints/things/get-others.json", other);
    let order = sections(&[("things", &["get-things", "get-others"])]);
    sandbox.write("new/sections.json", order.to_string());
    let added = sandbox
        .run(&["diff", "old", "new", "--fail-on", "breaking"])
        .exits(0);
    added.answers(&[
        "things/get-others",
        "document-added",
        "1 added, 1 unchanged",
    ]);
    let removed = sandbox
        .run(&["diff", "new", "old", "--fail-on", "breaking"])
        .exits(1);
    removed.answers(&[
        "things/get-others",
        "document-removed",
        "1 removed, 1 unchanged",
    ]);
}

#[test]
fn folders_of_pages() {
    let Some(corpus) = corpus() else { return };
    let sandbox = Sandbox::new();
    let page = |year: &str| corpus.join("pages").join(year).to_str().unwrap().to_owned();
    let (old, new) = (page("2018-09-19"), page("2018-09-20"));
    let run = sandbox
        .run(&["diff", &old, &new, "--report", "json"])
        .exits(0);
    let report = run.json();
    let documents = report["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 74);
    let changed = documents
        .iter()
        .filter(|document| document["status"] != "unchanged");
    let mut drifted = Vec::new();
    let mut changed: Vec<_> = changed
        .map(|document| {
            let name = document["document"].as_str().unwrap();
            // Pages that differ in volatile values alone are noise, and have no changes.
            let has_changes = !document["changes"].as_array().unwrap().is_empty();
            assert_eq!(document["status"] == "drift", has_changes, "{name}");
            if has_changes {
                drifted.push(name);
            }
            name
        })
        .collect();
    changed.sort_unstable();
    drifted.sort_unstable();
    // Between these two days the API did not change: what differs in examples is what every capture has anew.
    let is_example = |line: &&str| line.starts_with("  \"example_re");
    let mut prose = differing_pages(&old, &new, |line| !is_example(&line));
    prose.sort_unstable();
    assert_eq!(drifted, prose);
    assert!(!prose.is_empty() && prose.len() < changed.len());
    let mut expected = differing_pages(&old, &new, |_| true);
    expected.sort_unstable();
    assert_eq!(changed, expected);
    let run = sandbox.run(&["diff", &old, &old]).exits(0);
    assert_eq!(run.stdout, "74 documents unchanged\n");

    // A folder of pages and the documents that are made of them say the same.
    sandbox
        .run(&["import", "pages", &old, "-o", "docs", "-q"])
        .exits(0);
    let run = sandbox.run(&["diff", &old, "docs"]).exits(0);
    assert_eq!(run.stdout, "74 documents unchanged\n");
}

/// The endpoint pages of two trees that differ in lines that count.
fn differing_pages(old: &str, new: &str, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = |page: &Option<Vec<u8>>| -> Vec<String> {
        let text = String::from_utf8(page.clone().unwrap()).unwrap();
        let lines = text.lines().filter(|line| counts(line));
        lines.map(str::to_owned).collect()
    };
    let (old, new) = (files(old.as_ref()), files(new.as_ref()));
    let pages = old.keys().filter_map(|path| path.strip_suffix(".md"));
    let pages = pages.filter(|page| !page.ends_with("/index"));
    pages
        .filter(|page| {
            let path = format!("{page}.md");
            lines(&old[&path]) != lines(&new[&path])
        })
        .map(str::to_owned)
        .collect()
}

/// Runs `git` in a folder; `None` where there is no `git`.
fn git(sandbox: &Sandbox, arguments: &[&str]) -> Option<Run> {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(sandbox.root());
    clean(&mut git);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    match git.output() {
        Ok(output) => Some(ended(output).exits(0)),
        Err(_) => {
            println!("skipped: there is no git");
            None
        }
    }
}

/// A repository with three revisions of the body: `{"n": 1}`, 2 and 3. In a folder of it, as projects often are.
fn repository() -> Option<Sandbox> {
    let sandbox = Sandbox::new();
    git(&sandbox, &["init", "-q"])?;
    sandbox.write("api/apidocs.toml", "");
    for n in 1..=3 {
        documents(&sandbox, "api/api-docs", json!({ "n": n }));
        git(&sandbox, &["add", "-A"])?;
        git(&sandbox, &["commit", "-qm", "n"])?;
        git(&sandbox, &["tag", &format!("v{n}")])?;
    }
    Some(sandbox)
}

fn diff(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(&["diff"]);
    let output = command.args(arguments).current_dir(sandbox.path("api"));
    ended(output.output().unwrap())
}

#[test]
fn revisions() {
    let Some(sandbox) = repository() else { return };
    for (arguments, expected) in [
        (&["v1", "v2"][..], "#default/response/body/n  1 → 2\n"),
        (&["v3", "v1"], "#default/response/body/n  3 → 1\n"),
        (&["HEAD~1"], "#default/response/body/n  2 → 3\n"),
        (&[], "1 document unchanged\n"),
    ] {
        diff(&sandbox, arguments).exits(0).answers(&[expected]);
    }
    // The working tree against `HEAD`, with files that git does not know yet.
    documents(&sandbox, "api/api-docs", json!({"n": 4}));
    let before = sandbox.files();
    diff(&sandbox, &[])
        .exits(0)
        .answers(&["#default/response/body/n  3 → 4\n"]);
    diff(&sandbox, &["HEAD", "--fail-on", "content"]).exits(1);
    diff(&sandbox, &["v1", "api-docs"])
        .exits(0)
        .answers(&["1 → 4\n"]);
    same(&before, &sandbox.files());
    // Also where the documents are gone from it.
    std::fs::remove_dir_all(sandbox.path("api/api-docs")).unwrap();
    diff(&sandbox, &["v1", "v2"]).exits(0).answers(&["1 → 2\n"]);
}

#[test]
fn a_revision_that_is_not_there() {
    let Some(sandbox) = repository() else { return };
    for revision in ["v9", "--output=owned", "nonsense", ":/"] {
        diff(&sandbox, &["--", revision]).exits(2).tells(&[
            &format!("error: git cannot read {revision:?}: "),
            "help: name a folder, or a revision that `git rev-parse` knows\n",
        ]);
    }
    assert!(!sandbox.path("api/owned").exists());
    let outside = Sandbox::new();
    documents(&outside, "api-docs", json!(1));
    outside
        .run(&["diff"])
        .exits(2)
        .tells(&["error: git cannot read \"HEAD\": not a git repository"]);
}

#[test]
fn a_shallow_clone_that_lacks_the_revision() {
    let Some(whole) = repository() else { return };
    let first = git(&whole, &["rev-parse", "v1"]).unwrap().stdout;
    let first = first.trim();
    let clone = Sandbox::new();
    let url = format!("file://{}", whole.root().display());
    git(
        &clone,
        &["clone", "-q", "--depth", "1", "--no-tags", &url, "."],
    );
    for revision in [first, "v1", "HEAD~1"] {
        diff(&clone, &[revision]).exits(2).tells(&[
            &format!("error: this shallow clone does not have the revision {revision:?}\n"),
            "git fetch",
            "`git fetch --unshallow`",
            "`fetch-depth: 0`",
        ]);
    }
    diff(&clone, &["HEAD"]).exits(0);
    // What it says helps.
    let fetch = diff(&clone, &[first]).stderr;
    let fetch = fetch.split('`').nth(1).unwrap().to_owned();
    let words: Vec<_> = fetch.split(' ').skip(1).collect();
    git(&clone, &words);
    diff(&clone, &[first]).exits(0).answers(&["1 → 3\n"]);
}
