//! Whether an endpoint has its examples, under names of their own, and somebody who makes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{Document, documents, item};
use crate::document::{Collection, Step};
use crate::finding::spelling::quoted;
use crate::finding::{Finding, Severity, SourceFile, codes};

/// An endpoint has an example, or says why it cannot have one, and not both.
///
/// That one is missing is no error where a scenario has a request for it: a capture brings the example, once the request is
/// complete, which is told by itself. One that is not understood may have it: nobody knows.
pub(super) fn presence(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    let requests = requests(collection);
    let is_clear = collection.are_scenarios_clear() && collection.are_fixtures_clear();
    for document in documents(collection) {
        let name = document.name;
        let waiting = |help: &str| Finding {
            severity: Severity::Warning,
            ..no_example(document.source).help(help)
        };
        let finding = match (document.item.examples.is_empty(), &document.item.no_example) {
            (true, None) => match requests.get(&name.to_string()) {
                Some(Request::Complete) => {
                    waiting("a scenario has a request for it: `apidocs generate` captures it")
                }
                Some(Request::Incomplete) => {
                    waiting("complete the request that a scenario has for it, then `apidocs generate`")
                }
                None if !is_clear => {
                    waiting("mend the scenarios first: one that is not understood may have a request for it")
                }
                None => no_example(document.source).help(format!(
                    "give a request of a scenario `\"example\": \"{name}\"` and capture it, or say in `no_example` why there cannot be one"
                )),
            },
            (false, Some(_)) => Finding::new(
                codes::EXAMPLE_AND_REASON,
                "the endpoint says that it cannot have an example, and has one",
            )
            .at_key(document.source, "/no_example")
            .help("remove `no_example`, or the examples"),
            _ => continue,
        };
        findings.push(finding.about(name));
    }
    findings
}

/// What a scenario has for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Request {
    /// It says what is to be done, or uses a variable of `fixtures.json` that is still null: it is not made before that.
    Incomplete,
    Complete,
}

/// The documents for which scenarios have requests that make examples, with the best of them.
fn requests(collection: &Collection) -> BTreeMap<String, Request> {
    let fixtures = collection.fixtures.as_ref();
    let variables = fixtures.and_then(|loaded| loaded.json.get("variables")?.as_object());
    let unfilled = |text: &str| {
        let mut names = text
            .split("{{")
            .skip(1)
            .filter_map(|part| part.split("}}").next());
        names.any(|name| {
            let value = variables.and_then(|variables| variables.get(name.trim()));
            value.is_some_and(Value::is_null)
        })
    };
    let mut requests: BTreeMap<String, Request> = BTreeMap::new();
    let scenarios = collection.scenarios.values().map(|loaded| &loaded.json);
    for file in scenarios.chain(fixtures.map(|loaded| &loaded.json)) {
        let lists = ["setup", "requests", "teardown"].map(|list| file.get(list));
        let steps = lists.into_iter().flatten().filter_map(Value::as_array);
        for step in steps.flatten() {
            let target = step.get("example").and_then(Value::as_str);
            let Some(document) = target.and_then(|target| target.split('#').next()) else {
                continue;
            };
            let waits = step.get("todo").is_some() || unfilled(&step.to_string());
            let request = if waits {
                Request::Incomplete
            } else {
                Request::Complete
            };
            let best = requests.entry(document.to_owned()).or_insert(request);
            *best = request.max(*best);
        }
    }
    requests
}

/// At the empty array, where there is one; else where the document begins to say what it is about.
fn no_example(source: &Arc<SourceFile>) -> Finding {
    let finding = Finding::new(codes::NO_EXAMPLE, "the endpoint has no example");
    match source.locate("/examples") {
        Some(_) => finding.at_key(source, "/examples"),
        None => finding.at_key(source, "/title"),
    }
}

/// No two examples of a document have one name.
pub(super) fn names(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, example) in document.item.examples.iter().enumerate() {
        if seen.insert(&example.name) {
            continue;
        }
        let message = format!("two examples are called {}", quoted(&example.name));
        let finding = Finding::new(codes::DUPLICATE_EXAMPLE, message);
        let at = item("/examples", index, ["name"]);
        // The name `default` need not be written.
        let finding = if document.source.locate(&at).is_some() {
            finding.at_pointer(document.source, &at)
        } else {
            finding.at_pointer(document.source, &item("/examples", index, []))
        };
        let finding = finding.help("give each example a name of its own, or remove one");
        findings.push(finding.about(document.example(example)));
    }
    findings
}

/// Where there are scenarios, each example has one that makes it.
///
/// A scenario that could not be read may be the maker: then nobody knows, and nothing is told.
pub(super) fn makers(collection: &Collection) -> Vec<Finding> {
    let Some(made) = made(collection) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for document in documents(collection) {
        let made = made.get(&document.name.to_string());
        for (index, example) in document.item.examples.iter().enumerate() {
            if made.is_some_and(|names| names.contains(example.name.as_str())) {
                continue;
            }
            let address = format!("{}#{}", document.name, example.name);
            let message = format!("no scenario makes the example {}", quoted(&example.name));
            let finding = Finding::new(codes::UNCAPTURED_EXAMPLE, message)
                .at_pointer(document.source, &item("/examples", index, []))
                .help(format!(
                    "give a request of a scenario `\"example\": \"{address}\"`, or remove the example"
                ));
            findings.push(finding.about(address));
        }
    }
    findings
}

/// The names of the examples that requests make, by document; `None` where there is no scenario or one
/// of them is not known.
fn made(collection: &Collection) -> Option<BTreeMap<String, BTreeSet<&str>>> {
    let is_clear = collection.are_scenarios_clear() && collection.are_fixtures_clear();
    if collection.scenarios.is_empty() || !is_clear {
        return None;
    }
    let mut steps: Vec<&Step> = Vec::new();
    for loaded in collection.scenarios.values() {
        steps.extend(loaded.item.as_ref()?.steps().map(|(_, step)| step));
    }
    if let Some(loaded) = &collection.fixtures {
        steps.extend(loaded.item.as_ref()?.steps().map(|(_, step)| step));
    }
    let mut made: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for target in steps.into_iter().filter_map(|step| step.example.as_ref()) {
        let names = made.entry(target.document.to_string()).or_default();
        names.insert(&target.example);
    }
    Some(made)
}
