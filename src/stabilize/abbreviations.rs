//! Numbers that are abbreviations of a hash: one in some hundred has no letter among its first digits.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::kind::Kind;
use super::kind::identity::{MIN_HEX, is_decimal};
use super::pairing::DocumentView;
use super::tokens::{Context, tokens};

/// The numbers in the texts of a document with which a hash in it begins.
pub(super) fn abbreviations(document: &DocumentView) -> HashSet<String> {
    let mut numbers = HashSet::new();
    for (_, example) in document.examples() {
        texts(example, &mut |text| {
            // Most texts have none, and a look is cheap.
            let words = text.split(|c: char| !c.is_ascii_alphanumeric());
            let long = words.filter(|word| word.len() >= MIN_HEX && is_decimal(word));
            numbers.extend(long.map(str::to_owned));
        });
    }
    if numbers.is_empty() {
        return numbers;
    }
    let mut hashes = BTreeSet::new();
    for (_, example) in document.examples() {
        texts(example, &mut |text| {
            for token in tokens(text, Context::default()) {
                if matches!(token.kind, Kind::Hex | Kind::Uuid) {
                    hashes.insert(token.kind.normal_form(&text[token.span]).into_owned());
                }
            }
        });
    }
    numbers.retain(|number| {
        let mut behind = hashes.range(number.clone()..);
        behind.next().is_some_and(|hash| hash.starts_with(number))
    });
    numbers
}

fn texts<'a>(value: &'a Value, see: &mut dyn FnMut(&'a str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, see)),
        Value::Object(members) => members.values().for_each(|member| texts(member, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
