//! Why something is no JSON Schema, in words and with its place.

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ReferencingError, ValidationError};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::cut::Cut;
use super::misfit::Misfit;
use super::schemas::Root;
use super::words::misfits;
use crate::finding::spelling::{nearest, quoted};
use crate::json::pointer;

/// What `type` may name (JSON Schema 2020-12, Validation, section 6.1.1).
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// What is wrong with a schema that could not be compiled.
pub(super) fn broken(schema: &Value, error: &ValidationError<'_>) -> Misfit {
    let at = error.instance_path().as_str();
    let found = error.instance().as_ref();
    let is_type = pointer::tokens(at).any(|token| token == "type");
    match (error.kind(), found) {
        (Kind::Referencing(error), _) => unresolved(schema, error),
        (Kind::Format { format }, Value::String(text)) if format == "regex" => {
            Misfit::value(at, format!("{} is no regular expression", quoted(text)))
        }
        (Kind::AnyOf { .. } | Kind::Enum { .. }, Value::String(text)) if is_type => {
            let mut misfit = Misfit::value(at, format!("there is no type {}", quoted(text)));
            let meant = nearest(text, TYPES.iter().copied());
            misfit.help = Some(match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the types are {}", TYPES.join(", ")),
            });
            misfit
        }
        _ => {
            // What the schema of schemas says of the place is for those who write validators.
            let mut told = misfits(&Root::unknown(), error, Cut::NONE);
            match told.is_empty() {
                false => told.swap_remove(0),
                true => Misfit::value(at, error.to_string()),
            }
        }
    }
}

/// A reference that leads nowhere.
fn unresolved(schema: &Value, error: &ReferencingError) -> Misfit {
    let mut references = Vec::new();
    collect(schema, "", &mut references);
    let found = |is: &dyn Fn(&str) -> bool| {
        let mut references = references.iter();
        references.find(|(_, reference)| is(reference))
    };
    let (reference, reason) = match error {
        ReferencingError::Unretrievable { uri, source } => {
            let path = |reference: &str| reference.split('#').next().unwrap_or_default().to_owned();
            let leads_there = |reference: &str| {
                let path = path(reference);
                !path.is_empty() && uri.ends_with(path.trim_start_matches("./"))
            };
            let reason = match source.to_string() {
                reason
                    if reason.starts_with("Retrieval is disabled")
                        || reason.starts_with("No base URI") =>
                {
                    "it leads out of the file, and nothing is fetched".to_owned()
                }
                reason => reason,
            };
            (found(&leads_there), reason)
        }
        ReferencingError::PointerToNowhere { pointer } => (
            found(&|reference| {
                let fragment = reference
                    .split_once('#')
                    .map_or("", |(_, fragment)| fragment);
                percent_decode_str(fragment).decode_utf8_lossy() == pointer.as_str()
                    || fragment == pointer
            }),
            "there is nothing in that place".to_owned(),
        ),
        ReferencingError::NoSuchAnchor { anchor } => (
            found(&|reference| reference.ends_with(&format!("#{anchor}"))),
            format!("there is no `$anchor` {}", quoted(anchor)),
        ),
        other => (None, other.to_string()),
    };
    match reference {
        Some((at, reference)) => {
            let message = format!(
                "the reference {} cannot be followed: {reason}",
                quoted(reference)
            );
            Misfit::value(at, message)
        }
        None => Misfit::value("", format!("a reference cannot be followed: {reason}")),
    }
}

/// All strings under `$ref` and its like, with their places.
fn collect(value: &Value, at: &str, references: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let at = pointer::join(at, key);
                match value {
                    Value::String(text) if ["$ref", "$dynamicRef"].contains(&key.as_str()) => {
                        references.push((at, text.clone()));
                    }
                    value => collect(value, &at, references),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &pointer::join(at, &index.to_string()), references);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schemas::Schema;

    #[test]
    fn the_reason_is_told_in_words_and_with_its_place() {
        for (schema, at, message, help) in [
            (
                json!({"properties": {"a": {"type": "strin"}}}),
                "/properties/a/type",
                "there is no type `strin`",
                Some("did you mean `string`?"),
            ),
            (
                json!({"properties": {"a": {"$ref": "https://example.com/x.json"}}}),
                "/properties/a/$ref",
                "the reference `https://example.com/x.json` cannot be followed: it leads out of the file, and nothing is fetched",
                None,
            ),
            (
                json!({"$ref": "other.json"}),
                "/$ref",
                "the reference `other.json` cannot be followed: it leads out of the file, and nothing is fetched",
                None,
            ),
            (
                json!({"$ref": "#/$defs/No"}),
                "/$ref",
                "the reference `#/$defs/No` cannot be followed: there is nothing in that place",
                None,
            ),
            (
                json!({"title": null}),
                "/title",
                "expected a string, found null",
                None,
            ),
            (
                json!({"pattern": "(?<x"}),
                "/pattern",
                "`(?<x` is no regular expression",
                None,
            ),
        ] {
            let misfit = Schema::contract(schema.clone()).err().unwrap();
            assert_eq!(
                (
                    misfit.pointer.as_str(),
                    misfit.message.as_str(),
                    misfit.help.as_deref()
                ),
                (at, message, help),
                "{schema}"
            );
        }
    }
}
