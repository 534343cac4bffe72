//! Scenarios as imports write them.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::document::Collection;

/// The reference from `scenarios/<Ident>.json` to its schema.
const SCHEMA: &str = "../../schemas/scenario.schema.json";

/// The reference from `fixtures.json` to its schema.
const FIXTURES_SCHEMA: &str = "../schemas/fixtures.schema.json";

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The values that requests share, by name.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    /// `null` where nobody has said a value.
    pub values: Map<String, Value>,
}

impl Variables {
    /// The name under which a value is kept: the wanted one, or one with a number where that has another value.
    pub fn add(&mut self, name: &str, value: Option<Value>) -> String {
        let value = value.map(|value| literal(&value));
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        for name in std::iter::once(name.to_owned()).chain(numbered) {
            match (self.values.get(&name), &value) {
                (None, _) => {
                    self.values.insert(name.clone(), value.unwrap_or_default());
                    return name;
                }
                // Somebody else has said it.
                (Some(_), None) => return name,
                (Some(Value::Null), Some(value)) => {
                    self.values.insert(name.clone(), value.clone());
                    return name;
                }
                (Some(known), Some(value)) if known == value => return name,
                (Some(_), Some(_)) => {}
            }
        }
        name.to_owned()
    }
}

/// A scenario of these steps.
pub(crate) fn scenario(title: &str, steps: Vec<Value>) -> Value {
    json!({ "$schema": SCHEMA, "title": title, "requests": steps })
}

/// `fixtures.json` with these variables: those that a project has already stay as they are.
pub fn fixtures(existing: Option<&Value>, variables: &Map<String, Value>) -> Value {
    let mut file = existing
        .cloned()
        .unwrap_or_else(|| json!({ "$schema": FIXTURES_SCHEMA }));
    if let Some(object) = file.as_object_mut() {
        let known = object.entry("variables").or_insert_with(|| json!({}));
        if let Some(known) = known.as_object_mut() {
            for (name, value) in variables {
                if !known.contains_key(name) {
                    known.insert(name.clone(), value.clone());
                }
            }
        }
    }
    file
}

/// What is still to be done about a request that would remove something as it is.
pub(crate) const LOOK_IT_OVER: &str =
    "it removes things, and nothing in it is left to be filled in: look it over";

/// Holds every request back that removes something and waits for no value: it must not be made by accident.
pub fn hold_removals(scenario: &mut Value, variables: &Map<String, Value>) {
    let steps = scenario.get_mut("requests").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten() {
        let removes = step["request"]
            .as_str()
            .is_some_and(|line| line.starts_with("DELETE "));
        if !removes || step.get("todo").is_some() {
            continue;
        }
        let text = step.to_string();
        let mut names = names_in(&text);
        if !names.any(|name| variables.get(name).is_some_and(Value::is_null)) {
            step["todo"] = LOOK_IT_OVER.into();
        }
    }
}

/// The variables that scenarios use.
pub fn used(
    scenarios: &BTreeMap<String, Value>,
    variables: &Map<String, Value>,
) -> Map<String, Value> {
    let texts: Vec<String> = scenarios.values().map(Value::to_string).collect();
    let names: BTreeSet<&str> = texts.iter().flat_map(|text| names_in(text)).collect();
    let used = variables
        .iter()
        .filter(|(name, _)| names.contains(name.as_str()));
    used.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The names in the templates of a text.
pub(crate) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("{{").skip(1);
    inner.filter_map(|inner| Some(inner.split_once("}}")?.0.trim()))
}

/// The steps for documents of which no scenario makes an example yet, under idents that are free.
pub fn new_scenarios(
    scenarios: &BTreeMap<String, Value>,
    existing: &Collection,
) -> BTreeMap<String, Value> {
    let made: BTreeSet<String> = existing
        .scenarios
        .values()
        .filter_map(|loaded| loaded.item.as_ref())
        .flat_map(|scenario| scenario.steps().map(|(_, step)| step).collect::<Vec<_>>())
        .filter_map(|step| Some(step.example.as_ref()?.document.to_string()))
        .collect();
    let mut out = BTreeMap::new();
    for (ident, scenario) in scenarios {
        let mut scenario = scenario.clone();
        if let Some(steps) = scenario.get_mut("requests").and_then(Value::as_array_mut) {
            steps.retain(|step| {
                let target = step.get("example").and_then(Value::as_str);
                let document = target.and_then(|target| target.split('#').next());
                document.is_none_or(|document| !made.contains(document))
            });
            if steps.is_empty() {
                continue;
            }
        }
        let taken = |ident: &String| {
            let mut known = existing.scenarios.keys();
            known.any(|known| known.eq_ignore_ascii_case(ident))
        };
        let numbered = (2_u32..).map(|number| format!("{ident}{number}"));
        let mut idents = std::iter::once(ident.clone()).chain(numbered);
        if let Some(ident) = idents.find(|ident| !taken(ident)) {
            out.insert(ident, scenario);
        }
    }
    out
}

/// A value whose texts mean themselves: braces that a template would read are escaped.
pub(crate) fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(literal_text(text)),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(key, value)| (key.clone(), literal(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// A text that means itself in a template.
pub(crate) fn literal_text(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A text as a segment of a path, or as a name or value of a query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
