//! Changes: findings of drift and diff.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Code;

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
    /// A JSON Pointer into the document's prose, or the example's name with `#` and a JSON Pointer
    /// into `{request, response}`.
    pub address: String,
    /// What was there; `None` where there was nothing.
    pub old: Option<Value>,
    /// What is there; `None` where there is nothing.
    pub new: Option<Value>,
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
