//! Scenarios for the operations, as complete as the document's own examples make them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::body::{self, RequestBody};
use super::operation::Operation;
use super::parameters;
use super::source::Node;
use super::types::type_words;
use crate::document::{Section, Sections, essence, is_safe};
use crate::import::naming;
use crate::import::scenario::{self, Variables, literal};

/// How deep a body is made up from its schema.
const DEPTH: usize = 6;

/// Scenarios, and how complete they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Skeletons {
    /// The JSON of each scenario, by ident.
    pub scenarios: BTreeMap<String, Value>,
    /// The values that requests share, by name; `null` where nobody has said one.
    pub variables: Map<String, Value>,
    /// How many requests there are.
    pub requests: usize,
    /// How many of them can be made as they are.
    pub complete: usize,
    /// How many values the requests need that nobody has said; one that stands in several requests counts in each.
    pub missing: usize,
}

/// One scenario a section.
pub(super) fn skeletons(operations: &[Operation<'_>], sections: &Sections) -> Skeletons {
    let mut variables = Variables::default();
    let mut out = Skeletons::default();
    for section in &sections.sections {
        let mut of_section: Vec<_> = operations
            .iter()
            .filter(|operation| operation.name.section() == section.id)
            .collect();
        // What makes things comes first, what removes them last.
        of_section.sort_by_key(|operation| rank(&operation.method));
        let steps: Vec<Value> = of_section
            .iter()
            .map(|operation| {
                let (step, missing) = step(operation, &mut variables);
                out.requests += 1;
                out.missing += missing;
                out.complete += usize::from(missing == 0 && step.get("todo").is_none());
                step
            })
            .collect();
        if !steps.is_empty() {
            add(&mut out.scenarios, section, steps);
        }
    }
    out.variables = variables.values;
    out
}

fn add(scenarios: &mut BTreeMap<String, Value>, section: &Section, steps: Vec<Value>) {
    let scenario = scenario::scenario(&section.title, steps);
    let ident = naming::ident(&section.id);
    let taken = |ident: &String| {
        let mut known = scenarios.keys();
        known.any(|known: &String| known.eq_ignore_ascii_case(ident))
    };
    let numbered = (2_u32..).map(|number| format!("{ident}{number}"));
    let mut names = std::iter::once(ident.clone()).chain(numbered);
    let name = names.find(|name| !taken(name)).unwrap_or(ident);
    scenarios.insert(name, scenario);
}

fn rank(method: &str) -> u8 {
    match method {
        "POST" => 0,
        method if is_safe(method) => 1,
        "DELETE" => 3,
        _ => 2,
    }
}

/// A step, and how many values it lacks.
fn step(operation: &Operation<'_>, variables: &mut Variables) -> (Value, usize) {
    let mut missing = 0;
    let mut step = Map::new();
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    let mut headers: Vec<String> = Vec::new();
    let placeholders: Vec<String> = super::document::placeholders(&operation.path)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let described = operation.parameters();
    let find = |name: &str| {
        described.iter().find(|node| {
            let is = |key: &str, text: &str| node.value.get(key).is_some_and(|value| value == text);
            is("in", "path") && is("name", name)
        })
    };
    for name in &placeholders {
        let there = format!("{{{name}}}");
        let before = operation.path.split(&there).next().unwrap_or_default();
        let value = find(name).and_then(value_of);
        missing += usize::from(value.is_none());
        let variable = variables.add(&naming::variable(name, before), value);
        path = path.replace(&there, &format!("{{{{ {variable} }}}}"));
    }
    for node in &described {
        let text = |key: &str| node.value.get(key).and_then(Value::as_str);
        let (Some(place), Some(name)) = (text("in"), text("name")) else {
            continue;
        };
        let required = node.value.get("required") == Some(&Value::Bool(true));
        let is_ours = ["accept", "content-type", "authorization"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        if !required || !["query", "header"].contains(&place) || (place == "header" && is_ours) {
            continue;
        }
        let value = value_of(node);
        missing += usize::from(value.is_none());
        let variable = variables.add(&naming::variable(name, &operation.path), value);
        if place == "query" {
            query.push(format!("{}={{{{ {variable} }}}}", scenario::encode(name)));
        } else {
            headers.push(format!("{name}: {{{{ {variable} }}}}"));
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    step.insert(
        "request".to_owned(),
        format!("{} {path}", operation.method).into(),
    );
    if is_open(operation) {
        step.insert("as".to_owned(), Value::Null);
    }
    let mut todo = None;
    if let Some(body) = body::body(operation) {
        let mut made = Made {
            operation,
            variables,
            missing: 0,
        };
        todo = made.payload(&body, &mut step, &mut headers);
        missing += made.missing;
    }
    if operation.method == "DELETE" && missing == 0 && todo.is_none() {
        todo = Some(scenario::LOOK_IT_OVER.to_owned());
    }
    if !headers.is_empty() {
        step.insert("headers".to_owned(), headers.into());
    }
    if let Some(status) = unusual_success(operation) {
        step.insert("status".to_owned(), status.into());
    }
    step.insert("example".to_owned(), operation.name.to_string().into());
    if let Some(todo) = todo {
        step.insert("todo".to_owned(), todo.into());
    }
    (Value::Object(step), missing)
}

/// Whether anybody may ask.
fn is_open(operation: &Operation<'_>) -> bool {
    let root = operation.node.source.root();
    let components = root.get("components");
    let schemes = components.and_then(|components| components.get("securitySchemes"));
    let schemes = schemes.or_else(|| root.get("securityDefinitions"));
    // A document that knows no credential at all does not say that none is needed.
    let knows =
        schemes.is_some_and(|schemes| schemes.value.as_object().is_some_and(|all| !all.is_empty()));
    let security = operation.node.get("security").filter(|_| knows);
    security.is_some_and(|security| security.value.as_array().is_some_and(Vec::is_empty))
}

/// The status to expect where no documented one is a success.
fn unusual_success(operation: &Operation<'_>) -> Option<u16> {
    let statuses = operation.statuses();
    let is_success = |status: &&str| status.starts_with('2') || *status == "default";
    if statuses.iter().any(is_success) {
        return None;
    }
    statuses
        .iter()
        .find_map(|status| status.parse().ok().filter(|status| *status < 400))
}

/// The value of a parameter that the document itself gives.
fn value_of(node: &Node<'_>) -> Option<Value> {
    if let Some(example) = parameters::example_of(node) {
        return Some(example.take().clone());
    }
    of_schema(&parameters::schema_of(node))
}

/// The value of a schema that the document itself gives.
fn of_schema(schema: &Node<'_>) -> Option<Value> {
    let schema = schema.follow()?;
    for key in ["const", "example", "x-example"] {
        if let Some(value) = schema.value(key) {
            return Some(value.clone());
        }
    }
    for list in ["examples", "default", "enum"] {
        let Some(node) = schema.get(list) else {
            continue;
        };
        match (list, node.value) {
            ("default", value) if !value.is_null() => return Some(value.clone()),
            ("examples" | "enum", Value::Array(values)) => {
                if let Some(value) = values.iter().find(|value| !value.is_null()) {
                    if list == "examples" {
                        node.take();
                    }
                    return Some(value.clone());
                }
            }
            _ => {}
        }
    }
    None
}

/// What is sent, while it is made.
struct Made<'a, 's> {
    operation: &'a Operation<'s>,
    variables: &'a mut Variables,
    missing: usize,
}

impl<'s> Made<'_, 's> {
    /// Puts what is sent into the step; what has to be completed by hand.
    fn payload(
        &mut self,
        body: &RequestBody<'s>,
        step: &mut Map<String, Value>,
        headers: &mut Vec<String>,
    ) -> Option<String> {
        let example = body.example.as_ref().map(|example| example.take().clone());
        if body.is_json() {
            if essence(&body.media_type) != "application/json" {
                headers.push(format!("Content-Type: {}", body.media_type));
            }
            let json = match (example, &body.schema) {
                (Some(example), _) => literal(&example),
                (None, Some(schema)) => self.value(schema, "", DEPTH)?,
                (None, None) => json!({}),
            };
            step.insert("json".to_owned(), json);
            return None;
        }
        match body.location() {
            Some(place) => self.form(place, body, example, step),
            None => {
                headers.push(format!("Content-Type: {}", body.media_type));
                match example {
                    Some(Value::String(text)) => {
                        step.insert("text".to_owned(), literal(&Value::from(text)));
                        None
                    }
                    Some(other) => {
                        step.insert("text".to_owned(), literal(&Value::from(other.to_string())));
                        None
                    }
                    None => {
                        self.missing += 1;
                        Some(format!(
                            "give a body of {} as `text` or `file`",
                            body.media_type
                        ))
                    }
                }
            }
        }
    }

    fn form(
        &mut self,
        place: &str,
        body: &RequestBody<'s>,
        example: Option<Value>,
        step: &mut Map<String, Value>,
    ) -> Option<String> {
        let mut fields = Map::new();
        let mut files = Vec::new();
        if let Some(Value::Object(example)) = example {
            fields = example
                .iter()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect();
        } else {
            for (name, node, required) in self.fields(body) {
                if !required {
                    continue;
                }
                let schema = node.follow().unwrap_or_else(|| node.clone());
                let is = |key: &str, text: &str| {
                    schema.value.get(key).is_some_and(|value| value == text)
                };
                if is("format", "binary")
                    || is("type", "file")
                    || schema.value.get("contentMediaType").is_some()
                {
                    files.push(format!("`{name}`"));
                    self.missing += 1;
                    continue;
                }
                let value = self.scalar(&schema, &name);
                fields.insert(name, text(&value));
            }
        }
        if !fields.is_empty() {
            step.insert(place.to_owned(), Value::Object(fields));
        }
        (!files.is_empty()).then(|| {
            format!(
                "say in `multipart` which file is sent as {}",
                files.join(" and ")
            )
        })
    }

    fn fields(&self, body: &RequestBody<'s>) -> Vec<(String, Node<'s>, bool)> {
        if body.fields.is_empty() {
            let properties = body.schema.as_ref().map(body::properties);
            let properties = properties.unwrap_or_default().into_iter();
            return properties
                .map(|property| (property.name.to_owned(), property.node, property.required))
                .collect();
        }
        let field = |node: &Node<'s>| {
            let name = node.value.get("name")?.as_str()?.to_owned();
            let required = node.value.get("required") == Some(&Value::Bool(true));
            Some((name, node.clone(), required))
        };
        body.fields.iter().filter_map(field).collect()
    }

    /// A value that fits a schema: what the document gives, else what it requires, else a variable.
    fn value(&mut self, schema: &Node<'s>, name: &str, depth: usize) -> Option<Value> {
        let schema = schema.follow().filter(|_| depth > 0)?;
        let given = [
            "const",
            "example",
            "x-example",
            "default",
            "examples",
            "enum",
        ];
        let has_own = given.iter().any(|key| schema.value.get(*key).is_some());
        if has_own && let Some(value) = of_schema(&schema) {
            return Some(literal(&value));
        }
        let words = type_words(&schema, DEPTH);
        let properties = body::properties(&schema);
        if !properties.is_empty() || words == "object" {
            let mut object = Map::new();
            for property in properties.iter().filter(|property| property.required) {
                let target = property.node.follow();
                let read_only =
                    |node: &Node<'_>| node.value.get("readOnly") == Some(&Value::Bool(true));
                if read_only(&property.node) || target.as_ref().is_some_and(read_only) {
                    continue;
                }
                let value = self.value(&property.node, property.name, depth - 1);
                object.insert(property.name.to_owned(), value.unwrap_or_else(|| json!({})));
            }
            return Some(Value::Object(object));
        }
        if words.starts_with("array") {
            let least = schema.value.get("minItems").and_then(Value::as_u64);
            let item = schema.get("items").filter(|_| least.unwrap_or(0) > 0);
            let item = item.and_then(|item| self.value(&item, name, depth - 1));
            return Some(item.into_iter().collect());
        }
        for list in ["oneOf", "anyOf", "allOf"] {
            if let Some(first) = schema.list(list).first() {
                return self.value(first, name, depth - 1);
            }
        }
        if words.is_empty() && name.is_empty() {
            return Some(json!({}));
        }
        Some(self.scalar(&schema, name))
    }

    fn scalar(&mut self, schema: &Node<'s>, name: &str) -> Value {
        if let Some(value) = of_schema(schema) {
            return literal(&value);
        }
        self.missing += 1;
        let name = if name.is_empty() {
            parameters::WHOLE_BODY
        } else {
            name
        };
        let variable = self
            .variables
            .add(&naming::variable(name, &self.operation.path), None);
        format!("{{{{ {variable} }}}}").into()
    }
}

/// A field of a form: a text.
fn text(value: &Value) -> Value {
    match value {
        Value::String(_) => value.clone(),
        other => Value::from(other.to_string()),
    }
}
