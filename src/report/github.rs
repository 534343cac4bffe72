//! Workflow commands of GitHub Actions, which become annotations.

use std::fmt::Write;

use super::notice::{Notice, in_repository, notices};
use super::{Report, plural};
use crate::finding::Severity;

/// How many annotations of a kind GitHub keeps for each step.
const LIMIT: usize = 10;

/// Ten errors, ten warnings and ten notices at most; the others are counted in one line. The job summary, which is
/// [`super::markdown`], has more room.
pub fn github(report: &Report) -> String {
    let notices = notices(report);
    let mut out = String::new();
    let mut more = Vec::new();
    for (severity, command, what) in [
        (Severity::Error, "error", "error"),
        (Severity::Warning, "warning", "warning"),
        (Severity::Info, "notice", "note"),
    ] {
        let of_kind = || notices.iter().filter(|notice| notice.severity == severity);
        for notice in of_kind().take(LIMIT) {
            annotation(&mut out, command, &report.base, notice);
        }
        let left = of_kind().count().saturating_sub(LIMIT);
        if left > 0 {
            more.push(plural(left, &format!("more {what}")));
        }
    }
    if !more.is_empty() {
        let _ = writeln!(out, "and {}; the job summary tells more", more.join(", "));
    }
    out
}

fn annotation(out: &mut String, command: &str, base: &str, notice: &Notice<'_>) {
    let mut properties = Vec::new();
    if let Some(file) = notice.file {
        properties.push(format!("file={}", property(&in_repository(base, file))));
    }
    if let Some((start, end)) = notice.region {
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // GitHub takes columns only where all is on one line.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column));
        }
    }
    properties.push(format!("title={}", property(notice.code.id)));
    let mut message = notice.message.clone();
    if let Some(help) = &notice.help {
        let _ = write!(message, "\n{help}");
    }
    let (properties, message) = (properties.join(","), data(&message));
    let _ = writeln!(out, "::{command} {properties}::{message}");
}

/// As `@actions/core` escapes what stands behind a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// As `@actions/core` escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
