//! Contracts as schemas of the OpenAPI document: what they define goes to `components` where all agree on it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::{ContractName, MEDIA_TYPES};

/// What a reference to a definition of the contract itself begins with.
const OWN: &str = "#/$defs/";

/// The definitions that stand in `components.schemas`.
#[derive(Debug, Default)]
pub(super) struct Shared {
    schemas: Map<String, Value>,
}

impl Shared {
    /// Finds the definitions that are the same wherever they stand, with all that they refer to.
    pub fn new(contracts: &BTreeMap<ContractName, Value>) -> Self {
        let mut known: BTreeMap<&str, Option<&Value>> = BTreeMap::new();
        for contract in contracts.values() {
            for (name, schema) in definitions(contract) {
                let same = known.entry(name).or_insert(Some(schema));
                if same.is_some_and(|same| same != schema) || !is_name(name) {
                    *same = None;
                }
            }
        }
        let mut shared: BTreeMap<&str, &Value> = known
            .into_iter()
            .filter_map(|(name, schema)| Some((name, schema?)))
            .collect();
        loop {
            let odd: Vec<&str> = shared
                .iter()
                .filter(|(_, schema)| {
                    let mut names = BTreeSet::new();
                    references(schema, &mut names);
                    let all = names.iter().all(|at| {
                        at.strip_prefix(OWN)
                            .is_some_and(|name| shared.contains_key(name))
                    });
                    !all
                })
                .map(|(name, _)| *name)
                .collect();
            if odd.is_empty() {
                break;
            }
            for name in odd {
                shared.remove(name);
            }
        }
        let names: BTreeSet<String> = shared.keys().map(|name| (*name).to_owned()).collect();
        let schemas = shared
            .into_iter()
            .map(|(name, schema)| (name.to_owned(), moved(schema, &names, "")))
            .collect();
        Self { schemas }
    }

    /// What goes to `components.schemas`.
    pub fn schemas(&self) -> &Map<String, Value> {
        &self.schemas
    }

    /// A contract as it stands at `at` in the OpenAPI document, and the words that it had for the response.
    pub fn schema(&self, contract: &Value, at: &str) -> (Value, Option<String>) {
        let names: BTreeSet<String> = self.schemas.keys().cloned().collect();
        let mut schema = moved(contract, &names, at);
        let mut description = None;
        if let Some(members) = schema.as_object_mut() {
            members.shift_remove("$schema");
            members.shift_remove(MEDIA_TYPES);
            if let Some(Value::String(text)) = members.get("description") {
                description = Some(text.clone());
                members.shift_remove("description");
            }
            if let Some(Value::Object(own)) = members.get_mut("$defs") {
                own.retain(|name, _| !names.contains(name));
                if own.is_empty() {
                    members.shift_remove("$defs");
                }
            }
        }
        (schema, description)
    }
}

/// Names that `components` may hold (OpenAPI 3.1, section 4.8.7).
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn definitions(contract: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let own = contract.get("$defs").and_then(Value::as_object);
    own.into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
}

/// Keys under which anything may stand, so that a `$ref` is no reference.
const FREE: [&str; 4] = ["examples", "default", "enum", "const"];

fn references<'a>(schema: &'a Value, names: &mut BTreeSet<&'a str>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(at) if key == "$ref" => {
                        names.insert(at);
                    }
                    value if !FREE.contains(&key.as_str()) || value.is_object() => {
                        references(value, names)
                    }
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

/// The schema with references that lead to where the definitions stand now.
fn moved(schema: &Value, shared: &BTreeSet<String>, at: &str) -> Value {
    match schema {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let value = match value {
                    Value::String(reference) if key == "$ref" => {
                        target(reference, shared, at).into()
                    }
                    value if FREE.contains(&key.as_str()) && !value.is_object() => value.clone(),
                    value => moved(value, shared, at),
                };
                (key.clone(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| moved(item, shared, at)).collect(),
        other => other.clone(),
    }
}

fn target(reference: &str, shared: &BTreeSet<String>, at: &str) -> String {
    match reference.strip_prefix(OWN) {
        Some(name) if shared.contains(name) => format!("#/components/schemas/{name}"),
        _ => match reference.strip_prefix('#') {
            Some(inner) => format!("#{at}{inner}"),
            None => reference.to_owned(),
        },
    }
}
