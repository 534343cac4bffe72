//! What holds for any document: seeded random ones.

use serde_json::{Map, Value, json};

use super::{differ, drift, with_body};
use crate::stabilize::{Kind, Rules, pair};

/// A generator of numbers, the same for the same seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A volatile value, by number; its spelling follows from the version.
fn identity(kind: u64, number: u64, version: u64) -> String {
    let mut random = Random(1 + number * 7919 + version * 104_729 + kind * 15_485_863);
    for _ in 0..20 {
        random.below(2);
    }
    let mut hex = |length: usize| -> String {
        let digits: String = (0..length)
            .map(|_| char::from_digit(random.below(16) as u32, 16).unwrap_or('0'))
            .collect();
        // One letter and one digit, so that it is a hash by itself.
        format!("a1{}", &digits[2..])
    };
    match kind {
        0 => hex(40),
        1 => hex(12),
        2 => {
            let all = hex(32);
            format!(
                "{}-{}-{}-{}-{}",
                &all[..8],
                &all[8..12],
                &all[12..16],
                &all[16..20],
                &all[20..]
            )
        }
        _ => {
            let (hours, seconds) = (random.below(24), random.below(60));
            format!(
                "202{version}-03-10T{hours:02}:57:{seconds:02}.{:06}Z",
                100_000 + random.below(800_000)
            )
        }
    }
}

/// A body of that shape with the volatile values of a version. The same seed gives the same stable values.
fn body(random: &mut Random, version: u64, depth: u64) -> Value {
    match random.below(if depth == 0 { 6 } else { 8 }) {
        0 => json!(["pump", "station", "plain proxy", ""][random.below(4) as usize]),
        1 => json!(random.below(1000)),
        2 => json!(random.below(2) == 0),
        3 => Value::Null,
        4 => json!(identity(random.below(4), random.below(5), version)),
        5 => {
            let (kind, number) = (random.below(3), random.below(5));
            json!(format!(
                "https://{}@example.com/x?y=1",
                identity(kind, number, version)
            ))
        }
        6 => {
            let length = random.below(5);
            Value::Array(
                (0..length)
                    .map(|_| body(random, version, depth - 1))
                    .collect(),
            )
        }
        _ => {
            let length = random.below(5);
            let members =
                (0..length).map(|index| (format!("k{index}"), body(random, version, depth - 1)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// Two versions of random bodies, by seed, that differ in volatile values alone.
pub(crate) fn pairs() -> impl Iterator<Item = (u64, Value, Value)> {
    (1..400).map(|seed| {
        let version = |version| body(&mut Random(seed * 2_654_435_761), version, 4);
        (seed, version(0), version(1))
    })
}

/// The pointers of values that are not volatile and hold no other.
pub(crate) fn stable(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                stable(item, format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                stable(member, format!("{at}/{name}"), found);
            }
        }
        Value::String(text) if text.contains(|c: char| c.is_ascii_digit()) => {}
        _ => found.push(at),
    }
}

#[test]
fn a_renamed_document_is_noise_and_the_renaming_gives_it_back() {
    for (seed, old, new) in pairs() {
        assert_eq!(
            differ(old.clone(), new.clone()),
            Vec::<String>::new(),
            "{seed}: {old} {new}"
        );
        let (before, after) = (with_body(old), with_body(new));
        let renaming = pair("a/b", &before, &after, &Rules::default()).renaming();
        for number in 0..5 {
            let new = identity(0, number, 1);
            if let Some(spelling) = renaming.old_spelling(Kind::Hex, &new) {
                assert_eq!(spelling, identity(0, number, 0), "{seed}");
            }
        }
    }
}

#[test]
fn one_stable_value_that_changed_is_drift_in_its_place_alone() {
    for (seed, old, mut new) in pairs() {
        let mut places = Vec::new();
        stable(&new, String::new(), &mut places);
        let Some(place) = places.get(seed as usize % places.len().max(1)) else {
            continue;
        };
        if let Some(value) = new.pointer_mut(place) {
            *value = json!("unheard of");
        }
        let told = differ(old.clone(), new.clone());
        // In an array an item may be told as one that came and one that went.
        assert!(!told.is_empty(), "{seed}: {place}: {old} {new}");
        let near = |told: &String| {
            told.trim_start_matches(['+', '-'])
                .rsplit_once('/')
                .map_or("", |(above, _)| above)
                .to_owned()
        };
        let above = place.rsplit_once('/').map_or("", |(above, _)| above);
        assert!(
            told.iter()
                .any(|told| near(told) == above || told.contains(place.as_str())),
            "{seed}: {place}: {told:?}"
        );
    }
}

#[test]
fn a_document_equals_itself_under_any_rules() {
    let rules: Rules = serde_json::from_value(json!({"learned": {"a/b": {
        "varied": {"/response/body/k0": "hex", "/response/body/k1": "unordered"}, "stable": ["/response/body/k2"]
    }}}))
    .unwrap();
    for (seed, old, _) in pairs() {
        let view = with_body(old);
        assert!(drift(&view, &view, &rules).is_empty(), "{seed}");
        let none = Rules::default();
        let paired = pair("a/b", &view, &view, &none);
        assert!(
            paired.examples.iter().all(|(_, delta)| delta.is_same()),
            "{seed}"
        );
    }
}
