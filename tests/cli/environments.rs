//! Servers that we did not start: what is sent to them, and what of them is written.

use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::{Api, Sandbox, codes, document, json_response, run, same, sections};

const DOCUMENT: &str = "api-docs/endpoints/things/get-things.json";

/// A server with things of its own, the paths that were asked, and a project that documents another one.
fn project(body: &'static str) -> (Sandbox, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let api = Api::new(move |path, stream| {
        log.lock().unwrap().push(path.to_owned());
        let _ = std::io::Write::write_all(stream, &json_response("200 OK", body.as_bytes()));
    });
    let sandbox = Sandbox::new();
    let port = api.port;
    sandbox.write(
        "apidocs.toml",
        format!(
            "base_url = 'http://127.0.0.1:{{{{ port }}}}'\nhost = 'api.example.com'\n\
             [server]\ncommand = 'no-such-server'\n\
             [env.staging]\nbase_url = 'http://127.0.0.1:{port}'\ncompare = 'shape'\n\
             [env.staging.variables]\norg = 'acme'\n\
             [env.exact]\nbase_url = 'http://127.0.0.1:{port}'\n\
             [severity]\nnot-canonical = 'off'\norphan-scenario = 'off'\n"
        ),
    );
    let committed = json!([{"id": 1, "name": "Pump"}]);
    sandbox.write(DOCUMENT, document("Things", committed).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    sandbox.write(
        "api-docs/fixtures.json",
        json!({"requests": [{"request": "POST /make", "save": {"thing": "/id"}}]}).to_string(),
    );
    for (name, requests) in [
        (
            "Reads",
            json!([{"request": "GET /things/", "example": "things/get-things"}]),
        ),
        ("Org", json!([{"request": "GET /{{ org }}"}])),
        ("Needs", json!([{"request": "GET /{{ thing }}"}])),
        (
            "Writes",
            json!([{"request": "GET /a"}, {"request": "DELETE /a"}]),
        ),
    ] {
        let scenario = json!({"title": name, "requests": requests});
        sandbox.write(
            &format!("api-docs/scenarios/{name}.json"),
            scenario.to_string(),
        );
    }
    (sandbox, asked)
}

#[test]
fn only_what_reads_is_sent_to_a_server_of_others() {
    let (sandbox, asked) = project("[{\"id\":7,\"name\":\"Hub\"},{\"id\":8,\"name\":\"x\"}]");
    let run = sandbox.run(&["check", "--env", "staging", "--report", "json"]);
    let run = run.exits(0);
    assert_eq!(
        codes(&run.json()),
        ["scenario-left-out", "scenario-left-out"]
    );
    run.answers(&[
        "[env.staging] does not allow DELETE (GET, HEAD are sent)",
        "nothing defines `thing` in [env.staging]",
    ]);
    assert_eq!(*asked.lock().unwrap(), ["/acme", "/things/"]);
}

#[test]
fn variables_of_the_environment_count_in_the_place_of_those_of_the_fixtures() {
    for fixtures in [
        json!({"variables": {"org": "local"}}),
        json!({"variables": {"org": null}}),
        json!({"requests": [{"request": "GET /org", "save": {"org": "/0/name"}}]}),
    ] {
        let (sandbox, asked) = project("[{\"id\":1,\"name\":\"Pump\"}]");
        sandbox.write("api-docs/fixtures.json", fixtures.to_string());
        let only = ["check", "--env", "staging", "--only", "Org"];
        sandbox.run(&only).exits(0);
        let asked = asked.lock().unwrap();
        assert_eq!(
            asked.last().map(String::as_str),
            Some("/acme"),
            "{fixtures}"
        );
    }
}

#[test]
fn a_shape_is_held_to_structure_and_types() {
    let (sandbox, _) = project("[{\"id\":\"7\",\"name\":\"Hub\",\"size\":1}]");
    let before = sandbox.files();
    let run = sandbox.run(&["check", "--env", "staging"]).exits(1);
    run.answers(&[
        "type-changed",
        "#default/response/body/0/id",
        "field-added",
        "Meant?  `apidocs generate --env staging --write-real-data`, then commit",
    ]);
    // The names are others and the same in type.
    let run = sandbox.run(&["check", "--env", "staging"]);
    assert!(!run.stdout.contains("Hub"), "{run}");
    // Without it, every value counts.
    let (other, _) = project("[{\"id\":7,\"name\":\"Hub\"}]");
    other.run(&["check", "--env", "staging"]).exits(0);
    let only = ["check", "--env", "exact", "--only", "Reads"];
    other.run(&only).exits(1).answers(&["value-changed", "Hub"]);
    same(&before, &sandbox.files());
}

#[test]
fn what_others_have_is_written_by_a_flag_alone() {
    let (sandbox, asked) = project("[{\"id\":7,\"name\":\"Hub\"}]");
    let before = sandbox.files();
    for verb in ["capture", "generate"] {
        sandbox
            .run(&[verb, "--env", "exact", "--only", "Reads"])
            .exits(2)
            .tells(&[
                "is not ours: its data would become documentation",
                "--write-real-data",
            ]);
    }
    assert!(asked.lock().unwrap().is_empty());
    same(&before, &sandbox.files());
    sandbox
        .run(&[
            "capture",
            "--env",
            "exact",
            "--only",
            "Reads",
            "--write-real-data",
        ])
        .exits(0);
    assert!(sandbox.read(DOCUMENT).contains("Hub"));
}

#[test]
fn what_was_captured_from_others_is_judged_as_theirs() {
    let (sandbox, _) = project("[{\"id\":7,\"name\":\"Hub\"}]");
    let staging = ["--env", "staging", "--only", "Reads"];
    let capture = [
        &["capture", "--write-real-data", "-o", "out"],
        staging.as_slice(),
    ];
    sandbox.run(&capture.concat()).exits(0);
    let check = ["check", "--from", "out", "--env"];
    sandbox.run(&[&check[..], &["staging"]].concat()).exits(0);
    let before = sandbox.files();
    // By the rules of another one it would be drift, and be written without a warning.
    for verb in ["check", "generate", "capture"] {
        sandbox.run(&[verb, "--from", "out"]).exits(2).tells(&[
            "out: this was captured in [env.staging]",
            "say so with --env staging",
        ]);
    }
    sandbox
        .run(&[&check[..], &["exact"]].concat())
        .exits(2)
        .tells(&["this was captured in [env.staging]"]);
    sandbox
        .run(&["generate", "--from", "out", "--env", "staging"])
        .exits(2)
        .tells(&["--write-real-data"]);
    same(&before, &sandbox.files());
}

#[test]
fn an_environment_that_does_not_exist_is_told() {
    let (sandbox, _) = project("[]");
    sandbox
        .run(&["check", "--env", "nowhere"])
        .exits(2)
        .tells(&["there is no [env.nowhere]", "there are exact, staging"]);
}

#[test]
fn an_empty_variable_is_as_none() {
    let (sandbox, asked) = project("[]");
    let scenario = json!({"title": "Key", "requests": [
        {"request": "GET /a", "headers": ["X-Api-Key: {{ env.API_KEY }}"]}
    ]});
    sandbox.write("api-docs/scenarios/Org.json", scenario.to_string());
    for (value, code) in [("", 1), ("k3y", 0)] {
        let mut command = sandbox.command(&["check", "--env", "exact", "--only", "Org"]);
        command.env("API_KEY", value);
        let ended = run(command);
        let ended = ended.exits(code);
        if code == 1 {
            ended.answers(&["the variable API_KEY of the environment is empty"]);
            assert!(asked.lock().unwrap().is_empty());
        }
    }
    assert_eq!(*asked.lock().unwrap(), ["/a"]);
}

#[test]
fn a_scenario_has_what_those_before_it_save_and_goes_with_them() {
    let (sandbox, asked) = project("[{\"id\":7,\"name\":\"Hub\"}]");
    for (name, after, request) in [
        (
            "First",
            None,
            json!({"request": "GET /first", "save": {"first": "/0/id"}}),
        ),
        (
            "Second",
            Some("First"),
            json!({"request": "GET /{{ first }}"}),
        ),
        ("Third", Some("Writes"), json!({"request": "GET /third"})),
    ] {
        let mut scenario = json!({"title": name, "requests": [request]});
        if let Some(after) = after {
            scenario["after"] = json!([after]);
        }
        let file = format!("api-docs/scenarios/{name}.json");
        sandbox.write(&file, scenario.to_string());
    }
    let run = sandbox.run(&["check", "--env", "staging", "--report", "json"]);
    let run = run.exits(0);
    assert_eq!(codes(&run.json()), ["scenario-left-out"; 3]);
    run.answers(&["it runs after `Writes`, which is left out in [env.staging]"]);
    let asked = asked.lock().unwrap();
    assert!(asked.contains(&"/7".to_owned()) && !asked.contains(&"/third".to_owned()));
}

#[test]
fn a_variable_that_is_not_set_is_told_in_the_same_words_in_settings() {
    let (sandbox, asked) = project("[]");
    let settings = sandbox.read("apidocs.toml");
    let auth = "[auth.user]\nvalue = 'Bearer {{ env.API_KEY }}'\nshown = 'Bearer <token>'\n";
    sandbox.write("apidocs.toml", format!("{settings}{auth}"));
    let requests = json!([{"request": "GET /make", "as": "user"}]);
    sandbox.write(
        "api-docs/fixtures.json",
        json!({"requests": requests}).to_string(),
    );
    let scenario = json!({"title": "Org", "requests": requests});
    sandbox.write("api-docs/scenarios/Org.json", scenario.to_string());
    let check = ["check", "--env", "exact", "--only", "Org"];
    for (value, told) in [
        (
            Some(""),
            "error[unknown-variable]: the variable API_KEY of the environment is empty\n",
        ),
        (
            None,
            "error[unknown-variable]: the environment has no variable API_KEY\n",
        ),
    ] {
        let mut command = sandbox.command(&check);
        command
            .env_remove("API_KEY")
            .envs(value.map(|value| ("API_KEY", value)));
        let ended = run(command).exits(2);
        assert_eq!(ended.stdout.matches("error[").count(), 1, "{ended}");
        ended.answers(&[told, "value = 'Bearer {{ env.API_KEY }}'"]);
        assert!(asked.lock().unwrap().is_empty());
    }
    // One that is needed before anything is asked.
    sandbox.write(
        "apidocs.toml",
        settings.replace("http://127.0.0.1:{{ port }}", "{{ env.API_KEY }}"),
    );
    sandbox.write("api-docs/fixtures.json", "{}");
    let mut command = sandbox.command(&["check", "--only", "Reads"]);
    command.env("API_KEY", "");
    run(command)
        .exits(2)
        .tells(&["`base_url`: the variable API_KEY of the environment is empty"]);
}

/// A project with `[env.st]`, whose settings follow, for a server that answers with `[]`; and the paths that were asked.
fn chosen(settings: &str) -> (Sandbox, Arc<Mutex<Vec<String>>>) {
    let (sandbox, asked) = project("[]");
    let port = sandbox.read("apidocs.toml");
    let port = port.split("127.0.0.1:").nth(2).unwrap();
    let port = port.split('\'').next().unwrap();
    sandbox.write(
        "apidocs.toml",
        format!(
            "base_url = 'http://127.0.0.1:9'\n[env.st]\n{}\n\
             [severity]\nnot-canonical = 'off'\norphan-scenario = 'off'\n",
            settings.replace("PORT", port)
        ),
    );
    (sandbox, asked)
}

#[test]
fn the_base_url_may_use_variables_of_the_environment() {
    let variables = "variables = { where = '127.0.0.1', org = 'acme' }";
    let base = |name: &str| format!("base_url = 'http://{{{{ {name} }}}}:PORT'\n{variables}");
    let check = ["check", "--env", "st", "--only", "Org"];
    let (sandbox, asked) = chosen(&base("where"));
    sandbox.run(&check).exits(0);
    assert_eq!(*asked.lock().unwrap(), ["/acme"]);
    let (sandbox, _) = chosen(&base("wehre"));
    sandbox
        .run(&check)
        .exits(2)
        .answers(&["nothing defines `wehre`", "did you mean `{{ where }}`?"]);
}
#[test]
fn variables_of_the_environment_are_templates() {
    let settings = "base_url = 'http://{{ at }}:PORT'\n\
        variables = { at = '{{ host }}', host = '127.0.0.1', token = 'a-{{ env.ST_TOKEN }}' }";
    let (sandbox, asked) = chosen(settings);
    let scenario = json!({"title": "Reads", "requests": [
        {"request": "GET /things/?key={{ token }}", "example": "things/get-things"}
    ]});
    sandbox.write("api-docs/scenarios/Reads.json", scenario.to_string());
    let run_it = |token: Option<&str>| {
        let mut command = sandbox.command(&[
            "capture",
            "--env",
            "st",
            "--only",
            "Reads",
            "--write-real-data",
        ]);
        command.env_remove("ST_TOKEN");
        if let Some(token) = token {
            command.env("ST_TOKEN", token);
        }
        run(command)
    };
    let ended = run_it(None);
    ended.exits(2).tells(&[
        "apidocs.toml:4:",
        "the environment has no variable ST_TOKEN",
    ]);
    assert!(asked.lock().unwrap().is_empty());
    let ended = run_it(Some("s3cr3t-of-staging")).exits(0);
    assert_eq!(*asked.lock().unwrap(), ["/things/?key=a-s3cr3t-of-staging"]);
    let written = sandbox.read(DOCUMENT);
    assert!(written.contains("/things/?key=a-<secret>"), "{written}");
    assert!(!format!("{ended}{written}").contains("s3cr3t"));
}

#[test]
fn a_variable_of_the_environment_that_nothing_defines_is_told_at_its_place() {
    for (variables, told) in [
        ("{ a = '{{ b }}', b = '{{ a }}' }", "nothing defines `b`"),
        ("{ a = '{{ org', b = 'c' }", "`{{` is not closed"),
        ("{ a = ['{{ orgg }}'], org = 'b' }", "did you mean `org`?"),
    ] {
        let settings = format!("base_url = 'http://127.0.0.1:PORT'\nvariables = {variables}");
        let (sandbox, asked) = chosen(&settings);
        sandbox
            .run(&["check", "--env", "st", "--only", "Reads"])
            .exits(2)
            .answers(&["apidocs.toml:4:", told]);
        assert!(asked.lock().unwrap().is_empty());
    }
}

#[test]
fn what_the_fixtures_save_as_a_secret_is_one_when_the_environment_gives_it() {
    let settings = "base_url = 'http://127.0.0.1:PORT'\n\
        variables = { ticket = ['stagingsecret77', 12345678] }";
    // Made there, or left out since it writes.
    for method in ["GET", "POST"] {
        let (sandbox, _) = chosen(settings);
        let save = json!({"ticket": {"pointer": "/0", "secret": true}});
        let fixtures = json!({"requests": [{"request": format!("{method} /make"), "save": save}]});
        sandbox.write("api-docs/fixtures.json", fixtures.to_string());
        let scenario = json!({"title": "Reads", "requests": [
            {"request": "GET /things/?x={{ ticket }}", "example": "things/get-things"}
        ]});
        sandbox.write("api-docs/scenarios/Reads.json", scenario.to_string());
        let capture = [
            "capture",
            "--env",
            "st",
            "--only",
            "Reads",
            "--write-real-data",
        ];
        let ended = sandbox.run(&capture).exits(0);
        let written = sandbox.read(DOCUMENT);
        assert!(written.contains("<secret>"), "{written}");
        let all = format!("{ended}{written}");
        assert!(!all.contains("stagingsecret77"), "{all}");
        assert!(!all.contains("12345678"), "{all}");
    }
}
