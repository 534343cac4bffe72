//! Markdown that a site breaks on, outside code.

use std::ops::Range;

use memchr::{memchr, memchr3};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Document;
use super::text::more_of_text;
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
        let faults = faults(prose.text);
        let has_more = faults.len() > MOST;
        let told = faults.into_iter().take(MOST).filter_map(|(code, place)| {
            let words = prose.text.get(place.clone())?;
            let finding = told(code, words).at_text(document.source, &prose.pointer(), place);
            Some(finding.about(document.name))
        });
        findings.extend(told);
        if let Some(last) = findings.last_mut().filter(|_| has_more) {
            last.notes.push(more_of_text(MOST));
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
        codes::RAW_HTML if !words.contains(['>', '/']) && words.len() == 2 => (
            format!(
                "MDX takes the `<` of {} for the start of a tag",
                quoted(words)
            ),
            "put it in backticks, or write `&lt;` for the sign itself",
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

/// So many of a text are told at most: each costs a look at the text.
const MOST: usize = 100;

/// All of them with their places in the text, in its order; more than [`MOST`] where there are more, and not all of those.
fn faults(text: &str) -> Vec<(Code, Range<usize>)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut found: Vec<(Code, Range<usize>)> = Vec::new();
    let mut in_code = false;
    // A block of HTML comes in lines, and an element has its end: once is enough.
    let mut in_html = false;
    let mut elements: Vec<&str> = Vec::new();
    let mut braces = Braces::default();
    for (event, place) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::HtmlBlock) => in_html = false,
            Event::End(_) => braces.open = false,
            Event::Html(_) if !in_html => {
                in_html = true;
                found.push((codes::RAW_HTML, place));
            }
            Event::InlineHtml(_) => {
                let tag = text.get(place.clone()).unwrap_or_default();
                let name = element(tag);
                let begun = elements.iter().rposition(|begun| *begun == name);
                match begun.filter(|_| tag.starts_with("</")) {
                    Some(index) => {
                        elements.remove(index);
                    }
                    None => {
                        elements.push(name);
                        found.push((codes::RAW_HTML, place));
                    }
                }
            }
            Event::Text(_) if !in_code => {
                let from = found.len();
                let ticks = backticks(text, &place).map(|at| at..at + 1);
                found.extend(ticks.map(|place| (codes::UNBALANCED_BACKTICKS, place)));
                let signs = less_signs(text, &place);
                found.extend(signs.map(|place| (codes::RAW_HTML, place)));
                let delimiters = braces.delimiters(text, &place).into_iter();
                found.extend(delimiters.map(|place| (codes::TEMPLATE_DELIMITERS, place)));
                if let Some(new) = found.get_mut(from..) {
                    new.sort_by_key(|(_, place)| place.start);
                }
            }
            _ => {}
        }
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// The name of an element, of its first tag or its last.
fn element(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| !c.is_alphanumeric() && c != '-');
    inner.get(..end.unwrap_or(inner.len())).unwrap_or_default()
}

/// Backticks that are text, the first of each run: they began no code, and no backslash says that they shall not.
fn backticks<'a>(text: &'a str, place: &Range<usize>) -> impl Iterator<Item = usize> + use<'a> {
    let start = place.start;
    let inner = text.get(place.clone()).unwrap_or_default();
    let all = inner.match_indices('`').map(move |(at, _)| start + at);
    let is_first = move |at: &usize| *at == start || text.as_bytes().get(at - 1) != Some(&b'`');
    all.filter(is_first)
        .filter(|at| !is_escaped(text, *at))
        .take(MOST + 1)
}

/// `<` before a sign that begins no tag: Markdown shows it, MDX looks for the name of a tag and fails. Behind a blank both show it.
fn less_signs<'a>(
    text: &'a str,
    place: &Range<usize>,
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let start = place.start;
    let inner = text.get(place.clone()).unwrap_or_default();
    let all = inner.match_indices('<').map(move |(at, _)| start + at);
    let is_less = move |at: &usize| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|next| next.is_ascii_digit() || matches!(next, b'=' | b'-'))
            && !is_escaped(text, *at)
    };
    all.filter(is_less).map(|at| at..at + 2).take(MOST)
}

/// Looks for the delimiters of templates: what ends one that was told is not told again.
#[derive(Default)]
struct Braces {
    /// Whether one began.
    open: bool,
}

impl Braces {
    fn delimiters(&mut self, text: &str, place: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut behind = place.start;
        while let Some(at) = text
            .get(behind..place.end)
            .and_then(|rest| rest.find(['{', '}']))
            .filter(|_| found.len() <= MOST)
        {
            let start = behind + at;
            if is_escaped(text, start) {
                behind = start + 1;
                continue;
            }
            // `%}` and `#}` begin before their brace.
            let start = match text.as_bytes().get(start.wrapping_sub(1)) {
                Some(b'%' | b'#') if at > 0 && text.as_bytes().get(start) == Some(&b'}') => {
                    start - 1
                }
                _ => start,
            };
            let rest = text.get(start..place.end).unwrap_or_default();
            let delimiter = DELIMITERS.iter().find(|known| rest.starts_with(**known));
            let end = start + delimiter.map_or(1, |delimiter| delimiter.len());
            let is_last = rest.starts_with('}') || delimiter.is_some_and(|it| it.ends_with('}'));
            if !(is_last && self.open) {
                found.push(start..end);
            }
            self.open = !is_last;
            behind = end;
        }
        found
    }
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
            "`<=1`, \\<3, &lt;= and 1 < 3",
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
            ("<b>bold</b> text", "raw-html", "<b>"),
            ("at most <=100", "raw-html", "<="),
            ("é<3 of", "raw-html", "<3"),
            ("a <-b", "raw-html", "<-"),
        ] {
            assert_eq!(found(text), [(code, words)], "{text}");
        }
    }

    #[test]
    fn all_of_a_text_are_told() {
        let braces = "template-delimiters";
        let html = "raw-html";
        let ticks = "unbalanced-backticks";
        assert_eq!(
            found("{a} then {b} then <c> then <d>"),
            [(braces, "{"), (braces, "{"), (html, "<c>"), (html, "<d>")]
        );
        assert_eq!(
            found("a } b {{ c }} {\n\nd ` } *e* {f} </g> <h>i</h>"),
            [
                (braces, "}"),
                (braces, "{{"),
                (braces, "{"),
                (ticks, "`"),
                (braces, "}"),
                (braces, "{"),
                (html, "</g>"),
                (html, "<h>")
            ]
        );
        assert_eq!(
            found("<div>\na\n</div>\n\nb\n\n<p>\nc"),
            [(html, "<div>\n"), (html, "<p>\n")]
        );
        assert_eq!(found(&"{".repeat(100_000)).len(), MOST + 1);
        assert_eq!(found(&"<a>".repeat(100_000)).len(), MOST + 1);
    }
}
