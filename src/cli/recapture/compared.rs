//! What a capture says about the documents.

use std::collections::{BTreeMap, BTreeSet};

use apidocs::document::{Collection, DocumentName, EndpointDocument};
use apidocs::drift::{Comparison, Version};
use apidocs::finding::{Change, DocumentChanges, Finding, codes};
use apidocs::stabilize::Rules;

use super::Recapture;
use crate::cli::comparing::{compare, without_secrets};

/// The documents that were captured, compared with those that are committed.
pub(super) struct Compared {
    pub documents: Vec<DocumentChanges>,
    /// How many others have examples, of which nothing can be said.
    pub others: usize,
}

/// A version of some documents.
fn version_of<'a>(collection: &'a Collection, names: &BTreeSet<&DocumentName>) -> Version<'a> {
    let documents = collection
        .documents()
        .filter(|(name, _)| names.contains(name));
    Version::new(documents, collection.order())
}

impl Recapture {
    /// The documents that were captured, compared with those that are committed; and how many others have
    /// examples, of which nothing can be said.
    pub fn compare(&self) -> (Vec<DocumentChanges>, usize) {
        let compared = self.compared();
        (compared.documents.clone(), compared.others)
    }

    /// The same, to be looked at alone.
    pub(super) fn compared(&self) -> &Compared {
        self.compared.get_or_init(|| self.compare_anew())
    }

    fn compare_anew(&self) -> Compared {
        let captured: BTreeSet<_> = self
            .captured
            .examples
            .keys()
            .map(|target| &target.document)
            .collect();
        let documents = compare(
            &version_of(&self.before, &captured),
            &version_of(&self.after, &captured),
            &self.volatile.rules,
            &self.captured.secrets,
        );
        let others = self
            .before
            .documents()
            .filter(|(name, document)| !document.examples.is_empty() && !captured.contains(name));
        let others = others.count();
        Compared { documents, others }
    }

    /// The changes of some documents, place by place.
    pub fn places(&self, names: &BTreeSet<DocumentName>) -> BTreeMap<String, Vec<Change>> {
        let names: BTreeSet<_> = names.iter().collect();
        let (before, after) = (
            version_of(&self.before, &names),
            version_of(&self.after, &names),
        );
        let comparison = Comparison::new(&before, &after, &self.volatile.rules);
        let changes = names.iter().map(|name| {
            let changes = comparison.place_by_place(name);
            let shown = without_secrets(changes, &self.captured.secrets);
            (shown.document, shown.changes)
        });
        changes.collect()
    }

    /// What is wrong with files that are made of what was captured: a secret of the run in one of them. One that somebody
    /// wrote into a document passes.
    pub fn leaks<'f>(&self, files: impl IntoIterator<Item = (String, &'f [u8])>) -> Vec<Finding> {
        let secrets = &self.captured.secrets;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut written = BTreeSet::new();
        for loaded in self.before.endpoints.values() {
            written.extend(secrets.values_in(&loaded.source.text));
        }
        let mut findings = Vec::new();
        for (path, bytes) in files {
            let mut found = secrets.values_in(&text(bytes));
            found.retain(|value| !written.contains(value));
            if !found.is_empty() {
                let message = format!("{path} would hold a value that is a secret of this run");
                findings
                    .push(Finding::new(codes::LEAKED_SECRET, message).help("nothing is written"));
            }
        }
        findings
    }

    /// The documents that were captured, with the examples as they came.
    pub fn as_captured(&self) -> BTreeMap<DocumentName, EndpointDocument> {
        let mut documents: BTreeMap<DocumentName, EndpointDocument> = BTreeMap::new();
        for (target, captured) in &self.captured.examples {
            let name = &target.document;
            let committed = self.before.endpoints.get(name);
            let Some(committed) = committed.and_then(|loaded| loaded.item.as_deref()) else {
                continue;
            };
            let document = documents.entry(name.clone());
            let document = document.or_insert_with(|| EndpointDocument {
                examples: Vec::new(),
                ..committed.clone()
            });
            document.examples.push(captured.example.clone());
        }
        documents
    }

    /// The rules by which values were compared.
    pub fn rules(&self) -> &Rules {
        &self.volatile.rules
    }
}
