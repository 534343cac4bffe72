//! An OpenAPI document as the standing author of a project's documents: what it writes, and where one knows what the
//! other does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::matching::{self, Known};
use super::{Imported, Operation, Source, contracts};
use crate::document::{
    Body, Collection, DocumentName, EndpointDocument, Loaded, Section, Sections, key_order,
};
use crate::finding::{Finding, SourceFile, codes};
use crate::import::{fixtures, new_scenarios, used};
use crate::json::{self, pointer};

/// Such keys about which a source may have nothing to say: then what people wrote stays.
const OPTIONAL: [&str; 2] = ["warning", "authentication"];

/// What is still to be done about a request that a source has made.
const LOOK_AT_NEW: &str = "it is new in the OpenAPI document: look it over";

/// What a source makes of documents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Laid {
    /// The files that change, by path relative to the folder of documents.
    pub files: BTreeMap<String, String>,
    /// The documents that do not say what the source says, and operations without a document.
    pub behind: Vec<Finding>,
    /// What is wrong with the source itself, and documents that it does not know.
    pub findings: Vec<Finding>,
}

/// Lays what a source says over documents, which are found by method and path. Examples, `no_example` and all that the
/// source does not write stay. `docs` is put before the paths that findings show.
pub fn lay_over(source: &Source, imported: &Imported, collection: &Collection, docs: &str) -> Laid {
    let mut laid = Laid {
        findings: imported.findings.clone(),
        ..Laid::default()
    };
    let mut sections = collection.order();
    let known_sections = sections.clone();
    let mut met: BTreeSet<&DocumentName> = BTreeSet::new();
    let operations = source.operations();
    let operations = matching::by_key(&operations);
    let known = Known::new(collection);
    for (name, document) in &imported.documents {
        match known.get(&document.method, &document.api_path) {
            Some((known, loaded)) => {
                met.insert(known);
                laid.change(known, loaded, document, docs);
            }
            // A document of that name that cannot be read was told, and must not be lost.
            None if collection.endpoints.contains_key(name) => {}
            None => {
                let text = json::write(&json!(document), key_order::ENDPOINT);
                laid.files.insert(name.file(), text);
                list(&mut sections, name, &imported.sections);
                let key = matching::key(&document.method, &document.api_path);
                let finding = match operations.get(&key) {
                    Some(operation) => contracts::undocumented(operation),
                    // Only an extension of ours speaks of it.
                    None => {
                        let message = format!("{name} has no document");
                        Finding::new(codes::UNDOCUMENTED_OPERATION, message)
                    }
                };
                laid.behind
                    .push(finding.help(format!("`apidocs generate` writes {name}")));
            }
        }
    }
    laid.contracts(source, collection, docs);
    laid.requests(imported, collection);
    for (name, loaded) in &collection.endpoints {
        if !met.contains(name)
            && let Some(item) = &loaded.item
        {
            let message = format!(
                "the OpenAPI document has no operation {} {}",
                item.method, item.api_path
            );
            let finding = Finding::new(codes::UNKNOWN_OPERATION, message)
                .at_pointer(&loaded.source, "/api_path");
            let help = "add it to the OpenAPI document, or remove the document";
            laid.findings.push(finding.about(name).help(help));
        }
    }
    if sections != known_sections {
        sections
            .schema
            .get_or_insert_with(|| Sections::SCHEMA.to_owned());
        let text = json::write(&json!(sections), key_order::SECTIONS);
        laid.files.insert("sections.json".to_owned(), text);
    }
    laid
}

impl Laid {
    /// Contracts that are written down follow the source; those that are not are read from it.
    fn contracts(&mut self, source: &Source, collection: &Collection, docs: &str) {
        for (name, schema) in contracts::contracts(source, collection).schemas {
            let Some(loaded) = collection.contracts.get(&name) else {
                continue;
            };
            if loaded.json == schema {
                continue;
            }
            let file = SourceFile::new(format!("{docs}/{}", name.file()), b"");
            let message = "the OpenAPI document says something else of the response";
            let finding = Finding::new(codes::BEHIND_SOURCE, message).in_file(&file);
            let help = "`apidocs generate` writes what it says; or remove the file: the OpenAPI document counts anyway";
            self.behind.push(finding.about(&name.document).help(help));
            let text = json::write(&schema, json::KeyOrder::Kept);
            self.files.insert(name.file(), text);
        }
    }

    /// Requests for the new documents, which nobody has looked at yet: none of them is made before that.
    fn requests(&mut self, imported: &Imported, collection: &Collection) {
        let mut scenarios = new_scenarios(&imported.skeletons.scenarios, collection);
        for scenario in scenarios.values_mut() {
            if let Some(steps) = scenario.get_mut("requests").and_then(Value::as_array_mut) {
                steps.retain(|step| {
                    let target = step["example"]
                        .as_str()
                        .and_then(|target| target.parse().ok());
                    target.is_some_and(|name: DocumentName| {
                        self.files.contains_key(&name.file())
                            && !collection.endpoints.contains_key(&name)
                    })
                });
                for step in steps {
                    if step.get("todo").is_none() {
                        step["todo"] = LOOK_AT_NEW.into();
                    }
                }
            }
        }
        scenarios.retain(|_, scenario| {
            scenario["requests"]
                .as_array()
                .is_some_and(|steps| !steps.is_empty())
        });
        let variables = used(&scenarios, &imported.skeletons.variables);
        for (ident, scenario) in &scenarios {
            let text = json::write(scenario, key_order::SCENARIO);
            self.files.insert(format!("scenarios/{ident}.json"), text);
        }
        let known = collection.fixtures.as_ref().map(|loaded| &loaded.json);
        let after = fixtures(known, &variables);
        if !variables.is_empty() && known != Some(&after) {
            self.files.insert(
                "fixtures.json".to_owned(),
                json::write(&after, key_order::SCENARIO),
            );
        }
    }

    fn change(
        &mut self,
        name: &DocumentName,
        loaded: &Loaded<EndpointDocument>,
        document: &EndpointDocument,
        docs: &str,
    ) {
        let (Value::Object(new), Some(old)) = (json!(document), loaded.json.as_object()) else {
            return;
        };
        let mut after = old.clone();
        let mut differ = Vec::new();
        for key in EndpointDocument::PROSE {
            let empty =
                |value: Option<&Value>| value.is_none_or(|value| value.is_null() || value == "");
            let (was, is) = (old.get(key), new.get(key));
            let is_empty = empty(is);
            if was == is || (is_empty && (empty(was) || OPTIONAL.contains(&key))) {
                continue;
            }
            differ.push(key);
            after.insert(key.to_owned(), is.cloned().unwrap_or(Value::Null));
        }
        if differ.is_empty() {
            return;
        }
        let keys = differ
            .iter()
            .map(|key| format!("`{key}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!("the OpenAPI document says something else: {keys}");
        let source = SourceFile::new(
            format!("{docs}/{}", name.file()),
            loaded.source.text.as_bytes(),
        );
        let first = pointer::join("", differ.first().unwrap_or(&""));
        let finding = Finding::new(codes::BEHIND_SOURCE, message).at_pointer(&source, &first);
        self.behind.push(
            finding
                .about(name)
                .help("`apidocs generate` writes what it says"),
        );
        let text = json::write(&Value::Object(after), key_order::ENDPOINT);
        self.files.insert(name.file(), text);
    }
}

fn list(sections: &mut Sections, name: &DocumentName, imported: &Sections) {
    let endpoint = name.name().to_owned();
    if let Some(known) = sections
        .sections
        .iter_mut()
        .find(|section| section.id == name.section())
    {
        if !known.endpoints.contains(&endpoint) {
            known.endpoints.push(endpoint);
        }
        return;
    }
    let title = imported
        .section(name.section())
        .map(|section| section.title.clone());
    sections.sections.push(Section {
        id: name.section().to_owned(),
        title: title.unwrap_or_else(|| name.section().to_owned()),
        endpoints: vec![endpoint],
    });
}

/// What was captured and the source does not know: statuses, and fields of JSON bodies.
pub fn unknown(source: &Source, collection: &Collection) -> Vec<Finding> {
    let operations = source.operations();
    let operations = matching::by_key(&operations);
    let mut findings = Vec::new();
    for (name, loaded) in &collection.endpoints {
        let Some(item) = &loaded.item else { continue };
        let operation = operations.get(&matching::key(&item.method, &item.api_path));
        let Some(operation) = operation else { continue };
        let mut schemas: BTreeMap<&str, Option<Value>> = BTreeMap::new();
        for (index, example) in item.examples.iter().enumerate() {
            let Some(response) = example.response.parsed() else {
                continue;
            };
            let address = format!("{name}#{}", example.name);
            let at = format!("/examples/{index}/response");
            let Some(status) = operation.status_for(response.status) else {
                let message = format!(
                    "the OpenAPI document does not know the status {}",
                    response.status
                );
                let finding = Finding::new(codes::UNDOCUMENTED_STATUS, message)
                    .at_pointer(&loaded.source, &format!("{at}/status"))
                    .help(format!("it knows {}", known(operation)));
                findings.push(finding.about(address));
                continue;
            };
            let schema = schemas
                .entry(status)
                .or_insert_with(|| operation.schema(status));
            if let (Some(schema), Body::Json(body)) = (schema, &response.body) {
                let mut fields = Fields {
                    root: schema,
                    source: &loaded.source,
                    address: &address,
                    told: BTreeSet::new(),
                    findings: &mut findings,
                };
                fields.value(&[schema], body, &format!("{at}/body"), "");
            }
        }
    }
    findings
}

fn known(operation: &Operation<'_>) -> String {
    match operation.statuses().as_slice() {
        [] => "none".to_owned(),
        statuses => statuses.join(", "),
    }
}

/// How many schemas may say something about one value.
const MAX_SCHEMAS: usize = 64;

struct Fields<'a> {
    root: &'a Value,
    source: &'a Arc<SourceFile>,
    address: &'a str,
    /// Fields that were told, without the places in arrays.
    told: BTreeSet<String>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Fields<'a> {
    fn value(&mut self, schemas: &[&'a Value], value: &Value, at: &str, kind: &str) {
        let all = self.all(schemas);
        match value {
            Value::Object(members) => {
                let properties: Vec<&'a Map<String, Value>> = all
                    .iter()
                    .filter_map(|schema| schema.get("properties")?.as_object())
                    .collect();
                let open = all.iter().any(|schema| is_open(schema));
                for (key, value) in members {
                    let at = pointer::join(at, key);
                    let kind = format!("{kind}/{key}");
                    let of_key: Vec<&'a Value> = properties
                        .iter()
                        .filter_map(|known| known.get(key))
                        .collect();
                    if !of_key.is_empty() {
                        self.value(&of_key, value, &at, &kind);
                    } else if !open && !properties.is_empty() && self.told.insert(kind) {
                        let message =
                            format!("the OpenAPI document does not know the field `{key}`");
                        let finding = Finding::new(codes::UNDOCUMENTED_FIELD, message)
                            .at_key(self.source, &at);
                        self.findings.push(
                            finding
                                .about(self.address)
                                .help("add it to the schema of the response"),
                        );
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let of_item: Vec<&'a Value> = all
                        .iter()
                        .filter_map(|schema| {
                            let place =
                                schema.get("prefixItems").and_then(|items| items.get(index));
                            place.or_else(|| schema.get("items"))
                        })
                        .collect();
                    if !of_item.is_empty() {
                        self.value(
                            &of_item,
                            item,
                            &format!("{at}/{index}"),
                            &format!("{kind}/*"),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// The schemas with those that they refer to or are made of.
    fn all(&self, schemas: &[&'a Value]) -> Vec<&'a Value> {
        let mut all: Vec<&'a Value> = schemas.to_vec();
        let mut next = 0;
        while let Some(schema) = all.get(next).copied() {
            next += 1;
            let mut inner: Vec<&'a Value> = Vec::new();
            let reference = schema.get("$ref").and_then(Value::as_str);
            inner.extend(reference.and_then(|at| self.root.pointer(at.strip_prefix('#')?)));
            for list in ["allOf", "anyOf", "oneOf"] {
                inner.extend(
                    schema
                        .get(list)
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
            for one in ["then", "else"] {
                inner.extend(schema.get(one));
            }
            for schema in inner {
                if all.len() < MAX_SCHEMAS && !all.iter().any(|known| std::ptr::eq(*known, schema))
                {
                    all.push(schema);
                }
            }
        }
        all
    }
}

/// Whether a schema says that there may be other fields.
fn is_open(schema: &Value) -> bool {
    let additional = schema.get("additionalProperties");
    additional.is_some_and(|additional| *additional != Value::Bool(false))
        || schema.get("patternProperties").is_some()
}
