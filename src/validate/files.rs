//! Each file against its schema.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::misfit::Misfit;
use super::rules::method;
use super::schemas::{APPROVALS, ENDPOINT, FIXTURES, PAGE, SCENARIO, SECTIONS, Schema, VOLATILE};
use crate::document::{Collection, DocumentName, EndpointDocument, Loaded};
use crate::finding::{Finding, SourceFile, codes};
use crate::json::{Spans, pointer};

/// Keys under which any JSON may stand.
const FREE: [&str; 6] = ["body", "default", "enum", "form", "json", "variables"];

/// What does not fit, of one document: our schema, and that of the project where it has one.
pub(super) fn of_document(
    name: &DocumentName,
    loaded: &Loaded<EndpointDocument>,
    own: Option<&Schema>,
) -> Vec<Finding> {
    let mut findings = of_file(&ENDPOINT, loaded);
    if let Some(own) = own {
        let misfits = own.misfits(&loaded.json).into_iter();
        let told = misfits.map(|misfit| misfit.in_json(&loaded.source));
        // What both say is told once.
        let told: Vec<_> = told.filter(|finding| !findings.contains(finding)).collect();
        findings.extend(told.into_iter().map(|finding| match own.file() {
            Some(file) => finding.note(format!("the schema is {file}")),
            None => finding,
        }));
    }
    let findings = findings.into_iter();
    findings.map(|finding| finding.about(name)).collect()
}

/// What does not fit, of the other files.
pub(super) fn of_others(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for loaded in collection.scenarios.values() {
        findings.append(&mut of_file(&SCENARIO, loaded));
    }
    if let Some(loaded) = &collection.sections {
        findings.append(&mut of_file(&SECTIONS, loaded));
    }
    if let Some(loaded) = &collection.fixtures {
        findings.append(&mut of_file(&FIXTURES, loaded));
    }
    if let Some(loaded) = &collection.approvals {
        findings.append(&mut of_file(&APPROVALS, loaded));
    }
    findings
}

/// What does not fit, of a page whose JSON begins at byte `start`.
pub(super) fn page(value: &Value, source: &Arc<SourceFile>, start: usize) -> Vec<Finding> {
    let misfits = PAGE.misfits(value);
    if misfits.is_empty() {
        return Vec::new();
    }
    let text = source.text.get(start..).unwrap_or_default();
    let spans = Spans::of(text);
    let misfits = misfits.into_iter();
    misfits
        .map(|misfit| {
            let place = spans.locate(text, &misfit.pointer);
            let span = place.map(|place| misfit.span(place));
            misfit.at(
                source,
                span.map(|span| start + span.start..start + span.end),
            )
        })
        .collect()
}

/// What does not fit, of the rules for volatile values.
pub(super) fn volatile(value: &Value, source: &Arc<SourceFile>) -> Vec<Finding> {
    let misfits = VOLATILE.misfits(value).into_iter();
    misfits.map(|misfit| misfit.in_json(source)).collect()
}

fn of_file<T: DeserializeOwned>(schema: &Schema, loaded: &Loaded<T>) -> Vec<Finding> {
    let misfits = schema.misfits(&loaded.json);
    if !misfits.is_empty() {
        let misfits = misfits.into_iter();
        return misfits
            .map(|misfit| method::in_capitals(misfit.in_json(&loaded.source)))
            .collect();
    }
    if loaded.item.is_some() {
        return Vec::new();
    }
    unread(loaded).into_iter().collect()
}

/// What the schema lets pass and we cannot read must not be skipped in silence. The one such thing that
/// we know of: a schema calls `2e2` a whole number, the program does not.
fn unread<T: DeserializeOwned>(loaded: &Loaded<T>) -> Option<Finding> {
    if let Some((pointer, number)) = odd_number("", &loaded.json) {
        let message = format!("expected a whole number in plain digits, found {number}");
        return Some(Misfit::value(pointer, message).in_json(&loaded.source));
    }
    let error = T::deserialize(&loaded.json).err()?;
    Some(Finding::new(codes::SCHEMA, error.to_string()).in_file(&loaded.source))
}

/// The first number of our own keys that is not written in digits alone.
fn odd_number(at: &str, value: &Value) -> Option<(String, String)> {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            (!plain).then(|| (at.to_owned(), text))
        }
        Value::Array(items) => (0..)
            .zip(items)
            .find_map(|(index, item)| odd_number(&format!("{at}/{index}"), item)),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !FREE.contains(&key.as_str()))
            .find_map(|(key, value)| odd_number(&pointer::join(at, key), value)),
        _ => None,
    }
}
