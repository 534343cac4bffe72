//! Which removed document is which added one, under another name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::compare::{Version, endpoint};
use super::fingerprint;
use crate::document::{DocumentName, EndpointDocument};
use crate::json::pointer;
use crate::stabilize::view;

/// The share of what two documents say together that both must say, as git asks of a renamed file.
const ALIKE: f64 = 0.5;

/// What more of the older documents say than this does not tell which of them a newer one was.
const COMMON: usize = 256;

/// Newer name to older one: documents about one endpoint, then those that say mostly the same.
pub(super) fn find<'a>(
    old: &Version<'a>,
    new: &Version<'a>,
) -> BTreeMap<&'a DocumentName, &'a DocumentName> {
    let mut gone: HashMap<String, VecDeque<_>> = HashMap::new();
    for (name, document) in missing(old, new) {
        let of_endpoint = gone.entry(endpoint(document)).or_default();
        of_endpoint.push_back((name, document));
    }
    let mut renamed = BTreeMap::new();
    let mut fresh: Vec<_> = missing(new, old).collect();
    fresh.retain(|(name, document)| {
        let of_endpoint = gone.get_mut(&endpoint(document));
        let Some((older, _)) = of_endpoint.and_then(VecDeque::pop_front) else {
            return true;
        };
        renamed.insert(*name, older);
        false
    });
    if fresh.is_empty() {
        return renamed;
    }
    let gone: Vec<_> = gone.into_values().flatten().collect();
    let said = |documents: &[(_, &EndpointDocument)]| -> Vec<_> {
        let each = documents.iter();
        each.map(|(_, document)| what_it_says(document)).collect()
    };
    let mut pairs: Vec<_> = alike(&said(&gone), &said(&fresh))
        .into_iter()
        .map(|(older, newer, likeness)| (likeness, fresh[newer].0, gone[older].0))
        .collect();
    pairs.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    let mut taken = BTreeSet::new();
    for (_, newer, older) in pairs {
        if !renamed.contains_key(newer) && taken.insert(older) {
            renamed.insert(newer, older);
        }
    }
    renamed
}

/// The documents of one version whose names the other does not have.
fn missing<'v, 'a>(
    version: &'v Version<'a>,
    other: &'v Version<'a>,
) -> impl Iterator<Item = (&'a DocumentName, &'a EndpointDocument)> + 'v {
    version
        .documents
        .iter()
        .filter(|(name, _)| !other.documents.contains_key(*name))
        .map(|(name, document)| (*name, *document))
}

/// The pairs of an older and a newer one that say mostly the same, by their places, and how much so.
///
/// Where two share so much, they share one of the rarer things that either says: only such pairs are looked at (prefix
/// filtering, as in joins of sets by similarity), so that thousands of documents are compared in no time.
fn alike(old: &[HashSet<u64>], new: &[HashSet<u64>]) -> Vec<(usize, usize, f64)> {
    let mut frequency: HashMap<u64, usize> = HashMap::new();
    for thing in old.iter().chain(new).flatten() {
        *frequency.entry(*thing).or_default() += 1;
    }
    let rarer = |said: &HashSet<u64>| -> Vec<u64> {
        let mut things: Vec<u64> = said.iter().copied().collect();
        things.sort_unstable_by_key(|thing| (frequency[thing], *thing));
        // If none of these is shared, fewer are left than must be.
        let least = (ALIKE * things.len() as f64).ceil() as usize;
        things.truncate((things.len() + 1).saturating_sub(least));
        things
    };
    let mut having: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, said) in old.iter().enumerate() {
        for thing in rarer(said) {
            having.entry(thing).or_default().push(at);
        }
    }
    let mut pairs = Vec::new();
    for (newer, said) in new.iter().enumerate() {
        let things = rarer(said).into_iter();
        let candidates: BTreeSet<usize> = things
            .filter_map(|thing| having.get(&thing))
            .filter(|older| older.len() <= COMMON)
            .flatten()
            .copied()
            .collect();
        for older in candidates {
            let likeness = likeness(&old[older], said);
            if likeness >= ALIKE {
                pairs.push((older, newer, likeness));
            }
        }
    }
    pairs
}

fn likeness(a: &HashSet<u64>, b: &HashSet<u64>) -> f64 {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    if all == 0 {
        return 0.0;
    }
    both as f64 / all as f64
}

/// The prose and the bodies, value by value, volatile parts as kinds. Headers, methods and paths are left out: many
/// endpoints share the ones, and the others have changed.
fn what_it_says(document: &EndpointDocument) -> HashSet<u64> {
    let mut said = HashSet::new();
    let prose = view::prose(document);
    for key in [
        "title",
        "description",
        "warning",
        "path_parameters",
        "query_parameters",
        "parameters",
    ] {
        leaves(key, &prose[key], &mut said);
    }
    for example in &document.examples {
        let view = view::example(example);
        for side in ["request", "response"] {
            for key in ["body", "text"] {
                leaves(&format!("/{side}/{key}"), &view[side][key], &mut said);
            }
        }
    }
    said
}

fn leaves(at: &str, value: &Value, said: &mut HashSet<u64>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items
            .iter()
            .for_each(|item| leaves(&pointer::join(at, "*"), item, said)),
        Value::Object(members) => members
            .iter()
            .for_each(|(key, member)| leaves(&pointer::join(at, key), member, said)),
        leaf => {
            let mut hasher = DefaultHasher::new();
            at.hash(&mut hasher);
            let key = pointer::last_name(at);
            fingerprint::kinds(leaf, key).to_string().hash(&mut hasher);
            said.insert(hasher.finish());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Sections;

    fn document(title: &str, description: &str, path: &str) -> EndpointDocument {
        EndpointDocument {
            title: title.to_owned(),
            description: description.to_owned(),
            method: "GET".to_owned(),
            api_path: path.to_owned(),
            ..EndpointDocument::default()
        }
    }

    fn renamed(before: &EndpointDocument, after: &EndpointDocument) -> bool {
        let (old, new) = ("a/old".parse().unwrap(), "b/new".parse().unwrap());
        let old = Version::new([(&old, before)], Sections::default());
        let new = Version::new([(&new, after)], Sections::default());
        !find(&old, &new).is_empty()
    }

    #[test]
    fn a_document_with_another_path_is_known_by_what_it_says() {
        let before = document("List Keys", "All keys of a project.", "/keys/");
        let moved = document("List Keys", "All keys of a project.", "/client-keys/");
        assert!(renamed(&before, &moved));
        let other = document("List Teams", "All teams.", "/teams/");
        assert!(!renamed(&before, &other));
        let same_endpoint = document("List Teams", "All teams.", "/keys/");
        assert!(renamed(&before, &same_endpoint));
    }

    #[test]
    fn no_pair_is_overlooked() {
        // Sets of few and many things, of which some are common and some rare.
        let mut state = 1u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        let mut sets = || -> Vec<HashSet<u64>> {
            let set = |draw: &mut dyn FnMut(u64) -> u64| {
                let (size, range) = (draw(9), 4 + draw(12));
                (0..size).map(|_| draw(range)).collect()
            };
            (0..200).map(|_| set(&mut draw)).collect()
        };
        let (old, new) = (sets(), sets());
        let mut expected = Vec::new();
        for (newer, after) in new.iter().enumerate() {
            for (older, before) in old.iter().enumerate() {
                let likeness = likeness(before, after);
                if likeness >= ALIKE {
                    expected.push((older, newer, likeness));
                }
            }
        }
        assert!(expected.len() > 1_000);
        assert_eq!(alike(&old, &new), expected);
    }

    #[test]
    fn thousands_of_documents_are_looked_through_in_no_time() {
        // What all say, and something of their own.
        let said = |at: u64| HashSet::from_iter((0..20).chain([1_000 + at]));
        let sets: Vec<HashSet<u64>> = (0..10_000).map(said).collect();
        let start = std::time::Instant::now();
        let pairs = alike(&sets, &sets);
        assert!(pairs.iter().all(|(older, newer, _)| older == newer));
        assert_eq!(pairs.len(), sets.len());
        assert!(start.elapsed().as_secs() < 5);
    }
}
