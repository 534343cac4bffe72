//! Markdown that a site breaks on, outside code.

use std::ops::Range;

use memchr::{memchr, memchr3};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Document;
use crate::finding::spelling::quoted;
use crate::finding::{Code, Finding, codes};

/// What a site's generator reads as its own: Liquid and Jinja, and the braces of MDX.
const DELIMITERS: [&str; 8] = ["{{", "}}", "{%", "%}", "{#", "#}", "{", "}"];

/// Backticks without partner, raw HTML and template delimiters in the prose of a document.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for prose in document.prose.iter().filter(|prose| prose.is_markdown) {
        if is_plain(prose.text) {
            continue;
        }
        for (code, place) in faults(prose.text) {
            let Some(words) = prose.text.get(place.clone()) else {
                continue;
            };
            let finding = told(code, words).at_text(document.source, &prose.pointer(), place);
            findings.push(finding.about(document.name));
        }
    }
    findings
}

/// Whether a text shows at once that it has none of it, as most do: without the signs of any, and with all backticks
/// single and in pairs on their lines, so that nothing else can part a pair.
fn is_plain(text: &str) -> bool {
    let is_paired = |line: &str| {
        line.bytes().filter(|byte| *byte == b'`').count() % 2 == 0 && !line.contains("``")
    };
    memchr3(b'<', b'{', b'}', text.as_bytes()).is_none()
        && (memchr(b'`', text.as_bytes()).is_none()
            || !text.contains(['\\', '|', '\r']) && text.split('\n').all(is_paired))
}

fn told(code: Code, words: &str) -> Finding {
    let (message, help) = match code {
        codes::UNBALANCED_BACKTICKS => (
            "the backtick has no partner".to_owned(),
            "put one at the other end of the code, or write `\\`` for a backtick itself",
        ),
        codes::RAW_HTML => (
            format!("{} is HTML, or taken for it", quoted(words.trim_end())),
            "put it in backticks if it is a placeholder; write `&lt;` for the sign itself",
        ),
        _ => (
            format!("a site may take {} for a template", quoted(words)),
            "put it in backticks",
        ),
    };
    Finding::new(code, message).help(help)
}

/// The first of each kind, with its place in the text.
fn faults(text: &str) -> Vec<(Code, Range<usize>)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut found: Vec<(Code, Range<usize>)> = Vec::new();
    let mut add = |code: Code, place: Range<usize>| {
        if found.iter().all(|(known, _)| *known != code) {
            found.push((code, place));
        }
    };
    let mut in_code = false;
    for (event, place) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Html(_) | Event::InlineHtml(_) => add(codes::RAW_HTML, place),
            Event::Text(_) if !in_code => {
                if let Some(at) = backtick(text, &place) {
                    add(codes::UNBALANCED_BACKTICKS, at..at + 1);
                }
                if let Some(at) = delimiter(text, &place) {
                    add(codes::TEMPLATE_DELIMITERS, at);
                }
            }
            _ => {}
        }
    }
    found
}

/// A backtick that is text: it began no code, and no backslash says that it shall not.
fn backtick(text: &str, place: &Range<usize>) -> Option<usize> {
    let at = place.start + text.get(place.clone())?.find('`')?;
    (!is_escaped(text, at)).then_some(at)
}

fn delimiter(text: &str, place: &Range<usize>) -> Option<Range<usize>> {
    let inner = text.get(place.clone())?;
    let start = place.start + inner.find(['{', '}'])?;
    if is_escaped(text, start) {
        return None;
    }
    // `%}` and `#}` begin before their brace.
    let start = match text.as_bytes().get(start.wrapping_sub(1)) {
        Some(b'%' | b'#') if text.as_bytes().get(start) == Some(&b'}') => start - 1,
        _ => start,
    };
    let rest = text.get(start..)?;
    let length = DELIMITERS
        .iter()
        .find(|delimiter| rest.starts_with(**delimiter))
        .map_or(1, |delimiter| delimiter.len());
    Some(start..start + length)
}

fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let slashes = before.iter().rev().take_while(|byte| **byte == b'\\');
    slashes.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        let faults = faults(text).into_iter();
        faults
            .map(|(code, place)| (code.id, &text[place]))
            .collect()
    }

    /// All short texts of the signs that part or pair backticks.
    #[test]
    fn what_shows_no_fault_at_once_has_none() {
        let signs = ["`", "a", "\n", "[", "](", "*", "    ", "- "];
        let mut plain = 0;
        for number in 0..signs.len().pow(5) {
            let mut rest = number;
            let mut text = String::new();
            while rest > 0 {
                text += signs[rest % signs.len()];
                rest /= signs.len();
            }
            if is_plain(&text) {
                plain += usize::from(text.contains('`'));
                assert_eq!(found(&text), [], "{text:?}");
            }
        }
        assert!(plain > 100, "{plain}");
    }

    #[test]
    fn code_is_told_from_prose() {
        for fine in [
            "`{{ a }}` and `<b>`",
            "``a ` b``",
            "    {{ indented }} <b>",
            "```\n{% raw %} ` <b>\n```",
            "a \\` b, 1 < 2, <https://example.com/>",
            "\\{ x \\}",
            "",
        ] {
            assert_eq!(found(fine), [], "{fine}");
        }
        for (text, code, words) in [
            ("a `b", "unbalanced-backticks", "`"),
            ("`a` b` c", "unbalanced-backticks", "`"),
            ("the <token> of", "raw-html", "<token>"),
            ("<div>\nx\n</div>", "raw-html", "<div>\n"),
            ("é {{ a }}", "template-delimiters", "{{"),
            ("a %} b", "template-delimiters", "%}"),
            ("the {slug} of", "template-delimiters", "{"),
        ] {
            assert_eq!(found(text), [(code, words)], "{text}");
        }
    }
}
