//! Every text that is a template, with its place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::template::{Expression, Template};
use crate::document::{Part, Payload, Step};
use crate::json::pointer;
use crate::project::{Server, Settings};

/// The templates of a step, with JSON Pointers relative to it.
pub(super) fn of_step(step: &Step) -> Vec<(String, &str)> {
    let mut out = vec![("/request".to_owned(), step.path.as_str())];
    for (index, header) in step.headers.iter().enumerate() {
        out.push((format!("/headers/{index}"), header));
    }
    match &step.payload {
        Payload::Empty => {}
        Payload::Json(value) => of_value(value, "/json", &mut out),
        Payload::Form(fields) => {
            for (name, value) in fields {
                out.push((pointer::join("/form", name), value));
            }
        }
        Payload::Multipart(parts) => {
            for (name, part) in parts {
                let at = pointer::join("/multipart", name);
                match part {
                    Part::Field(text) => out.push((at, text)),
                    Part::File {
                        path,
                        filename,
                        media_type,
                    } => {
                        let texts = [Some(path), filename.as_ref(), media_type.as_ref()];
                        out.extend(
                            texts
                                .into_iter()
                                .flatten()
                                .map(|text| (at.clone(), text.as_str())),
                        );
                    }
                }
            }
        }
        Payload::Text(text) => out.push(("/text".to_owned(), text)),
        Payload::File(path) => out.push(("/file".to_owned(), path)),
    }
    if let Some(value) = step.until.as_ref().and_then(|until| until.value.as_ref()) {
        of_value(value, "/until/is", &mut out);
    }
    out
}

/// The names of the variables that a step uses.
pub(super) fn variables(step: &Step) -> BTreeSet<String> {
    variables_in(of_step(step).into_iter().map(|(_, text)| text))
}

/// The names of the variables that a JSON value uses.
pub(super) fn variables_of(value: &Value) -> BTreeSet<String> {
    let mut strings = Vec::new();
    of_value(value, "", &mut strings);
    variables_in(strings.into_iter().map(|(_, text)| text))
}

fn variables_in<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for template in texts.filter_map(|text| Template::parse(text).ok()) {
        names.extend(template.expressions().filter_map(|one| match one {
            Expression::Variable(name) => Some(name.clone()),
            _ => None,
        }));
    }
    names
}

/// The strings within a JSON value.
pub(super) fn of_value<'a>(value: &'a Value, at: &str, out: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => out.push((at.to_owned(), text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                of_value(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                of_value(value, &pointer::join(at, key), out);
            }
        }
        _ => {}
    }
}

/// The templates of the settings.
pub(super) fn of_settings(settings: &Settings) -> Vec<&str> {
    fn of_server<'a>(server: &'a Server, out: &mut Vec<&'a str>) {
        let commands = server.prepare.iter().chain([&server.command]);
        out.extend(commands.flatten().map(String::as_str));
        out.extend(server.env.values().map(String::as_str));
        out.extend(server.ready.as_deref());
    }
    let mut out: Vec<&str> = settings.base_url.as_deref().into_iter().collect();
    for server in settings
        .server
        .iter()
        .chain(settings.services.iter().map(|service| &service.server))
    {
        of_server(server, &mut out);
    }
    for auth in settings.auth.values() {
        out.extend(auth.value.as_deref());
        out.extend(auth.command.iter().flatten().map(String::as_str));
    }
    let mut strings = Vec::new();
    let chosen = settings.environment.iter();
    for value in chosen.flat_map(|chosen| chosen.variables.values()) {
        of_value(value, "", &mut strings);
    }
    out.extend(strings.into_iter().map(|(_, text)| text));
    out
}

/// The names that templates use: ports to be found, and secrets of the environment.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub ports: BTreeSet<String>,
    pub env: BTreeSet<String>,
}

impl Used {
    /// Adds the names that a text uses; one that is no template is told elsewhere.
    pub fn add(&mut self, text: &str) {
        let Ok(template) = Template::parse(text) else {
            return;
        };
        for expression in template.expressions() {
            match expression {
                Expression::Port(name) => {
                    self.ports.insert(name.clone());
                }
                Expression::Env(name) => {
                    self.env.insert(name.clone());
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_place() {
        let step: Step = serde_json::from_value(serde_json::json!({
            "request": "POST /{{ a }}", "headers": ["X: {{ b }}"],
            "json": {"x/y": ["{{ c }}", 1], "z": {"k": "{{ port.db }}{{ env.E }}"}},
        }))
        .unwrap();
        let texts = of_step(&step);
        let places: Vec<_> = texts.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(
            places,
            ["/request", "/headers/0", "/json/x~1y/0", "/json/z/k"]
        );
        let mut used = Used::default();
        texts.iter().for_each(|(_, text)| used.add(text));
        assert!(used.ports.contains("db") && used.env.contains("E"));
    }
}
