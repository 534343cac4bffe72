//! What a schema cannot say: one file of rules a topic.

mod examples;
mod paths;
mod sections;
mod template;

use std::sync::Arc;

use crate::document::{Collection, DocumentName, EndpointDocument};
use crate::finding::{Finding, SourceFile, codes};
use crate::json::pointer;

/// A rule over all documents.
type Rule = fn(&Collection) -> Vec<Finding>;

const RULES: &[Rule] = &[
    paths::parameters,
    paths::requests,
    examples::presence,
    examples::names,
    examples::makers,
    sections::presence,
    sections::names,
    sections::listings,
];

/// What the rules find, in no particular order.
pub(super) fn findings(collection: &Collection) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| rule(collection)).collect()
}

/// An endpoint document that could be understood, with its name and file.
struct Document<'a> {
    name: &'a DocumentName,
    source: &'a Arc<SourceFile>,
    item: &'a EndpointDocument,
}

fn documents(collection: &Collection) -> impl Iterator<Item = Document<'_>> {
    collection.endpoints.iter().filter_map(|(name, loaded)| {
        Some(Document {
            name,
            source: &loaded.source,
            item: loaded.item.as_ref()?,
        })
    })
}

/// Whether a file, relative to the folder of documents, is there and could not be read: it has its
/// own finding, and must not be called missing too.
fn is_unreadable(collection: &Collection, file: &str) -> bool {
    collection.findings.iter().any(|finding| {
        let folder = finding.file().and_then(|path| path.strip_suffix(file));
        // `endpoints/a/sections.json` is not `sections.json`.
        folder.is_some_and(|folder| {
            let inner = folder.split('/').rev().skip(1);
            let documents = inner
                .take(2)
                .any(|name| name == "endpoints" || name == "scenarios");
            folder.is_empty() || folder.ends_with('/') && !documents
        }) && finding.code != codes::STRAY_FILE
    })
}

/// About the last place of some words within the string that a pointer names; about the whole string where they are
/// written with escapes.
fn at_words(finding: Finding, source: &Arc<SourceFile>, pointer: &str, words: &str) -> Finding {
    let mut finding = finding.at_pointer(source, pointer);
    let span = finding.label.as_ref().and_then(|label| label.span.clone());
    let start = span.and_then(|span| {
        let offset = source.text.get(span.clone())?.rfind(words)?;
        Some(span.start + offset)
    });
    if let (Some(start), Some(label)) = (start, &mut finding.label) {
        label.span = Some(start..start + words.len());
    }
    finding
}

/// `/list/index`, or with more tokens behind.
fn item<const N: usize>(list: &str, index: usize, rest: [&str; N]) -> String {
    let start = pointer::join(list, &index.to_string());
    rest.iter()
        .fold(start, |at, token| pointer::join(&at, token))
}
