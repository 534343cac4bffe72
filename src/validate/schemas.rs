//! The schemas, embedded in the program and compiled once.

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::Value;

use super::misfit::{Misfit, Part};
use super::words;

macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../schemas/", $name, ".schema.json")))),*]
    };
}

/// Name and text of each schema.
const TEXTS: &[(&str, &str)] = texts![
    "endpoint", "scenario", "fixtures", "sections", "settings", "page"
];

pub(super) static ENDPOINT: LazyLock<Schema> = LazyLock::new(|| embedded("endpoint"));
pub(super) static SCENARIO: LazyLock<Schema> = LazyLock::new(|| embedded("scenario"));
pub(super) static FIXTURES: LazyLock<Schema> = LazyLock::new(|| embedded("fixtures"));
pub(super) static SECTIONS: LazyLock<Schema> = LazyLock::new(|| embedded("sections"));
pub(super) static SETTINGS: LazyLock<Schema> = LazyLock::new(|| embedded("settings"));
pub(super) static PAGE: LazyLock<Schema> = LazyLock::new(|| embedded("page"));

/// A JSON Schema (2020-12), ready to use.
pub struct Schema {
    json: Value,
    validator: Validator,
}

/// The names of the schemas.
pub fn schema_names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name)
}

/// The text of a schema, one of [`schema_names`].
///
/// ```
/// let text = apidocs::validate::schema_text("endpoint").unwrap();
/// assert!(text.contains("urn:apidocs:schema:endpoint:1"));
/// ```
pub fn schema_text(name: &str) -> Option<&'static str> {
    let (_, text) = TEXTS.iter().find(|(known, _)| *known == name)?;
    Some(text)
}

impl Schema {
    /// Compiles a schema. References must stay within it: nothing is ever fetched.
    ///
    /// # Errors
    /// It is no JSON Schema, or a reference leads out of it.
    pub fn compile(json: Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .build(&json)
            .map_err(|error| error.to_string())?;
        Ok(Self { json, validator })
    }

    /// All that does not fit, in no particular order; of a key that is wrong for several reasons, one is told.
    pub(super) fn misfits(&self, value: &Value) -> Vec<Misfit> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        let mut misfits: Vec<Misfit> = Vec::new();
        let mut told = HashSet::new();
        let errors = self.validator.iter_errors(value);
        for misfit in errors.flat_map(|error| words::misfits(&self.json, &error)) {
            let of_key = (misfit.part == Part::Key).then_some("");
            let reason = of_key.unwrap_or(&misfit.message).to_owned();
            if told.insert((misfit.pointer.clone(), misfit.part, reason)) {
                misfits.push(misfit);
            }
        }
        misfits
    }
}

/// Embedded schemas are compiled by the tests, so that none can fail here.
fn embedded(name: &str) -> Schema {
    let json = schema_text(name).and_then(|text| serde_json::from_str(text).ok());
    Schema::compile(json.unwrap_or_default()).expect("an embedded schema compiles")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of scenarios and fixtures are defined in both files, so that each stands alone.
    #[test]
    fn steps_are_the_same_everywhere() {
        assert_eq!(SCENARIO.json["$defs"], FIXTURES.json["$defs"]);
        for definition in ["parameter", "parameters"] {
            assert_eq!(
                ENDPOINT.json["$defs"][definition],
                PAGE.json["$defs"][definition]
            );
        }
    }

    #[test]
    fn a_reference_out_of_the_schema_is_not_followed() {
        let schema = serde_json::json!({"$ref": "https://example.com/x.json"});
        assert!(Schema::compile(schema).is_err());
    }
}
