//! Contracts of response bodies, from `infer` to a body that breaks one.

use serde_json::json;

use crate::support::{Api, DOCUMENT, Sandbox, codes, project, same};

const CONTRACT: &str = "api-docs/contracts/things/get-things.200.schema.json";

#[test]
fn contracts_are_inferred_and_kept() {
    let sandbox = project();
    sandbox.run(&["infer"]).exits(0).tells(&[
        "1 contract written to api-docs/contracts/, 0 unchanged\n",
        "next: apidocs validate\n",
    ]);
    let written = sandbox.read(CONTRACT);
    let value: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(value["properties"], json!({"a": {"type": "integer"}}));
    sandbox.run(&["validate"]).exits(0);
    sandbox.run(&["fmt"]).exits(0);
    assert_eq!(sandbox.read(CONTRACT), written);
    sandbox
        .run(&["infer"])
        .exits(0)
        .tells(&["0 contracts written", "1 unchanged"]);

    // What somebody edited stays, unless it is to go.
    sandbox.edit(CONTRACT, "\"integer\"", "\"string\"");
    let edited = sandbox.files();
    sandbox
        .run(&["infer"])
        .exits(0)
        .tells(&["0 contracts written", "1 kept although"]);
    same(&edited, &sandbox.files());
    let run = sandbox.run(&["validate", "--report", "json"]).exits(1);
    let report = run.json();
    assert_eq!(codes(&report), ["contract-mismatch"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["pointer"], "/examples/0/response/body/a");
    assert_eq!(finding["file"], DOCUMENT);
    assert_eq!(
        finding["message"],
        "the body does not fit its contract at `/a`: expected a string, found a number"
    );
    sandbox
        .run(&["infer", "--force", "things/get-things"])
        .exits(0);
    assert_eq!(sandbox.read(CONTRACT), written);
}

#[test]
fn infer_refuses_what_it_cannot_do() {
    let sandbox = project();
    sandbox.write(CONTRACT, "{");
    let before = sandbox.files();
    sandbox
        .run(&["infer", "--force"])
        .exits(1)
        .tells(&["json-syntax", "nothing was written"]);
    same(&before, &sandbox.files());
    sandbox.write(CONTRACT, "{}");
    sandbox
        .run(&["infer", "things/nothing"])
        .exits(2)
        .tells(&["there is no document \"things/nothing\""]);
}

/// What the next command would refuse is not written.
#[test]
fn infer_writes_no_contract_that_cannot_be_read() {
    let sandbox = project();
    let deep = format!("{}1{}", "{\"a\": ".repeat(600), "}".repeat(600));
    let deep = apidocs::json::parse(&deep).unwrap();
    sandbox.write(
        DOCUMENT,
        crate::support::document("Things", deep).to_string(),
    );
    let before = sandbox.files();
    sandbox.run(&["infer"]).exits(1).tells(&[
        "error[broken-contract]",
        "is not written: ",
        "0 contracts written",
    ]);
    same(&before, &sandbox.files());

    let source = json!({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {"/things/": {"get": {"responses": {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "strin"}}}}}}}}});
    sandbox.write("api.json", source.to_string());
    sandbox
        .run(&["infer", "--from-openapi", "api.json"])
        .exits(1)
        .tells(&["there is no type `strin`, at /type"]);
    assert!(!sandbox.path(CONTRACT).exists());
}

/// A body that breaks its contract never becomes documentation; a contract that committed bodies break is no reason not
/// to capture better ones.
#[test]
fn a_captured_body_is_held_to_its_contract() {
    let sandbox = project();
    let api = Api::json("200 OK", b"{\"a\": 2}");
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\n[severity]\nnot-canonical = 'off'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    sandbox.write(CONTRACT, json!({"required": ["b"]}).to_string());
    let before = sandbox.files();
    for verb in ["capture", "generate", "check"] {
        let run = sandbox.run(&[verb, "--report", "json"]).exits(1);
        assert_eq!(codes(&run.json()), ["contract-mismatch"], "{verb}");
        same(&before, &sandbox.files());
    }
    sandbox.write(
        CONTRACT,
        json!({"properties": {"a": {"const": 2}}}).to_string(),
    );
    sandbox.run(&["validate"]).exits(1);
    sandbox.run(&["capture"]).exits(0);
    sandbox.run(&["validate"]).exits(0);
    assert!(sandbox.read(DOCUMENT).contains("\"a\": 2"));
}

/// Of an array that is shown in part, the contract is held against all that was captured.
#[test]
fn a_contract_is_about_the_whole_of_a_long_array() {
    let sandbox = project();
    let body = json!({"items": (0..100).collect::<Vec<_>>()});
    let api = Api::json("200 OK", body.to_string().as_bytes());
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\n[severity]\nnot-canonical = 'off'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    let request =
        json!({"request": "GET /things/", "example": "things/get-things", "show": {"/items": 3}});
    sandbox.write(
        "api-docs/scenarios/Things.json",
        json!({"title": "Things", "requests": [request]}).to_string(),
    );
    let contract = |array| json!({"properties": {"items": array}}).to_string();
    sandbox.write(CONTRACT, contract(json!({"minItems": 100})));
    sandbox.run(&["generate"]).exits(0);
    assert!(sandbox.read(DOCUMENT).contains("\"of\": 100"));
    sandbox.run(&["validate"]).exits(0);
    sandbox.run(&["check"]).exits(0);
    sandbox.write(CONTRACT, contract(json!({"items": {"maximum": 98}})));
    sandbox.run(&["validate"]).exits(0);
    let report = sandbox.run(&["check", "--report", "json"]).exits(1).json();
    assert_eq!(codes(&report), ["contract-mismatch"]);
    assert_eq!(
        report["findings"][0]["message"],
        "the body does not fit its contract at `/items`: expected at most 98, found 99 (in item 100, which is not shown)"
    );
}

#[test]
fn a_contract_without_endpoint_is_told() {
    let sandbox: Sandbox = project();
    sandbox.write("api-docs/contracts/things/gone.200.schema.json", "{}");
    sandbox
        .run(&["validate"])
        .exits(1)
        .answers(&["error[orphan-contract]: there is no document `things/gone`"]);
}

/// What is on disk has other lines than what was captured, or lacks the value.
#[test]
fn a_captured_body_is_told_at_the_place_of_the_committed_one() {
    let sandbox = project();
    let api = Api::json(
        "200 OK",
        b"{\"0\": [1, 2, 3], \"a\": true, \"z\": {\"y\": 1}}",
    );
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\n[severity]\nnot-canonical = 'off'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    let contract = json!({"properties": {"a": {"type": "integer"}, "z": {"properties": {"y": {"type": "string"}}}}});
    sandbox.write(CONTRACT, contract.to_string());
    let committed = sandbox.read(DOCUMENT);
    let place = |text: &str| {
        let before = &committed[..committed.find(text).unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        json!([line, column])
    };
    let expected = [
        (place("\"body\""), "captured: 1"),
        (place("1}"), "captured: true"),
    ];
    for verb in ["capture", "generate", "check"] {
        let report = sandbox.run(&[verb, "--report", "json"]).exits(1).json();
        let findings = report["findings"].as_array().unwrap();
        let told: Vec<_> = findings
            .iter()
            .filter(|finding| finding["code"] == "contract-mismatch")
            .map(|finding| {
                let region = json!([finding["line"], finding["column"]]);
                (region, finding["notes"][1].as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!(told, expected, "{verb}: {report:#}");
    }
    // The field is told in every format, and that what was captured is meant.
    let told = sandbox.run(&["check", "--report", "github", "--patch", "p.patch"]);
    let told = told.exits(1).tells(&[
        "Meant?  mend the errors (`contract-mismatch`) first: `apidocs generate` writes nothing before\n",
        "p.patch is empty: `apidocs generate` would refuse to write, for what is told as errors\n",
    ]);
    for place in ["/a`: expected a whole number", "/z/y`: expected a string"] {
        let message = format!("as captured, the body does not fit its contract at `{place}");
        assert!(told.stdout.contains(&message), "{told}");
        assert!(told.stderr.contains(&message), "{told}");
    }
}

/// The schemas of an OpenAPI document count in place of contracts.
#[test]
fn a_body_that_does_not_fit_the_openapi_document_leads_there() {
    let sandbox = project();
    let api = Api::json("200 OK", b"{\"a\": 1, \"b\": 2}");
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\n[severity]\nnot-canonical = 'off'\n[source]\nkind = 'openapi'\nfile = 'openapi.yaml'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    sandbox.write(
        "openapi.yaml",
        "openapi: 3.0.3\n\
         info: {title: x, version: '1'}\n\
         paths:\n\
         \x20 /things/:\n\
         \x20   get:\n\
         \x20     tags: [things]\n\
         \x20     summary: Things\n\
         \x20     description: Things.\n\
         \x20     responses:\n\
         \x20       '200':\n\
         \x20         description: ok\n\
         \x20         content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}\n\
         components:\n\
         \x20 schemas:\n\
         \x20   Thing: {type: object, properties: {a: {type: string}}, additionalProperties: true}\n\
         \x20   Other: {type: object}\n",
    );
    let run = sandbox.run(&["validate"]).exits(1).answers(&[
        "the body does not fit its contract at `/a`: expected a string, found a number",
        "= note: the contract is the schema at openapi.yaml:15\n",
        "= help: mend the API; or, if that is meant, the schema in openapi.yaml\n",
    ]);
    assert!(!run.stdout.contains("infer"), "{run}");
}
