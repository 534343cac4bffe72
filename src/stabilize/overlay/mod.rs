//! Two versions of an example laid over one another, with what pairs in them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use super::align::{Step, align};
use super::delta::Delta;
use super::fields::{FieldId, Fields, Role};
use super::kind::Kind;
use super::kind::identity::is_decimal;
use super::leaf::{Match, lay_over};
use super::mask::{Known, Mask};
use super::renaming::Pair;
use super::rules::{Hold, Holds, Rule};
use super::series::{self, Series};
use super::tokens::{Context, is_named_id, number, tokens};
use super::{header, shape};

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

    /// Remembers the identities of a text that is the same in both versions.
    fn same_text(&mut self, text: &'a str, field: FieldId) {
        for token in tokens(text, self.context(field, 0)) {
            if token.kind.has_identity() || token.kind == Kind::Iso8601 {
                let in_url = self.is_in_url(field, token.kind, text, token.span.start);
                let value = &text[token.span];
                self.pairs.push(Pair {
                    leaf: SAME,
                    field,
                    kind: token.kind,
                    old: Cow::Borrowed(value),
                    new: Cow::Borrowed(value),
                    in_url,
                });
            }
        }
    }

    /// Whether a token is a number of a URL that nothing there calls an id.
    fn is_in_url(&self, field: FieldId, kind: Kind, text: &str, at: usize) -> bool {
        let field = self.fields.get(field);
        let is_id = field.names_id() || field.role == Role::Path || is_named_id(text, at);
        kind == Kind::Id && !is_id
    }

    fn text(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a str,
        b: &'a str,
        field: FieldId,
    ) -> Delta<'a> {
        let held = self.fields.get(field);
        let role = held.role;
        if a == b {
            if role != Role::Fixed {
                self.same_text(a, field);
            }
            return Delta::Same(new);
        }
        if role == Role::Fixed {
            return Delta::Replaced(old, new);
        }
        let rule = match role {
            Role::Line => self.fields.line_rule(field, a, b),
            _ => held.value_rule(),
        };
        if role == Role::Header {
            // The length follows from the body, and is no evidence by itself.
            let is_length = held.name() == "content-length" && is_decimal(a) && is_decimal(b);
            if is_length || header::is_same_set(held.name(), a, b) {
                return self.paired(old, new, false, Vec::new());
            }
        }
        if rule == Some(Rule::Stable) {
            return Delta::Replaced(old, new);
        }
        let contexts = [self.context(field, 0), self.context(field, 1)];
        match lay_over(a, b, contexts) {
            Some(found) if self.allows(rule, &found, a, b) => {
                self.paired_text(old, new, (a, b), &found, rule.is_none(), field)
            }
            _ if self.follows_path(a, b) => {
                self.paired(old, new, rule.is_none(), vec![Hold::Kind(Kind::Id)])
            }
            _ => match rule {
                Some(Rule::Varies(holds)) => self.free(holds, old, new),
                _ => Delta::Replaced(old, new),
            },
        }
    }

    /// Whether the tokens that differ are of kinds that vary here.
    fn allows(&self, rule: Option<Rule<'a>>, found: &[Match], a: &str, b: &str) -> bool {
        let Some(Rule::Varies(holds)) = rule else {
            return rule.is_none();
        };
        found.iter().all(|found| {
            a[found.old.clone()] == b[found.new.clone()]
                || holds.0.contains(&Hold::Kind(found.kind))
        })
    }

    fn paired_text(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        (a, b): (&'a str, &'a str),
        found: &[Match],
        provisional: bool,
        field: FieldId,
    ) -> Delta<'a> {
        let mut kinds = Vec::new();
        let leaf = self.leaves.len();
        for Match { old, new, kind } in found {
            let in_url = self.is_in_url(field, *kind, a, old.start);
            let (old, new) = (&a[old.clone()], &b[new.clone()]);
            if old != new && !kinds.contains(&Hold::Kind(*kind)) {
                kinds.push(Hold::Kind(*kind));
            }
            self.pairs.push(Pair {
                leaf,
                field,
                kind: *kind,
                old: Cow::Borrowed(old),
                new: Cow::Borrowed(new),
                in_url,
            });
        }
        self.paired(old, new, provisional, kinds)
    }

    /// Whether two numbers are what a placeholder in the path of the request became, so that they are its id.
    fn follows_path(&self, a: &str, b: &str) -> bool {
        !self.numbers.pairs.is_empty()
            && is_decimal(a)
            && is_decimal(b)
            && self.numbers.pairs.contains(&(a.to_owned(), b.to_owned()))
    }

    fn number(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a str,
        b: &'a str,
        field: FieldId,
    ) -> Delta<'a> {
        let held = self.fields.get(field);
        let context = held.context();
        let kind = number(a, context);
        let pair = |leaf, kind| Pair {
            leaf,
            field,
            kind,
            old: Cow::Borrowed(a),
            new: Cow::Borrowed(b),
            in_url: false,
        };
        if a == b {
            if let Some(kind) = kind.filter(|kind| kind.has_identity()) {
                self.pairs.push(pair(SAME, kind));
            }
            return Delta::Same(new);
        }
        let rule = held.value_rule();
        if rule == Some(Rule::Stable) || held.role == Role::Fixed {
            return Delta::Replaced(old, new);
        }
        let allowed = |kind: Kind| match rule {
            Some(Rule::Varies(holds)) => holds.0.contains(&Hold::Kind(kind)),
            _ => true,
        };
        let one_kind = kind.filter(|kind| {
            number(b, context) == Some(*kind) && kind.has_form_of(a, b) && allowed(*kind)
        });
        if let Some(kind) = one_kind {
            let leaf = self.leaf(rule.is_none(), vec![Hold::Kind(kind)]);
            self.pairs.push(pair(leaf, kind));
            return Delta::Paired { old, new, leaf };
        }
        if allowed(Kind::Id) && self.follows_path(a, b) {
            return self.paired(old, new, rule.is_none(), vec![Hold::Kind(Kind::Id)]);
        }
        match rule {
            Some(Rule::Varies(holds)) => self.free(holds, old, new),
            _ => Delta::Replaced(old, new),
        }
    }

    fn object(
        &mut self,
        new: &'a Value,
        a: &'a Map<String, Value>,
        b: &'a Map<String, Value>,
        field: FieldId,
    ) -> Delta<'a> {
        let outer = self.boundaries;
        if let (Some(a), Some(b)) = (boundary(a), boundary(b)) {
            self.boundaries = [Some(a), Some(b)];
        }
        let renamed = self.renamed_members(a, b, field);
        let mut members = Vec::with_capacity(a.len().max(b.len()));
        let mut newer = b.iter().peekable();
        let mut done = HashSet::new();
        let is_added =
            |key: &str| !a.contains_key(key) && !renamed.values().any(|(to, _)| *to == key);
        for (key, before) in a {
            if let Some((to, leaf)) = renamed.get(key.as_str()) {
                let item = self.fields.item(field);
                let after = &b[*to];
                let value = Box::new(self.value(before, after, item));
                let (old, new, leaf) = (before, after, *leaf);
                members.push((
                    *to,
                    Delta::Renamed {
                        old,
                        new,
                        leaf,
                        value,
                    },
                ));
                continue;
            }
            let Some(after) = b.get(key) else {
                members.push((key.as_str(), Delta::Removed(before)));
                continue;
            };
            while let Some((added, value)) = newer.next_if(|(next, _)| is_added(next)) {
                members.push((added.as_str(), Delta::Added(value)));
            }
            let member = self.fields.member(field, key);
            members.push((key.as_str(), self.value(before, after, member)));
            if newer.next_if(|(next, _)| *next == key).is_none() {
                done.insert(key.as_str());
            }
            while newer
                .next_if(|(next, _)| done.contains(next.as_str()))
                .is_some()
            {}
        }
        for (key, value) in newer.filter(|(key, _)| is_added(key)) {
            members.push((key.as_str(), Delta::Added(value)));
        }
        self.boundaries = outer;
        if members.iter().all(|(_, member)| member.is_same()) {
            return Delta::Same(new);
        }
        Delta::Object(members)
    }

    /// Members whose names are volatile values, older name to newer one: as many on either side, of one kind, in order.
    fn renamed_members(
        &mut self,
        a: &'a Map<String, Value>,
        b: &'a Map<String, Value>,
        field: FieldId,
    ) -> HashMap<&'a str, (&'a str, usize)> {
        let only = |one: &'a Map<String, Value>, other: &Map<String, Value>| -> Vec<&'a str> {
            let keys = one.keys().filter(|key| !other.contains_key(*key));
            keys.map(String::as_str).collect()
        };
        let gone = only(a, b);
        if gone.is_empty() || self.fields.get(field).rule == Some(Rule::Stable) {
            return HashMap::new();
        }
        let came = only(b, a);
        let kind = |key: &str| {
            let found = tokens(key, Context::default());
            match found.as_slice() {
                [token] if token.span == (0..key.len()) => Some(token.kind),
                _ => None,
            }
        };
        let pairs = gone.iter().zip(&came);
        let all_pair = gone.len() == came.len()
            && pairs.clone().all(|(old, new)| {
                kind(old).is_some_and(|of| kind(new) == Some(of) && of.has_form_of(old, new))
            });
        if !all_pair {
            return HashMap::new();
        }
        let item = self.fields.item(field);
        pairs
            .map(|(old, new)| {
                let kind = kind(old).unwrap_or(Kind::Hex);
                let provisional = self.fields.get(item).rule.is_none();
                let leaf = self.leaf(provisional, Vec::new());
                self.pairs.push(Pair {
                    leaf,
                    field: item,
                    kind,
                    old: Cow::Borrowed(*old),
                    new: Cow::Borrowed(*new),
                    in_url: false,
                });
                (*old, (*new, leaf))
            })
            .collect()
    }

    fn array(
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
            let before = (self.pairs.len(), self.leaves.len());
            let items: Vec<_> = (0..a.len())
                .map(|at| (at, self.value(&a[at], &b[at], item)))
                .collect();
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
            self.pairs.truncate(before.0);
            self.leaves.truncate(before.1);
            return self.aligned(old, new, a, b, item, steps);
        }
        let steps = self.steps(a, b, field, item);
        self.aligned(old, new, a, b, item, steps)
    }

    /// Compares the items that belong together.
    fn aligned(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a [Value],
        b: &'a [Value],
        item: FieldId,
        steps: Vec<Step>,
    ) -> Delta<'a> {
        let mut in_place = true;
        let items: Vec<_> = steps
            .into_iter()
            .map(|step| match step {
                Step::Both(o, n) => {
                    in_place &= o == n;
                    (n, self.value(&a[o], &b[n], item))
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

/// The boundary that a message names in its content type; only a message has one.
fn boundary(message: &Map<String, Value>) -> Option<&str> {
    let content_type = message.get("headers")?.get("content-type")?.as_str()?;
    let (_, rest) = content_type.split_once("boundary=")?;
    let end = rest.find([';', ',']).unwrap_or(rest.len());
    let boundary = rest[..end].trim().trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
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
