//! Scenarios that document nothing.

use std::collections::BTreeSet;

use crate::document::Collection;
use crate::finding::{Finding, codes};

/// A scenario makes an example of some document, or another one runs after it.
pub(super) fn scenarios(collection: &Collection) -> Vec<Finding> {
    // One that is not understood may run after any other, or be for a document.
    if !collection.are_scenarios_clear() {
        return Vec::new();
    }
    let items = collection
        .scenarios
        .values()
        .filter_map(|loaded| loaded.item.as_deref());
    let prepares: BTreeSet<_> = items.flat_map(|scenario| &scenario.after).collect();
    let mut findings = Vec::new();
    for (ident, loaded) in &collection.scenarios {
        let Some(scenario) = &loaded.item else {
            continue;
        };
        if prepares.contains(ident) {
            continue;
        }
        if scenario.steps().any(|(_, step)| step.example.is_some()) {
            continue;
        }
        let finding = Finding::new(codes::ORPHAN_SCENARIO, "the scenario is for no document")
            .at_key(&loaded.source, "/requests")
            .help("give a request `\"example\": \"<section>/<name>\"`, or remove the scenario");
        findings.push(finding);
    }
    findings
}
