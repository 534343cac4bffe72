//! Arrays laid over one another: which items belong together.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::{Leaf, Overlay, SAME};
use crate::stabilize::align::{Step, align};
use crate::stabilize::delta::Delta;
use crate::stabilize::fields::FieldId;
use crate::stabilize::mask::{Known, Mask};
use crate::stabilize::renaming::Pair;
use crate::stabilize::rules::{Hold, Rule};
use crate::stabilize::series::{self, Series};

impl<'a> Overlay<'a> {
    pub(super) fn array(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a [Value],
        b: &'a [Value],
        field: FieldId,
    ) -> Delta<'a> {
        if let Some(delta) = self.series(old, new, a, b, field) {
            return delta;
        }
        let item = self.fields.item(field);
        let in_order = self.fields.get(field).order().is_none() && self.orders.is_none();
        if in_order && a.len() == b.len() {
            // Mostly nothing came or went: it is cheaper to try this than to look first.
            let mut tried = Tried::new(self);
            let items = tried.items(self, a, b, item);
            let is_settled = a.len() == 1 || !items.iter().any(|(_, item)| item.is_drift());
            let steps = match is_settled {
                true => Vec::new(),
                false => self.steps(a, b, field, item),
            };
            if steps
                .iter()
                .all(|step| matches!(step, Step::Both(o, n) if o == n))
            {
                return self.items(old, new, items, true);
            }
            tried.take_back(self, items);
            return self.aligned(old, new, a, b, item, (steps, tried));
        }
        let steps = self.steps(a, b, field, item);
        let tried = Tried::new(self);
        self.aligned(old, new, a, b, item, (steps, tried))
    }

    /// Compares the items that belong together, but for those that were compared already.
    fn aligned(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a [Value],
        b: &'a [Value],
        item: FieldId,
        (steps, mut tried): (Vec<Step>, Tried<'a>),
    ) -> Delta<'a> {
        let mut in_place = true;
        let items: Vec<_> = steps
            .into_iter()
            .map(|step| match step {
                Step::Both(o, n) => {
                    in_place &= o == n;
                    let known = (o == n).then(|| tried.put_back(self, n)).flatten();
                    (n, known.unwrap_or_else(|| self.value(&a[o], &b[n], item)))
                }
                Step::Old(o) => (o, Delta::Removed(&a[o])),
                Step::New(n) => (n, Delta::Added(&b[n])),
            })
            .collect();
        self.items(old, new, items, in_place)
    }

    fn items(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        items: Vec<(usize, Delta<'a>)>,
        in_place: bool,
    ) -> Delta<'a> {
        if items.iter().all(|(_, item)| item.is_same()) {
            if in_place {
                return Delta::Same(new);
            }
            return self.paired(old, new, false, Vec::new());
        }
        Delta::Array(items)
    }

    fn steps(
        &mut self,
        a: &'a [Value],
        b: &'a [Value],
        field: FieldId,
        item: FieldId,
    ) -> Vec<Step> {
        match self.fields.get(field).order() {
            Some(Hold::KeyedBy(pointer)) => {
                let key = |value: &Value| {
                    let mut hasher = DefaultHasher::new();
                    value.pointer(pointer).hash(&mut hasher);
                    hasher.finish()
                };
                return unordered(a.iter().map(key).collect(), b.iter().map(key).collect());
            }
            Some(_) => {
                let [a, b] = self.masks(a, b, item, false);
                return unordered(a, b);
            }
            None => {}
        }
        if a.len() == 1 && b.len() == 1 {
            return vec![Step::Both(0, 0)];
        }
        let [fine_a, fine_b] = self.masks(a, b, item, false);
        if let Some(orders) = &mut self.orders
            && fine_a != fine_b
            && let Some((hold, steps)) = learn_order(a, b, &fine_a, &fine_b)
        {
            orders.insert(field, hold);
            return steps;
        }
        // Captures of an unchanged API: as many items are the same ones, whatever differs in them.
        if self.orders.is_some() && a.len() == b.len() {
            return (0..a.len()).map(|at| Step::Both(at, at)).collect();
        }
        align([&fine_a, &fine_b], || self.masks(a, b, item, true))
    }

    /// A number for each item; items that differ in volatile values alone have equal ones. Coarse ones do not tell
    /// numbers apart, either.
    fn masks(&self, a: &[Value], b: &[Value], item: FieldId, coarse: bool) -> [Vec<u64>; 2] {
        // Values that both sides hold are no volatile ones; it takes a look at all, which is worth it where items
        // came or went.
        let known = (a.len() != b.len()).then(|| Known::of(a, b));
        let name = self.fields.get(item).context().key;
        let mask = Mask {
            known: known.as_ref(),
            coarse,
        };
        [a, b].map(|items| items.iter().map(|value| mask.of(value, name)).collect())
    }

    fn series(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a [Value],
        b: &'a [Value],
        field: FieldId,
    ) -> Option<Delta<'a>> {
        let rule = self.fields.get(field).value_rule();
        let holds_series = match rule {
            Some(Rule::Stable) => false,
            Some(Rule::Varies(holds)) => holds.0.contains(&Hold::Series),
            None => true,
        };
        if !holds_series {
            return None;
        }
        let (before, after) = (Series::read(a)?, Series::read(b)?);
        if old == new {
            return Some(Delta::Same(new));
        }
        let delta = match before.compare(&after, a, b) {
            series::Match::Same => self.paired(old, new, rule.is_none(), vec![Hold::Series]),
            series::Match::OtherStep => Delta::Replaced(old, new),
            series::Match::OtherPoints => {
                let both = a.iter().zip(b).enumerate().map(|(at, (old, new))| {
                    let delta = if series::have_one_type(old, new) {
                        self.paired(old, new, false, Vec::new())
                    } else {
                        Delta::Replaced(old, new)
                    };
                    (at, delta)
                });
                let mut items: Vec<_> = both.collect();
                let common = a.len().min(b.len());
                let rest = |items: &'a [Value]| items.iter().enumerate().skip(common);
                items.extend(rest(a).map(|(at, item)| (at, Delta::Removed(item))));
                items.extend(rest(b).map(|(at, item)| (at, Delta::Added(item))));
                Delta::Array(items)
            }
        };
        Some(delta)
    }
}

/// The items of two arrays compared one by one. What comes of it is kept where some turn out to belong together in
/// another way: in arrays within arrays, a second comparison at each level would double the work with each.
struct Tried<'a> {
    /// How many pairs and leaves there were before each of the items.
    starts: Vec<(usize, usize)>,
    items: Vec<Option<Delta<'a>>>,
    /// The pairs and leaves of all of the items.
    pairs: Vec<Pair<'a>>,
    leaves: Vec<Leaf>,
}

impl<'a> Tried<'a> {
    fn new(overlay: &Overlay<'a>) -> Self {
        Self {
            starts: vec![(overlay.pairs.len(), overlay.leaves.len())],
            items: Vec::new(),
            pairs: Vec::new(),
            leaves: Vec::new(),
        }
    }

    fn items(
        &mut self,
        overlay: &mut Overlay<'a>,
        a: &'a [Value],
        b: &'a [Value],
        item: FieldId,
    ) -> Vec<(usize, Delta<'a>)> {
        let mut items = Vec::with_capacity(a.len());
        for (at, (old, new)) in a.iter().zip(b).enumerate() {
            items.push((at, overlay.value(old, new, item)));
            let end = (overlay.pairs.len(), overlay.leaves.len());
            self.starts.push(end);
        }
        items
    }

    /// Takes what these items gave out of the comparison again.
    fn take_back(&mut self, overlay: &mut Overlay<'a>, items: Vec<(usize, Delta<'a>)>) {
        let (pairs, leaves) = self.starts[0];
        self.pairs = overlay.pairs.split_off(pairs);
        self.leaves = overlay.leaves.split_off(leaves);
        self.items = items.into_iter().map(|(_, item)| Some(item)).collect();
    }

    /// Adds what an item gave, if it was compared; its leaves have other numbers then.
    fn put_back(&mut self, overlay: &mut Overlay<'a>, at: usize) -> Option<Delta<'a>> {
        let mut item = self.items.get_mut(at)?.take()?;
        let (first, start, end) = (self.starts[0], self.starts[at], self.starts[at + 1]);
        let base = overlay.leaves.len();
        let number = |leaf: usize| leaf - start.1 + base;
        for pair in &self.pairs[start.0 - first.0..end.0 - first.0] {
            let leaf = match pair.leaf {
                SAME => SAME,
                leaf => number(leaf),
            };
            overlay.pairs.push(Pair {
                leaf,
                ..pair.clone()
            });
        }
        let leaves = &self.leaves[start.1 - first.1..end.1 - first.1];
        overlay.leaves.extend_from_slice(leaves);
        if base != start.1 {
            item.renumber(&number);
        }
        Some(item)
    }
}

/// Items that belong together by a number, wherever they stand; what is left in order.
fn unordered(a: Vec<u64>, b: Vec<u64>) -> Vec<Step> {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, item) in a.iter().enumerate().rev() {
        places.entry(*item).or_default().push(at);
    }
    let mut steps = Vec::with_capacity(a.len().max(b.len()));
    let mut used = vec![false; a.len()];
    let mut left = Vec::new();
    for (at, item) in b.iter().enumerate() {
        match places.get_mut(item).and_then(Vec::pop) {
            Some(old) => {
                used[old] = true;
                steps.push(Step::Both(old, at));
            }
            None => left.push(at),
        }
    }
    let mut gone = (0..a.len()).filter(|at| !used[*at]);
    for at in left {
        steps.push(match gone.next() {
            Some(old) => Step::Both(old, at),
            None => Step::New(at),
        });
    }
    steps.extend(gone.map(Step::Old));
    steps
}

/// Whether two arrays hold the same items in another order: by a member that names each, or as they are.
fn learn_order(
    a: &[Value],
    b: &[Value],
    fine_a: &[u64],
    fine_b: &[u64],
) -> Option<(Hold, Vec<Step>)> {
    if a.len() != b.len() {
        return None;
    }
    let sorted = |items: &[u64]| {
        let mut items = items.to_vec();
        items.sort_unstable();
        items
    };
    if let Some(first) = a.first().and_then(Value::as_object) {
        let names = |items: &[Value], key: &str| -> Option<Vec<u64>> {
            let values = items.iter().map(|item| {
                let value = item
                    .get(key)
                    .filter(|value| value.is_string() || value.is_number())?;
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                Some(hasher.finish())
            });
            values.collect()
        };
        for key in first.keys() {
            let (Some(before), Some(after)) = (names(a, key), names(b, key)) else {
                continue;
            };
            let all = sorted(&before);
            let unique = all.windows(2).all(|pair| pair[0] != pair[1]);
            if unique && before != after && all == sorted(&after) {
                let pointer = crate::json::pointer::join("", key);
                return Some((Hold::KeyedBy(pointer), unordered(before, after)));
            }
        }
    }
    (sorted(fine_a) == sorted(fine_b)).then(|| {
        let steps = unordered(fine_a.to_vec(), fine_b.to_vec());
        (Hold::Unordered, steps)
    })
}
