//! One renaming for the whole document: the same value stays the same value in all of its places.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use super::Kind;
use super::clock;
use super::fields::FieldId;
use super::kind::identity::MIN_HEX;
use super::kind::time::Iso;

/// The fewest digits of a number that is one id in the whole document; shorter ones count for each field by itself,
/// since the first project and the first user both have the number 1.
const LONG_NUMBER: usize = 5;

/// How many digits of a fraction do not vanish by chance: zeros at the end do, but not three of them in all times.
const LOST_DIGITS: usize = 3;

/// Two spellings that stand in one place of both versions.
#[derive(Debug, Clone)]
pub(super) struct Pair<'a> {
    pub leaf: usize,
    pub field: FieldId,
    pub kind: Kind,
    pub old: Cow<'a, str>,
    pub new: Cow<'a, str>,
    /// A short number inside of a URL: an id only if it changes as an id elsewhere does.
    pub in_url: bool,
}

impl Pair<'_> {
    fn is_same(&self) -> bool {
        self.old == self.new
    }

    /// The space in which the value has its identity.
    fn space(&self) -> Space {
        match self.kind {
            Kind::Id if self.old.len().min(self.new.len()) < LONG_NUMBER => {
                Space::Field(self.field)
            }
            Kind::Id => Space::Number,
            _ => Space::Text,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    Text,
    Number,
    Field(FieldId),
}

/// What one value became, by the pairs that say so.
type Images<'p> = HashMap<(Space, Cow<'p, str>), Vec<(Cow<'p, str>, Vec<usize>)>>;

/// The leaves whose values do not pair.
pub(super) fn contradictions(pairs: &[Pair<'_>]) -> HashSet<usize> {
    let mut drift = HashSet::new();
    lost_precision(pairs, &mut drift);
    let identities: Vec<usize> = (0..pairs.len())
        .filter(|at| pairs[*at].kind.has_identity())
        .collect();
    unsupported_numbers(pairs, &identities, &mut drift);
    prefixes(pairs, &identities, &mut drift);
    let whole: Vec<usize> = identities
        .into_iter()
        .filter(|at| !drift.contains(&pairs[*at].leaf))
        .collect();
    let forwards = images(pairs, &whole, |pair| (&pair.old, &pair.new));
    disagreeing(pairs, &forwards, &mut drift);
    let backwards = images(pairs, &whole, |pair| (&pair.new, &pair.old));
    disagreeing(pairs, &backwards, &mut drift);
    moved(pairs, &whole, &mut drift);
    drift
}

fn images<'p>(
    pairs: &'p [Pair<'_>],
    chosen: &[usize],
    sides: impl Fn(&'p Pair<'_>) -> (&'p str, &'p str),
) -> Images<'p> {
    let mut images: Images = HashMap::new();
    // Where the images of a value stand but for the first: mostly there is no other.
    let mut others = HashMap::new();
    for at in chosen {
        let pair = &pairs[*at];
        let (from, to) = sides(pair);
        let key = || (pair.space(), pair.kind.normal_form(from));
        let to = pair.kind.normal_form(to);
        let found = images.entry(key()).or_default();
        let known = match found.first() {
            Some((first, _)) if *first == to => Some(0),
            Some(_) => Some(*others.entry((key(), to.clone())).or_insert(found.len())),
            None => None,
        };
        match known.and_then(|known| found.get_mut(known)) {
            Some((_, places)) => places.push(*at),
            None => found.push((to, vec![*at])),
        }
    }
    images
}

/// Where a value became several, those places drifted that disagree with most others; a place that stayed as it was
/// cannot be shown as a change, so that it is always the others.
fn disagreeing(pairs: &[Pair<'_>], images: &Images<'_>, drift: &mut HashSet<usize>) {
    for found in images.values().filter(|found| found.len() > 1) {
        let weight = |places: &Vec<usize>| {
            let stayed = places.iter().any(|at| pairs[*at].is_same());
            let agreeing = places
                .iter()
                .filter(|at| !drift.contains(&pairs[**at].leaf))
                .count();
            (stayed, agreeing)
        };
        // Of equal ones the first: what comes first was there before.
        let mut best = 0;
        let weights: Vec<_> = found.iter().map(|(_, places)| weight(places)).collect();
        for at in 1..found.len() {
            if weights[at] > weights[best] {
                best = at;
            }
        }
        // Cursors that are times: two that fell into one millisecond are one, and are two the next time.
        let is_close = |image: &str, places: &[usize]| {
            let kinds = places.iter().map(|at| pairs[*at].kind);
            kinds.clone().all(|kind| kind == Kind::Cursor)
                && clock::are_close(Kind::Cursor, image, &found[best].0)
        };
        let others = found.iter().enumerate().filter(|(at, _)| *at != best);
        let leaves: Vec<_> = others
            .filter(|(_, (image, places))| !is_close(image, places))
            .flat_map(|(_, (_, places))| places)
            .filter(|at| !pairs[**at].is_same())
            .map(|at| pairs[*at].leaf)
            .collect();
        drift.extend(leaves);
    }
}

/// A random value that both versions hold must stand in the same places: it cannot come again by chance.
fn moved(pairs: &[Pair<'_>], chosen: &[usize], drift: &mut HashSet<usize>) {
    let global = |at: &&usize| !matches!(pairs[**at].space(), Space::Field(_));
    let news: HashSet<_> = chosen
        .iter()
        .filter(global)
        .map(|at| pairs[*at].kind.normal_form(&pairs[*at].new))
        .collect();
    for at in chosen.iter().filter(global) {
        let pair = &pairs[*at];
        let old = pair.kind.normal_form(&pair.old);
        if old != pair.kind.normal_form(&pair.new) && news.contains(&old) {
            drift.insert(pair.leaf);
        }
    }
}

/// Short numbers in URLs that changed where no id changed alike.
fn unsupported_numbers(pairs: &[Pair<'_>], identities: &[usize], drift: &mut HashSet<usize>) {
    let known: HashSet<(&str, &str)> = identities
        .iter()
        .map(|at| &pairs[*at])
        .filter(|pair| pair.kind == Kind::Id && !pair.in_url)
        .map(|pair| (&*pair.old, &*pair.new))
        .collect();
    for at in identities {
        let pair = &pairs[*at];
        if pair.in_url && !pair.is_same() && !known.contains(&(&*pair.old, &*pair.new)) {
            drift.insert(pair.leaf);
        }
    }
}

/// The first digits of a longer value, on either side, must become those of what it became.
fn prefixes(pairs: &[Pair<'_>], identities: &[usize], drift: &mut HashSet<usize>) {
    let is_hex = |at: &&usize| matches!(pairs[**at].kind, Kind::Hex | Kind::Uuid);
    let hashes: Vec<usize> = identities.iter().filter(is_hex).copied().collect();
    for forwards in [true, false] {
        let sides = |at: usize| {
            let pair = &pairs[at];
            let old = pair.kind.normal_form(&pair.old);
            let new = pair.kind.normal_form(&pair.new);
            if forwards { (old, new) } else { (new, old) }
        };
        let mut longer: BTreeMap<Cow<str>, Vec<Cow<str>>> = BTreeMap::new();
        for at in &hashes {
            let (from, to) = sides(*at);
            longer.entry(from).or_default().push(to);
        }
        // What the longer values that begin with one became, in order: looked for once for each.
        let mut wholes: HashMap<Cow<str>, BTreeSet<&str>> = HashMap::new();
        for at in &hashes {
            let (from, to) = sides(*at);
            if from.len() < MIN_HEX {
                continue;
            }
            let images = wholes.entry(from.clone()).or_insert_with(|| {
                let behind = longer.range::<str, _>((Bound::Excluded(&*from), Bound::Unbounded));
                behind
                    .take_while(|(whole, _)| whole.starts_with(&*from))
                    .flat_map(|(_, images)| images.iter().map(|image| &**image))
                    .collect()
            });
            let begins = || {
                let mut behind = images.range::<str, _>((Bound::Included(&*to), Bound::Unbounded));
                behind.next().is_some_and(|image| image.starts_with(&*to))
            };
            if !images.is_empty() && from != to && !begins() {
                drift.insert(pairs[*at].leaf);
            }
        }
    }
}

/// Fields in which all times lost (or won) digits of their fraction.
fn lost_precision(pairs: &[Pair<'_>], drift: &mut HashSet<usize>) {
    let mut fields: HashMap<FieldId, (usize, usize, Vec<usize>)> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.kind == Kind::Iso8601) {
        let digits = |text| Iso::parse(text).map_or(0, |iso| iso.fraction.len());
        let (old, new) = (digits(&pair.old), digits(&pair.new));
        let field = fields.entry(pair.field).or_default();
        field.0 = field.0.max(old);
        field.1 = field.1.max(new);
        if old != new {
            field.2.push(pair.leaf);
        }
    }
    for (old, new, leaves) in fields.into_values() {
        let vanished = (old == 0) != (new == 0);
        if vanished || old.abs_diff(new) >= LOST_DIGITS {
            drift.extend(leaves);
        }
    }
}
