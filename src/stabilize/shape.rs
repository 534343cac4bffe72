//! The shape of values of which no kind is known.

use std::ops::Range;

use serde_json::{Number, Value};

use super::tokens::{Context, tokens};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes.
    pub span: Range<usize>,
    class: Class,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Volatile(super::Kind),
    Number,
    Word,
    Other(u8),
}

impl Piece {
    fn is_time(&self) -> bool {
        matches!(self.class, Class::Volatile(kind) if kind.is_time())
    }
}

/// The pieces of a text: volatile tokens, numbers with their fraction and exponent, words, and every other byte.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in tokens(text, Context::default()) {
        plain(text, at..token.span.start, &mut pieces);
        at = token.span.end;
        pieces.push(Piece {
            span: token.span,
            class: Class::Volatile(token.kind),
        });
    }
    plain(text, at..text.len(), &mut pieces);
    pieces
}

fn plain(text: &str, range: Range<usize>, pieces: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let run = |from: usize, is: fn(&u8) -> bool| {
        from + bytes[from.min(range.end)..range.end]
            .iter()
            .take_while(|byte| is(byte))
            .count()
    };
    let mut at = range.start;
    while at < range.end {
        let start = at;
        let class = if bytes[at].is_ascii_digit() {
            at = run(at, u8::is_ascii_digit);
            if bytes.get(at) == Some(&b'.') && run(at + 1, u8::is_ascii_digit) > at + 1 {
                at = run(at + 1, u8::is_ascii_digit);
            }
            if matches!(bytes.get(at), Some(b'e' | b'E')) && at < range.end {
                let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
                let end = run(at + 1 + sign, u8::is_ascii_digit);
                if end > at + 1 + sign {
                    at = end;
                }
            }
            Class::Number
        } else if is_letter(&bytes[at]) {
            at = run(at, is_letter);
            Class::Word
        } else {
            at += 1;
            Class::Other(bytes[start])
        };
        let span = start..at;
        pieces.push(Piece { span, class });
    }
}

/// The numbers in a part of a text, with their fraction and exponent.
pub(super) fn numbers(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    plain(text, part, &mut pieces);
    let numbers = pieces
        .into_iter()
        .filter(|piece| piece.class == Class::Number);
    numbers.map(|piece| piece.span).collect()
}

fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

fn classes(text: &str) -> impl Iterator<Item = Class> {
    pieces(text).into_iter().map(|piece| piece.class)
}

/// Whether two values have one type and shape: numbers both with or both without a fraction, texts the same sequence
/// of words, numbers and signs.
pub(super) fn have_one_shape(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) => classes(old).eq(classes(new)),
        (Value::Number(old), Value::Number(new)) => is_whole(old) == is_whole(new),
        _ => have_one_type(old, new) && !old.is_array() && !old.is_object(),
    }
}

/// Whether two values have one JSON type.
pub(super) fn have_one_type(old: &Value, new: &Value) -> bool {
    std::mem::discriminant(old) == std::mem::discriminant(new)
}

fn is_whole(number: &Number) -> bool {
    !number.as_str().contains(['.', 'e', 'E'])
}

/// The pattern that two versions of a line have in common, `*` where they differ and for times, which are others tomorrow; and
/// whether they have one shape.
pub(super) fn pattern(old: &str, new: &str) -> (String, bool) {
    let (before, after) = (pieces(old), pieces(new));
    let alike = before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .all(|(before, after)| before.class == after.class);
    let mut pattern = String::new();
    if alike {
        for (before, after) in before.iter().zip(&after) {
            let (text, other) = (&old[before.span.clone()], &new[after.span.clone()]);
            if text == other && !before.is_time() {
                pattern.push_str(text);
            } else if !pattern.ends_with('*') {
                pattern.push('*');
            }
        }
        return (pattern, true);
    }
    let start = old
        .char_indices()
        .zip(new.chars())
        .take_while(|((_, a), b)| a == b)
        .last()
        .map_or(0, |((at, a), _)| at + a.len_utf8());
    let end = old[start..]
        .chars()
        .rev()
        .zip(new[start..].chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum::<usize>();
    without_times(&old[..start], &mut pattern);
    pattern.push('*');
    without_times(&old[old.len() - end..], &mut pattern);
    (pattern, false)
}

fn without_times(text: &str, out: &mut String) {
    for piece in pieces(text) {
        match piece.is_time() {
            true => out.push('*'),
            false => out.push_str(&text[piece.span]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shapes_are_types_words_and_signs() {
        for (old, new) in [
            (json!(7961), json!(12)),
            (json!(0.5), json!(1e-7)),
            (json!("12.5 ms"), json!("7 ms")),
            (json!("a-1"), json!("bcd-22")),
            (json!(true), json!(false)),
        ] {
            assert!(have_one_shape(&old, &new), "{old} {new}");
        }
        for (old, new) in [
            (json!(1), json!(1.5)),
            (json!(1), json!("1")),
            (json!("12 ms"), json!("12ms")),
            (json!("a"), json!("1")),
            (json!("a"), json!("")),
            (json!([1]), json!([2])),
            (json!(null), json!(1)),
        ] {
            assert!(!have_one_shape(&old, &new), "{old} {new}");
        }
    }

    #[test]
    fn lines_have_a_pattern_in_common() {
        let bucket = |count| format!("seconds_bucket{{le=\"0.002\"}} {count}");
        assert_eq!(
            pattern(&bucket("6"), &bucket("2.5e-05")),
            ("seconds_bucket{le=\"0.002\"} *".to_owned(), true)
        );
        assert_eq!(pattern("é: up", "é: 3"), ("é: *".to_owned(), false));
    }

    #[test]
    fn a_pattern_holds_no_time() {
        for (old, new, expected) in [
            ("n 12 on 2026-11-23", "n 7 on 2026-11-23", "n * on *"),
            ("n x y on 2026-11-23", "n on 2026-11-23", "n *on *"),
            (
                "at 2026-11-23T01:02:03Z: a",
                "at 2026-11-23T01:02:03Z: b",
                "at *: *",
            ),
            (
                "of cbd1f80781a5 1",
                "of cbd1f80781a5 2",
                "of cbd1f80781a5 *",
            ),
        ] {
            assert_eq!(pattern(old, new).0, expected);
        }
    }
}
