//! What every verb reports.
//!
//! A finding is a value, never an `Err`: an error means that we could not do the job, a finding
//! that we did it and have something to say.

mod change;
pub mod codes;
mod fix;
mod located;
mod source;
pub mod spelling;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json;

pub use change::{Change, DiffLine, DocumentChanges, DocumentStatus, Excerpt, Impact, Marked};
pub use codes::Code;
pub use fix::{Edit, Fix};
pub use located::LocatedError;
pub use source::{Position, SourceFile};
pub use text::Text;

/// How bad a finding is. Only errors make a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended; exit code 1.
    Error,
    /// Should be mended.
    Warning,
    /// Good to know.
    Info,
}

/// Something to tell about the project.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind of finding, from the one table.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// The file and the bytes in it, where there is one.
    pub label: Option<Label>,
    /// A JSON Pointer into the file.
    pub pointer: Option<String>,
    /// `<section>/<name>#<example>`, or a document's name alone.
    pub address: Option<String>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// Lines that show what is meant (an exchange, the end of a log).
    pub notes: Vec<String>,
    /// The change of files that mends it, where there is just one right one.
    pub fix: Option<Fix>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The bytes in it; `None` speaks of the file as a whole.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

impl Finding {
    /// A finding with the code's default severity.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.default_severity(),
            label: None,
            pointer: None,
            address: None,
            message: message.into(),
            help: None,
            notes: Vec::new(),
            fix: None,
        }
    }

    /// About a file as a whole.
    pub fn in_file(mut self, source: &Arc<SourceFile>) -> Self {
        let source = Arc::clone(source);
        self.label = Some(Label { source, span: None });
        self
    }

    /// About some bytes of a file.
    pub fn at(mut self, source: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let source = Arc::clone(source);
        let span = Some(span);
        self.label = Some(Label { source, span });
        self
    }

    /// About the value that a JSON Pointer names in a JSON file.
    pub fn at_pointer(self, source: &Arc<SourceFile>, pointer: &str) -> Self {
        let place = source.locate(pointer).map(|place| place.value);
        self.at_place(source, pointer, place)
    }

    /// About the key of the member that a JSON Pointer names in a JSON file.
    pub fn at_key(self, source: &Arc<SourceFile>, pointer: &str) -> Self {
        let place = source
            .locate(pointer)
            .map(|place| place.key.unwrap_or(place.value));
        self.at_place(source, pointer, place)
    }

    /// About some bytes of the string that a JSON Pointer names in a JSON file, counted in its characters without escapes.
    pub fn at_text(self, source: &Arc<SourceFile>, pointer: &str, text: Range<usize>) -> Self {
        let place = source.locate(pointer).map(|place| {
            let raw = source.text.get(place.value.clone()).unwrap_or_default();
            let [start, end] = [text.start, text.end].map(|at| json::raw_offset(raw, at));
            place.value.start + start..place.value.start + end
        });
        self.at_place(source, pointer, place)
    }

    fn at_place(
        mut self,
        source: &Arc<SourceFile>,
        pointer: &str,
        span: Option<Range<usize>>,
    ) -> Self {
        let source = Arc::clone(source);
        self.label = Some(Label { source, span });
        self.pointer = Some(pointer.to_owned());
        self
    }

    /// About a document or example.
    pub fn about(mut self, address: impl ToString) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// With the next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the change that mends it.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// With a line that shows what is meant.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The path of the file, relative, with `/`.
    pub fn file(&self) -> Option<&str> {
        Some(&self.label.as_ref()?.source.path)
    }

    /// Line and column in the file, where the place is known.
    pub fn position(&self) -> Option<Position> {
        let label = self.label.as_ref()?;
        Some(label.source.position(label.span.as_ref()?.start))
    }

    /// The order in which findings are told: by file, place, address, code and message.
    pub fn order(&self, other: &Self) -> Ordering {
        fn key(finding: &Finding) -> impl Ord + '_ {
            let label = finding.label.as_ref();
            let start = label.and_then(|label| Some(label.span.as_ref()?.start));
            (
                finding.file(),
                start,
                finding.address.as_deref(),
                finding.code.id,
                finding.message.as_str(),
            )
        }
        key(self).cmp(&key(other))
    }
}

/// Whether one of them is an error.
pub fn any_error(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}
