//! A flaky value is not drift: what has drifted in a value is captured once more, and judged by whether two captures of
//! one API agree there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use apidocs::document::{
    Collection, DocumentName, EndpointDocument, Fixtures, Scenario, Sections, is_safe,
};
use apidocs::drift::{Comparison, Version, told_once};
use apidocs::finding::{Change, Code, DocumentChanges, DocumentStatus, Finding, codes};
use apidocs::project::Project;
use apidocs::report::plural;
use serde_json::Value;

use super::args::Selection;
use super::context::Context;
use super::recapture::{Prose, Recapture, recapture};

/// Drift in a value: structure, types, status and headers are never flaky.
const VALUES: [Code; 4] = [
    codes::VALUE_CHANGED,
    codes::TEXT_CHANGED,
    codes::HEADER_CHANGED,
    codes::REQUEST_CHANGED,
];

/// Captures the scenarios once more whose examples drifted in a value. The places that differ between the two captures as
/// well are taken out of the changes and told as findings; a document in which nothing else drifted stays as it was.
pub fn without_flaky(
    context: &Context,
    project: &Project,
    selection: &Selection,
    first: &mut Recapture,
    documents: &mut [DocumentChanges],
) -> Result<Vec<Finding>> {
    if selection.from.is_some() {
        return Ok(Vec::new());
    }
    let (suspects, others): (BTreeSet<DocumentName>, BTreeSet<_>) = documents
        .iter()
        .filter(|document| document.changes.iter().any(is_of_value))
        .filter_map(|document| document.document.parse().ok())
        .partition(|name| project.settings.server.is_some() || only_reads(&first.before, name));
    if !others.is_empty() {
        context.say(format!(
            "not captured once more: {}, whose requests write on a server that we did not start; a value that varies there is told as drift",
            plural(others.len(), "document")
        ));
    }
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    context.say(format!(
        "capturing once more: {}",
        plural(suspects.len(), "document")
    ));
    let selection = Selection {
        only: suspects.iter().map(ToString::to_string).collect(),
        skip: Vec::new(),
        ..selection.of_capture(2)
    };
    let second = recapture(context, project, &selection, Prose::Kept)?;
    let unstable = differences(first, &second, &suspects);
    let mut places = first.places(&suspects);
    let mut findings = Vec::new();
    for document in documents {
        let name = document.document.clone();
        let (Some(differing), Some(places)) = (unstable.get(&name), places.remove(&name)) else {
            continue;
        };
        let is_flaky =
            |change: &Change| is_of_value(change) && differing.contains_key(&change.address);
        let (flaky, drifted): (Vec<_>, Vec<_>) = places.into_iter().partition(is_flaky);
        if flaky.is_empty() {
            continue;
        }
        let flaky = told_once(&name, flaky);
        let told = flaky.iter().filter_map(|change| {
            let again = differing.get(&change.at)?;
            Some(finding(&name, change, again))
        });
        findings.extend(told);
        document.changes = told_once(&name, drifted);
        if document.changes.is_empty() {
            document.status = DocumentStatus::Noise;
            document.excerpts.clear();
            first.leave(&name);
        }
    }
    Ok(findings)
}

/// Whether the requests that make the examples of a document only read. What others wrote on a server that we did not start
/// stays there: asked again, it would answer something else.
fn only_reads(collection: &Collection, document: &DocumentName) -> bool {
    let scenario = |ident: &String| collection.scenarios.get(ident)?.item.as_deref();
    let makes = |scenario: &Scenario| {
        let mut targets = scenario
            .steps()
            .filter_map(|(_, step)| step.example.as_ref());
        targets.any(|target| target.document == *document)
    };
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&String> = collection.scenarios.keys().collect();
    waiting.retain(|ident| scenario(ident).is_some_and(makes));
    while let Some(ident) = waiting.pop() {
        if seen.insert(ident) {
            waiting.extend(scenario(ident).iter().flat_map(|scenario| &scenario.after));
        }
    }
    let fixtures = collection.fixtures.as_ref();
    let fixtures = fixtures.and_then(|loaded| loaded.item.as_deref());
    let prepares = fixtures.into_iter().flat_map(Fixtures::steps);
    let asks = seen
        .into_iter()
        .filter_map(scenario)
        .flat_map(Scenario::steps);
    prepares.chain(asks).all(|(_, step)| is_safe(&step.method))
}

fn is_of_value(change: &Change) -> bool {
    VALUES.contains(&change.code)
}

/// What differs between two captures, by document and address. Place by place: what is joined to one change depends on how
/// many items differ, which need not be the items that differ from what is committed.
fn differences(
    first: &Recapture,
    second: &Recapture,
    suspects: &BTreeSet<DocumentName>,
) -> BTreeMap<String, BTreeMap<String, Change>> {
    let (old, mut new) = (first.as_captured(), second.as_captured());
    for (name, document) in &mut new {
        let captured = old.get(name);
        document.examples.retain(|example| {
            captured.is_some_and(|document| {
                document
                    .examples
                    .iter()
                    .any(|other| other.name == example.name)
            })
        });
    }
    let version = |documents: &BTreeMap<DocumentName, EndpointDocument>| {
        let documents = documents.clone();
        let kept = documents.into_iter();
        kept.filter(|(name, _)| suspects.contains(name) && new.contains_key(name))
            .collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (version(&old), version(&new));
    let (old, new) = (
        Version::new(&old, Sections::default()),
        Version::new(&new, Sections::default()),
    );
    let comparison = Comparison::new(&old, &new, first.rules());
    let names = comparison.names().iter();
    let compared = names.map(|name| comparison.place_by_place(name));
    compared
        .map(|document| {
            let changes = document.changes.into_iter();
            let places = changes.map(|change| (change.address.clone(), change));
            (document.document, places.collect())
        })
        .collect()
}

fn finding(document: &str, change: &Change, again: &Change) -> Finding {
    let shown = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or("nothing".to_owned(), Value::to_string)
    };
    Finding::new(
        codes::UNSTABLE_VALUE,
        format!("two captures of one API differ here: {}", change.address),
    )
    .about(document)
    .note(format!("committed: {}", shown(&change.old)))
    .note(format!("captured: {}", shown(&again.old)))
    .note(format!("captured once more: {}", shown(&again.new)))
    .help(match change.address.contains("/response/bytes/") {
        // There is no rule for them.
        true => "let the API send the same bytes each time, or leave the example out".to_owned(),
        false => format!("`apidocs capture --learn --only {document}` adds the rule"),
    })
}
