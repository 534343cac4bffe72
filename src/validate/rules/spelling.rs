//! The lengths that a JSON text may have, by the value that it is of.
//!
//! A document keeps what a body means and not how it was spelled, and servers differ: in blanks and line breaks, and in the
//! characters that they escape. What is counted here are the parts in which those that are in use differ, so that a length can
//! be called wrong where none of them gives it.

use serde_json::Value;

/// Whether some writer escapes a character of which that is a byte. Most texts hold none.
pub(in crate::validate) const fn is_escaped_by_some(byte: u8) -> bool {
    !matches!(byte, b' '..=b'~')
        || matches!(
            byte,
            b'"' | b'\\' | b'/' | b'<' | b'>' | b'&' | b'\'' | b'+' | b'=' | b'`'
        )
}

/// Characters that a writer escapes all or none of. Which others it escapes is another question.
#[derive(Clone, Copy)]
enum Kind {
    /// Beyond ASCII, within the first 65,536 characters.
    Beyond,
    /// Behind those, where an escape is two.
    Astral,
    /// The line ends of Unicode, which JavaScript did not take.
    LineEnd,
    Slash,
    Angle,
    Ampersand,
    Apostrophe,
    Quote,
    Plus,
    Equals,
    Backquote,
    Delete,
    /// Control characters that have a letter of their own: `\b` is `\u0008` too.
    Control,
}

const KINDS: usize = Kind::Control as usize + 1;

/// What the length of a JSON text consists of.
#[derive(Debug, Default)]
pub(in crate::validate) struct Counts {
    /// The bytes without any white space, characters beyond ASCII as UTF-8.
    compact: u64,
    commas: u64,
    colons: u64,
    /// Whether there is a number with an exponent, of which there are several spellings.
    has_exponent: bool,
    /// How much longer it is with escapes, by [`Kind`].
    escapes: [u64; KINDS],
    /// Arrays and objects with anything in them, and without.
    filled: u64,
    empty: u64,
    /// Line breaks, and the levels of all lines, of a writer that indents; those of what is empty apart.
    lines: u64,
    levels: u64,
    empty_levels: u64,
    /// The same of a writer that breaks objects alone.
    object_lines: u64,
    object_levels: u64,
    filled_arrays: u64,
    array_commas: u64,
    /// How many objects are around what is being counted.
    open: u64,
}

impl Counts {
    pub fn of(value: &Value) -> Self {
        let mut counts = Self::default();
        counts.add(value, 1);
        counts
    }

    /// A whole value; the outermost has depth 1.
    fn add(&mut self, value: &Value, depth: u64) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                for item in items {
                    self.add(item, depth + 1);
                }
                self.array(items.len() as u64, depth);
            }
            Value::Object(members) => {
                self.open_object();
                for (key, value) in members {
                    self.text(key);
                    self.add(value, depth + 1);
                }
                self.object(members.len() as u64, depth);
            }
            scalar => self.scalar(&scalar.to_string()),
        }
    }

    /// The brackets and commas of an array.
    pub fn array(&mut self, items: u64, depth: u64) {
        self.container(items, depth);
        if items > 0 {
            self.filled_arrays += 1;
            self.array_commas += items - 1;
        }
    }

    /// That what comes, up to [`Counts::object`], is in an object.
    pub fn open_object(&mut self) {
        self.open += 1;
    }

    /// The braces, commas and colons of the object that was opened last.
    pub fn object(&mut self, members: u64, depth: u64) {
        self.container(members, depth);
        self.colons += members;
        self.compact += members;
        if members > 0 {
            self.object_lines += members + 1;
            self.object_levels += members * self.open + self.open.saturating_sub(1);
        }
        self.open = self.open.saturating_sub(1);
    }

    /// A number, or a word.
    pub fn scalar(&mut self, text: &str) {
        self.compact += text.len() as u64;
        let is_number = text.ends_with(|last: char| last.is_ascii_digit());
        self.has_exponent |= is_number && text.contains(['e', 'E']);
    }

    fn container(&mut self, members: u64, depth: u64) {
        let commas = members.saturating_sub(1);
        self.compact += 2 + commas;
        self.commas += commas;
        if members > 0 {
            self.filled += 1;
            self.lines += members + 1;
            self.levels += members * depth + depth - 1;
        } else {
            self.empty += 1;
            self.empty_levels += depth - 1;
        }
    }

    /// A string, or a key, in which nothing [is escaped by some](is_escaped_by_some).
    pub fn plain_text(&mut self, text: &str) {
        self.compact += 2 + text.len() as u64;
    }

    /// A string, or a key.
    pub fn text(&mut self, text: &str) {
        if !text.bytes().any(is_escaped_by_some) {
            self.plain_text(text);
            return;
        }
        self.compact += 2;
        for character in text.chars() {
            let length = match character {
                '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
                '\0'..='\u{1f}' => 6,
                _ => character.len_utf8() as u64,
            };
            self.compact += length;
            let kind = match character {
                '/' => {
                    self.escapes[Kind::Slash as usize] += 1;
                    continue;
                }
                '"' => Kind::Quote,
                '<' | '>' => Kind::Angle,
                '&' => Kind::Ampersand,
                '\'' => Kind::Apostrophe,
                '+' => Kind::Plus,
                '=' => Kind::Equals,
                '`' => Kind::Backquote,
                '\u{7f}' => Kind::Delete,
                '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => Kind::Control,
                '\u{2028}' | '\u{2029}' => Kind::LineEnd,
                '\u{80}'..='\u{ffff}' => Kind::Beyond,
                '\u{10000}'.. => Kind::Astral,
                _ => continue,
            };
            self.escapes[kind as usize] += 6 * character.len_utf16() as u64 - length;
        }
    }

    /// The bytes without any blanks or escapes, and with the usual blanks on one line.
    pub fn usual(&self) -> (u64, u64) {
        (self.compact, self.compact + self.commas + self.colons)
    }

    /// Whether a text of so many bytes may be of the value.
    pub fn fits(&self, said: u64) -> bool {
        if self.has_exponent {
            return true;
        }
        let mut escapes = self.escapes;
        escapes.sort_unstable_by(|a, b| b.cmp(a));
        let used = escapes.iter().position(|extra| *extra == 0);
        let escapes = &escapes[..used.unwrap_or(KINDS)];
        self.any_blanks(|blanks| {
            // At the end, a line break of either form, or none.
            let mut rest = (0..=2).filter_map(|end| said.checked_sub(self.compact + blanks + end));
            rest.any(|rest| is_sum(escapes, rest))
        })
    }

    /// Whether that holds for the white space of some writer.
    fn any_blanks(&self, fits: impl Fn(u64) -> bool) -> bool {
        let (commas, colons) = (self.commas, self.colons);
        let padded = commas + 2 * self.filled;
        let on_one_line = [
            0,
            commas + colons,
            colons,
            commas,
            // `{ "a" : [ ] }`
            padded + colons,
            padded + colons + self.empty,
            padded + 2 * colons,
            padded + 2 * colons + self.empty,
        ];
        on_one_line.into_iter().any(&fits)
            || [1, 2].into_iter().any(|end| {
                let mut widths = [2, 4, 1, 3, 8, 0].into_iter();
                widths.any(|width| self.on_lines(end, width).into_iter().any(&fits))
            })
    }

    /// The white space of writers that break lines by so many bytes, and indent by so many.
    fn on_lines(&self, end: u64, width: u64) -> [u64; 10] {
        let (colons, empty) = (self.colons, self.empty);
        let all = end * self.lines + width * self.levels;
        // `"a" : [ 1, { … } ]`, where objects alone are broken.
        let objects = end * self.object_lines + width * self.object_levels;
        let objects = objects + self.array_commas + 2 * self.filled_arrays;
        [
            all + colons,
            // With a blank behind a comma at the end of a line.
            all + colons + self.commas,
            all + colons + empty,
            all + 2 * colons,
            all + 2 * colons + empty,
            // An empty line between the brackets of what is empty.
            all + 2 * colons + 2 * end * empty + width * self.empty_levels,
            objects + colons,
            objects + colons + empty,
            objects + 2 * colons,
            objects + 2 * colons + empty,
        ]
    }
}

/// Whether some of the parts, which are in descending order, make up the whole.
fn is_sum(parts: &[u64], whole: u64) -> bool {
    if whole == 0 {
        return true;
    }
    let Some((first, rest)) = parts.split_first() else {
        return false;
    };
    if parts.iter().sum::<u64>() < whole {
        return false;
    }
    whole
        .checked_sub(*first)
        .is_some_and(|whole| is_sum(rest, whole))
        || is_sum(rest, whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(value: &Value, text: &str) -> bool {
        let same: Value = serde_json::from_str(text).unwrap();
        assert_eq!(same, *value, "{text}");
        Counts::of(value).fits(text.len() as u64)
    }

    #[test]
    fn each_usual_writing_of_a_value_fits() {
        let value = json!({"a": [1, {"b": "é/<\n\u{1}😀"}, []], "c": {}, "d": null});
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [
            compact.clone(),
            format!("{compact}\n"),
            format!("{compact}\r\n"),
            compact.replace('/', "\\/"),
            compact.replace('<', "\\u003c"),
            compact
                .replace('é', "\\u00e9")
                .replace('😀', "\\ud83d\\ude00"),
            compact.replace("\":", "\": ").replace(',', ", "),
            pretty.clone(),
            pretty.replace("  ", "    "),
            pretty.replace("  ", "\t"),
            pretty.replace('\n', "\r\n"),
            pretty.replace("\":", "\" :"),
            pretty
                .replace("\":", "\" :")
                .replace("[]", "[ ]")
                .replace("{}", "{ }"),
            // As Jackson, PostgreSQL's `json_build_object` and Swift write it.
            "{\n  \"a\" : [ 1, {\n    \"b\" : \"é/<\\n\\u0001😀\"\n  }, [ ] ],\n  \"c\" : { },\n  \"d\" : null\n}"
                .to_owned(),
            "{\"a\" : [1, {\"b\" : \"é/<\\n\\u0001😀\"}, []], \"c\" : {}, \"d\" : null}".replace("\" :", "\":"),
            "{\n  \"a\" : [\n    1,\n    {\n      \"b\" : \"é\\/<\\n\\u0001😀\"\n    },\n    [\n\n    ]\n  ],\n  \"c\" : {\n\n  },\n  \"d\" : null\n}"
                .to_owned(),
        ] {
            assert!(fits(&value, &text), "{text}");
        }
        let length = compact.len() as u64;
        assert!(!Counts::of(&value).fits(length - 1));
        assert!(!fits(&json!([1, 2, 3]), &format!("[1,2,3]{:45}", "")));
    }

    #[test]
    fn each_usual_escape_fits() {
        let value = json!({"a": "O'Brien + \"co\" = `<&>`\u{2028}\u{7f}é\u{8}"});
        let compact = value.to_string();
        let net = compact
            .replace("\\\"", "\\u0022")
            .replace('\'', "\\u0027")
            .replace('+', "\\u002B")
            .replace('`', "\\u0060")
            .replace('<', "\\u003C")
            .replace('&', "\\u0026")
            .replace('>', "\\u003E")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{7f}', "\\u007F")
            .replace('é', "\\u00E9");
        let gson = compact
            .replace('\'', "\\u0027")
            .replace('=', "\\u003d")
            .replace('<', "\\u003c")
            .replace('&', "\\u0026")
            .replace('>', "\\u003e")
            .replace('\u{2028}', "\\u2028");
        for text in [net, gson, compact.replace("\\b", "\\u0008")] {
            assert!(fits(&value, &text), "{text}");
        }
    }

    #[test]
    fn of_a_number_with_an_exponent_nothing_is_known() {
        let value: Value = serde_json::from_str("[1e5]").unwrap();
        assert!(Counts::of(&value).fits(5) && Counts::of(&value).fits(9));
        assert!(!Counts::of(&json!([true, false])).fits(100));
    }
}
