//! Schemas and rules: what is wrong with the files of a project, as findings.
//!
//! Nothing here reads a disk. Four things are checked, each by its own part:
//!
//! - every file against its schema ([`schema_text`]), which also gives an editor completion and help;
//! - what a schema cannot say, by rules over all documents: one file of rules a topic;
//! - the bodies of responses against their contracts;
//! - that what the schema lets pass can be read, so that no file is skipped in silence.

mod contracts;
mod coverage;
mod files;
mod misfit;
mod rules;
mod schemas;
mod secrets;
mod settings;
mod spelling;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::document::Collection;
use crate::finding::{Finding, SourceFile};
use crate::project::SeveritySetting;

pub use coverage::coverage;
pub use schemas::{schema_names, schema_text};
pub use secrets::{leaks, secrets};

/// All findings about the documents of a project, in the order in which they are told: those of
/// reading the files, of their schemas, of the rules and of the contracts.
pub fn validate(collection: &Collection) -> Vec<Finding> {
    let mut findings = collection.findings.clone();
    findings.append(&mut files::findings(collection));
    findings.append(&mut rules::findings(collection));
    findings.append(&mut contracts::findings(collection));
    findings.sort_by(Finding::order);
    findings
}

/// All findings about the text of `apidocs.toml`: its syntax, its schema, and values that cannot be
/// read although they fit it.
pub fn settings(source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = settings::findings(source);
    findings.sort_by(Finding::order);
    findings
}

/// All findings about a page of the original. Its JSON begins at byte `start` of the file, behind the
/// fence and the comment lines.
pub fn page(value: &Value, source: &Arc<SourceFile>, start: usize) -> Vec<Finding> {
    let mut findings = files::page(value, source, start);
    findings.sort_by(Finding::order);
    findings
}

/// All findings about the JSON of `volatile.json`.
pub fn volatile(value: &Value, source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = files::volatile(value, source);
    findings.sort_by(Finding::order);
    findings
}

/// The findings with the severities that the settings say, by code; without those that are off.
pub fn apply_severity(
    findings: Vec<Finding>,
    severities: &BTreeMap<String, SeveritySetting>,
) -> Vec<Finding> {
    let apply = |mut finding: Finding| {
        if let Some(setting) = severities.get(finding.code.id) {
            finding.severity = setting.severity()?;
        }
        Some(finding)
    };
    findings.into_iter().filter_map(apply).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Severity, codes};

    #[test]
    fn severities_are_by_code() {
        let findings = vec![
            Finding::new(codes::STRAY_FILE, "a"),
            Finding::new(codes::NO_EXAMPLE, "b"),
            Finding::new(codes::SCHEMA, "c"),
        ];
        let severities = BTreeMap::from([
            ("stray-file".to_owned(), SeveritySetting::Off),
            ("missing-example".to_owned(), SeveritySetting::Info),
        ]);
        let left: Vec<_> = apply_severity(findings, &severities)
            .into_iter()
            .map(|finding| (finding.code, finding.severity))
            .collect();
        assert_eq!(
            left,
            [
                (codes::NO_EXAMPLE, Severity::Info),
                (codes::SCHEMA, Severity::Error)
            ]
        );
    }
}
