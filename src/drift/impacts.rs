//! How bad a change is, where the settings say another than the default.

use std::collections::BTreeMap;

use crate::finding::{DocumentChanges, Impact};

/// Gives the changes the impacts of the settings, by code.
pub fn apply_impact(documents: &mut [DocumentChanges], impacts: &BTreeMap<String, Impact>) {
    let changes = documents
        .iter_mut()
        .flat_map(|document| &mut document.changes);
    for change in changes {
        if let Some(impact) = impacts.get(change.code.id) {
            change.impact = *impact;
        }
    }
}
