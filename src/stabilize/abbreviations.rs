//! Numbers that are abbreviations of a hash: one in some hundred has no letter among its first digits.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::kind::Kind;
use super::kind::identity::{self, MIN_HEX};
use super::pairing::DocumentView;

/// The numbers in the texts of a document with which a hash in it begins.
pub(super) fn abbreviations(document: &DocumentView) -> HashSet<String> {
    let (mut numbers, mut hashes) = (HashSet::new(), BTreeSet::new());
    for (_, example) in document.examples() {
        texts(example, &mut |text| {
            collect(text, &mut numbers, &mut hashes)
        });
    }
    let is_known = |number: &&str| {
        let mut behind = hashes.range((*number).to_owned()..);
        behind.next().is_some_and(|hash| hash.starts_with(number))
    };
    let known = numbers.into_iter().filter(is_known);
    known.map(str::to_owned).collect()
}

/// The words of a text that begin with as many digits as an abbreviation has: numbers, and hashes.
fn collect<'a>(text: &'a str, numbers: &mut HashSet<&'a str>, hashes: &mut BTreeSet<String>) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    // So many digits in a row cannot lie between two places so far apart.
    let mut at = MIN_HEX - 1;
    while at < bytes.len() {
        if !is_digit(at) {
            at += MIN_HEX;
            continue;
        }
        let mut start = at;
        while start > 0 && is_digit(start - 1) {
            start -= 1;
        }
        let mut end = at;
        while is_digit(end) {
            end += 1;
        }
        at = end + MIN_HEX - 1;
        let is_inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if is_inside || end - start < MIN_HEX {
            continue;
        }
        let rest = &text[start..];
        let word = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if let Some(length) = identity::uuid(rest) {
            hashes.insert(Kind::Uuid.normal_form(&rest[..length]).into_owned());
        } else if start + word == end {
            numbers.insert(&text[start..end]);
        } else if identity::is_hex(&rest[..word]) {
            hashes.insert(Kind::Hex.normal_form(&rest[..word]).into_owned());
        }
    }
}

fn texts<'a>(value: &'a Value, see: &mut dyn FnMut(&'a str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, see)),
        Value::Object(members) => members.values().for_each(|member| texts(member, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EndpointDocument;
    use serde_json::json;

    #[test]
    fn numbers_with_which_a_hash_begins_are_found() {
        let body = json!([
            "release 1234567 of 12345678a, not 7654321",
            "https://h/123456780/",
            {"id": "98765432-9abc-4def-8abc-0123456789ab", "short": "98765432", "é": "é98765432"},
            "x1111111 1111111 1111111a11g"
        ]);
        let document: EndpointDocument = serde_json::from_value(json!({
            "title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": [{"name": "default", "request": {"method": "GET", "path": "/"},
                "response": {"status": 200, "reason": "OK", "headers": [], "body": body}}]
        }))
        .unwrap();
        let found = abbreviations(&DocumentView::of(&document));
        let expected = ["1234567", "98765432"].map(str::to_owned);
        assert_eq!(found, HashSet::from(expected));
    }
}
