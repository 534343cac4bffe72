//! Parameters of operations as the lists of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::body::{body, of_body};
use super::operation::Operation;
use super::source::Node;
use super::types::{DEPTH, effective, innermost, type_words};
use crate::document::Parameter;

/// The name of a body that is one value.
pub(crate) const WHOLE_BODY: &str = "body";

/// The key of a schema by which an export keeps the words of a type.
pub(crate) const TYPE_WORDS: &str = "x-apidocs-type";

/// The parameters of an operation by the list in which they stand.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub path: Vec<Parameter>,
    pub query: Vec<Parameter>,
    pub header: Vec<Parameter>,
    pub body: Vec<Parameter>,
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

pub(super) fn parameter(node: &Node<'_>) -> Option<Parameter> {
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
pub(super) fn describe(parameter: &mut Parameter, node: &Node<'_>, schema: &Node<'_>) {
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
pub(super) fn of_schema(schema: &Node<'_>) -> Parameter {
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
