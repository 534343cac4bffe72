//! Parts of a capture that can be made on different machines.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::schedule::Entry;

/// One part of several: `1/4` is the first of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which one, from 1.
    pub index: usize,
    /// Of how many, [`Shard::MOST`] at most.
    pub of: usize,
}

impl Shard {
    /// Into how many a capture can be divided: more machines than anybody has, and few enough to name those that are
    /// missing.
    pub const MOST: usize = 1000;
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('/')
            .and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((_, of)) if of > Self::MOST => Err(format!(
                "{text:?} is one of {of} shards, and a capture has {} at most: divide it into fewer",
                Self::MOST
            )),
            Some((index, of)) if (1..=of).contains(&index) => Ok(Self { index, of }),
            _ => Err(format!(
                "{text:?} is no shard: 1/4 is the first of four, 4/4 the last one"
            )),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// Which of the scenarios belong to a shard. `weights` says how long each takes, in whatever unit.
///
/// Those of which one runs after the other stay together, and so do all that are not isolated: they may see what the
/// ones before them left. The heaviest group goes first, to the lightest shard: the same scenarios are always divided
/// in the same way.
pub(super) fn members(entries: &[Entry], weights: &[usize], shard: Shard) -> Vec<bool> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups_of(entries).into_iter().enumerate() {
        groups.entry(group).or_default().push(index);
    }
    let weight = |group: &Vec<usize>| -> usize { group.iter().map(|index| weights[*index]).sum() };
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(weight(group)));
    // Where there are more shards than groups, the last ones have nothing to do.
    let mut loads = vec![0; shard.of.min(groups.len())];
    let mut members = vec![false; entries.len()];
    for group in groups {
        let lightest = (0..loads.len())
            .min_by_key(|place| loads[*place])
            .unwrap_or(0);
        loads[lightest] += weight(&group);
        if lightest + 1 == shard.index {
            group.iter().for_each(|index| members[*index] = true);
        }
    }
    members
}

/// The smallest index of the group of each scenario: those of a group are never in two shards.
pub(super) fn groups_of(entries: &[Entry]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..entries.len()).collect();
    let mut join = |a: usize, b: usize| {
        let (kept, gone) = (groups[a].min(groups[b]), groups[a].max(groups[b]));
        for group in &mut groups {
            if *group == gone {
                *group = kept;
            }
        }
    };
    let first = entries.iter().position(|entry| !entry.isolated);
    for (index, entry) in entries.iter().enumerate() {
        let alone = first.filter(|_| !entry.isolated);
        for other in entry.after.iter().copied().flatten().chain(alone) {
            join(index, other);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(isolated: bool, after: &[usize]) -> Entry {
        Entry {
            isolated,
            after: after.iter().copied().map(Some).collect(),
        }
    }

    /// The shard of each.
    fn divided(entries: &[Entry], weights: &[usize], of: usize) -> Vec<usize> {
        let mut places = vec![0; entries.len()];
        for index in 1..=of {
            let shard = Shard { index, of };
            for (place, is_member) in places.iter_mut().zip(members(entries, weights, shard)) {
                if is_member {
                    assert_eq!(*place, 0, "two shards have it");
                    *place = index;
                }
            }
        }
        assert!(!places.contains(&0), "no shard has it: {places:?}");
        places
    }

    #[test]
    fn shards_are_read_and_written() {
        let shard: Shard = "2/4".parse().unwrap();
        assert_eq!((shard.index, shard.of), (2, 4));
        assert_eq!(shard.to_string(), "2/4");
        for wrong in ["0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "-1/4", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        assert!("1/1000".parse::<Shard>().is_ok());
        for many in [1001, usize::MAX] {
            let error = format!("1/{many}").parse::<Shard>().unwrap_err();
            assert!(error.contains("has 1000 at most"), "{error}");
        }
    }

    #[test]
    fn the_load_is_even() {
        let entries = vec![entry(true, &[]); 6];
        assert_eq!(divided(&entries, &[1; 6], 3), [1, 2, 3, 1, 2, 3]);
        assert_eq!(
            divided(&entries, &[5, 1, 1, 1, 1, 1], 2),
            [1, 2, 2, 2, 2, 2]
        );
        assert_eq!(divided(&entries[..1], &[1], 4), [1]);
        let last = Shard { index: 4, of: 4 };
        assert_eq!(members(&entries[..1], &[1], last), [false]);
        assert!(members(&[], &[], last).is_empty());
    }

    #[test]
    fn what_depends_on_each_other_stays_together() {
        let entries = [
            entry(true, &[2]),
            entry(false, &[]),
            entry(true, &[]),
            entry(false, &[]),
            entry(true, &[2]),
            entry(true, &[1]),
        ];
        assert_eq!(divided(&entries, &[1; 6], 2), [1, 2, 1, 2, 1, 2]);
    }
}
