//! Types of schemas in words, and the schema that says what a value is.

use serde_json::Value;

use super::source::Node;

/// How deep the words of a type go into a schema.
pub(super) const DEPTH: usize = 5;

/// The schema of what an array of arrays is made of in the end; any other schema is its own.
pub(super) fn innermost<'s>(schema: &Node<'s>) -> Node<'s> {
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
pub(super) fn effective<'s>(schema: &Node<'s>) -> Node<'s> {
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
