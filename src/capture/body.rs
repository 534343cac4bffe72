//! What a body is, by its media type.

use std::borrow::Cow;

use serde_json::Value;

use super::client::WireResponse;
use super::coding;
use super::error::Fault;
use crate::document::{Headers, essence, is_json_media_type};
use crate::finding::SourceFile;
use crate::json::{self, FaultKind};

/// A body, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content<'r> {
    Empty,
    Json(Cow<'r, Value>),
    Text(String),
    /// Neither JSON nor text, of that media type.
    Bytes(String),
}

/// A body that is not what its media type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BodyFault {
    /// In a sentence without a full stop, with line and column.
    pub message: String,
    pub help: Option<String>,
    /// Whether its bytes are not even text in the charset that counts: no usable response.
    pub unreadable: bool,
}

impl From<Fault> for BodyFault {
    fn from(fault: Fault) -> Self {
        Self {
            message: fault.message,
            help: fault.help,
            unreadable: true,
        }
    }
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+yaml")
        || matches!(
            essence,
            "application/xml"
                | "application/javascript"
                | "application/ecmascript"
                | "application/x-javascript"
                | "application/x-www-form-urlencoded"
                | "application/csv"
                | "application/x-ndjson"
                | "application/ndjson"
                | "application/jsonl"
                | "application/jsonlines"
                | "application/json-seq"
                | "application/yaml"
                | "application/x-yaml"
                | "application/toml"
                | "application/graphql"
                | "application/sql"
                | "application/x-sh"
        )
}

/// Understands the body of a response.
pub(super) fn content(response: &WireResponse) -> Result<Content<'_>, BodyFault> {
    let WireResponse { head, body, .. } = response;
    if body.is_empty() {
        return Ok(Content::Empty);
    }
    let media_type = head.headers.get("Content-Type").unwrap_or_default();
    let essence = essence(media_type);
    if is_json_media_type(&essence) {
        let read = response.json().map(Cow::Borrowed);
        return read.map(Content::Json).map_err(Clone::clone);
    }
    // Without a media type, what reads as text is shown as text.
    let untyped = essence.is_empty() && !body.contains(&0);
    if (is_text(&essence) || untyped)
        && let Some(text) = coding::text(media_type, body)?
    {
        return Ok(Content::Text(text));
    }
    // What names a charset is text; some name one for images, too.
    if !is_text(&essence)
        && coding::charset(media_type).is_some()
        && let Ok(Some(text)) = coding::text(media_type, body)
        && !text.contains('\0')
    {
        return Ok(Content::Text(text));
    }
    Ok(Content::Bytes(media_type.to_owned()))
}

/// The same, with the JSON taken out of the response: a large body is not to be there twice.
pub(super) fn owned(response: &mut WireResponse) -> Result<Content<'static>, BodyFault> {
    Ok(match content(response)? {
        Content::Empty => Content::Empty,
        Content::Text(text) => Content::Text(text),
        Content::Bytes(media_type) => Content::Bytes(media_type),
        Content::Json(_) => Content::Json(Cow::Owned(response.take_json()?)),
    })
}

/// Whether the media type names no other charset than that of JSON.
pub(super) fn is_utf8(media_type: &str) -> bool {
    let charset = coding::charset(media_type);
    matches!(charset.as_deref(), None | Some("utf-8" | "utf8"))
}

/// Reads a body as JSON, strictly; in another charset than UTF-8 only where its media type names one.
pub(super) fn parse(headers: &Headers, body: &[u8]) -> Result<Value, BodyFault> {
    let media_type = headers.get("Content-Type").unwrap_or_default();
    if is_utf8(media_type) {
        return parse_utf8(body);
    }
    match coding::text(media_type, body)? {
        Some(text) => parse_utf8(text.as_bytes()),
        None => parse_utf8(body),
    }
}

fn parse_utf8(body: &[u8]) -> Result<Value, BodyFault> {
    json::parse_bytes(body).map_err(|fault| {
        let position = SourceFile::new("", body).position(fault.offset);
        // The reader speaks of files.
        let message = fault.message.replace("the file", "the body");
        let help = match fault.kind {
            FaultKind::Encoding | FaultKind::ByteOrderMark => {
                Some("JSON is UTF-8 without a byte order mark (RFC 8259)".to_owned())
            }
            FaultKind::Syntax | FaultKind::TrailingComma | FaultKind::LoneSurrogate => Some(
                "mend what the API answers: the body, or the `Content-Type` that calls it JSON"
                    .to_owned(),
            ),
            FaultKind::Size => None,
            FaultKind::Depth | FaultKind::DuplicateKey | FaultKind::ReservedKey => fault.help,
        };
        BodyFault {
            message: format!(
                "the response body is not JSON that we can keep: {message} (line {}, column {} of the body)",
                position.line, position.column
            ),
            help,
            unreadable: std::str::from_utf8(body).is_err(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::wire::Head;
    use serde_json::json;

    fn response(media_type: &str, body: &[u8]) -> WireResponse {
        let head = Head {
            status: 200,
            reason: String::new(),
            headers: Headers::from_lines([format!("content-type: {media_type}")]),
        };
        WireResponse::new(head, body.to_vec())
    }

    fn fault_of(media_type: &str, body: &[u8]) -> BodyFault {
        content(&response(media_type, body)).unwrap_err()
    }

    fn holds(media_type: &str, body: &[u8], expected: &Content<'_>) {
        let response = response(media_type, body);
        assert_eq!(content(&response).as_ref(), Ok(expected), "{media_type}");
    }

    #[test]
    fn json_is_recognised_for_any_json_media_type() {
        for media_type in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
            "application/vnd.api+json;v=1",
            "text/json",
        ] {
            holds(
                media_type,
                b"[1.0]",
                &Content::Json(Cow::Owned(json!([1.0]))),
            );
        }
        let jsonp = "application/jsonp";
        holds(jsonp, b"[1]", &Content::Bytes(jsonp.to_owned()));
    }

    #[test]
    fn what_names_its_charset_is_text() {
        let text = Content::Text("é".to_owned());
        let metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        holds(metrics, "é".as_bytes(), &text);
        holds("application/x-rows; charset=iso-8859-1", b"\xe9", &text);
        for media_type in ["image/png; charset=utf-8", "application/x; charset=binary"] {
            let bytes = Content::Bytes(media_type.to_owned());
            holds(media_type, b"\x89PNG\0", &bytes);
        }
    }

    #[test]
    fn text_is_kept_where_it_is_utf_8() {
        let text = Content::Text("é".to_owned());
        for media_type in ["text/plain", "image/svg+xml", "application/x-ndjson", ""] {
            holds(media_type, "é".as_bytes(), &text);
        }
        for (media_type, body) in [("text/plain", b"\xe9".as_slice()), ("image/png", b"abc")] {
            holds(media_type, body, &Content::Bytes(media_type.to_owned()));
        }
        holds("application/json", b"", &Content::Empty);
        holds("text/csv; charset=latin1", b"\xe9", &text);
        let wide = "application/json; charset=utf-16";
        holds(
            wide,
            b"\xff\xfe[\0\x31\0]\0",
            &Content::Json(Cow::Owned(json!([1]))),
        );
        let latin = "application/json; charset=iso-8859-1";
        holds(
            latin,
            b"[\"\xe9\"]",
            &Content::Json(Cow::Owned(json!(["é"]))),
        );
    }

    #[test]
    fn faults_have_their_place_in_the_body() {
        let fault = |body: &[u8]| fault_of("application/json", body).message;
        assert!(fault_of("application/json", b"[\"\xff\"]").unreadable);
        assert!(!fault_of("application/json", b"[1,]").unreadable);
        assert!(fault(b"{\"a\":1,\n \"a\":2}").contains("line 2, column 2"));
        assert!(fault(b"[\"\xff\"]").contains("the body is not UTF-8 (line 1, column 3"));
        assert!(fault(b"\xef\xbb\xbf[]").contains("byte order mark"));
        assert!(fault(b"[1,]").contains("a comma stands behind"));
        assert!(fault("[".repeat(100_000).as_bytes()).contains("deeper"));
    }
}
