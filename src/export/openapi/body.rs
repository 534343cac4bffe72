//! What an operation takes in its body.

use serde_json::{Map, Value, json};

use super::types;
use crate::document::{Body, EndpointDocument, Parameter, essence, is_json_media_type};
use crate::import::openapi::WHOLE_BODY;

const JSON: &str = "application/json";

/// The request body of a document; `None` where it takes none.
pub(super) fn request_body(document: &EndpointDocument) -> Option<Value> {
    let parameters = document.parameters.as_deref().unwrap_or_default();
    let mut content = Map::new();
    let mut out = Map::new();
    match parameters {
        [] => {}
        [whole] if whole.name == WHOLE_BODY && whole.location.is_none() => {
            if !whole.description.is_empty() {
                out.insert("description".to_owned(), whole.description.as_str().into());
            }
            if let Some(required) = whole.required {
                out.insert("required".to_owned(), required.into());
            }
            // A body that is not JSON says its media type.
            let (media, kind) = match whole.kind.split_once('/') {
                Some((_, inner)) if !inner.is_empty() && !whole.kind.contains(' ') => {
                    (whole.kind.as_str(), String::new())
                }
                _ => (JSON, whole.kind.clone()),
            };
            let plain = Parameter {
                kind,
                ..whole.clone()
            };
            content.insert(media.to_owned(), json!({ "schema": types::schema(&plain) }));
        }
        parameters => {
            if parameters
                .iter()
                .any(|parameter| parameter.required == Some(true))
            {
                out.insert("required".to_owned(), true.into());
            }
            for (location, media) in [
                (None, JSON),
                (Some("form"), "application/x-www-form-urlencoded"),
                (Some("multipart"), "multipart/form-data"),
            ] {
                let of_place = parameters.iter().filter(|parameter| {
                    let known = parameter
                        .location
                        .as_deref()
                        .filter(|place| ["form", "multipart"].contains(place));
                    known == location
                });
                let of_place: Vec<&Parameter> = of_place.collect();
                if !of_place.is_empty() {
                    content.insert(media.to_owned(), json!({ "schema": object(&of_place) }));
                }
            }
        }
    }
    add_examples(document, &mut content);
    if content.is_empty() {
        return None;
    }
    out.insert("content".to_owned(), content.into());
    Some(Value::Object(out))
}

/// An object with a property a parameter.
fn object(parameters: &[&Parameter]) -> Value {
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    for parameter in parameters {
        if properties.contains_key(&parameter.name) {
            continue;
        }
        let mut schema = types::schema(parameter);
        if !parameter.description.is_empty() {
            schema.insert(
                "description".to_owned(),
                parameter.description.as_str().into(),
            );
        }
        properties.insert(parameter.name.clone(), schema.into());
        if parameter.required == Some(true) {
            required.push(&parameter.name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The JSON bodies of captured requests.
fn add_examples(document: &EndpointDocument, content: &mut Map<String, Value>) {
    for example in &document.examples {
        let Some(request) = example.request.parsed() else {
            continue;
        };
        let Body::Json(body) = &request.body else {
            continue;
        };
        let media = request.headers.get("content-type").map(essence);
        let media = media.filter(|media| is_json_media_type(media));
        let media = media.unwrap_or_else(|| JSON.to_owned());
        let entry = content.entry(media).or_insert_with(|| json!({}));
        add_example(entry, &example.name, example.title.as_deref(), body);
    }
}

/// Puts a body among the examples of a media type, unless there is one of that name.
pub(super) fn add_example(media: &mut Value, name: &str, title: Option<&str>, body: &Value) {
    let Some(media) = media.as_object_mut() else {
        return;
    };
    let examples = media.entry("examples").or_insert_with(|| json!({}));
    let Some(examples) = examples.as_object_mut() else {
        return;
    };
    if examples.contains_key(name) {
        return;
    }
    let mut example = Map::new();
    if let Some(title) = title {
        example.insert("summary".to_owned(), title.into());
    }
    example.insert("value".to_owned(), body.clone());
    examples.insert(name.to_owned(), example.into());
}
