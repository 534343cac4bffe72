//! The schemas themselves: valid, and helpful to an editor.

use std::fs;
use std::path::Path;

use apidocs::finding::Code;
use apidocs::validate::{schema_names, schema_text};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema(name: &str) -> Value {
    serde_json::from_str(schema_text(name).unwrap()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().offline().build(schema).unwrap()
}

/// Each subschema with its JSON Pointer; `annotated` says whether it is a property that editors show.
fn subschemas(
    pointer: &str,
    schema: &Value,
    annotated: bool,
    all: &mut Vec<(String, Value, bool)>,
) {
    let Some(object) = schema.as_object() else {
        return;
    };
    all.push((pointer.to_owned(), schema.clone(), annotated));
    for (keyword, value) in object {
        let at = format!("{pointer}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties", Value::Object(members)) => {
                for (name, inner) in members {
                    subschemas(&format!("{at}/{name}"), inner, true, all);
                }
            }
            ("$defs", Value::Object(members)) => {
                for (name, inner) in members {
                    subschemas(&format!("{at}/{name}"), inner, false, all);
                }
            }
            ("items" | "additionalProperties" | "propertyNames", inner) => {
                subschemas(&at, inner, false, all);
            }
            _ => {}
        }
    }
}

#[test]
fn schemas_are_valid_and_versioned() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut names: Vec<_> = schema_names().collect();
    for name in &names {
        let schema = schema(name);
        jsonschema::meta::validate(&schema).unwrap();
        assert_eq!(schema["$id"], json!(format!("urn:apidocs:schema:{name}:1")));
        assert!(files.join(format!("{name}.schema.json")).exists());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), fs::read_dir(files).unwrap().count());
    assert_eq!(schema_text("nothing"), None);
}

#[test]
fn properties_tell_an_editor_what_they_are() {
    for name in schema_names() {
        let root = schema(name);
        let mut all = Vec::new();
        subschemas("", &root, true, &mut all);
        for (pointer, schema, annotated) in all {
            let keyword = |keyword: &str| {
                let target = schema.get("$ref").and_then(Value::as_str);
                let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
                // A definition may refer to another one.
                let next = target.and_then(|target| target.get("$ref")?.as_str());
                let next = next.and_then(|target| root.pointer(target.strip_prefix('#')?));
                [Some(&schema), target, next]
                    .into_iter()
                    .flatten()
                    .any(|one| one.get(keyword).is_some())
            };
            for wanted in ["title", "description", "examples"] {
                assert!(
                    !annotated || keyword(wanted),
                    "{name}: {pointer} has no {wanted}"
                );
            }
        }
    }
}

#[test]
fn examples_are_what_their_schemas_say() {
    for name in schema_names() {
        let root = schema(name);
        let mut all = Vec::new();
        subschemas("", &root, false, &mut all);
        let mut count = 0;
        for (pointer, schema, _) in all {
            let mut alone = schema.clone();
            alone["$defs"] = root.get("$defs").cloned().unwrap_or(json!({}));
            let validator = validator(&alone);
            let examples = schema.get("examples").and_then(Value::as_array);
            for example in examples.into_iter().flatten().chain(schema.get("default")) {
                let errors: Vec<_> = validator
                    .iter_errors(example)
                    .map(|error| error.to_string())
                    .collect();
                assert!(
                    errors.is_empty(),
                    "{name}: {pointer}: {example}: {errors:?}"
                );
                count += 1;
            }
        }
        assert!(count > 5, "{name}");
    }
}

/// Severities and impacts complete in an editor, so each code stands in the schema: those of changes have an impact, the
/// others a severity. `UPDATE=1` writes them.
#[test]
fn codes_are_those_of_the_table() {
    let row = |code: Code, default: String, kind: &str| {
        let (id, summary) = (code.id, code.summary());
        let description = Value::from(format!("{summary} Default: {default}."));
        format!(
            "        \"{id}\": {{ \"title\": \"{id}\", \"description\": {description}, \"$ref\": \"#/$defs/{kind}\" }}"
        )
    };
    let impacts: Vec<_> = Code::all()
        .filter_map(|code| Some(row(code, code.default_impact()?.to_string(), "impact")))
        .collect();
    let severities: Vec<_> = Code::all()
        .filter(|code| code.default_impact().is_none())
        .map(|code| match code.is_always_error() {
            true => row(code, "error, and no other".to_owned(), "unread"),
            false => row(code, code.default_word(), "severity"),
        })
        .collect();
    let text = schema_text("settings").unwrap();
    let mut wanted = text.to_owned();
    for (key, rows) in [("impact", impacts), ("severity", severities)] {
        let start = wanted.find(&format!("\n    \"{key}\": {{")).unwrap();
        let start =
            start + wanted[start..].find("\"properties\": {").unwrap() + "\"properties\": {".len();
        let end = start + wanted[start..].find("\n      },").unwrap();
        wanted.replace_range(start..end, &format!("\n{}", rows.join(",\n")));
    }
    if text == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "run with UPDATE=1: the codes have changed"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/settings.schema.json");
    fs::write(path, wanted).unwrap();
}
