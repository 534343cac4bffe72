//! What reports need to know of a project, beside findings and changes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use apidocs::document::{Collection, DocumentName, Step};
use apidocs::finding::{Finding, Label, SourceFile};
use apidocs::project::{Project, repository};
use apidocs::report::{Coverage, Endpoint, Report};

use super::context::Context;

/// A report with the endpoint documents, the requests that make their examples, and how many have one.
pub fn report(project: &Project, collection: &Collection, findings: Vec<Finding>) -> Report {
    Report {
        findings,
        endpoints: endpoints(collection),
        coverage: Some(coverage(collection)),
        base: base(&project.root),
        ..Report::default()
    }
}

/// A report of findings alone. Some verbs need no project; then paths are told as they were given.
pub fn of_findings(context: &Context, findings: Vec<Finding>) -> Report {
    let root = context.glimpse().map(|project| project.root);
    let root = root.or_else(|| std::env::current_dir().ok());
    of_files(&root.unwrap_or_default(), findings)
}

/// A report about files of a project whose documents are not looked at.
pub fn of_files(root: &Path, findings: Vec<Finding>) -> Report {
    Report {
        findings,
        base: base(root),
        ..Report::default()
    }
}

/// The folder of a project in its repository.
fn base(root: &Path) -> String {
    let base = repository(root).and_then(|top| {
        let below = root.strip_prefix(top).ok()?;
        Some(below.to_string_lossy().replace('\\', "/"))
    });
    base.unwrap_or_default()
}

/// How many endpoints have an example.
pub fn coverage(collection: &Collection) -> Coverage {
    let mut coverage = Coverage {
        unread: collection.unclear_documents(),
        ..Coverage::default()
    };
    for (_, document) in collection.documents() {
        coverage.endpoints += 1;
        *if !document.examples.is_empty() {
            &mut coverage.with_example
        } else if document.no_example.is_some() {
            &mut coverage.no_example
        } else {
            &mut coverage.neither
        } += 1;
    }
    coverage
}

/// Where the documents are, and the requests that make their examples.
pub fn endpoints(collection: &Collection) -> BTreeMap<String, Endpoint> {
    let mut requests = requests(collection);
    let endpoints = collection.endpoints.iter().map(|(name, loaded)| {
        let endpoint = Endpoint {
            source: loaded.source.clone(),
            requests: requests.remove(name).unwrap_or_default(),
        };
        (name.to_string(), endpoint)
    });
    endpoints.collect()
}

/// The requests that make the examples of each document.
fn requests(collection: &Collection) -> BTreeMap<DocumentName, BTreeMap<String, Label>> {
    let mut requests: BTreeMap<DocumentName, BTreeMap<String, Label>> = BTreeMap::new();
    let mut add = |source: &Arc<SourceFile>, at: &str, step: &Step| {
        if let Some(target) = &step.example {
            let label = Label {
                source: Arc::clone(source),
                span: source.locate(at).map(|place| place.value),
            };
            let of_document = requests.entry(target.document.clone()).or_default();
            of_document.insert(target.example.clone(), label);
        }
    };
    for loaded in collection.scenarios.values() {
        for (at, step) in loaded.item.iter().flat_map(|scenario| scenario.steps()) {
            add(&loaded.source, &at, step);
        }
    }
    if let Some(loaded) = &collection.fixtures {
        for (at, step) in loaded.item.iter().flat_map(|fixtures| fixtures.steps()) {
            add(&loaded.source, &at, step);
        }
    }
    requests
}
