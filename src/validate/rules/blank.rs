//! Texts that say nothing.

use super::Document;
use crate::finding::{Finding, codes};

/// A document has a title and a description.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if document.item.title.trim().is_empty() {
        let finding = Finding::new(codes::EMPTY_TITLE, "the title is empty")
            .at_pointer(document.source, "/title")
            .help("say in a line what the endpoint does");
        findings.push(finding.about(document.name));
    }
    if document.item.description.trim().is_empty() {
        let finding = Finding::new(codes::EMPTY_DESCRIPTION, "the description is empty")
            .at_pointer(document.source, "/description")
            .help("say what the endpoint does, and for whom");
        findings.push(finding.about(document.name));
    }
    findings
}
