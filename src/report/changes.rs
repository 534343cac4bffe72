//! Changed documents, for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};

use super::endpoint::place;
use super::excerpts::cut_excerpts;
use super::notice::{places, sides};
use super::{Report, plural, visible, worst};
use crate::finding::{Change, DiffLine, DocumentChanges, DocumentStatus, Impact, Marked};

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().effects(Effects::DIMMED);
const BOLD: Style = Style::new().effects(Effects::BOLD);

/// How many characters of a long line are shown around what differs.
const WIDTH: usize = 160;

/// Writes the documents that changed, at most `max` of them. Where there are several, a list of all comes first,
/// the worst on top, so that the first screen tells how bad it is.
pub(super) fn documents(out: &mut String, report: &Report, max: usize) {
    let changed: Vec<_> = report.changed().collect();
    if changed.len() > 1 {
        let mut in_order = changed.clone();
        in_order.sort_by_key(|document| document.impact());
        let _ = writeln!(out, "{} changed:", plural(changed.len(), "document"));
        for document in in_order.iter().take(max) {
            out.push_str("  ");
            heading(out, document);
        }
        more(out, changed.len(), max, "documents");
        out.push('\n');
    }
    for document in worst(&changed, max, |document| document.impact()) {
        self::document(out, document, max, report.approvable);
        what_to_do(out, report, document);
        out.push('\n');
    }
}

/// Writes what to type if the changes of a document are meant, and which requests show them if not.
fn what_to_do(out: &mut String, report: &Report, document: &DocumentChanges) {
    if let Some(meant) = &report.meant {
        let _ = writeln!(out, "  {BOLD}Meant?{BOLD:#}  {meant}");
    }
    let Some(endpoint) = report.endpoints.get(&document.document) else {
        return;
    };
    let requests = endpoint.requests_of(document);
    let several = requests.len() > 1;
    for (index, request) in requests.into_iter().enumerate() {
        let example = request.example;
        let what = match (several, request.is_new) {
            (false, false) => "mend the API; the request is".to_owned(),
            (false, true) => "let the request make no example:".to_owned(),
            (true, false) => format!("#{example} is requested by"),
            (true, true) => format!("#{example} is new, and requested by"),
        };
        let question = if index == 0 { "Not?" } else { "" };
        let _ = writeln!(
            out,
            "  {BOLD}{question:<6}{BOLD:#}  {} {}",
            visible(&what),
            visible(&place(request.label))
        );
    }
}

/// Writes a document that changed: its name, endpoint and impact, the changed lines in place, and one line for each
/// address, with its fingerprint where it can be approved. At most `max` addresses and twice as many changed lines are
/// shown; the others are counted.
fn document(out: &mut String, document: &DocumentChanges, max: usize, approvable: bool) {
    heading(out, document);
    let (excerpts, left) = cut_excerpts(document, max.saturating_mul(2));
    for (part, lines) in excerpts {
        let _ = writeln!(out, "  {FAINT}{}{FAINT:#}", visible(part));
        for line in lines {
            diff_line(out, line);
        }
    }
    more(out, left, 0, "changed lines");
    for change in worst(&document.changes, max, |change| change.impact) {
        change_line(out, change, approvable);
    }
    more(out, document.changes.len(), max, "changes");
}

fn more(out: &mut String, all: usize, shown: usize, what: &str) {
    if all > shown {
        let more = all - shown;
        let _ = writeln!(out, "  {FAINT}… and {more} more {what}{FAINT:#}");
    }
}

fn heading(out: &mut String, document: &DocumentChanges) {
    let mut name = document.document.clone();
    if let Some(previous) = &document.previous {
        name = format!("{previous} → {name}");
    }
    let _ = write!(
        out,
        "{BOLD}{}{BOLD:#}  {}",
        visible(&name),
        visible(&document.endpoint)
    );
    match (document.status, document.impact()) {
        (DocumentStatus::Added | DocumentStatus::Removed, _) | (_, None) => {}
        (_, Some(impact)) => {
            let _ = write!(out, "  {}", coloured(impact));
        }
    }
    out.push('\n');
}

fn coloured(impact: Impact) -> String {
    let style = match impact {
        Impact::Breaking => AnsiColor::Red.on_default().effects(Effects::BOLD),
        Impact::Content => AnsiColor::Yellow.on_default(),
        Impact::Additive => AnsiColor::Cyan.on_default(),
        Impact::Docs => FAINT,
    };
    format!("{style}{impact}{style:#}")
}

fn diff_line(out: &mut String, line: &DiffLine) {
    let _ = match line {
        DiffLine::Both(text) => writeln!(out, "      {}", visible(&cut(text, 0))),
        DiffLine::Old(line) => writeln!(out, "    {OLD}- {}{OLD:#}", marked(line, OLD)),
        DiffLine::New(line) => writeln!(out, "    {NEW}+ {}{NEW:#}", marked(line, NEW)),
        DiffLine::Skipped(count) => writeln!(out, "      {FAINT}… {count} lines{FAINT:#}"),
    };
}

/// The line with what differs in it emphasised; of a long one the part around that.
fn marked(line: &Marked, style: Style) -> String {
    let strong = style.effects(Effects::BOLD | Effects::UNDERLINE);
    let first = line.marks.first().map_or(0, |mark| mark.start);
    if line.text.len() > WIDTH {
        return visible(&cut(&line.text, first)).into_owned();
    }
    let mut out = String::new();
    let mut at = 0;
    for mark in &line.marks {
        let (before, inside) = (&line.text[at..mark.start], &line.text[mark.clone()]);
        let _ = write!(
            out,
            "{}{style:#}{strong}{}{strong:#}{style}",
            visible(before),
            visible(inside)
        );
        at = mark.end;
    }
    out.push_str(&visible(&line.text[at..]));
    out
}

/// At most [`WIDTH`] characters around a byte; what is left out is an ellipsis.
fn cut(text: &str, around: usize) -> String {
    let before = text[..around].chars().count();
    let total = before + text[around..].chars().count();
    if total <= WIDTH {
        return text.to_owned();
    }
    let start = before.saturating_sub(WIDTH / 4);
    let shown: String = text.chars().skip(start).take(WIDTH).collect();
    let head = if start > 0 { "…" } else { "" };
    let tail = if start + WIDTH < total { "…" } else { "" };
    format!("{head}{shown}{tail}")
}

fn change_line(out: &mut String, change: &Change, approvable: bool) {
    let code = format!("{}", change.code);
    let _ = write!(
        out,
        "  {code:<20} {}{:pad$} {}  {FAINT}{}{FAINT:#}",
        coloured(change.impact),
        "",
        visible(&places(change)),
        visible(&sides(change)),
        pad = 8usize.saturating_sub(change.impact.to_string().len()),
    );
    if approvable {
        let _ = write!(out, "  {FAINT}[{}]{FAINT:#}", change.fingerprint);
    }
    if let Some(reason) = &change.approved {
        let _ = write!(out, "  approved: {}", visible(reason));
    }
    out.push('\n');
}
