//! `Content-Length` against the body.
//!
//! The header is that of the wire, and a document does not keep how a server writes its JSON: the original's bodies were
//! compact in 2020 and spaced in 2018. So a length fits that any usual writer would give to the same value.

use super::spelling::Counts;
use super::{Document, item};
use crate::document::{Body, EndpointDocument, Example, Headers, Recorded, Request};
use crate::finding::{Finding, codes};

/// Each body has the length that its header says.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, example) in document.item.examples.iter().enumerate() {
        let sides = [
            ("request", of_request(&example.request)),
            ("response", of_response(example)),
        ];
        for (side, message) in sides {
            let Some((field, words)) = message.and_then(|(headers, body)| misfit(headers, body))
            else {
                continue;
            };
            let at = item("/examples", index, [side, "headers", &field.to_string()]);
            let finding = Finding::new(codes::CONTENT_LENGTH, words)
                .at_pointer(document.source, &at)
                .about(document.example(example));
            findings
                .push(finding.help("capture the example anew: its body or its header was edited"));
        }
    }
    findings
}

fn of_request(request: &Recorded<Request>) -> Option<(&Headers, &Body)> {
    let request = request.parsed()?;
    Some((&request.headers, &request.body))
}

/// The answer to a HEAD, and a 304, say the length of a body that they do not have (RFC 9110, section 8.6), and an example that
/// shows less of a body that of the whole.
fn of_response(example: &Example) -> Option<(&Headers, &Body)> {
    let response = example.response.parsed()?;
    if !example.shortened.is_empty() {
        return None;
    }
    let request = example.request.parsed();
    let is_head = request.is_some_and(|one| one.method == "HEAD");
    let is_told_only = response.body == Body::Empty && (is_head || response.status == 304);
    (!is_told_only).then_some((&response.headers, &response.body))
}

/// Whether the JSON bodies of the document, in their order, have the lengths that their headers say; `false` where other
/// bodies would have to be looked at. What is wrong is told by [`document`].
pub(in crate::validate) fn fits(document: &EndpointDocument, bodies: &[Counts]) -> bool {
    let mut bodies = bodies.iter();
    document.examples.iter().all(|example| {
        let bodies_of = [
            example.request.parsed().map(|side| &side.body),
            example.response.parsed().map(|side| &side.body),
        ];
        let told = [of_request(&example.request), of_response(example)];
        bodies_of.iter().zip(told).all(|(body, told)| match body {
            Some(Body::Json(_)) => bodies.next().is_some_and(|counts| {
                let said = told.and_then(|(headers, _)| said(headers));
                said.is_none_or(|(_, said)| counts.fits(said))
            }),
            _ => told.is_none_or(|(headers, body)| misfit(headers, body).is_none()),
        })
    }) && bodies.next().is_none()
}

/// The index of the field, and what it says of a body that was not packed for the way, and whose characters have known lengths.
fn said(headers: &Headers) -> Option<(usize, u64)> {
    let is_other = |value: &str| {
        let value = value.to_ascii_lowercase();
        let charset = value.split_once("charset=");
        let charset = charset.map(|(_, rest)| rest.trim_start_matches('"'));
        charset.is_some_and(|one| {
            !["utf-8", "utf8", "us-ascii"]
                .iter()
                .any(|known| one.starts_with(known))
        })
    };
    if headers.get("Content-Type").is_some_and(is_other) {
        return None;
    }
    if headers.get("Content-Encoding").is_some() || headers.get("Transfer-Encoding").is_some() {
        return None;
    }
    let field = headers
        .iter()
        .position(|header| header.is("Content-Length"))?;
    let said = headers.0.get(field)?.value.parse().ok()?;
    Some((field, said))
}

/// The index of the field, and what is wrong with it.
fn misfit(headers: &Headers, body: &Body) -> Option<(usize, String)> {
    let (field, said) = said(headers)?;
    let wrong = |what: String| Some((field, format!("`Content-Length` is {said}, {what}")));
    match body {
        Body::Empty if said != 0 => wrong("and there is no body".to_owned()),
        Body::Text(lines) => {
            let breaks = lines.len().saturating_sub(1);
            let length = lines.iter().map(String::len).sum::<usize>() + breaks;
            // Other charsets are not known here.
            let known = lines.iter().all(|line| line.is_ascii());
            (known && said != length as u64)
                .then(|| wrong(format!("and the body has {length} bytes")))?
        }
        Body::Bytes(bytes) if said != bytes.size => {
            wrong(format!("and the body has {} bytes", bytes.size))
        }
        Body::Json(value) => {
            let counts = Counts::of(value);
            (!counts.fits(said)).then(|| {
                let (compact, spaced) = counts.usual();
                wrong(format!(
                    "and the body has {compact} bytes, or {spaced} with blanks"
                ))
            })?
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Exchange, Response, Shortened};

    #[test]
    fn what_has_no_body_may_say_a_length() {
        let request = |method: &str| Request {
            method: method.to_owned(),
            ..Request::default()
        };
        let response = |status| Response {
            status,
            headers: Headers::from_lines(["Content-Length: 2"]),
            ..Response::default()
        };
        for (method, status, told) in [
            ("HEAD", 200, false),
            ("GET", 304, false),
            ("GET", 200, true),
        ] {
            let mut example = Example::from(Exchange {
                request: request(method),
                response: response(status),
            });
            let is_told = |example: &Example| {
                of_response(example).is_some_and(|(headers, body)| misfit(headers, body).is_some())
            };
            assert_eq!(is_told(&example), told, "{method} {status}");
            let cut = Shortened { shown: 1, of: 2 };
            example.shortened.insert(String::new(), cut);
            assert!(!is_told(&example));
        }
    }

    #[test]
    fn lengths_of_other_charsets_are_not_known() {
        for (charset, told) in [("utf-8", true), ("\"UTF-8\"", true), ("utf-16", false)] {
            let media = format!("Content-Type: text/plain; charset={charset}");
            let headers = Headers::from_lines(["Content-Length: 2", &media]);
            assert_eq!(
                misfit(&headers, &Body::text("a")).is_some(),
                told,
                "{charset}"
            );
        }
    }
}
