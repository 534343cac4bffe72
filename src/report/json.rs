//! The report for machines.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Report, Summary};
use crate::finding::{Change, Code, DocumentChanges, DocumentStatus, Finding, Severity};

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
    status: DocumentStatus,
    /// Places that only the kind of their values says may differ.
    #[serde(skip_serializing_if = "is_zero")]
    provisional: usize,
    changes: &'a [Change],
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

impl<'a> From<&'a DocumentChanges> for DocumentFile<'a> {
    fn from(changes: &'a DocumentChanges) -> Self {
        Self {
            document: &changes.document,
            previous: changes.previous.as_deref(),
            status: changes.status,
            provisional: changes.provisional,
            changes: &changes.changes,
        }
    }
}

/// `{"documents": […], "findings": […], "summary": {…}}`, on lines; `documents` only where some were compared.
/// The same report gives the same bytes: there are no times in it, and only relative paths.
pub fn json(report: &Report) -> String {
    let documents = report.documents.as_ref();
    let documents = documents.map(|documents| documents.iter().map(DocumentFile::from).collect());
    let file = ReportFile {
        documents,
        findings: report.findings.iter().map(FindingFile::from).collect(),
        summary: report.summary(),
    };
    // Strings, numbers and values alone: this cannot fail.
    let value: Value =
        serde_json::to_value(file).unwrap_or_else(|error| json!({"error": error.to_string()}));
    crate::json::write(&value, crate::json::KeyOrder::Kept)
}
