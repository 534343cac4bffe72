//! Reading in one go what has no fault: a value is made, and what `serde_json` lets pass is looked for on the way.

use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::reader::RESERVED_KEY;

/// The value of a text; `None` where there is any fault, or may be one: others find out which.
pub(super) fn read(text: &str) -> Option<Value> {
    // Numbers that no integer holds come under that key too: an object with it could not be told from one.
    if may_hold(text, RESERVED_KEY) {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict::Refuses.deserialize(&mut reader).ok()?;
    reader.end().is_ok().then_some(value)
}

/// The same of a text whose keys and depth others look at: of a key that stands twice, the first value counts.
pub(super) fn read_first(text: &str) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    Strict::KeepsFirst.deserialize(&mut reader).ok()
}

/// Whether some ASCII letters may be in a string, be it that some of them are escaped.
fn may_hold(text: &str, letters: &str) -> bool {
    let is_ascii = |at: usize| matches!(text.as_bytes().get(at + 4), Some(b'0'..=b'7'));
    memmem::find(text.as_bytes(), letters.as_bytes()).is_some()
        || memmem::find_iter(text.as_bytes(), "\\u00").any(is_ascii)
}

/// Makes a value. Depth needs no look: `serde_json` goes down 128 levels, unless it is told otherwise.
#[derive(Clone, Copy)]
enum Strict {
    /// Nothing is made of a text in which a key stands twice.
    Refuses,
    /// The first one counts.
    KeepsFirst,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, digits: u64) -> Result<Value, E> {
        Ok(Value::Number(digits.into()))
    }

    fn visit_i64<E>(self, digits: i64) -> Result<Value, E> {
        Ok(Value::Number(digits.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if key == RESERVED_KEY {
                let digits: String = members.next_value()?;
                let number: Number = digits.parse().map_err(A::Error::custom)?;
                return Ok(Value::Number(number));
            }
            let member = members.next_value_seed(self)?;
            match self {
                Self::Refuses => {
                    if out.insert(key, member).is_some() {
                        return Err(A::Error::custom("a key stands twice"));
                    }
                }
                Self::KeepsFirst => {
                    out.entry(key).or_insert(member);
                }
            }
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{reader, spans};

    #[test]
    fn what_has_no_fault_is_read_as_by_any_reader() {
        for text in [
            "null",
            " [true, false, \"a\\nb\\u00e9\", {}] ",
            r#"{"b": [1, -0, 1.0, 1E5, 0.1e-7, 123456789012345678901234567890], "a": {"c": null}}"#,
        ] {
            let plain: Value = serde_json::from_str(text).unwrap();
            let read = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.to_string(), plain.to_string());
            assert_eq!(read, plain);
        }
    }

    #[test]
    fn what_may_have_a_fault_is_left_to_others() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in [
            "",
            "[1,]",
            "1 2",
            "{\"a\": 1, \"a\": 2}",
            "{\"a\": 1, \"\\u0061\": 2}",
            "{\"$serde_json::private::Number\": \"1\"}",
            "{\"\\u0024serde_json::private::Number\": \"1\"}",
            "{\"\\u0024serde_json::private\\u003A:Number\": \"1\"}",
            &deep,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn broken_texts_are_never_read_otherwise() {
        let whole =
            r#"{"a": [1, -0, 1.5e3, "x\u00e9\n", {"a": 1, "b": true}, {}], "b": "é", "aa": null}"#;
        let pieces = br#"{}[]",:\ aeu01.-"#;
        // A generator of Knuth's: the same texts in every run.
        let mut state = 1_u64;
        let mut any = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut reads = 0;
        for _ in 0..20_000 {
            let mut bytes = whole.as_bytes().to_vec();
            for _ in 0..=any(2) {
                let at = any(bytes.len());
                match any(3) {
                    0 => bytes[at] = pieces[any(pieces.len())],
                    1 => bytes.insert(at, pieces[any(pieces.len())]),
                    _ => drop(bytes.remove(at)),
                }
            }
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            if let Some(value) = read(&text) {
                reads += 1;
                assert_eq!(spans::check(&text), Ok(()), "{text}");
                assert_eq!(reader::read(&text), Ok(value), "{text}");
            }
        }
        assert!(reads > 1_000, "{reads}");
    }
}
