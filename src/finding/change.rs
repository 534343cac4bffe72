//! Changes: what drift and diff find.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Code, Severity};

/// What a change means for those who call the API, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// A caller may fail.
    Breaking,
    /// A stable value is another one.
    Content,
    /// Something came along.
    Additive,
    /// What people wrote.
    Docs,
}

/// One difference between two versions of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What kind of change, from the one table.
    pub code: Code,
    /// How bad.
    pub impact: Impact,
    /// `#<example>` and a JSON Pointer into `{request, response}`, or a JSON Pointer into the prose; where it stands for
    /// several places, `*` is any item of an array.
    pub address: String,
    /// The first of its places.
    #[serde(skip)]
    pub at: String,
    /// At how many places one cause shows.
    pub places: usize,
    /// What was there; `None` where there was nothing.
    pub old: Option<Value>,
    /// What is there; `None` where there is nothing. Of several places, that of the first.
    pub new: Option<Value>,
    /// What it is known by: 12 hexadecimal digits that unrelated edits do not change.
    pub fingerprint: String,
    /// Why it was approved, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<String>,
}

/// How a document stands to its older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentStatus {
    /// The same.
    Unchanged,
    /// It differs in volatile values alone.
    Noise,
    /// It differs.
    Drift,
    /// There was none.
    Added,
    /// There is none any more.
    Removed,
    /// It had another name; it may differ too.
    Renamed,
}

/// All changes of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentChanges {
    /// `<section>/<name>`.
    pub document: String,
    /// The older name, where it was renamed.
    pub previous: Option<String>,
    /// The endpoint's method and path.
    pub endpoint: String,
    /// How it stands.
    pub status: DocumentStatus,
    /// What changed, by address.
    pub changes: Vec<Change>,
    /// The changed lines in place.
    pub excerpts: Vec<Excerpt>,
    /// In how many places only the kind of a value says that it may differ, and no rule.
    pub provisional: usize,
}

/// A part of a document with its changed lines in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Which part: an example's name with `#`, or `prose`.
    pub part: String,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// A line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// A line of both versions.
    Both(String),
    /// A line of the older version.
    Old(Marked),
    /// A line of the newer version.
    New(Marked),
    /// So many lines of both versions are left out.
    Skipped(usize),
}

/// A line, and which of its bytes are what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The line.
    pub text: String,
    /// The bytes that differ; empty where the whole line does.
    pub marks: Vec<Range<usize>>,
}

impl Impact {
    /// How bad a finding is that has this impact.
    pub fn severity(self) -> Severity {
        match self {
            Self::Breaking | Self::Content => Severity::Error,
            Self::Additive => Severity::Warning,
            Self::Docs => Severity::Info,
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Content => "content",
            Self::Additive => "additive",
            Self::Docs => "docs",
        })
    }
}

impl fmt::Display for DocumentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unchanged => "unchanged",
            Self::Noise => "noise",
            Self::Drift => "drift",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
        })
    }
}

impl DocumentChanges {
    /// The worst impact of its changes.
    pub fn impact(&self) -> Option<Impact> {
        self.changes.iter().map(|change| change.impact).min()
    }

    /// The worst impact of the changes that nobody approved.
    pub fn open_impact(&self) -> Option<Impact> {
        let open = self
            .changes
            .iter()
            .filter(|change| change.approved.is_none());
        open.map(|change| change.impact).min()
    }

    /// Whether there is nothing to tell.
    pub fn is_unchanged(&self) -> bool {
        matches!(
            self.status,
            DocumentStatus::Unchanged | DocumentStatus::Noise
        )
    }
}
