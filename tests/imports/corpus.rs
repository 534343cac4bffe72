//! Real documents, as two servers gave them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::exports::{others_accept, there_and_back};
use crate::support::{body, corpus, run};

fn imported(capture: &str, operations: usize, told_of: &[&str]) {
    let Some(corpus) = corpus() else { return };
    let message = std::fs::read(corpus.join("captures").join(capture)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("api.json"), body(&message)).unwrap();
    let told = run(
        folder.path(),
        &["import", "openapi", "api.json", "-o", "docs"],
        b"",
    )
    .exits(0);
    assert!(
        told.stderr
            .starts_with(&format!("{operations} documents in ")),
        "{}",
        told.stderr
    );
    assert!(
        told.stderr
            .contains("of the source without a place in a document"),
        "{}",
        told.stderr
    );
    // Nothing was captured yet, which is told and no error.
    let validate = ["--docs", "docs", "validate", "--report", "json"];
    let report = run(folder.path(), &validate, b"").exits(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let codes: BTreeSet<_> = findings.map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, told_of.iter().copied().collect());

    let source: Value = serde_json::from_slice(body(&message)).unwrap();
    let exported = there_and_back(&folder.path().join("docs"));
    let methods = ["get", "put", "post", "delete", "patch", "head", "options"];
    let count = |document: &Value| {
        let items = document["paths"].as_object().unwrap().values();
        items
            .flat_map(|item| item.as_object().unwrap().keys())
            .filter(|key| methods.contains(&key.as_str()))
            .count()
    };
    assert_eq!((count(&source), count(&exported)), (operations, operations));
    if let Some(accepted) = others_accept(&exported) {
        accepted.unwrap();
    }
}

#[test]
fn every_operation_of_bugsink_becomes_a_document() {
    let told_of = ["incomplete-request", "missing-example"];
    imported("bugsink/run1/17-schema-json.http", 35, &told_of);
}

#[test]
fn every_operation_of_kinto_becomes_a_document() {
    // Some of its operations have no description.
    let told_of = ["empty-description", "incomplete-request", "missing-example"];
    imported("kinto/run1/13-openapi.http", 44, &told_of);
}
