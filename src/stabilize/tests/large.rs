//! Large bodies take a time that grows with them alone.

use std::time::{Duration, Instant};

use super::*;

/// Where two bodies differ, found in a time that leaves no room for a look at all of it for each part of it.
fn drift_in_time(old: Value, new: Value) -> Vec<String> {
    let (old, new) = (with_body(old), with_body(new));
    let start = Instant::now();
    let found = drift(&old, &new, &Rules::default());
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    found
}

/// `count` hashes, each another one.
fn hashes(count: usize) -> Vec<String> {
    let hash = |at: usize| format!("{:040x}", (at + 1).wrapping_mul(0x9E37_79B9));
    (0..count).map(hash).collect()
}

#[test]
fn a_text_of_many_parameters_is_compared_in_one_go() {
    for (begins, part) in [("/?", "a_id=12345&"), ("", "a=cbd1f80781a5&")] {
        let text = format!("{begins}{}", part.repeat(60_000));
        let longer = format!("{text}b");
        assert_eq!(
            drift_in_time(json!(text), json!(longer)),
            ["/response/body"]
        );
        assert_eq!(drift_in_time(json!(text), json!(text)), [""; 0]);
    }
}

#[test]
fn a_hash_that_is_no_abbreviation_is_soon_told() {
    let all = hashes(60_000);
    let (old, new) = (
        with_body(json!(all[..20_000])),
        with_body(json!(all[20_000..40_000])),
    );
    let renaming = pair("a/b", &old, &new, &Rules::default()).renaming();
    let known = renaming.old_spelling(Kind::Hex, &all[20_007]);
    assert_eq!(known, Some(&*all[7]));
    let start = Instant::now();
    for other in &all[40_000..] {
        assert_eq!(renaming.old_spelling(Kind::Hex, other), None);
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_hash_that_became_many_is_compared_in_one_go() {
    let all = hashes(30_000);
    let one = vec![&all[0]; 30_000];
    assert_eq!(drift_in_time(json!(one), json!(all)).len(), 29_999);
    // One of them in many places.
    let mut half = all.clone();
    half[15_000..].fill(all[0].clone());
    assert_eq!(
        drift_in_time(
            json!(vec!["cbd1f80781a5d52db2ce323a7669b5c339dce255"; 30_000]),
            json!(half)
        )
        .len(),
        14_999
    );
}

#[test]
fn arrays_within_arrays_are_compared_once_at_each_level() {
    let nested = |front: [&str; 3]| {
        let leaf = json!([front[0], "cbd1f80781a5"]);
        (0..40).fold(leaf, |inner, _| {
            json!([front[0], front[1], front[2], inner])
        })
    };
    let (old, new) = (nested(["p", "z", "m"]), nested(["z", "r", "m"]));
    assert_eq!(drift_in_time(old, new).len(), 81);
}

#[test]
fn members_whose_names_vary_are_compared_in_one_go() {
    let all = hashes(50_000);
    let members = |names: &[String]| -> Value {
        let members = names.iter().map(|name| (name.clone(), json!(1)));
        Value::Object(members.collect())
    };
    let found = drift_in_time(members(&all[..25_000]), members(&all[25_000..]));
    assert_eq!(found, [""; 0]);
}

#[test]
fn many_abbreviations_of_many_hashes_are_compared_in_one_go() {
    let mut old = vec!["abcdef1".to_owned(); 8_000];
    old.extend(hashes(8_000).iter().map(|hash| format!("abcdef1{hash}")));
    let new: Vec<_> = hashes(24_000).drain(8_000..).collect();
    let short = new[..8_000].iter().map(|hash| &hash[33..]);
    let long = new[8_000..].iter().map(|hash| format!("9876543{hash}"));
    let new: Vec<_> = short.map(str::to_owned).chain(long).collect();
    drift_in_time(json!(old), json!(new));
}
