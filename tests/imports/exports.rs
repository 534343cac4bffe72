//! Exports come back as they were, and others understand them.

use std::path::Path;
use std::process::Command;

use apidocs::document::Tree;
use serde_json::Value;

use crate::support::{read, repository, run};

/// What an export must bring back: documents, contracts and the order of sections.
fn kept(folder: &Path) -> Tree {
    let mut tree = read(folder);
    tree.files.retain(|path, _| {
        path.starts_with("endpoints/") || path.starts_with("contracts/") || path == "sections.json"
    });
    tree
}

/// Exports a folder of documents, imports that, and gives the OpenAPI document.
pub fn there_and_back(docs: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let docs_text = docs.to_str().unwrap();
    let export = ["--docs", docs_text, "export", "openapi", "-o", "api.json"];
    let told = run(folder.path(), &export, b"").exits(0);
    assert!(!told.stderr.contains("inexact-export"), "{}", told.stderr);
    run(
        folder.path(),
        &["import", "openapi", "api.json", "-o", "back"],
        b"",
    )
    .exits(0);
    let (there, back) = (kept(docs), kept(&folder.path().join("back")));
    let names = |tree: &Tree| tree.files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(&back));
    for (path, bytes) in &there.files {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        assert_eq!(text(&back.files[path]), text(bytes), "{path}");
    }
    let bytes = std::fs::read(folder.path().join("api.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Whether a validator that others wrote accepts a document; `None` where it is not installed: `tests/imports/install`
/// does that, and `OPENAPI_SPEC_VALIDATOR` may name another one.
pub fn others_accept(document: &Value) -> Option<Result<(), String>> {
    let installed = repository().join("target/validators/bin/openapi-spec-validator");
    let program = match std::env::var_os("OPENAPI_SPEC_VALIDATOR") {
        Some(named) => named,
        None if installed.exists() => installed.into(),
        None => "openapi-spec-validator".into(),
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.json");
    std::fs::write(&file, document.to_string()).unwrap();
    match Command::new(program).arg(&file).output() {
        Err(_) => {
            eprintln!("skipped: openapi-spec-validator is not installed (tests/imports/install)");
            None
        }
        Ok(output) if output.status.success() => Some(Ok(())),
        Ok(output) => Some(Err(String::from_utf8_lossy(&output.stdout).into_owned())),
    }
}

#[test]
fn the_demo_comes_back_and_others_understand_it() {
    let document = there_and_back(&repository().join("api-docs"));
    let operations = document["paths"].as_object().unwrap().values();
    let count: usize = operations.map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(count, 73);
    if let Some(accepted) = others_accept(&document) {
        accepted.unwrap();
    }
}

/// Documents that OpenAPI has no place for come back all the same.
#[test]
fn odd_documents_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, value: Value| {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let order = match path.starts_with("endpoints") {
            true => apidocs::document::key_order::ENDPOINT,
            false => apidocs::document::key_order::SECTIONS,
        };
        std::fs::write(file, apidocs::json::write(&value, order)).unwrap();
    };
    let document = |method: &str, path: &str| {
        serde_json::json!({
            "$schema": "../../../schemas/endpoint.schema.json", "title": "T", "method": method, "api_path": path,
            "description": "", "warning": null, "authentication": "", "path_parameters": null,
            "query_parameters": null, "parameters": null, "examples": [],
        })
    };
    let mut first = document("GET", "/a/{b}");
    first["path_parameters"] = serde_json::json!([
        {"name": "b", "type": "slug or so", "description": "", "required": true, "default": null},
        {"name": "c", "type": "", "description": "not in the path"},
    ]);
    first["query_parameters"] = serde_json::json!([]);
    first["header_parameters"] = serde_json::json!([{"name": "k", "type": "int", "description": "d", "in": "cookie", "enum": [1, 2], "required": false}]);
    first["sidebar_order"] = 7.into();
    first["no_example"] = "no server".into();
    first["warning"] = "Mind the gap.".into();
    let mut second = document("POST", "/a/{b}");
    second["warning"] = "This endpoint is deprecated.".into();
    second["parameters"] = serde_json::json!([
        {"name": "x", "type": "array of array of integer or null", "description": "", "format": "int64", "required": true,
         "constraints": {"exclusiveMinimum": 0, "minItems": 1, "pattern": "^a"}},
        {"name": "x", "type": "string", "description": "twice"},
        {"name": "f", "type": "string", "description": "", "in": "multipart"},
    ]);
    second["examples"] = serde_json::json!([
        {"name": "one", "title": "One", "request": {"method": "POST", "path": "/a/1", "headers": ["Authorization: Basic x"], "body": {"body_at": "kept", "$ref": "#/nowhere"}},
         "response": {"status": 200, "reason": "Fine", "headers": ["Content-Type: application/json; charset=x"], "body": null}},
        {"name": "one", "request": {"method": "POST", "path": "/a/1"}, "response": {"status": 200, "reason": "OK", "body": [1.0, 1e3]}},
        {"name": "old", "request": {"verbatim": ["x"]}, "response": {"status": 404, "reason": "", "text": ["a", "b"]}},
    ]);
    let mut whole = document("PUT", "/a/{b}");
    whole["parameters"] = serde_json::json!([{"name": "body", "type": "text/csv", "description": "rows", "required": true}]);
    write("endpoints/x/one.json", first);
    write("endpoints/x/two.json", second);
    write("endpoints/y/one.json", document("GET", "/a/{b}"));
    write("endpoints/y/link.json", document("LINK", "/a/{b}"));
    write("endpoints/y/whole.json", whole);
    write(
        "sections.json",
        serde_json::json!({"$schema": "../schemas/sections.schema.json", "sections": [
            {"id": "y", "title": "Same", "endpoints": ["whole", "one", "gone"]},
            {"id": "x", "title": "Same", "endpoints": ["two", "one"]},
            {"id": "empty", "title": "Nothing Here", "endpoints": []},
        ]}),
    );
    let exported = there_and_back(folder.path());
    if let Some(accepted) = others_accept(&exported) {
        accepted.unwrap();
    }
}

/// An export without examples says so: OpenAPI documents look whole without them.
#[test]
fn an_export_without_examples_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let api = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {summary: A, responses: {}}}}\n";
    std::fs::write(folder.path().join("api.yaml"), api).unwrap();
    let import = ["import", "openapi", "api.yaml", "-o", "docs", "-q"];
    run(folder.path(), &import, b"").exits(0);
    let export = ["--docs", "docs", "export", "openapi", "-o", "x.json"];
    let told = run(folder.path(), &export, b"").exits(0).stderr;
    assert!(
        told.starts_with(
            "1 operation, 0 examples and 0 contracts written to x.json\nnothing is captured yet"
        ),
        "{told}"
    );
}

/// What is said of a status without JSON comes back, and is no JSON.
#[test]
fn statuses_without_json_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let api = serde_json::json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {
        "summary": "A",
        "responses": {
            "404": {"description": "It went."},
            "406": {"description": "Not Acceptable", "content": {"text/csv": {}}},
            "4XX": {"description": "No.", "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    }}}});
    std::fs::write(folder.path().join("api.json"), api.to_string()).unwrap();
    let import = ["import", "openapi", "api.json", "-o", "docs", "-q"];
    run(folder.path(), &import, b"").exits(0);
    let exported = there_and_back(&folder.path().join("docs"));
    let responses = &exported["paths"]["/a"]["get"]["responses"];
    assert_eq!(responses, &api["paths"]["/a"]["get"]["responses"]);
}

/// A contract of a document that OpenAPI has no place for is not left out in silence.
#[test]
fn a_contract_that_is_left_out_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    let document = r#"{"title": "T", "method": "LINK", "api_path": "/a", "description": "", "no_example": "no server"}"#;
    write("docs/endpoints/x/link.json", document);
    write("docs/contracts/x/link.200.schema.json", "{}");
    let export = ["--docs", "docs", "export", "openapi", "-o", "x.json"];
    let told = run(folder.path(), &export, b"").exits(0).stderr;
    assert!(
        told.contains("the contract x/link 200 is left out"),
        "{told}"
    );
}
