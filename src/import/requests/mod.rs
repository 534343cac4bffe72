//! Requests that people already have: a recorded session, command lines, files of requests.
//!
//! Each format is read by a file of its own into [`Request`]s; what is made of them is the same for all: path
//! templates by comparing the requests, secrets out of everything that is written, skeleton documents, a scenario.

pub mod curl;
mod drafts;
pub mod har;
pub mod http;
pub mod hurl;
mod paths;
mod secrets;
mod templates;
mod url;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::{DocumentName, EndpointDocument, Sections};
use crate::finding::{Code, Finding, SourceFile};

pub use drafts::import;

/// What a source holds, in its order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requests {
    /// The requests.
    pub requests: Vec<Request>,
    /// Values that the source itself gives to names.
    pub variables: Map<String, Value>,
    /// What was not understood or has no counterpart.
    pub findings: Vec<Finding>,
}

/// A request, its texts as templates of a scenario: what the source means as it is, is escaped.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The whole URL as the source has it; may begin with a variable.
    pub url: String,
    /// The header fields, in order.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Payload,
    /// What the source calls the request.
    pub name: Option<String>,
    /// The status that came back or must come back.
    pub status: Option<u16>,
    /// Whether redirects are followed.
    pub follow: bool,
    /// Values to pick from the response: name, and JSON Pointer or header.
    pub save: Vec<(String, Value)>,
}

/// What a request carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Payload {
    /// Nothing.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
    /// A form, in order.
    Form(Vec<(String, String)>),
    /// Parts: texts, or the names of files with their media types.
    Multipart(Vec<(String, Part)>),
    /// Any other text.
    Text(String),
    /// The contents of a file.
    File(String),
}

/// A part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A text.
    Text(String),
    /// A file by its path, and the media type where one is said.
    File(String, Option<String>),
}

/// What was made of requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// Skeleton documents: one an endpoint.
    pub documents: BTreeMap<DocumentName, EndpointDocument>,
    /// The sections.
    pub sections: Sections,
    /// The JSON of each scenario, by ident.
    pub scenarios: BTreeMap<String, Value>,
    /// The values that requests share; `null` where the source gives none.
    pub variables: Map<String, Value>,
    /// Variables of the environment that stand for secrets, each with what it is: never with its value.
    pub secrets: BTreeMap<String, String>,
    /// Where the API answers.
    pub origin: Option<String>,
    /// What was not understood, and what was left out.
    pub findings: Vec<Finding>,
}

/// A finding at a line of a text, from 0.
fn at_line(
    source: &Arc<SourceFile>,
    line: usize,
    code: Code,
    message: impl Into<String>,
) -> Finding {
    let mut start = 0;
    for (index, text) in source.text.split_inclusive('\n').enumerate() {
        if index == line {
            let end = start + text.trim_end().len();
            return Finding::new(code, message).at(source, start..end);
        }
        start += text.len();
    }
    Finding::new(code, message).in_file(source)
}

/// A body by what it says it is: JSON where it is that, a form, else text. `text` is no template yet.
fn body_of(text: &str, media: Option<&str>) -> Payload {
    use crate::document::{essence, is_json_media_type};
    use crate::import::scenario::{literal, literal_text};
    if text.is_empty() {
        return Payload::Empty;
    }
    let says_json = media.is_some_and(is_json_media_type);
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    if says_json
        || looks_like_json && media.is_none_or(|media| essence(media).ends_with("urlencoded"))
    {
        if let Ok(value) = crate::json::parse(text) {
            return Payload::Json(literal(&value));
        }
        return Payload::Text(literal_text(text));
    }
    let is_form = media.is_some_and(|media| essence(media) == "application/x-www-form-urlencoded");
    if is_form && text.contains('=') && !text.contains(['\n', '{']) {
        let pairs = url::pairs(text).into_iter();
        return Payload::Form(
            pairs
                .map(|(name, value)| (name, literal_text(&value)))
                .collect(),
        );
    }
    Payload::Text(literal_text(text))
}
