//! The inline markup of reStructuredText, as far as field lists have it, turned into Markdown.
//!
//! Source: "Inline markup recognition rules" of the reStructuredText specification; the original asked docutils, and
//! gave literals, strong and emphasis their Markdown, everything else its bare text.

/// A text with its markup turned into Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inline {
    pub text: String,
    /// Bytes of the source where markup begins that does not end; it is kept as it is.
    pub open: Vec<usize>,
}

/// Markup: what it begins and ends with, and what the original put around its text.
const MARKUP: [(&str, &str); 4] = [("``", "`"), ("**", "**"), ("*", "*"), ("`", "")];

const OPENERS: &str = "\"'([{<‘“«¡¿";
const CLOSERS: &str = "\"')]}>’”»";
const DELIMITERS: &str = "-/:‐‑‒–—";
const ENDS: &str = "\\.,;!?";

/// Turns markup into Markdown.
pub(super) fn inline(source: &str) -> Inline {
    let mut inline = Inline::default();
    let mut at = 0;
    while let Some(character) = source.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = source.get(at..).unwrap_or_default();
        if character == '\\' {
            let escaped = rest.chars().nth(1);
            // An escaped blank is nothing at all.
            if let Some(escaped) = escaped.filter(|escaped| !escaped.is_whitespace()) {
                inline.text.push(escaped);
            }
            at += 1 + escaped.map_or(0, char::len_utf8);
            continue;
        }
        let found = MARKUP.iter().find(|(mark, _)| rest.starts_with(mark));
        let Some((mark, wrap)) = found.filter(|(mark, _)| may_start(source, at, mark)) else {
            let length = match found {
                // No part of a longer mark is a shorter one.
                Some((mark, _)) => mark.len(),
                None => character.len_utf8(),
            };
            inline.text.push_str(rest.get(..length).unwrap_or_default());
            at += length;
            continue;
        };
        match end_of(source, at + mark.len(), mark) {
            Some(end) => {
                let content = source.get(at + mark.len()..end).unwrap_or_default();
                let behind = end + mark.len();
                let reference = reference(source, behind).filter(|_| *mark == "`");
                let shown = match reference {
                    Some(end) => link_text(source.get(at..end).unwrap_or_default()),
                    None if *mark == "``" => content.to_owned(),
                    None => unescape(content),
                };
                inline.text.push_str(&format!("{wrap}{shown}{wrap}"));
                at = reference.unwrap_or(behind);
            }
            None => {
                inline.open.push(at);
                inline.text.push_str(mark);
                at += mark.len();
            }
        }
    }
    inline
}

/// Whether a mark at that place begins markup: what stands before and behind it allows it.
fn may_start(source: &str, at: usize, mark: &str) -> bool {
    let before = source.get(..at).and_then(|head| head.chars().next_back());
    let behind = source
        .get(at + mark.len()..)
        .and_then(|tail| tail.chars().next());
    let Some(behind) = behind.filter(|behind| !behind.is_whitespace()) else {
        return false;
    };
    match before {
        None => true,
        Some(before) if before.is_whitespace() || DELIMITERS.contains(before) => true,
        // A mark in quotes is no markup: "*".
        Some(before) => OPENERS
            .chars()
            .position(|opener| opener == before)
            .is_some_and(|index| CLOSERS.chars().nth(index) != Some(behind)),
    }
}

/// Where the mark stands that ends markup whose text begins at `from`.
fn end_of(source: &str, from: usize, mark: &str) -> Option<usize> {
    let text = source.get(from..)?;
    // Marks may overlap: the one that ends `**a***` begins within the three stars.
    text.char_indices()
        .filter(|(at, _)| text.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
        .map(|(at, _)| from + at)
        .filter(|at| *at > from)
        .find(|at| {
            let before = source.get(..*at).and_then(|head| head.chars().next_back());
            let escapes = mark != "``" && before == Some('\\');
            let behind = source.get(at + mark.len()..).unwrap_or_default();
            let behind = behind.strip_prefix("__").unwrap_or(behind);
            let behind = match mark {
                "`" => behind.strip_prefix('_').unwrap_or(behind),
                _ => behind,
            };
            let may_end = behind.chars().next().is_none_or(|behind| {
                behind.is_whitespace()
                    || [CLOSERS, DELIMITERS, ENDS]
                        .iter()
                        .any(|set| set.contains(behind))
            });
            may_end && !escapes && before.is_some_and(|before| !before.is_whitespace())
        })
}

/// Where a reference ends whose text ends at `at`: behind one or two underscores.
fn reference(source: &str, at: usize) -> Option<usize> {
    let behind = source.get(at..)?;
    ["__", "_"]
        .iter()
        .find(|mark| behind.starts_with(**mark))
        .map(|mark| at + mark.len())
}

/// The text of `` `text <address>`_ ``; a reference to a target of elsewhere stays as it is.
fn link_text(reference: &str) -> String {
    let content = reference.trim_end_matches('_').trim_matches('`');
    match content
        .strip_suffix('>')
        .and_then(|head| head.rsplit_once('<'))
    {
        Some((text, _)) if text.ends_with(char::is_whitespace) => unescape(text.trim_end()),
        _ => reference.to_owned(),
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(character) = chars.next() {
        match character {
            '\\' => out.extend(chars.next().filter(|escaped| !escaped.is_whitespace())),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_strong_and_emphasis_become_markdown() {
        for (source, markdown) in [
            ("a ``b *c* \\`` d", "a `b *c* \\` d"),
            ("**a b** *c*, (*d*)", "**a b** *c*, (*d*)"),
            ("`a` and ``b``.", "a and `b`."),
            (
                "see `the docs <https://x.invalid/>`_ now",
                "see the docs now",
            ),
            ("`elsewhere`_", "`elsewhere`_"),
            (r"\*a\* b\ c", "*a* bc"),
            ("``a````b``", "`a````b`"),
            ("**a***", "**a***"),
        ] {
            assert_eq!(inline(source).text, markdown, "{source}");
            assert!(inline(source).open.is_empty(), "{source}");
        }
    }

    #[test]
    fn what_is_no_markup_stays() {
        for source in ["2*3 * 4", "a_b", "x*y*z", "'*'", "(`)", "* a"] {
            assert_eq!(inline(source).text, source);
            assert!(inline(source).open.is_empty(), "{source}");
        }
    }

    #[test]
    fn markup_that_does_not_end_is_kept_and_told() {
        let found = inline("a *b and ``c");
        assert_eq!(found.text, "a *b and ``c");
        assert_eq!(found.open, [2, 9]);
    }
}
