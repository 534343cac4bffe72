//! Evidence as a JSON Schema.

use serde_json::{Map, Value, json};

use super::evidence::{Evidence, Objects, Texts};

/// How often each text must have been seen, at least, to be called a choice.
const SEEN: usize = 5;
/// How many different texts a choice may have.
const CHOICES: std::ops::RangeInclusive<usize> = 2..=8;
/// The longest word of a choice.
const WORD: usize = 32;
/// Keys whose texts are names by which things are told apart: fixtures repeat them, an API does not choose among them.
const NAMES: [&str; 9] = [
    "id", "key", "name", "slug", "title", "label", "email", "username", "value",
];

/// A whole schema file.
pub(super) fn of_file(title: &str, evidence: &Evidence) -> Value {
    let mut file = Map::new();
    file.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    file.insert("title".to_owned(), json!(title));
    file.extend(of("", evidence));
    Value::Object(file)
}

/// The keywords for a value that stands under a key.
fn of(key: &str, evidence: &Evidence) -> Map<String, Value> {
    let mut schema = Map::new();
    let objects = &evidence.objects;
    let types = [
        (objects.count > 0, "object"),
        (evidence.arrays > 0, "array"),
        (evidence.texts.count > 0, "string"),
        (evidence.fractions > 0, "number"),
        (evidence.integers > 0 && evidence.fractions == 0, "integer"),
        (evidence.booleans > 0, "boolean"),
        (evidence.nulls > 0, "null"),
    ];
    let types: Vec<_> = types
        .into_iter()
        .filter_map(|(seen, name)| seen.then_some(name))
        .collect();
    match types.as_slice() {
        // Where nothing but null was seen, nothing is known of the value.
        [] | ["null"] => return schema,
        [one] => schema.insert("type".to_owned(), json!(one)),
        several => schema.insert("type".to_owned(), json!(several)),
    };
    if let Some(format) = evidence.texts.forms.name() {
        schema.insert("format".to_owned(), json!(format));
    } else if let Some(choices) = choices(key, &evidence.texts)
        && types.iter().all(|name| ["string", "null"].contains(name))
    {
        let mut choices: Vec<_> = choices.into_iter().map(Value::from).collect();
        choices.extend((evidence.nulls > 0).then_some(Value::Null));
        schema.insert("enum".to_owned(), Value::Array(choices));
    }
    if let Some(items) = &evidence.items {
        schema.insert("items".to_owned(), Value::Object(of("", items)));
    }
    if objects.count > 0 && !objects.members.is_empty() {
        members(&mut schema, objects);
    }
    schema
}

fn members(schema: &mut Map<String, Value>, objects: &Objects) {
    if objects.keyed_by_values {
        let values = of("", &objects.values());
        schema.insert("additionalProperties".to_owned(), Value::Object(values));
        return;
    }
    let required: Vec<_> = objects
        .members
        .iter()
        .filter(|(_, count, _)| *count == objects.count)
        .map(|(name, _, _)| name.as_str())
        .collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let properties = objects
        .members
        .iter()
        .map(|(name, _, evidence)| (name.clone(), Value::Object(of(name, evidence))));
    schema.insert("properties".to_owned(), Value::Object(properties.collect()));
}

/// The texts of a member, where so few words were seen so often that they are a choice. The items of an array are a
/// set, of which one body says little.
fn choices<'a>(key: &str, texts: &'a Texts) -> Option<Vec<&'a str>> {
    let key = key.to_lowercase();
    let is_name = NAMES
        .iter()
        .any(|name| key == *name || key.ends_with(&format!("_{name}")));
    let is_word = |text: &str| {
        text.len() <= WORD
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
    };
    let words = texts.choices.iter();
    let is_choice = !key.is_empty()
        && !is_name
        && CHOICES.contains(&texts.choices.len())
        && words
            .clone()
            .all(|(text, count)| *count >= SEEN && is_word(text));
    is_choice.then(|| words.map(|(text, _)| text.as_str()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::of_bodies;

    fn schema(bodies: &[Value]) -> Value {
        let bodies: Vec<_> = bodies.iter().collect();
        let mut schema = of_bodies("", &bodies);
        let options = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        assert!(bodies.iter().all(|body| options.is_valid(body)), "{schema}");
        let object = schema.as_object_mut().unwrap();
        object.remove("$schema");
        object.remove("title");
        schema
    }

    #[test]
    fn types_are_those_that_were_seen() {
        assert_eq!(schema(&[json!(1), json!(2)]), json!({"type": "integer"}));
        assert_eq!(schema(&[json!(1), json!(1.5)]), json!({"type": "number"}));
        let huge: Value = serde_json::from_str("[18446744073709551616, 1e400]").unwrap();
        assert_eq!(schema(&[huge])["items"], json!({"type": "number"}));
        assert_eq!(
            schema(&[json!("a"), json!(null), json!(true)]),
            json!({"type": ["string", "boolean", "null"]})
        );
        assert_eq!(schema(&[json!(null)]), json!({}));
        assert_eq!(schema(&[json!([])]), json!({"type": "array"}));
        assert_eq!(schema(&[json!({})]), json!({"type": "object"}));
    }

    #[test]
    fn items_are_merged_and_what_all_have_is_required() {
        assert_eq!(
            schema(&[
                json!([{"a": 1, "b": null}, {"a": 2, "b": "x", "c": []}]),
                json!([])
            ]),
            json!({"type": "array", "items": {
                "type": "object",
                "required": ["a", "b"],
                "properties": {
                    "a": {"type": "integer"},
                    "b": {"type": ["string", "null"]},
                    "c": {"type": "array"}
                }
            }})
        );
    }

    #[test]
    fn a_format_is_what_all_texts_have() {
        let times = json!(["2020-01-01T00:00:00Z", null, "2021-01-01T00:00:00+01:00"]);
        assert_eq!(
            schema(&[times])["items"],
            json!({"type": ["string", "null"], "format": "date-time"})
        );
        let mixed = json!(["2020-01-01T00:00:00Z", "never"]);
        assert_eq!(schema(&[mixed])["items"], json!({"type": "string"}));
    }

    #[test]
    fn few_words_seen_often_are_a_choice() {
        let rows = |words: &[&str]| {
            let rows = words
                .iter()
                .map(|word| json!({"state": word, "name": word}));
            Value::Array(rows.collect())
        };
        let often = schema(&[rows(&["open", "closed"].repeat(5))]);
        let properties = &often["items"]["properties"];
        assert_eq!(
            properties["state"],
            json!({"type": "string", "enum": ["closed", "open"]})
        );
        assert_eq!(properties["name"], json!({"type": "string"}));
        let seldom = schema(&[rows(&["open", "closed"].repeat(4))]);
        assert_eq!(
            seldom["items"]["properties"]["state"],
            json!({"type": "string"})
        );
    }

    #[test]
    fn objects_may_be_keyed_by_values() {
        assert_eq!(
            schema(&[json!({"1594": {"a": 1}, "7": {"a": 2}}), json!({})]),
            json!({"type": "object", "additionalProperties": {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "integer"}}
            }})
        );
    }
}
