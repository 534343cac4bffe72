//! `approve`: changes that are meant, and how long.

use serde_json::{Value, json};

use crate::support::{Run, Sandbox, codes, document, sections};

const THINGS: &str = "endpoints/things/get-things.json";

/// A project whose base is the folder `old`.
fn project(old: Value, new: Value) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apidocs.toml", "");
    for (folder, body) in [("old", old), ("api-docs", new)] {
        let file = format!("{folder}/{THINGS}");
        sandbox.write(&file, document("Things", body).to_string());
        let order = sections(&[("things", &["get-things"])]);
        sandbox.write(&format!("{folder}/sections.json"), order.to_string());
    }
    sandbox
}

fn diff(sandbox: &Sandbox, more: &[&str]) -> Run {
    let arguments = [
        "diff",
        "old",
        "--fail-on",
        "content",
        "--today",
        "2026-06-01",
    ];
    sandbox.run(&[&arguments, more].concat())
}

/// The fingerprints of the changes.
fn fingerprints(sandbox: &Sandbox) -> Vec<String> {
    let report = diff(sandbox, &["--report", "json"]).json();
    let changes = report["documents"][0]["changes"].as_array().unwrap();
    let fingerprint = |change: &Value| change["fingerprint"].as_str().unwrap().to_owned();
    changes.iter().map(fingerprint).collect()
}

/// Two hundred items without a field that each had, and another total.
fn lost_field() -> Sandbox {
    let items = |with: bool| -> Vec<_> {
        (0..200)
            .map(|n| {
                if with {
                    json!({"n": n, "dsn": {"unreal": "x"}})
                } else {
                    json!({"n": n, "dsn": {}})
                }
            })
            .collect()
    };
    project(
        json!({"items": items(true), "total": 1}),
        json!({"items": items(false), "total": 2}),
    )
}

#[test]
fn one_cause_is_told_once_with_the_command_that_approves_it() {
    let sandbox = lost_field();
    let [lost, total] = fingerprints(&sandbox).try_into().unwrap();
    diff(&sandbox, &[]).exits(1).answers(&[
        "field-removed        breaking #default/response/body/items/*/dsn/unreal, 200 places",
        &format!("[{lost}]"),
        &format!("apidocs approve {lost} {total} --base old --reason \"…\""),
    ]);
}

#[test]
fn what_is_approved_passes_until_its_day() {
    let sandbox = lost_field();
    let [lost, total] = fingerprints(&sandbox).try_into().unwrap();
    let approve = |fingerprint: &str, more: &[&str]| {
        let arguments = [
            "approve",
            fingerprint,
            "--base",
            "old",
            "--reason",
            "nobody reads it",
        ];
        sandbox.run(&[&arguments, more].concat())
    };
    approve(&lost, &["--until", "2026-06-01"]).exits(0);
    diff(&sandbox, &[])
        .exits(1)
        .answers(&["approved: nobody reads it"]);
    approve(&total, &[]).exits(0);
    diff(&sandbox, &[]).exits(0);
    sandbox.run(&["validate", "--report", "json"]).tells(&[]);
    assert_eq!(
        sandbox
            .run(&["fmt", "--check"])
            .stdout
            .matches("approvals")
            .count(),
        0
    );

    // The last day is over.
    let late = ["--today", "2026-06-02", "--report", "json"];
    let arguments = ["diff", "old", "--fail-on", "content"];
    let run = sandbox.run(&[&arguments[..], &late].concat()).exits(1);
    assert_eq!(codes(&run.json()), ["expired-approval"]);

    // Another run of the same change is covered; the next change is not.
    sandbox.edit(&format!("api-docs/{THINGS}"), "\"total\":2", "\"total\":3");
    let run = diff(&sandbox, &["--report", "json"]).exits(1);
    assert_eq!(codes(&run.json()), ["unused-approval"]);
    approve(&total, &[]).exits(2).tells(&[&total, "--base"]);
}

#[test]
fn volatile_parts_of_a_new_value_do_not_count() {
    let added = |hex: &str| {
        let sandbox = project(
            json!({}),
            json!({"url": format!("https://{hex}@example.com/")}),
        );
        fingerprints(&sandbox)
    };
    assert_eq!(added("cbd1f80781a5"), added("0123456789ab"));
}

#[test]
fn impacts_are_the_projects_to_say() {
    let sandbox = project(json!({"a": 1, "b": 1}), json!({"b": 1}));
    diff(&sandbox, &[]).exits(1).answers(&["breaking"]);
    sandbox.write("apidocs.toml", "[impact]\nfield-removed = \"additive\"\n");
    diff(&sandbox, &[]).exits(0).answers(&["additive"]);
    sandbox.write("apidocs.toml", "[impact]\nfield-remved = \"additive\"\n");
    sandbox
        .run(&["validate"])
        .exits(1)
        .answers(&["field-removed"]);
}

#[test]
fn approvals_that_cannot_be_read_are_kept() {
    let sandbox = lost_field();
    let [lost, _] = fingerprints(&sandbox).try_into().unwrap();
    for broken in ["{", "{\"approvals\": [{}]}"] {
        sandbox.write("api-docs/approvals.json", broken);
        let arguments = ["approve", &lost, "--base", "old", "--reason", "x"];
        sandbox
            .run(&arguments)
            .exits(2)
            .tells(&["approvals.json cannot be read"]);
        assert_eq!(sandbox.read("api-docs/approvals.json"), broken);
        sandbox
            .run(&["validate"])
            .exits(1)
            .answers(&["approvals.json:1:"]);
    }
}
