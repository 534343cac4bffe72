//! Scenarios that document nothing.

use crate::document::Collection;
use crate::finding::{Finding, codes};

/// A scenario makes an example of some document.
pub(super) fn scenarios(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for loaded in collection.scenarios.values() {
        let Some(scenario) = &loaded.item else {
            continue;
        };
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
