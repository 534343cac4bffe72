//! The documents one by one, side by side: those that a capture leaves as they were are looked at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use apidocs::document::{DocumentName, EndpointDocument, Loaded};
use apidocs::finding::Finding;
use apidocs::validate::Checks;

use crate::cli::parallel;

/// What is wrong with each document alone.
#[derive(Default)]
pub(super) struct Examined(BTreeMap<DocumentName, Vec<Finding>>);

impl Examined {
    /// Looks at documents; what was known of them before counts no more.
    pub fn examine<'d>(
        &mut self,
        checks: &Checks,
        documents: impl Iterator<Item = (&'d DocumentName, &'d Arc<Loaded<EndpointDocument>>)>,
    ) {
        let documents: Vec<_> = documents.collect();
        let found = parallel::map(&documents, |(name, loaded)| checks.document(name, loaded));
        let names = documents.into_iter().map(|(name, _)| name.clone());
        self.0.extend(names.zip(found));
    }

    /// What was found, document by document.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.0.values().flatten()
    }
}
