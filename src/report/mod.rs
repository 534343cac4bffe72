//! Findings and changes, told to people and to machines: one file a format.
//!
//! Nothing here prints: every format gives a text. [`human`] carries ANSI colours, which the binary strips where
//! they are not wanted; what came from a file or a server has its control characters made visible in every
//! format, so that nobody paints the terminal or breaks out of a code fence.
//!
//! The formats for machines have no banner, no times and only relative paths: the same report gives the same bytes.

mod changes;
mod endpoint;
mod excerpts;
mod format;
mod github;
mod human;
mod json;
mod junit;
mod markdown;
mod notice;
mod sarif;
mod summary;
mod visible;

use std::collections::BTreeMap;

pub use endpoint::Endpoint;
pub use format::Format;
pub use github::github;
pub use human::{human, located_error};
pub use json::json;
pub use junit::junit;
pub use markdown::{COMMENT_LIMIT, JOB_SUMMARY_LIMIT, markdown};
pub use sarif::sarif;
pub use summary::{Coverage, Summary, plural};
pub use visible::visible;

use crate::finding::{Change, DocumentChanges, Finding, Impact, Severity};

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
    /// The endpoint documents of the project, by name: where a report about one of them points to.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// How many endpoints have an example; `None` where a verb does not look at all of them.
    pub coverage: Option<Coverage>,
    /// Changes of this impact, and worse ones, make the run fail: they are errors.
    pub fails_on: Option<Impact>,
    /// What to do when the changes are meant.
    pub meant: Option<Meant>,
    /// The folder of the project in its repository, for those who show the files of the whole repository; empty
    /// where the project is the repository.
    pub base: String,
}

/// At most `max` items: the worst ones, of which the key is the least, in the order in which they are.
fn worst<T, K: Ord>(items: &[T], max: usize, key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut places: Vec<usize> = (0..items.len()).collect();
    if items.len() > max {
        // Of those that are as bad as each other the first ones.
        places.sort_by_key(|place| key(&items[*place]));
        places.truncate(max);
        places.sort_unstable();
    }
    places.into_iter().map(|place| &items[place]).collect()
}

/// What to do when changes are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A command to type.
    Command(String),
    /// In words of ours, with commands between backticks.
    Words(String),
}

impl std::fmt::Display for Meant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command(text) | Self::Words(text) => f.write_str(&visible(text)),
        }
    }
}

impl Report {
    /// The counts.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// How bad a change is for this run.
    fn severity(&self, change: &Change) -> Severity {
        match change.impact {
            _ if change.approved.is_some() => Severity::Info,
            impact if self.fails_on.is_some_and(|limit| impact <= limit) => Severity::Error,
            Impact::Breaking | Impact::Content => Severity::Warning,
            Impact::Additive | Impact::Docs => Severity::Info,
        }
    }

    /// The documents that changed.
    fn changed(&self) -> impl Iterator<Item = &DocumentChanges> {
        let documents = self.documents.iter().flatten();
        documents.filter(|document| !document.is_unchanged())
    }
}
