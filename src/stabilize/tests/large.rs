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
