//! Documents that say the same.

use std::collections::HashMap;
use std::sync::Arc;

use super::documents;
use super::template;
use crate::document::Collection;
use crate::finding::spelling::quoted;
use crate::finding::{Finding, SourceFile, codes};

/// No two documents have one method and path; what the placeholders are called makes no difference.
pub(super) fn endpoints(collection: &Collection) -> Vec<Finding> {
    let mut first: HashMap<(&str, String), (&Arc<SourceFile>, &str)> =
        HashMap::with_capacity(collection.endpoints.len());
    let mut findings = Vec::new();
    for document in documents(collection) {
        let (method, path) = (&document.item.method, &document.item.api_path);
        // A path that cannot be taken apart is told by the rule on parameters.
        let Some(shape) = template::shape(path) else {
            continue;
        };
        let key = (method.as_str(), shape);
        let Some((other, known)) = first.get(&key) else {
            first.insert(key, (document.source, path));
            continue;
        };
        let endpoint = quoted(&format!("{method} {known}"));
        let message = match path == known {
            true => format!("{endpoint} is in {} already", other.path),
            false => format!("{endpoint} of {} takes the same requests", other.path),
        };
        let finding = Finding::new(codes::DUPLICATE_ENDPOINT, message)
            .at_pointer(document.source, "/api_path")
            .help("remove one of the two, or mend its method or path");
        findings.push(finding.about(document.name));
    }
    findings
}

/// No two documents of a section have one title.
pub(super) fn titles(collection: &Collection) -> Vec<Finding> {
    let mut first: HashMap<(&str, String), &Arc<SourceFile>> =
        HashMap::with_capacity(collection.endpoints.len());
    let mut findings = Vec::new();
    for document in documents(collection) {
        let title = document.item.title.trim();
        // An empty one is told by its own rule.
        if title.is_empty() {
            continue;
        }
        let key = (document.name.section(), title.to_lowercase());
        let Some(other) = first.get(&key) else {
            first.insert(key, document.source);
            continue;
        };
        let message = format!("the title is that of {} too", other.path);
        let finding = Finding::new(codes::DUPLICATE_TITLE, message)
            .at_pointer(document.source, "/title")
            .help("say in one of the titles what makes the two differ: readers find pages by them");
        findings.push(finding.about(document.name));
    }
    findings
}
