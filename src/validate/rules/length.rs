//! `Content-Length` against the body.
//!
//! The header is that of the wire, and a document does not keep how a server writes its JSON: the original's bodies were
//! compact in 2020 and spaced in 2018. So a length fits that any usual writer would give to the same value.

use serde_json::Value;

use super::{Document, item};
use crate::document::{Body, EndpointDocument, Headers, Recorded, Request, Response};
use crate::finding::{Finding, codes};

/// Each body has the length that its header says.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, example) in document.item.examples.iter().enumerate() {
        let sides = [
            ("request", of_request(&example.request)),
            ("response", of_response(&example.request, &example.response)),
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

/// The answer to a HEAD, and a 304, say the length of a body that they do not have (RFC 9110, section 8.6).
fn of_response<'a>(
    request: &Recorded<Request>,
    response: &'a Recorded<Response>,
) -> Option<(&'a Headers, &'a Body)> {
    let response = response.parsed()?;
    let is_head = request.parsed().is_some_and(|one| one.method == "HEAD");
    let is_told_only = response.body == Body::Empty && (is_head || response.status == 304);
    (!is_told_only).then_some((&response.headers, &response.body))
}

/// Whether the JSON bodies of the document, in their order, have the lengths that their headers say; `false` where other
/// bodies would have to be looked at. What is wrong is told by [`document`].
pub(in crate::validate) fn fits(document: &EndpointDocument, bodies: &[Counts]) -> bool {
    let mut bodies = bodies.iter();
    document.examples.iter().all(|example| {
        let sides = [
            example
                .request
                .parsed()
                .map(|side| (&side.headers, &side.body)),
            example
                .response
                .parsed()
                .map(|side| (&side.headers, &side.body)),
        ];
        let told = [
            of_request(&example.request),
            of_response(&example.request, &example.response),
        ];
        sides.iter().zip(told).all(|(side, told)| match side {
            Some((headers, Body::Json(_))) => bodies
                .next()
                .is_some_and(|counts| said(headers).is_none_or(|(_, said)| counts.fits(said))),
            _ => told.is_none_or(|(headers, body)| misfit(headers, body).is_none()),
        })
    }) && bodies.next().is_none()
}

/// The index of the field, and what it says of a body that was not packed for the way.
fn said(headers: &Headers) -> Option<(usize, u64)> {
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
            let mut counts = Counts::default();
            counts.add(value, 1);
            (!counts.fits(said)).then(|| {
                wrong(format!(
                    "and the body has {} bytes, or {} with blanks",
                    counts.compact,
                    counts.compact + counts.separators
                ))
            })?
        }
        _ => None,
    }
}

/// Whether some writer escapes a character of which that is a byte. Most texts hold none.
pub(in crate::validate) const fn is_escaped_by_some(byte: u8) -> bool {
    !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\' | b'/' | b'<' | b'>' | b'&')
}

/// What the length of a JSON text consists of.
#[derive(Debug, Default)]
pub(in crate::validate) struct Counts {
    /// The bytes without any white space, characters beyond ASCII as UTF-8.
    compact: u64,
    /// Commas and colons.
    separators: u64,
    colons: u64,
    /// How much longer it is with escapes for what is not ASCII.
    escapes: u64,
    /// How many `/`: some writers escape them.
    slashes: u64,
    /// How many `<`, `>` and `&`: some writers write them as `\u003c`.
    html: u64,
    /// Line breaks, and the levels of all lines, of a writer that indents.
    lines: u64,
    levels: u64,
}

impl Counts {
    /// A whole value; the outermost has depth 1.
    fn add(&mut self, value: &Value, depth: u64) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.array(items.len() as u64, depth);
                for item in items {
                    self.add(item, depth + 1);
                }
            }
            Value::Object(members) => {
                self.object(members.len() as u64, depth);
                for (key, value) in members {
                    self.text(key);
                    self.add(value, depth + 1);
                }
            }
            scalar => self.scalar(scalar.to_string().len() as u64),
        }
    }

    /// The brackets and commas of an array.
    pub fn array(&mut self, items: u64, depth: u64) {
        self.container(items, depth);
    }

    /// The braces, commas and colons of an object.
    pub fn object(&mut self, members: u64, depth: u64) {
        self.container(members, depth);
        self.colons += members;
        self.separators += members;
        self.compact += members;
    }

    /// A number, or a word.
    pub fn scalar(&mut self, length: u64) {
        self.compact += length;
    }

    fn container(&mut self, members: u64, depth: u64) {
        let commas = members.saturating_sub(1);
        self.compact += 2 + commas;
        self.separators += commas;
        if members > 0 {
            self.lines += members + 1;
            self.levels += members * depth + depth - 1;
        }
    }

    /// A string, or a key, in which nothing [is escaped by some](is_escaped_by_some).
    pub fn plain_text(&mut self, text: &str) {
        self.compact += 2 + text.len() as u64;
    }

    /// A string, or a key.
    pub fn text(&mut self, text: &str) {
        if !text.bytes().any(is_escaped_by_some) {
            self.plain_text(text);
            return;
        }
        self.compact += 2;
        for character in text.chars() {
            let length = character.len_utf8() as u64;
            self.compact += match character {
                '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
                '\0'..='\u{1f}' => 6,
                _ => length,
            };
            match character {
                '/' => self.slashes += 1,
                '<' | '>' | '&' => self.html += 1,
                '\u{80}'.. => self.escapes += 6 * character.len_utf16() as u64 - length,
                _ => {}
            }
        }
    }

    fn fits(&self, said: u64) -> bool {
        let indented = |width: u64| self.lines + self.levels * width;
        let spaces = [
            0,
            self.separators,
            self.colons,
            indented(1) + self.colons,
            indented(2) + self.colons,
            indented(3) + self.colons,
            indented(4) + self.colons,
            // Python 2 writes a blank behind a comma at the end of a line.
            indented(2) + self.separators,
            indented(4) + self.separators,
        ];
        let both = |extra: u64| [0, extra];
        spaces.iter().any(|spaces| {
            both(self.escapes).iter().any(|escapes| {
                both(self.slashes).iter().any(|slashes| {
                    both(5 * self.html).iter().any(|html| {
                        // With a line break at the end, or without.
                        let length = self.compact + spaces + escapes + slashes + html;
                        (length..=length + 1).contains(&said)
                    })
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(value: &Value, text: &str) -> bool {
        let mut counts = Counts::default();
        counts.add(value, 1);
        counts.fits(text.len() as u64)
    }

    #[test]
    fn each_usual_writing_of_a_value_fits() {
        let value = json!({"a": [1, {"b": "é/<\n\u{1}😀"}, []], "c": {}, "d": null});
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [
            compact.clone(),
            format!("{compact}\n"),
            compact.replace('/', "\\/"),
            compact.replace('<', "\\u003c"),
            compact
                .replace('é', "\\u00e9")
                .replace('😀', "\\ud83d\\ude00"),
            compact.replace("\":", "\": ").replace(',', ", "),
            pretty.clone(),
            pretty.replace("  ", "    "),
            pretty.replace("  ", "\t"),
        ] {
            assert!(fits(&value, &text), "{text}");
        }
        assert!(!fits(&value, &compact[1..]));
        assert!(!fits(&json!([1, 2, 3]), "[1,2,3]     "));
    }

    #[test]
    fn what_has_no_body_may_say_a_length() {
        let request = |method: &str| {
            Recorded::Parsed(Request {
                method: method.to_owned(),
                ..Request::default()
            })
        };
        let response = |status| {
            Recorded::Parsed(Response {
                status,
                headers: Headers::from_lines(["Content-Length: 2"]),
                ..Response::default()
            })
        };
        for (method, status, told) in [
            ("HEAD", 200, false),
            ("GET", 304, false),
            ("GET", 200, true),
        ] {
            let (request, response) = (request(method), response(status));
            let side = of_response(&request, &response);
            let misfit = side.and_then(|(headers, body)| misfit(headers, body));
            assert_eq!(misfit.is_some(), told, "{method} {status}");
        }
    }
}
