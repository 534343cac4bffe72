//! What requests carry, as steps of a scenario say it.

use serde_json::{Map, Value, json};

use crate::document::essence;
use crate::import::naming;
use crate::import::requests::{Part, Payload};

/// The media type that a payload has without a header.
pub(super) fn implied(media: &str, body: &Payload) -> bool {
    match body {
        Payload::Json(_) => essence(media) == "application/json",
        Payload::Form(_) => essence(media) == "application/x-www-form-urlencoded",
        Payload::Multipart(_) => essence(media) == "multipart/form-data",
        Payload::Empty => true,
        Payload::Text(_) | Payload::File(_) => false,
    }
}

/// Puts what is sent into a step; what has to be done by hand.
pub(super) fn payload(body: &Payload, step: &mut Map<String, Value>) -> Option<String> {
    match body {
        Payload::Empty => None,
        Payload::Json(value) => {
            step.insert("json".to_owned(), value.clone());
            None
        }
        Payload::Text(text) => {
            step.insert("text".to_owned(), text.as_str().into());
            None
        }
        Payload::Form(fields) => {
            let pairs = fields
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
            step.insert("form".to_owned(), repeated(pairs).into());
            None
        }
        Payload::File(path) => {
            let file = own_file(path);
            step.insert("file".to_owned(), file.clone().into());
            Some(format!(
                "put the file into the folder of documents, as {file}"
            ))
        }
        Payload::Multipart(parts) => {
            let mut files = Vec::new();
            let pairs: Vec<(String, Value)> = parts
                .iter()
                .map(|(name, part)| {
                    let value = match part {
                        Part::Text(text) => Value::from(text.as_str()),
                        Part::File(path, media) => {
                            let file = own_file(path);
                            files.push(file.clone());
                            match media {
                                Some(media) => json!({ "path": file, "type": media }),
                                None => json!({ "path": file }),
                            }
                        }
                    };
                    (name.clone(), value)
                })
                .collect();
            step.insert("multipart".to_owned(), repeated(pairs.into_iter()).into());
            (!files.is_empty())
                .then(|| format!("put into the folder of documents: {}", files.join(", ")))
        }
    }
}

/// A field that stands several times is an array.
fn repeated(pairs: impl Iterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut out: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        match out.get_mut(&name) {
            None => {
                out.insert(name, value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(one) => *one = json!([one.clone(), value]),
        }
    }
    out
}

/// Where a file goes in the folder of documents.
fn own_file(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    format!("files/{}", naming::file_name(name))
}
