//! GitHub's Markdown: a comment on a pull request, and the summary of a job.
//!
//! What came from a file or a server stands in code spans, in escaped `<code>` or in fences that are longer than any
//! run of backticks in them: it can neither end its fence nor become markup, a link or a mention.

use std::fmt::Write;

use super::endpoint::place;
use super::excerpts::cut_excerpts;
use super::notice::{places, sides};
use super::{Meant, Report, human, plural, visible, worst};
use crate::finding::{Change, DiffLine, DocumentChanges, Finding, Severity};

/// What a comment may hold: GitHub refuses 65,536 characters and more. Counted in bytes, which are never fewer.
pub const COMMENT_LIMIT: usize = 65_535;
/// What the summary of a step may hold.
pub const JOB_SUMMARY_LIMIT: usize = 1024 * 1024 - 1;

/// How many changes of a document are told by their addresses.
const SHOWN: usize = 50;
/// The longest line that is shown whole, in characters.
const WIDTH: usize = 500;

/// After so many parts for which there was no room no other is tried.
const MISSES: usize = 50;

/// How much of each document is shown, in lines of its difference and in changes: the most for which there is room. So a
/// small document is shown whole beside a large one, of which a part is.
const AMOUNTS: [Amount; 7] = [
    Amount::of(usize::MAX, SHOWN),
    Amount::of(2_000, SHOWN),
    Amount::of(500, SHOWN),
    Amount::of(150, SHOWN),
    Amount::of(50, 25),
    Amount::of(15, 8),
    Amount::of(0, 3),
];

#[derive(Clone, Copy)]
struct Amount {
    lines: usize,
    changes: usize,
}

impl Amount {
    const fn of(lines: usize, changes: usize) -> Self {
        Self { lines, changes }
    }
}

/// What changed, how bad, and the details folded; below `limit` bytes. Documents that are too large for it are cut, and
/// what has no room even then is counted: errors are the last to be left out.
pub fn markdown(report: &Report, limit: usize) -> String {
    let mut out = format!("### apidocs: {}\n\n", headline(report));
    let summary = report.summary();
    let mut tail = String::new();
    if let Some(coverage) = &summary.coverage {
        let _ = writeln!(tail, "{coverage}\n");
    }
    let _ = writeln!(tail, "{summary}");
    // Room for the lines that count what was left out.
    let room = limit.saturating_sub(tail.len() + 300);
    // A stable sort: the others stay in the order of the files.
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    // Documents leave the errors up to half of the room.
    let errors = findings.partition_point(|finding| finding.severity == Severity::Error);
    let mut of_errors = String::new();
    fill(&mut of_errors, room / 2, &findings[..errors], |finding| {
        told_finding(finding)
    });
    let for_documents = room.saturating_sub(of_errors.len());
    let (documents, amount) = fitting(report, for_documents.saturating_sub(out.len()));
    let open = documents.len() == 1;
    let left = fill(&mut out, for_documents, &documents, |document| {
        changed(report, document, open, amount)
    });
    left_out(&mut out, left, "more changed document");
    let left = fill(&mut out, room, &findings, |finding| told_finding(finding));
    left_out(&mut out, left, "more finding");
    out.push_str(&tail);
    out
}

/// The documents that changed, and how much of each is shown so that there is room for all; where there never is, the
/// least, and the worst documents first.
fn fitting(report: &Report, room: usize) -> (Vec<&DocumentChanges>, Amount) {
    let mut documents: Vec<_> = report.changed().collect();
    let open = documents.len() == 1;
    let fits = |amount: &Amount| {
        let mut length = 0;
        documents.iter().all(|document| {
            length += changed(report, document, open, *amount).len();
            length <= room
        })
    };
    if let Some(amount) = AMOUNTS.into_iter().find(fits) {
        return (documents, amount);
    }
    let [.., least] = AMOUNTS;
    documents.sort_by_key(|document| document.impact());
    (documents, least)
}

/// Adds the parts for which there is room, also those behind one that is too large; how many there is none for.
fn fill<T>(out: &mut String, room: usize, items: &[T], part: impl Fn(&T) -> String) -> usize {
    let mut left = 0;
    for (index, item) in items.iter().enumerate() {
        if left > MISSES {
            return left + items.len() - index;
        }
        let part = part(item);
        if out.len() + part.len() > room {
            left += 1;
        } else {
            out.push_str(&part);
        }
    }
    left
}

fn left_out(out: &mut String, count: usize, what: &str) {
    if count > 0 {
        let _ = writeln!(
            out,
            "… and {}, for which there is no room here; `--report json=FILE` tells all.\n",
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

fn changed(report: &Report, document: &DocumentChanges, open: bool, amount: Amount) -> String {
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
    excerpts(&mut out, document, amount.lines);
    out.push_str("| change | impact | where | what |\n| --- | --- | --- | --- |\n");
    for change in worst(&document.changes, amount.changes, |change| change.impact) {
        row(&mut out, report, document, change);
    }
    let more = document.changes.len().saturating_sub(amount.changes);
    if more > 0 {
        let _ = writeln!(out, "\n… and {}.", plural(more, "more change"));
    }
    out.push('\n');
    if let Some(meant) = &report.meant {
        let meant = match meant {
            Meant::Command(command) => span(command),
            Meant::Words(words) => one_line(words),
        };
        let _ = writeln!(out, "**Meant?** {meant}\n");
    }
    if let Some(endpoint) = report.endpoints.get(&document.document) {
        let (new, changed): (Vec<_>, Vec<_>) = endpoint
            .requests_of(document)
            .into_iter()
            .partition(|request| request.is_new);
        for (requests, what) in [
            (changed, "Mend the API; the request is made by"),
            (new, "Let the request make no example:"),
        ] {
            let places = requests.iter().map(|request| span(&place(request.label)));
            let places: Vec<_> = places.collect();
            if !places.is_empty() {
                let _ = writeln!(out, "**Not?** {what} {}\n", places.join(", "));
            }
        }
    }
    out.push_str("</details>\n\n");
    out
}

/// What changed in place, at most so many lines of it, and how many more there are.
fn excerpts(out: &mut String, document: &DocumentChanges, most: usize) {
    let (excerpts, more) = cut_excerpts(document, most);
    for (part, lines) in excerpts {
        let lines: Vec<_> = lines.iter().map(diff_line).collect();
        let _ = writeln!(out, "{}\n", span(part));
        fence(out, "diff", &lines.join("\n"));
    }
    if more > 0 {
        let _ = writeln!(out, "… and {}\n", plural(more, "more changed line"));
    }
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
    // Nothing behind the first characters is shown: texts may be long.
    let end = text.char_indices().nth(WIDTH + 1);
    let start = end.map_or(text, |(end, _)| &text[..end]);
    cut(&visible(start).replace(['\n', '\t'], " "))
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
mod tests;
