//! GitHub's Markdown: a comment on a pull request, and the summary of a job.
//!
//! What came from a file or a server stands in code spans, in escaped `<code>` or in fences that are longer than any
//! run of backticks in them: it can neither end its fence nor become markup, a link or a mention.

use std::fmt::Write;

use super::endpoint::place;
use super::notice::{places, sides};
use super::{Report, human, plural, visible};
use crate::finding::{Change, DiffLine, DocumentChanges, Finding, Severity};

/// What a comment may hold: GitHub refuses 65,536 characters and more. Counted in bytes, which are never fewer.
pub const COMMENT_LIMIT: usize = 65_535;
/// What the summary of a step may hold.
pub const JOB_SUMMARY_LIMIT: usize = 1024 * 1024 - 1;

/// How many changes of a document are told by their addresses.
const SHOWN: usize = 50;
/// The longest line that is shown whole, in characters.
const WIDTH: usize = 500;

/// What changed, how bad, and the details folded; below `limit` bytes. What has no room is counted.
pub fn markdown(report: &Report, limit: usize) -> String {
    let mut out = format!("### apidocs: {}\n\n", headline(report));
    let summary = report.summary();
    let mut tail = String::new();
    if let Some(coverage) = &summary.coverage {
        let _ = writeln!(tail, "{coverage}\n");
    }
    let _ = writeln!(tail, "{summary}");
    // Room for the line that counts what was left out.
    let room = limit.saturating_sub(tail.len() + 200);
    let documents: Vec<_> = report.changed().collect();
    let told = fill(&mut out, room, &documents, |document| {
        changed(report, document, documents.len() == 1)
    });
    left_out(&mut out, documents.len() - told, "more changed document");
    let told = fill(&mut out, room, &report.findings, told_finding);
    left_out(&mut out, report.findings.len() - told, "more finding");
    out.push_str(&tail);
    out
}

/// Adds as many parts as there is room for; how many.
fn fill<T>(out: &mut String, room: usize, items: &[T], part: impl Fn(&T) -> String) -> usize {
    for (index, item) in items.iter().enumerate() {
        let part = part(item);
        if out.len() + part.len() > room {
            return index;
        }
        out.push_str(&part);
    }
    items.len()
}

fn left_out(out: &mut String, count: usize, what: &str) {
    if count > 0 {
        let _ = writeln!(
            out,
            "… and {}, for which there is no room here; the log has all.\n",
            plural(count, what)
        );
    }
}

fn headline(report: &Report) -> String {
    let summary = report.summary();
    let mut parts = Vec::new();
    let changed = report.changed().count();
    if changed > 0 {
        let worst = report.changed().filter_map(DocumentChanges::impact).min();
        let worst = worst.map(|impact| format!(", {impact}"));
        parts.push(format!(
            "{} changed{}",
            plural(changed, "document"),
            worst.unwrap_or_default()
        ));
    }
    if summary.errors > 0 {
        parts.push(plural(summary.errors, "error"));
    }
    if summary.warnings > 0 {
        parts.push(plural(summary.warnings, "warning"));
    }
    match parts.as_slice() {
        [] => "nothing to mend".to_owned(),
        parts => parts.join("; "),
    }
}

fn changed(report: &Report, document: &DocumentChanges, open: bool) -> String {
    let mut out = String::new();
    let impact = document.impact().map(|impact| format!(" {impact}"));
    let impact = impact.unwrap_or_default();
    let open = if open { " open" } else { "" };
    let _ = writeln!(
        out,
        "<details{open}><summary>{} {}{impact}</summary>\n",
        html_code(&document.document),
        html_code(&document.endpoint),
    );
    for excerpt in &document.excerpts {
        let lines: Vec<_> = excerpt.lines.iter().map(diff_line).collect();
        let _ = writeln!(out, "{}\n", span(&excerpt.part));
        fence(&mut out, "diff", &lines.join("\n"));
    }
    out.push_str("| change | impact | where | what |\n| --- | --- | --- | --- |\n");
    for change in document.changes.iter().take(SHOWN) {
        row(&mut out, report, document, change);
    }
    if document.changes.len() > SHOWN {
        let more = plural(document.changes.len() - SHOWN, "change");
        let _ = writeln!(out, "\n… and {more} more.");
    }
    out.push('\n');
    if let Some(meant) = &report.meant {
        let _ = writeln!(out, "**Meant?** {}\n", span(meant));
    }
    if let Some(endpoint) = report.endpoints.get(&document.document) {
        let requests = endpoint.requests_of(document);
        let places: Vec<_> = requests
            .iter()
            .map(|(_, label)| span(&place(label)))
            .collect();
        if !places.is_empty() {
            let _ = writeln!(
                out,
                "**Not?** Mend the API; the request is made by {}\n",
                places.join(", ")
            );
        }
    }
    out.push_str("</details>\n\n");
    out
}

fn row(out: &mut String, report: &Report, document: &DocumentChanges, change: &Change) {
    let cell = |text: &str| match text.is_empty() {
        true => String::new(),
        // A bar ends a cell also within a code span.
        false => span(text).replace('|', "\\|"),
    };
    let address = format!("{}{}", document.document, places(change));
    let mut what = cell(&sides(change));
    if let Some(reason) = &change.approved {
        let _ = write!(what, " approved: {}", cell(reason));
    } else if report.approvable {
        let _ = write!(what, " [{}]", cell(&change.fingerprint));
    }
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} |",
        change.code,
        change.impact,
        cell(&address),
        what
    );
}

fn diff_line(line: &DiffLine) -> String {
    match line {
        DiffLine::Both(text) => format!("  {}", cut(text)),
        DiffLine::Old(line) => format!("- {}", cut(&line.text)),
        DiffLine::New(line) => format!("+ {}", cut(&line.text)),
        DiffLine::Skipped(count) => format!("  … {count} lines"),
    }
}

fn told_finding(finding: &Finding) -> String {
    let mut out = String::new();
    let file = finding.label.as_ref().map(place);
    let file = file.map(|file| format!(" {}", html_code(&file)));
    let open = if finding.severity == Severity::Error {
        " open"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<details{open}><summary>{} {}{}</summary>\n",
        finding.severity,
        html_code(finding.code.id),
        file.unwrap_or_default(),
    );
    let text = anstream::adapter::strip_str(&human::finding(finding)).to_string();
    let lines: Vec<_> = text.lines().map(cut).collect();
    fence(&mut out, "text", &lines.join("\n"));
    out.push_str("</details>\n\n");
    out
}

/// A fence longer than any run of backticks in the text.
fn fence(out: &mut String, language: &str, text: &str) {
    let text = visible(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let _ = writeln!(out, "{fence}{language}\n{text}\n{fence}\n");
}

/// A code span on one line.
fn span(text: &str) -> String {
    let text = one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A blank keeps backticks at the ends apart, and goes when it is read.
    let blank = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

/// `<code>` on one line, for places where Markdown is not read.
fn html_code(text: &str) -> String {
    let text = one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<code>{text}</code>")
}

fn one_line(text: &str) -> String {
    cut(&visible(text).replace(['\n', '\t'], " "))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::codes;

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(span("a"), "`a`");
        assert_eq!(span("`a``b"), "``` `a``b ```");
        assert_eq!(span("a\n\n# b"), "`a  # b`");
        assert_eq!(
            html_code("</code></summary>&@all"),
            "<code>&lt;/code&gt;&lt;/summary&gt;&amp;@all</code>"
        );
        let mut out = String::new();
        fence(&mut out, "diff", "+ ```\n+ ````");
        assert_eq!(out, "`````diff\n+ ```\n+ ````\n`````\n\n");
    }

    #[test]
    fn warnings_are_something_to_mend_and_the_room_is_used() {
        let finding = |index: usize| {
            let message = format!("{index}: {}", "x".repeat(100));
            Finding::new(codes::STRAY_FILE, message)
        };
        let report = Report {
            findings: (0..200).map(finding).collect(),
            ..Report::default()
        };
        let text = markdown(&report, COMMENT_LIMIT);
        assert!(text.starts_with("### apidocs: 200 warnings\n"), "{text}");
        assert!(text.contains("199: x") && !text.contains("no room"));
        let text = markdown(&report, 10_000);
        assert!(text.contains("no room") && text.len() > 9_000 && text.len() <= 10_000);
        let nothing = markdown(&Report::default(), COMMENT_LIMIT);
        assert!(nothing.starts_with("### apidocs: nothing to mend\n"));
    }
}
