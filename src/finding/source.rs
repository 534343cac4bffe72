//! Files as findings show them.

use std::sync::Arc;

use serde::Serialize;

use crate::json::{self, Fault, FaultKind, Place};

use super::{Code, Finding, codes};

/// A text file that findings point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path, relative, with `/`.
    pub path: String,
    /// The whole text; bytes that are not UTF-8 replaced.
    pub text: String,
}

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
        Arc::new(Self {
            path: path.into(),
            text: String::from_utf8_lossy(bytes).into_owned(),
        })
    }

    /// Line and column of a byte; one beyond the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
        }
    }

    /// The place of a value, where the file is JSON.
    pub fn locate(&self, pointer: &str) -> Option<Place> {
        json::locate(&self.text, pointer)
    }

    /// The finding that a JSON text is not one.
    pub fn fault(self: &Arc<Self>, fault: Fault) -> Finding {
        let mut finding =
            Finding::new(code_of(fault.kind), fault.message).at(self, fault.offset..fault.offset);
        finding.help = fault.help;
        finding
    }
}

fn code_of(kind: FaultKind) -> Code {
    match kind {
        FaultKind::Syntax => codes::JSON_SYNTAX,
        FaultKind::Encoding => codes::JSON_ENCODING,
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
    }
}
