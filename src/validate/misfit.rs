//! What does not fit a schema, before it has its place in a file.

use std::ops::Range;
use std::sync::Arc;

use crate::finding::{Finding, SourceFile, codes};
use crate::json;

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// A JSON Pointer to the value.
    pub pointer: String,
    /// Which part of it is meant.
    pub part: Part,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A part of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Its key.
    Key,
    /// Its value.
    Value,
}

impl Misfit {
    /// The value is wrong.
    pub(super) fn value(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            part: Part::Value,
            message: message.into(),
            help: None,
        }
    }

    /// The key is wrong.
    pub(super) fn key(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            part: Part::Key,
            ..Self::value(pointer, message)
        }
    }

    /// The finding in a JSON file.
    pub(super) fn in_json(self, source: &Arc<SourceFile>) -> Finding {
        let span = source.locate(&self.pointer).map(|place| self.span(place));
        self.at(source, span)
    }

    /// The finding at a place that the caller knows.
    pub(super) fn at(self, source: &Arc<SourceFile>, span: Option<Range<usize>>) -> Finding {
        let finding = Finding::new(codes::SCHEMA, self.message);
        let mut finding = match span {
            Some(span) => finding.at(source, span),
            None => finding.in_file(source),
        };
        finding.pointer = Some(self.pointer);
        finding.help = self.help;
        finding
    }

    /// The bytes of the part that is meant.
    pub(super) fn span(&self, place: json::Place) -> Range<usize> {
        match self.part {
            Part::Key => place.key.unwrap_or(place.value),
            Part::Value => place.value,
        }
    }
}
