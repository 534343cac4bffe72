//! Two JSON values laid over one another.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp};

/// What became of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Delta<'a> {
    Same(&'a Value),
    Added(&'a Value),
    Removed(&'a Value),
    Replaced(&'a Value, &'a Value),
    /// The members of both objects, in an order that both agree with as far as they can.
    Object(Vec<(&'a str, Delta<'a>)>),
    /// The items of both arrays; the index is that in the newer one, for removed items that in the older one.
    Array(Vec<(usize, Delta<'a>)>),
}

/// Lays two values over one another. Items of arrays are aligned by what they hold, so that an item put in
/// front of others is one addition.
pub(super) fn delta<'a>(old: &'a Value, new: &'a Value) -> Delta<'a> {
    match (old, new) {
        _ if old == new => Delta::Same(new),
        (Value::Object(old), Value::Object(new)) => Delta::Object(object(old, new)),
        (Value::Array(old), Value::Array(new)) => Delta::Array(array(old, new)),
        _ => Delta::Replaced(old, new),
    }
}

fn object<'a>(
    old: &'a Map<String, Value>,
    new: &'a Map<String, Value>,
) -> Vec<(&'a str, Delta<'a>)> {
    let mut members = Vec::with_capacity(old.len().max(new.len()));
    let mut done = HashSet::new();
    let mut newer = new.iter().peekable();
    for (key, before) in old {
        if !new.contains_key(key) {
            members.push((key.as_str(), Delta::Removed(before)));
            continue;
        }
        while let Some((added, value)) = newer.next_if(|(next, _)| !old.contains_key(*next)) {
            members.push((added.as_str(), Delta::Added(value)));
        }
        members.push((key.as_str(), delta(before, &new[key])));
        done.insert(key.as_str());
        while newer
            .next_if(|(next, _)| done.contains(next.as_str()))
            .is_some()
        {}
    }
    members.extend(
        newer
            .filter(|(key, _)| !old.contains_key(*key))
            .map(|(key, value)| (key.as_str(), Delta::Added(value))),
    );
    members
}

fn array<'a>(old: &'a [Value], new: &'a [Value]) -> Vec<(usize, Delta<'a>)> {
    let (old_hashes, new_hashes) = (hashes(old), hashes(new));
    let mut items = Vec::with_capacity(old.len().max(new.len()));
    for op in similar::capture_diff_slices(Algorithm::Myers, &old_hashes, &new_hashes) {
        match op {
            DiffOp::Equal { new_index, len, .. } => {
                items.extend((new_index..new_index + len).map(|at| (at, Delta::Same(&new[at]))));
            }
            DiffOp::Delete {
                old_index, old_len, ..
            } => {
                items.extend(
                    (old_index..old_index + old_len).map(|at| (at, Delta::Removed(&old[at]))),
                );
            }
            DiffOp::Insert {
                new_index, new_len, ..
            } => {
                items.extend(
                    (new_index..new_index + new_len).map(|at| (at, Delta::Added(&new[at]))),
                );
            }
            DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            } => {
                let pairs = old_len.min(new_len);
                for at in 0..pairs {
                    let item = delta(&old[old_index + at], &new[new_index + at]);
                    items.push((new_index + at, item));
                }
                items.extend(
                    (old_index + pairs..old_index + old_len)
                        .map(|at| (at, Delta::Removed(&old[at]))),
                );
                items.extend(
                    (new_index + pairs..new_index + new_len).map(|at| (at, Delta::Added(&new[at]))),
                );
            }
        }
    }
    items
}

/// One number for each item; equal items have equal ones.
fn hashes(items: &[Value]) -> Vec<u64> {
    items
        .iter()
        .map(|item| {
            let mut hasher = DefaultHasher::new();
            hash(item, &mut hasher);
            hasher.finish()
        })
        .collect()
}

fn hash(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash(item, hasher));
        }
        Value::Object(members) => {
            // The order of keys is no difference.
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            for (key, value) in sorted {
                key.hash(hasher);
                hash(value, hasher);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_in_front_is_one_addition() {
        let old = json!([{"id": 1}, {"id": 2}]);
        let new = json!([{"id": 0}, {"id": 1}, {"id": 2}]);
        let Delta::Array(items) = delta(&old, &new) else {
            panic!("not an array");
        };
        let added: Vec<_> = items
            .iter()
            .filter(|(_, item)| matches!(item, Delta::Added(_)))
            .collect();
        assert_eq!((items.len(), added.len()), (3, 1));
    }

    #[test]
    fn key_order_is_no_difference() {
        let old = json!({"a": 1, "b": {"x": 1, "y": 2}});
        let new = json!({"b": {"y": 2, "x": 1}, "a": 1});
        assert_eq!(delta(&old, &new), Delta::Same(&new));
    }

    #[test]
    fn members_are_told_once_whatever_their_order() {
        let old = json!({"a": 1, "b": 1, "c": 1});
        let new = json!({"c": 2, "x": 1, "a": 1, "y": 1});
        let Delta::Object(members) = delta(&old, &new) else {
            panic!("not an object");
        };
        let mut keys: Vec<_> = members.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["a", "b", "c", "x", "y"]);
    }
}
