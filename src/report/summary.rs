//! Counts.

use serde::Serialize;

use super::Report;
use crate::finding::{DocumentStatus, Impact, Severity};

/// How many of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Findings by severity.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Things good to know.
    pub infos: usize,
    /// Documents that were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Documents>,
    /// How many endpoints have an example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

/// How many endpoints have an example.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// All endpoint documents that can be read.
    pub endpoints: usize,
    /// Those with an example.
    pub with_example: usize,
    /// Those without one that say `no_example`.
    pub no_example: usize,
    /// Those that have neither.
    pub neither: usize,
    /// Endpoint documents beside them that are not understood.
    #[serde(skip_serializing_if = "is_zero")]
    pub unread: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How many of the documents that were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// By status.
    pub unchanged: usize,
    /// Those with noise alone.
    pub noise: usize,
    /// Those that differ.
    pub drift: usize,
    /// New ones.
    pub added: usize,
    /// Those that are gone.
    pub removed: usize,
    /// Those with another name.
    pub renamed: usize,
    /// Those of which nothing can be said, since nothing was captured for them.
    pub not_captured: usize,
    /// Places in which only the kind of a value says that it may differ, and no rule.
    pub provisional: usize,
    /// Changes by impact.
    pub breaking: usize,
    /// Changes of stable values.
    pub content: usize,
    /// Additions.
    pub additive: usize,
    /// Changes of prose and order.
    pub docs: usize,
}

impl Summary {
    pub(super) fn of(report: &Report) -> Self {
        let mut summary = Self {
            coverage: report.coverage,
            ..Self::default()
        };
        for finding in &report.findings {
            *match finding.severity {
                Severity::Error => &mut summary.errors,
                Severity::Warning => &mut summary.warnings,
                Severity::Info => &mut summary.infos,
            } += 1;
        }
        summary.documents = report.documents.as_ref().map(|documents| {
            let mut counts = Documents {
                not_captured: report.not_captured,
                ..Documents::default()
            };
            for document in documents {
                *counts.status(document.status) += 1;
                counts.provisional += document.provisional;
                for change in &document.changes {
                    *counts.impact(change.impact) += 1;
                }
            }
            counts
        });
        summary
    }
}

impl Summary {
    fn provisional(&self) -> Option<usize> {
        let documents = self.documents.as_ref()?;
        (documents.provisional > 0).then_some(documents.provisional)
    }
}

impl Documents {
    fn status(&mut self, status: DocumentStatus) -> &mut usize {
        match status {
            DocumentStatus::Unchanged => &mut self.unchanged,
            DocumentStatus::Noise => &mut self.noise,
            DocumentStatus::Drift => &mut self.drift,
            DocumentStatus::Added => &mut self.added,
            DocumentStatus::Removed => &mut self.removed,
            DocumentStatus::Renamed => &mut self.renamed,
        }
    }

    fn impact(&mut self, impact: Impact) -> &mut usize {
        match impact {
            Impact::Breaking => &mut self.breaking,
            Impact::Content => &mut self.content,
            Impact::Additive => &mut self.additive,
            Impact::Docs => &mut self.docs,
        }
    }
}

impl std::fmt::Display for Summary {
    /// `2 errors, 1 warning; 3 documents drift, 70 unchanged`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if let Some(documents) = &self.documents {
            let statuses = [
                (documents.drift, "changed"),
                (documents.added, "added"),
                (documents.removed, "removed"),
                (documents.renamed, "renamed"),
                (documents.noise, "differ in noise alone"),
                (documents.not_captured, "not captured"),
            ];
            let told = statuses.into_iter().filter(|(count, _)| *count > 0);
            let told: Vec<_> = told
                .map(|(count, what)| format!("{count} {what}"))
                .collect();
            parts.push(match told.as_slice() {
                [] => format!("{} unchanged", plural(documents.unchanged, "document")),
                told => format!(
                    "documents: {}, {} unchanged",
                    told.join(", "),
                    documents.unchanged
                ),
            });
        }
        if let Some(provisional) = self.provisional() {
            parts.push(format!(
                "{} judged by kind alone",
                plural(provisional, "volatile value")
            ));
        }
        let severities = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "note"),
        ];
        let told = severities.into_iter().filter(|(count, _)| *count > 0);
        let told: Vec<_> = told.map(|(count, what)| plural(count, what)).collect();
        if !told.is_empty() {
            parts.push(told.join(", "));
        }
        if parts.is_empty() {
            parts.push("no findings".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}

impl std::fmt::Display for Coverage {
    /// `coverage: 70 of 73 endpoints have an example, 2 say no_example, 1 has neither`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = |count, one, many| if count == 1 { one } else { many };
        write!(
            f,
            "coverage: {} of {} {} an example, {} {} no_example, {} {} neither",
            self.with_example,
            plural(self.endpoints, "endpoint"),
            verb(self.with_example, "has", "have"),
            self.no_example,
            verb(self.no_example, "says", "say"),
            self.neither,
            verb(self.neither, "has", "have"),
        )?;
        match self.unread {
            0 => Ok(()),
            count => write!(f, ", {count} cannot be read"),
        }
    }
}

/// `1 page`, `2 pages`.
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
