//! All texts of a document that may hold what must not be published: prose, and strings of examples.

use std::borrow::Cow;

use serde_json::Value;

use super::{Document, item, prose};
use crate::document::{Body, Headers};
use crate::json::pointer;

/// Calls with each text and its JSON Pointer, which is made only for those that are wanted.
pub(super) fn each<'a>(
    document: &Document<'a>,
    mut visit: impl FnMut(&'a str, &dyn Fn() -> String),
) {
    for prose in prose::of_document(document.item) {
        visit(prose.text, &|| prose.pointer.clone());
    }
    for (index, example) in document.item.examples.iter().enumerate() {
        if let Some(request) = example.request.parsed() {
            let at = item("/examples", index, ["request"]);
            visit(&request.path, &|| format!("{at}/path"));
            message(&at, &request.headers, &request.body, &mut visit);
        }
        if let Some(response) = example.response.parsed() {
            let at = item("/examples", index, ["response"]);
            message(&at, &response.headers, &response.body, &mut visit);
        }
    }
}

fn message<'a>(
    at: &str,
    headers: &'a Headers,
    body: &'a Body,
    visit: &mut impl FnMut(&'a str, &dyn Fn() -> String),
) {
    for (index, header) in headers.iter().enumerate() {
        visit(&header.value, &|| format!("{at}/headers/{index}"));
    }
    match body {
        Body::Json(body) => {
            let mut path = Vec::new();
            value(&format!("{at}/body"), body, &mut path, visit);
        }
        Body::Text(lines) => {
            for (index, line) in lines.iter().enumerate() {
                visit(line, &|| format!("{at}/text/{index}"));
            }
        }
        Body::Empty | Body::Bytes(_) => {}
    }
}

fn value<'a>(
    at: &str,
    inner: &'a Value,
    path: &mut Vec<Cow<'a, str>>,
    visit: &mut impl FnMut(&'a str, &dyn Fn() -> String),
) {
    match inner {
        Value::String(text) => visit(text, &|| {
            path.iter()
                .fold(at.to_owned(), |at, token| pointer::join(&at, token))
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
