//! Documents as the values that are compared and that addresses point into.

use serde_json::{Map, Value, json};

use crate::document::{Body, EndpointDocument, Example, Headers, Recorded, essence};
use crate::json;

/// What people wrote.
pub fn prose(document: &EndpointDocument) -> Value {
    json!({
        "title": document.title,
        "method": document.method,
        "api_path": document.api_path,
        "description": document.description,
        "warning": document.warning,
        "authentication": document.authentication,
        "path_parameters": document.path_parameters,
        "query_parameters": document.query_parameters,
        "header_parameters": document.header_parameters,
        "parameters": document.parameters,
        "sidebar_order": document.sidebar_order,
        "no_example": document.no_example,
    })
}

/// `{title, request, response, shortened}`. Header names are in lower case; a repeated header is the lines of its values.
pub fn example(example: &Example) -> Value {
    let mut view = Map::new();
    if let Some(title) = &example.title {
        view.insert("title".to_owned(), json!(title));
    }
    let request = match &example.request {
        Recorded::Verbatim { verbatim } => json!({ "verbatim": verbatim }),
        Recorded::Parsed(request) => {
            let mut side = Map::new();
            side.insert("method".to_owned(), json!(request.method));
            side.insert("path".to_owned(), json!(request.path));
            message(side, &request.headers, &request.body)
        }
    };
    let response = match &example.response {
        Recorded::Verbatim { verbatim } => json!({ "verbatim": verbatim }),
        Recorded::Parsed(response) => {
            let mut side = Map::new();
            side.insert("status".to_owned(), json!(response.status));
            side.insert("reason".to_owned(), json!(response.reason));
            message(side, &response.headers, &response.body)
        }
    };
    view.insert("request".to_owned(), request);
    view.insert("response".to_owned(), response);
    if !example.shortened.is_empty() {
        // How many items there were in all is good to know, and changes when nothing that is shown does.
        let arrays: Vec<_> = example.shortened.keys().collect();
        view.insert("shortened".to_owned(), json!(arrays));
    }
    Value::Object(view)
}

fn message(mut side: Map<String, Value>, headers: &Headers, body: &Body) -> Value {
    side.insert("headers".to_owned(), fields(headers));
    let (key, value) = match body {
        Body::Empty => return Value::Object(side),
        Body::Json(value) => ("body", value.clone()),
        Body::Text(lines) => ("text", text(headers, lines)),
        Body::Bytes(bytes) => ("bytes", json!(bytes)),
    };
    side.insert(key.to_owned(), value);
    Value::Object(side)
}

/// The lines of a text; those of a stream of JSON are values, so that they are compared as such.
fn text(headers: &Headers, lines: &[String]) -> Value {
    let essence = essence(headers.get("content-type").unwrap_or_default());
    let is_stream = matches!(
        essence.as_str(),
        "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/json-seq"
    );
    let looks_so = |line: &&String| line.starts_with(['{', '[']);
    if !is_stream && !lines.iter().take(1).any(|line| looks_so(&line)) {
        return json!(lines);
    }
    // Where one is none, all stay lines.
    let values: Option<Vec<Value>> = lines
        .iter()
        .map(|line| match line.trim_start_matches('\u{1e}').trim() {
            "" => Some(json!(line)),
            text => json::parse(text).ok(),
        })
        .collect();
    values.map_or_else(|| json!(lines), Value::Array)
}

/// The values of a repeated header are its lines. Sorted by name: the order of header fields with different names means nothing (RFC 9110, section 5.3).
fn fields(headers: &Headers) -> Value {
    let mut names: Vec<_> = headers
        .iter()
        .map(|header| header.name.to_lowercase())
        .collect();
    names.sort_unstable();
    names.dedup();
    let values = names.into_iter().map(|name| {
        let all = headers.get_all(&name).collect::<Vec<_>>().join("\n");
        (name, json!(all))
    });
    Value::Object(values.collect())
}
