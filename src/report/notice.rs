//! Findings and changes alike, for formats that know one kind of thing.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Report, visible};
use crate::finding::{Change, Code, DocumentChanges, Finding, Position, Severity};

/// A finding, or a change of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notice<'a> {
    pub code: Code,
    pub severity: Severity,
    /// The file, relative to the project.
    pub file: Option<&'a str>,
    /// Where it begins and ends; the end is behind the last character.
    pub region: Option<(Position, Position)>,
    /// The endpoint document that it is about.
    pub document: Option<&'a str>,
    /// In a sentence, control characters made visible.
    pub message: String,
    pub help: Option<String>,
    /// The same for the same thing in another run, although lines moved or volatile values are others.
    pub fingerprint: String,
}

/// All changes, by document, then all findings.
pub(super) fn notices(report: &Report) -> Vec<Notice<'_>> {
    let by_file: BTreeMap<&str, &str> = report
        .endpoints
        .iter()
        .map(|(name, endpoint)| (endpoint.source.path.as_str(), name.as_str()))
        .collect();
    let mut notices: Vec<_> = report
        .changed()
        .flat_map(|document| of_document(report, document))
        .collect();
    let findings = report.findings.iter();
    notices.extend(findings.map(|finding| of_finding(report, &by_file, finding)));
    number(&mut notices);
    notices
}

fn of_document<'a>(report: &'a Report, document: &'a DocumentChanges) -> Vec<Notice<'a>> {
    let endpoint = report.endpoints.get(&document.document);
    let spans = endpoint.map(|endpoint| endpoint.spans(&document.changes));
    let spans = spans.unwrap_or_else(|| vec![None; document.changes.len()]);
    let changes = document.changes.iter().zip(spans);
    changes
        .map(|(change, span)| Notice {
            code: change.code,
            severity: report.severity(change),
            file: endpoint.map(|endpoint| endpoint.source.path.as_str()),
            region: endpoint.zip(span).map(|(endpoint, span)| {
                let source = &endpoint.source;
                (source.position(span.start), source.position(span.end))
            }),
            document: Some(&document.document),
            message: visible(&change_message(document, change)).into_owned(),
            help: report
                .meant
                .as_ref()
                .map(|meant| format!("if the change is meant: {meant}")),
            fingerprint: change.fingerprint.clone(),
        })
        .collect()
}

/// `A body lost a field: projects/get-keys#default/response/body/total, 3 (breaking)`.
fn change_message(document: &DocumentChanges, change: &Change) -> String {
    let what = change.code.summary().trim_end_matches('.');
    let mut message = format!("{what}: {}{}", document.document, places(change));
    let sides = sides(change);
    if !sides.is_empty() {
        let _ = write!(message, ", {sides}");
    }
    let _ = write!(message, " ({}", change.impact);
    if let Some(reason) = &change.approved {
        let _ = write!(message, ", approved: {reason}");
    }
    message.push(')');
    message
}

/// The address, and how many places it stands for.
pub(super) fn places(change: &Change) -> String {
    match change.places {
        0 | 1 => change.address.clone(),
        places => format!("{}, {places} places", change.address),
    }
}

/// `3 → 4`, or the one side that there is.
pub(super) fn sides(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} → {}", short(old), short(new)),
        (Some(side), None) | (None, Some(side)) => short(side),
        (None, None) => String::new(),
    }
}

/// A value on one line, cut when it is long.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn of_finding<'a>(
    report: &'a Report,
    by_file: &BTreeMap<&str, &'a str>,
    finding: &'a Finding,
) -> Notice<'a> {
    let file = finding.file();
    let of_address = finding.address.as_deref().and_then(|address| {
        let name = address.split('#').next()?;
        let (name, _) = report.endpoints.get_key_value(name)?;
        Some(name.as_str())
    });
    let document = of_address.or_else(|| by_file.get(file?).copied());
    let region = finding.label.as_ref().and_then(|label| {
        let span = label.span.as_ref()?;
        let source = &label.source;
        Some((source.position(span.start), source.position(span.end)))
    });
    Notice {
        code: finding.code,
        severity: finding.severity,
        file,
        region,
        document,
        message: visible(&finding.message).into_owned(),
        help: finding
            .help
            .as_deref()
            .map(|help| visible(help).into_owned()),
        fingerprint: fingerprint(&[
            finding.code.id,
            file.unwrap_or_default(),
            finding.pointer.as_deref().unwrap_or_default(),
            finding.address.as_deref().unwrap_or_default(),
            &stable(&finding.message),
        ]),
    }
}

/// The first 128 bits of the SHA-256 of the parts, in hexadecimal.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A message without what is another one in each run: words with a digit in them (numbers, ids, keys, times).
fn stable(message: &str) -> String {
    let part_of_word = |c: char| c.is_alphanumeric() || "-_:.".contains(c);
    let mut out = String::new();
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let end = match part_of_word(first) {
            true => rest.find(|c| !part_of_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, behind) = rest.split_at(end);
        let volatile = word.contains(|c: char| c.is_ascii_digit());
        out.push_str(if volatile { "#" } else { word });
        rest = behind;
    }
    out
}

/// Two things that are the same but for their place get numbers, so that none hides the other.
fn number(notices: &mut [Notice<'_>]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for notice in notices {
        let count = seen.entry(notice.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            notice.fingerprint = fingerprint(&[&notice.fingerprint, &count.to_string()]);
        }
    }
}

/// A path of the project, as seen from its repository.
pub(super) fn in_repository(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            (part, _) => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_by_its_nature_is_no_part_of_a_fingerprint() {
        assert_eq!(
            stable("found 3 of `a35645e8-1b` at 2020-03-09T04:38:34.386005Z, status `ok`"),
            "found # of `#` at #, status `ok`"
        );
    }

    #[test]
    fn paths_are_those_of_the_repository() {
        assert_eq!(in_repository("", "api-docs/x.json"), "api-docs/x.json");
        assert_eq!(
            in_repository("services/api", "./a.json"),
            "services/api/a.json"
        );
        assert_eq!(
            in_repository("services/api", "../docs/a.json"),
            "services/docs/a.json"
        );
        assert_eq!(in_repository("", "../a.json"), "../a.json");
    }
}
