//! Texts with faults that a reader can pass over: all of these at once, and what the text means without them.

use serde_json::Value;

use super::escapes::escape;
use super::reader::{self, BYTE_ORDER_MARK, Fault, byte_order_mark};
use super::{spans, strict, words};

/// A text that is not JSON as we read it.
#[derive(Debug, PartialEq)]
pub(crate) struct Flawed {
    /// What is wrong with it, at least one thing, in the order of the text.
    pub faults: Vec<Fault>,
    /// What it means, if nothing else is wrong with it than what can be passed over. Two values where that is not
    /// certain: of a key that stands twice, the first or the last one may count, and half a character may be any.
    pub readings: Vec<Value>,
}

/// All that is wrong with bytes which [`parse_bytes`](super::parse_bytes) refused for one fault, and what they mean without it.
pub(crate) fn read_flawed(bytes: &[u8], refused: Fault) -> Flawed {
    let Ok(text) = reader::text(bytes) else {
        let (faults, readings) = (vec![refused], Vec::new());
        return Flawed { faults, readings };
    };
    let Mended {
        text: mended,
        mut faults,
        has_halves,
    } = mend(text, r"\ufffd");
    let (mut doubled, end) = spans::check_all(&mended);
    let mut readings = Vec::new();
    match end.and_then(|()| reader::read(&mended)) {
        Ok(last) => {
            let is_certain = doubled.is_empty() && !has_halves;
            faults.append(&mut doubled);
            let other = match is_certain {
                true => None,
                false => strict::read_first(&mend(text, r"\u0041").text),
            };
            let other = other.filter(|first| *first != last);
            readings.push(last);
            readings.extend(other);
        }
        Err(mut fault) => {
            // Behind what is not understood, what looks like a fault may be none.
            faults.retain(|known| known.offset < fault.offset);
            // The blanks in the place of a byte order mark are no characters of their own.
            fault.offset = text.floor_char_boundary(fault.offset);
            faults.push(fault);
        }
    }
    if faults.is_empty() {
        faults.push(refused);
    }
    faults.sort_by_key(|fault| fault.offset);
    Flawed { faults, readings }
}

struct Mended {
    /// As long as it was, so that all places stay.
    text: String,
    faults: Vec<Fault>,
    /// Whether there are halves of surrogate pairs among them.
    has_halves: bool,
}

/// Takes out a byte order mark, trailing commas and halves of surrogate pairs; `half` is an escape in their place.
fn mend(text: &str, half: &str) -> Mended {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut faults = Vec::new();
    let mut has_halves = false;
    let mut at = 0;
    if text.starts_with(BYTE_ORDER_MARK) {
        faults.push(byte_order_mark());
        at = BYTE_ORDER_MARK.len_utf8();
        out[..at].fill(b' ');
    }
    // Whether a value has ended, and the comma behind it.
    let (mut has_value, mut comma) = (false, None);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b',' => {
                comma = has_value.then_some(at);
                has_value = false;
            }
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    faults.push(words::trailing_comma(comma));
                    out[comma] = b' ';
                }
                has_value = true;
            }
            b'[' | b'{' | b':' => (has_value, comma) = (false, None),
            b'"' => {
                (has_value, comma) = (true, None);
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += match byte {
                        b'\\' => {
                            let (width, meant) = escape(&bytes[at..]);
                            if meant.is_none() && width == half.len() {
                                faults.push(words::lone_surrogate(at));
                                out[at..at + width].copy_from_slice(half.as_bytes());
                                has_halves = true;
                            }
                            width
                        }
                        _ => 1,
                    };
                }
            }
            _ => (has_value, comma) = (true, None),
        }
        at += 1;
    }
    Mended {
        // Only whole characters were replaced.
        text: String::from_utf8(out).unwrap_or_default(),
        faults,
        has_halves,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{FaultKind, parse_bytes};
    use super::*;

    fn flawed(text: &str) -> (Vec<(FaultKind, usize)>, Vec<Value>) {
        let refused = parse_bytes(text.as_bytes()).unwrap_err();
        let flawed = read_flawed(text.as_bytes(), refused.clone());
        assert!(flawed.faults.contains(&refused), "{text}: {flawed:?}");
        let faults = flawed.faults.iter();
        let faults = faults.map(|fault| (fault.kind, fault.offset)).collect();
        (faults, flawed.readings)
    }

    #[test]
    fn what_can_be_passed_over_is_told_all_of_it() {
        use FaultKind::{ByteOrderMark, DuplicateKey, LoneSurrogate, TrailingComma};
        for (text, faults, readings) in [
            (
                "\u{feff}[1, \n{\"a\": 2,},]",
                vec![(ByteOrderMark, 0), (TrailingComma, 15), (TrailingComma, 17)],
                vec![json!([1, {"a": 2}])],
            ),
            (
                r#"{"a": 1, "b": 3, "a": 2}"#,
                vec![(DuplicateKey, 17)],
                vec![json!({"a": 2, "b": 3}), json!({"a": 1, "b": 3})],
            ),
            // A value again, and an escaped backslash, which is no escape of what follows.
            (
                r#"{"a": 1, "a": 1, "b": ["\\ud800"],}"#,
                vec![(DuplicateKey, 9), (TrailingComma, 33)],
                vec![json!({"a": 1, "b": ["\\ud800"]})],
            ),
            (
                r#"["\ud83dx", "\udc00\ud83d\ude00"]"#,
                vec![(LoneSurrogate, 2), (LoneSurrogate, 13)],
                vec![json!(["\u{fffd}x", "\u{fffd}😀"]), json!(["Ax", "A😀"])],
            ),
        ] {
            let (told, read) = flawed(text);
            assert_eq!((told, read), (faults, readings), "{text}");
        }
    }

    #[test]
    fn what_stands_behind_another_fault_is_not_told() {
        use FaultKind::{Syntax, TrailingComma};
        for (text, faults) in [
            ("[[1,], nul, [2,]]", vec![(TrailingComma, 3), (Syntax, 10)]),
            ("[1,,]", vec![(Syntax, 3)]),
            ("[,]", vec![(Syntax, 1)]),
            ("[1,", vec![(Syntax, 2)]),
            ("\u{feff}", vec![(FaultKind::ByteOrderMark, 0), (Syntax, 0)]),
            (
                "\u{feff}[",
                vec![(FaultKind::ByteOrderMark, 0), (Syntax, 3)],
            ),
        ] {
            let (told, read) = flawed(text);
            assert_eq!(told, faults, "{text}");
            assert_eq!(read, [] as [Value; 0], "{text}");
        }
    }
}
