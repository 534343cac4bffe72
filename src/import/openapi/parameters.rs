//! Parameters of operations as the lists of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::operation::{EXTENSION, Operation};
use super::source::{Node, Version};
use crate::document::{Parameter, essence, is_json_media_type};

/// The name of a body that is one value.
pub(crate) const WHOLE_BODY: &str = "body";

/// The key of a schema by which an export keeps the words of a type.
pub(crate) const TYPE_WORDS: &str = "x-apidocs-type";

/// How deep the words of a type go into a schema.
const DEPTH: usize = 5;

/// The parameters of an operation by the list in which they stand.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub path: Vec<Parameter>,
    pub query: Vec<Parameter>,
    pub header: Vec<Parameter>,
    pub body: Vec<Parameter>,
}

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

/// All parameters of an operation.
pub(super) fn lists(operation: &Operation<'_>) -> Lists {
    let mut lists = Lists::default();
    for node in operation.parameters() {
        let list = match node.value.get("in").and_then(Value::as_str) {
            Some("path") => &mut lists.path,
            Some("query") => &mut lists.query,
            Some("header" | "cookie") => &mut lists.header,
            // Those of a body are read with it.
            _ => continue,
        };
        list.extend(parameter(&node));
    }
    if let Some(body) = body(operation) {
        lists.body = of_body(&body);
    }
    lists
}

fn parameter(node: &Node<'_>) -> Option<Parameter> {
    let location = node.text("in")?;
    let schema = schema_of(node);
    let mut parameter = Parameter {
        name: node.text("name")?.to_owned(),
        ..of_schema(&schema)
    };
    describe(&mut parameter, node, &schema);
    parameter.required = match location {
        // A value in the path must be given, so that this says nothing.
        "path" => {
            node.flag("required");
            None
        }
        _ => node.flag("required"),
    };
    parameter.location = (location == "cookie").then(|| location.to_owned());
    Some(parameter)
}

/// The parameter's own words, else those of its schema.
fn describe(parameter: &mut Parameter, node: &Node<'_>, schema: &Node<'_>) {
    let of_schema = || {
        schema
            .get("description")
            .filter(|text| text.value.is_string())
    };
    parameter.description = match (node.text("description"), of_schema()) {
        (Some(own), Some(other)) if !own.is_empty() => {
            if other.value == own {
                other.take();
            }
            own.to_owned()
        }
        (_, Some(other)) => other.take().as_str().unwrap_or_default().to_owned(),
        (own, None) => own.unwrap_or_default().to_owned(),
    };
}

/// The schema of a parameter: its own, that of its content, or itself (Swagger 2.0).
pub(super) fn schema_of<'s>(node: &Node<'s>) -> Node<'s> {
    let content = || {
        let first = node.members("content").into_iter().next();
        first.and_then(|(_, media)| media.get("schema"))
    };
    let schema = node.get("schema").or_else(content);
    schema
        .and_then(|schema| schema.follow())
        .unwrap_or_else(|| node.clone())
}

/// Type, format, values and default of a schema.
fn of_schema(schema: &Node<'_>) -> Parameter {
    let kind = match schema.text(TYPE_WORDS) {
        Some(words) => {
            type_words(schema, DEPTH);
            words.to_owned()
        }
        None => type_words(schema, DEPTH),
    };
    // Of an array, format and values are those of its items.
    let inner = innermost(schema);
    let values = inner.get("enum").filter(|values| values.value.is_array());
    let values = values.map(|values| values.take().as_array().cloned().unwrap_or_default());
    Parameter {
        kind,
        format: inner.text("format").map(str::to_owned),
        values,
        default: schema.value("default").cloned(),
        constraints: constraints(schema, &inner),
        ..Parameter::default()
    }
}

/// What a value must fit besides, in the words of JSON Schema 2020-12; `inner` is what an array is made of.
fn constraints(schema: &Node<'_>, inner: &Node<'_>) -> BTreeMap<String, Value> {
    let whole = effective(schema);
    let mut found = BTreeMap::new();
    for keyword in Parameter::CONSTRAINTS {
        let of_array = Parameter::OF_ARRAYS.contains(&keyword);
        let Some(node) = if of_array { &whole } else { inner }.get(keyword) else {
            continue;
        };
        let fits = match keyword {
            "pattern" => node.value.is_string(),
            "uniqueItems" => node.value.is_boolean(),
            // A flag beside a bound, before OpenAPI 3.1.
            "exclusiveMinimum" | "exclusiveMaximum" if node.value.is_boolean() => {
                let bound = match keyword {
                    "exclusiveMinimum" => "minimum",
                    _ => "maximum",
                };
                if node.take() == &Value::Bool(true)
                    && let Some(limit) = found.remove(bound)
                {
                    found.insert(keyword.to_owned(), limit);
                }
                continue;
            }
            "multipleOf" => node.value.as_f64().is_some_and(|factor| factor > 0.0),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                node.value.is_number()
            }
            _ => node.value.is_u64(),
        };
        // What is no such constraint is told as having no place.
        if fits {
            found.insert(keyword.to_owned(), node.take().clone());
        }
    }
    found
}

fn innermost<'s>(schema: &Node<'s>) -> Node<'s> {
    let mut node = effective(schema);
    for _ in 0..DEPTH {
        let items = node.get("items").and_then(|items| items.follow());
        match items.filter(|_| is_array(&node)) {
            Some(items) => node = effective(&items),
            None => break,
        }
    }
    node
}

fn is_array(schema: &Node<'_>) -> bool {
    schema.value.get("type").and_then(Value::as_str) == Some("array")
}

/// A schema that only wraps another one in `allOf`, as generators do around `$ref`, is the other one.
fn effective<'s>(schema: &Node<'s>) -> Node<'s> {
    let mut node = schema.clone();
    for _ in 0..DEPTH {
        let all = node.list("allOf");
        let own = ["type", "enum", "properties", "format"];
        if all.len() != 1 || own.iter().any(|key| node.value.get(*key).is_some()) {
            break;
        }
        match all.first().and_then(|inner| inner.follow()) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// The type of a schema in words: `string`, `array of integer`, `string or null`; empty where it says nothing.
pub(super) fn type_words(schema: &Node<'_>, depth: usize) -> String {
    let Some(schema) = schema.follow().filter(|_| depth > 0) else {
        return String::new();
    };
    let outer = schema;
    let schema = effective(&outer);
    let mut words: Vec<String> = match schema.get("type") {
        Some(kind) => match kind.take() {
            Value::String(kind) => vec![kind.clone()],
            Value::Array(kinds) => kinds
                .iter()
                .filter_map(|kind| kind.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        },
        None => untyped(&schema, depth),
    };
    if let Some(items) = schema.get("items")
        && let Some(array) = words.iter_mut().find(|word| *word == "array")
    {
        let inner = type_words(&items, depth - 1);
        if !inner.is_empty() {
            *array = format!("array of {inner}");
        }
    }
    let nullable = |key: &&str| {
        let flags = [outer.flag(key), schema.flag(key)];
        flags.contains(&Some(true))
    };
    if ["nullable", "x-nullable"].iter().any(nullable) {
        words.push("null".to_owned());
    }
    let mut unique: Vec<String> = Vec::new();
    for word in words {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    unique.join(" or ")
}

/// What a schema without `type` is.
fn untyped(schema: &Node<'_>, depth: usize) -> Vec<String> {
    for key in ["oneOf", "anyOf"] {
        let choices = schema.list(key);
        if !choices.is_empty() {
            let words = choices.iter().map(|one| type_words(one, depth - 1));
            let words = words.flat_map(|words| {
                let parts = words.split(" or ").map(str::to_owned);
                parts.collect::<Vec<_>>()
            });
            return words.filter(|word| !word.is_empty()).collect();
        }
    }
    let all = schema.list("allOf");
    let mut of_all = all.iter().map(|one| type_words(one, depth - 1));
    if let Some(words) = of_all.rfind(|words| !words.is_empty()) {
        return vec![words];
    }
    if schema.value.get("properties").is_some() {
        return vec!["object".to_owned()];
    }
    let first = schema
        .value
        .get("const")
        .or_else(|| schema.value.get("enum")?.get(0));
    let word = match first {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        _ => return Vec::new(),
    };
    vec![word.to_owned()]
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

/// The example of a parameter or of a media type, the first where there are several.
pub(super) fn example_of<'s>(node: &Node<'s>) -> Option<Node<'s>> {
    for key in ["example", "x-example"] {
        if let Some(example) = node.get(key) {
            return Some(example);
        }
    }
    let examples = node.members("examples");
    let first = examples.into_iter().next();
    first.and_then(|(_, example)| example.follow()?.get("value"))
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

fn of_body(body: &RequestBody<'_>) -> Vec<Parameter> {
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
