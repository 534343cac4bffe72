//! Schemas of OpenAPI as plain JSON Schema (2020-12), self-contained.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::discriminator;
use super::source::{Node, Version};

/// The dialect of what is made here.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Keywords that mean the same there and here.
const KEPT: [&str; 37] = [
    "title",
    "description",
    "default",
    "enum",
    "const",
    "format",
    "pattern",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
    "readOnly",
    "writeOnly",
    "deprecated",
    "examples",
    "$comment",
    "contentMediaType",
    "contentEncoding",
    "type",
    "example",
    "nullable",
    "x-nullable",
    "$schema",
    "$ref",
    "$defs",
];
const ONE: [&str; 12] = [
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
    "additionalItems",
];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];

/// A schema as it stands alone: references lead into its own `$defs`, `nullable` is a type.
pub(super) fn plain(node: &Node<'_>) -> Value {
    let mut plain = Plain::default();
    let schema = plain.schema(node);
    while let Some((name, node)) = plain.pending.pop() {
        let schema = plain.schema(&node);
        plain.defs.insert(name, schema);
    }
    let mut out = Map::new();
    out.insert("$schema".to_owned(), DIALECT.into());
    match schema {
        Value::Object(members) => out.extend(members),
        Value::Bool(false) => {
            out.insert("not".to_owned(), json!({}));
        }
        _ => {}
    }
    if !plain.defs.is_empty() {
        plain.defs.sort_keys();
        out.insert("$defs".to_owned(), Value::Object(plain.defs));
    }
    Value::Object(out)
}

#[derive(Default)]
struct Plain<'s> {
    defs: Map<String, Value>,
    names: HashMap<(usize, String), String>,
    pending: Vec<(String, Node<'s>)>,
}

impl<'s> Plain<'s> {
    fn schema(&mut self, node: &Node<'s>) -> Value {
        let Some(members) = node.own_members() else {
            return match node.take() {
                Value::Bool(flag) => Value::Bool(*flag),
                _ => json!({}),
            };
        };
        let mut out = Map::new();
        if node.reference().is_some() {
            if let Some(target) = node.step() {
                let name = self.definition(target);
                out.insert("$ref".to_owned(), format!("#/$defs/{name}").into());
            }
            if node.source.version != Version::V31 {
                // What stands beside a reference counts for nothing there.
                return Value::Object(out);
            }
        }
        for (key, child) in members {
            if KEPT.contains(&key) {
                self.keep(key, &child, &mut out);
            } else if ONE.contains(&key) {
                let schema = self.schema(&child);
                out.insert(key.to_owned(), schema);
            } else if LISTS.contains(&key) {
                let items = child.children();
                let mut schemas: Vec<_> = items.iter().map(|item| self.schema(item)).collect();
                if schemas.is_empty() {
                    child.take();
                } else {
                    if ["oneOf", "anyOf"].contains(&key) {
                        discriminator::apply(node, &items, &mut schemas);
                    }
                    let items = schemas;
                    out.insert(key.to_owned(), items.into());
                }
            } else if MAPS.contains(&key) {
                let mut map = Map::new();
                let members = child.own_members().unwrap_or_default();
                if members.is_empty() {
                    child.take();
                }
                for (name, schema) in members {
                    map.insert(name.to_owned(), self.schema(&schema));
                }
                out.insert(key.to_owned(), map.into());
            }
        }
        if node.value.as_object().is_some_and(Map::is_empty) {
            node.take();
        }
        Self::older(node, &mut out);
        Self::without_unsent(&mut out);
        Value::Object(out)
    }

    fn keep(&mut self, key: &str, child: &Node<'s>, out: &mut Map<String, Value>) {
        match key {
            "$ref" => {}
            "$schema" | "nullable" | "x-nullable" => {
                child.take();
            }
            "$defs" => {
                for (_, definition) in child.own_members().unwrap_or_default() {
                    self.definition(definition);
                }
            }
            "example" => {
                let example = child.take().clone();
                let examples = out.entry("examples").or_insert_with(|| json!([]));
                if let Some(examples) = examples.as_array_mut()
                    && !examples.contains(&example)
                {
                    examples.push(example);
                }
            }
            // The whole body of a response: not a type of JSON.
            "type" if child.value == "file" => {
                child.take();
            }
            // A keyword without a value, which generators write, says nothing, and is none of JSON Schema.
            key if child.value.is_null() && !["default", "const"].contains(&key) => {
                child.take();
            }
            _ => {
                out.insert(key.to_owned(), child.take().clone());
            }
        }
    }

    /// What older versions say in another way: `nullable`, and flags for exclusive bounds.
    fn older(node: &Node<'_>, out: &mut Map<String, Value>) {
        for (bound, exclusive) in [
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ] {
            if let Some(Value::Bool(flag)) = out.get(exclusive).cloned() {
                out.shift_remove(exclusive);
                if let Some(limit) = out.get(bound).cloned().filter(|_| flag) {
                    out.shift_remove(bound);
                    out.insert(exclusive.to_owned(), limit);
                }
            }
        }
        let is_nullable = ["nullable", "x-nullable"]
            .iter()
            .any(|key| node.value.get(key) == Some(&Value::Bool(true)));
        if !is_nullable || node.source.version == Version::V31 {
            return;
        }
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        match out.get("type").cloned() {
            Some(Value::String(kind)) => {
                out.insert("type".to_owned(), json!([kind, "null"]));
            }
            Some(_) => {}
            None if out.contains_key("enum") => {}
            None => {
                let inner = std::mem::take(out);
                out.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
            }
        }
    }

    /// What a request alone carries is not required of a response.
    fn without_unsent(out: &mut Map<String, Value>) {
        let unsent: Vec<String> = out
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, schema)| schema.get("writeOnly") == Some(&Value::Bool(true)))
            .map(|(name, _)| name.clone())
            .collect();
        let Some(Value::Array(required)) = out.get_mut("required") else {
            return;
        };
        required.retain(|name| {
            name.as_str()
                .is_none_or(|name| !unsent.iter().any(|one| one == name))
        });
        if required.is_empty() {
            out.shift_remove("required");
        }
    }

    /// The name in `$defs` of what a reference leads to.
    fn definition(&mut self, target: Node<'s>) -> String {
        let id = (target.file, target.pointer.clone());
        if let Some(name) = self.names.get(&id) {
            return name.clone();
        }
        let last = target.pointer.rsplit('/').next().unwrap_or_default();
        // A name that needs no escape in a reference.
        let safe = |c: char| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        };
        let base: String = match last {
            "" => "Root".to_owned(),
            last => last.chars().map(safe).collect(),
        };
        let taken = |name: &String| self.names.values().any(|known| known == name);
        let name = std::iter::once(base.clone())
            .chain((2..).map(|number| format!("{base}_{number}")))
            .find(|name| !taken(name))
            .unwrap_or(base);
        self.names.insert(id, name.clone());
        self.pending.push((name.clone(), target));
        name
    }
}
