//! What a schema cannot say: one file of rules a topic.
//!
//! A new rule is a function here, a row in one of the two tables below, a code in `finding::codes` with a page of help, and
//! a folder in `tests/cases/validate`; a test fails while one of them is missing.

mod blank;
mod duplicates;
mod examples;
pub(super) mod form;
mod guesses;
pub(super) mod length;
mod markup;
mod media;
pub(super) mod method;
mod orphans;
pub(super) mod paths;
pub(super) mod private;
mod prose;
mod sections;
pub(super) mod spelling;
mod status;
mod strings;
mod template;
mod text;

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use prose::Prose;

use crate::document::{Collection, DocumentName, EndpointDocument, Example, Loaded};
use crate::finding::{Code, Finding, SourceFile, codes};
use crate::json::pointer;

/// A rule over one document.
type DocumentRule = fn(&Document<'_>) -> Vec<Finding>;

/// What a rule over one document tells, and the rule. It is not run where none of its codes is wanted.
const DOCUMENT_RULES: &[(&[Code], DocumentRule)] = &[
    (&[codes::PATH_PARAMETERS], paths::parameters),
    (
        &[codes::REQUEST_METHOD, codes::REQUEST_PATH],
        paths::requests,
    ),
    (&[codes::DUPLICATE_EXAMPLE], examples::names),
    (&[codes::UNKNOWN_METHOD], method::document),
    (&[codes::DEFAULT_STATUS], status::document),
    (&[codes::BODY_MEDIA_TYPE], media::document),
    (&[codes::CONTENT_LENGTH], length::document),
    (
        &[codes::EMPTY_TITLE, codes::EMPTY_DESCRIPTION],
        blank::document,
    ),
    (
        &[
            codes::UNBALANCED_BACKTICKS,
            codes::RAW_HTML,
            codes::TEMPLATE_DELIMITERS,
        ],
        markup::document,
    ),
    (&[codes::NOT_NFC, codes::CONTROL_CHARACTER], text::document),
    (&[codes::PRIVATE_PATH], private::document),
    (&[codes::NOT_CANONICAL, codes::LINE_ENDINGS], form::document),
    (&[codes::REAL_EMAIL], guesses::emails),
    (&[codes::REAL_HOST], guesses::hosts),
    (&[codes::UNFINISHED_SENTENCE], guesses::sentences),
];

/// What is told of bodies by looking at their values, beyond what `plain` knows of: see there.
pub(super) const OF_BODIES: &[Code] = &[codes::REAL_EMAIL, codes::REAL_HOST];

/// A rule over all documents. Of an endpoint document it sees the outline alone: see [`Loaded::keep_outline`].
type Rule = fn(&Collection) -> Vec<Finding>;

/// The rules that look at all documents together.
pub(super) const OF_ALL: &[Rule] = &[
    examples::presence,
    examples::makers,
    sections::presence,
    sections::titles,
    sections::names,
    sections::listings,
    duplicates::endpoints,
    duplicates::titles,
    method::requests,
    text::others,
    form::others,
    orphans::scenarios,
];

/// What the rules find in one document, in no particular order.
pub(super) fn of_document(
    name: &DocumentName,
    loaded: &Loaded<EndpointDocument>,
    host: Option<&str>,
    is_wanted: impl Fn(Code) -> bool,
) -> Vec<Finding> {
    let Some(item) = &loaded.item else {
        return Vec::new();
    };
    let document = Document {
        name,
        source: &loaded.source,
        json: &loaded.json,
        item,
        prose: prose::of_document(item),
        host,
    };
    let rules = DOCUMENT_RULES.iter();
    rules
        .filter(|(codes, _)| codes.iter().any(|code| is_wanted(*code)))
        .flat_map(|(_, rule)| rule(&document))
        .collect()
}

/// An endpoint document that could be understood, with its name and file.
struct Document<'a> {
    name: &'a DocumentName,
    source: &'a Arc<SourceFile>,
    json: &'a Value,
    item: &'a EndpointDocument,
    /// Its texts that people wrote.
    prose: Vec<Prose<'a>>,
    /// What examples show as the API's address.
    host: Option<&'a str>,
}

impl Document<'_> {
    /// The address of one of its examples.
    fn example(&self, example: &Example) -> String {
        format!("{}#{}", self.name, example.name)
    }
}

/// The documents that could be understood, by name, file and outline.
struct Outline<'a> {
    name: &'a DocumentName,
    source: &'a Arc<SourceFile>,
    item: &'a EndpointDocument,
}

fn documents(collection: &Collection) -> impl Iterator<Item = Outline<'_>> {
    collection.endpoints.iter().filter_map(|(name, loaded)| {
        Some(Outline {
            name,
            source: &loaded.source,
            item: loaded.item.as_ref()?,
        })
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

/// About a part of a text that a pointer names. A header's value stands behind its name in the file.
fn at_part(
    finding: Finding,
    source: &Arc<SourceFile>,
    pointer: &str,
    text: &str,
    part: Range<usize>,
) -> Finding {
    if pointer.contains("/headers/") {
        let words = text.get(part).unwrap_or_default();
        return at_words(finding, source, pointer, words);
    }
    finding.at_text(source, pointer, part)
}

/// `/list/index`, or with more tokens behind.
fn item<const N: usize>(list: &str, index: usize, rest: [&str; N]) -> String {
    let start = pointer::join(list, &index.to_string());
    rest.iter()
        .fold(start, |at, token| pointer::join(&at, token))
}
