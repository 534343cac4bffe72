//! What a request carries, as bytes and as examples show it.

use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::scope::Scope;
use super::template::Template;
use crate::document::{Bytes, Part, Payload};
use crate::finding::{Code, codes};
use crate::json::pointer;

/// A payload, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Built {
    /// The media type, where the payload has one of its own.
    pub media_type: Option<String>,
    pub bytes: Vec<u8>,
    /// The value, where it is JSON.
    pub json: Option<Value>,
}

/// Why a request cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unmakeable {
    pub code: Code,
    /// A JSON Pointer into the step.
    pub pointer: String,
    pub message: String,
}

impl Unmakeable {
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: codes::INVALID_REQUEST,
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

/// What a form does not encode, beside letters and digits (WHATWG URL, section 5.2).
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b' ');

/// The text of a template within a step.
pub(super) fn text(pointer: &str, text: &str, scope: &Scope) -> Result<String, Unmakeable> {
    Template::parse(text)
        .and_then(|template| template.text(scope))
        .map_err(|error| Unmakeable {
            code: codes::UNKNOWN_VARIABLE,
            ..Unmakeable::new(pointer, error.to_string())
        })
}

/// Puts the values into a payload; files are looked for in the folder of documents.
pub(super) fn build(
    payload: &Payload,
    scope: &Scope,
    docs: &Path,
) -> Result<Option<Built>, Unmakeable> {
    let built = match payload {
        Payload::Empty => return Ok(None),
        Payload::Json(value) => {
            let value = substitute(value, "/json", scope)?;
            Built {
                media_type: Some("application/json".to_owned()),
                bytes: value.to_string().into_bytes(),
                json: Some(value),
            }
        }
        Payload::Form(fields) => {
            let mut pairs = Vec::new();
            for (name, value) in fields {
                let value = text(&pointer::join("/form", name), value, scope)?;
                pairs.push(format!("{}={}", form_encode(name), form_encode(&value)));
            }
            Built {
                media_type: Some("application/x-www-form-urlencoded".to_owned()),
                bytes: pairs.join("&").into_bytes(),
                json: None,
            }
        }
        Payload::Multipart(parts) => multipart(parts, scope, docs)?,
        Payload::Text(body) => Built {
            media_type: None,
            bytes: text("/text", body, scope)?.into_bytes(),
            json: None,
        },
        Payload::File(path) => Built {
            media_type: None,
            bytes: read("/file", path, scope, docs)?.1,
            json: None,
        },
    };
    Ok(Some(built))
}

/// The value with its strings as templates; a name alone keeps the type of its value.
pub(super) fn substitute(value: &Value, at: &str, scope: &Scope) -> Result<Value, Unmakeable> {
    Ok(match value {
        Value::String(text) => Template::parse(text)
            .and_then(|template| template.value(scope))
            .map_err(|error| Unmakeable {
                code: codes::UNKNOWN_VARIABLE,
                ..Unmakeable::new(at, error.to_string())
            })?,
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| substitute(item, &format!("{at}/{index}"), scope))
            .collect::<Result<_, _>>()?,
        Value::Object(object) => {
            let mut out = serde_json::Map::new();
            for (key, value) in object {
                out.insert(
                    key.clone(),
                    substitute(value, &pointer::join(at, key), scope)?,
                );
            }
            Value::Object(out)
        }
        other => other.clone(),
    })
}

fn form_encode(text: &str) -> String {
    utf8_percent_encode(text, FORM)
        .to_string()
        .replace(' ', "+")
}

/// Whether a path leads out of the folder of documents, also through a link.
pub(super) fn leaves(docs: &Path, path: &str) -> bool {
    let is_up = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
    if Path::new(path).components().any(is_up) {
        return true;
    }
    match (docs.canonicalize(), docs.join(path).canonicalize()) {
        (Ok(docs), Ok(file)) => !file.starts_with(docs),
        // What is not there has its own message.
        _ => false,
    }
}

/// The name and the bytes of a file.
fn read(at: &str, path: &str, scope: &Scope, docs: &Path) -> Result<(String, Vec<u8>), Unmakeable> {
    let path = text(at, path, scope)?;
    if leaves(docs, &path) {
        let reason = format!("the file {path} is not in the folder of documents");
        return Err(Unmakeable::new(at, reason));
    }
    let bytes = std::fs::read(docs.join(&path))
        .map_err(|error| Unmakeable::new(at, format!("the file {path} cannot be read: {error}")))?;
    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    Ok((name, bytes))
}

/// `multipart/form-data` (RFC 7578). The boundary is always the same, unless a part holds it: an
/// example of an unchanged request must not change.
fn multipart(parts: &[(String, Part)], scope: &Scope, docs: &Path) -> Result<Built, Unmakeable> {
    let mut built: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, part) in parts {
        let at = pointer::join("/multipart", name);
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quote(name));
        match part {
            Part::Field(value) => {
                built.push((head, text(&at, value, scope)?.into_bytes()));
            }
            Part::File {
                path,
                filename,
                media_type,
            } => {
                let (name, bytes) = read(&at, path, scope, docs)?;
                let name = match filename {
                    Some(filename) => text(&at, filename, scope)?,
                    None => name,
                };
                let media_type = match media_type {
                    Some(media_type) => text(&at, media_type, scope)?,
                    None => "application/octet-stream".to_owned(),
                };
                if media_type.contains(['\r', '\n']) {
                    return Err(Unmakeable::new(at, "a media type cannot hold line breaks"));
                }
                head = format!(
                    "{head}; filename=\"{}\"\r\nContent-Type: {media_type}",
                    quote(&name)
                );
                built.push((head, bytes));
            }
        }
    }
    let boundary = boundary(&built);
    let mut bytes = Vec::new();
    for (head, body) in &built {
        bytes.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Built {
        media_type: Some(format!("multipart/form-data; boundary={boundary}")),
        bytes,
        json: None,
    })
}

/// A name within quotes, as browsers write it (WHATWG HTML, multipart form data).
fn quote(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A boundary that no part holds.
fn boundary(parts: &[(String, Vec<u8>)]) -> String {
    let holds = |boundary: &str| {
        parts.iter().any(|(_, body)| {
            body.windows(boundary.len())
                .any(|window| window == boundary.as_bytes())
        })
    };
    let mut boundary = "apidocs-boundary".to_owned();
    let mut number = 1;
    while holds(&boundary) {
        number += 1;
        boundary = format!("apidocs-{number}-boundary");
    }
    boundary
}

/// What is told of bytes that are not kept.
pub(super) fn told(media_type: &str, bytes: &[u8]) -> Bytes {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Bytes {
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        digest: format!("sha-256={hex}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn built(step: Value, docs: &Path) -> Result<Built, Unmakeable> {
        let step: crate::document::Step = serde_json::from_value(step).unwrap();
        let scope = Scope::default().with("id", 7).with("name", "a b&c");
        build(&step.payload, &scope, docs).map(Option::unwrap)
    }

    #[test]
    fn json_keeps_types_and_order() {
        let step =
            json!({"request": "POST /", "json": {"b": "{{ id }}", "a": ["x {{ id }}", 1.0]}});
        let built = built(step, Path::new("")).unwrap();
        assert_eq!(built.bytes, br#"{"b":7,"a":["x 7",1.0]}"#);
        assert_eq!(built.media_type.as_deref(), Some("application/json"));
    }

    #[test]
    fn forms_are_encoded() {
        let step = json!({"request": "POST /", "form": {"q": "{{ name }}", "é": ["1", 2]}});
        let built = built(step, Path::new("")).unwrap();
        assert_eq!(built.bytes, b"q=a+b%26c&%C3%A9=1&%C3%A9=2");
    }

    #[test]
    fn multipart_has_a_boundary_that_no_part_holds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "--apidocs-boundary").unwrap();
        let step = json!({"request": "POST /", "multipart": {
            "n\"": "{{ id }}", "f": {"path": "a.txt", "type": "text/plain"}}});
        let first = built(step.clone(), folder.path()).unwrap();
        assert_eq!(
            String::from_utf8(first.bytes.clone()).unwrap(),
            "--apidocs-2-boundary\r\nContent-Disposition: form-data; name=\"n%22\"\r\n\r\n7\r\n\
             --apidocs-2-boundary\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n--apidocs-boundary\r\n--apidocs-2-boundary--\r\n"
        );
        assert_eq!(built(step, folder.path()).unwrap(), first);
    }

    #[test]
    fn what_cannot_be_made_has_its_place() {
        let error = |step| built(step, Path::new("/nowhere")).unwrap_err();
        let missing = error(json!({"request": "POST /", "file": "x"}));
        assert_eq!(
            (missing.pointer.as_str(), missing.code),
            ("/file", codes::INVALID_REQUEST)
        );
        let unknown = error(json!({"request": "POST /", "json": {"a": ["{{ nix }}"]}}));
        assert_eq!(
            (unknown.pointer.as_str(), unknown.code),
            ("/json/a/0", codes::UNKNOWN_VARIABLE)
        );
    }
}
