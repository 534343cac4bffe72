//! The path of an endpoint against its documented parameters, and its examples against both.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use super::template::{Mismatch, Template};
use super::{Document, at_words, item, method};
use crate::document::{Collection, EndpointDocument, Example, Parameter, Step};
use crate::finding::spelling::{nearest, quoted};
use crate::finding::{Finding, codes};

/// The placeholders of the path are exactly the documented path parameters, in any order.
pub(super) fn parameters(document: &Document<'_>) -> Vec<Finding> {
    let findings = parameters_of(document).into_iter();
    findings
        .map(|finding| finding.about(document.name))
        .collect()
}

fn parameters_of(document: &Document<'_>) -> Vec<Finding> {
    let finding = |message: String| Finding::new(codes::PATH_PARAMETERS, message);
    let source = document.source;
    let template = match Template::parse(&document.item.api_path) {
        Ok(template) => template,
        Err(reason) => {
            let finding = finding(reason).at_pointer(source, "/api_path");
            return vec![finding.help("write each value of the path as `{name}`")];
        }
    };
    let documented = document.item.path_parameters.as_deref().unwrap_or_default();
    if is_same(template, documented) || are_misspelt(document.json) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let known: BTreeSet<&str> = documented.iter().map(|one| one.name.as_str()).collect();
    let mut placeholders = BTreeSet::new();
    for name in template.placeholders() {
        let there = format!("{{{name}}}");
        let finding = if !placeholders.insert(name) {
            finding(format!(
                "the placeholder {} stands twice in the path",
                quoted(&there)
            ))
            .help("give each value of the path a name of its own")
        } else if !known.contains(name) {
            finding(format!(
                "the path parameter {} is not documented",
                quoted(name)
            ))
            .help("add it to `path_parameters`, or mend `api_path`")
        } else {
            continue;
        };
        findings.push(at_words(finding, source, "/api_path", &there));
    }
    let mut seen = BTreeSet::new();
    for (index, parameter) in documented.iter().enumerate() {
        let name = parameter.name.as_str();
        let finding = if !seen.insert(name) {
            finding(format!(
                "the path parameter {} is documented twice",
                quoted(name)
            ))
            .help("remove one of the two")
        } else if !placeholders.contains(name) {
            let finding = finding(format!(
                "the path has no placeholder {}",
                quoted(&format!("{{{name}}}"))
            ));
            let free = placeholders.iter().filter(|name| !known.contains(*name));
            match nearest(name, free.copied()) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help("remove the parameter, or mend `api_path`"),
            }
        } else {
            continue;
        };
        let at = item("/path_parameters", index, ["name"]);
        findings.push(finding.at_pointer(source, &at));
    }
    findings
}

/// Whether `path_parameters` is not there, and a key that may mean it: then the schema tells of that.
fn are_misspelt(document: &Value) -> bool {
    const KEYS: [&str; 3] = ["path_parameters", "query_parameters", "parameters"];
    let keys = || {
        document
            .as_object()
            .into_iter()
            .flat_map(|keys| keys.keys())
    };
    let is_other = |key: &&String| !KEYS.contains(&key.as_str());
    !keys().any(|key| key == KEYS[0])
        && keys()
            .filter(is_other)
            .any(|key| nearest(key, KEYS) == Some(KEYS[0]))
}

/// Whether each placeholder is documented in its turn and none stands twice, as is usual; of many that is not asked.
fn is_same(template: Template<'_>, documented: &[Parameter]) -> bool {
    let names = documented.iter().map(|one| one.name.as_str());
    let is_new = |(index, one): (usize, &Parameter)| {
        let mut before = documented.iter().take(index);
        before.all(|other| other.name != one.name)
    };
    documented.len() <= 16
        && template.placeholders().eq(names)
        && documented.iter().enumerate().all(is_new)
}

/// The request of each example has the method of its endpoint, and a path that fits.
pub(super) fn requests(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let template = whole_path(&document.item.api_path);
    for (index, example) in document.item.examples.iter().enumerate() {
        findings.extend(method_of(document, index, example));
        findings.extend(template.and_then(|template| path(document, template, index, example)));
    }
    findings
}

/// A path that can be taken apart: what is none is told by the rule on parameters, or by the schema.
fn whole_path(api_path: &str) -> Option<Template<'_>> {
    let template = Template::parse(api_path).ok();
    template.filter(|_| api_path.starts_with('/'))
}

fn method_of(document: &Document<'_>, index: usize, example: &Example) -> Option<Finding> {
    let expected = &document.item.method;
    let actual = &example.request.parsed()?.method;
    if !method::differ(actual, expected) {
        return None;
    }
    let message = format!("the request is a {actual}, the endpoint a {expected}");
    let finding = Finding::new(codes::REQUEST_METHOD, message)
        .at_pointer(
            document.source,
            &item("/examples", index, ["request", "method"]),
        )
        .about(document.example(example));
    Some(finding.help("capture the example with the method of the endpoint, or mend `method`"))
}

fn path(
    document: &Document<'_>,
    template: Template<'_>,
    index: usize,
    example: &Example,
) -> Option<Finding> {
    let target = &example.request.parsed()?.path;
    if !target.starts_with('/') {
        return None;
    }
    let path = target.split(['?', '#']).next().unwrap_or(target);
    let reason = in_words(&template.fits(path).err()?);
    let expected = quoted(&document.item.api_path);
    let message = format!("the path of the request does not fit {expected}: {reason}");
    let finding = Finding::new(codes::REQUEST_PATH, message)
        .at_pointer(
            document.source,
            &item("/examples", index, ["request", "path"]),
        )
        .about(document.example(example));
    Some(finding.help("capture the example with the path of the endpoint, or mend `api_path`"))
}

fn in_words(mismatch: &Mismatch<'_>) -> String {
    match mismatch {
        Mismatch::Short("") => "it lacks the `/` at the end".to_owned(),
        Mismatch::Short(more) => format!("it ends before {}", quoted(more)),
        Mismatch::Long("") => "it has a `/` too many at the end".to_owned(),
        Mismatch::Long(more) => format!("it goes on with {}", quoted(more)),
        Mismatch::Segment(actual, expected) => {
            format!(
                "{} stands in the place of {}",
                quoted(actual),
                quoted(expected)
            )
        }
    }
}

/// The requests of scenarios against the documents that they are for. `prefix` is the path of the base URL, which stands before
/// that of each request; where it is not known, the paths are not.
pub(in crate::validate) fn of_scenarios(
    collection: &Collection,
    prefix: Option<&str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for loaded in collection.scenarios.values() {
        let steps = loaded.item.iter().flat_map(|scenario| scenario.steps());
        for (pointer, step) in steps {
            let Some(target) = &step.example else {
                continue;
            };
            let document = collection.endpoints.get(&target.document);
            let Some(document) = document.and_then(|loaded| loaded.item.as_deref()) else {
                continue;
            };
            let at = format!("{pointer}/request");
            let found = of_step(document, step, prefix).into_iter();
            findings.extend(
                found.map(|(finding, part)| {
                    finding.at_text(&loaded.source, &at, part).about(target)
                }),
            );
        }
    }
    findings
}

/// What does not fit in a request, each with its bytes in it.
fn of_step(
    document: &EndpointDocument,
    step: &Step,
    prefix: Option<&str>,
) -> Vec<(Finding, Range<usize>)> {
    let mut findings = Vec::new();
    if method::differ(&step.method, &document.method) {
        let message = format!(
            "the request is a {}, the endpoint a {}",
            step.method, document.method
        );
        let finding = Finding::new(codes::REQUEST_METHOD, message)
            .help("mend the request, or let `example` name the document that it is for");
        findings.push((finding, 0..step.method.len()));
    }
    let path = step.path.split(['?', '#']).next().unwrap_or_default();
    // The example shows the request that was answered last; and a value may be a whole path.
    if step.follow || !path.starts_with('/') {
        return findings;
    }
    if let (Some(template), Some(prefix)) = (whole_path(&document.api_path), prefix) {
        let path = template.fill(&format!("{prefix}{path}"));
        if let Err(mismatch) = template.fits(&path) {
            let expected = quoted(&document.api_path);
            let message = format!(
                "the path of the request does not fit {expected}: {}",
                in_words(&mismatch)
            );
            let finding = Finding::new(codes::REQUEST_PATH, message)
                .help("mend the request, or let `example` name the document that it is for");
            let start = step.method.len() + 1;
            findings.push((finding, start..start + step.path.len()));
        }
    }
    findings
}
