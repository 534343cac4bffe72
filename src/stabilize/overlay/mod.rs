//! Two versions of an example laid over one another, with what pairs in them.

mod array;
mod object;
mod values;

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::delta::Delta;
use super::fields::{FieldId, Fields, Role};
use super::renaming::Pair;
use super::rules::{Hold, Holds, Rule};
use super::shape;
use super::tokens::Context;

/// A comparison of two values that differ in volatile values alone.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Whether no rule speaks of it.
    pub provisional: bool,
    /// The kinds of the parts that differ.
    pub kinds: Vec<Hold>,
}

/// What is known of a whole document before its values are compared; older and newer version.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The numbers that are ids.
    pub ids: [HashSet<String>; 2],
    /// The numbers that stand for a placeholder in the path of a request.
    pub in_path: [HashSet<String>; 2],
    /// Those of the same placeholder in both versions.
    pub pairs: HashSet<(String, String)>,
    /// Those with which a hash begins.
    pub abbreviations: [HashSet<String>; 2],
}

/// The comparison of all examples of a document, as far as it got.
pub(super) struct Overlay<'a> {
    pub fields: Fields<'a>,
    pub pairs: Vec<Pair<'a>>,
    pub leaves: Vec<Leaf>,
    /// The arrays whose order differs, where orders are learned.
    pub orders: Option<BTreeMap<FieldId, Hold>>,
    numbers: Numbers,
    boundaries: [Option<&'a str>; 2],
}

/// The leaf of values that are the same.
const SAME: usize = usize::MAX;

impl<'a> Overlay<'a> {
    pub fn new(fields: Fields<'a>, numbers: Numbers) -> Self {
        Self {
            fields,
            pairs: Vec::new(),
            leaves: Vec::new(),
            orders: None,
            numbers,
            boundaries: [None; 2],
        }
    }

    /// Lays two examples over one another.
    pub fn example(&mut self, old: &'a Value, new: &'a Value) -> Delta<'a> {
        self.value(old, new, Fields::ROOT)
    }

    fn value(&mut self, old: &'a Value, new: &'a Value, field: FieldId) -> Delta<'a> {
        match (old, new) {
            (Value::Object(a), Value::Object(b)) => self.object(new, a, b, field),
            (Value::Array(a), Value::Array(b)) => self.array(old, new, a, b, field),
            (Value::String(a), Value::String(b)) => self.text(old, new, a, b, field),
            (Value::Number(a), Value::Number(b)) => {
                self.number(old, new, a.as_str(), b.as_str(), field)
            }
            _ if old == new => Delta::Same(new),
            _ => match self.fields.get(field).value_rule() {
                Some(Rule::Varies(holds)) => self.free(holds, old, new),
                _ => Delta::Replaced(old, new),
            },
        }
    }

    /// Values of which no kind is known, or that did not pair by it.
    fn free(&mut self, holds: &Holds, old: &'a Value, new: &'a Value) -> Delta<'a> {
        let fits = (holds.0.contains(&Hold::Shape) && shape::have_one_shape(old, new))
            || (holds.0.contains(&Hold::Type) && shape::have_one_type(old, new));
        if fits {
            self.paired(old, new, false, Vec::new())
        } else {
            Delta::Replaced(old, new)
        }
    }

    fn paired(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        provisional: bool,
        kinds: Vec<Hold>,
    ) -> Delta<'a> {
        let leaf = self.leaf(provisional, kinds);
        Delta::Paired { old, new, leaf }
    }

    fn leaf(&mut self, provisional: bool, kinds: Vec<Hold>) -> usize {
        self.leaves.push(Leaf { provisional, kinds });
        self.leaves.len() - 1
    }

    fn context(&self, field: FieldId, side: usize) -> Context<'_> {
        let held = self.fields.get(field);
        let ids = match held.role {
            Role::Path => &self.numbers.in_path[side],
            _ => &self.numbers.ids[side],
        };
        Context {
            boundary: self.boundaries[side],
            ids: Some(ids),
            abbreviations: Some(&self.numbers.abbreviations[side]),
            ..held.context()
        }
    }
}
