//! `learn`, and the rules that `diff` and `validate` take from `volatile.json`.

use serde_json::{Value, json};

use crate::support::{Sandbox, codes, document, fails, project, sections};

const KEYS: [&str; 3] = [
    "cbd1f80781a5d52db2ce323a7669b5c339dce255",
    "4fbabfcf8ea7042126fa6888d9bf89d7473d7014",
    "593e1e1f7222205faf2729e8d7766864717b48f6",
];

/// A folder of documents with one endpoint, whose response has that body.
fn documents(sandbox: &Sandbox, folder: &str, body: Value) {
    let file = format!("{folder}/endpoints/things/get-things.json");
    sandbox.write(&file, document("Things", body).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write(&format!("{folder}/sections.json"), order.to_string());
}

fn body(run: usize, size: u32) -> Value {
    json!({"key": KEYS[run], "copy": KEYS[run], "same": KEYS[2], "size": size})
}

/// Two captures, and a third one that differs from them in what they taught alone.
fn captures() -> Sandbox {
    let sandbox = Sandbox::new();
    documents(&sandbox, "one", body(0, 7961));
    documents(&sandbox, "two", body(1, 7954));
    documents(&sandbox, "three", body(0, 8000));
    sandbox
}

#[test]
fn what_two_captures_teach_is_noise_in_the_third() {
    let sandbox = captures();
    let run = sandbox
        .run(&["diff", "two", "three", "--fail-on", "content"])
        .exits(1);
    run.answers(&[
        "value-changed",
        "#default/response/body/size",
        "2 volatile values judged by kind alone",
    ]);
    sandbox
        .run(&["learn", "one", "two", "-o", "volatile.json"])
        .exits(0)
        .tells(&["learned from 1 document in 2 versions: places that vary: 3, that look volatile and do not: 1; written to volatile.json"]);
    let rules: Value = serde_json::from_str(&sandbox.read("volatile.json")).unwrap();
    assert_eq!(
        rules,
        json!({
            "$schema": "../schemas/volatile.schema.json",
            "learned": {"things/get-things": {
                "varied": {"/response/body/copy": "hex", "/response/body/key": "hex", "/response/body/size": "shape"},
                "stable": ["/response/body/same"]
            }}
        })
    );
    let run = sandbox
        .run(&["diff", "two", "three", "--volatile", "volatile.json"])
        .exits(0);
    assert_eq!(
        run.stdout,
        "documents: 1 differ in noise alone, 0 unchanged\n"
    );
}

#[test]
fn what_did_not_vary_must_match_and_keys_must_stay_the_same() {
    let sandbox = captures();
    sandbox
        .run(&["learn", "one", "two", "-o", "volatile.json"])
        .exits(0);
    let mut other = body(1, 1);
    other["same"] = json!(KEYS[0]);
    documents(&sandbox, "three", other);
    let told = |run: crate::support::Run| {
        run.json()["documents"][0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["address"].clone())
            .collect::<Vec<_>>()
    };
    let run = sandbox.run(&[
        "diff",
        "two",
        "three",
        "--volatile",
        "volatile.json",
        "--report",
        "json",
    ]);
    assert_eq!(told(run), ["#default/response/body/same"]);
    let mut other = body(0, 1);
    other["copy"] = json!("0123456789abcdef0123456789abcdef01234567");
    documents(&sandbox, "three", other);
    let run = sandbox.run(&[
        "diff",
        "two",
        "three",
        "--volatile",
        "volatile.json",
        "--report",
        "json",
    ]);
    assert_eq!(told(run), ["#default/response/body/copy"]);
}

#[test]
fn rules_by_hand_survive_and_structure_is_never_learned() {
    let sandbox = captures();
    let rule =
        json!({"document": "*", "at": "/response/body/size", "kind": "type", "reason": "the load"});
    sandbox.write("volatile.json", json!({ "by_hand": [rule] }).to_string());
    let mut other = body(1, 7954);
    other["more"] = json!(1);
    documents(&sandbox, "two", other);
    sandbox
        .run(&["learn", "one", "two", "-o", "volatile.json"])
        .exits(0)
        .tells(&["warning[unstable-structure]: things/get-things#*/response/body/more"]);
    let rules: Value = serde_json::from_str(&sandbox.read("volatile.json")).unwrap();
    assert_eq!(rules["by_hand"], json!([rule]));
    assert_eq!(
        rules["learned"]["things/get-things"]["varied"].get("/response/body/size"),
        None
    );
}

#[test]
fn rules_of_a_project_are_checked() {
    let sandbox = project();
    let rule =
        |at: &str, kind: &str| json!({"document": "*", "at": at, "kind": kind, "reason": "r"});
    let write = |rules: &[Value]| {
        sandbox.write(
            "api-docs/volatile.json",
            json!({ "by_hand": rules }).to_string(),
        )
    };
    write(&[
        rule("/response/nowhere", "shape"),
        rule("/response/status", "type"),
    ]);
    let run = sandbox.run(&["validate", "--report", "json"]).exits(1);
    assert!(
        codes(&run.json()).contains(&"unused-volatile-rule"),
        "{}",
        run.stdout
    );
    write(&[rule("/response/body", "hexx")]);
    let run = sandbox.run(&["validate"]).exits(1);
    run.answers(&["api-docs/volatile.json:1:"]);
    fails(
        &sandbox,
        &["check"],
        2,
        &["api-docs/volatile.json:1:", "did you mean `hex`?"],
    );
    write(&[rule("/response/body", "whatever")]);
    fails(
        &sandbox,
        &["check"],
        2,
        &["api-docs/volatile.json:1:", "apidocs schema volatile"],
    );
}

#[test]
fn there_must_be_something_to_learn_from() {
    let sandbox = captures();
    documents(&sandbox, "two", json!({}));
    sandbox.write("empty/sections.json", sections(&[]).to_string());
    fails(
        &sandbox,
        &["learn", "one", "empty", "-o", "v.json"],
        2,
        &["nothing to learn from"],
    );
    sandbox.run(&["learn", "one", "-o", "v.json"]).exits(2);
}
