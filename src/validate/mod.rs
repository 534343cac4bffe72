//! Schemas and rules: what is wrong with the files of a project, as findings.
//!
//! Nothing here reads a disk. Four things are checked, each by its own part:
//!
//! - every file against its schema ([`schema_text`]), which also gives an editor completion and help;
//! - what a schema cannot say, by rules over all documents: one file of rules a topic;
//! - the bodies of responses against their contracts;
//! - that what the schema lets pass can be read, so that no file is skipped in silence.

mod branches;
mod broken;
mod contracts;
mod coverage;
mod cut;
mod effects;
mod files;
mod keywords;
mod masked;
mod misfit;
mod places;
mod plain;
mod reach;
mod readings;
mod rules;
mod schemas;
mod secrets;
mod settings;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{
    Body, Collection, ContractName, DescribedContract, DocumentName, EndpointDocument,
    ExampleTarget, Loaded,
};
use crate::finding::{Code, Finding, SourceFile, codes};
use crate::json::{self, KeyOrder};
use crate::project::{Faulty, Settings, SeveritySetting};
use crate::stabilize::secrets::{Rules as SecretRules, Secrets};

use readings::Readings;

pub use coverage::coverage;
pub use schemas::{Schema, schema_names, schema_text};
pub use secrets::{error_without_secrets, leaks, without_secrets};
pub use settings::at_setting;

/// All findings about the documents of a project, in the order in which they are told: those of
/// reading the files, of their schemas, of the rules that are on by default and of the contracts.
pub fn validate(collection: &Collection) -> Vec<Finding> {
    Checks::default().all(collection)
}

/// What is checked.
///
/// Documents are checked one by one ([`Checks::document`]), and what they are together at the end ([`Checks::together`]), so
/// that thousands of them need not be in memory at once; [`Checks::all`] does both.
#[derive(Default)]
pub struct Checks {
    severities: BTreeMap<String, SeveritySetting>,
    host: Option<String>,
    /// The path of the base URL.
    prefix: Option<String>,
    schema: Option<Schema>,
    contracts: BTreeMap<ContractName, DescribedContract>,
    wholes: BTreeMap<ExampleTarget, Body>,
    secrets: Secrets,
}

/// A check of all documents.
type Check<'a> = Box<dyn Fn(&Collection) -> Vec<Finding> + Send + Sync + 'a>;

/// A part of the work of [`Checks::together`].
pub type Part<'a> = Box<dyn Fn() -> Vec<Finding> + Send + Sync + 'a>;

impl Checks {
    /// With the severities of the settings (a rule that is off is not run), the host that examples show, and what counts as a
    /// secret.
    pub fn new(settings: &Settings) -> Self {
        Self {
            severities: settings.severity.clone(),
            host: settings.host.clone(),
            prefix: settings.base_url.as_deref().and_then(path_of),
            schema: None,
            contracts: BTreeMap::new(),
            wholes: BTreeMap::new(),
            secrets: Secrets::new(SecretRules::new(&settings.secrets)),
        }
    }

    /// With a schema of the project that every endpoint document must fit beside ours.
    pub fn with_schema(mut self, schema: Schema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// With contracts that do not stand in files of their own; each counts in place of the one that does.
    pub fn with_contracts(mut self, contracts: BTreeMap<ContractName, DescribedContract>) -> Self {
        self.contracts = contracts;
        self
    }

    /// With the whole response bodies of examples that show less of them, to be held to their contracts.
    pub fn with_wholes(mut self, wholes: BTreeMap<ExampleTarget, Body>) -> Self {
        self.wholes = wholes;
        self
    }

    /// Makes what is made once and takes its time, as the first document would: worth it where there is something else to do
    /// meanwhile.
    pub fn get_ready(&self) {
        plain::get_ready();
        self.secrets.get_ready();
    }

    /// What is wrong with one document, in no particular order.
    pub fn document(&self, name: &DocumentName, loaded: &Loaded<EndpointDocument>) -> Vec<Finding> {
        let is_wanted = |code| is_on(code, &self.severities);
        let mut findings = files::of_document(name, loaded, self.schema.as_ref());
        let rules = rules::of_document(name, loaded, self.host.as_deref(), is_wanted);
        if is_wanted(codes::SECRET) {
            findings.append(&mut secrets::of_document(name, loaded, &self.secrets));
        }
        findings.extend(rules.into_iter().filter(|finding| is_wanted(finding.code)));
        findings
    }

    /// A document of which there is nothing to tell, found out the short way; of any other, and of some of these, `None`.
    /// What it holds then are the file, whose text is that one, and the outline: see [`Loaded::keep_outline`].
    pub fn plain(
        &self,
        name: &DocumentName,
        text: &str,
        source: Arc<SourceFile>,
    ) -> Option<Loaded<EndpointDocument>> {
        let looks_into_bodies = |code: &Code| is_on(*code, &self.severities);
        if self.schema.is_some() || rules::OF_BODIES.iter().any(looks_into_bodies) {
            return None;
        }
        let short = plain::Bodiless::of(text, &self.secrets)?;
        let is_wanted =
            |code: Code| !plain::IS_KNOWN.contains(&code) && is_on(code, &self.severities);
        let holds_secret =
            || is_wanted(codes::SECRET) && secrets::are_in_bodiless(&short.json, &self.secrets);
        if !plain::fits(&short.json) || holds_secret() {
            return None;
        }
        let mut loaded = Loaded {
            source,
            item: Some(Arc::new(EndpointDocument::deserialize(short.json).ok()?)),
            json: Value::Null,
        };
        let rules = rules::of_document(name, &loaded, self.host.as_deref(), is_wanted);
        let is_plain = rules.iter().all(|finding| !is_wanted(finding.code))
            && (!is_on(codes::CONTENT_LENGTH, &self.severities)
                || rules::length::fits(loaded.item.as_ref()?, &short.lengths));
        is_plain.then(|| {
            loaded.keep_outline();
            loaded
        })
    }

    /// What is wrong with the other files, and with the documents together, in no particular order. Of the documents an
    /// outline is enough. Files with faults that a reader can pass over are checked as if they had none, as far as it is certain
    /// what they mean.
    pub fn together(&self, collection: &Collection) -> Vec<Finding> {
        let parts = self.parts_together(collection).into_iter();
        parts.flat_map(|part| part()).collect()
    }

    /// The same in parts, which may be worked on side by side.
    pub fn parts_together<'a>(&'a self, collection: &'a Collection) -> Vec<Part<'a>> {
        let readings = Arc::new(Readings::of(collection));
        let certain = |check: Check<'a>| -> Part<'a> {
            let readings = Arc::clone(&readings);
            Box::new(move || readings.certain(&check))
        };
        let mut parts: Vec<Part<'a>> = vec![
            Box::new(|| collection.findings.clone()),
            certain(Box::new(files::of_others)),
            certain(Box::new(|all| {
                rules::paths::of_scenarios(all, self.prefix.as_deref())
            })),
            certain(Box::new(|all| secrets::of_others(all, &self.secrets))),
            certain(Box::new(|all| {
                contracts::findings(all, &self.contracts, &self.wholes)
            })),
        ];
        if readings.has_flawed() {
            let documents = |all: &Collection| {
                let flawed = all.endpoints.iter();
                let flawed = flawed.filter(|(_, loaded)| collection.is_flawed(&loaded.source));
                let found = flawed.flat_map(|(name, loaded)| self.document(name, loaded));
                found.collect()
            };
            parts.push(certain(Box::new(documents)));
        }
        for rule in rules::OF_ALL {
            parts.push(certain(Box::new(rule)));
        }
        parts
    }

    /// All findings, in the order in which they are told.
    pub fn all(&self, collection: &Collection) -> Vec<Finding> {
        let documents = collection.endpoints.iter();
        let mut findings: Vec<_> = documents
            .flat_map(|(name, loaded)| self.document(name, loaded))
            .collect();
        findings.append(&mut self.together(collection));
        findings.sort_by(Finding::order);
        findings
    }
}

/// All findings about the text of `apidocs.toml`: its syntax, its schema, values that cannot be read although they fit it, and
/// secrets.
pub fn settings(source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = settings::findings(source);
    findings.extend(secrets::of_settings(source));
    findings.sort_by(Finding::order);
    findings
}

/// All findings about settings that cannot be used as they stand, at least one. No `[severity]` makes less of them.
pub fn faulty_settings(faulty: &Faulty) -> Vec<Finding> {
    let mut findings = settings::of_faulty(faulty);
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

/// What makes the JSON of `volatile.json` no rules for volatile values.
pub fn volatile(value: &Value, source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = files::volatile(value, source);
    findings.sort_by(Finding::order);
    findings
}

/// All findings about the bytes of `volatile.json`: these, and that it is not in the form that `fmt` writes.
pub fn volatile_file(bytes: &[u8], source: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = match json::parse_bytes(bytes) {
        Ok(value) => {
            let mut findings = volatile(&value, source);
            findings.append(&mut rules::form::volatile(source, &value));
            findings
        }
        Err(fault) => {
            let flawed = json::read_flawed(bytes, fault);
            let faults = flawed.faults.into_iter();
            let mut findings: Vec<_> = faults.map(|fault| source.fault(fault)).collect();
            if let [certain] = flawed.readings.as_slice() {
                findings.append(&mut volatile(certain, source));
            }
            findings
        }
    };
    findings.sort_by(Finding::order);
    findings
}

/// What keeps a JSON file of ours from being as `fmt` writes it: its line ends, and the first place that differs.
pub fn form(source: &Arc<SourceFile>, value: &Value, order: KeyOrder) -> Vec<Finding> {
    rules::form::of(source, value, order)
}

/// The findings with the severities that the settings say, by code; without those that are off.
pub fn apply_severity(
    findings: Vec<Finding>,
    severities: &BTreeMap<String, SeveritySetting>,
) -> Vec<Finding> {
    let apply = |mut finding: Finding| {
        if finding.code.is_always_error() {
            return Some(finding);
        }
        // The one who found it may have given it another severity than the table.
        let default = (!finding.code.is_off_by_default()).then_some(finding.severity);
        finding.severity = match severities.get(finding.code.id) {
            Some(setting) => setting.severity()?,
            None => default?,
        };
        Some(finding)
    };
    findings.into_iter().filter_map(apply).collect()
}

/// The path of a base URL, without a `/` at the end; `None` where a value that is not known may be part of it.
fn path_of(base_url: &str) -> Option<String> {
    if base_url.starts_with("unix:") {
        return Some(String::new());
    }
    let (_, rest) = base_url.split_once("://")?;
    let path = rest.find('/').and_then(|start| rest.get(start..));
    let path = path.unwrap_or_default().trim_end_matches('/');
    (!path.contains("{{")).then(|| path.to_owned())
}

/// Whether a code is told under these settings.
fn is_on(code: Code, severities: &BTreeMap<String, SeveritySetting>) -> bool {
    match severities.get(code.id) {
        _ if code.is_always_error() => true,
        Some(setting) => setting.severity().is_some(),
        None => !code.is_off_by_default(),
    }
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
