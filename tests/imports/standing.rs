//! An OpenAPI document as the standing author of a project.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::run;

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The codes of the findings that a verb reports, with their addresses, sorted.
fn reported(folder: &Path, verb: &str, code: i32) -> Vec<String> {
    run(folder, &[verb, "--report", "json=report.json", "-q"], b"").exits(code);
    let report = read(&folder.join("report.json"));
    let findings = report["findings"].as_array().unwrap().iter();
    let mut told: Vec<String> = findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", text("code"), text("address"), text("message"))
        })
        .collect();
    told.sort();
    told
}

#[test]
fn check_tells_who_is_behind_and_generate_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    run(root, &["init", "--demo", "-q"], b"").exits(0);
    run(
        root,
        &["export", "openapi", "-o", "openapi.json", "-q"],
        b"",
    )
    .exits(0);
    let config = std::fs::read_to_string(root.join("apidocs.toml")).unwrap();
    let config = format!("{config}\n[source]\nkind = \"openapi\"\nfile = \"openapi.json\"\n");
    std::fs::write(root.join("apidocs.toml"), config).unwrap();
    // What was exported says the same.
    assert_eq!(reported(root, "check", 0), [""; 0]);

    let mut source = read(&root.join("openapi.json"));
    let keys = "/api/0/projects/{organization_slug}/{project_slug}/keys/";
    let operation = &mut source["paths"][keys]["get"];
    operation["summary"] = "Every Key".into();
    let removed = source["paths"]
        .as_object_mut()
        .unwrap()
        .shift_remove("/api/0/organizations/");
    assert!(removed.is_some());
    source["paths"]["/new/{id}"] = json!({"get": {"operationId": "get-new", "tags": ["Projects"], "parameters": [
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
    ], "responses": {}}});
    std::fs::write(root.join("openapi.json"), source.to_string()).unwrap();
    let told = reported(root, "check", 1);
    let starts = |start: &str| told.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        starts(
            "behind-source projects/get-project-keys the OpenAPI document says something else: `title`"
        ),
        1,
        "{told:#?}"
    );
    assert_eq!(
        starts("undocumented-operation  GET /new/{id} has no document"),
        1,
        "{told:#?}"
    );
    assert_eq!(starts("unknown-operation organizations/"), 2, "{told:#?}");

    let before = read(&root.join("api-docs/endpoints/projects/get-project-keys.json"));
    run(root, &["generate", "-q"], b"").exits(0);
    let document = read(&root.join("api-docs/endpoints/projects/get-project-keys.json"));
    assert_eq!(document["title"], "Every Key");
    assert_eq!(document["examples"], before["examples"]);
    assert!(
        root.join("api-docs/endpoints/projects/get-new.json")
            .exists()
    );
    let scenario = read(&root.join("api-docs/scenarios/Projects.json"));
    assert!(scenario["requests"][0]["todo"].is_string());
    // What it wrote is what the source says: nothing is behind any more.
    let told = reported(root, "check", 0);
    assert!(
        told.iter().all(|line| !line.contains("behind")),
        "{told:#?}"
    );
}

#[test]
fn captured_statuses_and_fields_that_the_source_does_not_know_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "apidocs.toml",
        "[source]\nkind = \"openapi\"\nfile = \"spec/api.yaml\"\n[severity]\nnot-canonical = \"off\"\nempty-description = \"off\"\n",
    );
    write(
        "spec/api.yaml",
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a/{id}:\n    get:\n      responses:\n        200:\n          description: OK\n          content: {application/json: {schema: {type: array, items: {$ref: 'parts.yaml#/Thing'}}}}\n",
    );
    write(
        "spec/parts.yaml",
        "Thing:\n  type: object\n  properties:\n    id: {type: integer}\n    inner: {$ref: '#/Thing'}\n    free: {type: object}\n    open: {type: object, properties: {a: {}}, additionalProperties: true}\n",
    );
    let example = |name: &str, status: u16, body: Value| json!({"name": name, "request": {"method": "GET", "path": "/a/1"}, "response": {"status": status, "reason": "", "body": body}});
    let document = json!({
        "title": "A", "method": "GET", "api_path": "/a/{other}", "description": "",
        "path_parameters": [{"name": "other", "type": "string", "description": ""}],
        "examples": [
            example("default", 200, json!([{"id": 1, "extra": 2, "inner": {"id": 1, "deep": {"x": 1}}, "free": {"y": 1}, "open": {"b": 1}}, {"extra": 3}])),
            example("gone", 404, json!({})),
        ],
    });
    write("api-docs/endpoints/a/get-a.json", &document.to_string());
    write(
        "api-docs/sections.json",
        r#"{"sections": [{"id": "a", "title": "A", "endpoints": ["get-a"]}]}"#,
    );
    assert_eq!(
        reported(root, "validate", 0),
        [
            "undocumented-field a/get-a#default the OpenAPI document does not know the field `deep`",
            "undocumented-field a/get-a#default the OpenAPI document does not know the field `extra`",
            "undocumented-status a/get-a#gone the OpenAPI document does not know the status 404",
        ]
    );
}

/// The contracts of responses are those of the OpenAPI document as it is now; one that was written down follows it.
#[test]
fn contracts_are_read_from_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    run(root, &["init", "--demo", "-q"], b"").exits(0);
    let export = ["export", "openapi", "-o", "openapi.json", "-q"];
    run(root, &export, b"").exits(0);
    let config = std::fs::read_to_string(root.join("apidocs.toml")).unwrap();
    let config = format!("{config}\n[source]\nkind = \"openapi\"\nfile = \"openapi.json\"\n");
    std::fs::write(root.join("apidocs.toml"), config).unwrap();
    let source = read(&root.join("openapi.json"));
    let keys = "/api/0/projects/{organization_slug}/{project_slug}/keys/";
    let with = |items: Value| {
        let mut source = source.clone();
        let json = json!({"schema": {"type": "array", "items": items}});
        source["paths"][keys]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
            json["schema"].clone();
        std::fs::write(root.join("openapi.json"), source.to_string()).unwrap();
    };

    with(json!({"required": ["label", "colour"]}));
    let told = reported(root, "validate", 1);
    let of_keys = "contract-mismatch projects/get-project-keys#default ";
    assert!(
        told.iter()
            .all(|line| line.starts_with(of_keys) && line.contains("`colour` is missing")),
        "{told:#?}"
    );
    assert!(!told.is_empty());
    // What is captured is held to it too, and not written.
    assert_eq!(reported(root, "capture", 1), told);
    with(json!({"required": ["label"]}));
    assert_eq!(reported(root, "validate", 0), [""; 0]);

    let contract = root.join("api-docs/contracts/projects/get-project-keys.200.schema.json");
    run(root, &["infer", "projects/get-project-keys", "-q"], b"").exits(0);
    let told = reported(root, "check", 1);
    assert_eq!(
        told,
        [
            "behind-source projects/get-project-keys the OpenAPI document says something else of the response"
        ]
    );
    run(root, &["generate", "-q"], b"").exits(0);
    assert_eq!(read(&contract)["items"], json!({"required": ["label"]}));
    assert_eq!(reported(root, "check", 0), [""; 0]);
}

/// Requests that lack something are not made, and the capture says so.
#[test]
fn requests_to_be_completed_are_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    run(root, &["init", "--demo", "-q"], b"").exits(0);
    let scenario = json!({"requests": [
        {"request": "DELETE /api/0/organizations/{{ gone_slug }}/", "save": {"later": "/slug"}},
        {"request": "GET /api/0/{{ later }}/"},
        {"request": "DELETE /api/0/projects/", "todo": "look it over"},
    ]});
    std::fs::write(
        root.join("api-docs/scenarios/Aaa.json"),
        scenario.to_string(),
    )
    .unwrap();
    let path = root.join("api-docs/fixtures.json");
    let mut fixtures = read(&path);
    fixtures["variables"]["gone_slug"] = Value::Null;
    std::fs::write(&path, fixtures.to_string()).unwrap();
    let settings = std::fs::read_to_string(root.join("apidocs.toml")).unwrap();
    assert!(!settings.contains("\n[severity]"));
    std::fs::write(
        root.join("apidocs.toml"),
        settings + "\n[severity]\nnot-canonical = 'off'\norphan-scenario = 'off'\n",
    )
    .unwrap();
    let told = reported(root, "validate", 0);
    assert_eq!(
        told,
        [
            "incomplete-request  `gone_slug` has no value yet: 1 request is not made",
            "incomplete-request  the request is not made: look it over",
        ]
    );
    let run = run(root, &["capture"], b"").exits(0);
    assert!(
        run.stderr.contains("3 requests to be completed not made"),
        "{}",
        run.stderr
    );

    // Nothing at all was made: that must not read as "the documents are true".
    let told = run_only(root);
    assert!(
        told.iter().any(|line| line.starts_with("no-scenarios")),
        "{told:#?}"
    );
}

fn run_only(root: &Path) -> Vec<String> {
    run(
        root,
        &[
            "capture",
            "--only",
            "Aaa",
            "--report",
            "json=report.json",
            "-q",
        ],
        b"",
    )
    .exits(1);
    let report = read(&root.join("report.json"));
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}
