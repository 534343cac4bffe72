//! Texts that say nothing.

use super::{Document, item};
use crate::document::Collection;
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

/// A section has a title.
pub(super) fn sections(collection: &Collection) -> Vec<Finding> {
    let Some(loaded) = &collection.sections else {
        return Vec::new();
    };
    let sections = loaded.item.iter().flat_map(|item| &item.sections);
    let blank = sections
        .enumerate()
        .filter(|(_, section)| section.title.trim().is_empty());
    blank
        .map(|(index, _)| {
            Finding::new(codes::EMPTY_TITLE, "the title of the section is empty")
                .at_pointer(&loaded.source, &item("/sections", index, ["title"]))
                .help("say what its endpoints have in common")
        })
        .collect()
}
