//! Which scenarios run, in which order, and what is told of those that do not.

use apidocs::capture::{Captured, Outcome};
use serde_json::json;

use crate::support::{Api, Project, codes, json_response};

/// Answers 500 below `/fail`, else with what was asked for.
fn api() -> Api {
    Api::answering(|received| {
        let path = received.path();
        if path.starts_with("/fail") {
            return json_response("500 Oh No", r#"{"detail":"it broke"}"#);
        }
        json_response("200 OK", &json!({"path": path}).to_string())
    })
}

/// Scenarios that each make one request of their own path.
fn project(api: &Api, scenarios: &[(&str, bool, &str, &[&str])]) -> Project {
    let mut project = Project::at(api, "");
    for (ident, isolated, path, after) in scenarios {
        project.scenario(
            ident,
            &json!({"isolated": isolated, "after": after, "requests": [
                {"request": format!("GET /{path}"), "example": format!("a/b#{ident}")},
            ]}),
        );
    }
    project
}

fn outcomes(captured: &Captured) -> Vec<(&str, String)> {
    let told = |outcome: &Outcome| match outcome {
        Outcome::NotRun(reason) => reason.clone(),
        other => format!("{other:?}"),
    };
    captured
        .scenarios
        .iter()
        .map(|run| (run.ident.as_str(), told(&run.outcome)))
        .collect()
}

#[test]
fn a_scenario_runs_after_those_that_it_names_and_sees_what_they_saved() {
    let api = api();
    let mut project = project(&api, &[("C", false, "c", &[]), ("D", true, "d", &["B"])]);
    project.scenario(
        "A",
        &json!({"after": ["B", "C"], "requests": [{"request": "GET /{{ made }}/{{ org }}"}]}),
    );
    project.scenario(
        "B",
        &json!({"isolated": true, "after": ["C"], "requests": [{"request": "GET /b", "save": {"made": "/path"}}]}),
    );
    project.file("fixtures.json", &json!({"variables": {"org": "o"}}));
    assert_eq!(project.check(), []);
    for jobs in [1, 4] {
        project.jobs = jobs;
        api.received.lock().unwrap().clear();
        let captured = project.run().unwrap();
        assert!(captured.is_complete(), "{captured:#?}");
        let lines = api.lines();
        assert_eq!(
            (lines[0].as_str(), lines[1].as_str(), lines[3].as_str()),
            ("GET /c", "GET /b", "GET /%2Fb/o")
        );
        let idents: Vec<_> = captured.scenarios.iter().map(|run| &run.ident).collect();
        assert_eq!(idents, ["A", "B", "C", "D"]);
    }
}

#[test]
fn what_runs_after_a_failure_is_told_as_not_run() {
    let api = api();
    let project = project(
        &api,
        &[
            ("A", false, "fail", &[]),
            ("B", false, "b", &["A"]),
            ("C", true, "c", &["D", "B"]),
            ("D", true, "d", &[]),
        ],
    );
    let captured = project.run().unwrap();
    assert_eq!(api.lines(), ["GET /fail", "GET /d"]);
    assert_eq!(
        outcomes(&captured),
        [
            ("A", "Failed".to_owned()),
            ("B", "A did not succeed".to_owned()),
            ("C", "B did not succeed".to_owned()),
            ("D", "Done".to_owned()),
        ]
    );
    let told: Vec<_> = captured.findings().cloned().collect();
    assert_eq!(
        codes(&told),
        ["unexpected-status", "scenario-not-run", "scenario-not-run"]
    );
    assert_eq!(told[2].file(), Some("api-docs/scenarios/C.json"));
    assert_eq!(told[2].pointer.as_deref(), Some("/after/1"));
    assert_eq!(captured.examples.len(), 1);
}

#[test]
fn nothing_begins_after_the_first_failure_where_that_is_asked_for() {
    let api = api();
    let scenarios: [(_, _, _, &[&str]); 4] = [
        ("A", false, "a", &[]),
        ("B", false, "fail", &[]),
        ("C", false, "c", &[]),
        ("D", true, "d", &["B"]),
    ];
    let mut project = project(&api, &scenarios);
    project.fail_fast = true;
    let captured = project.run().unwrap();
    assert_eq!(api.lines(), ["GET /a", "GET /fail"]);
    let not_run = "another one failed before".to_owned();
    assert_eq!(
        outcomes(&captured)[2..],
        [("C", not_run.clone()), ("D", not_run)]
    );
    assert_eq!(captured.findings().count(), 1);
}

#[test]
fn what_is_asked_for_brings_what_it_runs_after() {
    let api = api();
    let mut project = project(
        &api,
        &[
            ("A", false, "a", &[]),
            ("B", false, "b", &["A"]),
            ("C", true, "c", &["B"]),
            ("D", false, "d", &[]),
        ],
    );
    project.only = vec!["C".to_owned()];
    let captured = project.run().unwrap();
    assert_eq!(api.lines(), ["GET /a", "GET /b", "GET /c"]);
    // The examples of the others were not asked for.
    let examples: Vec<_> = captured.examples.keys().map(ToString::to_string).collect();
    assert_eq!(examples, ["a/b#C"]);

    (project.only, project.skip) = (Vec::new(), vec!["B".to_owned()]);
    api.received.lock().unwrap().clear();
    assert!(project.run().unwrap().is_complete());
    assert_eq!(api.lines(), ["GET /a", "GET /d"]);
}

#[test]
fn scenarios_that_can_never_run_are_told_before() {
    let api = api();
    let project = project(
        &api,
        &[
            ("A", false, "a", &["B"]),
            ("B", true, "b", &["A"]),
            ("C", true, "c", &["Nobody"]),
            ("D", true, "d", &[]),
        ],
    );
    let told = project.check();
    assert_eq!(
        codes(&told),
        ["scenario-cycle", "scenario-cycle", "unknown-scenario"]
    );
    assert_eq!(
        told[0].message,
        "scenarios wait for each other: A after B after A"
    );
    assert_eq!(told[2].pointer.as_deref(), Some("/after/0"));
    // Whoever runs them nevertheless is not kept waiting.
    let captured = project.run().unwrap();
    assert_eq!(api.lines(), ["GET /d"]);
    assert!(!captured.is_complete());
}
