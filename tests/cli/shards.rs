//! Captures into folders: shares of them, put together, and judged elsewhere.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::{Value, json};

use crate::support::{
    Api, Files, Run, Sandbox, document, fails, files, json_response, same, sections,
};

/// An API of a few paths; `/broken` gives no answer, `/cut` a part of one, `/fail` the wrong one.
fn api() -> Api {
    Api::new(|path, stream| {
        let answer = match path {
            "/broken" => return,
            "/cut" => b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[1, 2".to_vec(),
            "/fail" => json_response("500 Oh No", b"{\"token\":\"s3cret-token\"}"),
            path => {
                let body = json!({"path": path, "token": "s3cret-token", "items": [1, 2, 3]});
                json_response("200 OK", body.to_string().as_bytes())
            }
        };
        let _ = stream.write_all(&answer);
    })
}

/// Scenarios, each for an example of its own, whose credential is a secret of the environment.
fn project(api: &Api, scenarios: &[(&str, Value)]) -> Sandbox {
    let sandbox = Sandbox::new();
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\nidentity = 'me'\n[auth.me]\nvalue = 'Bearer {{{{ env.TOKEN }}}}'\nshown = 'Bearer <token>'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    let mut things = document("Things", json!(null));
    things["examples"] = json!([]);
    sandbox.write(
        "api-docs/endpoints/things/get-things.json",
        things.to_string(),
    );
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    for (ident, scenario) in scenarios {
        let mut scenario = scenario.clone();
        let target = format!("things/get-things#{ident}");
        scenario["requests"][0]["example"] = target.into();
        if scenario.get("isolated").is_none() {
            scenario["isolated"] = true.into();
        }
        sandbox.write(
            &format!("api-docs/scenarios/{ident}.json"),
            scenario.to_string(),
        );
    }
    sandbox
}

fn get(path: &str) -> Value {
    json!({"requests": [{"request": format!("GET /things/?{path}")}]})
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(arguments);
    command.env("TOKEN", "s3cret-token");
    crate::support::run(command)
}

fn folder(sandbox: &Sandbox, name: &str) -> Files {
    files(&sandbox.path(name))
}

#[test]
fn shares_of_the_demo_give_the_bytes_of_one_run() {
    let sandbox = Sandbox::seeded_demo();
    let before = sandbox.read("api-docs/endpoints/projects/get-project-keys.json");
    sandbox.run(&["capture", "-o", "one", "-q"]).exits(0);
    sandbox
        .run(&["capture", "-o", "eight", "-j", "8", "-q"])
        .exits(0);
    same(&folder(&sandbox, "one"), &folder(&sandbox, "eight"));
    let mut captured = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let out = format!("shares/{}", &shard[..1]);
        let run = sandbox
            .run(&["capture", "--shard", shard, "-o", &out, "-j", "4"])
            .exits(0);
        run.tells(&[&format!("shard {shard} of the capture written to {out}/\n")]);
        captured += folder(&sandbox, &format!("{out}/scenarios")).len();
    }
    assert_eq!(captured, 56);
    // In whatever order they are named.
    sandbox
        .run(&["merge", "shares/3", "shares/1", "shares/2", "-o", "merged"])
        .exits(0)
        .tells(&[
            "56 scenarios of 3 shares written to merged/\nnext: apidocs check --from merged\n",
        ]);
    same(&folder(&sandbox, "one"), &folder(&sandbox, "merged"));
    sandbox
        .run(&["check", "--from", "merged"])
        .exits(0)
        .answers(&["73 documents unchanged"]);

    // What is judged and written is what a run would give.
    sandbox.edit(
        "api-docs/endpoints/projects/get-project-keys.json",
        "\"isActive\": true",
        "\"isLive\": true",
    );
    let told = sandbox.run(&["check", "--report", "json"]).exits(1);
    let from = sandbox
        .run(&["check", "--report", "json", "--from", "merged"])
        .exits(1);
    assert_eq!(told.stdout, from.stdout);
    sandbox.run(&["generate", "--from", "merged"]).exits(0);
    assert_eq!(
        sandbox.read("api-docs/endpoints/projects/get-project-keys.json"),
        before
    );
    assert!(sandbox.path("site/projects/get-project-keys.md").exists());
}

#[test]
fn a_share_fits_its_schemas_and_holds_no_secret() {
    let api = api();
    let scenarios = [
        ("Good", get("a")),
        (
            "Short",
            json!({"requests": [{"request": "GET /s", "show": {"/items": 2}}]}),
        ),
        (
            "Setup",
            json!({"setup": [{"request": "GET /u?s3cret-token", "example": "things/get-things#set-up"}],
                         "requests": [{"request": "GET /v"}]}),
        ),
        ("Bad", json!({"requests": [{"request": "GET /fail"}]})),
        (
            "Behind",
            json!({"after": ["Bad"], "requests": [{"request": "GET /x"}]}),
        ),
        ("Mute", json!({"requests": [{"request": "GET /broken"}]})),
        ("Cut", json!({"requests": [{"request": "GET /cut"}]})),
    ];
    let sandbox = project(&api, &scenarios);
    run(&sandbox, &["capture", "-o", "out", "--shard", "1/1"]).exits(3).tells(&[
        "7 scenarios, 4 examples captured; documents: 0 unchanged, 0 noise, 1 drift; 3 failed, 1 not run\n",
        "error[scenario-not-run]: Behind was not run: it runs after Bad, which did not succeed\n",
    ]);
    let schema = |name: &str| {
        let text = apidocs::validate::schema_text(name).unwrap();
        jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
    };
    let (capture, of_run) = (schema("capture"), schema("run"));
    let mut outcomes = BTreeSet::new();
    for (path, bytes) in folder(&sandbox, "out") {
        let Some(bytes) = bytes else { continue };
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("s3cret"), "{path}: {text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        let schema = if path == "capture.json" {
            &capture
        } else {
            &of_run
        };
        let wrong: Vec<_> = schema
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?}");
        outcomes.extend(value["outcome"].as_str().map(str::to_owned));
    }
    assert_eq!(
        Vec::from_iter(outcomes),
        ["done", "failed", "no-response", "not-run"]
    );

    // What failed there is told here, and nothing else: no request is made, no credential is needed.
    run(&sandbox, &["merge", "out", "-o", "whole"]).exits(0);
    let here = run(&sandbox, &["check", "--report", "json"]).exits(3);
    let elsewhere = sandbox
        .run(&["check", "--report", "json", "--from", "whole"])
        .exits(3);
    assert_eq!(here.stdout, elsewhere.stdout);
    let human = sandbox.run(&["check", "--from", "whole"]).exits(3);
    human.answers(&[
        "--> api-docs/scenarios/Bad.json:1:",
        "< 500 Oh No",
        "> Authorization: Bearer <token>",
    ]);

    sandbox
        .run(&["capture", "--from", "whole", "--keep-going"])
        .exits(3);
    let captured = sandbox.read("api-docs/endpoints/things/get-things.json");
    let captured: Value = serde_json::from_str(&captured).unwrap();
    let short = captured["examples"]
        .as_array()
        .unwrap()
        .iter()
        .find(|example| example["name"] == "Short")
        .unwrap();
    assert_eq!(short["response"]["body"]["items"], json!([1, 2]));
    assert_eq!(short["shortened"], json!({"/items": {"shown": 2, "of": 3}}));
}

#[test]
fn shares_that_do_not_fit_together_are_refused() {
    let api = api();
    let scenarios = [("A", get("a")), ("B", get("b")), ("C", get("c"))];
    let sandbox = project(&api, &scenarios);
    let capture = |arguments: &[&str]| {
        run(&sandbox, &[&["capture", "-q"], arguments].concat()).exits(0);
    };
    capture(&["--shard", "1/2", "-o", "one"]);
    capture(&["--shard", "2/2", "-o", "two"]);
    capture(&["--shard", "1/3", "-o", "third"]);
    capture(&["--skip", "C", "--shard", "2/2", "-o", "skipped"]);
    capture(&["-o", "whole"]);
    let merge = |folders: &[&str], told: &[&str]| {
        fails(
            &sandbox,
            &[&["merge", "-o", "out"], folders].concat(),
            2,
            told,
        );
    };
    merge(&["one"], &["shard 2/2 is missing", "help: "]);
    let into_itself = ["merge", "one", "two", "-o", "./two"];
    fails(&sandbox, &into_itself, 2, &["two is one of the shares"]);
    merge(&["third"], &["shards 2/3, 3/3 are missing"]);
    merge(&["one", "two", "one"], &["one and one are both shard 1/2"]);
    merge(&["two", "third"], &["parts of different wholes: 1/3, 2/2"]);
    merge(
        &["one", "skipped"],
        &["one and skipped were captured from different selections"],
    );
    merge(&["one", "whole"], &["whole is a whole capture, no shard"]);
    merge(
        &["one", "api-docs"],
        &["api-docs: there is no capture.json", "help: "],
    );
    let absent = [
        "nowhere does not exist",
        "`apidocs capture -o DIR` makes one",
    ];
    merge(&["one", "nowhere"], &absent);
    fails(&sandbox, &["check", "--from", "nowhere"], 2, &absent);
    merge(&["apidocs.toml"], &["apidocs.toml is no folder", "help: "]);
    fails(
        &sandbox,
        &["merge", "one", "two", "-o", "api-docs"],
        2,
        &["api-docs: it holds files, and no capture", "help: "],
    );
    fails(
        &sandbox,
        &["check", "--from", "one"],
        2,
        &["one: this is shard 1/2 alone", "apidocs merge"],
    );
    fails(
        &sandbox,
        &["capture", "-o", "api-docs/x"],
        2,
        &["is in the folder of documents"],
    );
    fails(
        &sandbox,
        &["capture", "--shard", "3/2", "-o", "x"],
        2,
        &["\"3/2\" is no shard"],
    );
    fails(
        &sandbox,
        &["capture", "--shard", "1/1000000000000", "-o", "x"],
        2,
        &["a capture has 1000 at most: divide it into fewer"],
    );
    fails(&sandbox, &["capture", "--shard", "1/2"], 2, &["--output"]);

    let about = sandbox.read("one/capture.json");
    sandbox.write(
        "one/capture.json",
        about.replace("\"1/2\"", "\"1/1000000000000\""),
    );
    merge(
        &["one", "two"],
        &[
            "one: \"1/1000000000000\" is one of 1000000000000 shards",
            "1000 at most",
            "help: ",
        ],
    );
    sandbox.write("one/capture.json", about);

    sandbox.edit("api-docs/scenarios/A.json", "?a", "?aa");
    run(
        &sandbox,
        &["capture", "-q", "--shard", "2/2", "-o", "newer"],
    )
    .exits(0);
    merge(
        &["one", "newer"],
        &["one and newer were captured from different scenarios or settings"],
    );
    fails(
        &sandbox,
        &["check", "--from", "whole"],
        2,
        &["whole: the scenarios or settings are not those", "help: "],
    );

    let about = sandbox.read("whole/capture.json");
    for (from, to, told) in [
        (
            "capture:1",
            "capture:9",
            "capture.json is not of the format urn:apidocs:schema:capture:1",
        ),
        ("{", "[", "capture.json is no file of a capture: "),
        ("\"B\",", "", "capture.json does not name the scenario B"),
        ("\"C\"", "\"C\", \"D\"", "the scenario D is missing"),
    ] {
        sandbox.write("whole/capture.json", about.replacen(from, to, 1));
        fails(
            &sandbox,
            &["check", "--from", "whole"],
            2,
            &[told, "help: "],
        );
    }
}

#[test]
fn a_folder_is_used_again_and_an_idle_shard_is_no_failure() {
    let api = api();
    let sandbox = project(&api, &[("A", get("a")), ("B", get("b"))]);
    run(&sandbox, &["capture", "-o", "out"]).exits(0);
    assert!(sandbox.path("out/scenarios/A.json").exists());
    run(&sandbox, &["capture", "-o", "out", "--only", "B"]).exits(0);
    assert!(!sandbox.path("out/scenarios/A.json").exists());
    // A part is judged as a part.
    run(&sandbox, &["generate", "--from", "out"]).exits(0);
    run(&sandbox, &["check", "--from", "out"])
        .exits(0)
        .answers(&["1 document unchanged"]);
    for index in 1..=3 {
        let (shard, out) = (format!("{index}/3"), format!("s{index}"));
        run(&sandbox, &["capture", "-q", "--shard", &shard, "-o", &out]).exits(0);
    }
    run(&sandbox, &["merge", "s1", "s2", "s3", "-o", "merged"]).exits(0);
    run(&sandbox, &["capture", "-q", "-o", "one"]).exits(0);
    same(&folder(&sandbox, "one"), &folder(&sandbox, "merged"));
}

#[test]
fn files_that_no_capture_wrote_stay() {
    let api = api();
    let sandbox = project(&api, &[("A", get("a")), ("B", get("b"))]);
    run(&sandbox, &["capture", "-q", "-o", "out"]).exits(0);
    let others = [
        "out/package.json",
        "out/notes/A.json",
        "out/scenarios/sub/mine.json",
        "out/scenarios/A.json.orig",
    ];
    for path in others {
        sandbox.write(path, "{}");
    }
    run(&sandbox, &["capture", "-q", "-o", "out", "--only", "B"]).exits(0);
    assert!(!sandbox.path("out/scenarios/A.json").exists());
    run(&sandbox, &["capture", "-q", "-o", "again"]).exits(0);
    run(&sandbox, &["merge", "again", "-o", "out"]).exits(0);
    for path in others {
        assert_eq!(sandbox.read(path), "{}", "{path}");
    }
    run(&sandbox, &["check", "--from", "out"]).exits(1);

    // What stands in the place of a file of a capture is told before any request is made.
    for path in ["scenarios/mine.json", "fixtures.json", "capture.json"] {
        let before = sandbox.read("out/capture.json");
        sandbox.write(&format!("out/{path}"), "{}");
        let told = format!("out: {path} is in the way: no capture wrote it");
        for arguments in [
            ["capture", "-o", "out"].as_slice(),
            &["merge", "again", "-o", "out"],
        ] {
            fails(&sandbox, arguments, 2, &[&told, "help: move it away"]);
        }
        std::fs::remove_file(sandbox.path(&format!("out/{path}"))).unwrap();
        sandbox.write("out/capture.json", before);
    }
    run(&sandbox, &["capture", "-q", "-o", "out"]).exits(0);
}
