//! What the JSON library says of a text that is not JSON, in words for people.

use super::escapes::escape;
use super::reader::{Fault, FaultKind};

/// The fault that a message of `serde_json` (without its place) tells of.
pub(super) fn fault(text: &str, offset: usize, message: &str) -> Fault {
    let before = text.get(..offset).unwrap_or(text);
    match message {
        // The library points at what stands behind a trailing comma, and behind an escape.
        TRAILING_COMMA => trailing_comma(before.rfind(',').unwrap_or(offset)),
        HALF | "unexpected end of hex escape" => lone_surrogate(first_half(text, offset)),
        _ => told(FaultKind::Syntax, text, offset, message),
    }
}

const TRAILING_COMMA: &str = "trailing comma";

const HALF: &str = "lone leading surrogate in hex escape";

/// The fault that a comma is.
pub(super) fn trailing_comma(offset: usize) -> Fault {
    told(FaultKind::TrailingComma, "", offset, TRAILING_COMMA)
}

/// The fault that an escape is which means no character.
pub(super) fn lone_surrogate(offset: usize) -> Fault {
    told(FaultKind::LoneSurrogate, "", offset, HALF)
}

fn told(kind: FaultKind, text: &str, offset: usize, message: &str) -> Fault {
    let (message, help) = words(text, offset, message);
    let fault = Fault::new(kind, offset, message);
    match help {
        "" => fault,
        help => fault.with_help(help),
    }
}

/// The escape of the half pair: of several before the place, the first that is followed by no other half.
fn first_half(text: &str, offset: usize) -> usize {
    let bytes = text.as_bytes();
    let line = text
        .get(..offset)
        .and_then(|before| before.rfind('\n'))
        .unwrap_or(0);
    let mut at = line;
    while at < bytes.len() {
        at += match bytes[at] {
            b'\\' => match escape(&bytes[at..]) {
                (_, None) => return at,
                (width, Some(_)) => width,
            },
            _ => 1,
        };
    }
    offset
}

/// What git writes around the sides of a conflict.
const CONFLICT: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn words(text: &str, offset: usize, message: &str) -> (String, &'static str) {
    let next = text.get(offset..).and_then(|rest| rest.chars().next());
    let rest = text.get(offset..).unwrap_or_default();
    if CONFLICT.iter().any(|mark| rest.starts_with(mark)) {
        return (
            "a mark of a merge that was not finished".to_owned(),
            "keep one of the two sides, and remove the marks",
        );
    }
    let (words, help) = match message {
        "EOF while parsing a value" if text.trim().is_empty() => (
            "the file is empty",
            "write a JSON object into it, or remove it",
        ),
        "EOF while parsing a value" => ("the file ends where a value must stand", ""),
        "EOF while parsing a list" => ("the file ends inside an array", "close it with `]`"),
        "EOF while parsing an object" => ("the file ends inside an object", "close it with `}`"),
        "EOF while parsing a string" => (
            "the file ends inside a string",
            "close it with a double quote",
        ),
        "expected `:`" => (
            "expected `:` behind the key",
            "put a colon between key and value",
        ),
        "expected `,` or `]`" => (
            "expected `,` or `]`",
            "put a comma between two items, or close the array",
        ),
        "expected `,` or `}`" => (
            "expected `,` or `}`",
            "put a comma between two members, or close the object",
        ),
        "expected ident" => (
            "expected `true`, `false` or `null`",
            "put a text in double quotes",
        ),
        "expected value" | "key must be a string" if matches!(next, Some(',')) => (
            "a comma stands where a value must",
            "remove it, or write the value that is missing before it",
        ),
        "expected value" if matches!(next, Some('\'')) => (
            "a text stands in single quotes",
            "put it in double quotes: JSON knows no others",
        ),
        "expected value" if matches!(next, Some('/' | '#')) => (
            "a comment stands in the file",
            "remove it: JSON knows no comments",
        ),
        "expected value" => (
            "expected a value",
            "a value is a text in double quotes, a number, `true`, `false`, `null`, an array or an object",
        ),
        "key must be a string" if matches!(next, Some('/' | '#')) => (
            "a comment stands in the file",
            "remove it: JSON knows no comments",
        ),
        "key must be a string" => (
            "a key is not in double quotes",
            "write every key in double quotes",
        ),
        "invalid escape" => (
            "a backslash stands before what it cannot escape",
            "write a backslash itself as `\\\\`",
        ),
        "invalid number" => (
            "the number is not one of JSON",
            "write it in plain digits, without a leading zero or plus",
        ),
        "control character (\\u0000-\\u001F) found while parsing a string" => (
            "a string holds a control character as it is",
            "write a line break as `\\n`, a tab as `\\t`, another one as `\\u00..`",
        ),
        "trailing characters" => (
            "something stands behind the end of the JSON",
            "remove it, or mend the brackets before it",
        ),
        TRAILING_COMMA => (
            "a comma stands behind the last value",
            "remove the comma: JSON allows none there",
        ),
        HALF => (
            "the escape is one half of a surrogate pair, and no character",
            "write both halves, or the character itself",
        ),
        other => (other, ""),
    };
    (words.to_owned(), help)
}

#[cfg(test)]
mod tests {
    use super::super::{FaultKind, parse};

    #[test]
    fn faults_are_told_in_words() {
        for (text, offset, words) in [
            ("", 0, "the file is empty"),
            (" \n", 2, "the file is empty"),
            ("{\"a\":", 4, "the file ends where a value must stand"),
            ("[1", 1, "the file ends inside an array"),
            ("{\"a\":1", 5, "the file ends inside an object"),
            ("\"a", 1, "the file ends inside a string"),
            ("{\"a\" 1}", 5, "expected `:` behind the key"),
            ("[1 2]", 3, "expected `,` or `]`"),
            ("{\"a\":1 \"b\":2}", 7, "expected `,` or `}`"),
            ("{a:1}", 1, "a key is not in double quotes"),
            ("{\"a\":'b'}", 5, "a text stands in single quotes"),
            ("// x\n{}", 0, "a comment stands in the file"),
            ("[nul]", 4, "expected `true`, `false` or `null`"),
            (
                "[\"a\\x\"]",
                4,
                "a backslash stands before what it cannot escape",
            ),
            ("[01]", 2, "the number is not one of JSON"),
            (
                "[\"a\tb\"]",
                3,
                "a string holds a control character as it is",
            ),
            ("{\"a\":1,,\"b\":2}", 7, "a comma stands where a value must"),
            ("[1,,2]", 3, "a comma stands where a value must"),
            (
                "{\n<<<<<<< HEAD\n\"a\":1\n=======\n\"a\":2\n>>>>>>> b\n}",
                2,
                "a mark of a merge that was not finished",
            ),
            (
                "{\n\"a\":1\n=======\n}",
                8,
                "a mark of a merge that was not finished",
            ),
            ("{} x", 3, "something stands behind the end of the JSON"),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(
                (fault.kind, fault.offset, fault.message.as_str()),
                (FaultKind::Syntax, offset, words),
                "{text}"
            );
        }
    }

    #[test]
    fn a_lone_surrogate_is_pointed_at() {
        for (text, offset) in [
            ("[\"\\ud83d\\ude00\\ud800\"]", 14),
            ("[\"\\\\ud800\\udc00\"]", 9),
            ("[\"é\\ud800x\"]", 4),
            ("[\"\\ud800\\ud800\\udc00\"]", 2),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(
                (fault.kind, fault.offset),
                (FaultKind::LoneSurrogate, offset),
                "{text}"
            );
        }
        assert!(parse("\"\\ud83d\\ude00\"").is_ok());
    }
}
