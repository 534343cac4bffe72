//! What a docstring says: title, text, warning and the lines of its field list.
//!
//! Source: `inspect.getdoc` of Python 2 and `parse_doc_string` of the original's `apidocs.py`. What that swallowed is
//! swallowed here too, and noted.

use std::ops::Range;

use super::syntax::Text;

/// A line of a docstring, without the indentation that all lines share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// Where it stands in the file, without the blanks around it.
    pub span: Range<usize>,
}

/// What a docstring says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Docstring {
    pub title: String,
    /// The lines of the text, without indentation and fields.
    pub text: Vec<String>,
    /// All lines behind the title and its underline, as they are indented, fields and all.
    pub raw: Vec<String>,
    pub warning: Option<String>,
    /// Each field of the list, on one line, and the line on which it begins.
    pub fields: Vec<Line>,
    pub notes: Vec<Note>,
}

/// Something that does not come into the document as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub kind: NoteKind,
    pub span: Range<usize>,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteKind {
    /// The text is lost, or stands elsewhere.
    Swallowed,
    /// A field list ends where a field is none.
    Malformed,
    /// Inline markup does not end.
    Markup,
}

/// Characters that underline a title; a line of any other character means something.
const UNDERLINES: &str = "=-~^\"'`#*+._:<>";

/// The lines of a docstring, without the indentation of the code and blank lines around.
pub(super) fn clean(text: &Text) -> Vec<Line> {
    let mut lines: Vec<(String, Range<usize>)> = Vec::new();
    let mut start = 0;
    for line in text.value.split('\n') {
        let end = start + line.len();
        lines.push((expand_tabs(line), start..end));
        start = end + 1;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(is_ascii_space).len();
    let margin = lines
        .iter()
        .skip(1)
        .filter(|(line, _)| !line.trim_matches(is_ascii_space).is_empty())
        .map(|(line, _)| indent(line))
        .min()
        .unwrap_or(0);
    let mut cleaned = Vec::new();
    for (index, (line, range)) in lines.iter().enumerate() {
        let line = match index {
            0 => line.trim_start_matches(is_ascii_space),
            _ => line.get(margin..).unwrap_or_default(),
        };
        let value = text.value.get(range.clone()).unwrap_or_default();
        let lead = value.len() - value.trim_start().len();
        let trail = value.len() - value.trim_end().len();
        let span = if lead == value.len() {
            text.offset(range.start)..text.offset(range.start)
        } else {
            // The last byte is mapped, since what follows it may stand elsewhere.
            text.offset(range.start + lead)..text.offset(range.end - trail - 1) + 1
        };
        cleaned.push(Line {
            text: line.to_owned(),
            span,
        });
    }
    while cleaned.last().is_some_and(|line| line.text.is_empty()) {
        cleaned.pop();
    }
    let blank = cleaned
        .iter()
        .take_while(|line| line.text.is_empty())
        .count();
    cleaned.drain(..blank);
    cleaned.iter().flat_map(split_lines).collect()
}

fn is_ascii_space(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\x0b'
}

/// Python's `str.expandtabs`: a tab goes to the next column that is a multiple of 8.
fn expand_tabs(line: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for character in line.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                out.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\r' => {
                out.push(character);
                column = 0;
            }
            _ => {
                out.push(character);
                column += 1;
            }
        }
    }
    out
}

/// Python's `str.splitlines` ends lines at more than line feeds.
fn split_lines(line: &Line) -> Vec<Line> {
    let ends = |c: char| {
        matches!(
            c,
            '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut parts: Vec<&str> = line.text.split(ends).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    let part = |text: &str| Line {
        text: text.to_owned(),
        span: line.span.clone(),
    };
    parts.into_iter().map(part).collect()
}

/// Takes a docstring apart.
pub(super) fn parse(lines: &[Line]) -> Docstring {
    let mut reader = Reader::default();
    let title = lines.iter().position(|line| !line.text.is_empty());
    let (title, behind) = match title.and_then(|at| lines.get(at..)?.split_first()) {
        Some((title, behind)) => (title.text.trim().to_owned(), behind),
        None => (String::new(), &[][..]),
    };
    reader.before.clone_from(&title);
    reader.below_title = true;
    for line in behind {
        reader.line(line);
    }
    reader.end_field();
    let warning = reader.warning.join("\n").trim().to_owned();
    Docstring {
        title,
        text: reader.text,
        raw: raw(behind),
        warning: Some(warning).filter(|warning| !warning.is_empty()),
        fields: reader.fields,
        notes: reader.notes,
    }
}

/// Source: `extract_title_and_text` of the original's version of 2015. That dropped the line behind a title without
/// underline; it is kept here.
fn raw(behind_title: &[Line]) -> Vec<String> {
    let underlined = behind_title
        .first()
        .is_some_and(|line| is_one_character(line.text.trim()));
    let lines = behind_title.iter().skip(usize::from(underlined));
    lines
        .map(|line| line.text.clone())
        .skip_while(|line| line.trim().is_empty())
        .collect()
}

/// Whether a line is one character, over and over.
fn is_one_character(stripped: &str) -> bool {
    let mut characters = stripped.chars();
    characters
        .next()
        .is_some_and(|first| characters.all(|character| character == first))
}

/// A line such as `.. caution::`, with nothing behind it.
fn is_block(stripped: &str) -> bool {
    let name = stripped.strip_prefix("..").and_then(|rest| {
        let name = rest.strip_prefix(char::is_whitespace)?;
        name.strip_suffix("::")
    });
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
}

#[derive(Default)]
struct Reader {
    text: Vec<String>,
    warning: Vec<String>,
    in_warning: bool,
    field: Option<Line>,
    fields: Vec<Line>,
    /// Whether a blank line stands behind the last line of the field.
    field_is_over: bool,
    before: String,
    /// Whether the line before is the title.
    below_title: bool,
    notes: Vec<Note>,
}

impl Reader {
    fn line(&mut self, line: &Line) {
        let stripped = line.text.trim();
        if is_one_character(stripped) {
            let underlines = UNDERLINES.chars().any(|c| stripped.starts_with(c))
                && stripped.len() > 1
                && !self.before.is_empty()
                // People count badly below titles; elsewhere a short line may well be something else.
                && (self.below_title || stripped.len() >= self.before.chars().count());
            if !underlines {
                let message =
                    format!("the line {stripped:?} is taken for an underline and left out");
                self.note(line, message, NoteKind::Swallowed);
            }
        } else if is_block(stripped) {
            self.in_warning = true;
            if self.field.is_some() {
                let message = format!("{stripped} stands behind a field and is left out");
                self.note(line, message, NoteKind::Swallowed);
            }
        } else if stripped.starts_with(':') {
            self.end_field();
            self.field = Some(Line {
                text: stripped.to_owned(),
                span: line.span.clone(),
            });
            self.field_is_over = false;
        } else if let Some(field) = &mut self.field {
            field.text.push(' ');
            field.text.push_str(stripped);
            let indented = line.text.starts_with(char::is_whitespace);
            if stripped.is_empty() {
                self.field_is_over = true;
            } else if !indented {
                let message = if self.field_is_over {
                    "the text stands behind a field and becomes part of it"
                } else {
                    "the line is not indented below its field and becomes part of it all the same"
                };
                let kind = NoteKind::Swallowed;
                self.note(line, message.to_owned(), kind);
            }
        } else {
            self.prose(line, stripped);
        }
        stripped.clone_into(&mut self.before);
        self.below_title = false;
    }

    fn prose(&mut self, line: &Line, stripped: &str) {
        if self.in_warning {
            let mut blanks = line.text.chars();
            let indented = blanks
                .by_ref()
                .take(2)
                .filter(|c| c.is_whitespace())
                .count()
                == 2;
            if indented || line.text.is_empty() {
                self.warning.push(stripped.to_owned());
                return;
            }
            self.in_warning = false;
        }
        self.text.push(stripped.to_owned());
    }

    fn end_field(&mut self) {
        self.fields.extend(self.field.take());
    }

    fn note(&mut self, line: &Line, message: String, kind: NoteKind) {
        let span = line.span.clone();
        self.notes.push(Note {
            kind,
            span,
            message,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal;
    use super::*;

    fn of(docstring: &str) -> (String, Docstring) {
        let source = format!("'''{docstring}'''");
        let text = literal::value(&source, 0..source.len()).unwrap();
        (source, parse(&clean(&text)))
    }

    fn notes(docstring: &str) -> Vec<(String, String)> {
        let (source, parsed) = of(docstring);
        let told = |note: Note| (source[note.span].to_owned(), note.message);
        parsed.notes.into_iter().map(told).collect()
    }

    #[test]
    fn all_parts_are_told_apart() {
        let (_, parsed) = of(
            "\n    List Orders\n    ```````````\n\n    First\n      line.\n\n    .. caution::\n        Slow.\n\n        Very.\n\n    Second.\n\n    :pparam string shop: the shop's\n                         name\n    :auth: required\n    ",
        );
        assert_eq!(parsed.title, "List Orders");
        assert_eq!(parsed.text, ["", "First", "line.", "", "Second.", ""]);
        assert_eq!(parsed.warning.as_deref(), Some("Slow.\n\nVery."));
        let fields: Vec<_> = parsed
            .fields
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(
            fields,
            [":pparam string shop: the shop's name", ":auth: required"]
        );
        assert_eq!(parsed.notes, []);
        assert_eq!(parsed.raw[..2], ["First", "  line."]);
        assert_eq!(parsed.raw.last().unwrap(), ":auth: required");
    }

    #[test]
    fn indentation_is_that_of_the_code() {
        let (_, parsed) = of("T\n\txx yy\n        y\n");
        assert_eq!(parsed.raw, ["xx yy", "y"]);
        let (_, parsed) = of("T");
        assert_eq!((parsed.title.as_str(), parsed.text.len()), ("T", 0));
        let (_, parsed) = of("\n   \n");
        assert_eq!(parsed.title, "");
    }

    #[test]
    fn what_is_swallowed_is_noted() {
        assert_eq!(
            notes("T\n==\n\n-\n\n===\nxyz\n---\ncode\n```\n"),
            [
                (
                    "-".to_owned(),
                    "the line \"-\" is taken for an underline and left out".to_owned()
                ),
                (
                    "===".to_owned(),
                    "the line \"===\" is taken for an underline and left out".to_owned()
                ),
                (
                    "```".to_owned(),
                    "the line \"```\" is taken for an underline and left out".to_owned()
                ),
            ]
        );
        let behind = notes(
            "T\n\n:auth: required\n\nMore.\n\n  even more\n:param x y: z\nwith\n\n.. note::\n   no",
        );
        assert_eq!(behind[0].0, "More.");
        assert_eq!(behind[1].0, "with");
        assert_eq!(behind[2].0, ".. note::");
        assert_eq!(behind.len(), 3);
    }

    #[test]
    fn text_behind_a_field_becomes_part_of_it() {
        let (_, parsed) = of("T\n\n:auth: required\n\nMore.");
        assert_eq!(parsed.fields[0].text, ":auth: required  More.");
    }

    #[test]
    fn any_block_is_a_warning() {
        assert!(is_block(".. note::") && is_block("..\tcaution::"));
        for other in [".. note:: x", ".. code-block::", "..note::", ".. ::"] {
            assert!(!is_block(other), "{other}");
        }
    }
}
