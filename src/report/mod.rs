//! Findings and changes, told to people and to machines.
//!
//! Nothing here prints: [`human`] and [`json`] give texts. Human texts carry ANSI colours, which the
//! binary strips where they are not wanted; what came from a file or a server has its control characters
//! made visible, so that nobody paints the terminal.

mod changes;
mod human;
mod json;
mod summary;
mod visible;

pub use human::{human, located_error};
pub use json::json;
pub use summary::{Summary, plural};
pub use visible::visible;

use crate::finding::{DocumentChanges, Finding};

/// What a verb has to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Findings, in the order in which they are told.
    pub findings: Vec<Finding>,
    /// Documents that were compared; `None` where nothing was.
    pub documents: Option<Vec<DocumentChanges>>,
    /// How many documents have examples that could not be compared, since nothing was captured for them.
    pub not_captured: usize,
    /// Whether changes can be approved, so that people must see what they are known by.
    pub approvable: bool,
}

impl Report {
    /// The counts.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }
}
