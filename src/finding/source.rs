//! Files as findings show them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::json::{self, Fault, FaultKind, Place, Spans};

use super::text::{self, Text};
use super::{Code, Finding, Fix, codes};

/// A text file that findings point into.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path, relative, with `/`.
    pub path: String,
    /// The whole text; bytes that are not UTF-8 replaced.
    pub text: Text,
    places: Places,
}

/// What was found out about the places of a text: the same for the same text, and so no part of what it is.
#[derive(Debug, Default)]
struct Places {
    /// The byte at which each line begins.
    lines: OnceLock<Vec<usize>>,
    /// How many values were asked for.
    asked: AtomicUsize,
    values: OnceLock<Spans>,
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Places {}

/// From this question on all values of a file are indexed; few questions are cheaper answered one by one, and keep nothing.
const WORTH_AN_INDEX: usize = 8;

/// A place as editors count it: both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl SourceFile {
    /// A file of that path and contents.
    pub fn new(path: impl Into<String>, bytes: &[u8]) -> Arc<Self> {
        Self::of_text(path, String::from_utf8_lossy(bytes).into_owned())
    }

    /// A file of that path and contents, which are not copied where they are UTF-8.
    pub fn of_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Arc<Self> {
        Self::of_text(path, text::of_bytes(bytes))
    }

    /// A file of which the bytes are got again when somebody wants to see the text: of thousands of files, few are shown.
    pub fn later(
        path: impl Into<String>,
        again: impl Fn() -> Vec<u8> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::new_text(path.into(), Text::later(again))
    }

    /// A file of that path and text.
    pub fn of_text(path: impl Into<String>, text: String) -> Arc<Self> {
        Self::new_text(path.into(), text.into())
    }

    fn new_text(path: String, text: Text) -> Arc<Self> {
        Arc::new(Self {
            path,
            text,
            places: Places::default(),
        })
    }

    /// Line and column of a byte; one beyond the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let lines = self.places.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = lines.partition_point(|start| *start <= end);
        // A byte order mark is no character of its line.
        let start = match lines[line - 1] {
            0 if end > 0 && self.text.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
            start => start,
        };
        Position {
            line,
            column: self.text[start..end].chars().count() + 1,
        }
    }

    /// The place of a value, where the file is JSON.
    pub fn locate(&self, pointer: &str) -> Option<Place> {
        if self.places.asked.fetch_add(1, Ordering::Relaxed) < WORTH_AN_INDEX {
            return json::locate(&self.text, pointer);
        }
        let index = self.places.values.get_or_init(|| Spans::of(&self.text));
        index.locate(&self.text, pointer)
    }

    /// The finding that a JSON text is not one.
    pub fn fault(self: &Arc<Self>, fault: Fault) -> Finding {
        let Fault {
            kind,
            message,
            help,
            offset,
        } = fault;
        let mut finding = Finding::new(code_of(kind), message).at(self, offset..offset);
        finding.help = help;
        finding.fix = match kind {
            FaultKind::TrailingComma => {
                Some(Fix::new("removes the comma", self, offset..offset + 1, ""))
            }
            FaultKind::ByteOrderMark => Some(Fix::new(
                "removes the byte order mark",
                self,
                0..'\u{feff}'.len_utf8(),
                "",
            )),
            _ => None,
        };
        finding
    }
}

fn code_of(kind: FaultKind) -> Code {
    match kind {
        FaultKind::Syntax => codes::JSON_SYNTAX,
        FaultKind::TrailingComma => codes::TRAILING_COMMA,
        FaultKind::LoneSurrogate => codes::LONE_SURROGATE,
        FaultKind::Encoding => codes::JSON_ENCODING,
        FaultKind::ByteOrderMark => codes::BYTE_ORDER_MARK,
        FaultKind::Depth => codes::JSON_DEPTH,
        FaultKind::Size => codes::JSON_TOO_LARGE,
        FaultKind::DuplicateKey => codes::DUPLICATE_KEY,
        FaultKind::ReservedKey => codes::RESERVED_KEY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = SourceFile::new("a.json", "é\nüx".as_bytes());
        let position = source.position("é\nü".len());
        assert_eq!((position.line, position.column), (2, 2));
        assert_eq!(source.position(999).line, 2);
        // Editors show no byte order mark.
        let source = SourceFile::new("a.toml", "\u{feff}x\ny".as_bytes());
        let columns = [0, 3, 4, 5].map(|at| source.position(at).column);
        assert_eq!(columns, [1, 1, 2, 1]);
    }
}
