//! Errors with a place.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Label, SourceFile};

/// We could not do the job, and the cause is in a file of the project: settings, a template.
///
/// It is shown like a finding, with the lines around.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedError {
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Where.
    pub label: Label,
    /// Lines that show what happened.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
}

impl LocatedError {
    /// An error at some bytes of a file.
    pub fn new(
        source: &Arc<SourceFile>,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        let source = Arc::clone(source);
        Self {
            message: message.into(),
            label: Label { source, span },
            notes: Vec::new(),
            help: None,
        }
    }

    /// With the next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for LocatedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.label.source.path)?;
        if let Some(span) = &self.label.span {
            let position = self.label.source.position(span.start);
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for LocatedError {}
