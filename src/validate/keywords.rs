//! Keywords of a contract that are nearly those of JSON Schema: what nobody knows checks nothing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::finding::spelling::{nearest, quoted};
use crate::finding::{Finding, SourceFile, codes};
use crate::json::pointer;

/// The keywords of JSON Schema 2020-12.
const KEYWORDS: [&str; 58] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "definitions",
];

/// Words of older drafts, of OpenAPI and of editors: others know them.
const OTHERS: [&str; 14] = [
    "$recursiveAnchor",
    "$recursiveRef",
    "additionalItems",
    "dependencies",
    "discriminator",
    "enumDescriptions",
    "enumNames",
    "errorMessage",
    "example",
    "externalDocs",
    "id",
    "markdownDescription",
    "nullable",
    "xml",
];

/// Keywords under which a schema stands, or a list of schemas.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords under which schemas stand by names that people chose.
const NAMED: [&str; 5] = [
    "$defs",
    "definitions",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// The keywords that are misspelt, as far as anybody can tell: JSON Schema lets any word stand.
pub(super) fn misspelt(schema: &Value, source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = Vec::new();
    look(schema, "", source, &mut findings);
    findings
}

fn look(schema: &Value, at: &str, source: &Arc<SourceFile>, findings: &mut Vec<Finding>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                let at = pointer::join(at, key);
                let key = key.as_str();
                if SCHEMAS.contains(&key) {
                    look(value, &at, source, findings);
                } else if NAMED.contains(&key) {
                    let named = value.as_object().into_iter().flatten();
                    for (name, schema) in named {
                        look(schema, &pointer::join(&at, name), source, findings);
                    }
                } else if let Some(meant) = meant(key, members) {
                    let message = format!("{} is no keyword of JSON Schema", quoted(key));
                    let finding = Finding::new(codes::UNKNOWN_KEYWORD, message);
                    let finding = finding.at_key(source, &at);
                    findings.push(finding.help(format!(
                        "did you mean `{meant}`? As it is, it checks nothing"
                    )));
                }
            }
        }
        Value::Array(schemas) => {
            for (index, schema) in schemas.iter().enumerate() {
                let at = pointer::join(at, &index.to_string());
                look(schema, &at, source, findings);
            }
        }
        _ => {}
    }
}

fn meant(key: &str, beside: &Map<String, Value>) -> Option<&'static str> {
    let is_known = KEYWORDS.contains(&key) || OTHERS.contains(&key) || key.starts_with("x-");
    // Of so short a word, any other is near.
    if is_known || key.len() < 3 {
        return None;
    }
    let free = KEYWORDS
        .into_iter()
        .filter(|known| !beside.contains_key(*known));
    nearest(key, free)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(schema: &Value) -> Vec<String> {
        let source = SourceFile::new("a.json", schema.to_string().as_bytes());
        let findings = misspelt(schema, &source);
        findings
            .into_iter()
            .filter_map(|finding| finding.pointer)
            .collect()
    }

    #[test]
    fn what_is_nearly_a_keyword_is_told_wherever_a_schema_stands() {
        let schema = json!({
            "typ": "object",
            "requird": ["a"],
            "properties": {"requird": {"items": [{"MaxLength": 1}]}},
            "anyOf": [{"addtionalProperties": {"tpye": "x"}}],
            "$defs": {"a": {"not": {"formt": "date"}}},
        });
        assert_eq!(
            pointers(&schema),
            [
                "/typ",
                "/requird",
                "/properties/requird/items/0/MaxLength",
                "/anyOf/0/addtionalProperties",
                "/$defs/a/not/formt"
            ]
        );
        // Names and values that people chose, and words of others.
        let schema = json!({
            "properties": {"typ": true}, "enum": [{"typ": 1}], "const": {"typ": 1}, "default": {"typ": 1},
            "examples": [{"typ": 1}], "required": ["typ"], "x-typ": 1, "nullable": true, "example": 1, "id": "a",
            "xml": {"typ": 1}, "discriminator": {"typ": 1}, "source": "x", "owner": "y",
        });
        assert_eq!(pointers(&schema), [""; 0]);
    }
}
