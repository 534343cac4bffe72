//! Examples that show less of a body than was captured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Body, Example, Recorded};

/// How much of an array an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shortened {
    /// How many items stand in the example: the first ones.
    pub shown: u64,
    /// How many the response had when it was captured.
    pub of: u64,
}

/// The arrays of a response body that an example shows short, by JSON Pointer.
pub type Shown = BTreeMap<String, Shortened>;

impl Example {
    /// Keeps of each named array of the response body the first so many items, and takes down how many there were. The
    /// headers stay those of the whole response. What is no array, or short enough, stays as it is.
    ///
    /// Gives the whole body where something was left out.
    pub fn shorten(&mut self, show: &[(String, usize)]) -> Option<Body> {
        let Recorded::Parsed(response) = &mut self.response else {
            return None;
        };
        let Body::Json(body) = &mut response.body else {
            return None;
        };
        let mut left_out = Vec::new();
        let mut show: Vec<_> = show.iter().collect();
        // From the outside in: what is left out needs no shortening of its own.
        show.sort_by_key(|(pointer, _)| pointer.matches('/').count());
        for (pointer, shown) in show {
            let Some(Value::Array(items)) = body.pointer_mut(pointer) else {
                continue;
            };
            if items.len() > *shown {
                let (at, of) = (*shown, items.len() as u64);
                left_out.push((pointer, items.split_off(at)));
                let shown = at as u64;
                self.shortened
                    .insert(pointer.clone(), Shortened { shown, of });
            }
        }
        if left_out.is_empty() {
            return None;
        }
        // Only what is shown is there twice: a body may be large.
        let mut whole = std::mem::replace(body, body.clone());
        for (pointer, mut rest) in left_out.into_iter().rev() {
            if let Some(Value::Array(items)) = whole.pointer_mut(pointer) {
                items.append(&mut rest);
            }
        }
        Some(Body::Json(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Exchange, Request, Response};
    use serde_json::json;

    fn shortened(body: Value, show: &[(&str, usize)]) -> (Value, Value, bool) {
        let response = Response {
            body: Body::Json(body),
            ..Response::default()
        };
        let mut example = Example::from(Exchange {
            request: Request::default(),
            response,
        });
        let show: Vec<_> = show.iter().map(|(at, n)| (at.to_string(), *n)).collect();
        let whole = example.shorten(&show);
        let shown = serde_json::to_value(&example).unwrap();
        let recorded = shown.get("shortened").cloned().unwrap_or_default();
        (shown["response"]["body"].clone(), recorded, whole.is_some())
    }

    #[test]
    fn the_first_items_stay() {
        assert_eq!(
            shortened(json!([1.0, 2, 3]), &[("", 2)]),
            (json!([1.0, 2]), json!({"": {"shown": 2, "of": 3}}), true)
        );
        let body = json!({"items": [[1, 2], [3, 4], [5]], "x": []});
        assert_eq!(
            shortened(
                body.clone(),
                &[("/items/1", 1), ("/items/0", 1), ("/items", 1)]
            ),
            (
                json!({"items": [[1]], "x": []}),
                json!({"/items": {"shown": 1, "of": 3}, "/items/0": {"shown": 1, "of": 2}}),
                true
            )
        );
        assert_eq!(
            shortened(body.clone(), &[("/items", 3), ("/none", 0), ("/x", 0)]),
            (body, Value::Null, false)
        );
    }
}
