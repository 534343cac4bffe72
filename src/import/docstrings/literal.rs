//! The values of string literals, of Python 2 and 3.
//!
//! Source: "String and Bytes literals" of the Python language reference. Where the two Pythons differ, 3 counts.

use std::ops::Range;

use super::syntax::Text;

/// The value of the literal at `span`, its prefix and quotes included; `None` where it is not one.
pub(super) fn value(source: &str, span: Range<usize>) -> Option<Text> {
    let literal = source.get(span.clone())?;
    let quote_at = literal.find(['"', '\''])?;
    let prefix = literal.get(..quote_at)?.to_ascii_lowercase();
    if !prefix.chars().all(|c| "rubf".contains(c)) {
        return None;
    }
    let rest = literal.get(quote_at..)?;
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quotes| rest.starts_with(quotes))?;
    let inner = rest.strip_prefix(quotes)?.strip_suffix(quotes)?;
    let start = span.start + quote_at + quotes.len();
    let mut reader = Reader {
        raw: prefix.contains('r'),
        bytes: prefix.contains('b'),
        format: prefix.contains('f'),
        text: Text::new(start),
        rest: inner,
        at: start,
    };
    reader.read();
    Some(reader.text)
}

struct Reader<'a> {
    raw: bool,
    bytes: bool,
    format: bool,
    text: Text,
    rest: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            match first {
                // Python reads every end of line as a line feed.
                '\r' => {
                    let length = if self.rest.starts_with("\r\n") { 2 } else { 1 };
                    self.take(length, "\n");
                }
                '\\' if !self.raw => self.escape(),
                '{' | '}' if self.format => {
                    let doubled = self.rest.starts_with("{{") || self.rest.starts_with("}}");
                    self.take(1 + usize::from(doubled), &first.to_string());
                }
                _ => {
                    let stop = |c| c == '\r' || c == '\\' || (self.format && "{}".contains(c));
                    let length = self.rest.find(stop).unwrap_or(self.rest.len());
                    let length = length.max(first.len_utf8());
                    let run = self.rest.get(..length).unwrap_or_default().to_owned();
                    self.take(length, &run);
                }
            }
        }
    }

    /// So many bytes of the file are `value`.
    fn take(&mut self, length: usize, value: &str) {
        self.text.push(value, self.at);
        self.at += length;
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn escape(&mut self) {
        let behind = self.rest.get(1..).unwrap_or_default();
        let Some(letter) = behind.chars().next() else {
            return self.take(1, "\\");
        };
        let simple = match letter {
            '\n' => Some(""),
            '\\' => Some("\\"),
            '\'' => Some("'"),
            '"' => Some("\""),
            'a' => Some("\x07"),
            'b' => Some("\x08"),
            'f' => Some("\x0c"),
            'n' => Some("\n"),
            'r' => Some("\r"),
            't' => Some("\t"),
            'v' => Some("\x0b"),
            _ => None,
        };
        if let Some(simple) = simple {
            return self.take(2, simple);
        }
        if letter == '\r' {
            let length = if behind.starts_with("\r\n") { 3 } else { 2 };
            return self.take(length, "");
        }
        let (digits, radix, skip) = match letter {
            'x' => (2, 16, 2),
            'u' if !self.bytes => (4, 16, 2),
            'U' if !self.bytes => (8, 16, 2),
            '0'..='7' => (3, 8, 1),
            // An escape that Python does not know stays what it is; a name of Unicode is not looked up.
            _ => return self.take(1, "\\"),
        };
        let number = self.rest.get(skip..).unwrap_or_default();
        let length = number
            .bytes()
            .take(digits)
            .take_while(|byte| char::from(*byte).is_digit(radix))
            .count();
        let code = number.get(..length).unwrap_or_default();
        let code = u32::from_str_radix(code, radix).ok();
        match code.and_then(char::from_u32) {
            Some(value) if radix == 8 || length == digits => {
                self.take(skip + length, &value.to_string());
            }
            _ => self.take(1, "\\"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(literal: &str) -> Option<String> {
        Some(value(literal, 0..literal.len())?.value)
    }

    #[test]
    fn prefixes_and_quotes() {
        for literal in ["'a'", "\"a\"", "u'a'", "'''a'''", "Rb\"\"\"a\"\"\"", "f'a'"] {
            assert_eq!(of(literal).as_deref(), Some("a"), "{literal}");
        }
        assert_eq!(of("''").as_deref(), Some(""));
        assert_eq!(of("'"), None);
        assert_eq!(of("x'a'"), None);
    }

    #[test]
    fn escapes() {
        assert_eq!(
            of(r"'\n\\\'\x41\101\u00e9\q\N{DASH}'").unwrap(),
            "\n\\'AA\u{e9}\\q\\N{DASH}"
        );
        assert_eq!(of(r"r'\n\''").unwrap(), r"\n\'");
        assert_eq!(of(r"b'\u00e9'").unwrap(), r"\u00e9");
        assert_eq!(of("'a\\\nb'").unwrap(), "ab");
        assert_eq!(of("'''a\r\nb\rc'''").unwrap(), "a\nb\nc");
        assert_eq!(of(r"'\x4'").unwrap(), r"\x4");
        assert_eq!(of(r"'\ud800'").unwrap(), r"\ud800");
        assert_eq!(of("f'{{a}}'").unwrap(), "{a}");
    }

    #[test]
    fn each_byte_knows_where_it_stands() {
        let source = r"x = 'a\tb' 'c'";
        let mut text = value(source, 4..10).unwrap();
        text.append(&value(source, 11..14).unwrap());
        assert_eq!(text.value, "a\tbc");
        let places: Vec<_> = (0..4).map(|at| &source[text.offset(at)..][..1]).collect();
        assert_eq!(places, ["a", "\\", "b", "c"]);
    }
}
