//! Two versions of a document, paired.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::{Bound, Range};

use serde_json::Value;

use super::abbreviations::abbreviations;
use super::delta::Delta;
use super::fields::{FieldId, Fields};
use super::kind::Kind;
use super::kind::identity::is_decimal;
use super::overlay::{Leaf, Numbers, Overlay};
use super::pseudonym::LONG_NUMBER;
use super::renaming::{Pair, contradictions};
use super::rules::{DocumentRules, Hold, Rules};
use super::tokens::names_id;
use super::view;
use crate::document::EndpointDocument;

/// The examples of a document as values: see [`view::example`] for their form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentView {
    api_path: String,
    examples: Vec<(String, Value)>,
}

impl DocumentView {
    /// The examples of a document.
    pub fn of(document: &EndpointDocument) -> Self {
        let examples = document.examples.iter();
        Self {
            api_path: document.api_path.clone(),
            examples: examples
                .map(|example| (example.name.clone(), view::example(example)))
                .collect(),
        }
    }

    /// The examples by name, in their order.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.examples
            .iter()
            .map(|(name, example)| (name.as_str(), example))
    }

    /// An example.
    pub fn example(&self, name: &str) -> Option<&Value> {
        let (_, example) = self.examples.iter().find(|(other, _)| other == name)?;
        Some(example)
    }
}

/// Two versions of a document laid over one another, with one renaming of volatile values over all of its examples.
pub struct Pairing<'a> {
    /// What became of each example: those of the newer version in their order, then those that are gone.
    pub examples: Vec<(&'a str, Delta<'a>)>,
    pub(super) fields: Fields<'a>,
    pub(super) orders: BTreeMap<FieldId, Hold>,
    leaves: Vec<Leaf>,
    pairs: Vec<Pair<'a>>,
    drift: HashSet<usize>,
}

/// Which older spelling stands for which newer one, for values with identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renaming {
    /// In order, so that the values that begin with an abbreviation stand side by side.
    to_old: BTreeMap<String, String>,
}

impl Renaming {
    /// The older spelling of a value; its kind tells how it is written.
    pub fn old_spelling(&self, kind: Kind, new: &str) -> Option<&str> {
        if let Some(old) = self.to_old.get(new) {
            return Some(old);
        }
        if kind != Kind::Hex {
            return None;
        }
        // An abbreviation that did not pair by itself.
        let behind = self
            .to_old
            .range::<str, _>((Bound::Excluded(new), Bound::Unbounded));
        let mut wholes = behind.take_while(|(whole, _)| whole.starts_with(new));
        wholes.find_map(|(_, old)| old.get(..new.len()))
    }
}

/// Lays two versions of a document over one another.
pub fn pair<'a>(
    document: &str,
    old: &'a DocumentView,
    new: &'a DocumentView,
    rules: &'a Rules,
) -> Pairing<'a> {
    lay_over(document, old, new, rules, &|_| 0, false)
}

/// As [`pair`], for examples of several states of an API: what became another value in one of them may have stayed in the
/// next. `state` says of which one an example of the newer version is.
pub fn pair_states<'a>(
    document: &str,
    old: &'a DocumentView,
    new: &'a DocumentView,
    rules: &'a Rules,
    state: &dyn Fn(&str) -> usize,
) -> Pairing<'a> {
    lay_over(document, old, new, rules, state, false)
}

/// Lays two values over one another in which nothing is volatile.
pub fn exact<'a>(old: &'a Value, new: &'a Value) -> Delta<'a> {
    Overlay::new(Fields::exact(), Numbers::default()).example(old, new)
}

/// As [`pair`]; `learning` takes orders that differ for noise.
pub(super) fn lay_over<'a>(
    document: &str,
    old: &'a DocumentView,
    new: &'a DocumentView,
    rules: &'a Rules,
    state: &dyn Fn(&str) -> usize,
    learning: bool,
) -> Pairing<'a> {
    let fields = Fields::new(DocumentRules::of(rules, document));
    let mut overlay = Overlay::new(fields, numbers(old, new));
    overlay.orders = learning.then(BTreeMap::new);
    let mut examples = Vec::with_capacity(new.examples.len());
    // The pairs of each example, by its state.
    let mut of_states: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
    for (name, after) in new.examples() {
        let start = overlay.pairs.len();
        let delta = match old.example(name) {
            Some(before) => overlay.example(before, after),
            None => Delta::Added(after),
        };
        let pairs = start..overlay.pairs.len();
        of_states.entry(state(name)).or_default().push(pairs);
        examples.push((name, delta));
    }
    let gone = old
        .examples()
        .filter(|(name, _)| new.example(name).is_none());
    examples.extend(gone.map(|(name, before)| (name, Delta::Removed(before))));
    let Overlay {
        fields,
        pairs,
        leaves,
        orders,
        ..
    } = overlay;
    let drift = match of_states.len() {
        0 | 1 => contradictions(&pairs),
        _ => of_states
            .into_values()
            .flat_map(|ranges| of_state(&pairs, ranges))
            .collect(),
    };
    if !drift.is_empty() {
        for (_, delta) in &mut examples {
            delta.resolve(&|leaf| drift.contains(&leaf));
        }
    }
    Pairing {
        examples,
        fields,
        orders: orders.unwrap_or_default(),
        leaves,
        pairs,
        drift,
    }
}

/// The leaves whose values do not pair with the others of their state.
fn of_state(pairs: &[Pair<'_>], ranges: Vec<Range<usize>>) -> HashSet<usize> {
    let pairs: Vec<_> = ranges
        .into_iter()
        .flat_map(|range| pairs.get(range).unwrap_or_default().iter().cloned())
        .collect();
    contradictions(&pairs)
}

impl DocumentView {
    /// The numbers that are ids: those of members that are by their name, and those that stand for a placeholder in the
    /// path of a request.
    pub fn ids(&self) -> HashSet<String> {
        let mut found = HashSet::new();
        for (_, example) in self.examples() {
            ids(example, "", &mut found);
            let path = placeholders(&self.api_path, example);
            found.extend(path.into_iter().map(|(_, number)| number.to_owned()));
        }
        found
    }

    /// The numbers that are abbreviations of a hash.
    pub fn abbreviations(&self) -> HashSet<String> {
        abbreviations(self)
    }
}

impl Pairing<'_> {
    /// In how many places only the kind of a value says that it may differ, and no rule.
    pub fn provisional(&self) -> usize {
        let leaves = self.leaves.iter().enumerate();
        leaves
            .filter(|(at, leaf)| leaf.provisional && !self.drift.contains(at))
            .count()
    }

    /// The kinds of what differs in a leaf, and its field.
    pub(super) fn leaf(&self, leaf: usize) -> Option<&Leaf> {
        self.leaves.get(leaf)
    }

    /// Which older spelling stands for which newer one. Short numbers are left out: they are one id in their field alone.
    pub fn renaming(&self) -> Renaming {
        let pairs = self.pairs.iter().filter(|pair| {
            pair.kind.has_identity()
                && !self.drift.contains(&pair.leaf)
                && (pair.kind != Kind::Id || pair.new.len() >= LONG_NUMBER)
        });
        Renaming {
            to_old: pairs
                .map(|pair| (pair.new.to_string(), pair.old.to_string()))
                .collect(),
        }
    }
}

/// What is known of the numbers of a document.
fn numbers(old: &DocumentView, new: &DocumentView) -> Numbers {
    let mut numbers = Numbers::default();
    for (side, version) in [old, new].into_iter().enumerate() {
        for (_, example) in version.examples() {
            ids(example, "", &mut numbers.ids[side]);
            let path = placeholders(&version.api_path, example);
            numbers.in_path[side].extend(path.into_iter().map(|(_, number)| number.to_owned()));
        }
        numbers.abbreviations[side] = abbreviations(version);
    }
    for (name, after) in new.examples() {
        let Some(before) = old.example(name) else {
            continue;
        };
        let before: HashMap<_, _> = placeholders(&old.api_path, before).into_iter().collect();
        for (at, number) in placeholders(&new.api_path, after) {
            if let Some(older) = before.get(&at) {
                let pair = ((*older).to_owned(), number.to_owned());
                numbers.pairs.insert(pair);
            }
        }
    }
    numbers
}

/// The numbers of members that are ids by their name.
fn ids(value: &Value, key: &str, found: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                ids(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids(item, key, found)),
        Value::String(text) if names_id(key) && is_decimal(text) => {
            found.insert(text.clone());
        }
        Value::Number(number) if names_id(key) => {
            found.insert(number.as_str().to_owned());
        }
        _ => {}
    }
}

/// The numbers in the path of a request that stand for a placeholder of the endpoint's path, by their place.
fn placeholders<'a>(api_path: &str, example: &'a Value) -> Vec<(usize, &'a str)> {
    let path = example["request"]["path"].as_str().unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments = path.split('/').enumerate();
    api_path
        .split('/')
        .zip(segments)
        .filter(|(placeholder, (_, segment))| placeholder.starts_with('{') && is_decimal(segment))
        .map(|(_, place)| place)
        .collect()
}
