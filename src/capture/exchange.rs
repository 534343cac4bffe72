//! What examples show of a request and a response.

use std::borrow::Cow;

use serde_json::Value;

use super::body::Content;
use super::coding;
use super::hosts::Hosts;
use super::identity::Credential;
use super::payload::{self, Built};
use super::wire::Head;
use crate::document::{Body, Exchange, Header, Headers, Request, Response};
use crate::finding::{Finding, Label, SourceFile};
use crate::json::{KeyOrder, write};
use crate::stabilize::secrets::Secrets;

/// Fields that speak of the connection, not of the response (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 3] = ["Connection", "Keep-Alive", "Transfer-Encoding"];

/// How many lines of a body a finding shows.
const BODY_LINES: usize = 10;

/// How many characters of a line a finding shows.
const LINE: usize = 160;

/// A request as it was sent.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    pub method: &'a str,
    /// Path and query, the base URL's prefix in front.
    pub target: &'a str,
    pub credential: Option<&'a Credential>,
    /// The step's own fields.
    pub headers: &'a Headers,
    pub payload: Option<&'a Built>,
}

/// What stands between the wire and the reader: the shown host, and no secrets.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub hosts: &'a Hosts,
    pub secrets: &'a Secrets,
    /// Response headers that are not shown.
    pub drop_headers: &'a [String],
}

/// The bytes of a body as it would stand on the wire: JSON without blanks.
fn length(body: &Body) -> i128 {
    let text = match body {
        Body::Json(value) => value.to_string(),
        Body::Text(lines) => lines.join("\n"),
        Body::Empty | Body::Bytes(_) => return 0,
    };
    text.len() as i128
}

impl View<'_> {
    /// A text as it is shown.
    pub fn text(&self, text: &str) -> String {
        // The host first: in `http://KEY@host` the shown key would hide that the host is one.
        let hosted = self.hosts.replace(text);
        match self.secrets.redact(&hosted) {
            Cow::Owned(text) => text,
            Cow::Borrowed(_) => hosted.into_owned(),
        }
    }

    /// A JSON value as it is shown, and whether it differs.
    pub fn value(&self, mut value: Value) -> (Value, bool) {
        let hosted = self.hosts.replace_in(&mut value);
        let hidden = self.secrets.hide_in(&mut value);
        (value, hosted || hidden)
    }

    /// Whether an exchange that was shown holds a secret that was not known then.
    pub fn is_dated(&self, request: &Request, response: &Response) -> bool {
        let in_text = |text: &str| self.secrets.are_in(text);
        let in_body = |body: &Body| match body {
            Body::Json(value) => self.secrets.are_in_value(value),
            Body::Text(lines) => in_text(&lines.join("\n")),
            Body::Empty | Body::Bytes(_) => false,
        };
        let headers = request.headers.iter().chain(response.headers.iter());
        in_text(&request.path)
            || in_text(&response.reason)
            || headers.into_iter().any(|header| in_text(&header.value))
            || in_body(&request.body)
            || in_body(&response.body)
    }

    /// An exchange that was shown before all secrets were known.
    pub fn exchange(&self, exchange: &Exchange) -> Exchange {
        let headers = |headers: &Headers| Headers(headers.iter().map(|h| self.header(h)).collect());
        let Exchange { request, response } = exchange;
        let body = self.body(&response.body);
        let changed = match body == response.body {
            true => 0,
            false => length(&body) - length(&response.body),
        };
        Exchange {
            request: Request {
                method: request.method.clone(),
                path: self.text(&request.path),
                headers: headers(&request.headers),
                body: self.body(&request.body),
            },
            response: Response {
                status: response.status,
                reason: self.text(&response.reason),
                headers: Headers(self.with_length(response.headers.iter(), changed).collect()),
                body,
            },
        }
    }

    /// The fields with the length of the body that is shown, which differs by so many bytes.
    fn with_length<'h>(
        &self,
        headers: impl Iterator<Item = &'h Header>,
        changed: i128,
    ) -> impl Iterator<Item = Header> {
        headers.map(move |header| match header.value.parse::<i128>() {
            Ok(length) if header.is("Content-Length") => {
                Header::new(header.name.clone(), (length + changed).to_string())
            }
            _ => self.header(header),
        })
    }

    fn body(&self, body: &Body) -> Body {
        match body {
            Body::Json(value) => Body::Json(self.value(value.clone()).0),
            Body::Text(lines) => Body::text(&self.text(&lines.join("\n"))),
            Body::Empty | Body::Bytes(_) => body.clone(),
        }
    }

    /// A finding that was made before all secrets were known.
    pub fn finding(&self, mut finding: Finding) -> Finding {
        finding.message = self.text(&finding.message);
        finding.help = finding.help.map(|help| self.text(&help));
        finding.notes = finding.notes.iter().map(|note| self.text(note)).collect();
        finding.label = finding.label.map(|label| self.label(label));
        finding
    }

    /// A place in a scenario, whose lines may hold a secret that somebody wrote there.
    pub fn label(&self, label: Label) -> Label {
        match self.secrets.mask(&label.source.text) {
            Some(text) => Label {
                source: SourceFile::new(label.source.path.clone(), text.as_bytes()),
                ..label
            },
            None => label,
        }
    }

    fn header(&self, header: &Header) -> Header {
        let hosted = self.hosts.replace(&header.value);
        let shown = self.secrets.redact_header(&header.name, &hosted);
        Header::new(header.name.clone(), shown)
    }

    /// The request as examples show it.
    pub fn request(&self, sent: &Sent<'_>) -> Request {
        let mut headers = Headers::default();
        let own = |name: &str| sent.headers.get(name).is_some();
        if !own("Host") {
            headers.push("Host", self.hosts.shown());
        }
        if let Some(credential) = sent
            .credential
            .filter(|credential| !own(&credential.header))
        {
            headers.push(&credential.header, &credential.shown);
        }
        headers
            .0
            .extend(sent.headers.iter().map(|header| self.header(header)));
        let media_type = sent
            .payload
            .and_then(|payload| payload.media_type.as_deref());
        if let Some(media_type) = media_type.filter(|_| !own("Content-Type")) {
            headers.push("Content-Type", media_type);
        }
        let body = match sent.payload {
            Some(payload) => self.payload(payload, headers.get("Content-Type")),
            None => Body::Empty,
        };
        Request {
            method: sent.method.to_owned(),
            path: self.text(sent.target),
            headers,
            body,
        }
    }

    fn payload(&self, payload: &Built, media_type: Option<&str>) -> Body {
        if let Some(value) = &payload.json {
            return Body::Json(self.value(value.clone()).0);
        }
        if payload.bytes.is_empty() {
            return Body::Empty;
        }
        match std::str::from_utf8(&payload.bytes) {
            Ok(text) if !text.contains('\0') => Body::text(&self.text(text)),
            _ => Body::Bytes(payload::told(
                media_type.unwrap_or_default(),
                &payload.bytes,
            )),
        }
    }

    /// The fields of a response that are shown.
    fn fields<'h>(&self, head: &'h Head) -> impl Iterator<Item = &'h Header> {
        head.headers.iter().filter(|header| {
            let names = self.drop_headers.iter().map(String::as_str);
            !names.chain(HOP_BY_HOP).any(|name| header.is(name))
        })
    }

    /// By how many bytes what we put in differs from what was there.
    ///
    /// On the wire a string may be written with more escapes than it needs: there, what is replaced is measured in the
    /// raw text; only what its name calls a secret, which that text does not tell, is measured in ours.
    fn json_change(&self, shown: &Body, raw: &str) -> i128 {
        let Ok(value) = crate::json::parse(raw) else {
            return 0;
        };
        let by_values = length(shown) - length(&Body::Json(value));
        if !raw.contains('\\') {
            return by_values;
        }
        let text = self.text(raw);
        match crate::json::parse(&text) {
            Ok(value) => {
                let by_name = length(shown) - length(&Body::Json(value));
                text.len() as i128 - raw.len() as i128 + by_name
            }
            Err(_) => by_values,
        }
    }

    /// The response as examples show it; `raw` is the body of which `content` was made, without its
    /// content coding. The length of a coded body is that of bytes that nobody sees, and differs with
    /// every value that the coding packs: it is not shown.
    pub fn response(&self, head: &Head, content: Content<'_>, raw: &[u8]) -> Response {
        let untold = content != Content::Empty && coding::is_coded(&head.headers);
        let (body, changed) = match content {
            Content::Empty => (Body::Empty, 0),
            Content::Json(value) => {
                let (shown, differs) = self.value(value.into_owned());
                let body = Body::Json(shown);
                let changed = match std::str::from_utf8(raw) {
                    Ok(text) if differs => self.json_change(&body, text),
                    _ => 0,
                };
                (body, changed)
            }
            Content::Text(text) => {
                let shown = self.text(&text);
                let media_type = head.headers.get("Content-Type").unwrap_or_default();
                let mark = raw.len() - coding::without_mark(media_type, raw).len();
                let changed = shown.len() as i128 - text.len() as i128 - mark as i128;
                (Body::text(&shown), changed)
            }
            Content::Bytes(media_type) => (Body::Bytes(payload::told(&media_type, raw)), 0),
        };
        let fields = self
            .fields(head)
            .filter(|header| !(untold && header.is("Content-Length")));
        let headers = self.with_length(fields, changed);
        Response {
            status: head.status,
            reason: self.text(&head.reason),
            headers: Headers(headers.collect()),
            body,
        }
    }

    /// A finding with the lines that show what was asked and answered.
    pub fn with_exchange(
        &self,
        mut finding: Finding,
        sent: &Sent<'_>,
        head: &Head,
        raw: &[u8],
    ) -> Finding {
        finding.notes.extend(self.notes(sent, head, raw));
        finding
    }

    /// The lines themselves: the request, the head of the response, and the first lines of the bodies.
    pub fn notes(&self, sent: &Sent<'_>, head: &Head, raw: &[u8]) -> Vec<String> {
        let request = self.request(sent);
        let mut notes = vec![cut(&format!("> {} {}", request.method, request.path))];
        let headers = request.headers.iter();
        notes.extend(headers.map(|header| cut(&format!("> {header}"))));
        match &request.body {
            Body::Empty | Body::Bytes(_) => {}
            Body::Json(value) => first_lines(&mut notes, &write(value, KeyOrder::Kept)),
            Body::Text(lines) => first_lines(&mut notes, &lines.join("\n")),
        }
        let line = format!("< {} {}", head.status, self.text(&head.reason));
        notes.push(line.trim_end().to_owned());
        let headers = self.fields(head);
        notes.extend(headers.map(|header| cut(&format!("< {}", self.header(header)))));
        let media_type = head.headers.get("Content-Type").unwrap_or_default();
        let Some(text) = readable(media_type, raw) else {
            notes.push(format!("  ({} bytes that are no text)", raw.len()));
            return notes;
        };
        let text = match crate::json::parse(&text) {
            Ok(value) => write(&self.value(value).0, KeyOrder::Kept),
            Err(_) => text,
        };
        // Enough for the lines that are shown: a secret is no longer than that.
        let text = self.text(text.get(..64 * 1024).unwrap_or(&text));
        first_lines(&mut notes, &text);
        notes
    }
}

/// A body as a text that tells something, as far as it is one.
fn readable(media_type: &str, raw: &[u8]) -> Option<String> {
    let text = coding::text(media_type, raw).ok().flatten();
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned());
    let odd = |c: &char| *c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace();
    let (mut seen, mut bad) = (0, 0);
    for c in text.chars().take(1024) {
        seen += 1;
        bad += usize::from(odd(&c));
    }
    (bad * 4 <= seen).then_some(text)
}

/// Adds the first lines of a body.
fn first_lines(notes: &mut Vec<String>, text: &str) {
    let mut lines = text.lines();
    let first = lines.by_ref().take(BODY_LINES);
    notes.extend(first.map(|line| cut(&format!("  {line}"))));
    if lines.next().is_some() {
        notes.push("  …".to_owned());
    }
}

/// A line that fits a terminal.
fn cut(line: &str) -> String {
    if line.chars().count() <= LINE {
        return line.to_owned();
    }
    line.chars().take(LINE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::base::BaseUrl;
    use serde_json::json;

    fn with_view(test: impl FnOnce(View<'_>)) {
        let base = BaseUrl::parse("http://127.0.0.1:8000").unwrap();
        let hosts = Hosts::new(&base, Some("https://sentry.io"), false);
        let mut secrets = Secrets::default();
        secrets.add_credential("Bearer s3cret-token", "Bearer <token>");
        test(View {
            hosts: &hosts,
            secrets: &secrets,
            drop_headers: &["Date".to_owned()],
        });
    }

    #[test]
    fn a_request_shows_host_credential_and_own_fields() {
        with_view(|view| {
            let credential = Credential {
                header: "Authorization".to_owned(),
                value: "Bearer s3cret-token".to_owned(),
                shown: "Bearer <token>".to_owned(),
            };
            let own = Headers::from_lines(["X-Next: http://127.0.0.1:8000/"]);
            let payload = Built {
                media_type: Some("application/json".to_owned()),
                bytes: b"{}".to_vec(),
                json: Some(json!({"t": "s3cret-token"})),
            };
            let mut sent = Sent {
                method: "POST",
                target: "/a?t=s3cret-token",
                credential: Some(&credential),
                headers: &own,
                payload: Some(&payload),
            };
            let shown = view.request(&sent);
            assert_eq!(shown.path, "/a?t=<token>");
            assert_eq!(
                Vec::from(shown.headers),
                [
                    "Host: sentry.io",
                    "Authorization: Bearer <token>",
                    "X-Next: https://sentry.io/",
                    "Content-Type: application/json"
                ]
            );
            assert_eq!(shown.body, Body::Json(json!({"t": "<token>"})));
            let mine = Headers::from_lines(["host: x", "content-type: y", "authorization: z"]);
            sent.headers = &mine;
            assert_eq!(
                Vec::from(view.request(&sent).headers),
                Vec::from(mine.clone())
            );
        });
    }

    #[test]
    fn the_shown_length_is_that_of_the_shown_body() {
        with_view(|view| {
            let raw = br#"{"http://127.0.0.1:8000/":"s3cret-token"}"#;
            let head = Head {
                status: 200,
                reason: "OK".to_owned(),
                headers: Headers::from_lines([
                    format!("content-LENGTH: {}", raw.len()),
                    "date: now".to_owned(),
                    "Connection: close".to_owned(),
                ]),
            };
            let value = serde_json::from_slice(raw).unwrap();
            let shown = view.response(&head, Content::Json(Cow::Owned(value)), raw);
            let expected = r#"{"https://sentry.io/":"<token>"}"#;
            assert_eq!(
                shown.body,
                Body::Json(serde_json::from_str(expected).unwrap())
            );
            assert_eq!(
                Vec::from(shown.headers),
                [format!("content-LENGTH: {}", expected.len())]
            );
        });
    }
}
