//! What is certain of files whose meaning their faults leave open.

use std::borrow::Cow;

use super::Check;
use crate::document::Collection;
use crate::finding::{Finding, codes};

/// The documents, in each way in which they may be meant.
pub(super) struct Readings<'a> {
    collection: &'a Collection,
    all: Vec<Cow<'a, Collection>>,
}

impl<'a> Readings<'a> {
    pub fn of(collection: &'a Collection) -> Self {
        let all = collection.readings();
        Self { collection, all }
    }

    /// Whether there is a file with faults that a reader can pass over.
    pub fn has_flawed(&self) -> bool {
        matches!(self.all.as_slice(), [Cow::Owned(_), ..])
    }

    /// What a check finds, however the documents are meant.
    pub fn certain(&self, check: &Check<'_>) -> Vec<Finding> {
        let mut readings = self.all.iter();
        let mut findings = readings
            .next()
            .map(|first| check(first))
            .unwrap_or_default();
        for reading in readings {
            // Where nothing is found, there is nothing to be certain of.
            if findings.is_empty() {
                break;
            }
            let found = check(reading);
            findings.retain(|finding| found.contains(finding));
        }
        if self.has_flawed() {
            findings.retain(|finding| !self.is_effect(finding));
            findings
                .iter_mut()
                .for_each(|finding| self.leave_alone(finding));
        }
        findings
    }

    /// No file with a fault is in its canonical form.
    fn is_effect(&self, finding: &Finding) -> bool {
        let label = finding.label.as_ref();
        finding.code == codes::NOT_CANONICAL
            && label.is_some_and(|label| self.collection.is_flawed(&label.source))
    }

    /// Nothing is written into such a file but what mends its faults.
    fn leave_alone(&self, finding: &mut Finding) {
        let fix = finding.fix.as_ref();
        let touches = fix.is_some_and(|fix| {
            let mut edits = fix.edits.iter();
            edits.any(|edit| self.collection.is_flawed(&edit.source))
        });
        if touches {
            finding.fix = None;
        }
    }
}
