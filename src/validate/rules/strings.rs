//! All texts of a document that may hold what must not be published: prose, and strings of examples.

use std::borrow::Cow;

use serde_json::Value;

use super::{Document, item};
use crate::document::{Body, Headers};
use crate::json::pointer;

/// Calls with each text and its JSON Pointer, which is made only for those that are wanted.
pub(super) fn each<'a>(
    document: &Document<'a>,
    mut visit: impl FnMut(&'a str, &dyn Fn() -> String),
) {
    for prose in &document.prose {
        visit(prose.text, &|| prose.pointer().into_owned());
    }
    for (index, example) in document.item.examples.iter().enumerate() {
        if let Some(request) = example.request.parsed() {
            let at = Side {
                index,
                side: "request",
            };
            visit(&request.path, &|| at.join("path"));
            message(at, &request.headers, &request.body, &mut visit);
        }
        if let Some(response) = example.response.parsed() {
            let at = Side {
                index,
                side: "response",
            };
            message(at, &response.headers, &response.body, &mut visit);
        }
    }
}

/// A side of an example, of which the pointer is made when it is wanted.
#[derive(Clone, Copy)]
struct Side {
    index: usize,
    side: &'static str,
}

impl Side {
    fn join(self, inner: &str) -> String {
        item("/examples", self.index, [self.side, inner])
    }
}

fn message<'a>(
    at: Side,
    headers: &'a Headers,
    body: &'a Body,
    visit: &mut impl FnMut(&'a str, &dyn Fn() -> String),
) {
    for (index, header) in headers.iter().enumerate() {
        visit(&header.value, &|| item(&at.join("headers"), index, []));
    }
    match body {
        Body::Json(body) => {
            let mut path = Vec::new();
            value(at, body, &mut path, visit);
        }
        Body::Text(lines) => {
            for (index, line) in lines.iter().enumerate() {
                visit(line, &|| item(&at.join("text"), index, []));
            }
        }
        Body::Empty | Body::Bytes(_) => {}
    }
}

fn value<'a>(
    at: Side,
    inner: &'a Value,
    path: &mut Vec<Cow<'a, str>>,
    visit: &mut impl FnMut(&'a str, &dyn Fn() -> String),
) {
    match inner {
        Value::String(text) => visit(text, &|| {
            let body = at.join("body");
            path.iter()
                .fold(body, |at, token| pointer::join(&at, token))
        }),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Cow::Owned(index.to_string()));
                value(at, item, path, visit);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                path.push(Cow::Borrowed(key));
                value(at, member, path, visit);
                path.pop();
            }
        }
        _ => {}
    }
}
