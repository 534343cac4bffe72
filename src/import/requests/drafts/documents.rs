//! Skeleton documents: one a method and path.

use serde_json::Value;

use super::{Draft, Made};
use crate::document::{DocumentName, EndpointDocument, Parameter, Section, Sections};
use crate::import::naming;
use crate::import::requests::{Part, Payload};

impl Made<'_> {
    /// The document that a request is about; it learns the parameters of the request.
    pub(super) fn document(
        &mut self,
        draft: &Draft,
        api_path: &str,
        path_parameters: &[String],
    ) -> DocumentName {
        let request = &draft.request;
        let key = (request.method.clone(), api_path.to_owned());
        let name = match self.targets.get(&key) {
            Some(name) => name.clone(),
            None => {
                let section = section_of(api_path);
                let name = self.names.take(
                    &naming::slug(&section),
                    &naming::of_path(&request.method, api_path),
                );
                self.targets.insert(key, name.clone());
                let parameter = |name: &String| Parameter {
                    name: name.clone(),
                    kind: "string".to_owned(),
                    ..Parameter::default()
                };
                let path_parameters: Vec<_> = path_parameters.iter().map(parameter).collect();
                let words = name.name().replace('-', " ");
                let title = request
                    .name
                    .clone()
                    .unwrap_or_else(|| naming::title_of(&words));
                let document = EndpointDocument {
                    schema: Some(EndpointDocument::SCHEMA.to_owned()),
                    title,
                    method: request.method.clone(),
                    api_path: api_path.to_owned(),
                    path_parameters: (!path_parameters.is_empty()).then_some(path_parameters),
                    ..EndpointDocument::default()
                };
                self.imported.documents.insert(name.clone(), document);
                self.list(&name, &section);
                name
            }
        };
        if let Some(document) = self.imported.documents.get_mut(&name) {
            let query = draft
                .query
                .iter()
                .map(|(name, value)| (name, "string", None, value.as_str()));
            for (name, kind, place, _) in query {
                add(&mut document.query_parameters, name, kind, place);
            }
            match &request.body {
                Payload::Json(Value::Object(members)) => {
                    for (name, value) in members {
                        add(&mut document.parameters, name, kind_of(value), None);
                    }
                }
                Payload::Form(fields) => {
                    for (name, _) in fields {
                        add(&mut document.parameters, name, "string", Some("form"));
                    }
                }
                Payload::Multipart(parts) => {
                    for (name, part) in parts {
                        let kind = match part {
                            Part::Text(_) => "string",
                            Part::File(..) => "file",
                        };
                        add(&mut document.parameters, name, kind, Some("multipart"));
                    }
                }
                _ => {}
            }
        }
        name
    }

    fn list(&mut self, name: &DocumentName, title: &str) {
        let sections = &mut self.imported.sections;
        sections.schema = Some(Sections::SCHEMA.to_owned());
        let endpoint = name.name().to_owned();
        let known = sections
            .sections
            .iter_mut()
            .find(|section| section.id == name.section());
        match known {
            Some(section) => section.endpoints.push(endpoint),
            None => sections.sections.push(Section {
                id: name.section().to_owned(),
                title: naming::title_of(title),
                endpoints: vec![endpoint],
            }),
        }
    }
}

/// What a path is about: its first word that is no version and not `api`.
fn section_of(path: &str) -> String {
    let words = path
        .split('/')
        .filter(|word| !word.is_empty() && !word.contains('{'));
    let version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let mut words = words.filter(|word| *word != "api" && !version(word));
    words.next().unwrap_or("root").to_owned()
}

fn add(list: &mut Option<Vec<Parameter>>, name: &str, kind: &str, place: Option<&str>) {
    let list = list.get_or_insert_default();
    if list.iter().all(|known| known.name != name) {
        list.push(Parameter {
            name: name.to_owned(),
            kind: kind.to_owned(),
            location: place.map(str::to_owned),
            ..Parameter::default()
        });
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() && number.to_string().contains(['.', 'e']) => {
            "number"
        }
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
