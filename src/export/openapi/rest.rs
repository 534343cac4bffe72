//! What OpenAPI has no place for, under the extension: as much as an import of the rest would miss, and no more.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Input;
use crate::document::{DocumentName, EndpointDocument, Section};
use crate::finding::{Finding, codes};
use crate::import::openapi::{BODY_AT, EXTENSION, Imported, Source, import};
use crate::json::pointer;

/// Adds the extension where it is needed. What would come back in another form even so is told.
pub(super) fn add(
    input: &Input<'_>,
    tags: &BTreeMap<String, String>,
    placed: &BTreeMap<DocumentName, (String, String)>,
    others: Map<String, Value>,
    json: &mut Value,
) -> Vec<Finding> {
    if !others.is_empty() {
        json[EXTENSION] = json!({ "documents": others });
    }
    // Ids of sections first: names of documents follow from them.
    for section in &input.sections.sections {
        let own = section_ids(section, tags);
        extend_tag(json, tags, &section.id, own);
    }
    let ids: Vec<&str> = input
        .sections
        .sections
        .iter()
        .map(|section| section.id.as_str())
        .collect();
    for id in tags.keys().filter(|id| !ids.contains(&id.as_str())) {
        extend_tag(
            json,
            tags,
            id,
            json!({ "id": id }).as_object().cloned().unwrap_or_default(),
        );
    }
    let understood = read(json);
    let by_place: BTreeMap<(&str, &str), (&DocumentName, &EndpointDocument)> = understood
        .documents
        .iter()
        .map(|(name, document)| {
            (
                (document.api_path.as_str(), document.method.as_str()),
                (name, document),
            )
        })
        .collect();
    for (name, (path, method)) in placed {
        let Some(document) = input.documents.get(name) else {
            continue;
        };
        let upper = method.to_ascii_uppercase();
        let understood = by_place.get(&(path.as_str(), upper.as_str()));
        let at = ["paths", path, method]
            .iter()
            .fold(String::new(), |at, token| pointer::join(&at, token));
        if let (Some((known, understood)), Some(operation)) = (understood, json.pointer_mut(&at)) {
            let own = missing(name, document, known, understood, operation);
            if !own.is_empty() {
                operation[EXTENSION] = Value::Object(own);
            }
        }
    }
    let understood = read(json);
    for section in &input.sections.sections {
        let known = understood.sections.section(&section.id);
        if known.is_none_or(|known| known.endpoints != section.endpoints) {
            let own = json!({ "id": section.id, "endpoints": section.endpoints });
            extend_tag(
                json,
                tags,
                &section.id,
                own.as_object().cloned().unwrap_or_default(),
            );
        }
    }
    let understood = read(json);
    let documents = input
        .documents
        .iter()
        .filter(|(name, document)| understood.documents.get(*name) != Some(document));
    documents
        .map(|(name, _)| {
            let message = format!("an import of this file would give {name} back in another form");
            Finding::new(codes::INEXACT_EXPORT, message).about(name)
        })
        .collect()
}

fn read(json: &Value) -> Imported {
    Source::of(json.clone())
        .map(|source| import(&source))
        .unwrap_or_default()
}

/// What a tag must say of its section besides its name.
fn section_ids(section: &Section, tags: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut own = Map::new();
    let tag = tags.get(&section.id);
    if crate::import::naming::slug(&section.title) != section.id
        || section.endpoints.is_empty()
        || tag != Some(&section.title)
    {
        own.insert("id".to_owned(), section.id.as_str().into());
    }
    if tag != Some(&section.title) {
        own.insert("title".to_owned(), section.title.as_str().into());
    }
    own
}

fn extend_tag(
    json: &mut Value,
    tags: &BTreeMap<String, String>,
    id: &str,
    own: Map<String, Value>,
) {
    let list = json.get_mut("tags").and_then(Value::as_array_mut);
    let name = tags.get(id);
    let tag = list.and_then(|list| {
        let mut list = list.iter_mut();
        list.find(|tag| tag.get("name").and_then(Value::as_str) == name.map(String::as_str))
    });
    if let Some(Value::Object(tag)) = tag
        && !own.is_empty()
    {
        let known = tag.entry(EXTENSION).or_insert_with(|| json!({}));
        if let Some(known) = known.as_object_mut() {
            known.extend(own);
        }
    }
}

/// The keys of a document that an import would not give back, as they are.
fn missing(
    name: &DocumentName,
    document: &EndpointDocument,
    known: &DocumentName,
    understood: &EndpointDocument,
    operation: &Value,
) -> Map<String, Value> {
    let mut own = Map::new();
    if known.name() != name.name() {
        own.insert("name".to_owned(), name.name().into());
    }
    let (Value::Object(document), Value::Object(understood)) = (json!(document), json!(understood))
    else {
        return own;
    };
    for (key, value) in &document {
        if understood.get(key) == Some(value) {
            continue;
        }
        let value = match key.as_str() {
            "examples" => elsewhere(value, operation),
            _ => value.clone(),
        };
        own.insert(key.clone(), value);
    }
    let absent: Vec<&String> = understood
        .keys()
        .filter(|key| !document.contains_key(*key))
        .collect();
    if !absent.is_empty() {
        own.insert("absent".to_owned(), json!(absent));
    }
    own
}

/// The examples, each body that stands in the operation anyway replaced by where it stands.
fn elsewhere(examples: &Value, operation: &Value) -> Value {
    let mut examples = examples.clone();
    for example in examples.as_array_mut().into_iter().flatten() {
        let name = example
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let status = example
            .pointer("/response/status")
            .map(Value::to_string)
            .unwrap_or_default();
        let of_response = format!("/responses/{status}/content");
        for (side, content) in [
            ("request", "/requestBody/content"),
            ("response", &of_response),
        ] {
            let Some(Value::Object(message)) = example.get_mut(side) else {
                continue;
            };
            let Some(body) = message.get("body") else {
                continue;
            };
            if let Some(at) = place_of(body, operation, content, &name) {
                let index = message.keys().position(|key| key == "body").unwrap_or(0);
                message.shift_remove("body");
                message.shift_insert(index, BODY_AT.to_owned(), at.into());
            }
        }
    }
    examples
}

fn place_of(body: &Value, operation: &Value, content: &str, name: &str) -> Option<String> {
    let media = operation.pointer(content)?.as_object()?;
    media.keys().find_map(|media| {
        let at = pointer::join(content, media);
        let at = format!("{}/value", pointer::join(&format!("{at}/examples"), name));
        (operation.pointer(&at)? == body).then_some(at)
    })
}
