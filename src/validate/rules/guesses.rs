//! Rules that only guess: off unless the settings ask for them.

use std::ops::Range;

use super::{Document, at_part, strings};
use crate::finding::spelling::quoted;
use crate::finding::{Finding, codes};

/// Names that belong to nobody (RFC 2606; RFC 6761).
const RESERVED: [&str; 8] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "local",
    "example.com",
    "example.net",
    "example.org",
];

/// Words behind which no sentence ends.
const OPEN_WORDS: [&str; 20] = [
    "a", "an", "the", "of", "to", "and", "or", "with", "for", "by", "from", "that", "which", "is",
    "are", "at", "as", "if", "your", "their",
];

/// An e-mail address that may be somebody's.
pub(super) fn emails(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    strings::each(document, |text, pointer| {
        let Some(place) = email(text) else {
            return;
        };
        let words = quoted(text.get(place.clone()).unwrap_or_default());
        let finding = Finding::new(
            codes::REAL_EMAIL,
            format!("{words} may be somebody's address"),
        )
        .help("let the fixtures use an address at example.com");
        let finding = at_part(finding, document.source, &pointer(), text, place);
        findings.push(finding.about(document.name));
    });
    findings
}

/// A host of a URL that may be real; those of the project are the caller's to name.
pub(super) fn hosts(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    strings::each(document, |text, pointer| {
        let Some(place) = host(text, document.host) else {
            return;
        };
        let words = quoted(text.get(place.clone()).unwrap_or_default());
        let finding = Finding::new(codes::REAL_HOST, format!("{words} may be a real host"))
            .help("let the fixtures use a host at example.com");
        let finding = at_part(finding, document.source, &pointer(), text, place);
        findings.push(finding.about(document.name));
    });
    findings
}

/// A description that ends where its sentence does not.
pub(super) fn sentences(document: &Document<'_>) -> Vec<Finding> {
    let text = document.item.description.trim_end();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_open = last.ends_with([',', ';', '(', '–', '—', '-', '&'])
        || OPEN_WORDS.contains(&last.to_lowercase().as_str());
    if !is_open {
        return Vec::new();
    }
    let message = format!(
        "the description may end in mid-sentence, with {}",
        quoted(last)
    );
    let finding = Finding::new(codes::UNFINISHED_SENTENCE, message)
        .at_text(
            document.source,
            "/description",
            text.len() - last.len()..text.len(),
        )
        .help("end the sentence");
    vec![finding.about(document.name)]
}

fn email(text: &str) -> Option<Range<usize>> {
    text.match_indices('@').find_map(|(at, _)| {
        let local = text.get(..at)?;
        let start = local
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || "._%+-".contains(c)))
            .map_or(0, |before| {
                before
                    + local
                        .get(before..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
            });
        let rest = text.get(at + 1..)?;
        let domain = domain(rest);
        let is_address = start < at && domain.contains('.') && !is_reserved(domain);
        is_address.then_some(start..at + 1 + domain.len())
    })
}

fn host(text: &str, own: Option<&str>) -> Option<Range<usize>> {
    text.match_indices("://").find_map(|(at, _)| {
        let scheme = text.get(..at)?;
        if !(scheme.ends_with("http") || scheme.ends_with("https")) {
            return None;
        }
        let start = at + 3;
        let host = domain(text.get(start..)?);
        let is_own = own.is_some_and(|own| {
            own.split("://")
                .nth(1)
                .is_some_and(|own| domain(own) == host)
        });
        let is_number = host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let is_real = host.contains('.') && !is_number && !is_own && !is_reserved(host);
        is_real.then_some(start..start + host.len())
    })
}

/// The domain name with which a text begins.
fn domain(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .unwrap_or(text.len());
    text.get(..end)
        .unwrap_or_default()
        .trim_end_matches(['.', '-'])
}

fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    RESERVED.iter().any(|reserved| {
        domain
            .strip_suffix(reserved)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_belong_to_nobody() {
        for (text, address) in [
            ("write to al.b@sentry.io.", Some("al.b@sentry.io")),
            ("é@a.io", None),
            ("a@example.com, b@x.test, @sentry.io", None),
        ] {
            assert_eq!(email(text).map(|place| &text[place]), address, "{text}");
        }
        for (text, name) in [
            ("see https://docs.sentry.io/x", Some("docs.sentry.io")),
            (
                "https://sentry.io/ http://127.0.0.1/ http://a.example.org",
                None,
            ),
            ("ftp://x.io", None),
        ] {
            assert_eq!(
                host(text, Some("https://sentry.io")).map(|place| &text[place]),
                name,
                "{text}"
            );
        }
    }
}
