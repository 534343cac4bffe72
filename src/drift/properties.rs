//! What holds for any example that is settled: seeded random ones.

use serde_json::Value;

use super::settle;
use crate::document::{Body, EndpointDocument, Example, Exchange, Recorded, Request, Response};
use crate::finding::DocumentStatus;
use crate::stabilize::Rules;
use crate::stabilize::tests::properties::{pairs, stable};

fn example(body: &Value) -> Example {
    let response = Response {
        status: 200,
        body: Body::Json(body.clone()),
        ..Response::default()
    };
    let request = Request::default();
    Example::from(Exchange { request, response })
}

/// The document with its one example, after a capture with that body; and whether the capture changed it.
fn captured(committed: &EndpointDocument, body: &Value) -> (EndpointDocument, bool) {
    let settled = settle(
        "a/b",
        committed,
        vec![example(body)],
        &Rules::default(),
        &|_| 0,
        &|_| false,
    );
    let document = EndpointDocument {
        examples: settled.examples,
        ..committed.clone()
    };
    (document, settled.status == DocumentStatus::Drift)
}

fn body(document: &EndpointDocument) -> Value {
    match &document.examples[0].response {
        Recorded::Parsed(response) => match &response.body {
            Body::Json(body) => body.clone(),
            body => panic!("{body:?}"),
        },
        response => panic!("{response:?}"),
    }
}

#[test]
fn a_fresh_example_is_the_same_for_every_version() {
    // Random times lie hours apart, which is the same day of the calendar in one version and another day in the other.
    let without_times = |(_, old, _): &(u64, Value, Value)| !old.to_string().contains("-03-10T");
    for (seed, old, new) in pairs().filter(without_times) {
        let empty = EndpointDocument::default();
        assert_eq!(captured(&empty, &old), captured(&empty, &new), "{seed}");
    }
}

#[test]
fn settling_is_idempotent() {
    for (seed, old, new) in pairs() {
        let (fresh, _) = captured(&EndpointDocument::default(), &old);
        let own = body(&fresh);
        for again in [&own, &old, &new] {
            let (after, changed) = captured(&fresh, again);
            assert!(!changed, "{seed}: {own} {again}");
            assert_eq!(after, fresh, "{seed}");
        }
    }
}

#[test]
fn a_stable_value_is_never_changed() {
    for (seed, old, _) in pairs() {
        let (fresh, _) = captured(&EndpointDocument::default(), &old);
        let fresh = body(&fresh);
        let mut places = Vec::new();
        stable(&old, String::new(), &mut places);
        for place in places {
            assert_eq!(
                fresh.pointer(&place),
                old.pointer(&place),
                "{seed}: {place}"
            );
        }
    }
}
