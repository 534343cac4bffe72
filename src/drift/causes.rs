//! One cause told once: the same change at many items of an array is one change at many places.

use std::collections::HashMap;

use super::fingerprint;
use crate::finding::Change;
use crate::json::pointer;

/// Joins changes of one code at the same place of several items, at the place of the first, and gives each change what it
/// is known by; `document` is its `<section>/<name>`.
pub fn told_once(document: &str, changes: Vec<Change>) -> Vec<Change> {
    let mut groups: Vec<(String, Vec<Change>)> = Vec::new();
    let mut known = HashMap::new();
    for change in changes {
        let address = pointer::generalise(&change.address);
        let at = *known
            .entry((change.code, address.clone()))
            .or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, group)) => group.push(change),
            None => groups.push((address, vec![change])),
        }
    }
    groups
        .into_iter()
        .filter_map(|(address, group)| {
            let fingerprint = fingerprint::of(document, &address, &group);
            let places = group.len();
            let mut first = group.into_iter().next()?;
            if places > 1 {
                first.address = address;
            }
            first.places = places;
            first.fingerprint = fingerprint;
            Some(first)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::classify::change;
    use crate::finding::codes;
    use serde_json::json;

    #[test]
    fn a_field_that_two_hundred_items_lost_is_one_change() {
        let lost = (0..200).map(|item| {
            let address = format!("#default/response/body/{item}/dsn/unreal");
            change(codes::FIELD_REMOVED, address, Some(&json!(item)), None)
        });
        let other = change(
            codes::VALUE_CHANGED,
            "#default/response/body/7/n".to_owned(),
            Some(&json!(1)),
            Some(&json!(2)),
        );
        let told = told_once("a/b", lost.chain([other]).collect());
        let told: Vec<_> = told
            .iter()
            .map(|change| (change.address.as_str(), change.places))
            .collect();
        assert_eq!(
            told,
            [
                ("#default/response/body/*/dsn/unreal", 200),
                ("#default/response/body/7/n", 1)
            ]
        );
    }

    #[test]
    fn two_codes_at_one_place_are_two_causes() {
        let at = |item: usize| format!("#default/response/body/{item}/n");
        let (old, new) = (json!(1), json!(2));
        let changes = vec![
            change(codes::VALUE_CHANGED, at(0), Some(&old), Some(&new)),
            change(codes::BECAME_NULL, at(1), Some(&old), Some(&json!(null))),
        ];
        assert_eq!(told_once("a/b", changes).len(), 2);
    }
}
