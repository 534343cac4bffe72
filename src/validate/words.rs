//! What does not fit a schema, in words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::branches;
use super::cut::Cut;
use super::misfit::Misfit;
use super::places::place;
use super::schemas::Root;
use crate::finding::spelling::{list, nearest, quoted};
use crate::json::pointer;

/// An error of the validator in words: a misfit for each key that is not known, else one; none where it may not be so of an
/// array that was not cut.
pub(super) fn misfits(schema: &Root, error: &ValidationError<'_>, cut: Cut<'_>) -> Vec<Misfit> {
    if cut.hides(error) {
        return Vec::new();
    }
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected
                .iter()
                .map(|name| unknown_key(schema, error, name))
                .collect()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            branches::nearest(schema, error, context, cut)
        }
        Kind::PropertyNames { error: inner } => {
            let name = inner.instance().as_str().unwrap_or_default();
            let message = format!("the key {}: {}", quoted(name), message(schema, inner));
            vec![Misfit::key(pointer::join(at, name), message)]
        }
        Kind::FalseSchema => vec![Misfit::key(at, forbidden(error))],
        kind => {
            let mut misfit = Misfit::value(at, message(schema, error));
            misfit.help = match kind {
                Kind::Required { property } => described(schema, error, property),
                Kind::Enum { options } => {
                    meant(options.as_array().into_iter().flatten(), error.instance())
                }
                Kind::Type { .. } => such_as(schema, error),
                Kind::Pattern { pattern } => alternative(pattern, error.instance()),
                _ => None,
            };
            vec![misfit]
        }
    }
}

/// What is wrong with one value, in a sentence.
fn message(schema: &Root, error: &ValidationError<'_>) -> String {
    let found = error.instance().as_ref();
    match error.kind() {
        Kind::Required { property } => {
            let name = quoted(property.as_str().unwrap_or_default());
            match place(error.instance_path().as_str()) {
                Some(place) => format!("{name} is missing in {place}"),
                None => format!("{name} is missing"),
            }
        }
        Kind::Type { .. } => wrong_type(&expected_types(schema, error), found),
        Kind::Enum { options } => {
            let options: Vec<_> = options.as_array().into_iter().flatten().map(show).collect();
            format!("expected {}, found {}", list(&options, "or"), show(found))
        }
        Kind::Constant { expected_value } => match (show(expected_value), show(found)) {
            (expected, found) if expected == found => {
                format!("expected another value than {found}")
            }
            (expected, found) => format!("expected {expected}, found {found}"),
        },
        Kind::Pattern { pattern } => form(schema, error)
            .unwrap_or_else(|| format!("expected a text of the form {}", quoted(pattern))),
        Kind::Format { format } => format!("expected a text of the form {}", quoted(format)),
        Kind::MinLength { limit: 1 } => "expected a text, found an empty one".to_owned(),
        Kind::MinLength { limit } => bound("at least", limit, "character"),
        Kind::MaxLength { limit } => bound("at most", limit, "character"),
        Kind::MinItems { limit: 1 } => "expected an item, found an empty array".to_owned(),
        Kind::MinItems { limit } => bound("at least", limit, "item"),
        Kind::MaxItems { limit } => bound("at most", limit, "item"),
        Kind::AdditionalItems { limit } => bound("at most", limit, "item"),
        Kind::MinProperties { limit } => bound("at least", limit, "key"),
        Kind::MaxProperties { limit } => bound("at most", limit, "key"),
        Kind::Minimum { limit } => format!("expected at least {limit}, found {}", show(found)),
        Kind::Maximum { limit } => format!("expected at most {limit}, found {}", show(found)),
        Kind::ExclusiveMinimum { limit } => {
            format!("expected more than {limit}, found {}", show(found))
        }
        Kind::ExclusiveMaximum { limit } => {
            format!("expected less than {limit}, found {}", show(found))
        }
        Kind::Contains => contained(schema, error),
        Kind::UnevaluatedItems { unexpected } => {
            let there = found.as_array().map_or(0, Vec::len);
            match there.saturating_sub(unexpected.len()) {
                0 => "expected an empty array".to_owned(),
                limit => bound("at most", limit, "item"),
            }
        }
        Kind::UniqueItems => "an item stands twice".to_owned(),
        Kind::Not { .. } => "the value is not allowed here".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "the value has several of the forms of which it may have one".to_owned()
        }
        _ => error.masked_with("the value").to_string(),
    }
}

/// How many there must be.
fn bound(which: &str, limit: impl ToString, of: &str) -> String {
    match limit.to_string().as_str() {
        "1" => format!("expected {which} 1 {of}"),
        limit => format!("expected {which} {limit} {of}s"),
    }
}

/// A key that the schema does not have, with the one that may be meant or those that there are.
fn unknown_key(schema: &Root, error: &ValidationError<'_>, name: &str) -> Misfit {
    let at = error.instance_path().as_str();
    let mut misfit = Misfit::key(
        pointer::join(at, name),
        format!("{} is not known here", quoted(name)),
    );
    let there = error.instance().as_object();
    let (taken, free): (Vec<&str>, Vec<&str>) = parent(schema, error)
        .and_then(|parent| parent.get("properties")?.as_object())
        .into_iter()
        .flat_map(|properties| properties.iter())
        .filter(|(_, schema)| **schema != Value::Bool(false))
        .map(|(key, _)| key.as_str())
        .filter(|key| *key != "$schema")
        .partition(|key| there.is_some_and(|there| there.contains_key(*key)));
    misfit.help = if let Some(meant) = nearest(name, free.iter().copied()) {
        Some(format!("did you mean `{meant}`?"))
    } else if let Some(meant) = nearest(name, taken) {
        Some(format!(
            "`{meant}` is there already: make one of the two, or remove this one"
        ))
    } else if (1..=6).contains(&free.len()) {
        let free: Vec<_> = free.iter().map(|key| quoted(key)).collect();
        Some(format!("remove it, or use {}", list(&free, "or")))
    } else {
        Some("remove it".to_owned())
    };
    misfit
}

/// A key that another key forbids: `false` under `dependentSchemas`.
fn forbidden(error: &ValidationError<'_>) -> String {
    let tokens: Vec<_> = pointer::tokens(error.schema_path().as_str()).collect();
    let other = tokens.iter().position(|token| token == "dependentSchemas");
    let other = other.and_then(|index| tokens.get(index + 1));
    let name = pointer::tokens(error.instance_path().as_str()).last();
    let name = name.unwrap_or_default();
    let is_item =
        tokens.last().is_some_and(|token| token == "items") && name.parse::<usize>().is_ok();
    let is_whole = name.is_empty();
    let name = quoted(&name);
    match other {
        Some(other) => format!("{name} cannot stand beside {}", quoted(other)),
        None if is_item => "no item is allowed here".to_owned(),
        None if is_whole => "no value is allowed here".to_owned(),
        None => format!("{name} is not allowed here"),
    }
}

/// What a missing key is for.
fn described(schema: &Root, error: &ValidationError<'_>, property: &Value) -> Option<String> {
    let name = property.as_str()?;
    let of_parent = parent(schema, error)?.get("properties")?.get(name)?;
    let text = resolved(&schema.json, of_parent, "description")?.as_str()?;
    Some(format!("{}: {}", quoted(name), text.trim_end_matches('.')))
}

/// The schema's first example of a value, where it is short.
fn such_as(schema: &Root, error: &ValidationError<'_>) -> Option<String> {
    let example = resolved(&schema.json, parent(schema, error)?, "examples")?.get(0)?;
    let text = example.to_string();
    let worth = example.is_string() || example.is_number();
    (worth && text.len() <= 40).then(|| format!("write a value such as {text}"))
}

/// The word that may be meant, of those of which a pattern is a list.
fn alternative(pattern: &str, found: &Value) -> Option<String> {
    let words = pattern.strip_prefix("^(")?.strip_suffix(")$")?.split('|');
    let is_plain = |word: &&str| {
        let mut letters = word.chars();
        letters.all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let meant = nearest(found.as_str()?, words.filter(is_plain))?;
    Some(format!("did you mean `{meant}`?"))
}

/// The one of several values that is nearly the one that was found.
pub(super) fn meant<'a>(options: impl Iterator<Item = &'a Value>, found: &Value) -> Option<String> {
    let meant = nearest(found.as_str()?, options.filter_map(Value::as_str))?;
    Some(format!("did you mean `{meant}`?"))
}

/// The types that a schema allows, in words.
pub(super) fn expected_types(schema: &Root, error: &ValidationError<'_>) -> Vec<String> {
    let word = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        match name {
            "object" => "an object",
            "array" => "an array",
            "string" => "a string",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            other => other,
        }
        .to_owned()
    };
    match (schema.keyword(error), error.kind()) {
        (Some(Value::Array(names)), _) => names.iter().map(word).collect(),
        (Some(name), _) => vec![word(name)],
        // In a file beside the schema, where the types have no order.
        (None, Kind::Type { kind }) => match kind {
            TypeKind::Single(name) => vec![word(&name.to_string().into())],
            TypeKind::Multiple(names) => names
                .iter()
                .map(|name| word(&name.to_string().into()))
                .collect(),
        },
        (None, _) => Vec::new(),
    }
}

pub(super) fn wrong_type(expected: &[String], found: &Value) -> String {
    let whole = "a whole number".to_owned();
    let found = match found {
        Value::Null => "null".to_owned(),
        Value::Number(_) if expected.contains(&whole) => show(found),
        Value::Bool(_) => show(found),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    if expected.is_empty() {
        return format!("{found} is not allowed here");
    }
    format!("expected {}, found {found}", list(expected, "or"))
}

/// Longer arrays and objects are not shown.
const SHORT: usize = 60;

/// How many items must be of the kind that `contains` asks for.
fn contained(schema: &Root, error: &ValidationError<'_>) -> String {
    let limit = |key: &str| parent(schema, error)?.get(key)?.as_u64();
    let asked = "of the kind that `contains` asks for";
    let is_most = error.schema_path().as_str().ends_with("/maxContains");
    match (is_most, limit("minContains"), limit("maxContains")) {
        (true, _, Some(1)) => format!("expected at most 1 item {asked}"),
        (true, _, Some(most)) => format!("expected at most {most} items {asked}"),
        (_, Some(least @ 2..), _) => format!("expected at least {least} items {asked}"),
        _ => format!("expected an item {asked}"),
    }
}

/// A value of which the schema or the file says one, on a line.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            let kind = if value.is_array() {
                "an array"
            } else {
                "an object"
            };
            match text.len() <= SHORT {
                true => quoted(&text),
                false => kind.to_owned(),
            }
        }
        other => {
            let text = quoted(&other.to_string());
            text.trim_matches('`').to_owned()
        }
    }
}

/// The form that a pattern asks for. Editors show the same words: `patternErrorMessage` is what
/// the JSON language service of VS Code reads.
fn form(schema: &Root, error: &ValidationError<'_>) -> Option<String> {
    let parent = parent(schema, error)?;
    if let Some(text) = parent.get("patternErrorMessage").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    if !schema.is_ours {
        return None;
    }
    let text = parent.get("description")?.as_str()?;
    Some(format!("expected: {}", text.trim_end_matches('.')))
}

/// The schema whose keyword was not met.
pub(super) fn parent<'a>(schema: &'a Root, error: &ValidationError<'_>) -> Option<&'a Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.of(error)?.pointer(parent)
}

/// A keyword of a schema, or of that which it refers to within the same file.
fn resolved<'a>(root: &'a Value, schema: &'a Value, keyword: &str) -> Option<&'a Value> {
    if let Some(value) = schema.get(keyword) {
        return Some(value);
    }
    let target = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(target)?.get(keyword)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::misfit::Part;
    use super::super::schemas::{Schema, told};
    use super::*;

    #[test]
    fn keys_are_pointed_at() {
        let schema = json!({
            "properties": {"title": {}, "body": {}, "text": {}},
            "additionalProperties": false,
            "dependentSchemas": {"body": {"properties": {"text": false}}},
        });
        let value = json!({"titel": 1, "x/y": 2, "body": 3, "text": 4, "bdoy": 5});
        let misfits = Schema::compile(schema).unwrap().misfits(&value);
        assert!(misfits.iter().all(|misfit| misfit.part == Part::Key));
        let mut told: Vec<_> = misfits
            .into_iter()
            .map(|misfit| (misfit.pointer, misfit.message, misfit.help))
            .collect();
        told.sort();
        let expected = [
            (
                "/bdoy",
                "`bdoy` is not known here",
                Some("`body` is there already: make one of the two, or remove this one"),
            ),
            ("/text", "`text` cannot stand beside `body`", None),
            (
                "/titel",
                "`titel` is not known here",
                Some("did you mean `title`?"),
            ),
            (
                "/x~1y",
                "`x/y` is not known here",
                Some("remove it, or use `title`"),
            ),
        ];
        let expected = expected.map(|(pointer, message, help)| {
            (
                pointer.to_owned(),
                message.to_owned(),
                help.map(str::to_owned),
            )
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn forms_are_told_without_the_pattern() {
        let schema = json!({"$defs": {"m": {"type": "string", "pattern": "^[A-Z]+$", "patternErrorMessage": "expected capitals"}},
            "properties": {"a": {"$ref": "#/$defs/m"}, "b": {"pattern": "^x", "description": "A word."}},
            "propertyNames": {"pattern": "^[a-z]$", "patternErrorMessage": "expected a letter"}});
        let mut all = told(schema, json!({"a": "x", "b": "y", "long": 1}));
        all.sort();
        let all: Vec<_> = all
            .into_iter()
            .map(|(pointer, message, _)| (pointer, message))
            .collect();
        let expected = [
            ("/a", "expected capitals"),
            ("/b", "expected: A word"),
            ("/long", "the key `long`: expected a letter"),
        ];
        assert_eq!(
            all,
            expected.map(|(pointer, message)| (pointer.to_owned(), message.to_owned()))
        );
    }

    #[test]
    fn a_word_of_a_pattern_that_may_be_meant_is_told() {
        let schema = json!({"pattern": "^(hex|shape|keyed by /.*)$"});
        let help = |value: &str| told(schema.clone(), json!(value))[0].2.clone();
        assert_eq!(help("shap").as_deref(), Some("did you mean `shape`?"));
        assert_eq!(help("nothing"), None);
    }

    #[test]
    fn long_values_are_cut() {
        let schema = json!({"enum": ["a"]});
        let message = &told(schema, json!("x".repeat(10_000)))[0].1;
        assert!(message.len() < 120, "{message}");
    }

    #[test]
    fn no_jargon_of_the_validator_is_told() {
        let contract = |schema: Value, value: Value| -> Vec<String> {
            let misfits = Schema::contract(schema).ok().unwrap().misfits(&value);
            misfits.into_iter().map(|misfit| misfit.message).collect()
        };
        for (schema, value, message) in [
            (
                json!({"const": {"x": 1}}),
                json!({"x": 2}),
                "expected `{\"x\":1}`, found `{\"x\":2}`",
            ),
            (
                json!({"pattern": "^[0-9]+$", "description": "The name of the user. And more."}),
                json!("x"),
                "expected a text of the form `^[0-9]+$`",
            ),
            (
                json!({"contains": {"type": "string"}}),
                json!([1]),
                "expected an item of the kind that `contains` asks for",
            ),
            (
                json!({"contains": {"type": "string"}, "minContains": 2}),
                json!(["x"]),
                "expected at least 2 items of the kind that `contains` asks for",
            ),
            (
                json!({"contains": {"type": "string"}, "maxContains": 1}),
                json!(["x", "y"]),
                "expected at most 1 item of the kind that `contains` asks for",
            ),
            (
                json!({"prefixItems": [true], "unevaluatedItems": false}),
                json!([1, 2]),
                "expected at most 1 item",
            ),
            (
                json!({"items": false}),
                json!([1]),
                "no item is allowed here",
            ),
            (json!(false), json!(1), "no value is allowed here"),
        ] {
            assert_eq!(contract(schema, value), [message]);
        }
    }
}
