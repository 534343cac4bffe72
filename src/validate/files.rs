//! Each file against its schema.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schemas::{ENDPOINT, FIXTURES, PAGE, SCENARIO, SECTIONS, Schema};
use crate::document::{Collection, Loaded};
use crate::finding::{Finding, SourceFile, codes};

/// What does not fit, of all documents.
pub(super) fn findings(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, loaded) in &collection.endpoints {
        let of_file = of_file(&ENDPOINT, loaded);
        findings.extend(of_file.into_iter().map(|finding| finding.about(name)));
    }
    for loaded in collection.scenarios.values() {
        findings.append(&mut of_file(&SCENARIO, loaded));
    }
    if let Some(loaded) = &collection.sections {
        findings.append(&mut of_file(&SECTIONS, loaded));
    }
    if let Some(loaded) = &collection.fixtures {
        findings.append(&mut of_file(&FIXTURES, loaded));
    }
    findings
}

/// What does not fit, of a page whose JSON begins at byte `start`.
pub(super) fn page(value: &Value, source: &Arc<SourceFile>, start: usize) -> Vec<Finding> {
    let misfits = PAGE.misfits(value).into_iter();
    misfits
        .map(|misfit| misfit.in_embedded_json(source, start))
        .collect()
}

fn of_file<T: DeserializeOwned>(schema: &Schema, loaded: &Loaded<T>) -> Vec<Finding> {
    let misfits = schema.misfits(&loaded.json);
    if !misfits.is_empty() {
        let misfits = misfits.into_iter();
        return misfits
            .map(|misfit| misfit.in_json(&loaded.source))
            .collect();
    }
    if loaded.item.is_some() {
        return Vec::new();
    }
    // A schema calls `2e2` a whole number, the program does not: what a schema lets pass and we
    // cannot read must not be skipped in silence.
    match serde_json::from_value::<T>(loaded.json.clone()) {
        Ok(_) => Vec::new(),
        Err(error) => vec![Finding::new(codes::SCHEMA, error.to_string()).in_file(&loaded.source)],
    }
}
