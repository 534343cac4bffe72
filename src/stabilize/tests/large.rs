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
    let hash = |from: usize, at: usize| format!("{:040x}", (at + from + 1).wrapping_mul(0x9E37_79B9));
    let items = |from: usize| -> Value { (0..20_000).map(|at| json!(hash(from, at))).collect() };
    let (old, new) = (with_body(items(0)), with_body(items(50_000)));
    let renaming = pair("a/b", &old, &new, &Rules::default()).renaming();
    let known = renaming.old_spelling(Kind::Hex, &hash(50_000, 7));
    assert_eq!(known, Some(&*hash(0, 7)));
    let start = Instant::now();
    for at in 100_000..120_000 {
        assert_eq!(renaming.old_spelling(Kind::Hex, &hash(0, at)), None);
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}
