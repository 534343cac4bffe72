//! What two and more captures teach.

use serde_json::{Value, json};

use super::*;

fn taught(versions: &[Value]) -> Lesson {
    let versions: Vec<_> = versions
        .iter()
        .map(|body| {
            [("a/b".to_owned(), with_body(body.clone()))]
                .into_iter()
                .collect()
        })
        .collect();
    learn(&versions, &Rules::default())
}

#[test]
fn items_that_vary_are_the_same_items() {
    let up = |all: [bool; 3]| json!(all.map(|up| json!({"up": up, "n": 1})));
    let lesson = taught(&[up([true, false, false]), up([false, true, true])]);
    assert_eq!(lesson.findings, []);
    assert_eq!(
        serde_json::to_value(&lesson.rules.learned["a/b"].varied).unwrap(),
        json!({"/response/body/*/up": "shape"})
    );
}

#[test]
fn what_varied_is_held_by_its_kind_and_what_did_not_must_match() {
    let body = |key: &str, size: u32, at: u32, ms: f64| json!({"key": key, "same": C, "size": size, "ms": ms, "at": format!("2020-03-{at:02}")});
    let lesson = taught(&[body(A, 7961, 10, 0.5), body(B, 7954, 11, 0.25)]);
    assert_eq!(
        serde_json::to_value(&lesson.rules.learned["a/b"]).unwrap(),
        json!({
            "varied": {"/response/body/at": "iso-8601", "/response/body/key": "hex", "/response/body/ms": "shape", "/response/body/size": "shape"},
            "stable": ["/response/body/same"]
        })
    );
    let compare = |new: Value| {
        drift(
            &with_body(body(A, 7961, 10, 0.5)),
            &with_body(new),
            &lesson.rules,
        )
    };
    assert!(compare(body(C.replace('5', "1").as_str(), 1, 12, 9.75)).is_empty());
    let mut other = body(A, 1, 10, 0.5);
    other["same"] = json!(B);
    other["size"] = json!(1.5);
    assert_eq!(
        compare(other),
        ["/response/body/same", "/response/body/size"]
    );
    let old = with_body(body(A, 7961, 10, 0.5));
    assert_eq!(
        pair("a/b", &old, &with_body(body(B, 1, 12, 0.75)), &lesson.rules).provisional(),
        0
    );
    assert_eq!(
        pair(
            "a/c",
            &old,
            &with_body(body(B, 7961, 12, 0.5)),
            &lesson.rules
        )
        .provisional(),
        2
    );
}

#[test]
fn orders_are_learned_and_structure_is_not() {
    let lesson = taught(&[
        json!({"names": ["a", "b"], "threads": [{"name": "x", "n": 1}, {"name": "y", "n": 2}]}),
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 3}, {"name": "x", "n": 4}], "more": 1, "t": 1}),
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 3}, {"name": "x", "n": 4}], "more": 1, "t": "1"}),
    ]);
    let varied = &lesson.rules.learned["a/b"].varied;
    assert_eq!(
        serde_json::to_value(varied).unwrap(),
        json!({"/response/body/names": "unordered", "/response/body/threads": "keyed by /name", "/response/body/threads/*/n": "shape"})
    );
    let codes: Vec<_> = lesson
        .findings
        .iter()
        .map(|finding| (finding.code.id, finding.address.as_deref().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            ("unstable-structure", "a/b#*/response/body/more"),
            ("unstable-structure", "a/b#*/response/body/t"),
            ("unstable-type", "a/b#*/response/body/t")
        ]
        .map(|(code, address)| (code, address))
    );
    let old =
        json!({"names": ["a", "b"], "threads": [{"name": "x", "n": 1}, {"name": "y", "n": 2}]});
    let new =
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 5}, {"name": "x", "n": 6}]});
    assert!(drift(&with_body(old.clone()), &with_body(new), &lesson.rules).is_empty());
    let new =
        json!({"names": ["b", "c"], "threads": [{"name": "y", "n": 5}, {"name": "z", "n": 6}]});
    assert_eq!(
        drift(&with_body(old), &with_body(new), &lesson.rules),
        ["/response/body/names/1", "/response/body/threads/1/name"]
    );
}
