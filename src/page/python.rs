//! JSON as Python 2 writes it: `json.dumps(value, sort_keys=True, indent=2)`.
//!
//! Source: CPython 2.7, `Lib/json/encoder.py` and `Python/pystrtod.c` (`repr` of a float). Numbers come as
//! JSON text, so that what is written is what Python writes after it has read that text.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// Writes a value as Python 2 does: two blanks of indent, `", "` at line ends, ASCII alone, keys by code point.
///
/// ```
/// use apidocs::page::python;
/// let value = serde_json::json!({"b": [1, "é"], "a": {}});
/// assert_eq!(python::dumps(&value), "{\n  \"a\": {}, \n  \"b\": [\n    1, \n    \"\\u00e9\"\n  ]\n}");
/// ```
pub fn dumps(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out
}

/// Whether Python takes a value for true: everything but `null`, `false`, zero and what is empty.
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

fn write_value(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&write_number(number)),
        Value::String(text) => write_string(out, text),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                begin_line(out, index, depth + 1);
                write_value(out, item, depth + 1);
            }
            end_container(out, ']', depth);
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, item)) in members.into_iter().enumerate() {
                begin_line(out, index, depth + 1);
                write_string(out, key);
                out.push_str(": ");
                write_value(out, item, depth + 1);
            }
            end_container(out, '}', depth);
        }
    }
}

fn begin_line(out: &mut String, index: usize, depth: usize) {
    out.push_str(if index == 0 { "\n" } else { ", \n" });
    out.push_str(&"  ".repeat(depth));
}

fn end_container(out: &mut String, bracket: char, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(bracket);
}

/// A string literal. Python escapes whatever is not between a blank and `~`.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{8}' => out.push_str("\\b"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// What Python writes of a number that it has read: integers have any number of digits, all else is a float.
fn write_number(number: &Number) -> String {
    let text = number.to_string();
    if text.contains(['.', 'e', 'E']) {
        // A JSON number is always one that Rust reads too; beyond the range it is infinite, as in Python.
        text.parse().map_or(text, float_repr)
    } else if text == "-0" {
        "0".to_owned()
    } else {
        text
    }
}

/// `repr` of a float, and the names that `json` has for what is not finite.
pub fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}Infinity");
    }
    let (digits, point) = shortest_digits(value.abs());
    let count = digits.len() as i32;
    let number = if !(-3..=16).contains(&point) {
        let exponent = point - 1;
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}e{exponent_sign}{:02}", exponent.abs())
    } else if point <= 0 {
        format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point >= count {
        format!("{digits}{}.0", "0".repeat((point - count) as usize))
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    };
    format!("{sign}{number}")
}

/// The fewest digits that mean the number, and how many of them stand before the point.
///
/// By `ryu`, whose choice between equally short ones is that of Python; Rust's own differs at times.
fn shortest_digits(value: f64) -> (String, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return ("0".to_owned(), 1);
    }
    let zeros = (all.len() - digits.len()) as i32;
    let point = whole.len() as i32 + exponent - zeros;
    (digits.trim_end_matches('0').to_owned(), point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn again(text: &str) -> String {
        dumps(&crate::json::parse(text).unwrap())
    }

    #[test]
    fn numbers_are_those_of_python() {
        for (json, python) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("18446744073709551616", "18446744073709551616"),
            ("1.0", "1.0"),
            ("0.1000", "0.1"),
            ("1e5", "100000.0"),
            ("1E+2", "100.0"),
            ("123456789012345678.0", "1.2345678901234568e+17"),
            ("1e16", "1e+16"),
            ("1e15", "1000000000000000.0"),
            ("9999999999999998.0", "9999999999999998.0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1.5e-7", "1.5e-07"),
            ("5e-324", "5e-324"),
            ("2.2250738585072014e-308", "2.2250738585072014e-308"),
            ("1e400", "Infinity"),
            ("-1e400", "-Infinity"),
            ("1e-400", "0.0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("12.5", "12.5"),
            ("100.25", "100.25"),
        ] {
            assert_eq!(again(json), python, "{json}");
        }
        assert_eq!(float_repr(f64::NAN), "NaN");
    }

    #[test]
    fn strings_are_ascii() {
        assert_eq!(
            dumps(&json!("a\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}é€😀~")),
            r#""a\"\\/\n\r\t\b\f\u0000\u001f\u007f\u00e9\u20ac\ud83d\ude00~""#
        );
    }

    #[test]
    fn containers_end_their_lines_with_a_blank() {
        let value = json!({"é": 1, "z": [], "Z": {}, "a": [null, [true], {"b": false}]});
        assert_eq!(
            dumps(&value),
            "{\n  \"Z\": {}, \n  \"a\": [\n    null, \n    [\n      true\n    ], \n    {\n      \"b\": false\n    }\n  ], \n  \"z\": [], \n  \"\\u00e9\": 1\n}"
        );
    }

    #[test]
    fn what_is_empty_is_false() {
        for value in [
            json!(null),
            json!(false),
            json!(0),
            json!(-0.0),
            json!(""),
            json!([]),
            json!({}),
        ] {
            assert!(!is_truthy(&value), "{value}");
        }
        for value in [
            json!(true),
            json!(1),
            json!(" "),
            json!([0]),
            json!({"": 0}),
        ] {
            assert!(is_truthy(&value), "{value}");
        }
        assert!(!is_truthy(&crate::json::parse("0e5").unwrap()));
        assert!(is_truthy(&crate::json::parse("1e400").unwrap()));
    }
}
