//! The whole way: from an OpenAPI document to documents with captured examples.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::run;

const API: &str = "
openapi: 3.0.3
info: {title: Part of the demo API, version: '1'}
paths:
  /api/0/organizations/:
    get: {tags: [organizations], operationId: list-organizations, summary: List Organizations, description: Those of the caller.,
      responses: {200: {description: OK}}}
  /api/0/projects/{org}/{project_slug}/keys/:
    get: {tags: [projects], operationId: list-keys, summary: List Keys, description: Those of a project.,
      parameters: [
        {name: org, in: path, required: true, description: the organization, schema: {type: string}},
        {name: project_slug, in: path, required: true, description: the project, schema: {type: string}}],
      responses: {200: {description: OK, content: {application/json: {schema: {type: array, items: {type: object}}}}}}}
";

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Code, severity and address of what `validate` finds, sorted.
fn found(root: &Path) -> Vec<String> {
    let report = run(root, &["validate", "--report", "json"], b"").exits(0);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("severity"), text("code"), text("address"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn an_import_is_valid_and_a_capture_completes_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    run(root, &["init", "--demo", "-q"], b"").exits(0);
    // The demo's server and credentials, and none of its documents.
    for of_demo in ["endpoints", "scenarios"] {
        std::fs::remove_dir_all(root.join("api-docs").join(of_demo)).unwrap();
    }
    let sections = root.join("api-docs/sections.json");
    std::fs::write(&sections, "{\"sections\": []}\n").unwrap();
    std::fs::write(root.join("api.yaml"), API).unwrap();
    run(root, &["import", "openapi", "api.yaml"], b"").exits(0);

    // Nothing is captured yet, and nothing is wrong.
    let waits = [
        "warning incomplete-request -",
        "warning missing-example organizations/list-organizations",
        "warning missing-example projects/list-keys",
    ];
    assert_eq!(found(root), waits);

    // One request can be made as it is.
    run(root, &["generate", "-q"], b"").exits(0);
    assert_eq!(found(root), [waits[0], waits[2]]);

    // One value, and so can the other.
    let fixtures = root.join("api-docs/fixtures.json");
    let mut json = read(&fixtures);
    assert_eq!(json["variables"]["project_slug"], Value::Null);
    json["variables"]["project_slug"] = json!("pump-station");
    std::fs::write(&fixtures, json.to_string()).unwrap();
    run(root, &["fmt", "-q"], b"").exits(0);
    run(root, &["generate", "-q"], b"").exits(0);
    assert_eq!(found(root), [""; 0]);
    let keys = read(&root.join("api-docs/endpoints/projects/list-keys.json"));
    assert_eq!(keys["examples"][0]["response"]["status"], 200);
    run(root, &["check"], b"").exits(0);
}
