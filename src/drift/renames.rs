//! Which removed document is which added one, under another name.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::compare::{Version, endpoint};
use super::fingerprint;
use crate::document::{DocumentName, EndpointDocument};
use crate::json::pointer;
use crate::stabilize::view;

/// The share of what two documents say together that both must say, as git asks of a renamed file.
const ALIKE: f64 = 0.5;

/// Newer name to older one: documents about one endpoint, then those that say mostly the same.
pub(super) fn find<'a>(
    old: &Version<'a>,
    new: &Version<'a>,
) -> BTreeMap<&'a DocumentName, &'a DocumentName> {
    let mut gone: Vec<_> = missing(old, new).collect();
    let mut fresh: Vec<_> = missing(new, old).collect();
    let mut renamed = BTreeMap::new();
    fresh.retain(|(name, document)| {
        let same = |(_, other): &(_, &EndpointDocument)| endpoint(other) == endpoint(document);
        let Some(at) = gone.iter().position(same) else {
            return true;
        };
        renamed.insert(*name, gone.remove(at).0);
        false
    });
    let said = |documents: &[(&'a DocumentName, &EndpointDocument)]| -> Vec<_> {
        let each = documents.iter();
        each.map(|(name, document)| (*name, what_it_says(document)))
            .collect()
    };
    let (gone, fresh) = (said(&gone), said(&fresh));
    let mut pairs = Vec::new();
    for (newer, after) in &fresh {
        for (older, before) in &gone {
            let alike = likeness(before, after);
            if alike >= ALIKE {
                pairs.push((alike, *newer, *older));
            }
        }
    }
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
}
