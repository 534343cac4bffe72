//! A document as an operation: all that OpenAPI has a place for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::contracts::Shared;
use super::{body, types};
use crate::document::{
    Body, ContractName, ContractStatus, DocumentName, EndpointDocument, Example, MEDIA_TYPES,
    NOTHING_SAID, Parameter, essence, is_json_media_type,
};
use crate::import::naming;
use crate::import::openapi::{DEPRECATED, placeholders};
use crate::json::pointer;

/// A document with what is around it.
pub(super) struct Described<'a> {
    pub name: &'a DocumentName,
    pub document: &'a EndpointDocument,
    pub tag: &'a str,
    pub id: &'a str,
    pub contracts: &'a BTreeMap<ContractName, Value>,
    pub shared: &'a Shared,
}

/// An operation, and how its examples show that the caller is known.
pub(super) struct Made {
    pub json: Value,
    pub scheme: Option<Scheme>,
}

/// A way to say who asks, as captured requests use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scheme {
    Basic,
    Bearer,
    Header,
}

impl Scheme {
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basicAuth",
            Self::Bearer => "bearerAuth",
            Self::Header => "authorizationHeader",
        }
    }

    pub fn json(self) -> Value {
        match self {
            Self::Basic => json!({ "type": "http", "scheme": "basic" }),
            Self::Bearer => json!({ "type": "http", "scheme": "bearer" }),
            Self::Header => json!({ "type": "apiKey", "in": "header", "name": "Authorization" }),
        }
    }

    fn of(example: &Example) -> Option<Self> {
        let credential = example.request.parsed()?.headers.get("authorization")?;
        let is = |scheme: &str| {
            let start = credential.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        Some(if is("Bearer ") {
            Self::Bearer
        } else if is("Basic ") {
            Self::Basic
        } else {
            Self::Header
        })
    }
}

pub(super) fn operation(described: &Described<'_>) -> Made {
    let document = described.document;
    let mut out = Map::new();
    out.insert("tags".to_owned(), json!([described.tag]));
    out.insert("summary".to_owned(), document.title.as_str().into());
    if !document.description.is_empty() {
        out.insert(
            "description".to_owned(),
            document.description.as_str().into(),
        );
    }
    out.insert("operationId".to_owned(), described.id.into());
    if document.warning.as_deref() == Some(DEPRECATED) {
        out.insert("deprecated".to_owned(), true.into());
    }
    let parameters = parameters(document);
    if !parameters.is_empty() {
        out.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(body) = body::request_body(document) {
        out.insert("requestBody".to_owned(), body);
    }
    let responses = responses(described);
    if !responses.is_empty() {
        out.insert("responses".to_owned(), responses.into());
    }
    let success = document.examples.iter().find(|example| {
        let response = example.response.parsed();
        response.is_some_and(|response| (200..300).contains(&response.status))
    });
    let scheme = success.and_then(Scheme::of);
    if let Some(scheme) = scheme {
        let name = scheme.name();
        out.insert("security".to_owned(), json!([{ name: [] }]));
    }
    Made {
        json: Value::Object(out),
        scheme,
    }
}

fn parameters(document: &EndpointDocument) -> Vec<Value> {
    let list = |list: &Option<Vec<Parameter>>| list.clone().unwrap_or_default();
    let mut out = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut add = |place: &str, parameter: &Parameter| {
        if !seen.insert((place.to_owned(), parameter.name.clone())) {
            return;
        }
        let mut json = Map::new();
        json.insert("name".to_owned(), parameter.name.as_str().into());
        json.insert("in".to_owned(), place.into());
        if !parameter.description.is_empty() {
            json.insert(
                "description".to_owned(),
                parameter.description.as_str().into(),
            );
        }
        if place == "path" {
            json.insert("required".to_owned(), true.into());
        } else if let Some(required) = parameter.required {
            json.insert("required".to_owned(), required.into());
        }
        json.insert("schema".to_owned(), types::schema(parameter).into());
        out.push(Value::Object(json));
    };
    let of_path = list(&document.path_parameters);
    for name in placeholders(&document.api_path) {
        let unknown = Parameter {
            name: name.to_owned(),
            kind: "string".to_owned(),
            ..Parameter::default()
        };
        let known = of_path.iter().find(|parameter| parameter.name == name);
        add("path", known.unwrap_or(&unknown));
    }
    for parameter in list(&document.query_parameters) {
        add("query", &parameter);
    }
    for parameter in list(&document.header_parameters) {
        let place = match parameter.location.as_deref() {
            Some("cookie") => "cookie",
            _ => "header",
        };
        add(place, &parameter);
    }
    out
}

/// The responses by status: what was captured, and what the contracts say.
fn responses(described: &Described<'_>) -> Map<String, Value> {
    let document = described.document;
    let captured = document
        .examples
        .iter()
        .filter_map(|example| Some(ContractStatus::Exactly(example.response.parsed()?.status)));
    let of_contracts = described.contracts.keys();
    let of_contracts = of_contracts
        .filter(|name| name.document == *described.name)
        .map(|name| name.status);
    let statuses: BTreeSet<ContractStatus> = captured.chain(of_contracts).collect();
    let mut out = Map::new();
    for status in statuses {
        out.insert(status.to_string(), response(described, status));
    }
    out
}

fn response(described: &Described<'_>, status: ContractStatus) -> Value {
    let key = status.to_string();
    let mut content = Map::new();
    for example in &described.document.examples {
        let Some(response) = example.response.parsed() else {
            continue;
        };
        if status != ContractStatus::Exactly(response.status) {
            continue;
        }
        let media = response.headers.get("content-type").map(essence);
        let media = media.filter(|media| media.contains('/'));
        let (media, value) = match &response.body {
            Body::Json(value) => {
                let media = media.filter(|media| is_json_media_type(media));
                (
                    media.unwrap_or_else(|| "application/json".to_owned()),
                    Some(value.clone()),
                )
            }
            Body::Text(lines) => {
                let media = media.unwrap_or_else(|| "text/plain".to_owned());
                (media, Some(Value::from(lines.join("\n"))))
            }
            Body::Bytes(bytes) => match essence(&bytes.media_type) {
                media if media.contains('/') => (media, None),
                _ => ("application/octet-stream".to_owned(), None),
            },
            Body::Empty => continue,
        };
        let entry = content.entry(media).or_insert_with(|| json!({}));
        if let Some(value) = value {
            body::add_example(entry, &example.name, example.title.as_deref(), &value);
        }
    }
    let mut words = None;
    let name = ContractName {
        document: described.name.clone(),
        status,
    };
    if let Some(contract) = described.contracts.get(&name) {
        words = match contract["$comment"] == NOTHING_SAID {
            true => contract["description"].as_str().map(str::to_owned),
            false => add_schema(described, &key, contract, &mut content),
        };
        let others = contract.get(MEDIA_TYPES).and_then(Value::as_array);
        for media in others.into_iter().flatten().filter_map(Value::as_str) {
            content.entry(media).or_insert_with(|| json!({}));
        }
    }
    let reason = key.parse().ok().and_then(naming::reason);
    let words = words.unwrap_or_else(|| reason.unwrap_or_default().to_owned());
    let mut out = Map::new();
    out.insert("description".to_owned(), words.into());
    if !content.is_empty() {
        out.insert("content".to_owned(), content.into());
    }
    Value::Object(out)
}

/// Adds the schema that a contract is to the JSON of a response; gives the words that it had for the response.
fn add_schema(
    described: &Described<'_>,
    status: &str,
    contract: &Value,
    content: &mut Map<String, Value>,
) -> Option<String> {
    let json = content
        .keys()
        .find(|media| is_json_media_type(media))
        .cloned();
    let media = json.unwrap_or_else(|| "application/json".to_owned());
    let method = described.document.method.to_ascii_lowercase();
    let at = [
        "paths",
        &described.document.api_path,
        &method,
        "responses",
        status,
        "content",
        &media,
        "schema",
    ];
    let at = at
        .iter()
        .fold(String::new(), |at, token| pointer::join(&at, token));
    // A reference is a URI: braces of a path are escaped in it.
    let at = at
        .replace('%', "%25")
        .replace('{', "%7B")
        .replace('}', "%7D");
    let (schema, words) = described.shared.schema(contract, &at);
    let entry = content.entry(media).or_insert_with(|| json!({}));
    if let Some(entry) = entry.as_object_mut() {
        entry.shift_insert(0, "schema".to_owned(), schema);
    }
    words
}
