//! What a capture did, in some lines.

use std::fmt::{self, Display};

use apidocs::capture::Outcome;
use apidocs::finding::{DocumentChanges, DocumentStatus};
use apidocs::report::plural;

use super::Recapture;

impl Recapture {
    /// What was done, in some lines; nothing is compared for it before it is shown.
    pub fn summary(&self) -> impl Display {
        fmt::from_fn(|f| f.write_str(&self.lines()))
    }

    fn lines(&self) -> String {
        // What stays has the committed bytes: whether it is noise was known before.
        let status = |changes: &DocumentChanges| match changes.document.parse() {
            Ok(name) if changes.is_unchanged() && self.noise.contains(&name) => {
                DocumentStatus::Noise
            }
            _ => changes.status,
        };
        let with = |wanted| {
            let documents = self.compared().documents.iter();
            documents
                .filter(|changes| status(changes) == wanted)
                .count()
        };
        let runs = |wanted: fn(&Outcome) -> bool| {
            let runs = self.captured.runs();
            runs.filter(|run| wanted(&run.outcome)).count()
        };
        let not_run = runs(|outcome| matches!(outcome, Outcome::NotRun(_)));
        let failed = runs(|outcome| matches!(outcome, Outcome::Failed | Outcome::Broken(_)));
        let mut text = format!(
            "{}, {} captured; documents: {} unchanged, {} noise, {} drift; {failed} failed",
            plural(self.captured.scenarios.len(), "scenario"),
            plural(self.captured.examples.len(), "example"),
            with(DocumentStatus::Unchanged),
            with(DocumentStatus::Noise),
            with(DocumentStatus::Drift),
        );
        if not_run > 0 {
            text.push_str(&format!(", {not_run} not run"));
        }
        let incomplete: usize = self.captured.runs().map(|run| run.incomplete).sum();
        if incomplete > 0 {
            text.push_str(&format!(
                "; {} to be completed not made",
                plural(incomplete, "request")
            ));
        }
        if let Some(idents) = &self.captured.idle_jobs {
            text.push_str("\n--jobs had nothing to do: fewer than two scenarios are `isolated`");
            if !idents.is_empty() {
                text.push_str(&format!(
                    "\nthese could be, if they need nothing that others make: they only read, and answered the same when all others had run: {}",
                    idents.join(", ")
                ));
            }
        }
        if !self.slowest.is_empty() {
            text.push_str(&format!("\nslowest: {}", self.slowest.join(", ")));
        }
        text
    }
}
