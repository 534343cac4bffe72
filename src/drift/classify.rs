//! From a delta to changes with codes.

use serde_json::Value;

use crate::finding::{Change, Code, Impact, codes};
use crate::json::pointer;
use crate::stabilize::Delta;

/// What a delta is a delta of, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    Prose,
    Endpoint,
    Parameters,
    Example,
    Request,
    Response,
    Status,
    Reason,
    Headers,
    Header,
    Body,
    /// An item of an array in a body.
    Item,
    Text,
}

/// The changes in what people wrote; addresses are JSON Pointers.
pub(super) fn prose(delta: &Delta) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(delta, Region::Prose, String::new(), &mut changes);
    changes
}

/// The changes in an example; addresses are `#name` with a JSON Pointer.
pub(super) fn example(name: &str, delta: &Delta) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(delta, Region::Example, format!("#{name}"), &mut changes);
    changes
}

/// A change with the impact of its code.
pub(super) fn change(
    code: Code,
    address: String,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Change {
    Change {
        code,
        impact: code.default_impact().unwrap_or(Impact::Content),
        at: address.clone(),
        address,
        places: 1,
        old: old.cloned(),
        new: new.cloned(),
        fingerprint: String::new(),
        approved: None,
    }
}

fn walk(delta: &Delta, region: Region, address: String, changes: &mut Vec<Change>) {
    let (code, old, new) = match delta {
        Delta::Same(_) | Delta::Paired { .. } => return,
        Delta::Renamed { value, .. } => return walk(value, region, address, changes),
        Delta::Object(members) => {
            for (key, member) in members {
                walk(
                    member,
                    inner(region, key),
                    pointer::join(&address, key),
                    changes,
                );
            }
            return;
        }
        Delta::Array(items) => {
            for (index, item) in items {
                let region = if region == Region::Body {
                    Region::Item
                } else {
                    region
                };
                walk(
                    item,
                    region,
                    pointer::join(&address, &index.to_string()),
                    changes,
                );
            }
            return;
        }
        Delta::Added(new) => (added(region, &address), None, Some(*new)),
        Delta::Removed(old) => (removed(region, &address), Some(*old), None),
        Delta::Replaced(old, new) => (replaced(region, old, new), Some(*old), Some(*new)),
    };
    changes.push(change(code, address, old, new));
}

fn inner(region: Region, key: &str) -> Region {
    match (region, key) {
        (Region::Prose, "method" | "api_path") => Region::Endpoint,
        (
            Region::Prose,
            "path_parameters" | "query_parameters" | "header_parameters" | "parameters",
        ) => Region::Parameters,
        (Region::Example, "request") => Region::Request,
        (Region::Example, "response") => Region::Response,
        (Region::Response, "status") => Region::Status,
        (Region::Response, "reason") => Region::Reason,
        (Region::Response, "headers") => Region::Headers,
        (Region::Response, "body") => Region::Body,
        (Region::Response, "text" | "bytes" | "verbatim") => Region::Text,
        (Region::Headers, _) => Region::Header,
        (Region::Item, _) => Region::Body,
        (other, _) => other,
    }
}

/// Whether an address is that of the body itself.
fn is_whole_body(address: &str) -> bool {
    let inner = address
        .split_once("/response/")
        .map_or("", |(_, inner)| inner);
    matches!(inner, "body" | "text" | "bytes" | "verbatim")
}

fn added(region: Region, address: &str) -> Code {
    match region {
        Region::Header => codes::HEADER_ADDED,
        Region::Body | Region::Text if is_whole_body(address) => codes::BODY_KIND_CHANGED,
        Region::Item => codes::ITEM_ADDED,
        Region::Body => codes::FIELD_ADDED,
        other => replaced(other, &Value::Null, &Value::Null),
    }
}

fn removed(region: Region, address: &str) -> Code {
    match region {
        Region::Header => codes::HEADER_REMOVED,
        Region::Body | Region::Text if is_whole_body(address) => codes::BODY_KIND_CHANGED,
        Region::Item => codes::ITEM_REMOVED,
        Region::Body => codes::FIELD_REMOVED,
        other => replaced(other, &Value::Null, &Value::Null),
    }
}

fn replaced(region: Region, old: &Value, new: &Value) -> Code {
    match region {
        Region::Prose => codes::PROSE_CHANGED,
        Region::Endpoint => codes::ENDPOINT_CHANGED,
        Region::Parameters => codes::PARAMETER_CHANGED,
        Region::Example | Region::Response | Region::Headers => codes::EXAMPLE_CHANGED,
        Region::Request => codes::REQUEST_CHANGED,
        Region::Status => codes::STATUS_CHANGED,
        Region::Reason => codes::REASON_CHANGED,
        Region::Header => codes::HEADER_CHANGED,
        Region::Text => codes::TEXT_CHANGED,
        Region::Body | Region::Item if new.is_null() => codes::BECAME_NULL,
        Region::Body | Region::Item
            if std::mem::discriminant(old) != std::mem::discriminant(new) =>
        {
            if region == Region::Item {
                codes::ITEM_SHAPE_CHANGED
            } else {
                codes::TYPE_CHANGED
            }
        }
        Region::Body | Region::Item => codes::VALUE_CHANGED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stabilize::exact;
    use serde_json::json;

    fn told(old: Value, new: Value) -> Vec<(String, String)> {
        let changes = example("default", &exact(&old, &new));
        changes
            .into_iter()
            .map(|change| (change.code.id.to_owned(), change.address))
            .collect()
    }

    #[test]
    fn each_place_has_its_code() {
        let response = |status: u16, headers: Value, body: Value| json!({"request": {"path": "/"}, "response": {"status": status, "headers": headers, "body": body}});
        let old = response(
            204,
            json!({"vary": "a", "allow": "GET"}),
            json!({"a": 1, "b": [1], "c": "x", "d": 1, "gone": 0}),
        );
        let new = response(
            500,
            json!({"vary": "b", "link": "x"}),
            json!({"a": "1", "b": [1, 2], "c": null, "d": 2, "more": 0}),
        );
        let expected = [
            ("status-changed", "#default/response/status"),
            ("header-changed", "#default/response/headers/vary"),
            ("header-removed", "#default/response/headers/allow"),
            ("header-added", "#default/response/headers/link"),
            ("type-changed", "#default/response/body/a"),
            ("item-added", "#default/response/body/b/1"),
            ("became-null", "#default/response/body/c"),
            ("value-changed", "#default/response/body/d"),
            ("field-removed", "#default/response/body/gone"),
            ("field-added", "#default/response/body/more"),
        ];
        let mut told = told(old, new);
        told.sort();
        let mut expected = expected
            .map(|(code, address)| (code.to_owned(), address.to_owned()))
            .to_vec();
        expected.sort();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_body_that_is_text_now_is_another_kind() {
        let old = json!({"response": {"body": {}}});
        let new = json!({"response": {"text": ["x"]}});
        let codes: Vec<_> = told(old, new).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["body-kind-changed", "body-kind-changed"]);
    }
}
