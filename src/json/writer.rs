//! The one writer of our own files.

use std::fmt::Write;

use serde_json::Value;

/// In which order the keys of a value are written.
#[derive(Debug, Clone, Copy)]
pub enum KeyOrder {
    /// By code point, all the way down: bodies.
    Sorted,
    /// As they are, all the way down: what people wrote.
    Kept,
    /// The listed keys first, each with the order of its value, then the others as they are.
    Fixed(&'static [(&'static str, KeyOrder)]),
    /// An array of values with that order.
    Items(&'static KeyOrder),
}

impl KeyOrder {
    /// The place of a member in its object, where that is fixed, and the order of its value.
    pub(crate) fn of_member(self, key: &str) -> (usize, Self) {
        let listed = match self {
            Self::Fixed(keys) => keys,
            Self::Sorted => return (0, Self::Sorted),
            Self::Kept | Self::Items(_) => return (0, Self::Kept),
        };
        match listed.iter().position(|(known, _)| *known == key) {
            Some(place) => (
                place,
                listed.get(place).map_or(Self::Kept, |(_, order)| *order),
            ),
            None => (listed.len(), Self::Kept),
        }
    }

    /// The order of the items of an array.
    pub(crate) fn of_items(self) -> Self {
        match self {
            Self::Items(order) => *order,
            Self::Sorted => Self::Sorted,
            Self::Kept | Self::Fixed(_) => Self::Kept,
        }
    }
}

/// The room, in bytes, that is made at once: that of a usual file.
const ROOM: usize = 4096;

/// Writes a value: two spaces, LF, a final newline, real UTF-8, the digits of numbers as they are.
///
/// ```
/// use apidocs::json::{KeyOrder, write};
/// let value = serde_json::json!({"b": [], "a": "é"});
/// assert_eq!(write(&value, KeyOrder::Sorted), "{\n  \"a\": \"é\",\n  \"b\": []\n}\n");
/// ```
pub fn write(value: &Value, order: KeyOrder) -> String {
    let mut out = String::with_capacity(ROOM);
    write_value(&mut out, value, order, 1);
    out.push('\n');
    out
}

/// How many bytes [`write()`] makes of a value that stands so many levels deep in another one; 0 is the value by itself,
/// without the final newline. Nothing is written for it.
pub fn written_size(value: &Value, level: usize) -> usize {
    // Brackets, and in front of each line its newline and indentation; commas but behind the last one.
    let around = |count: usize| 2 + count * (2 + 2 * (level + 1)) - 1 + 1 + 2 * level;
    match value {
        Value::Array(items) if !items.is_empty() => {
            let inner = items.iter().map(|item| written_size(item, level + 1));
            around(items.len()) + inner.sum::<usize>()
        }
        Value::Object(members) if !members.is_empty() => {
            let inner = members.iter();
            let inner =
                inner.map(|(key, value)| string_size(key) + 2 + written_size(value, level + 1));
            around(members.len()) + inner.sum::<usize>()
        }
        Value::String(text) => string_size(text),
        Value::Number(number) => number.as_str().len(),
        Value::Array(_) | Value::Object(_) => 2,
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
    }
}

fn string_size(text: &str) -> usize {
    let mut out = String::new();
    write_string(&mut out, text);
    out.len()
}

fn write_value(out: &mut String, value: &Value, order: KeyOrder, depth: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let order = order.of_items();
            let items = items.iter().map(|item| Member {
                key: None,
                value: item,
                order,
                place: 0,
            });
            write_container(out, ['[', ']'], items, depth);
        }
        Value::Object(object) if !object.is_empty() => {
            let mut members: Vec<_> = object
                .iter()
                .map(|(key, value)| member(order, key, value))
                .collect();
            match order {
                KeyOrder::Sorted => members.sort_by_key(|member| member.key),
                KeyOrder::Fixed(_) => members.sort_by_key(|member| member.place),
                KeyOrder::Kept | KeyOrder::Items(_) => {}
            }
            write_container(out, ['{', '}'], members.into_iter(), depth);
        }
        Value::String(text) => write_string(out, text),
        // An empty container or a scalar: on one line.
        _ => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{value}");
        }
    }
}

/// Whether a string is written just so, with its quotes.
pub(crate) fn is_written_so(text: &str, quoted: &str) -> bool {
    let mut out = String::with_capacity(quoted.len());
    write_string(&mut out, text);
    out == quoted
}

fn write_string(out: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let _ = write!(out, "{}", Value::from(text));
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// What stands on a line of its own.
struct Member<'a> {
    /// Of a member; an item has none.
    key: Option<&'a str>,
    value: &'a Value,
    /// That of the value.
    order: KeyOrder,
    /// The place in a fixed order.
    place: usize,
}

fn member<'a>(order: KeyOrder, key: &'a str, value: &'a Value) -> Member<'a> {
    let (place, order) = order.of_member(key);
    Member {
        key: Some(key),
        value,
        order,
        place,
    }
}

fn write_container<'a>(
    out: &mut String,
    brackets: [char; 2],
    members: impl Iterator<Item = Member<'a>>,
    depth: usize,
) {
    out.push(brackets[0]);
    for (index, member) in members.enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        indent(out, depth);
        if let Some(key) = member.key {
            write_string(out, key);
            out.push_str(": ");
        }
        write_value(out, member.value, member.order, depth + 1);
    }
    out.push('\n');
    indent(out, depth - 1);
    out.push(brackets[1]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_size_is_that_of_what_is_written() {
        let value = serde_json::json!({
            "a": [1, 2.50, -3e7, [], {}, [[]], {"b\n": null}], "é": "x\"y", "c": [true, false],
        });
        let size = written_size(&value, 0);
        assert_eq!(size + 1, write(&value, KeyOrder::Kept).len());
        let outer = serde_json::json!({"outer": [value]});
        let around = "{\n  \"outer\": [\n    \n  ]\n}\n";
        let written = write(&outer, KeyOrder::Kept);
        let inner = written_size(&outer["outer"][0], 2);
        assert_eq!(inner + around.len(), written.len());
    }

    use super::*;
    use serde_json::json;

    #[test]
    fn strings_are_written_as_the_library_writes_them() {
        for text in [
            "",
            "plain é 😀",
            "a\"b",
            "a\\b",
            "\u{0}\n\u{1f}\u{7f}\u{2028}",
        ] {
            let value = json!({ text: text });
            let expected = format!("{{\n  {0}: {0}\n}}\n", Value::from(text));
            assert_eq!(write(&value, KeyOrder::Kept), expected);
        }
    }

    #[test]
    fn listed_keys_stand_first_and_the_others_as_they_are() {
        const INNER: KeyOrder = KeyOrder::Fixed(&[("z", KeyOrder::Sorted), ("b", KeyOrder::Kept)]);
        const ORDER: KeyOrder = KeyOrder::Fixed(&[("list", KeyOrder::Items(&INNER))]);
        let value = json!({"own": {"y": 1, "x": 2}, "list": [{"b": 1, "z": {"d": 1, "c": 2}}]});
        let text = write(&value, ORDER);
        let keys: Vec<_> = text.split('"').skip(1).step_by(2).collect();
        assert_eq!(keys, ["list", "z", "c", "d", "b", "own", "y", "x"]);
        let again = super::super::parse(&text).unwrap();
        assert_eq!(write(&again, ORDER), text);
    }
}
