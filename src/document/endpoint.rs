//! Endpoint documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Example;

/// What people wrote about an endpoint, and its captured examples.
///
/// Source: the 12 keys of the original's page, with the example texts taken apart. Keys that we do not
/// know are not held here; [`EndpointDocument::replace_examples`] keeps them in the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EndpointDocument {
    /// Where an editor finds the schema.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the endpoint does, in a line.
    pub title: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with `{name}` where a value goes.
    pub api_path: String,
    /// What the endpoint does, in Markdown.
    pub description: String,
    /// What to mind, in Markdown.
    #[serde(default)]
    pub warning: Option<String>,
    /// What the endpoint asks of the caller, in words; empty where nothing is said.
    #[serde(default)]
    pub authentication: String,
    /// The values in the path, in order.
    #[serde(default)]
    pub path_parameters: Option<Vec<Parameter>>,
    /// The values in the query.
    #[serde(default)]
    pub query_parameters: Option<Vec<Parameter>>,
    /// The values in header fields and cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_parameters: Option<Vec<Parameter>>,
    /// The values in the body.
    #[serde(default)]
    pub parameters: Option<Vec<Parameter>>,
    /// The place within the section; follows from `sections.json` unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidebar_order: Option<u32>,
    /// Why there is no example, where there cannot be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_example: Option<String>,
    /// Where the prose comes from, where a source is its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
    /// What was captured; the first one stands on the original's page.
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// What a source knows of an endpoint beyond its document; the original's `json/endpoints` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The method in the source: `module.Class:method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_path: Option<String>,
    /// The scenarios that the source attaches to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// Whether the description is the text as it stands in the source.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_text: bool,
    /// The lines of the text as the original gave them, where they are not those of [`EndpointDocument::text_lines`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Vec<String>>,
}

/// A value that the caller gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type, in the words of the writer; may be empty.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means, in Markdown.
    pub description: String,
    /// Where it stands, if the list that holds it does not say: `cookie`; `form` or `multipart` in a body.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Whether it must be given; a value in the path always must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// The values that it may have; of an array, those of its items.
    #[serde(rename = "enum", default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
    /// What counts where it is not given.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub default: Option<Value>,
    /// The form of the value, in the words of JSON Schema: `date-time`, `uuid`; of an array, that of its items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What else the value must fit, by keyword of JSON Schema (2020-12), one of [`Parameter::CONSTRAINTS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<String, Value>,
}

impl Parameter {
    /// The keywords that constrain a value; of an array, those that do not speak of items are those of its items.
    pub const CONSTRAINTS: [&str; 13] = [
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minProperties",
        "maxProperties",
        "minItems",
        "maxItems",
        "uniqueItems",
    ];

    /// Those of them that speak of an array as a whole.
    pub const OF_ARRAYS: [&str; 3] = ["minItems", "maxItems", "uniqueItems"];

    /// What the original knows of a parameter: name, type and description.
    pub fn plain(&self) -> Self {
        Self {
            name: self.name.clone(),
            kind: self.kind.clone(),
            description: self.description.clone(),
            ..Self::default()
        }
    }
}

/// `null` is a value like any other, not a missing one.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl EndpointDocument {
    /// The keys that describe the operation, in the order of the file: what a source of documents says. It finds them by
    /// `method` and `api_path`, or says these too.
    pub const PROSE: [&str; 10] = [
        "title",
        "method",
        "api_path",
        "description",
        "warning",
        "authentication",
        "path_parameters",
        "query_parameters",
        "header_parameters",
        "parameters",
    ];

    /// The reference from `endpoints/<section>/<name>.json` to its schema.
    pub const SCHEMA: &str = "../../../schemas/endpoint.schema.json";

    /// The lines of the text as the original's `json/endpoints` has them.
    ///
    /// Where a source says nothing else, they are the description between the blank line behind a docstring's title and
    /// the one before its fields. Plain text, and a document without source, have the lines of the description.
    pub fn text_lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = match self.description.as_str() {
            "" => Vec::new(),
            description => description.split('\n').collect(),
        };
        let Some(origin) = self.source.as_ref().filter(|origin| !origin.plain_text) else {
            return lines;
        };
        if let Some(text) = &origin.text {
            return text.iter().map(String::as_str).collect();
        }
        if !lines.is_empty() {
            lines.insert(0, "");
        }
        let parameters = [
            &self.path_parameters,
            &self.query_parameters,
            &self.parameters,
        ];
        let fields = parameters.iter().any(|parameters| parameters.is_some());
        if fields || !self.authentication.is_empty() {
            lines.push("");
        }
        lines
    }

    /// The file's JSON with these examples and every other key as people wrote it.
    ///
    /// `file` must be an object; anything else is given back unchanged.
    pub fn replace_examples(mut file: Value, examples: &[Example]) -> Value {
        if let Some(object) = file.as_object_mut() {
            object.insert("examples".to_owned(), serde_json::json!(examples));
        }
        file
    }
}
