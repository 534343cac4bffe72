//! Which scenarios run: what is told of it, on standard error and in reports.

use serde_json::json;

use crate::support::{Run, Sandbox, codes};

/// A demo project of some scenarios.
fn demo(scenarios: &[(&str, serde_json::Value)]) -> Sandbox {
    let sandbox = Sandbox::demo();
    std::fs::remove_dir_all(sandbox.path("api-docs/scenarios")).unwrap();
    for (ident, scenario) in scenarios {
        sandbox.write(
            &format!("api-docs/scenarios/{ident}.json"),
            scenario.to_string(),
        );
    }
    sandbox
}

const ORGANIZATION: &str = "/api/0/organizations/{{ org }}/";

fn get(path: &str) -> serde_json::Value {
    json!({"requests": [{"request": format!("GET {path}")}]})
}

fn line<'a>(run: &'a Run, begin: &str) -> Option<&'a str> {
    run.stderr.lines().find(|line| line.starts_with(begin))
}

#[test]
fn jobs_that_had_nothing_to_do_are_told_with_what_could_be_marked() {
    // `Before` sees a list that `Change` makes longer; `After` comes behind, `Still` looks at something else.
    let team = json!({"requests": [{
        "request": format!("POST {ORGANIZATION}teams/"), "json": {"name": "Late"}, "status": 201
    }]});
    let sandbox = demo(&[
        ("Before", get(&format!("{ORGANIZATION}teams/"))),
        ("Change", team),
        ("Still", get(&format!("{ORGANIZATION}releases/"))),
        ("TeamsAfter", get(&format!("{ORGANIZATION}teams/"))),
    ]);
    let run = sandbox
        .run(&["capture", "-j", "4"])
        .exits(0)
        .tells(&["--jobs had nothing to do: fewer than two scenarios are `isolated`\n"]);
    assert_eq!(
        line(&run, "these could be, "),
        Some(
            "these could be, if they need nothing that others make: they only read, and answered the same when all others had run: Still, TeamsAfter"
        )
    );
    let run = sandbox.run(&["capture"]).exits(0);
    assert_eq!(line(&run, "--jobs"), None);
    let mark = |ident: &str| {
        let path = format!("api-docs/scenarios/{ident}.json");
        sandbox.edit(&path, "{\"requests\"", "{\"isolated\": true, \"requests\"");
    };
    mark("Still");
    mark("TeamsAfter");
    let run = sandbox.run(&["capture", "-j", "4"]).exits(0);
    assert_eq!(line(&run, "--jobs"), None);
}

#[test]
fn a_failure_is_told_with_what_waited_for_it() {
    let failing = json!({"requests": [{"request": format!("GET {ORGANIZATION}nowhere/")}]});
    let mut waiting = get(ORGANIZATION);
    waiting["after"] = json!(["Failing"]);
    let sandbox = demo(&[
        ("Failing", failing),
        ("Other", get(ORGANIZATION)),
        ("Waiting", waiting),
    ]);
    let run = sandbox.run(&["check", "-v"]).exits(1);
    let run = run.tells(&[
        "Failing: failed\n",
        "Waiting: not run, Failing did not succeed\n",
        "3 scenarios, 0 examples captured; documents: 0 unchanged, 0 noise, 0 drift; 1 failed, 1 not run\n",
    ]);
    run.answers(&[
        "error[unexpected-status]",
        "--> api-docs/scenarios/Failing.json:1:",
        "> GET /api/0/organizations/the-interstellar-jurisdiction/nowhere/",
        "> Authorization: Bearer <token>",
        "< 404 Not Found",
        "error[scenario-not-run]: Waiting was not run: it runs after Failing, which did not succeed",
        "--> api-docs/scenarios/Waiting.json:1:",
    ]);
    let run = sandbox
        .run(&["check", "--fail-fast", "--report", "json"])
        .exits(1);
    assert_eq!(codes(&run.json()), ["unexpected-status"]);
    run.tells(&["1 failed, 2 not run\n"]);
    sandbox
        .run(&["capture", "--fail-fast", "--keep-going"])
        .exits(2)
        .tells(&["cannot be used with"]);

    sandbox
        .run(&["check", "--only", "Waiting"])
        .exits(1)
        .tells(&[
            "note: Failing runs too: Waiting runs after it\n",
            "2 scenarios, ",
        ]);
    sandbox
        .run(&["check", "--skip", "Failing"])
        .exits(0)
        .tells(&[
            "note: Waiting is left out too: it runs after Failing\n",
            "1 scenario, ",
        ]);
}

#[test]
fn an_order_that_cannot_be_kept_is_told_before_any_request() {
    let mut scenario = get(ORGANIZATION);
    scenario["after"] = json!(["B", "Nobody"]);
    let mut other = get(ORGANIZATION);
    other["after"] = json!(["A"]);
    let sandbox = demo(&[("A", scenario), ("B", other)]);
    for verb in ["check", "validate"] {
        let run = sandbox.run(&[verb, "--max-findings", "1000"]).exits(1);
        assert_eq!(line(&run, "starting"), None, "{run}");
        run.answers(&[
            "error[scenario-cycle]: scenarios wait for each other: A after B after A",
            "error[unknown-scenario]: there is no scenario named \"Nobody\"",
            "--> api-docs/scenarios/A.json:1:",
        ]);
    }
}

#[test]
fn the_slowest_scenarios_are_told_to_people_alone() {
    let scenarios: Vec<_> = ["A", "B", "C", "D", "E", "F"]
        .map(|ident| (ident, get(ORGANIZATION)))
        .to_vec();
    let sandbox = demo(&scenarios);
    let run = sandbox.run(&["check", "--report", "json"]).exits(0);
    let slowest = line(&run, "slowest: ").unwrap();
    assert_eq!(slowest.matches(" s").count(), 5, "{slowest}");
    assert!(!run.stdout.contains("slowest"));
    assert_eq!(sandbox.run(&["check", "-q"]).exits(0).stderr, "");
}
