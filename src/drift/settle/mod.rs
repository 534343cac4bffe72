//! Which examples a document has after a capture.
//!
//! Where a capture says the same as the committed example, the committed bytes stay. Where it has drifted, only what
//! drifted changes: what pairs keeps its committed spelling. What is new is written under pseudonyms.

mod message;
mod rebuild;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::document::{DEFAULT_EXAMPLE, EndpointDocument, Example};
use crate::finding::DocumentStatus;
use crate::stabilize::{DocumentView, Pseudonyms, Rules, appearances, pair_states, stable_values};
use message::with_view;
pub(super) use message::{follow_body, length};
use rebuild::Rebuild;

/// The examples of a document after a capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// All of them, in the order of the document; new ones behind the others, the default one first.
    pub examples: Vec<Example>,
    /// Whether one of the captured ones differs from what was committed, and whether in volatile values alone.
    pub status: DocumentStatus,
}

/// Puts captured examples into a document. Where a capture says the same as the committed example, the committed one
/// stays as it is; examples that were not captured stay too, and say nothing of what was. `state` tells which state of the API
/// an example was captured from (see [`pair_states`]); `is_stable` tells values that somebody chose, whatever they look like;
/// so do rules.
pub fn settle(
    name: &str,
    committed: &EndpointDocument,
    captured: Vec<Example>,
    rules: &Rules,
    state: &dyn Fn(&str) -> usize,
    is_stable: &dyn Fn(&str) -> bool,
) -> Settled {
    let is_committed = |example: &Example| {
        let mut others = committed.examples.iter();
        others.find(|other| other.name == example.name) == Some(example)
    };
    let as_committed = |status| Settled {
        examples: committed.examples.clone(),
        status,
    };
    if captured.iter().all(is_committed) {
        return as_committed(DocumentStatus::Unchanged);
    }
    let names: HashSet<String> = captured
        .iter()
        .map(|example| example.name.clone())
        .collect();
    let mut after = committed.clone();
    for example in captured {
        place(&mut after.examples, example);
    }
    let (old, new) = (DocumentView::of(committed), DocumentView::of(&after));
    let state_of = |example: &str| match names.contains(example) {
        true => state(example),
        false => usize::MAX,
    };
    let pairing = pair_states(name, &old, &new, rules, &state_of);
    let drifted: Vec<_> = pairing
        .examples
        .iter()
        .filter(|(example, delta)| names.contains(*example) && delta.is_drift())
        .collect();
    if drifted.is_empty() {
        return as_committed(DocumentStatus::Noise);
    }
    let taken = appearances(&old).into_iter().map(|found| found.text);
    let stable = stable_values(name, &new, rules);
    let is_stable = |value: &str| is_stable(value) || stable.contains(value);
    let taken = taken.chain(stable.iter().copied()).map(str::to_owned);
    let names_of_new = Pseudonyms::new(
        name,
        &new,
        pairing.renaming(),
        taken.collect(),
        rules,
        &is_stable,
    );
    let mut keys = HashMap::new();
    old.examples()
        .for_each(|(_, example)| old_keys(example, &mut keys));
    let mut rebuild = Rebuild {
        names: names_of_new,
        keys,
    };
    // First all values are seen, then all are named: one may stand in several examples.
    for (example, delta) in &drifted {
        rebuild.value(delta, "", example);
    }
    rebuild.names.settle();
    let mut examples = committed.examples.clone();
    for (example, delta) in &drifted {
        let Some(captured) = after.examples.iter().find(|other| other.name == *example) else {
            continue;
        };
        let rebuilt = rebuild.value(delta, "", example).unwrap_or_default();
        let before = committed
            .examples
            .iter()
            .find(|other| other.name == *example);
        place(&mut examples, with_view(captured, before, &rebuilt));
    }
    Settled {
        examples,
        status: DocumentStatus::Drift,
    }
}

/// In the place of the one of that name; a new one behind the others, the default one first.
fn place(examples: &mut Vec<Example>, example: Example) {
    match examples.iter_mut().find(|old| old.name == example.name) {
        Some(old) => *old = example,
        None if example.name == DEFAULT_EXAMPLE => examples.insert(0, example),
        None => examples.push(example),
    }
}

/// The committed names of members, by the place of their values.
fn old_keys<'a>(value: &'a Value, keys: &mut HashMap<*const Value, &'a str>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                keys.insert(std::ptr::from_ref(member), key);
                old_keys(member, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| old_keys(item, keys)),
        _ => {}
    }
}
