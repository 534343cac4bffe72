//! Numbers that stand for items of arrays, the same for items that differ in volatile values alone.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::tokens::{Context, number, tokens};

/// The values with identity that two arrays both hold.
pub(super) struct Known(HashSet<String>);

/// How items are told apart.
pub(super) struct Mask<'k> {
    /// Values that are no volatile ones.
    pub known: Option<&'k Known>,
    /// Whether numbers, and digits in texts, do not count.
    pub coarse: bool,
}

impl Known {
    pub fn of(a: &[Value], b: &[Value]) -> Self {
        let [old, new] = [a, b].map(|items| {
            let mut found = HashSet::new();
            items.iter().for_each(|item| collect(item, &mut found));
            found
        });
        Self(
            old.into_iter()
                .filter(|value| new.contains(value))
                .collect(),
        )
    }
}

fn collect(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            for token in tokens(text, Context::default()) {
                found.insert(text[token.span].to_owned());
            }
        }
        // Whatever number may be an id.
        Value::Number(number) => {
            found.insert(number.as_str().to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

impl Mask<'_> {
    /// The number of an item; `key` is the name of the member that holds it or its array.
    pub fn of(&self, value: &Value, key: Option<&str>) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(value, key, &mut hasher);
        hasher.finish()
    }

    fn is_known(&self, text: &str) -> bool {
        self.known.is_some_and(|known| known.0.contains(text))
    }

    fn hash(&self, value: &Value, key: Option<&str>, hasher: &mut DefaultHasher) {
        std::mem::discriminant(value).hash(hasher);
        let context = Context {
            key,
            ..Context::default()
        };
        match value {
            Value::Null => {}
            Value::Bool(value) => value.hash(hasher),
            Value::Number(value) => {
                let text = value.as_str();
                match number(text, context) {
                    Some(kind) if !self.is_known(text) => kind.hash(hasher),
                    _ if self.coarse => {}
                    _ => text.hash(hasher),
                }
            }
            Value::String(text) => self.text(text, context, hasher),
            Value::Array(items) => {
                items.len().hash(hasher);
                items.iter().for_each(|item| self.hash(item, key, hasher));
            }
            Value::Object(members) => {
                // The order of members means nothing: sums have none, either.
                let sum = members.iter().fold(0u64, |sum, (key, value)| {
                    let mut hasher = DefaultHasher::new();
                    key.hash(&mut hasher);
                    self.hash(value, Some(key), &mut hasher);
                    sum.wrapping_add(hasher.finish())
                });
                sum.hash(hasher);
            }
        }
    }

    fn text(&self, text: &str, context: Context<'_>, hasher: &mut DefaultHasher) {
        let mut at = 0;
        for token in tokens(text, context) {
            if self.is_known(&text[token.span.clone()]) {
                continue;
            }
            self.literal(&text[at..token.span.start], hasher);
            token.kind.hash(hasher);
            at = token.span.end;
        }
        self.literal(&text[at..], hasher);
    }

    fn literal(&self, text: &str, hasher: &mut DefaultHasher) {
        if !self.coarse {
            text.hash(hasher);
            return;
        }
        let parts = text.split(|c: char| c.is_ascii_digit() || c == '.');
        for part in parts.filter(|part| !part.is_empty()) {
            part.hash(hasher);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn are_alike(old: &Value, new: &Value, coarse: bool) -> bool {
        let mask = Mask {
            known: None,
            coarse,
        };
        mask.of(old, None) == mask.of(new, None)
    }

    #[test]
    fn volatile_values_do_not_count_and_counts_do_unless_coarse() {
        let old = json!({"id": 1, "at": "2020-03-10T05:57:38Z", "n": 1, "key": "cbd1f80781a5"});
        let new = json!({"key": "abd1f80781a5", "n": 1, "id": 2, "at": "2021-03-10T05:57:38Z"});
        assert!(are_alike(&old, &new, false));
        let more = json!({"key": "abd1f80781a5", "n": 2, "id": 2, "at": "2021-03-10T05:57:38Z"});
        assert!(!are_alike(&old, &more, false));
        assert!(are_alike(&old, &more, true));
        assert!(!are_alike(&json!("a 1"), &json!("b 1"), true));
    }

    #[test]
    fn values_of_both_sides_are_told_apart() {
        let (a, b) = (
            [json!("cbd1f80781a5")],
            [json!("cbd1f80781a5"), json!("abd1f80781a5")],
        );
        let known = Known::of(&a, &b);
        let mask = Mask {
            known: Some(&known),
            coarse: false,
        };
        assert_eq!(mask.of(&a[0], None), mask.of(&b[0], None));
        assert_ne!(mask.of(&a[0], None), mask.of(&b[1], None));
    }
}
