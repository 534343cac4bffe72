//! The formats by name.

use std::fmt;
use std::str::FromStr;

use super::{COMMENT_LIMIT, Report, github, human, json, junit, markdown, sarif};

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal or in a log.
    Human,
    /// Everything, as `report.schema.json` says.
    Json,
    /// SARIF 2.1.0 (OASIS), for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// JUnit's XML: a case for each document.
    Junit,
    /// A comment on a pull request.
    Markdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Human,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Junit,
        Self::Markdown,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// The report in this format; `max` is how many findings, changes and documents people are shown.
    pub fn text(self, report: &Report, max: usize) -> String {
        match self {
            Self::Human => human(report, max),
            Self::Json => json(report),
            Self::Sarif => sarif(report),
            Self::Github => github(report),
            Self::Junit => junit(report),
            Self::Markdown => markdown(report, COMMENT_LIMIT),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("{text:?} is no report format: {names}")
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
