//! What forbids to make requests, and what was wrong with those that were made.

use std::collections::{BTreeMap, BTreeSet};

use apidocs::capture::{self, Captured, Outcome};
use apidocs::document::Collection;
use apidocs::finding::{Code, Finding, codes};
use apidocs::project::{Project, SeveritySetting};
use apidocs::validate::{self, Checks};

use super::examined::Examined;
use crate::cli::parallel;
use crate::cli::validate::{of_settings_and_scenarios, together};

/// What a capture of examples can cure: no reason not to capture.
pub(super) const CURED: [Code; 14] = [
    codes::SECRET,
    codes::NO_EXAMPLE,
    codes::UNCAPTURED_EXAMPLE,
    codes::DUPLICATE_EXAMPLE,
    codes::REQUEST_METHOD,
    codes::REQUEST_PATH,
    codes::EXAMPLE_AND_REASON,
    codes::DEFAULT_STATUS,
    codes::BODY_MEDIA_TYPE,
    codes::CONTENT_LENGTH,
    codes::NOT_CANONICAL,
    codes::LINE_ENDINGS,
    codes::CONTRACT_MISMATCH,
    codes::LOW_COVERAGE,
];

/// What was wrong with the responses. What stopped a scenario is told whatever the settings say of its code: a run that
/// fails must say why.
pub(super) fn run_findings(
    captured: &Captured,
    severities: &BTreeMap<String, SeveritySetting>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for run in captured.runs() {
        match &run.outcome {
            Outcome::Done => {
                findings.extend(validate::apply_severity(run.findings.clone(), severities));
            }
            Outcome::Failed | Outcome::NotRun(_) => findings.extend(run.findings.iter().cloned()),
            Outcome::Broken(error) => {
                findings.extend(run.findings.iter().cloned());
                let mut finding = Finding::new(codes::NO_RESPONSE, error.message.clone());
                finding.label = Some(error.label.clone());
                finding.notes = error.notes.clone();
                finding.help = error.help.clone();
                findings.push(finding);
            }
        }
    }
    if let Some(error) = &captured.stopped {
        let mut finding = Finding::new(codes::NO_RESPONSE, error.to_string());
        finding.help = error.help().map(str::to_owned);
        finding.notes = error.notes().to_vec();
        findings.push(finding);
    }
    findings
}

/// Captured examples that cannot be put into their document, whatever the settings say of its schema.
pub(super) fn unread(before: &Collection, captured: &Captured) -> Vec<Finding> {
    let documents: BTreeSet<_> = captured
        .examples
        .keys()
        .map(|target| &target.document)
        .collect();
    let loaded = documents
        .iter()
        .filter_map(|name| Some((name, before.endpoints.get(name)?)));
    loaded
        .filter(|(_, loaded)| loaded.item.is_none())
        .map(|(name, loaded)| {
            Finding::new(
                codes::SCHEMA,
                "the document does not fit its schema: its examples cannot be written",
            )
            .in_file(&loaded.source)
            .about(name)
            .help("`apidocs validate` tells why")
        })
        .collect()
}

/// A run that makes no request must not read as "the documents are true".
pub(super) fn no_scenarios() -> Finding {
    Finding::new(codes::NO_SCENARIOS, "no scenario was run, so nothing was compared")
        .help("scenarios are scenarios/<Ident>.json in the folder of documents; look at --only and --skip too")
}

/// Everything for which it is no use to make a request. What is wrong with single documents is kept.
pub(super) fn obstacles(
    project: &Project,
    options: &capture::Options<'_>,
    partial: bool,
    checks: &Checks,
    examined: &mut Examined,
) -> Vec<Finding> {
    let collection = options.collection;
    let others = || {
        let mut findings = together(checks, collection);
        if !partial {
            findings.append(&mut of_settings_and_scenarios(project, options));
        }
        findings
    };
    let documents = || examined.examine(checks, collection.endpoints.iter());
    let (others, ()) = parallel::both(others, documents);
    let found = examined.findings().cloned().chain(others);
    if partial {
        // What other documents say wrongly is no obstacle; what cannot be read is, since its page would go.
        let mut findings = capture::check(options);
        findings.retain(|finding| finding.code != codes::SCHEMA);
        findings.extend(collection.findings.iter().cloned());
        findings.extend(found.filter(|finding| finding.code == codes::SCHEMA));
        return findings;
    }
    let mut findings: Vec<_> = found.collect();
    if collection.scenarios.is_empty() {
        findings.push(no_scenarios());
    }
    findings.retain(|finding| !CURED.contains(&finding.code));
    findings
}
