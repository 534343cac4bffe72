//! Responses held to structure and types, whatever their values are.

use serde_json::Value;

use super::settle::{follow_body, length};
use crate::document::{Body, Example, Headers, Recorded, Response, essence};

/// The captured example with the committed value wherever the two have one shape.
///
/// What is left of it differs from the committed example in its shape alone: its status, its media type,
/// a member that came or went, a value of another type. The items of an array have one shape
/// together, and how many there are does not matter. A committed `null` says nothing of a type.
pub fn in_shape_of(committed: &Example, captured: Example) -> Example {
    let (Recorded::Parsed(old), Recorded::Parsed(new)) = (&committed.response, &captured.response)
    else {
        return captured;
    };
    let body = body(&old.body, &new.body);
    let mut headers = headers(&old.headers, &new.headers);
    if body != old.body {
        follow_body(
            &mut headers,
            &old.headers,
            length(&body) - length(&old.body),
        );
    }
    let response = Response {
        status: new.status,
        reason: if old.status == new.status {
            old.reason.clone()
        } else {
            new.reason.clone()
        },
        headers,
        body,
    };
    Example {
        request: committed.request.clone(),
        response: Recorded::Parsed(response),
        shortened: committed.shortened.clone(),
        ..captured
    }
}

/// The committed fields, with the captured media type where that is another one: what stands between
/// us and the server adds and removes the others.
fn headers(old: &Headers, new: &Headers) -> Headers {
    const NAME: &str = "Content-Type";
    let media_type = |headers: &Headers| headers.get(NAME).map(essence);
    if media_type(old) == media_type(new) {
        return old.clone();
    }
    let mut fields = old.clone();
    let place = fields.0.iter().position(|field| field.is(NAME));
    fields.0.retain(|field| !field.is(NAME));
    if let Some(field) = new.iter().find(|field| field.is(NAME)) {
        let place = place.unwrap_or(fields.0.len());
        fields.0.insert(place, field.clone());
    }
    fields
}

fn body(old: &Body, new: &Body) -> Body {
    match (old, new) {
        (Body::Json(old), Body::Json(new)) => Body::Json(value(old, new)),
        (Body::Text(_), Body::Text(_)) => old.clone(),
        (Body::Bytes(before), Body::Bytes(after))
            if essence(&before.media_type) == essence(&after.media_type) =>
        {
            old.clone()
        }
        (_, new) => new.clone(),
    }
}

fn value(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => after
            .iter()
            .map(|(key, after)| {
                let shown = before
                    .get(key)
                    .map_or_else(|| after.clone(), |old| value(old, after));
                (key.clone(), shown)
            })
            .collect(),
        (Value::Array(before), Value::Array(after)) => Value::Array(items(before, after)),
        _ if same_type(old, new) => old.clone(),
        _ => new.clone(),
    }
}

/// The committed items; one that no committed item is like stands in the place of its nearest.
fn items(old: &[Value], new: &[Value]) -> Vec<Value> {
    let mut shown = old.to_vec();
    let Some(last) = old.len().checked_sub(1) else {
        return shown;
    };
    for (index, item) in new.iter().enumerate() {
        if old.iter().any(|old| fits(old, item)) {
            continue;
        }
        let place = index.min(last);
        if let (Some(slot), Some(old)) = (shown.get_mut(place), old.get(place)) {
            *slot = value(old, item);
        }
    }
    shown
}

/// Whether a value has the shape of another.
fn fits(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .all(|(key, old)| after.get(key).is_some_and(|new| fits(old, new)))
        }
        (Value::Array(before), Value::Array(after)) => {
            before.is_empty()
                || after
                    .iter()
                    .all(|new| before.iter().any(|old| fits(old, new)))
        }
        _ => same_type(old, new),
    }
}

fn same_type(old: &Value, new: &Value) -> bool {
    old.is_null() || std::mem::discriminant(old) == std::mem::discriminant(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Exchange, Request, Shortened};
    use serde_json::json;

    fn of(old: Value, new: Value) -> Value {
        value(&old, &new)
    }

    #[test]
    fn values_do_not_count_and_types_do() {
        let old = json!({"id": 1, "name": "a", "at": null, "tags": ["x"]});
        let same = json!({"id": 2, "name": "b", "at": "today", "tags": []});
        assert_eq!(of(old.clone(), same), old);
        let other = json!({"id": "2", "at": null, "tags": [1], "new": true});
        assert_eq!(
            of(old, other),
            json!({"id": "2", "at": null, "tags": [1], "new": true})
        );
        assert_eq!(
            of(json!({"a": "x"}), json!({"a": null})),
            json!({"a": null})
        );
    }

    #[test]
    fn items_have_one_shape_together() {
        let old = json!([{"id": 1, "user": null}, {"id": 2, "user": {"name": "a"}}]);
        let same = json!([{"id": 7, "user": {"name": "b"}}, {"id": 8, "user": null}, {"id": 9, "user": null}]);
        assert_eq!(of(old.clone(), same), old);
        assert_eq!(of(old.clone(), json!([])), old);
        let other = json!([{"id": 7, "user": null}, {"id": 8, "user": {"name": 1}}]);
        // The first committed item has no type of user: anything goes.
        assert_eq!(of(old.clone(), other), old);
        let gone = json!([{"id": 1, "user": null}, {"user": null}]);
        assert_eq!(
            of(old, gone),
            json!([{"id": 1, "user": null}, {"user": null}])
        );
        assert_eq!(of(json!([]), json!([1, "a"])), json!([]));
    }

    fn example(status: u16, lines: &[&str], body: Body) -> Example {
        let response = Response {
            status,
            reason: status.to_string(),
            headers: Headers::from_lines(lines.iter().map(|line| (*line).to_owned())),
            body,
        };
        Example::from(crate::document::Exchange {
            request: crate::document::Request::default(),
            response,
        })
    }

    #[test]
    fn status_media_type_and_kind_of_body_count() {
        let json = "Content-Type: application/json; charset=utf-8";
        let old = example(200, &["Via: a", json], Body::Json(json!({"a": 1})));
        let same = ["content-type: application/json", "X-Cache: hit"];
        let same = example(200, &same, Body::Json(json!({"a": 2})));
        assert_eq!(in_shape_of(&old, same), old);
        let other = example(404, &["Content-Type: text/html"], Body::text("no"));
        let shown = in_shape_of(&old, other);
        let shown = shown.response.parsed().unwrap();
        assert_eq!((shown.status, shown.reason.as_str()), (404, "404"));
        assert_eq!(
            Vec::from(shown.headers.clone()),
            ["Via: a", "Content-Type: text/html"]
        );
        assert_eq!(shown.body, Body::text("no"));
    }

    #[test]
    fn how_much_is_shown_is_committed_and_the_length_follows() {
        let example = |body: Value, length: u64, shown: u64| {
            let mut example = Example::from(Exchange {
                request: Request::default(),
                response: Response {
                    headers: Headers::from_lines([format!("Content-Length: {length}")]),
                    body: Body::Json(body),
                    ..Response::default()
                },
            });
            let shortened = Shortened { shown, of: length };
            example.shortened.insert(String::new(), shortened);
            example
        };
        let committed = example(json!([{"id": 1}]), 900, 1);
        let same = example(json!([{"id": 2}, {"id": 3}]), 19, 2);
        assert_eq!(in_shape_of(&committed, same), committed);
        let more = example(json!([{"id": 2, "a": 1}]), 16, 1);
        let after = in_shape_of(&committed, more);
        let headers = &after.response.parsed().unwrap().headers;
        assert_eq!(headers.get("Content-Length"), Some("906"));
    }
}
