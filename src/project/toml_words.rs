//! What the TOML library says of a text that is not TOML, in words for people.

use std::ops::Range;

/// What is wrong with a text, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlFault {
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Whether a key or table stands twice.
    pub is_duplicate: bool,
}

impl TomlFault {
    /// In words, where the library's message about those bytes of the text is one of syntax that we know.
    pub fn of(text: &str, message: &str, span: Option<Range<usize>>) -> Option<Self> {
        let span = span.unwrap_or(0..0);
        let there = text.get(span.clone()).unwrap_or_default();
        if message == "duplicate key" {
            return Some(Self {
                message: format!("`{}` stands twice", there.trim_matches(['[', ']', ' '])),
                help: "remove one of the two, or make one table of both",
                is_duplicate: true,
            });
        }
        let rest = text.get(span.start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim();
        let ends_here = line.is_empty() || line.starts_with('#');
        let known = |start: &str| message.starts_with(start);
        let is_string = ["invalid basic string", "invalid literal string"];
        let is_string = is_string.into_iter().any(known);
        let (message, help) = if known("string values must be quoted") && ends_here
            || known("key with no value")
            || known("missing value for key")
        {
            (
                "the key has no value",
                "write `key = value`, or remove the key",
            )
        } else if known("string values must be quoted") {
            ("a text is not in quotes", "put it in double quotes")
        } else if is_string && ends_here {
            (
                "the text does not end on its line",
                "close it with a quote; a text of several lines stands between three quotes",
            )
        } else if known("invalid multi-line") && ends_here {
            ("the text does not end", "close it with three quotes")
        } else if known("unclosed table") {
            ("the heading is not closed", "close it with `]`")
        } else if known("unclosed array table") {
            ("the heading is not closed", "close it with `]]`")
        } else if known("unclosed array") {
            ("the array is not closed", "close it with `]`")
        } else if known("unclosed inline table") {
            ("the inline table is not closed", "close it with `}`")
        } else if known("missing escaped value") {
            (
                "a backslash stands before what it cannot escape",
                "write a backslash itself as `\\\\`, or put the text in single quotes",
            )
        } else if known("unexpected key or value") {
            (
                "something stands behind the value",
                "write one `key = value` a line, a text with blanks in quotes",
            )
        } else {
            return None;
        };
        Some(Self {
            message: message.to_owned(),
            help,
            is_duplicate: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn syntax_is_told_in_words() {
        for (text, message) in [
            ("a = 1\na = 2\n", "`a` stands twice"),
            ("[a]\n[a]\n", "`a` stands twice"),
            ("x = \n", "the key has no value"),
            ("x = # y\n", "the key has no value"),
            ("x\n", "the key has no value"),
            ("x = word\n", "a text is not in quotes"),
            ("x = \"a\ny = 1\n", "the text does not end on its line"),
            ("x = 'a\n", "the text does not end on its line"),
            ("x = \"\"\"a\n", "the text does not end"),
            ("[a\n", "the heading is not closed"),
            ("[[a]\n", "the heading is not closed"),
            ("x = [1\n", "the array is not closed"),
            ("x = {a = 1\n", "the inline table is not closed"),
            (
                "x = \"a\\q\"\n",
                "a backslash stands before what it cannot escape",
            ),
            ("x = 1 y = 2\n", "something stands behind the value"),
        ] {
            let (_, errors) = DeTable::parse_recoverable(text);
            let error = errors.first().unwrap();
            let fault = TomlFault::of(text, error.message(), error.span());
            let told = fault.map(|fault| fault.message);
            assert_eq!(told.as_deref(), Some(message), "{text:?}: {error}");
        }
    }
}
