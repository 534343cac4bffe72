//! Committed examples keep still: the demo gives other keys, ids and times each time.

use serde_json::Value;

use crate::support::{Files, Sandbox, differing, files};

fn documents(sandbox: &Sandbox) -> Files {
    let files = files(&sandbox.path("api-docs/endpoints"));
    assert!(files.len() > 73);
    files
}

#[track_caller]
fn are_same(old: &Files, new: &Files) {
    let differing = differing(old, new);
    let text = |files: &Files, path: &str| {
        let bytes = files.get(path).cloned().flatten().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let diffs: Vec<_> = differing
        .iter()
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
    let sandbox = Sandbox::demo();
    let before = documents(&sandbox);
    sandbox.run(&["generate", "-q"]).exits(0);
    are_same(&before, &documents(&sandbox));
}

#[test]
fn parts_of_a_capture_and_the_whole_keep_still() {
    let sandbox = Sandbox::demo();
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

/// The demo counts from anywhere between 10 and 9000: without a rule, such numbers are written as they are.
fn without_numbers(files: &Files) -> Files {
    let number = r#"([iI][dD]": "?|/[a-z]+/|[?&]id=|cursor=(?:\\")?|Content-Length: )[0-9]{1,5}\b"#;
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
fn a_fresh_project_has_the_same_bytes_on_two_machines_but_for_short_numbers() {
    let captured = [(), ()].map(|()| {
        let sandbox = Sandbox::demo();
        without_examples(&sandbox);
        sandbox.run(&["generate", "-q"]).exits(0);
        let fresh = documents(&sandbox);
        sandbox.run(&["generate", "-q"]).exits(0);
        are_same(&fresh, &documents(&sandbox));
        without_numbers(&documents(&sandbox))
    });
    are_same(&captured[0], &captured[1]);
}

/// What a project holds, the pages too.
fn everything(sandbox: &Sandbox) -> Files {
    let mut files = sandbox.files();
    files.retain(|path, _| !path.starts_with(".apidocs/"));
    files
}

#[test]
fn a_fresh_project_that_learns_has_the_same_bytes_on_two_machines() {
    let learned = [(), ()].map(|()| {
        let sandbox = Sandbox::demo();
        without_examples(&sandbox);
        sandbox.run(&["capture", "--learn", "-q"]).exits(0);
        sandbox.run(&["generate", "-q"]).exits(0);
        sandbox
    });
    let [one, other] = learned.each_ref().map(everything);
    assert!(
        one.contains_key("api-docs/volatile.json")
            && one.keys().any(|path| path.starts_with("site/"))
    );
    are_same(&one, &other);

    // A third one, which knows the rules from the start.
    let third = Sandbox::demo();
    without_examples(&third);
    third.write(
        "api-docs/volatile.json",
        learned[0].read("api-docs/volatile.json"),
    );
    third.run(&["generate", "-q"]).exits(0);
    are_same(&one, &everything(&third));
    third.run(&["generate", "-q"]).exits(0);
    are_same(&one, &everything(&third));
}
