//! Bodies against the media types that their headers say.

use super::{Document, item};
use crate::document::{Body, Headers, essence, is_json_media_type};
use crate::finding::spelling::quoted;
use crate::finding::{Finding, codes};
use crate::json;

/// Each body is what its `Content-Type` says.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, example) in document.item.examples.iter().enumerate() {
        let response = example.response.parsed();
        // That a client sent nonsense is what an example of a refusal may show.
        let is_refused = response.is_some_and(|response| response.status >= 400);
        let request = example.request.parsed().filter(|_| !is_refused);
        let sides = [
            ("request", request.map(|side| (&side.headers, &side.body))),
            ("response", response.map(|side| (&side.headers, &side.body))),
        ];
        for (side, message) in sides {
            let Some((words, key)) = message.and_then(|(headers, body)| misfit(headers, body))
            else {
                continue;
            };
            let finding = Finding::new(codes::BODY_MEDIA_TYPE, words)
                .at_key(document.source, &item("/examples", index, [side, key]))
                .about(document.example(example));
            findings.push(finding.help("capture the example anew, or mend what was edited"));
        }
    }
    findings
}

/// What is wrong, and the key of the body.
fn misfit(headers: &Headers, body: &Body) -> Option<(String, &'static str)> {
    let media_type = headers.get("Content-Type")?;
    let stated = essence(media_type);
    let is_json = is_json_media_type(&stated);
    let is_binary = ["image/", "audio/", "video/", "font/"]
        .iter()
        .any(|kind| stated.starts_with(kind) && stated != "image/svg+xml");
    let shown = quoted(media_type);
    let wrong = |what: &str, key| Some((format!("{what}, and its `Content-Type` is {shown}"), key));
    match body {
        Body::Json(_) if !is_json => wrong("the body is JSON", "body"),
        Body::Text(text) if is_json && json::parse(&text.join("\n")).is_ok() => Some((
            format!(
                "the body is told as `text`, and its `Content-Type` is {shown}: JSON is told as `body`"
            ),
            "text",
        )),
        Body::Text(_) if is_json => wrong("the body is text that is not JSON", "text"),
        Body::Text(_) if is_binary => wrong("the body is text", "text"),
        Body::Bytes(bytes) if essence(&bytes.media_type) != stated => {
            let other = quoted(&bytes.media_type);
            Some((
                format!("the body is told as {other}, and its `Content-Type` is {shown}"),
                "bytes",
            ))
        }
        Body::Bytes(_) if is_json => wrong("the body is not JSON", "bytes"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_a_media_type_may_be_anything() {
        let json = Body::Json(serde_json::Value::Null);
        assert!(misfit(&Headers::default(), &json).is_none());
        for (media_type, body, fits) in [
            ("application/problem+json; charset=utf-8", &json, true),
            ("text/plain", &json, false),
            ("text/plain", &Body::text("x"), true),
            ("application/json", &Body::text("x"), false),
            ("image/svg+xml", &Body::text("<svg/>"), true),
            ("image/png", &Body::text("x"), false),
            ("image/png", &Body::Empty, true),
        ] {
            let headers = Headers::from_lines([format!("content-type: {media_type}")]);
            assert_eq!(misfit(&headers, body).is_none(), fits, "{media_type}");
        }
    }

    #[test]
    fn json_that_is_told_as_text_is_not_called_no_json() {
        let headers = Headers::from_lines(["Content-Type: application/json"]);
        let told = |lines: &[&str]| {
            let body = Body::Text(lines.iter().map(|line| (*line).to_owned()).collect());
            misfit(&headers, &body).unwrap().0
        };
        assert!(told(&["{\"a\":", "1}"]).starts_with("the body is told as `text`"));
        assert!(told(&["{\"a\":"]).starts_with("the body is text that is not JSON"));
    }
}
