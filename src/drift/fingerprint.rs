//! What a change is known by, from one run to the next.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::finding::Change;
use crate::json::pointer;
use crate::stabilize::tokens::{Context, number, tokens};

/// So many bytes of the digest: 12 hexadecimal digits.
const BYTES: usize = 6;

/// The fingerprint of one cause: over document, code, generalised address and the new values with their volatile parts as
/// kinds. So it is the same after an unrelated edit and in another run, and another one for the next change at that place.
pub(super) fn of(document: &str, address: &str, group: &[Change]) -> String {
    let mut digest = Sha256::new();
    let mut add = |part: &str| {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    add(document);
    if let Some(first) = group.first() {
        add(first.code.id);
    }
    add(address);
    let key = pointer::last_name(address);
    let values: BTreeSet<_> = group
        .iter()
        .map(|change| {
            change
                .new
                .as_ref()
                .map(|value| kinds(value, key).to_string())
        })
        .collect();
    for value in values {
        add(value.as_deref().unwrap_or("-"));
    }
    let digest = digest.finalize();
    digest
        .iter()
        .take(BYTES)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The value with `<kind>` for each of its volatile parts; `key` is the name of the member that holds it.
pub(super) fn kinds(value: &Value, key: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text_kinds(text, key)),
        Value::Number(digits) => match number(&digits.to_string(), Context::of_key(key)) {
            Some(kind) => Value::from(format!("<{kind}>")),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| kinds(item, key)).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            members
                .into_iter()
                .map(|(key, member)| (key.clone(), kinds(member, key)))
                .collect()
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

fn text_kinds(text: &str, key: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for token in tokens(text, Context::of_key(key)) {
        out.push_str(&text[at..token.span.start]);
        let _ = write!(out, "<{}>", token.kind);
        at = token.span.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::classify::change;
    use crate::finding::codes;
    use serde_json::json;

    fn added(new: &Value) -> String {
        let at = "#default/response/body/link";
        let change = change(codes::FIELD_ADDED, at.to_owned(), None, Some(new));
        of("projects/get-keys", at, &[change])
    }

    #[test]
    fn another_run_has_the_same_fingerprint() {
        let first = json!({"id": 17, "url": "https://cbd1f80781a5@example.com/", "at": "2020-03-10T05:57:38Z"});
        let later = json!({"at": "2026-01-02T03:04:05Z", "id": 18, "url": "https://0123456789ab@example.com/"});
        assert_eq!(added(&first), added(&later));
        assert_eq!(added(&first).len(), 2 * BYTES);
    }

    #[test]
    fn the_next_change_has_another_one() {
        let first = added(&json!("on"));
        assert_ne!(first, added(&json!("off")));
        let removed = change(
            codes::FIELD_REMOVED,
            "#default/response/body/link".to_owned(),
            Some(&json!("on")),
            None,
        );
        let removed = of(
            "projects/get-keys",
            "#default/response/body/link",
            &[removed],
        );
        assert_ne!(first, removed);
    }
}
