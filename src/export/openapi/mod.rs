//! OpenAPI 3.1 of endpoint documents, their captured examples and their contracts.
//!
//! Importing what is written gives the same documents back: the export asks the import what it would understand, and
//! writes what that misses under the extension `x-apidocs`, and nothing else.

mod body;
mod contracts;
mod operation;
mod rest;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{ContractName, DocumentName, EndpointDocument, Sections};
use crate::finding::{Finding, codes};
use crate::import::openapi::{EXTENSION, METHODS};
use contracts::Shared;

/// The version of OpenAPI that is written.
const OPENAPI: &str = "3.1.0";

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The documents.
    pub documents: &'a BTreeMap<DocumentName, EndpointDocument>,
    /// The order of sections and of their documents.
    pub sections: &'a Sections,
    /// What the JSON body of a response must be.
    pub contracts: &'a BTreeMap<ContractName, Value>,
    /// The name of the API.
    pub title: &'a str,
    /// The version of the API.
    pub version: &'a str,
    /// Where the API answers, as examples show it: `https://host`.
    pub host: Option<&'a str>,
}

/// An OpenAPI document.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The document.
    pub json: Value,
    /// What has no place in OpenAPI and stands in the extension alone.
    pub findings: Vec<Finding>,
    /// How many operations there are.
    pub operations: usize,
}

/// Makes an OpenAPI document.
pub fn export(input: &Input<'_>) -> Exported {
    let tags = tags(input);
    let shared = Shared::new(input.contracts);
    let ids = operation_ids(input.documents);
    let mut schemes = BTreeSet::new();
    let mut paths = Map::new();
    let mut placed: BTreeMap<DocumentName, (String, String)> = BTreeMap::new();
    let mut others = Map::new();
    let mut findings = Vec::new();
    for name in in_order(input) {
        let Some(document) = input.documents.get(name) else {
            continue;
        };
        let method = document.method.to_ascii_lowercase();
        let item = paths.get(&document.api_path).and_then(Value::as_object);
        let reason = if !METHODS.contains(&method.as_str()) {
            Some(format!("OpenAPI has no method {}", document.method))
        } else if item.is_some_and(|item: &Map<String, Value>| item.contains_key(&method)) {
            let path = &document.api_path;
            Some(format!(
                "another document describes {} {path}",
                document.method
            ))
        } else {
            None
        };
        if let Some(reason) = reason {
            let message = format!("{name} is kept under `{EXTENSION}` alone: {reason}");
            findings.push(Finding::new(codes::UNPLACED, message).about(name));
            others.insert(name.to_string(), json!(document));
            continue;
        }
        let made = operation::operation(&operation::Described {
            name,
            document,
            tag: tags
                .get(name.section())
                .map_or(name.section(), String::as_str),
            id: ids.get(name).map_or(name.name(), String::as_str),
            contracts: input.contracts,
            shared: &shared,
        });
        schemes.extend(made.scheme);
        let item = paths
            .entry(document.api_path.clone())
            .or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.clone(), made.json);
        }
        placed.insert(name.clone(), (document.api_path.clone(), method));
    }
    for name in input.contracts.keys() {
        if !placed.contains_key(&name.document) {
            let message = format!("the contract {name} is left out: its document is no operation");
            findings.push(Finding::new(codes::UNPLACED, message).about(&name.document));
        }
    }
    let operations = placed.len();
    let mut json = whole(input, &tags, paths, &shared, &schemes);
    findings.extend(rest::add(input, &tags, &placed, others, &mut json));
    Exported {
        json,
        findings,
        operations,
    }
}

/// The documents in the order of their sections; those that no section lists behind.
fn in_order<'a>(input: &Input<'a>) -> Vec<&'a DocumentName> {
    let mut names: Vec<&DocumentName> = Vec::new();
    for section in &input.sections.sections {
        for endpoint in &section.endpoints {
            let name = DocumentName::new(&section.id, endpoint).ok();
            let known = name.and_then(|name| input.documents.get_key_value(&name));
            if let Some((name, _)) = known
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    let listed: BTreeSet<&DocumentName> = names.iter().copied().collect();
    names.extend(input.documents.keys().filter(|name| !listed.contains(name)));
    names
}

/// The name of each section's tag: its title, where no other section has that.
fn tags(input: &Input<'_>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for section in &input.sections.sections {
        let name = if taken.insert(section.title.clone()) {
            section.title.clone()
        } else {
            format!("{} ({})", section.title, section.id)
        };
        tags.entry(section.id.clone()).or_insert(name);
    }
    for name in input.documents.keys() {
        let id = name.section().to_owned();
        tags.entry(id.clone()).or_insert(id);
    }
    tags
}

/// An id for each operation: the name of its document, with the section where two have one name.
fn operation_ids(
    documents: &BTreeMap<DocumentName, EndpointDocument>,
) -> BTreeMap<DocumentName, String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in documents.keys() {
        *counts.entry(name.name()).or_default() += 1;
    }
    let id = |name: &DocumentName| match counts.get(name.name()) {
        Some(1) => name.name().to_owned(),
        _ => name.to_string(),
    };
    documents
        .keys()
        .map(|name| (name.clone(), id(name)))
        .collect()
}

fn whole(
    input: &Input<'_>,
    tags: &BTreeMap<String, String>,
    paths: Map<String, Value>,
    shared: &Shared,
    schemes: &BTreeSet<operation::Scheme>,
) -> Value {
    let mut out = Map::new();
    out.insert("openapi".to_owned(), OPENAPI.into());
    out.insert(
        "info".to_owned(),
        json!({ "title": input.title, "version": input.version }),
    );
    if let Some(host) = input.host {
        let url = match host.contains("://") {
            true => host.to_owned(),
            false => format!("https://{host}"),
        };
        out.insert(
            "servers".to_owned(),
            json!([{ "url": url.trim_end_matches('/') }]),
        );
    }
    let mut ids: Vec<&str> = input
        .sections
        .sections
        .iter()
        .map(|section| section.id.as_str())
        .collect();
    ids.extend(tags.keys().map(String::as_str));
    let mut list: Vec<Value> = Vec::new();
    for id in ids {
        if let Some(name) = tags.get(id)
            && !list.iter().any(|tag| tag["name"] == *name)
        {
            list.push(json!({ "name": name }));
        }
    }
    out.insert("tags".to_owned(), list.into());
    out.insert("paths".to_owned(), paths.into());
    let mut components = Map::new();
    if !shared.schemas().is_empty() {
        components.insert("schemas".to_owned(), shared.schemas().clone().into());
    }
    if !schemes.is_empty() {
        let schemes = schemes
            .iter()
            .map(|scheme| (scheme.name().to_owned(), scheme.json()));
        components.insert(
            "securitySchemes".to_owned(),
            schemes.collect::<Map<_, _>>().into(),
        );
    }
    if !components.is_empty() {
        out.insert("components".to_owned(), components.into());
    }
    Value::Object(out)
}
