//! What is made of requests: skeleton documents, and a scenario in the order of the source.

mod documents;
mod origin;
mod payload;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::paths::{self, Segment};
use super::secrets::Secrets;
use super::{Imported, Request, Requests};
use crate::document::DocumentName;
use crate::import::naming::{self, Names};
use crate::import::scenario::{self, Variables};
use crate::stabilize::secrets::Rules;
use origin::{of_one_origin, resolve_start};
use payload::{implied, payload};

/// Headers that every client sends by itself, or that would break a request made anew.
const OWN: [&str; 21] = [
    "host",
    "content-length",
    "connection",
    "accept-encoding",
    "user-agent",
    "origin",
    "referer",
    "cache-control",
    "pragma",
    "accept-language",
    "dnt",
    "priority",
    "te",
    "transfer-encoding",
    "upgrade-insecure-requests",
    "if-none-match",
    "if-modified-since",
    "keep-alive",
    "expect",
    "traceparent",
    "x-requested-with",
];

/// A request on its way to a step.
struct Draft {
    request: Request,
    path: String,
    query: Vec<(String, String)>,
}

/// Makes skeleton documents and a scenario called `title` of requests; secrets become variables of the environment. `rules`
/// say which names mean secrets.
pub fn import(requests: Requests, title: &str, rules: &Rules) -> Imported {
    let mut imported = Imported {
        findings: requests.findings,
        ..Imported::default()
    };
    let mut secrets = Secrets::new(rules);
    let mut drafts = Vec::new();
    let named: Vec<String> = requests.variables.keys().cloned().collect();
    let mut all = requests.requests;
    for request in &mut all {
        resolve_start(&mut request.url, &requests.variables);
    }
    let (origin, kept) = of_one_origin(all, &mut imported.findings);
    for (mut request, url) in kept {
        let mut query = url.query;
        secrets.take_named(&mut request, url.user, &mut query);
        let path = url.path;
        drafts.push(Draft {
            request,
            path,
            query,
        });
    }
    imported.origin = origin;
    let paths: Vec<String> = drafts.iter().map(|draft| draft.path.clone()).collect();
    let mut made = Made {
        secrets,
        variables: Variables::default(),
        names: Names::default(),
        targets: BTreeMap::new(),
        known: BTreeMap::new(),
        imported: &mut imported,
    };
    made.variables.values = requests.variables;
    let mut steps = Vec::new();
    for (draft, template) in drafts.iter().zip(paths::templates(&paths)) {
        steps.push(made.step(draft, template));
    }
    made.finish(steps, title, &named);
    imported
}

struct Made<'a> {
    secrets: Secrets,
    variables: Variables,
    names: Names,
    /// The document of each method and path.
    targets: BTreeMap<(String, String), DocumentName>,
    /// The statuses of which a document has an example.
    known: BTreeMap<DocumentName, Vec<Option<u16>>>,
    imported: &'a mut Imported,
}

impl Made<'_> {
    fn step(&mut self, draft: &Draft, template: Vec<Segment>) -> Value {
        let request = &draft.request;
        let mut api_path = String::new();
        let mut path = String::new();
        let mut parameters = Vec::new();
        for segment in template {
            match segment {
                Segment::Literal(text) => {
                    api_path.push_str(&format!("/{text}"));
                    path.push_str(&format!("/{text}"));
                }
                Segment::Value(name, value) => {
                    let there = self.value_in_path(&name, &value);
                    api_path.push_str(&format!("/{{{name}}}"));
                    path.push_str(&format!("/{there}"));
                    parameters.push(name);
                }
            }
        }
        let target = self.document(draft, &api_path, &parameters);
        let query: Vec<String> = draft
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", scenario::encode(name), encode_around(value)))
            .collect();
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut step = Map::new();
        step.insert(
            "request".to_owned(),
            format!("{} {path}", request.method).into(),
        );
        let mut headers: Vec<String> = Vec::new();
        for (name, value) in &request.headers {
            let lower = name.to_ascii_lowercase();
            let is_own = OWN.contains(&lower.as_str())
                || lower.starts_with("sec-")
                || lower.starts_with(':');
            let is_default = (lower == "accept" && value == "*/*")
                || (lower == "content-type" && implied(value, &request.body));
            if !is_own && !is_default {
                headers.push(format!("{name}: {value}"));
            }
        }
        if !headers.is_empty() {
            step.insert("headers".to_owned(), headers.into());
        }
        let todo = payload(&request.body, &mut step);
        if let Some(status) = request.status.filter(|status| !(200..300).contains(status)) {
            step.insert("status".to_owned(), status.into());
        }
        if request.follow {
            step.insert("follow".to_owned(), true.into());
        }
        if let Some(example) = self.example(&target, request.status) {
            step.insert("example".to_owned(), example.into());
        }
        if !request.save.is_empty() {
            let save: Map<String, Value> =
                request.save.iter().map(|save| self.saved(save)).collect();
            step.insert("save".to_owned(), save.into());
        }
        if let Some(todo) = todo {
            step.insert("todo".to_owned(), todo.into());
        }
        Value::Object(step)
    }

    /// A value of a path as a template: a secret, a variable of the source, or one of `fixtures.json`.
    fn value_in_path(&mut self, name: &str, value: &str) -> String {
        if value.contains("{{") {
            return value.to_owned();
        }
        let plain = percent_encoding::percent_decode_str(value)
            .decode_utf8_lossy()
            .into_owned();
        if let Some(variable) = self.secrets.in_path(name, &plain) {
            return variable;
        }
        let name = self.variables.add(name, Some(plain.into()));
        format!("{{{{ {name} }}}}")
    }

    /// The example that a request makes; `None` where another one makes it already.
    fn example(&mut self, target: &DocumentName, status: Option<u16>) -> Option<String> {
        let known = self.known.entry(target.clone()).or_default();
        let is_success = |status: &Option<u16>| status.is_none_or(|status| status < 300);
        let again = match is_success(&status) {
            true => known.iter().any(is_success),
            false => known.contains(&status),
        };
        if again {
            return None;
        }
        known.push(status);
        Some(match status.filter(|status| *status >= 300) {
            Some(status) => format!("{target}#status-{status}"),
            None => target.to_string(),
        })
    }

    /// What a response gives is a secret too where its name says so.
    fn saved(&self, (name, from): &(String, Value)) -> (String, Value) {
        let value = match from {
            Value::String(at) if self.secrets.names_secret(name) => {
                json!({ "pointer": at, "secret": true })
            }
            Value::Object(from) if self.secrets.names_secret(name) => {
                let mut from = from.clone();
                from.insert("secret".to_owned(), true.into());
                Value::Object(from)
            }
            other => other.clone(),
        };
        (name.clone(), value)
    }

    /// Hides what is secret by now in all that was made, and keeps the scenario.
    fn finish(self, steps: Vec<Value>, title: &str, named: &[String]) {
        let imported = self.imported;
        if !steps.is_empty() {
            let mut scenario = scenario::scenario(title, steps);
            self.secrets.hide_in(&mut scenario);
            imported.scenarios.insert(naming::ident(title), scenario);
        }
        // Names that nothing gives a value are to be filled in.
        let text: String = imported.scenarios.values().map(Value::to_string).collect();
        imported.variables = self.variables.values;
        let saved: Vec<String> = imported.scenarios.values().flat_map(saved_names).collect();
        for name in names_in(&text) {
            if !saved.contains(&name) {
                imported.variables.entry(name).or_insert(Value::Null);
            }
        }
        for (name, value) in &mut imported.variables {
            if named.contains(name) && self.secrets.names_secret(name) && value.is_string() {
                // A source that gives a secret a name keeps it outside of the project.
                *value = format!("{{{{ env.{} }}}}", name.to_ascii_uppercase()).into();
                let what = format!("the variable {name} of the source");
                imported.secrets.insert(name.to_ascii_uppercase(), what);
            } else {
                self.secrets.hide_in(value);
            }
        }
        for document in imported.documents.values_mut() {
            document.title = self.secrets.hide(&document.title);
        }
        imported.secrets.extend(self.secrets.told);
    }
}

fn saved_names(scenario: &Value) -> Vec<String> {
    let steps = scenario.get("requests").and_then(Value::as_array);
    let saves = steps
        .into_iter()
        .flatten()
        .filter_map(|step| step.get("save")?.as_object());
    saves.flat_map(|save| save.keys().cloned()).collect()
}

/// The variables that a text uses, those of the environment aside, each once.
fn names_in(text: &str) -> Vec<String> {
    let is_ours = |name: &&str| naming::is_identifier(name) && !["port", "apidocs"].contains(name);
    let mut names: Vec<String> = Vec::new();
    for name in scenario::names_in(text).filter(is_ours) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// A value of a query, percent-encoded but for the templates in it.
fn encode_around(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else {
            break;
        };
        out.push_str(&scenario::encode(&rest[..start]));
        out.push_str(&rest[start..start + end + 2]);
        rest = &rest[start + end + 2..];
    }
    out + &scenario::encode(rest)
}
