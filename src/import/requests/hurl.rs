//! `.hurl` files: requests, what they expect, and what they keep of a response (source: the manual of Hurl).

use std::sync::Arc;

use serde_json::{Value, json};

use super::http::{graphql, templated_body};
use super::templates::{json_path, template};
use super::{Part, Payload, Request, Requests, at_line, body_of};
use crate::finding::{SourceFile, codes};
use crate::import::naming;
use crate::import::scenario::encode;

/// What the lines of an entry belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Headers,
    Query,
    Form,
    Multipart,
    Cookies,
    BasicAuth,
    Captures,
    Other,
}

/// Reads a file of requests.
pub fn read(source: &Arc<SourceFile>) -> Requests {
    let mut out = Requests::default();
    let lines: Vec<&str> = source.text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if is_request(line) {
            at = entry(source, &lines, at, &mut out);
        } else {
            if !line.is_empty() && !line.starts_with('#') {
                out.findings.push(at_line(
                    source,
                    at,
                    codes::NOT_REQUESTS,
                    "expected a method and a URL",
                ));
            }
            at += 1;
        }
    }
    if out.requests.is_empty() && out.findings.is_empty() {
        out.findings.push(at_line(
            source,
            0,
            codes::NOT_REQUESTS,
            "the file holds no request",
        ));
    }
    out
}

fn is_request(line: &str) -> bool {
    let (method, url) = line.split_once(' ').unwrap_or((line, ""));
    method.len() > 1
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && !url.trim().is_empty()
        && (url.contains("://") || url.contains("{{") || url.trim().starts_with('/'))
}

/// Reads a request with its response; the line behind it.
fn entry(source: &Arc<SourceFile>, lines: &[&str], start: usize, out: &mut Requests) -> usize {
    let (method, url) = lines[start].trim().split_once(' ').unwrap_or_default();
    let mut request = Request {
        method: method.to_owned(),
        url: template(url.trim()),
        ..Request::default()
    };
    let mut part = Place::Headers;
    let mut in_response = false;
    let mut left_out = 0;
    let mut form = Vec::new();
    let mut multipart = Vec::new();
    let mut cookies = Vec::new();
    let mut at = start + 1;
    while at < lines.len() && !is_request(lines[at].trim()) {
        let line = lines[at].trim();
        at += 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "HTTP" || line.starts_with("HTTP ") || line.starts_with("HTTP/") {
            in_response = true;
            part = Place::Headers;
            request.status = line
                .split_whitespace()
                .nth(1)
                .and_then(|status| status.parse().ok());
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            part = section(name);
            continue;
        }
        let pair = line
            .split_once(':')
            .map(|(name, value)| (name.trim(), value.trim()));
        match (part, pair) {
            (Place::Captures, Some((name, query))) => match capture(query) {
                Some(save) => request.save.push((naming::identifier(name), save)),
                None => left_out += 1,
            },
            _ if in_response => left_out += 1,
            _ if is_body(line) => at = body(lines, at - 1, &mut request),
            (Place::Headers, Some((name, value))) => {
                request.headers.push((name.to_owned(), template(value)))
            }
            (Place::Query, Some((name, value))) => {
                let joint = if request.url.contains('?') { '&' } else { '?' };
                let value = match value.contains("{{") {
                    true => template(value),
                    false => encode(value),
                };
                request
                    .url
                    .push_str(&format!("{joint}{}={value}", encode(name)));
            }
            (Place::Form, Some((name, value))) => form.push((name.to_owned(), template(value))),
            (Place::Multipart, Some((name, value))) => {
                let part = match value.strip_prefix("file,") {
                    Some(file) => {
                        let (path, media) = file.split_once(';').unwrap_or((file, ""));
                        let media = Some(media.trim().to_owned()).filter(|media| !media.is_empty());
                        Part::File(path.trim().to_owned(), media)
                    }
                    None => Part::Text(template(value)),
                };
                multipart.push((name.to_owned(), part));
            }
            (Place::Cookies, Some((name, value))) => {
                cookies.push(format!("{name}={}", template(value)))
            }
            (Place::BasicAuth, Some((user, password))) => {
                let value = match (user.contains("{{"), password.contains("{{")) {
                    (false, false) => format!(
                        "Basic {}",
                        super::secrets::basic(&format!("{user}:{password}"))
                    ),
                    _ => "Basic {{ env.BASIC_CREDENTIALS }}".to_owned(),
                };
                request.headers.push(("Authorization".to_owned(), value));
            }
            _ => left_out += 1,
        }
    }
    if !cookies.is_empty() {
        request
            .headers
            .push(("Cookie".to_owned(), cookies.join("; ")));
    }
    if !form.is_empty() {
        request.body = Payload::Form(form);
    } else if !multipart.is_empty() {
        request.body = Payload::Multipart(multipart);
    }
    if left_out > 0 {
        let message = format!(
            "lines about options or the response have no counterpart, and are left out: {left_out}"
        );
        out.findings
            .push(at_line(source, start, codes::UNKNOWN_OPTION, message));
    }
    out.requests.push(request);
    at
}

fn section(name: &str) -> Place {
    match name {
        "QueryStringParams" | "Query" => Place::Query,
        "FormParams" | "Form" => Place::Form,
        "MultipartFormData" | "Multipart" => Place::Multipart,
        "Cookies" => Place::Cookies,
        "BasicAuth" => Place::BasicAuth,
        "Captures" => Place::Captures,
        _ => Place::Other,
    }
}

/// `jsonpath "$.a.b[0]"` as a JSON Pointer, `header "Location"` as that header.
fn capture(query: &str) -> Option<Value> {
    let (kind, rest) = query.split_once(' ')?;
    let text = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
    if kind == "header" {
        return Some(json!({ "header": text }));
    }
    json_path(text)
        .filter(|_| kind == "jsonpath")
        .map(Value::from)
}

fn is_body(line: &str) -> bool {
    (line.starts_with(['{', '[', '`', '<']) && !line.starts_with("{{"))
        || line.starts_with("file,")
        || line.starts_with("base64,")
        || line.starts_with("hex,")
}

/// Reads a body from that line on; the line behind it.
fn body(lines: &[&str], start: usize, request: &mut Request) -> usize {
    let first = lines[start].trim();
    let mut headers = request.headers.iter();
    let media = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let media = media.map(|(_, value)| value.clone());
    if let Some(file) = first.strip_prefix("file,") {
        request.body = Payload::File(file.trim_end_matches(';').trim().to_owned());
        return start + 1;
    }
    for (form, decode) in [
        ("base64,", decode_base64 as fn(&str) -> Option<Vec<u8>>),
        ("hex,", decode_hex),
    ] {
        if let Some(text) = first.strip_prefix(form) {
            let bytes = decode(text.trim_end_matches(';'));
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            request.body = match text {
                Some(text) => body_of(&text, Some(media.as_deref().unwrap_or("text/plain"))),
                // Bytes that are no text are a file of their own.
                None => Payload::File("body.bin".to_owned()),
            };
            return start + 1;
        }
    }
    if let Some(kind) = first.strip_prefix("```") {
        let end = lines
            .iter()
            .skip(start + 1)
            .position(|line| line.trim() == "```");
        let end = end.map_or(lines.len(), |end| start + 1 + end);
        let text = lines[start + 1..end].join("\n");
        if kind.trim() == "graphql" {
            request.body = graphql(&template(&text));
            return end + 1;
        }
        let media = media.or_else(|| (kind == "json").then(|| "application/json".to_owned()));
        request.body = templated_body(&text, Some(media.as_deref().unwrap_or("text/plain")));
        return end + 1;
    }
    if let Some(text) = first.strip_prefix('`') {
        request.body = templated_body(
            text.trim_end_matches('`'),
            Some(media.as_deref().unwrap_or("text/plain")),
        );
        return start + 1;
    }
    // JSON or XML up to the response, a section or the next request.
    let stops = |line: &str| {
        let line = line.trim();
        line == "HTTP" || line.starts_with("HTTP ") || line.starts_with("HTTP/") || is_request(line)
    };
    let count = lines
        .iter()
        .skip(start)
        .take_while(|line| !stops(line))
        .count();
    let text: Vec<&str> = lines[start..start + count].to_vec();
    request.body = templated_body(text.join("\n").trim(), media.as_deref());
    start + count
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text: String = text.split_whitespace().collect();
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(text).ok()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .trim()
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| digit.try_into().ok()))
        .collect();
    let pairs = digits?;
    let pairs = pairs.chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}
