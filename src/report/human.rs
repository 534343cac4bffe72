//! The report for people: findings as rustc shows them.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use anstyle::{Effects, Style};

use super::visible::{rendered, without_commands};
use super::{Report, changes, visible, worst};
use crate::finding::{Finding, Label, LocatedError, Severity};

const BOLD: Style = Style::new().effects(Effects::BOLD);

/// How many lines stand before and behind the one at fault.
const AROUND: usize = 2;

/// All changes, then all findings, with ANSI colours. At most `max` findings, `max` documents and `max` changes of a
/// document are shown, the worst of them; the others are counted.
pub fn human(report: &Report, max: usize) -> String {
    let mut out = String::new();
    changes::documents(&mut out, report, max);
    for finding in worst(&report.findings, max, |finding| finding.severity) {
        out.push_str(&self::finding(finding));
        out.push_str("\n\n");
    }
    if report.findings.len() > max {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "… and {} more\n", report.findings.len() - max);
    }
    without_commands(&out).into_owned()
}

/// An error with its place, as a finding is shown.
pub fn located_error(error: &LocatedError) -> String {
    let title = Level::ERROR.primary_title(visible(&error.message).into_owned());
    let group = with_source(Group::with_title(title), Some(&error.label));
    rendered(Renderer::styled().render(&[with_help(group, &error.notes, error.help.as_deref())]))
}

/// A finding in its lines, with ANSI colours.
pub(super) fn finding(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut message = finding.message.clone();
    if let Some(address) = &finding.address
        && !message.contains(address.as_str())
    {
        message = format!("{address}: {message}");
    }
    let title = level
        .primary_title(visible(&message).into_owned())
        .id(finding.code.id);
    let group = Group::with_title(title);
    if finding.label.is_none() {
        // The renderer would draw the margin of lines that are not there.
        let mut text = Renderer::styled().render(&[group]);
        let notes = (!finding.notes.is_empty()).then(|| finding.notes.join("\n"));
        let below = [("note", notes), ("help", finding.help.clone())];
        for (name, words) in below {
            for (index, line) in words.iter().flat_map(|words| words.lines()).enumerate() {
                let name = if index == 0 {
                    format!("{name}:")
                } else {
                    String::new()
                };
                // Writing to a string cannot fail.
                let _ = write!(text, "\n  {BOLD}{name:<5}{BOLD:#} {}", visible(line));
            }
        }
        return text;
    }
    let group = with_source(group, finding.label.as_ref());
    let group = with_help(group, &finding.notes, finding.help.as_deref());
    rendered(Renderer::styled().render(&[group]))
}

fn with_source<'a>(group: Group<'a>, label: Option<&'a Label>) -> Group<'a> {
    let Some(label) = label else {
        return group;
    };
    let path = label.source.path.as_str();
    let Some(span) = &label.span else {
        return group.element(Origin::path(path));
    };
    let (text, first_line, span) = around(&label.source.text, span);
    let annotation = AnnotationKind::Primary.span(span);
    group.element(
        Snippet::source(text)
            .path(path)
            .line_start(first_line)
            .fold(false)
            .annotation(annotation),
    )
}

fn with_help<'a>(mut group: Group<'a>, notes: &'a [String], help: Option<&'a str>) -> Group<'a> {
    if !notes.is_empty() {
        group = group.element(Level::NOTE.message(visible(&notes.join("\n")).into_owned()));
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(visible(help).into_owned()));
    }
    group
}

/// The lines around a span, the number of the first one, and the span within them. A span of several lines is
/// shown by its first one: the key or bracket where it begins.
fn around<'a>(text: &'a str, span: &Range<usize>) -> (&'a str, usize, Range<usize>) {
    let at = floor(text, span.start);
    let mut start = line_start(text, at);
    for _ in 0..AROUND {
        start = line_start(text, start.saturating_sub(1));
    }
    let line_end = |from: usize| {
        text[from..]
            .find('\n')
            .map_or(text.len(), |newline| from + newline)
    };
    let own_end = line_end(at);
    let mut end = own_end;
    for _ in 0..AROUND {
        end = line_end((end + 1).min(text.len()));
    }
    let first_line = text[..start].matches('\n').count() + 1;
    // The line end of a CR LF file is no part of the last line.
    let shown = &text[start..end];
    let shown = shown.strip_suffix('\r').unwrap_or(shown);
    let to = floor(text, span.end.min(own_end)).max(at) - start;
    let within = (at - start).min(shown.len())..to.min(shown.len());
    (shown, first_line, within)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{SourceFile, codes};

    #[test]
    fn a_finding_is_shown_in_its_lines() {
        let source = SourceFile::new(
            "api-docs/x.json",
            b"{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4\n}\n",
        );
        let finding = Finding::new(codes::SCHEMA, "`c` is \x1b[31mred")
            .at_pointer(&source, "/c")
            .help("paint it");
        let report = Report {
            findings: vec![finding.clone(), finding],
            ..Report::default()
        };
        let text = anstream::adapter::strip_str(&human(&report, 1)).to_string();
        insta::assert_snapshot!(text, @r#"
        error[schema]: `c` is \u{1b}[31mred
         --> api-docs/x.json:4:8
          |
        2 |   "a": 1,
        3 |   "b": 2,
        4 |   "c": 3,
          |        ^
        5 |   "d": 4
        6 | }
          |
          = help: paint it

        … and 1 more
        "#);
    }

    #[test]
    fn errors_are_shown_where_not_all_are() {
        let finding = |code, message: &str| Finding::new(code, message);
        let report = Report {
            findings: vec![
                finding(codes::STRAY_FILE, "first"),
                finding(codes::SCHEMA, "second"),
                finding(codes::STRAY_FILE, "third"),
                finding(codes::SCHEMA, "fourth"),
            ],
            ..Report::default()
        };
        let shown = |max| {
            let text = anstream::adapter::strip_str(&human(&report, max)).to_string();
            let told = text.lines().filter_map(|line| line.split(": ").nth(1));
            told.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(shown(2), ["second", "fourth"]);
        assert_eq!(shown(3), ["first", "second", "fourth"]);
        assert_eq!(shown(4), ["first", "second", "third", "fourth"]);
    }

    #[test]
    fn line_ends_are_no_part_of_the_lines() {
        let source = SourceFile::new("a.json", b"{\r\n \"a\": 1\r\n}\r\n");
        let finding = Finding::new(codes::SCHEMA, "x");
        for place in [0..1, 4..7, 9..9, 10..12, 12..15, 15..15] {
            let finding = finding.clone().at(&source, place);
            let text = anstream::adapter::strip_str(&super::finding(&finding)).to_string();
            assert!(!text.contains('␍'), "{text}");
        }
    }

    #[test]
    fn a_finding_without_a_place_has_no_margin() {
        let finding = Finding::new(codes::NO_SCENARIOS, "no scenario was run")
            .note("one")
            .note("two")
            .help("write one");
        let text = anstream::adapter::strip_str(&super::finding(&finding)).to_string();
        insta::assert_snapshot!(text, @r"
        error[no-scenarios]: no scenario was run
          note: one
                two
          help: write one
        ");
        let source = SourceFile::new("a.json", b"{}");
        let finding = Finding::new(codes::NOT_CANONICAL, "not canonical")
            .in_file(&source)
            .help("`apidocs fmt`");
        let text = anstream::adapter::strip_str(&super::finding(&finding)).to_string();
        insta::assert_snapshot!(text, @r"
        warning[not-canonical]: not canonical
        --> a.json
         = help: `apidocs fmt`
        ");
    }
}
