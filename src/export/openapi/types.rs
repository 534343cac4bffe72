//! The words of a type as a schema.

use serde_json::{Map, Value, json};

use crate::document::Parameter;
use crate::import::openapi::TYPE_WORDS;

/// The types of JSON Schema.
const TYPES: [&str; 7] = [
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// Other words that people use for them.
const ALIASES: [(&str, &str); 14] = [
    ("str", "string"),
    ("text", "string"),
    ("uuid", "string"),
    ("date", "string"),
    ("datetime", "string"),
    ("int", "integer"),
    ("long", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("bool", "boolean"),
    ("dict", "object"),
    ("list", "array"),
    ("hash", "object"),
];

/// The schema of a parameter, without its description.
pub(super) fn schema(parameter: &Parameter) -> Map<String, Value> {
    let mut schema = match of_words(&parameter.kind) {
        Some(schema) => schema,
        None => {
            let lower = parameter.kind.to_lowercase();
            let alias = ALIASES.iter().find(|(word, _)| *word == lower);
            let mut schema = Map::new();
            if let Some((_, kind)) = alias {
                schema.insert("type".to_owned(), (*kind).into());
            }
            schema.insert(TYPE_WORDS.to_owned(), parameter.kind.as_str().into());
            schema
        }
    };
    let inner = innermost(&mut schema);
    if let Some(format) = &parameter.format {
        inner.insert("format".to_owned(), format.as_str().into());
    }
    if let Some(values) = &parameter.values {
        inner.insert("enum".to_owned(), json!(values));
    }
    let of_value = |keyword: &str| !Parameter::OF_ARRAYS.contains(&keyword);
    for (keyword, value) in &parameter.constraints {
        if of_value(keyword) {
            inner.insert(keyword.clone(), value.clone());
        }
    }
    for (keyword, value) in &parameter.constraints {
        if !of_value(keyword) {
            schema.insert(keyword.clone(), value.clone());
        }
    }
    if let Some(default) = &parameter.default {
        schema.insert("default".to_owned(), default.clone());
    }
    schema
}

/// `None` where the words are not those of the import.
fn of_words(words: &str) -> Option<Map<String, Value>> {
    let mut schema = Map::new();
    if words.is_empty() {
        return Some(schema);
    }
    let mut kinds = Vec::new();
    for word in words.split(" or ") {
        let kind = match word.strip_prefix("array of ") {
            Some(items) if !schema.contains_key("items") => {
                schema.insert("items".to_owned(), of_words(items)?.into());
                "array"
            }
            _ => TYPES.into_iter().find(|known| *known == word)?,
        };
        if kinds.contains(&kind) {
            return None;
        }
        kinds.push(kind);
    }
    let kind = match kinds.as_slice() {
        [kind] => Value::from(*kind),
        kinds => json!(kinds),
    };
    schema.insert("type".to_owned(), kind);
    Some(schema)
}

/// The schema of the items where it is that of an array, as the import takes format and values.
fn innermost(schema: &mut Map<String, Value>) -> &mut Map<String, Value> {
    let is_array = schema.get("type").is_some_and(|kind| kind == "array");
    let has_items = schema.get("items").is_some_and(Value::is_object);
    if !is_array || !has_items {
        return schema;
    }
    match schema.get_mut("items") {
        Some(Value::Object(items)) => innermost(items),
        _ => unreachable!("there are items, an object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_schemas() {
        let of = |kind: &str| {
            let kind = kind.to_owned();
            Value::Object(schema(&Parameter {
                kind,
                ..Parameter::default()
            }))
        };
        assert_eq!(of("string"), json!({"type": "string"}));
        assert_eq!(of("integer or null"), json!({"type": ["integer", "null"]}));
        assert_eq!(
            of("array of string"),
            json!({"type": "array", "items": {"type": "string"}})
        );
        assert_eq!(of(""), json!({}));
        assert_eq!(
            of("int"),
            json!({"type": "integer", "x-apidocs-type": "int"})
        );
        assert_eq!(of("a slug"), json!({"x-apidocs-type": "a slug"}));
    }
}
