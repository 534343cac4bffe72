//! Operations as endpoint documents, tags as sections.

use std::collections::BTreeMap;

use serde_json::Value;

use super::operation::{EXTENSION, Operation};
use super::source::Node;
use super::{parameters, security};
use crate::document::{DocumentName, EndpointDocument, Parameter, Section, Sections};
use crate::finding::{Finding, Severity, codes};
use crate::import::naming;

/// What is said of an operation that is deprecated.
pub(crate) const DEPRECATED: &str = "This endpoint is deprecated.";

/// The document of an operation.
pub(super) fn document(operation: &Operation<'_>, findings: &mut Vec<Finding>) -> EndpointDocument {
    let node = &operation.node;
    let id = node.text("operationId").filter(|id| !id.is_empty());
    let title = match (node.text("summary"), id) {
        (Some(summary), _) if !summary.trim().is_empty() => summary.to_owned(),
        (_, Some(id)) => naming::title_of(id),
        _ => format!("{} {}", operation.method, operation.path),
    };
    if let Some(tag) = node.list("tags").first() {
        tag.take();
    }
    let lists = parameters::lists(operation);
    let some = |list: Vec<Parameter>| (!list.is_empty()).then_some(list);
    let document = EndpointDocument {
        schema: Some(EndpointDocument::SCHEMA.to_owned()),
        title,
        method: operation.method.clone(),
        api_path: operation.path.clone(),
        description: node.text("description").unwrap_or_default().to_owned(),
        warning: (node.flag("deprecated") == Some(true)).then(|| DEPRECATED.to_owned()),
        authentication: security::words(operation),
        path_parameters: some(in_order(lists.path, operation, findings)),
        query_parameters: some(lists.query),
        header_parameters: some(lists.header),
        parameters: some(lists.body),
        ..EndpointDocument::default()
    };
    match node.get(EXTENSION) {
        Some(own) => laid_over(document, &own, node, findings),
        None => document,
    }
}

/// Every placeholder of the path has its parameter, in the order of the path, and nothing else has.
fn in_order(
    documented: Vec<Parameter>,
    operation: &Operation<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Parameter> {
    let placeholders = placeholders(&operation.path);
    let mut ordered = Vec::new();
    for name in &placeholders {
        let known = documented.iter().find(|parameter| parameter.name == *name);
        if known.is_none() {
            let message = format!("the path parameter `{name}` is not described");
            let finding = operation.node.finding(codes::NOT_OPENAPI, &message);
            // It is made up for.
            let severity = Severity::Warning;
            let finding = Finding {
                severity,
                ..finding
            };
            findings.push(finding.about(&operation.name));
        }
        ordered.push(known.cloned().unwrap_or_else(|| Parameter {
            name: (*name).to_owned(),
            kind: "string".to_owned(),
            ..Parameter::default()
        }));
    }
    for parameter in documented {
        if !placeholders.contains(&parameter.name.as_str()) {
            let message = format!(
                "the path has no placeholder `{{{}}}`: the parameter is left out",
                parameter.name
            );
            findings.push(
                operation
                    .node
                    .finding(codes::NOT_OPENAPI, &message)
                    .about(&operation.name),
            );
        }
    }
    ordered
}

/// The names in braces, each once.
pub(crate) fn placeholders(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in path.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// What an export wrote beside the operation, since OpenAPI has no place for it: the keys of a document as they are.
fn laid_over(
    document: EndpointDocument,
    own: &Node<'_>,
    operation: &Node<'_>,
    findings: &mut Vec<Finding>,
) -> EndpointDocument {
    let Ok(Value::Object(mut keys)) = serde_json::to_value(&document) else {
        return document;
    };
    for (key, node) in own.own_members().unwrap_or_default() {
        let value = node.take();
        if key == "absent" {
            for key in value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                keys.shift_remove(key);
            }
            continue;
        }
        if key != "name" {
            keys.insert(key.to_owned(), in_place(value, operation));
        }
    }
    serde_json::from_value(Value::Object(keys)).unwrap_or_else(|error| {
        let message = format!("`{EXTENSION}` does not fit an endpoint document: {error}");
        findings.push(own.finding(codes::NOT_OPENAPI, &message));
        document
    })
}

/// The key by which a message of an example says where in the operation its body stands.
pub(crate) const BODY_AT: &str = "body_at";

/// The value with every body that stands elsewhere in the operation.
fn in_place(value: &Value, operation: &Node<'_>) -> Value {
    match value {
        Value::Object(members) => {
            let mut out = serde_json::Map::new();
            for (key, value) in members {
                match (key.as_str(), value) {
                    (BODY_AT, Value::String(at)) => {
                        if let Some(body) = operation.at(at) {
                            out.insert("body".to_owned(), body.take().clone());
                        }
                    }
                    ("body", value) => {
                        out.insert(key.clone(), value.clone());
                    }
                    (_, value) => {
                        out.insert(key.clone(), in_place(value, operation));
                    }
                }
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(|item| in_place(item, operation)).collect(),
        other => other.clone(),
    }
}

/// The sections, in the order of the document's tags, then of first use.
pub(super) fn sections(root: &Node<'_>, operations: &[Operation<'_>]) -> Sections {
    let mut sections: Vec<Section> = Vec::new();
    let mut orders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tag in root.list("tags") {
        let Some(title) = tag.text("name") else {
            continue;
        };
        let own = tag.get(EXTENSION).map(|own| own.take());
        let text = |key: &str| own.and_then(|own| own.get(key)?.as_str());
        let id = text("id").map_or_else(|| naming::slug(title), str::to_owned);
        let used = operations.iter().any(|one| one.name.section() == id);
        if !used && own.is_none() {
            continue;
        }
        let order = own.and_then(|own| own.get("endpoints")?.as_array());
        let order = order.map(|names| {
            let names = names.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        });
        if let Some(order) = order {
            orders.insert(id.clone(), order);
        }
        add(&mut sections, &id, text("title").unwrap_or(title));
    }
    for operation in operations {
        let section = add(&mut sections, operation.name.section(), &operation.section);
        section.endpoints.push(operation.name.name().to_owned());
    }
    for section in &mut sections {
        if let Some(order) = orders.remove(&section.id) {
            section.endpoints = order;
        }
    }
    Sections {
        schema: Some(Sections::SCHEMA.to_owned()),
        sections,
    }
}

fn add<'a>(sections: &'a mut Vec<Section>, id: &str, title: &str) -> &'a mut Section {
    let at = match sections.iter().position(|section| section.id == id) {
        Some(at) => at,
        None => {
            sections.push(Section {
                id: id.to_owned(),
                title: title.to_owned(),
                endpoints: Vec::new(),
            });
            sections.len() - 1
        }
    };
    &mut sections[at]
}

/// Documents that an export could not write as operations.
pub(super) fn others(
    root: &Node<'_>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<DocumentName, EndpointDocument> {
    let mut documents = BTreeMap::new();
    let Some(own) = root.get(EXTENSION) else {
        return documents;
    };
    for (name, node) in own.members("documents") {
        let document = serde_json::from_value(node.take().clone());
        match (name.parse(), document) {
            (Ok(name), Ok(document)) => {
                documents.insert(name, document);
            }
            _ => {
                let message = format!("{name:?} is no endpoint document");
                findings.push(node.finding(codes::NOT_OPENAPI, &message));
            }
        }
    }
    documents
}
