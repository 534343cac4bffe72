//! SARIF 2.1.0 (OASIS standard), for code scanning.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::Report;
use super::notice::{Notice, in_repository, notices};
use crate::finding::{Code, Position, Severity};
use crate::json::{KeyOrder, write};

/// What a segment of a path must not hold as it is (RFC 3986, section 3.3), and `:`, which would read as a scheme.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// All findings and changes as the results of one run; its rules are the codes that occur, with their help.
pub fn sarif(report: &Report) -> String {
    let notices = notices(report);
    let codes: BTreeMap<&str, Code> = notices
        .iter()
        .map(|notice| (notice.code.id, notice.code))
        .collect();
    let index: BTreeMap<&str, usize> = codes.keys().copied().zip(0..).collect();
    let rules: Vec<_> = codes.values().map(|code| rule(*code)).collect();
    let results: Vec<_> = notices
        .iter()
        .map(|notice| {
            let rule = index.get(notice.code.id).copied().unwrap_or_default();
            result(&report.base, notice, rule)
        })
        .collect();
    let value = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "apidocs",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    write(&value, KeyOrder::Kept)
}

fn rule(code: Code) -> Value {
    let summary = code.summary();
    json!({
        "id": code.id,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {
            "text": code.help_page(),
            "markdown": code.help_page(),
        },
        "defaultConfiguration": {"level": level(code.default_severity())},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(base: &str, notice: &Notice<'_>, rule: usize) -> Value {
    let text = match &notice.help {
        Some(help) => format!("{}\n{help}", notice.message),
        None => notice.message.clone(),
    };
    let mut result = json!({
        "ruleId": notice.code.id,
        "ruleIndex": rule,
        "level": level(notice.severity),
        "message": {"text": text},
        "partialFingerprints": {"apidocs/v1": notice.fingerprint},
    });
    if let (Some(location), Some(result)) = (location(base, notice), result.as_object_mut()) {
        result.insert("locations".to_owned(), json!([location]));
    }
    result
}

fn location(base: &str, notice: &Notice<'_>) -> Option<Value> {
    let mut location = Map::new();
    if let Some(file) = notice.file {
        let mut physical = json!({
            "artifactLocation": {"uri": uri(&in_repository(base, file)), "uriBaseId": "%SRCROOT%"},
        });
        if let (Some((start, end)), Some(physical)) = (notice.region, physical.as_object_mut()) {
            physical.insert("region".to_owned(), region(start, end));
        }
        location.insert("physicalLocation".to_owned(), physical);
    }
    if let Some(document) = notice.document {
        let logical = json!([{"fullyQualifiedName": document, "kind": "resource"}]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    (!location.is_empty()).then_some(Value::Object(location))
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn uri(path: &str) -> String {
    let segments = path.split('/');
    let segments: Vec<_> = segments
        .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
        .collect();
    segments.join("/")
}
