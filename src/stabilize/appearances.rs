//! The volatile values of one version of a document.

use std::collections::HashSet;

use serde_json::Value;

use super::kind::Kind;
use super::pairing::DocumentView;
use super::rules::{DocumentRules, Rules};
use super::tokens::{Context, number, tokens};
use crate::json::pointer;

/// Where a volatile value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance<'a> {
    /// The example.
    pub example: &'a str,
    /// The JSON Pointer into its `{request, response}`.
    pub pointer: String,
    /// Its kind.
    pub kind: Kind,
    /// Its spelling.
    pub text: &'a str,
}

/// The volatile values of a document in the order in which they appear: example by example, the request before the
/// response, headers by name before the body, members in their order, text from left to right.
///
/// Numbers in URLs that are ids elsewhere are not among them: see [`Context::ids`].
pub fn appearances(document: &DocumentView) -> Vec<Appearance<'_>> {
    let mut found = Vec::new();
    for (name, example) in document.examples() {
        for side in ["request", "response"] {
            let pointer = pointer::join("", side);
            for part in ["path", "headers", "body", "text", "verbatim"] {
                if let Some(value) = example.get(side).and_then(|message| message.get(part)) {
                    let mut walk = Walk {
                        example: name,
                        found: &mut found,
                    };
                    walk.value(value, part, &pointer::join(&pointer, part));
                }
            }
        }
    }
    found
}

/// The values that must match exactly although they look volatile: those at the places that rules call stable.
pub fn stable_values<'a>(
    name: &str,
    document: &'a DocumentView,
    rules: &Rules,
) -> HashSet<&'a str> {
    let rules = DocumentRules::of(rules, name);
    let is_stable = |found: &Appearance<'_>| rules.is_stable(&found.pointer);
    let found = appearances(document).into_iter().filter(is_stable);
    found.map(|found| found.text).collect()
}

struct Walk<'a, 'f> {
    example: &'a str,
    found: &'f mut Vec<Appearance<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn value(&mut self, value: &'a Value, key: &str, pointer: &str) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.value(value, name, &pointer::join(pointer, name));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, key, &pointer::join(pointer, &index.to_string()));
                }
            }
            Value::String(text) => {
                for token in tokens(text, Context::of_key(key)) {
                    self.push(pointer, token.kind, &text[token.span]);
                }
            }
            Value::Number(found) => {
                if let Some(kind) = number(found.as_str(), Context::of_key(key)) {
                    self.push(pointer, kind, found.as_str());
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn push(&mut self, pointer: &str, kind: Kind, text: &'a str) {
        self.found.push(Appearance {
            example: self.example,
            pointer: pointer.to_owned(),
            kind,
            text,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EndpointDocument;
    use serde_json::json;

    #[test]
    fn values_come_in_their_order() {
        let document: EndpointDocument = serde_json::from_value(json!({
            "title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": [{
                "name": "default",
                "request": {"method": "GET", "path": "/cbd1f80781a5/"},
                "response": {"status": 200, "reason": "OK", "headers": ["Date: Sun, 22 Nov 2026 20:45:37 GMT"],
                    "body": {"at": 1583733600, "id": 7}}
            }]
        }))
        .unwrap();
        let view = DocumentView::of(&document);
        let found: Vec<_> = appearances(&view)
            .into_iter()
            .map(|found| (found.kind, found.pointer))
            .collect();
        let expected = [
            (Kind::Hex, "/request/path"),
            (Kind::HttpDate, "/response/headers/date"),
            (Kind::EpochSeconds, "/response/body/at"),
            (Kind::Id, "/response/body/id"),
        ];
        assert_eq!(found, expected.map(|(kind, at)| (kind, at.to_owned())));
    }
}
