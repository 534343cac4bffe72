//! `capture --learn`, and values that `check` finds to be flaky.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Api, DOCUMENT, SCENARIO, Sandbox, codes, json_response, project};

const RULES: &str = "api-docs/volatile.json";

/// A project whose API counts: each answer has the next `load`, and a `total` of its own.
fn counting(total: u64) -> Sandbox {
    let sandbox = project();
    let calls = AtomicU64::new(100);
    let api = Api::new(move |_, stream| {
        let load = calls.fetch_add(1, Ordering::SeqCst);
        let body = json!({"load": load, "total": total}).to_string();
        let _ = std::io::Write::write_all(stream, &json_response("200 OK", body.as_bytes()));
    });
    let url = format!("base_url = 'http://127.0.0.1:{}'\n", api.port);
    sandbox.write("apidocs.toml", url);
    sandbox.run(&["fmt", "-q"]).exits(0);
    sandbox
}

fn changes(report: &Value) -> Vec<&str> {
    let documents = report["documents"].as_array().unwrap();
    let changes = documents
        .iter()
        .flat_map(|document| document["changes"].as_array().unwrap());
    changes
        .map(|change| change["address"].as_str().unwrap())
        .collect()
}

/// What was written on a server that nobody started anew stays there.
#[test]
fn a_server_that_is_not_ours_is_not_written_to_again() {
    let sandbox = counting(3);
    let read = sandbox.read(SCENARIO);
    sandbox.run(&["generate", "-q"]).exits(0);
    let mut writes: Value = serde_json::from_str(&read).unwrap();
    writes["setup"] = json!([{"request": "POST /things/"}]);
    for (scenario, again) in [(read.clone(), true), (writes.to_string(), false)] {
        sandbox.write(SCENARIO, scenario);
        sandbox.run(&["fmt", "-q"]).exits(0);
        let checked = sandbox.run(&["check"]).exits(i32::from(!again));
        let told = checked.stderr.contains("capturing once more");
        assert_eq!(told, again, "{checked}");
        let kept = "not captured once more: 1 document, whose requests write on a server that we did not start";
        assert_eq!(checked.stderr.contains(kept), !again, "{checked}");
    }
}

#[test]
fn a_flaky_value_is_no_drift() {
    let sandbox = counting(3);
    sandbox.run(&["generate", "-q"]).exits(0);
    let before = sandbox.files();
    let report = sandbox.run(&["check", "--report", "json"]).exits(0).json();
    assert_eq!(codes(&report), ["unstable-value"]);
    assert!(changes(&report).is_empty());
    let finding = &report["findings"][0];
    assert_eq!(
        finding["notes"],
        json!(["committed: 100", "captured: 101", "captured once more: 102"])
    );
    assert_eq!(
        finding["help"],
        "`apidocs capture --learn --only things/get-things` adds the rule"
    );
    assert_eq!(before, sandbox.files());

    // What the command says helps: the place may vary from now on, and keeps its committed value.
    let learned = sandbox
        .run(&["capture", "--learn", "--only", "things/get-things"])
        .exits(0);
    learned.tells(&[
        "capture 2 of 2",
        "api-docs/volatile.json: places that vary: 1,",
    ]);
    let rules: Value = serde_json::from_str(&sandbox.read(RULES)).unwrap();
    assert_eq!(
        rules["learned"]["things/get-things"]["varied"],
        json!({"/response/body/load": "shape"})
    );
    let document = sandbox.read(DOCUMENT);
    sandbox.run(&["generate", "-q"]).exits(0);
    assert_eq!(document, sandbox.read(DOCUMENT));
    let report = sandbox.run(&["check", "--report", "json"]).exits(0).json();
    assert!(codes(&report).is_empty());
}

#[test]
fn what_drifts_beside_a_flaky_value_is_told() {
    let sandbox = counting(3);
    sandbox.run(&["generate", "-q"]).exits(0);
    sandbox.edit(DOCUMENT, "\"total\": 3", "\"total\": 4");
    let report = sandbox.run(&["check", "--report", "json"]).exits(1).json();
    assert_eq!(changes(&report), ["#default/response/body/total"]);
    assert_eq!(codes(&report), ["stale-page", "unstable-value"]);
}

/// A project whose API gives one of these lists after the other, the last one for ever.
fn listing(lists: &'static [&[&str]]) -> Sandbox {
    let sandbox = project();
    let calls = AtomicUsize::new(0);
    let api = Api::new(move |_, stream| {
        let call = calls.fetch_add(1, Ordering::SeqCst).min(lists.len() - 1);
        let items: Vec<_> = lists[call]
            .iter()
            .map(|state| json!({"state": state}))
            .collect();
        let body = json!(items).to_string();
        let _ = std::io::Write::write_all(stream, &json_response("200 OK", body.as_bytes()));
    });
    let url = format!(
        "base_url = 'http://127.0.0.1:{}'\ndrop_headers = ['Content-Length']\n",
        api.port
    );
    sandbox.write("apidocs.toml", url);
    sandbox.run(&["fmt", "-q"]).exits(0);
    sandbox.run(&["generate", "-q"]).exits(0);
    sandbox
}

#[test]
fn flaky_items_are_no_drift_however_many_differ_between_two_captures() {
    let lists: [&[&[&str]]; 2] = [
        &[&["gamma", "delta"], &["gamma", "eps"], &["zeta", "eta"]],
        &[&["gamma", "delta"], &["zeta", "eta"], &["zeta", "theta"]],
    ];
    for (lists, flaky, drifted) in [
        (lists[0], "#default/response/body/1/state", None),
        // The first item is the same in both captures, and another one than before.
        (
            lists[1],
            "#default/response/body/1/state",
            Some("#default/response/body/0/state"),
        ),
    ] {
        let sandbox = listing(lists);
        let code = drifted.map_or(0, |_| 1);
        let report = sandbox
            .run(&["check", "--report", "json"])
            .exits(code)
            .json();
        assert_eq!(changes(&report), Vec::from_iter(drifted));
        let unstable = &report["findings"].as_array().unwrap().last().unwrap();
        assert_eq!(unstable["code"], "unstable-value");
        assert_eq!(
            unstable["message"],
            format!("two captures of one API differ here: {flaky}")
        );
    }
}

#[test]
fn rules_of_what_was_not_captured_stay() {
    let sandbox = counting(3);
    sandbox
        .run(&["capture", "--learn", "--runs", "3", "-q"])
        .exits(0);
    let rules = sandbox.read(RULES);
    let hand = json!({"document": "*", "at": "/response/headers/x-load", "kind": "shape", "reason": "the load"});
    let mut more: Value = serde_json::from_str(&rules).unwrap();
    more["by_hand"] = json!([hand]);
    more["learned"]["things/other"] = json!({"varied": {"/response/body/n": "shape"}});
    sandbox.write(RULES, more.to_string());
    sandbox.run(&["capture", "--learn", "-q"]).exits(0);
    let after: Value = serde_json::from_str(&sandbox.read(RULES)).unwrap();
    assert_eq!(after["by_hand"], json!([hand]));
    // There is no such document: what was learned of it goes.
    assert_eq!(after["learned"].as_object().unwrap().len(), 1);
}

#[test]
fn a_capture_that_fails_teaches_nothing() {
    let sandbox = project();
    let api = Api::json("500 Internal Server Error", b"{}");
    sandbox.write(
        "apidocs.toml",
        format!("base_url = 'http://127.0.0.1:{}'\n", api.port),
    );
    let before = sandbox.files();
    sandbox
        .run(&["capture", "--learn"])
        .exits(1)
        .tells(&["unexpected-status", "nothing was written"]);
    assert_eq!(before, sandbox.files());
}

#[cfg(unix)]
#[test]
fn the_logs_of_each_capture_are_kept() {
    let sandbox = Sandbox::demo();
    sandbox.edit(
        "apidocs.toml",
        "[server]\n",
        "[server]\nprepare = [['sh', '-c', 'echo capture >> captures; cat captures']]\n",
    );
    let log = |folder: &str| {
        let text = sandbox.read(&format!("{folder}/prepare-command-1-of-the-server.log"));
        text.lines().count()
    };
    let name = "projects/get-project-keys";
    let file = format!("api-docs/endpoints/{name}.json");
    sandbox.edit(&file, "\"isActive\": true", "\"isActive\": false");
    let check = ["check", "-q", "--only", name, "--logs", "checked"];
    sandbox.run(&check).exits(1);
    assert_eq!((log("checked"), log("checked/capture-2")), (1, 2));
    let learn = [
        "capture", "--learn", "--runs", "3", "--only", name, "--logs", "learned",
    ];
    sandbox.run(&learn).exits(0);
    let learned = ["learned", "learned/capture-2", "learned/capture-3"].map(log);
    assert_eq!(learned, [3, 4, 5]);
}
