//! Committed examples keep still: the demo without a seed gives other keys, ids and times each time.

use serde_json::Value;

use crate::support::{Files, Sandbox, differing, files};

/// Documents in which short numbers of a query and of cursors change: that these are ids, no kind can know, only rules.
/// In the last two cursors are milliseconds, of which two may fall into one.
const FREE: [&str; 6] = [
    "events/delete-project-group-index.json",
    "events/put-project-group-index.json",
    "projects/delete-debug-files.json",
    "projects/get-project-service-hooks.json",
    "projects/get-project-index.json",
    "events/get-project-group-index.json",
];

/// The demo project, whose server has no seed.
fn unseeded() -> Sandbox {
    let sandbox = Sandbox::demo();
    sandbox.edit("apidocs.toml", ", \"--seed\", \"1\"", "");
    sandbox
}

/// The documents, but for those that only rules can keep still.
fn documents(sandbox: &Sandbox) -> Files {
    let mut files = files(&sandbox.path("api-docs/endpoints"));
    files.retain(|path, _| !FREE.contains(&path.as_str()));
    assert!(files.len() > 60);
    files
}

#[track_caller]
fn are_same(old: &Files, new: &Files) {
    let differing = differing(old, new);
    let text = |files: &Files, path: &str| {
        let bytes = files.get(path).cloned().flatten().unwrap_or_default();
        String::from_utf8(bytes).unwrap()
    };
    // The demo abbreviates hashes to 12 digits. One in 280 of these has no letter, and looks like any number.
    let abbreviation = regex::Regex::new(r"\b[0-9]{12}\b").unwrap();
    let diffs: Vec<_> = differing
        .iter()
        .filter(|path| {
            [old, new]
                .iter()
                .all(|files| !abbreviation.is_match(&text(files, path)))
        })
        .map(|path| {
            let (old, new) = (text(old, path), text(new, path));
            let diff = similar::TextDiff::from_lines(&old, &new);
            format!("{path}\n{}", diff.unified_diff().context_radius(1))
        })
        .collect();
    assert!(diffs.is_empty(), "{}", diffs.join("\n"));
}

fn without_examples(sandbox: &Sandbox) {
    for (path, contents) in files(&sandbox.path("api-docs/endpoints")) {
        let Some(contents) = contents else { continue };
        let mut document: Value = serde_json::from_slice(&contents).unwrap();
        document["examples"] = Vec::<Value>::new().into();
        sandbox.write(&format!("api-docs/endpoints/{path}"), document.to_string());
    }
}

#[test]
fn committed_examples_keep_still() {
    let sandbox = unseeded();
    let before = documents(&sandbox);
    sandbox.run(&["generate", "-q"]).exits(0);
    are_same(&before, &documents(&sandbox));
}

#[test]
fn parts_of_a_capture_and_the_whole_keep_still() {
    let sandbox = unseeded();
    let before = documents(&sandbox);
    let mut scenarios = files(&sandbox.path("api-docs/scenarios")).into_keys();
    // Every tenth, for the time that it takes.
    while let Some(scenario) = scenarios.next() {
        let name = scenario.trim_end_matches(".json");
        sandbox.run(&["generate", "-q", "--only", name]).exits(0);
        scenarios.nth(8);
    }
    sandbox.run(&["generate", "-q"]).exits(0);
    are_same(&before, &documents(&sandbox));
}

/// The demo counts from anywhere between 10 and 9000, and its statistics are free: such numbers have not even a length
/// that could stay. Everything else must be the same.
fn without_numbers(files: &Files) -> Files {
    let number =
        r#"(?m)([iI][dD]": "?|/[a-z]+/|[?&]id=|cursor=(?:\\")?|Content-Length: |^ +)[0-9]{1,5}\b"#;
    let number = regex::Regex::new(number).unwrap();
    let masked = files.iter().map(|(path, contents)| {
        let contents = contents.as_ref().map(|contents| {
            let text = std::str::from_utf8(contents).unwrap();
            number.replace_all(text, "${1}N").into_owned().into_bytes()
        });
        (path.clone(), contents)
    });
    masked.collect()
}

#[test]
fn a_fresh_project_has_the_same_bytes_on_two_machines() {
    let captured = [(), ()].map(|()| {
        let sandbox = unseeded();
        without_examples(&sandbox);
        sandbox.run(&["generate", "-q"]).exits(0);
        let fresh = documents(&sandbox);
        sandbox.run(&["generate", "-q"]).exits(0);
        are_same(&fresh, &documents(&sandbox));
        without_numbers(&documents(&sandbox))
    });
    are_same(&captured[0], &captured[1]);
}
