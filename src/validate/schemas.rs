//! The schemas, embedded in the program and compiled once.

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonschema::{Draft, Retrieve, Uri, ValidationError, Validator};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::broken::broken;
use super::cut::Cut;
use super::effects;
use super::misfit::{Misfit, Part};
use crate::json;

macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../schemas/", $name, ".schema.json")))),*]
    };
}

/// Name and text of each schema.
const TEXTS: &[(&str, &str)] = texts![
    "endpoint",
    "scenario",
    "fixtures",
    "sections",
    "approvals",
    "settings",
    "page",
    "volatile",
    "report",
    "capture",
    "run",
];

pub(super) static ENDPOINT: LazyLock<Schema> = LazyLock::new(|| embedded("endpoint"));
pub(super) static SCENARIO: LazyLock<Schema> = LazyLock::new(|| embedded("scenario"));
pub(super) static FIXTURES: LazyLock<Schema> = LazyLock::new(|| embedded("fixtures"));
pub(super) static SECTIONS: LazyLock<Schema> = LazyLock::new(|| embedded("sections"));
pub(super) static APPROVALS: LazyLock<Schema> = LazyLock::new(|| embedded("approvals"));
pub(super) static SETTINGS: LazyLock<Schema> = LazyLock::new(|| embedded("settings"));
pub(super) static PAGE: LazyLock<Schema> = LazyLock::new(|| embedded("page"));
pub(super) static VOLATILE: LazyLock<Schema> = LazyLock::new(|| embedded("volatile"));

/// A JSON Schema (2020-12), ready to use.
pub struct Schema {
    root: Root,
    validator: Validator,
    file: Option<String>,
}

/// The file of a schema.
pub(super) struct Root {
    pub json: Value,
    /// What it is called within itself, where that is known.
    uri: Option<String>,
    /// Whether its descriptions are written to be told with findings.
    pub is_ours: bool,
}

impl Root {
    fn new(json: Value, uri: Option<String>) -> Self {
        Self {
            json,
            uri,
            is_ours: false,
        }
    }

    /// Of which nothing is known.
    pub const fn unknown() -> Self {
        Self {
            json: Value::Null,
            uri: None,
            is_ours: false,
        }
    }

    /// The file, where what was not met stands in it, and in none beside it.
    pub fn of(&self, error: &ValidationError<'_>) -> Option<&Value> {
        let at = error.absolute_keyword_location();
        let file = at.map(|at| at.as_str().split('#').next().unwrap_or_default());
        let is_own = match (&self.uri, file) {
            (Some(own), Some(file)) => own == file,
            _ => true,
        };
        is_own.then_some(&self.json)
    }

    /// The value of the keyword that was not met.
    pub fn keyword(&self, error: &ValidationError<'_>) -> Option<&Value> {
        self.of(error)?.pointer(error.schema_path().as_str())
    }
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
        Self::build(json, false).map_err(in_words)
    }

    /// Compiles a contract: as [`Schema::compile`], and formats must be kept.
    ///
    /// # Errors
    /// As [`Schema::compile`], with the place in the schema.
    pub(super) fn contract(json: Value) -> Result<Self, Misfit> {
        Self::build(json, true)
    }

    fn build(json: Value, formats: bool) -> Result<Self, Misfit> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(formats)
            .offline()
            .build(&json)
            .map_err(|error| broken(&json, &error))?;
        let root = Root {
            is_ours: !formats,
            ..Root::new(json, None)
        };
        Ok(Self {
            root,
            validator,
            file: None,
        })
    }

    /// Compiles a schema of the project, with references to files beside it: `read` gives the bytes of one, by its path
    /// relative to the schema's folder (with `/`, never out of it). Nothing is ever fetched.
    ///
    /// # Errors
    /// In words: it is no JSON Schema, or a reference leads to a file that is none, out of the folder or to a network.
    pub fn beside<R>(json: Value, read: R) -> Result<Self, String>
    where
        R: Fn(&str) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    {
        let id = json.get("$id").and_then(Value::as_str);
        // A schema with an `$id` of its own names its neighbours by that.
        let base = id
            .filter(|id| id.contains("://"))
            .and_then(|id| id.rsplit_once('/'))
            .map_or(LOCAL.to_owned(), |(folder, _)| format!("{folder}/"));
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_base_uri(format!("{LOCAL}schema.json"))
            .with_retriever(Beside { base, read })
            .build(&json)
            .map_err(|error| in_words(broken(&json, &error)))?;
        let id = json.get("$id").and_then(Value::as_str);
        let uri = match id {
            None => Some(format!("{LOCAL}schema.json")),
            Some(id) => id
                .contains("://")
                .then(|| id.trim_end_matches('#').to_owned()),
        };
        let root = Root::new(json, uri);
        Ok(Self {
            root,
            validator,
            file: None,
        })
    }

    /// With the file in which it stands, which findings show.
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// The file in which it stands, where that is known.
    pub(super) fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Whether there is a property of that name, at the top.
    pub(super) fn has_property(&self, name: &str) -> bool {
        let properties = self.root.json.get("properties");
        properties.is_some_and(|properties| properties.get(name).is_some())
    }

    /// All that does not fit, in no particular order; of a key that is wrong for several reasons, one is told.
    pub(super) fn misfits(&self, value: &Value) -> Vec<Misfit> {
        self.misfits_of_part(value, Cut::NONE)
    }

    /// The same of a value in which arrays are cut, without what they may be the reason of.
    pub(super) fn misfits_of_part(&self, value: &Value, cut: Cut<'_>) -> Vec<Misfit> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        let mut misfits: Vec<Misfit> = Vec::new();
        let mut told = HashSet::new();
        let errors: Vec<_> = self.validator.iter_errors(value).collect();
        for misfit in effects::all_misfits(&self.root, &errors, cut) {
            let of_key = (misfit.part == Part::Key).then_some("");
            let reason = of_key.unwrap_or(&misfit.message).to_owned();
            if told.insert((misfit.pointer.clone(), misfit.part, reason)) {
                misfits.push(misfit);
            }
        }
        misfits
    }
}

/// The folder of a schema that says no `$id`.
const LOCAL: &str = "file:///schemas/";

/// Finds the files beside a schema.
struct Beside<R> {
    /// The URI of the folder, with a `/` at the end.
    base: String,
    read: R,
}

impl<R> Retrieve for Beside<R>
where
    R: Fn(&str) -> Result<Vec<u8>, String> + Send + Sync,
{
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let uri = uri.as_str();
        let path = uri
            .strip_prefix(LOCAL)
            .or_else(|| uri.strip_prefix(self.base.as_str()))
            .ok_or_else(|| {
                format!("{uri} is not in the folder of the schema, and nothing is fetched")
            })?;
        let path = percent_decode_str(path).decode_utf8_lossy();
        if path.split('/').any(|part| part == ".." || part.is_empty()) {
            return Err(format!("{path} is not in the folder of the schema").into());
        }
        let bytes = (self.read)(&path)?;
        let json = json::parse_bytes(&bytes);
        Ok(json.map_err(|fault| format!("{path} is not JSON: {}", fault.message))?)
    }
}

/// Where there is no place to point to.
fn in_words(misfit: Misfit) -> String {
    match misfit.pointer.as_str() {
        "" => misfit.message,
        at => format!("{}, at {at}", misfit.message),
    }
}

/// Embedded schemas are compiled by the tests, so that none can fail here.
fn embedded(name: &str) -> Schema {
    let json = schema_text(name).and_then(|text| serde_json::from_str(text).ok());
    Schema::compile(json.unwrap_or_default()).expect("an embedded schema compiles")
}

/// What is told of a value that does not fit a schema: place, message and help.
#[cfg(test)]
pub(super) fn told(schema: Value, value: Value) -> Vec<(String, String, Option<String>)> {
    let misfits = Schema::compile(schema).unwrap().misfits(&value);
    misfits
        .into_iter()
        .map(|misfit| (misfit.pointer, misfit.message, misfit.help))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of scenarios and fixtures are defined in both files, so that each stands alone.
    #[test]
    fn steps_are_the_same_everywhere() {
        assert_eq!(SCENARIO.root.json["$defs"], FIXTURES.root.json["$defs"]);
        assert_eq!(
            ENDPOINT.root.json["$defs"]["parameters"],
            PAGE.root.json["$defs"]["parameters"]
        );
        // A page has the original's three keys of them.
        for key in ["name", "type", "description"] {
            let key = format!("/$defs/parameter/properties/{key}");
            assert_eq!(
                ENDPOINT.root.json.pointer(&key),
                PAGE.root.json.pointer(&key)
            );
        }
    }

    /// An exchange is told in a folder of a capture as in an endpoint document.
    #[test]
    fn exchanges_are_the_same_everywhere() {
        let run = embedded("run");
        for definition in [
            "method", "request", "response", "headers", "body", "text", "lines", "bytes",
        ] {
            let of_run = &run.root.json["$defs"][definition];
            assert_eq!(ENDPOINT.root.json["$defs"][definition], *of_run);
        }
    }

    #[test]
    fn a_schema_of_the_project_sees_the_files_beside_it_alone() {
        let read = |path: &str| match path {
            "types/slug.json" => Ok(br#"{"type": "string", "pattern": "^[a-z]+$"}"#.to_vec()),
            "broken.json" => Ok(b"{".to_vec()),
            other => Err(format!("there is no file {other}")),
        };
        for id in [None, Some("https://example.com/schemas/own.json")] {
            let of = |reference: &str| {
                let mut json = serde_json::json!({"properties": {"title": {"$ref": reference}}});
                if let Some(id) = id {
                    json["$id"] = id.into();
                }
                Schema::beside(json, read)
            };
            let schema = of("types/slug.json").unwrap();
            let misfits = schema.misfits(&serde_json::json!({"title": 1}));
            assert_eq!(misfits.len(), 1);
            assert_eq!(misfits[0].message, "expected a string, found a number");
            for (reference, reason) in [
                ("gone.json", "there is no file gone.json"),
                ("broken.json", "is not JSON: the file ends inside an object"),
                ("../other.json", "is not in the folder of the schema"),
                ("%2e%2e/other.json", "is not in the folder of the schema"),
                ("https://example.org/x.json", "nothing is fetched"),
            ] {
                let error = of(reference).err().unwrap_or_default();
                assert!(error.contains(reason), "{reference}: {error}");
            }
        }
    }

    /// What stands at the same place in the schema itself is another thing.
    #[test]
    fn what_a_file_beside_the_schema_says_is_told_by_that_file() {
        let json = serde_json::json!({"type": "object", "properties": {"a": {"$ref": "w.json"}, "b": {"$ref": "w.json#/$defs/t"}},
            "$defs": {"t": {"patternErrorMessage": "expected a wrong thing", "pattern": "x"}}});
        let read = |_: &str| {
            Ok(
                br#"{"type": "array", "$defs": {"t": {"type": "string", "pattern": "^[A-Z]+$"}}}"#
                    .to_vec(),
            )
        };
        let schema = Schema::beside(json, read).unwrap();
        let misfits = schema.misfits(&serde_json::json!({"a": "x", "b": "x"}));
        let mut told: Vec<_> = misfits.into_iter().map(|misfit| misfit.message).collect();
        told.sort();
        assert_eq!(
            told,
            [
                "expected a text of the form `^[A-Z]+$`",
                "expected an array, found a string"
            ]
        );
    }

    #[test]
    fn a_reference_out_of_the_schema_is_not_followed() {
        let schema = serde_json::json!({"$ref": "https://example.com/x.json"});
        assert!(Schema::compile(schema).is_err());
    }
}
