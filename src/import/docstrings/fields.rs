//! The field list of a docstring.
//!
//! Source: "Field Lists" of the reStructuredText specification as docutils reads it, and `parse_params` of the
//! original's `apidocs.py`.

use super::docstring::{Line, Note, NoteKind};
use super::rst;
use crate::document::Parameter;

/// Which words at the beginning of a field's name mean what; any other word is one for the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWords {
    /// A value in the path.
    pub path: Vec<String>,
    /// A value in the query.
    pub query: Vec<String>,
    /// A value in the body.
    pub body: Vec<String>,
    /// What the endpoint asks of the caller.
    pub auth: Vec<String>,
}

impl Default for FieldWords {
    /// Those of the original.
    fn default() -> Self {
        let words = |word: &str| vec![word.to_owned()];
        Self {
            path: words("pparam"),
            query: words("qparam"),
            body: words("param"),
            auth: words("auth"),
        }
    }
}

/// What the fields say; a kind without any field is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub path: Option<Vec<Parameter>>,
    pub query: Option<Vec<Parameter>>,
    pub body: Option<Vec<Parameter>>,
    pub auth: Vec<String>,
}

/// Reads the fields, one a line. From the first line on that is no field, everything is a paragraph for docutils.
pub(super) fn parse(lines: &[Line], words: &FieldWords, notes: &mut Vec<Note>) -> Fields {
    let mut fields = Fields::default();
    for (index, line) in lines.iter().enumerate() {
        let Some((name, body)) = split(&line.text) else {
            let message = match lines.len() - index - 1 {
                0 => "the line is no field: it is left out".to_owned(),
                1 => "the line is no field: it is left out, with the field behind it".to_owned(),
                more => format!(
                    "the line is no field: it is left out, with the {more} fields behind it"
                ),
            };
            let span = line.span.clone();
            notes.push(Note {
                kind: NoteKind::Malformed,
                span,
                message,
            });
            break;
        };
        fields.add(line, name, body, words, notes);
    }
    fields
}

/// The name and the text of `:name: text`.
fn split(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix(':')?;
    if rest.starts_with([':', ' ']) {
        return None;
    }
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        let behind = rest.get(at + character.len_utf8()..)?;
        match character {
            '\\' => {
                characters.next()?;
            }
            ':' if behind.is_empty() || behind.starts_with(' ') => {
                let name = rest.get(..at).filter(|name| !name.ends_with(' '))?;
                return Some((name, behind.trim()));
            }
            ':' if behind.starts_with('`') => return None,
            _ => {}
        }
    }
    None
}

impl Fields {
    fn add(
        &mut self,
        line: &Line,
        name: &str,
        body: &str,
        words: &FieldWords,
        notes: &mut Vec<Note>,
    ) {
        let name = rst::inline(name).text;
        let text = without_marker(body);
        if text != body {
            notes.push(Note {
                kind: NoteKind::Swallowed,
                span: line.span.clone(),
                message: "the text begins like an item of a list: the marker is left out"
                    .to_owned(),
            });
        }
        let value = rst::inline(text);
        if !value.open.is_empty() {
            notes.push(Note {
                kind: NoteKind::Markup,
                span: line.span.clone(),
                message: "inline markup begins here and does not end: it is kept as it is"
                    .to_owned(),
            });
        }
        let description = value.text;
        let word = |words: &[String]| {
            let word = words.iter().find(|word| name.starts_with(word.as_str()))?;
            // The original cuts off the word and one character, whatever that is.
            let mut rest = name.get(word.len()..)?.chars();
            rest.next();
            Some(rest.as_str().to_owned())
        };
        if let Some(name) = word(&words.path) {
            push(&mut self.path, &name, description);
        } else if let Some(name) = word(&words.query) {
            push(&mut self.query, &name, description);
        } else if word(&words.auth).is_some() {
            if !self.auth.is_empty() {
                notes.push(Note {
                    kind: NoteKind::Swallowed,
                    span: line.span.clone(),
                    message: "an earlier field says already what is asked of the caller: this one is left out".to_owned(),
                });
            }
            self.auth.push(description);
        } else if let Some((word, rest)) = name.split_once(' ') {
            if !words.body.iter().any(|known| known == word) {
                notes.push(Note {
                    kind: NoteKind::Swallowed,
                    span: line.span.clone(),
                    message: format!("the field :{word}: is taken for a value in the body"),
                });
            }
            push(&mut self.body, rest, description);
        } else {
            notes.push(Note {
                kind: NoteKind::Swallowed,
                span: line.span.clone(),
                message: format!("the field :{name}: names no value, and is left out"),
            });
        }
    }
}

/// Adds `type name` or `name`.
fn push(parameters: &mut Option<Vec<Parameter>>, name: &str, description: String) {
    let (kind, name) = name.split_once(' ').unwrap_or(("", name));
    parameters.get_or_insert_default().push(Parameter {
        name: name.to_owned(),
        kind: kind.to_owned(),
        description,
        ..Parameter::default()
    });
}

/// A text that begins like an item of a list is one for docutils, and its marker is no text.
fn without_marker(body: &str) -> &str {
    let (marker, rest) = body.split_once(' ').unwrap_or((body, ""));
    let is_bullet = ["-", "*", "+", "•", "‣", "⁃"].contains(&marker);
    if is_bullet || is_enumerator(marker) {
        without_marker(rest.trim_start())
    } else {
        body
    }
}

/// `1.`, `a)`, `(#)`.
fn is_enumerator(marker: &str) -> bool {
    let ordinal = match marker.strip_suffix('.') {
        Some(ordinal) => Some(ordinal),
        None => marker
            .strip_suffix(')')
            .map(|ordinal| ordinal.strip_prefix('(').unwrap_or(ordinal)),
    };
    ordinal.is_some_and(|ordinal| {
        let is_number = !ordinal.is_empty() && ordinal.chars().all(|c| c.is_ascii_digit());
        let is_letter =
            ordinal.len() == 1 && ordinal.starts_with(|c: char| c.is_ascii_alphabetic());
        is_number || is_letter || ordinal == "#"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> (Fields, Vec<String>) {
        let lines: Vec<_> = lines
            .iter()
            .map(|text| Line {
                text: (*text).to_owned(),
                span: 0..0,
            })
            .collect();
        let mut notes = Vec::new();
        let fields = parse(&lines, &FieldWords::default(), &mut notes);
        (fields, notes.into_iter().map(|note| note.message).collect())
    }

    fn parameter(kind: &str, name: &str, description: &str) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind: kind.to_owned(),
            description: description.to_owned(),
            ..Parameter::default()
        }
    }

    #[test]
    fn each_kind_has_its_place() {
        let (fields, notes) = of(&[
            ":pparam string shop: the ``shop``: *yours*",
            ":pparam key: a key",
            ":qparam list of ids:",
            ":param bool open: ",
            ":auth: required",
        ]);
        let path = [
            parameter("string", "shop", "the `shop`: *yours*"),
            parameter("", "key", "a key"),
        ];
        assert_eq!(fields.path.unwrap(), path);
        assert_eq!(fields.query.unwrap(), [parameter("list", "of ids", "")]);
        assert_eq!(fields.body.unwrap(), [parameter("bool", "open", "")]);
        assert_eq!(fields.auth, ["required"]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn a_line_that_is_no_field_takes_the_others_along() {
        let (fields, notes) = of(&[":pparam string shop the shop", ":param x y: z", ":auth: a"]);
        assert_eq!(fields, Fields::default());
        assert_eq!(
            notes,
            ["the line is no field: it is left out, with the 2 fields behind it"]
        );
        for line in [": a: b", ":: b", ":a :", ":a:b", ":a", ":ref:`x`"] {
            assert_eq!(split(line), None, "{line}");
        }
        assert_eq!(split(":a:b c: d"), Some(("a:b c", "d")));
        assert_eq!(split(r":a\: b: c"), Some((r"a\: b", "c")));
    }

    #[test]
    fn markers_of_lists_are_no_text() {
        for (body, text) in [
            ("- one", "one"),
            ("*", ""),
            ("1. one", "one"),
            ("(a) - one", "one"),
            ("1.", ""),
            ("e.g. one", "e.g. one"),
            ("a.b. c", "a.b. c"),
            ("-one", "-one"),
        ] {
            assert_eq!(without_marker(body), text, "{body}");
        }
    }

    #[test]
    fn other_words_are_told() {
        let (fields, notes) = of(&[
            ":return: x",
            ":raises KeyError: never",
            ":auth: one",
            ":auth: two",
        ]);
        assert_eq!(fields.body.unwrap(), [parameter("", "KeyError", "never")]);
        assert_eq!(
            notes,
            [
                "the field :return: names no value, and is left out",
                "the field :raises: is taken for a value in the body",
                "an earlier field says already what is asked of the caller: this one is left out"
            ]
        );
    }
}
