//! The report for machines.

use serde::Serialize;
use serde_json::{Value, json};

use super::visible::visible_in_json;
use super::{Report, Summary};
use crate::finding::{
    Change, Code, DocumentChanges, DocumentStatus, Finding, Impact, Label, Position, Severity,
};

#[derive(Serialize)]
struct ReportFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<Vec<DocumentFile<'a>>>,
    findings: Vec<FindingFile<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct DocumentFile<'a> {
    document: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<&'a str>,
    endpoint: &'a str,
    status: DocumentStatus,
    /// Places that only the kind of their values says may differ.
    #[serde(skip_serializing_if = "is_zero")]
    provisional: usize,
    impact: Option<Impact>,
    file: Option<&'a str>,
    requests: Vec<RequestFile<'a>>,
    changes: Vec<ChangeFile<'a>>,
}

/// A request of a scenario that makes an example that changed.
#[derive(Serialize)]
struct RequestFile<'a> {
    example: &'a str,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
struct ChangeFile<'a> {
    #[serde(flatten)]
    change: &'a Change,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
struct FindingFile<'a> {
    code: Code,
    severity: Severity,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    pointer: Option<&'a str>,
    address: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    notes: &'a [String],
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl<'a> From<&'a Finding> for FindingFile<'a> {
    fn from(finding: &'a Finding) -> Self {
        let position = finding.position();
        Self {
            code: finding.code,
            severity: finding.severity,
            file: finding.file(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            pointer: finding.pointer.as_deref(),
            address: finding.address.as_deref(),
            message: &finding.message,
            help: finding.help.as_deref(),
            notes: &finding.notes,
        }
    }
}

impl<'a> DocumentFile<'a> {
    fn new(report: &'a Report, document: &'a DocumentChanges) -> Self {
        let endpoint = report.endpoints.get(&document.document);
        let requests = endpoint.map(|endpoint| endpoint.requests_of(document));
        let requests = requests.unwrap_or_default().into_iter();
        let position = |span: std::ops::Range<usize>| {
            endpoint.map(|endpoint| endpoint.source.position(span.start))
        };
        let spans = match endpoint {
            Some(endpoint) if !document.changes.is_empty() => endpoint.spans(&document.changes),
            _ => vec![None; document.changes.len()],
        };
        let places = spans.into_iter().map(|span| span.and_then(position));
        Self {
            document: &document.document,
            previous: document.previous.as_deref(),
            endpoint: &document.endpoint,
            status: document.status,
            provisional: document.provisional,
            impact: document.impact(),
            file: endpoint.map(|endpoint| endpoint.source.path.as_str()),
            requests: requests
                .map(|request| RequestFile::new(request.example, request.label))
                .collect(),
            changes: document
                .changes
                .iter()
                .zip(places)
                .map(|(change, place)| ChangeFile::new(change, place))
                .collect(),
        }
    }
}

impl<'a> RequestFile<'a> {
    fn new(example: &'a str, label: &'a Label) -> Self {
        let span = label.span.as_ref();
        let position = span.map(|span| label.source.position(span.start));
        Self {
            example,
            file: &label.source.path,
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
        }
    }
}

impl<'a> ChangeFile<'a> {
    fn new(change: &'a Change, position: Option<Position>) -> Self {
        Self {
            change,
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
        }
    }
}

/// `{"documents": […], "findings": […], "summary": {…}}`, on lines; `documents` only where some were compared.
/// `report.schema.json` says what each key means. The same report gives the same bytes: there are no times in it, and
/// only relative paths.
pub fn json(report: &Report) -> String {
    let documents = report.documents.as_ref();
    let documents = documents.map(|documents| {
        let documents = documents.iter();
        let documents = documents.map(|document| DocumentFile::new(report, document));
        documents.collect()
    });
    let file = ReportFile {
        documents,
        findings: report.findings.iter().map(FindingFile::from).collect(),
        summary: report.summary(),
    };
    // Strings, numbers and values alone: this cannot fail.
    let value: Value =
        serde_json::to_value(file).unwrap_or_else(|error| json!({"error": error.to_string()}));
    visible_in_json(crate::json::write(&value, crate::json::KeyOrder::Kept))
}
