//! What an operation takes in its body, as parameters.

use serde_json::Value;

use super::operation::{EXTENSION, Operation};
use super::parameters::{TYPE_WORDS, WHOLE_BODY, describe, example_of, of_schema, parameter};
use super::source::{Node, Version};
use super::types::{DEPTH, effective};
use crate::document::{Parameter, essence, is_json_media_type};

/// What an operation takes in its body.
#[derive(Debug, Clone)]
pub(super) struct RequestBody<'s> {
    /// The media type that is sent.
    pub media_type: String,
    /// The schema of what is sent.
    pub schema: Option<Node<'s>>,
    /// An example, of the body or of the media type.
    pub example: Option<Node<'s>>,
    /// Form fields, one by one, as Swagger 2.0 has them.
    pub fields: Vec<Node<'s>>,
    node: Node<'s>,
}

/// The body of an operation; JSON, where there is a choice.
pub(super) fn body<'s>(operation: &Operation<'s>) -> Option<RequestBody<'s>> {
    if operation.node.source.version == Version::Swagger2 {
        return swagger_body(operation);
    }
    let node = operation.node.get("requestBody")?.follow()?;
    let content = node.members("content");
    let rank = |media: &str| match essence(media).as_str() {
        "application/json" => 0,
        _ if is_json_media_type(media) => 1,
        "application/x-www-form-urlencoded" => 2,
        "multipart/form-data" => 3,
        _ => 4,
    };
    let (media_type, media) = content.into_iter().min_by_key(|(media, _)| rank(media))?;
    Some(RequestBody {
        media_type: media_type.to_owned(),
        schema: media.get("schema"),
        example: example_of(&media),
        fields: Vec::new(),
        node,
    })
}

fn swagger_body<'s>(operation: &Operation<'s>) -> Option<RequestBody<'s>> {
    let parameters = operation.parameters();
    let place = |node: &Node<'_>| {
        node.value
            .get("in")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let consumes = [&operation.node, &operation.node.source.root()]
        .into_iter()
        .map(|node| node.list("consumes"))
        .find(|list| !list.is_empty())
        .unwrap_or_default();
    if let Some(node) = parameters
        .iter()
        .find(|node| place(node).as_deref() == Some("body"))
    {
        node.value("in");
        // It has no place on the wire.
        node.value("name");
        let json = consumes
            .iter()
            .find(|media| media.value.as_str().is_some_and(is_json_media_type));
        let media = json.or(consumes.first());
        let media_type = media.and_then(|media| media.take().as_str());
        return Some(RequestBody {
            media_type: media_type.unwrap_or("application/json").to_owned(),
            schema: node.get("schema"),
            example: None,
            fields: Vec::new(),
            node: node.clone(),
        });
    }
    let fields: Vec<_> = parameters
        .into_iter()
        .filter(|node| place(node).as_deref() == Some("formData"))
        .collect();
    let first = fields.first()?.clone();
    let multipart = fields
        .iter()
        .any(|node| node.value.get("type").is_some_and(|kind| kind == "file"))
        || consumes
            .iter()
            .any(|media| media.value == "multipart/form-data");
    consumes.iter().for_each(|media| {
        media.take();
    });
    let media_type = if multipart {
        "multipart/form-data"
    } else {
        "application/x-www-form-urlencoded"
    };
    Some(RequestBody {
        media_type: media_type.to_owned(),
        schema: None,
        example: None,
        fields,
        node: first,
    })
}

impl RequestBody<'_> {
    /// Whether the body is JSON.
    pub fn is_json(&self) -> bool {
        is_json_media_type(&self.media_type)
    }

    /// What a parameter says of where it stands in the body.
    pub fn location(&self) -> Option<&'static str> {
        match essence(&self.media_type).as_str() {
            "application/x-www-form-urlencoded" => Some("form"),
            "multipart/form-data" => Some("multipart"),
            _ => None,
        }
    }
}

pub(super) fn of_body(body: &RequestBody<'_>) -> Vec<Parameter> {
    let location = body.location().map(str::to_owned);
    if !body.fields.is_empty() {
        let fields = body.fields.iter().filter_map(|node| {
            let mut parameter = parameter(node)?;
            parameter.location = location.clone();
            Some(parameter)
        });
        return fields.collect();
    }
    let schema = body.schema.as_ref().and_then(|schema| schema.follow());
    let properties = schema.as_ref().map(properties).unwrap_or_default();
    if properties.is_empty() {
        return whole(body, schema.as_ref(), location);
    }
    let mut any_required = false;
    let mut parameters = Vec::new();
    for Property {
        name,
        node,
        required,
    } in properties
    {
        let Some(target) = node.follow() else {
            continue;
        };
        // The API gives it, the caller does not.
        if effective(&target).value.get("readOnly") == Some(&Value::Bool(true))
            || node.value.get("readOnly") == Some(&Value::Bool(true))
        {
            continue;
        }
        any_required |= required;
        let mut parameter = of_schema(&target);
        describe(&mut parameter, &node, &effective(&target));
        parameter.name = name.to_owned();
        parameter.required = required.then_some(true);
        parameter.location = location.clone();
        parameters.push(parameter);
    }
    // That the body must be given follows from what in it must be.
    if any_required || body.node.value.get("required") == Some(&Value::Bool(false)) {
        body.node.flag("required");
    }
    parameters
}

/// A body that is no object is one parameter.
fn whole(
    body: &RequestBody<'_>,
    schema: Option<&Node<'_>>,
    location: Option<String>,
) -> Vec<Parameter> {
    let mut parameter = schema.map(of_schema).unwrap_or_default();
    let other = !body.is_json() && location.is_none();
    parameter.name = match schema.and_then(|schema| schema.text("x-apidocs-name")) {
        Some(name) => name.to_owned(),
        None => WHOLE_BODY.to_owned(),
    };
    match schema {
        Some(schema) => describe(&mut parameter, &body.node, schema),
        None => describe(&mut parameter, &body.node, &body.node),
    }
    if other && schema.is_none_or(|schema| schema.value.get(TYPE_WORDS).is_none()) {
        parameter.kind = body.media_type.clone();
    }
    parameter.required = body.node.flag("required");
    parameter.location = location;
    vec![parameter]
}

/// A member of an object that a schema describes.
#[derive(Debug)]
pub(super) struct Property<'s> {
    pub name: &'s str,
    pub node: Node<'s>,
    pub required: bool,
}

/// The properties of a schema, with those of its `allOf`; of several of one name the last counts.
pub(super) fn properties<'s>(schema: &Node<'s>) -> Vec<Property<'s>> {
    let mut found: Vec<Property<'s>> = Vec::new();
    let mut required = Vec::new();
    collect(schema, DEPTH, &mut found, &mut required);
    for property in &mut found {
        property.required = required.contains(&property.name);
    }
    found
}

fn collect<'s>(
    schema: &Node<'s>,
    depth: usize,
    found: &mut Vec<Property<'s>>,
    required: &mut Vec<&'s str>,
) {
    let Some(schema) = schema.follow().filter(|_| depth > 0) else {
        return;
    };
    if let Some(value) = schema.value("required")
        && let Some(names) = value.as_array()
    {
        required.extend(names.iter().filter_map(Value::as_str));
    }
    for part in schema.list("allOf") {
        collect(&part, depth - 1, found, required);
    }
    for (name, node) in schema.members("properties") {
        found.retain(|property| property.name != name);
        let required = false;
        found.push(Property {
            name,
            node,
            required,
        });
    }
    if !found.is_empty() {
        // It is the type of the body as a whole.
        schema.value("type");
    }
    // A document of ours says so of itself.
    schema.value(EXTENSION);
}
