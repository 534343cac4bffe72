//! HAR 1.2, what browsers and proxies record (source: W3C Web Performance, HTTP Archive format).

use std::sync::Arc;

use serde_json::Value;

use super::{Part, Payload, Request, Requests, body_of};
use crate::document::essence;
use crate::finding::{Finding, SourceFile, codes};
use crate::import::scenario::literal_text;
use crate::json;

/// Media types of responses that belong to a page and not to an API.
const OF_PAGES: [&str; 9] = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "image/",
    "font/",
    "video/",
    "audio/",
];

/// Reads a recorded session.
pub fn read(source: &Arc<SourceFile>, bytes: &[u8]) -> Requests {
    let mut out = Requests::default();
    let value = match json::parse_bytes(bytes) {
        Ok(value) => value,
        Err(fault) => {
            out.findings.push(source.fault(fault));
            return out;
        }
    };
    let Some(entries) = value.pointer("/log/entries").and_then(Value::as_array) else {
        let finding = Finding::new(
            codes::NOT_REQUESTS,
            "this is no HAR file: it has no `log.entries`",
        );
        out.findings.push(
            finding
                .in_file(source)
                .help("save the session as HAR in the network view of a browser"),
        );
        return out;
    };
    let mut of_pages = 0;
    for (index, entry) in entries.iter().enumerate() {
        let media = entry
            .pointer("/response/content/mimeType")
            .and_then(Value::as_str)
            .map(essence);
        let is_get = entry
            .pointer("/request/method")
            .is_some_and(|method| method == "GET");
        if is_get && media.is_some_and(|media| OF_PAGES.iter().any(|page| media.starts_with(page)))
        {
            of_pages += 1;
            continue;
        }
        match request(entry) {
            Some(request) if ["OPTIONS", "CONNECT"].contains(&request.method.as_str()) => {
                of_pages += 1
            }
            Some(request) => out.requests.push(request),
            None => {
                let finding = Finding::new(
                    codes::NOT_REQUESTS,
                    "the entry has no request with a method and a URL",
                );
                out.findings
                    .push(finding.at_pointer(source, &format!("/log/entries/{index}")));
            }
        }
    }
    if of_pages > 0 {
        let message =
            format!("{of_pages} requests for pages, their parts and preflights are left out");
        out.findings
            .push(Finding::new(codes::LEFT_OUT, message).in_file(source));
    }
    out
}

fn request(entry: &Value) -> Option<Request> {
    let request = entry.get("request")?;
    let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let url = text(request, "url")?;
    let method = text(request, "method")?.to_ascii_uppercase();
    if !method
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    {
        return None;
    }
    let headers = request.get("headers").and_then(Value::as_array);
    let headers = headers
        .into_iter()
        .flatten()
        .filter_map(|header| Some((text(header, "name")?, literal_text(&text(header, "value")?))));
    let status = entry.pointer("/response/status").and_then(Value::as_u64);
    let status = status
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (100..600).contains(status));
    Some(Request {
        method,
        url: literal_text(&url),
        headers: headers.collect(),
        body: request.get("postData").map(body).unwrap_or_default(),
        status,
        ..Request::default()
    })
}

fn body(data: &Value) -> Payload {
    let media = data.get("mimeType").and_then(Value::as_str);
    let params = data
        .get("params")
        .and_then(Value::as_array)
        .filter(|params| !params.is_empty());
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(params) = params {
        let multipart = media.is_some_and(|media| essence(media) == "multipart/form-data");
        let named = params
            .iter()
            .filter_map(|param| Some((text(param, "name")?, param)));
        if multipart {
            return Payload::Multipart(
                named
                    .map(|(name, param)| match text(param, "fileName") {
                        Some(file) => (name, Part::File(file, text(param, "contentType"))),
                        None => (
                            name,
                            Part::Text(literal_text(&text(param, "value").unwrap_or_default())),
                        ),
                    })
                    .collect(),
            );
        }
        return Payload::Form(
            named
                .map(|(name, param)| {
                    let pairs = super::url::pairs(&format!(
                        "x={}",
                        text(param, "value").unwrap_or_default()
                    ));
                    let value = pairs.into_iter().next().map(|(_, value)| value);
                    (name, literal_text(&value.unwrap_or_default()))
                })
                .collect(),
        );
    }
    body_of(&text(data, "text").unwrap_or_default(), media)
}
