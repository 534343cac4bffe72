//! Captured examples laid over the documents.

use std::collections::{BTreeMap, BTreeSet};

use apidocs::capture::{Captured, CapturedExample};
use apidocs::document::{Collection, DocumentName, EndpointDocument, Example, key_order};
use apidocs::drift::{in_shape_of, settle};
use apidocs::finding::DocumentStatus;
use apidocs::json;
use apidocs::project::Compare;
use apidocs::stabilize::Rules;

use crate::cli::parallel;

/// A document whose file has to change.
pub(super) struct Changed {
    pub path: String,
    /// `None` where there is no such file yet.
    pub before: Option<Vec<u8>>,
    pub after: String,
}

/// What a capture makes of the documents.
#[derive(Default)]
pub(super) struct LaidOver {
    /// Those whose files have to change.
    pub changed: Vec<Changed>,
    /// Those that stay, though what was captured differs in volatile values.
    pub noise: BTreeSet<DocumentName>,
}

/// The captured examples in their documents.
pub(super) fn lay_over(
    before: &Collection,
    captured: &Captured,
    files: &BTreeMap<String, Vec<u8>>,
    rules: &Rules,
    compare: Compare,
) -> LaidOver {
    let mut by_document: BTreeMap<&DocumentName, Vec<&CapturedExample>> = BTreeMap::new();
    for (target, example) in &captured.examples {
        let examples = by_document.entry(&target.document).or_default();
        examples.push(example);
    }
    let by_document: Vec<_> = by_document.into_iter().collect();
    // What a scenario says itself does not vary, whatever it looks like.
    let sources = before.scenarios.values().map(|loaded| &loaded.source);
    let sources = sources.chain(before.fixtures.iter().map(|loaded| &loaded.source));
    // No value reaches from one into the next: JSON has no such character.
    let said: Vec<_> = sources.map(|source| &*source.text).collect();
    let said = said.join("\0");
    let is_stable = |value: &str| said.contains(value);
    let settled = parallel::map(&by_document, |(name, examples)| {
        let loaded = before.endpoints.get(name)?;
        // Where there is none, `unread` tells it: what people wrote there must not be lost.
        let document = loaded.item.as_ref()?;
        let states = examples
            .iter()
            .map(|made| (made.example.name.as_str(), captured.state(&made.scenario)));
        let states: BTreeMap<_, _> = states.collect();
        let state = |example: &str| states.get(example).copied().unwrap_or_default();
        let examples = examples.iter().map(|made| made.example.clone()).collect();
        let examples = match compare {
            Compare::Exact => examples,
            Compare::Shape => in_shape(&document.examples, examples),
        };
        let settled = settle(
            &name.to_string(),
            document,
            examples,
            rules,
            &state,
            &is_stable,
        );
        let changed = (settled.status == DocumentStatus::Drift).then(|| {
            let file = EndpointDocument::replace_examples(loaded.json.clone(), &settled.examples);
            let path = name.file();
            let before = files.get(&path).cloned();
            let after = json::write(&file, key_order::ENDPOINT);
            Changed {
                path,
                before,
                after,
            }
        });
        Some((settled.status, changed))
    });
    let mut laid = LaidOver::default();
    for ((name, _), settled) in by_document.into_iter().zip(settled) {
        let Some((status, changed)) = settled else {
            continue;
        };
        laid.changed.extend(changed);
        if status == DocumentStatus::Noise {
            laid.noise.insert(name.clone());
        }
    }
    laid
}

/// Captured examples with the committed values wherever they have the committed shape.
pub(super) fn in_shape(committed: &[Example], captured: Vec<Example>) -> Vec<Example> {
    let of = |example: Example| match committed.iter().find(|old| old.name == example.name) {
        Some(old) => in_shape_of(old, example),
        None => example,
    };
    captured.into_iter().map(of).collect()
}
