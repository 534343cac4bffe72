//! All known values, found at once in any spelling.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;

use super::known::{Found, SHORTEST, SHORTEST_PART, Why};

/// Finds all known values at once.
pub(super) struct Finder {
    automaton: Option<AhoCorasick>,
    /// By pattern.
    patterns: Vec<Pattern>,
}

struct Pattern {
    secret: Arc<str>,
    shown: String,
    base64: bool,
}

impl Finder {
    pub fn new(known: &BTreeMap<String, String>) -> Self {
        let mut patterns = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (secret, shown) in known {
            let secret: Arc<str> = secret.as_str().into();
            let mut add = |text: String, base64| {
                let (secret, shown) = (Arc::clone(&secret), shown.clone());
                texts.push(text);
                patterns.push(Pattern {
                    secret,
                    shown,
                    base64,
                });
            };
            add(secret.to_string(), false);
            if secret.len() >= SHORTEST_PART {
                in_base64(&secret)
                    .into_iter()
                    .for_each(|text| add(text, true));
            }
        }
        // What is learned is looked for at once, and often in a few texts alone: an automaton of another kind would be
        // searched faster, and takes longer to build than it is used.
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        let automaton = (!texts.is_empty())
            .then(|| builder.build(&texts).ok())
            .flatten();
        Self {
            automaton,
            patterns,
        }
    }

    pub fn find(&self, bytes: &[u8], found: &mut Vec<Found>) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        if bytes.len() < SHORTEST {
            return;
        }
        for hit in automaton.find_overlapping_iter(bytes) {
            let Some(pattern) = self.patterns.get(hit.pattern().as_usize()) else {
                continue;
            };
            let mut range = hit.range();
            if pattern.base64 {
                range = base64_run(bytes, range);
            } else if range.len() < SHORTEST_PART && !stands_alone(bytes, &range) {
                continue;
            }
            found.push(Found {
                range,
                shown: pattern.shown.clone(),
                why: Why::Known(Arc::clone(&pattern.secret)),
            });
        }
    }
}

/// What base64 makes of a text wherever it stands in a longer one (RFC 4648): three alignments, of which the characters
/// at both ends that depend on the neighbours are left out, in both alphabets.
fn in_base64(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(text.as_bytes());
        let whole = bytes.len() * 8 / 6;
        let first = (shift * 8).div_ceil(6);
        for engine in [
            base64::engine::general_purpose::STANDARD_NO_PAD,
            base64::engine::general_purpose::URL_SAFE_NO_PAD,
        ] {
            let encoded = engine.encode(&bytes);
            if let Some(inner) = encoded.get(first..whole)
                && !out.iter().any(|other| other == inner)
            {
                out.push(inner.to_owned());
            }
        }
    }
    out
}

/// The base64 text around a part of one. A `/` may be one between segments of a path: of these, only one that borders on
/// the part belongs to it for certain.
fn base64_run(bytes: &[u8], part: Range<usize>) -> Range<usize> {
    let certain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_".contains(byte);
    let before = &bytes[..part.start];
    let mut start = part.start;
    if before.last() == Some(&b'/') {
        start -= 1;
    } else {
        start -= before.iter().rev().take_while(|byte| certain(byte)).count();
    }
    let behind = &bytes[part.end..];
    let mut end = part.end;
    if behind.first() == Some(&b'/') {
        end += 1;
    } else {
        end += behind.iter().take_while(|byte| certain(byte)).count();
    }
    end += bytes[end..]
        .iter()
        .take(2)
        .take_while(|byte| **byte == b'=')
        .count();
    start..end
}

/// A short secret counts only where it is a word.
fn stands_alone(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = String::from_utf8_lossy(&bytes[range.start.saturating_sub(4)..range.start]);
    let behind = String::from_utf8_lossy(&bytes[range.end..bytes.len().min(range.end + 4)]);
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(word(before.chars().next_back()) || word(behind.chars().next()))
}
