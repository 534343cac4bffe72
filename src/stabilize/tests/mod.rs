//! Each rule by the smallest pair that needs it.

mod forms;
mod identities;
mod large;
mod learning;
pub(crate) mod properties;

use serde_json::{Value, json};

use super::*;
use crate::document::EndpointDocument;

fn document(examples: Value) -> DocumentView {
    let document: EndpointDocument = serde_json::from_value(json!({
        "title": "", "method": "GET", "api_path": "/api/0/issues/{issue_id}/", "description": "", "examples": examples
    }))
    .unwrap();
    DocumentView::of(&document)
}

fn example(name: &str, path: &str, headers: Value, body: Value) -> Value {
    json!({
        "name": name, "request": {"method": "GET", "path": path},
        "response": {"status": 200, "reason": "OK", "headers": headers, "body": body}
    })
}

fn with_body(body: Value) -> DocumentView {
    document(json!([example(
        "default",
        "/api/0/issues/1/",
        json!([]),
        body
    )]))
}

/// Where two documents differ in more than volatile values.
fn drift(old: &DocumentView, new: &DocumentView, rules: &Rules) -> Vec<String> {
    let paired = pair("a/b", old, new, rules);
    let mut places = Vec::new();
    for (_, delta) in &paired.examples {
        places_of(delta, String::new(), &mut places);
    }
    places
}

fn places_of(delta: &Delta, at: String, places: &mut Vec<String>) {
    match delta {
        Delta::Same(_) | Delta::Paired { .. } => {}
        Delta::Added(_) => places.push(format!("+{at}")),
        Delta::Removed(_) => places.push(format!("-{at}")),
        Delta::Replaced(..) => places.push(at),
        Delta::Renamed { value, .. } => places_of(value, at, places),
        Delta::Object(members) => {
            for (name, member) in members {
                places_of(member, format!("{at}/{name}"), places);
            }
        }
        Delta::Array(items) => {
            for (index, item) in items {
                places_of(item, format!("{at}/{index}"), places);
            }
        }
    }
}

fn is_noise(old: Value, new: Value) -> bool {
    drift(&with_body(old), &with_body(new), &Rules::default()).is_empty()
}

/// The places of drift in two bodies, relative to them.
fn differ(old: Value, new: Value) -> Vec<String> {
    let places = drift(&with_body(old), &with_body(new), &Rules::default());
    places
        .into_iter()
        .map(|place| place.replace("/response/body", ""))
        .collect()
}

const A: &str = "cbd1f80781a5d52db2ce323a7669b5c339dce255";
const B: &str = "4fbabfcf8ea7042126fa6888d9bf89d7473d7014";
const C: &str = "593e1e1f7222205faf2729e8d7766864717b48f6";
