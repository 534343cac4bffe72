//! Scenarios: what they chain, check and hide.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use apidocs::capture::Outcome;
use apidocs::document::Body;
use serde_json::json;

use crate::support::{Api, Project, codes, example, finding, json_response};

/// Answers with what it was asked.
fn echo() -> Api {
    Api::answering(|received| {
        let body = json!({
            "path": received.path(), "id": 7, "slug": "a b", "none": null,
            "auth": received.header("authorization"), "sent": received.text(),
        });
        let body = body.to_string();
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLocation: /made/1\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    })
}

#[test]
fn values_are_picked_and_put_into_later_requests() {
    let api = echo();
    let mut project = Project::at(&api, "");
    project.file(
        "fixtures.json",
        &json!({"variables": {"org": "o", "both": "{{ org }}-{{ org }}"},
                "requests": [{"request": "POST /fixture/{{ both }}", "save": {"fixed": "/id"}}],
                "teardown": [{"request": "DELETE /fixture"}]}),
    );
    project.scenario(
        "Chain",
        &json!({
            "setup": [{"request": "POST /setup", "save": {"slug": "/slug", "at": {"header": "location"}}}],
            "requests": [
                {"request": "POST /x/{{ slug }}?at={{ at }}", "example": "a/b", "title": "Shown",
                 "json": {"id": "{{ fixed }}", "text": "n {{ fixed }}"}},
                {"request": "GET /y/{{ org }}", "example": "a/b#second"},
            ],
            "teardown": [{"request": "DELETE /x/{{ slug }}"}],
        }),
    );
    assert_eq!(project.check(), []);
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(
        api.lines(),
        [
            "POST /fixture/o-o",
            "POST /setup",
            "POST /x/a%20b?at=%2Fmade%2F1",
            "GET /y/o",
            "DELETE /x/a%20b",
            "DELETE /fixture"
        ]
    );
    let shown = example(&captured, "a/b");
    assert_eq!(shown.title.as_deref(), Some("Shown"));
    let request = shown.request.parsed().unwrap();
    assert_eq!(request.body, Body::Json(json!({"id": 7, "text": "n 7"})));
    assert_eq!(example(&captured, "a/b#second").name, "second");
    assert_eq!(captured.scenarios[0].exchanges.len(), 2);
    let made = &captured.examples[&"a/b".parse().unwrap()];
    assert_eq!(
        (made.scenario.as_str(), made.pointer.as_str()),
        ("Chain", "/requests/0/request")
    );
}

#[test]
fn identities_are_picked_and_shown_as_the_settings_say() {
    let api = echo();
    let mut project = Project::at(
        &api,
        "identity = 'admin'
         [auth.admin]
         value = 'Bearer {{ token }}'
         shown = 'Bearer <token>'
         [auth.tool]
         command = ['sh', '-c', 'echo  from-the-tool']
         shown = '<key>'",
    );
    project.file(
        "fixtures.json",
        &json!({"requests": [
            {"request": "POST /login", "save": {"token": {"pointer": "/slug", "secret": true}}},
            {"request": "POST /again"},
        ]}),
    );
    project.scenario(
        "Who",
        &json!({"requests": [
            {"request": "GET /1", "example": "a/b"}, {"request": "GET /2", "as": null},
            {"request": "GET /3", "as": "tool"}, {"request": "GET /4", "headers": ["authorization: mine"]},
        ]}),
    );
    assert_eq!(project.check(), []);
    let captured = project.run().unwrap();
    let sent: Vec<_> = api
        .received
        .lock()
        .unwrap()
        .iter()
        .map(|received| received.header("authorization").map(str::to_owned))
        .collect();
    let expected = [
        None,
        Some("Bearer a b"),
        Some("Bearer a b"),
        None,
        Some("from-the-tool"),
        Some("mine"),
    ];
    assert_eq!(sent, expected.map(|value| value.map(str::to_owned)));
    let shown: Vec<_> = captured.scenarios[0]
        .exchanges
        .iter()
        .map(|exchange| exchange.request.headers.get("Authorization"))
        .collect();
    assert_eq!(
        shown,
        [Some("Bearer <token>"), None, Some("<key>"), Some("mine")]
    );
    let body = |index: usize| match &captured.scenarios[0].exchanges[index].response.body {
        Body::Json(value) => value["auth"].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        [body(0), body(2)],
        [json!("Bearer <token>"), json!("<key>")]
    );
}

#[test]
fn secrets_are_shown_nowhere() {
    let api = Api::answering(|received| match received.path() {
        "/token" => json_response("200 OK", r#"{"token":"s3cr3t-t0ken","pin":1234567890}"#),
        path => json_response("500 No", &json!({"you asked": path}).to_string()),
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "Hidden",
        &json!({"requests": [
            {"request": "GET /token", "save": {
                "t": {"pointer": "/token", "secret": true}, "p": {"pointer": "/pin", "secret": true}}},
            {"request": "GET /x/{{ t }}", "example": "a/b"},
        ]}),
    );
    let captured = project.run().unwrap();
    let exchange = &captured.scenarios[0].exchanges[0];
    let hidden = json!({"token": "<secret>", "pin": "<secret>"});
    assert_eq!(exchange.response.body, Body::Json(hidden));
    let found = finding(&captured);
    let told = format!("{found:?}");
    assert!(told.contains("GET /x/<secret> answered 500"), "{told}");
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[test]
fn a_secret_is_hidden_where_it_was_shown_before_it_was_known() {
    let api = Api::answering(|_| {
        json_response(
            "200 OK",
            r#"{"token":{"key":"s3cr3t-t0ken"},"at":"/x?s3cr3t-t0ken"}"#,
        )
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "Early",
        &json!({"requests": [{"request": "GET /token", "example": "a/b"}]}),
    );
    project.scenario(
        "Late",
        &json!({"requests": [
            {"request": "GET /token", "save": {"t": {"pointer": "/token", "secret": true}}},
        ]}),
    );
    let captured = project.run().unwrap();
    let shown = json!({"token": {"key": "<secret>"}, "at": "/x?<secret>"});
    let response = example(&captured, "a/b").response.parsed().unwrap();
    assert_eq!(response.body, Body::Json(shown.clone()));
    assert_eq!(
        captured.scenarios[0].exchanges[0].response.body,
        Body::Json(shown)
    );
}

#[test]
fn a_secret_that_holds_the_host_is_hidden() {
    let api = Api::answering(|received| {
        let host = received.header("host").unwrap_or_default();
        let dsn = format!("http://k3y:s3cretpass@{host}/2");
        json_response(
            "200 OK",
            &json!({"dsn": dsn, "at": format!("http://{host}/x")}).to_string(),
        )
    });
    let mut project = Project::at(&api, "host = 'https://x.io'");
    project.scenario(
        "Dsn",
        &json!({"requests": [
            {"request": "GET /dsn", "save": {"dsn": {"pointer": "/dsn", "secret": true}}},
            {"request": "GET /again", "headers": ["X-Dsn: {{ dsn }}"], "example": "a/b"},
        ]}),
    );
    let captured = project.run().unwrap();
    let shown = example(&captured, "a/b");
    let request = shown.request.parsed().unwrap();
    assert_eq!(request.headers.get("x-dsn"), Some("<secret>"));
    let body = json!({"dsn": "<secret>", "at": "https://x.io/x"});
    assert_eq!(shown.response.parsed().unwrap().body, Body::Json(body));
}

#[test]
fn clean_up_runs_after_a_failure_with_what_is_there() {
    let api = Api::answering(|received| match received.path() {
        "/fail" => json_response("400 Bad Request", "{}"),
        _ => json_response("200 OK", r#"{"id":1}"#),
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "Failing",
        &json!({
            "setup": [{"request": "POST /made", "save": {"made": "/id"}}, {"request": "POST /fail", "save": {"not": "/id"}}],
            "requests": [{"request": "GET /", "example": "a/b"}],
            "teardown": [{"request": "DELETE /fail"}, {"request": "DELETE /{{ not }}"}, {"request": "DELETE /{{ made }}"}],
        }),
    );
    let captured = project.run().unwrap();
    assert_eq!(
        api.lines(),
        ["POST /made", "POST /fail", "DELETE /fail", "DELETE /1"]
    );
    let run = &captured.scenarios[0];
    assert_eq!(run.outcome, Outcome::Failed);
    assert_eq!(
        codes(&run.findings),
        ["unexpected-status", "unexpected-status"]
    );
    assert!(captured.examples.is_empty() && run.exchanges.is_empty());
}

#[test]
fn a_failed_clean_up_fails_the_scenario() {
    let api = Api::answering(|received| match received.line.starts_with("DELETE") {
        true => json_response("409 Conflict", "{}"),
        false => json_response("200 OK", "{}"),
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /", "example": "a/b"}], "teardown": [{"request": "DELETE /"}]}),
    );
    let captured = project.run().unwrap();
    assert_eq!(captured.scenarios[0].outcome, Outcome::Failed);
    assert!(captured.examples.is_empty());
}

#[test]
fn no_scenario_runs_when_the_fixtures_fail() {
    let api = Api::answering(|_| json_response("503 Later", "{}"));
    let mut project = Project::at(&api, "");
    project.file(
        "fixtures.json",
        &json!({"requests": [{"request": "POST /f"}], "teardown": [{"request": "DELETE /f"}]}),
    );
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /", "example": "a/b"}]}),
    );
    let captured = project.run().unwrap();
    assert_eq!(api.lines(), ["POST /f", "DELETE /f"]);
    let reason = "the fixtures failed".to_owned();
    assert_eq!(captured.scenarios[0].outcome, Outcome::NotRun(reason));
    assert_eq!(captured.fixtures.as_ref().unwrap().outcome, Outcome::Failed);
    assert_eq!(captured.findings().count(), 2);
}

#[test]
fn a_value_that_is_not_there_is_told_at_its_place() {
    let api = echo();
    let mut project = Project::at(&api, "");
    let captured = project.run_one(json!({"request": "GET /", "save": {"x": "/nowhere/0"}}));
    let found = finding(&captured);
    assert_eq!(found.code.id, "missing-value");
    assert_eq!(found.pointer.as_deref(), Some("/requests/0/save/x"));
    assert!(
        found.message.contains("nothing at \"/nowhere/0\""),
        "{}",
        found.message
    );
    let captured = project.run_one(json!({"request": "GET /", "save": {"x": {"header": "Nope"}}}));
    assert!(finding(&captured).message.contains("no header Nope"));
}

#[test]
fn a_value_without_a_place_in_a_text_is_told() {
    let api = echo();
    let mut project = Project::at(&api, "");
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /", "save": {"x": "/none"}}, {"request": "GET /{{ x }}"}]}),
    );
    let found = finding(&project.run().unwrap());
    assert_eq!(found.code.id, "unknown-variable");
    assert!(found.message.contains("null"), "{}", found.message);
    assert_eq!(found.pointer.as_deref(), Some("/requests/1/request"));
}

#[test]
fn isolated_scenarios_run_side_by_side_and_are_told_in_order() {
    // Answers only when two requests wait.
    let waiting = Arc::new((Mutex::new(0), Condvar::new()));
    let api = Api::answering(move |received| {
        if received.path() != "/alone" {
            let (count, changed) = &*waiting;
            let mut count = count.lock().unwrap();
            *count += 1;
            changed.notify_all();
            let both = |count: &mut i32| *count < 2;
            let _ = changed
                .wait_timeout_while(count, Duration::from_secs(5), both)
                .unwrap();
        }
        json_response("200 OK", "{}")
    });
    let mut project = Project::at(&api, "timeout = '4s'");
    for (ident, isolated) in [("A", true), ("B", false), ("C", true)] {
        let path = if isolated { "/together" } else { "/alone" };
        let target = format!("a/b#{ident}");
        project.scenario(
            ident,
            &json!({"isolated": isolated, "requests": [{"request": format!("GET {path}"), "example": target}]}),
        );
    }
    project.jobs = 2;
    let captured = project.run().unwrap();
    let idents: Vec<_> = captured
        .scenarios
        .iter()
        .map(|run| run.ident.as_str())
        .collect();
    assert_eq!(idents, ["A", "B", "C"]);
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(api.lines()[0], "GET /alone");
}

#[test]
fn only_what_is_asked_for_runs() {
    let api = echo();
    let mut project = Project::at(&api, "");
    project.document("a/c");
    for (ident, requests) in [
        (
            "Both",
            json!([{"request": "GET /b", "example": "a/b"}, {"request": "GET /c", "example": "a/c"}]),
        ),
        (
            "More",
            json!([{"request": "GET /more", "example": "a/c#more"}]),
        ),
        ("None", json!([{"request": "GET /none"}])),
    ] {
        project.scenario(ident, &json!({"requests": requests}));
    }
    let mut names = |only: &[&str], skip: &[&str]| {
        project.only = only.iter().map(ToString::to_string).collect();
        project.skip = skip.iter().map(ToString::to_string).collect();
        let captured = project.run().unwrap();
        let runs = captured.scenarios.iter().map(|run| run.ident.clone());
        let examples = captured.examples.keys().map(ToString::to_string);
        runs.chain(examples).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&["a/b"], &[]), "Both a/b#default");
    assert_eq!(names(&["More"], &[]), "More a/c#more");
    assert_eq!(names(&["a/c"], &["More"]), "Both a/c#default");
    assert_eq!(names(&[], &["a/c"]), "Both None a/b#default");
    project.only = vec!["Nothing".to_owned()];
    let error = project.run().unwrap_err();
    assert!(error.to_string().contains("\"Nothing\"") && !error.is_no_response());
}

#[test]
fn what_cannot_work_is_found_before_any_request() {
    let api = echo();
    let mut project = Project::at(
        &api,
        "identity = 'nobody-knows'\n[auth.late]\nvalue = '{{ later }}'\nshown = 'x'",
    );
    project.file(
        "fixtures.json",
        &json!({"requests": [{"request": "GET /", "as": "late"}, {"request": "GET /", "save": {"later": "/id"}}]}),
    );
    project.scenario(
        "A",
        &json!({
            "setup": [{"request": "GET /{{ after }}", "as": "stranger"}],
            "requests": [
                {"request": "GET /{{ later }}", "example": "a/b", "save": {"after": "/id"}},
                {"request": "GET /", "example": "no/where"},
                {"request": "POST /", "file": "missing.bin", "headers": ["X: {{ open"]},
                {"request": "POST /", "json": ["{{ env.APIDOCS_NO_SUCH_VARIABLE }}"]},
            ],
        }),
    );
    project.scenario(
        "B",
        &json!({"requests": [{"request": "GET /{{ after }}", "example": "a/b#default"}]}),
    );
    project.scenario("C", &json!({"requests": 5}));
    let found = project.check();
    let places: Vec<_> = found
        .iter()
        .map(|finding| {
            let file = finding.file().map(|file| file.rsplit('/').next().unwrap());
            format!(
                "{} {} {}",
                finding.code,
                file.unwrap_or("-"),
                finding.pointer.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "schema C.json -",
            "unknown-variable fixtures.json /requests/0/as",
            "unknown-identity - -",
            "unknown-variable A.json /setup/0/request",
            "unknown-identity A.json /setup/0/as",
            "unknown-document A.json /requests/1/example",
            "bad-template A.json /requests/2/headers/0",
            "invalid-request A.json /requests/2/file",
            "unknown-variable A.json /requests/3/json/0",
            "unknown-variable B.json /requests/0/request",
            "duplicate-target B.json /requests/0/example",
        ]
    );
    assert!(api.lines().is_empty());
}
