//! Requests and responses with the values of a view.

use std::collections::HashMap;

use serde_json::Value;

use crate::document::{Body, Example, Header, Headers, Recorded, Request, Response};
use crate::stabilize::view;

/// A captured example with the values of a view; what was committed says how headers are ordered and written.
pub(super) fn with_view(captured: &Example, before: Option<&Example>, view: &Value) -> Example {
    let (Recorded::Parsed(request), Recorded::Parsed(response)) =
        (&captured.request, &captured.response)
    else {
        return captured.clone();
    };
    let (sent, received) = (&view["request"], &view["response"]);
    let old_request = before.and_then(|before| before.request.parsed());
    let old_response = before.and_then(|before| before.response.parsed());
    let old_headers = old_request.map(|old| &old.headers);
    let request = Request {
        path: sent["path"].as_str().unwrap_or(&request.path).to_owned(),
        headers: headers(&request.headers, old_headers, &sent["headers"]),
        body: body(request.into(), old_request.map(Message::from), sent),
        ..request.clone()
    };
    let old_headers = old_response.map(|old| &old.headers);
    let shown = body(response.into(), old_response.map(Message::from), received);
    let mut fields = headers(&response.headers, old_headers, &received["headers"]);
    // The length of an example that is shown short is that of the whole body.
    let is_same_part = before.is_some_and(|before| before.shortened == captured.shortened);
    if !is_same_part || old_response.is_none_or(|old| old.body != shown) {
        follow_body(
            &mut fields,
            &response.headers,
            length(&shown) - length(&response.body),
        );
    }
    let response = Response {
        headers: fields,
        body: shown,
        ..response.clone()
    };
    Example {
        request: Recorded::Parsed(request),
        response: Recorded::Parsed(response),
        ..captured.clone()
    }
}

/// The fields and the body of a side.
#[derive(Clone, Copy)]
struct Message<'a>(&'a Headers, &'a Body);

impl<'a> From<&'a Request> for Message<'a> {
    fn from(request: &'a Request) -> Self {
        Self(&request.headers, &request.body)
    }
}

impl<'a> From<&'a Response> for Message<'a> {
    fn from(response: &'a Response) -> Self {
        Self(&response.headers, &response.body)
    }
}

/// Lines with what a view makes of them: those of a stream of JSON are values there.
fn spelled<'a>(Message(headers, body): Message<'a>) -> Vec<(Value, &'a str)> {
    let Body::Text(lines) = body else {
        return Vec::new();
    };
    match view::text(headers, lines) {
        Value::Array(values) => values
            .into_iter()
            .zip(lines.iter().map(String::as_str))
            .collect(),
        _ => Vec::new(),
    }
}

/// The lines of a view, each in the spelling that it has on one of the sides.
fn lines_of(view: &[Value], captured: Message<'_>, before: Option<Message<'_>>) -> Vec<String> {
    let new = spelled(captured);
    let is_stream = new
        .iter()
        .any(|(value, line)| value.as_str() != Some(*line));
    let separator = new.iter().any(|(_, line)| line.starts_with('\u{1e}'));
    let old = before.map(spelled).unwrap_or_default();
    let spellings: HashMap<String, &str> = new
        .iter()
        .chain(&old)
        .map(|(value, line)| (value.to_string(), *line))
        .collect();
    let line = |value: &Value| match (spellings.get(&value.to_string()), value) {
        (Some(line), _) => (*line).to_owned(),
        (None, Value::String(text)) if !is_stream => text.clone(),
        (None, value) if separator => format!("\u{1e}{value}"),
        (None, value) => value.to_string(),
    };
    view.iter().map(line).collect()
}

fn body(captured: Message<'_>, before: Option<Message<'_>>, side: &Value) -> Body {
    match captured.1 {
        Body::Json(value) => Body::Json(side.get("body").unwrap_or(value).clone()),
        Body::Text(lines) => {
            let shown = side["text"].as_array();
            let shown = shown.map(|view| lines_of(view, captured, before));
            Body::Text(shown.unwrap_or_else(|| lines.clone()))
        }
        Body::Empty | Body::Bytes(_) => captured.1.clone(),
    }
}

/// The fields of a view, in the order and the case of the committed ones; new ones where the capture has them.
fn headers(captured: &Headers, before: Option<&Headers>, fields: &Value) -> Headers {
    let names = |headers: &Headers| -> Vec<String> {
        headers.iter().map(|header| header.name.clone()).collect()
    };
    let mut order = before.map(names).unwrap_or_default();
    for name in names(captured) {
        let count = |all: &[String]| {
            all.iter()
                .filter(|other| other.eq_ignore_ascii_case(&name))
                .count()
        };
        if count(&order) < captured.get_all(&name).count() {
            order.push(name);
        }
    }
    let mut lines: HashMap<String, std::vec::IntoIter<String>> = HashMap::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let values: Vec<_> = value
            .as_str()
            .unwrap_or_default()
            .split('\n')
            .map(str::to_owned)
            .collect();
        lines.insert(name.clone(), values.into_iter());
    }
    let fields = order.into_iter().filter_map(|name| {
        let value = lines.get_mut(&name.to_lowercase())?.next()?;
        Some(Header::new(name, value))
    });
    Headers(fields.collect())
}

/// The length on the wire, that of the captured fields, plus what was changed here.
pub fn follow_body(fields: &mut Headers, captured: &Headers, changed: i128) {
    let wire = captured
        .get("Content-Length")
        .and_then(|length| length.parse::<i128>().ok());
    for field in fields
        .0
        .iter_mut()
        .filter(|field| field.is("Content-Length"))
    {
        if let Some(wire) = wire {
            field.value = (wire + changed).to_string();
        }
    }
}

/// The bytes of a body as it would stand on the wire.
pub fn length(body: &Body) -> i128 {
    match body {
        Body::Json(value) => value.to_string().len() as i128,
        Body::Text(lines) => lines.join("\n").len() as i128,
        Body::Empty | Body::Bytes(_) => 0,
    }
}
