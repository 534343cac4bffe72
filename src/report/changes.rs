//! Changed documents, for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use serde_json::Value;

use super::visible;
use crate::finding::{Change, DiffLine, DocumentChanges, DocumentStatus, Impact, Marked};

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().effects(Effects::DIMMED);
const BOLD: Style = Style::new().effects(Effects::BOLD);

/// How many characters of a long line are shown around what differs.
const WIDTH: usize = 160;

/// Writes a document that changed: its name, endpoint and impact, the changed lines in place, and one line for each
/// address, with its fingerprint where it can be approved. At most `max` addresses and twice as many lines are shown; the others are counted.
pub(super) fn document(out: &mut String, document: &DocumentChanges, max: usize, approvable: bool) {
    if document.is_unchanged() {
        return;
    }
    heading(out, document);
    let mut room = max.saturating_mul(2);
    let all: usize = document
        .excerpts
        .iter()
        .map(|excerpt| excerpt.lines.len())
        .sum();
    for excerpt in &document.excerpts {
        if room == 0 {
            break;
        }
        let _ = writeln!(out, "  {FAINT}{}{FAINT:#}", visible(&excerpt.part));
        for line in excerpt.lines.iter().take(room) {
            diff_line(out, line);
        }
        room = room.saturating_sub(excerpt.lines.len());
    }
    more(out, all, max.saturating_mul(2), "lines");
    for change in document.changes.iter().take(max) {
        change_line(out, change, approvable);
    }
    more(out, document.changes.len(), max, "changes");
    out.push('\n');
}

fn more(out: &mut String, all: usize, shown: usize, what: &str) {
    if all > shown {
        let more = all - shown;
        let _ = writeln!(
            out,
            "  {FAINT}… and {more} more {what}; `--report json` has all{FAINT:#}"
        );
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
    let sides = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} → {}", short(old), short(new)),
        (Some(old), None) => short(old),
        (None, Some(new)) => short(new),
        (None, None) => String::new(),
    };
    let code = format!("{}", change.code);
    let places = match change.places {
        0 | 1 => String::new(),
        places => format!(", {places} places"),
    };
    let _ = write!(
        out,
        "  {code:<20} {}{:pad$} {}{places}  {FAINT}{}{FAINT:#}",
        coloured(change.impact),
        "",
        visible(&change.address),
        visible(&sides),
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

/// A value on one line, cut when it is long.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
