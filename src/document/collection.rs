//! All documents of a project, read from a tree of files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::flawed::FlawedFiles;
use super::place::{Misplaced, Place};
use super::{
    Approvals, ContractName, DocumentName, EndpointDocument, Example, Fixtures, Recorded, Scenario,
    Sections, Tree,
};
use crate::finding::{Finding, SourceFile, codes};
use crate::json;

/// A file and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its JSON, with every key that people wrote.
    pub json: Value,
    /// What we understand of it; `None` where it does not fit (its schema tells why). Thousands are moved about.
    pub item: Option<Arc<T>>,
}

/// The documents of a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collection {
    /// `endpoints/<section>/<name>.json`.
    pub endpoints: BTreeMap<DocumentName, Arc<Loaded<EndpointDocument>>>,
    /// `scenarios/<Ident>.json`, by ident.
    pub scenarios: BTreeMap<String, Arc<Loaded<Scenario>>>,
    /// `sections.json`.
    pub sections: Option<Loaded<Sections>>,
    /// `fixtures.json`.
    pub fixtures: Option<Loaded<Fixtures>>,
    /// `approvals.json`.
    pub approvals: Option<Loaded<Approvals>>,
    /// `contracts/<section>/<name>.<status>.schema.json`: the JSON Schemas of response bodies.
    pub contracts: BTreeMap<ContractName, Loaded<Value>>,
    /// Files that could not be read, and names that cannot be used.
    pub findings: Vec<Finding>,
    /// The paths of these files (of a link, perhaps of a folder), relative to the folder of documents.
    pub(super) unread: BTreeSet<String>,
    /// What some of them may mean.
    pub(super) flawed: FlawedFiles,
}

impl Collection {
    /// Reads a tree whose paths are relative to the folder of documents; `prefix` is put before
    /// the paths that findings show. A broken file is a finding and does not stop the others.
    pub fn from_tree(tree: &Tree, prefix: &str) -> Self {
        let mut collection = Self::default();
        for (path, bytes) in &tree.files {
            collection.add(path, bytes.clone(), prefix);
        }
        for (path, reason) in &tree.unread {
            collection.add_unread(path, reason, prefix);
        }
        collection.find_case_clashes();
        collection
    }

    /// Adds what another collection read of other files.
    pub fn merge(&mut self, other: Self) {
        self.endpoints.extend(other.endpoints);
        self.scenarios.extend(other.scenarios);
        self.sections = self.sections.take().or(other.sections);
        self.fixtures = self.fixtures.take().or(other.fixtures);
        self.approvals = self.approvals.take().or(other.approvals);
        self.contracts.extend(other.contracts);
        self.findings.extend(other.findings);
        self.unread.extend(other.unread);
        self.flawed.merge(other.flawed);
    }

    /// The endpoint documents that could be understood.
    pub fn documents(&self) -> impl Iterator<Item = (&DocumentName, &EndpointDocument)> {
        self.endpoints
            .iter()
            .filter_map(|(name, loaded)| Some((name, loaded.item.as_deref()?)))
    }

    /// The same by name, shared: what pages are made of.
    pub fn shared_documents(&self) -> BTreeMap<DocumentName, Arc<EndpointDocument>> {
        let shared = |(name, loaded): (&DocumentName, &Arc<Loaded<EndpointDocument>>)| {
            Some((name.clone(), loaded.item.clone()?))
        };
        self.endpoints.iter().filter_map(shared).collect()
    }

    /// The order of sections, empty where there is none.
    pub fn order(&self) -> Sections {
        let loaded = self.sections.as_ref();
        loaded
            .and_then(|loaded| loaded.item.as_deref().cloned())
            .unwrap_or_default()
    }

    /// Reads one file, as [`Collection::from_tree`] does. Gives its name where it is an endpoint document that is JSON.
    pub fn add(&mut self, path: &str, bytes: Vec<u8>, prefix: &str) -> Option<DocumentName> {
        let shown = below(prefix, path);
        let place = match Place::of(path) {
            Ok(place) => place?,
            Err(Misplaced::Stray) => {
                self.stray(shown, bytes, None);
                return None;
            }
            Err(Misplaced::Misspelt(meant)) => {
                self.stray(shown, bytes, Some(&meant));
                return None;
            }
            Err(Misplaced::Unsafe(error)) => {
                self.unsafe_name(path, shown, bytes, &error.to_string());
                return None;
            }
        };
        let (source, json) = self.read(path, shown, bytes)?;
        self.put(&place, source, json);
        match place {
            Place::Endpoint(name) => Some(name),
            _ => None,
        }
    }

    /// Adds a file that was read.
    pub(super) fn put(&mut self, place: &Place, source: Arc<SourceFile>, json: Value) {
        match place {
            Place::Sections => self.sections = Some(Loaded::new(source, json)),
            Place::Fixtures => self.fixtures = Some(Loaded::new(source, json)),
            Place::Approvals => self.approvals = Some(Loaded::new(source, json)),
            Place::Scenario(ident) => {
                let loaded = Arc::new(Loaded::new(source, json));
                self.scenarios.insert(ident.clone(), loaded);
            }
            Place::Endpoint(name) => {
                let loaded = Arc::new(Loaded::new(source, json));
                self.endpoints.insert(name.clone(), loaded);
            }
            Place::Contract(name) => {
                let loaded = Loaded::new(source, json);
                self.contracts.insert(name.clone(), loaded);
            }
        }
    }

    /// Tells of what is there and was not read.
    pub fn add_unread(&mut self, path: &str, reason: &str, prefix: &str) {
        self.unread.insert(path.to_owned());
        let source = SourceFile::new(below(prefix, path), b"");
        let finding = Finding::new(codes::UNREAD_LINK, reason).in_file(&source);
        self.findings
            .push(finding.help("put the file or folder itself in the place of the link"));
    }

    fn stray(&mut self, shown: String, bytes: Vec<u8>, meant: Option<&str>) {
        let source = SourceFile::of_bytes(shown, bytes);
        let (message, help) = match meant {
            Some(meant) => (
                "the file is not read under its name",
                format!("if `{meant}` is meant, rename it so"),
            ),
            None => (
                "the file is not read where it stands",
                "documents are endpoints/<section>/<name>.json, scenarios scenarios/<Ident>.json, \
                 contracts contracts/<section>/<name>.<status>.schema.json"
                    .to_owned(),
            ),
        };
        let finding = Finding::new(codes::STRAY_FILE, message).in_file(&source);
        self.findings.push(finding.help(help));
    }

    fn unsafe_name(&mut self, path: &str, shown: String, bytes: Vec<u8>, reason: &str) {
        let source = SourceFile::of_bytes(shown, bytes);
        self.unread.insert(path.to_owned());
        self.findings.push(
            Finding::new(codes::UNSAFE_NAME, reason)
                .in_file(&source)
                .help("rename the file"),
        );
    }

    fn read(
        &mut self,
        path: &str,
        shown: String,
        bytes: Vec<u8>,
    ) -> Option<(Arc<SourceFile>, Value)> {
        let fault = match json::parse_bytes(&bytes) {
            Ok(json) => return Some((SourceFile::of_bytes(shown, bytes), json)),
            Err(fault) => fault,
        };
        let flawed = json::read_flawed(&bytes, fault);
        let is_too_large = bytes.len() > json::MAX_SIZE;
        // Nothing in a file that is too large is worth to be kept, or shown.
        let shown_bytes = if is_too_large { Vec::new() } else { bytes };
        let source = SourceFile::of_bytes(shown, shown_bytes);
        self.unread.insert(path.to_owned());
        let faults = flawed.faults.into_iter();
        self.findings
            .extend(faults.map(|fault| source.fault(fault)));
        self.flawed.add(path, &source, flawed.readings);
        None
    }

    /// Tells of files that a file system without case would hold as one: to be done once, when all were added.
    pub fn find_case_clashes(&mut self) {
        // Of two names that differ in case alone, one has a capital; documents are many, and few have one.
        let has_capital = |name: &DocumentName| {
            let mut bytes = name.section().bytes().chain(name.name().bytes());
            bytes.any(|byte| byte.is_ascii_uppercase())
        };
        let any_capital = self.endpoints.keys().any(has_capital);
        let documents = self
            .endpoints
            .iter()
            .filter(|_| any_capital)
            .map(|(name, loaded)| (name.file(), &loaded.source));
        let scenarios = self
            .scenarios
            .iter()
            .map(|(ident, loaded)| (ident.clone(), &loaded.source));
        let contracts = self
            .contracts
            .iter()
            .map(|(name, loaded)| (name.file(), &loaded.source));
        let mut seen: HashMap<String, &Arc<SourceFile>> = HashMap::new();
        let mut findings = Vec::new();
        for (name, source) in documents.chain(scenarios).chain(contracts) {
            if let Some(other) = seen.insert(name.to_lowercase(), source) {
                let message = format!("the name differs from {} in case alone", other.path);
                let finding = Finding::new(codes::CASE_CLASH, message).in_file(source);
                findings.push(finding.help("rename one of the two"));
            }
        }
        self.findings.append(&mut findings);
    }
}

/// A path in the folder of documents as findings show it.
pub fn below(prefix: &str, path: &str) -> String {
    if prefix.is_empty() || prefix == "." {
        path.to_owned()
    } else {
        format!("{prefix}/{path}")
    }
}

impl<T: DeserializeOwned> Loaded<T> {
    /// A file with its JSON.
    pub(crate) fn new(source: Arc<SourceFile>, json: Value) -> Self {
        let item = T::deserialize(&json).ok().map(Arc::new);
        Self { source, json, item }
    }
}

impl Loaded<EndpointDocument> {
    /// Drops what only the document's own checks need, so that thousands of documents fit into memory: what is left are
    /// the text, title, method, path, the names of the examples and why there are none.
    pub fn keep_outline(&mut self) {
        self.json = Value::Null;
        let Some(item) = self.item.take().map(Arc::unwrap_or_clone) else {
            return;
        };
        let nothing = Vec::new;
        self.item = Some(Arc::new(EndpointDocument {
            title: item.title,
            method: item.method,
            api_path: item.api_path,
            no_example: item.no_example,
            examples: item
                .examples
                .into_iter()
                .map(|example| Example {
                    name: example.name,
                    title: None,
                    shortened: Default::default(),
                    request: Recorded::Verbatim {
                        verbatim: nothing(),
                    },
                    response: Recorded::Verbatim {
                        verbatim: nothing(),
                    },
                })
                .collect(),
            ..EndpointDocument::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.insert(*path, *text);
        }
        tree
    }

    #[test]
    fn a_broken_file_does_not_stop_the_others() {
        let collection = Collection::from_tree(
            &tree(&[
                ("endpoints/a/bad.json", "{"),
                ("endpoints/a/good.json", "{}"),
                ("endpoints/a/Good.json", "{}"),
                ("endpoints/a/.x.json", "{}"),
                ("endpoints/deep/er/x.json", "{}"),
                ("contracts/a/good.200.schema.json", "{}"),
                ("contracts/a/good.20.schema.json", "{}"),
                ("notes.txt", "not ours"),
            ]),
            "api-docs",
        );
        let codes: Vec<_> = collection
            .findings
            .iter()
            .map(|finding| finding.code.id)
            .collect();
        assert_eq!(
            codes,
            [
                "stray-file",
                "unsafe-name",
                "json-syntax",
                "stray-file",
                "case-clash"
            ]
        );
        assert_eq!(collection.endpoints.len(), 2);
        assert_eq!(collection.contracts.len(), 1);
        assert_eq!(
            collection.findings[2].file(),
            Some("api-docs/endpoints/a/bad.json")
        );
    }
}
