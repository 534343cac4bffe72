//! The form of our own files.

use std::sync::Arc;

use serde_json::Value;

use super::Document;
use crate::document::{Collection, key_order};
use crate::finding::{Finding, Fix, SourceFile, codes};
use crate::json::{KeyOrder, write};

/// A document is as `fmt` writes it.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let findings = of(document.source, document.json, key_order::ENDPOINT).into_iter();
    findings
        .map(|finding| finding.about(document.name))
        .collect()
}

/// So are the other files.
pub(super) fn others(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for loaded in collection.scenarios.values() {
        findings.append(&mut of(&loaded.source, &loaded.json, key_order::SCENARIO));
    }
    if let Some(loaded) = &collection.fixtures {
        findings.append(&mut of(&loaded.source, &loaded.json, key_order::SCENARIO));
    }
    if let Some(loaded) = &collection.approvals {
        findings.append(&mut of(&loaded.source, &loaded.json, key_order::APPROVALS));
    }
    for loaded in collection.contracts.values() {
        findings.append(&mut of(&loaded.source, &loaded.json, KeyOrder::Kept));
    }
    if let Some(loaded) = &collection.sections {
        findings.append(&mut of(&loaded.source, &loaded.json, key_order::SECTIONS));
    }
    findings
}

/// And the rules for volatile values.
pub(in crate::validate) fn volatile(source: &Arc<SourceFile>, json: &Value) -> Vec<Finding> {
    of(source, json, KeyOrder::Kept)
}

pub(in crate::validate) fn of(
    source: &Arc<SourceFile>,
    json: &Value,
    order: KeyOrder,
) -> Vec<Finding> {
    let text: &str = &source.text;
    let mut findings = Vec::new();
    let mut with_lf = None;
    // A string holds no line break as it is: each one stands between values.
    if let Some(at) = text.find("\r\n") {
        let fixed = text.replace("\r\n", "\n");
        let finding = Finding::new(codes::LINE_ENDINGS, "the lines of the file end with CR LF")
            .at(source, at..at)
            .help("let your editor write LF, and git too: `*.json text eol=lf` in .gitattributes");
        findings.push(finding.fix(Fix::new(
            "ends the lines with LF",
            source,
            0..text.len(),
            fixed.clone(),
        )));
        with_lf = Some(fixed);
    }
    let canonical = write(json, order);
    if with_lf.as_deref().unwrap_or(text) != canonical {
        let at = difference(text, &canonical);
        let message = "from here on the file is not in its canonical form";
        let finding = Finding::new(codes::NOT_CANONICAL, message)
            .at(source, at..at)
            .help("`apidocs fmt` writes it");
        findings.push(finding.fix(Fix::new(
            "writes the file in its canonical form",
            source,
            0..text.len(),
            canonical,
        )));
    }
    findings
}

/// The first value or key of the first line in which they differ.
fn difference(text: &str, other: &str) -> usize {
    let same = text
        .bytes()
        .filter(|byte| *byte != b'\r')
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let mut at = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte != b'\r')
        .nth(same)
        .map_or(text.len(), |(at, _)| at);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len();
    line + indent
}
