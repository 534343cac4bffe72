//! Markdown that no text can break.
//!
//! The pages must read well on hosts that take Markdown in different ways: GitHub, mdBook, Jekyll (Liquid marks `{{`
//! and `{%`, in code too), Docusaurus (MDX: `{` and `<` outside code). What is written here means the same on all.

use super::prose;

/// Characters that mean something somewhere in a line of Markdown, or to one of the hosts, and that all of them let
/// be escaped with a backslash.
const SPECIAL: &str = "\\`*_{}[]>|#$";

/// `<` outside of code.
pub(super) const LESS: &str = "&lt;";

/// `%` where it would make a mark of Liquid.
pub(super) const PERCENT: &str = "&#37;";

/// Text as itself: a title, the text of a link. Line breaks become blanks.
pub(super) fn text(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A backslash before these is shown by kramdown.
            '~' => out.push_str("&#126;"),
            // One before `<` may be taken for a part of an address.
            '<' => out.push_str(LESS),
            '&' if chars
                .peek()
                .is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#') =>
            {
                out.push_str("&amp;");
            }
            c if SPECIAL.contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
        // `\{%` would still be a mark of Liquid.
        if c == '{' && chars.next_if_eq(&'%').is_some() {
            out.push_str(PERCENT);
        }
    }
    out
}

/// A code span that shows the text; line breaks become blanks. Nothing for an empty text.
pub(super) fn code(text: &str) -> String {
    let text = guard(&one_line(text));
    if text.is_empty() {
        return text;
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    // A blank on either side is taken off again, and one is needed before a tick.
    let all_blank = text.trim().is_empty();
    let outer_blank = text.starts_with(' ') && text.ends_with(' ');
    let pad = if !all_blank && (text.starts_with('`') || text.ends_with('`') || outer_blank) {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A code span in a cell of a table, where the backslash before a bar is taken off in code too. Hosts do not agree about
/// two of them before a bar: a text with one is written as HTML.
pub(super) fn code_cell(text: &str) -> String {
    let text = one_line(text);
    if text.contains("\\|") {
        return format!("<code>{}</code>", entities(&text));
    }
    code(&text).replace('|', "\\|")
}

/// Prose on one line, as a part of a paragraph.
pub(super) fn inline(text: &str) -> String {
    prose::inline(&one_line(text), false)
}

/// Prose as a cell of a table: on one line, its bars escaped.
pub(super) fn cell(text: &str) -> String {
    prose::inline(&one_line(text), true)
}

/// A code block that shows the text, in a fence longer than any within.
///
/// Control characters are made visible. A text with a mark that a host obeys in code blocks too, and that cannot be
/// switched off around it (`{% endraw %}` of Liquid, `{{#include` of mdBook), is written as HTML.
pub(super) fn fence(text: &str, language: &str) -> String {
    let text = visible(text);
    if guard(&text) != text {
        // On one line: MDX takes lines for paragraphs.
        let html = entities(&text).replace('\n', "&#10;");
        return format!("<pre><code>{html}</code></pre>");
    }
    let language: String = language
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-+_".contains(*c))
        .collect();
    let ticks = "`".repeat(longest_run(&text, '`').max(2) + 1);
    format!("{ticks}{language}\n{text}\n{ticks}")
}

/// Lines as a block quote.
pub(super) fn quote(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        if line.is_empty() {
            ">".to_owned()
        } else {
            format!("> {line}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A page whose code holds marks of Liquid, so that Jekyll leaves them alone: between comments that no host shows.
///
/// Prose and titles have none of these marks ([`text`] and the prose filter see to that), and code has no `endraw`
/// ([`guard`]).
pub(super) fn liquid_raw(page: &str) -> String {
    if page.contains("{{") || page.contains("{%") {
        format!(
            "<!-- {{% raw %}} -->\n\n{}\n\n<!-- {{% endraw %}} -->\n",
            page.trim_matches('\n')
        )
    } else {
        page.to_owned()
    }
}

/// Text with a zero-width space in each mark that a host obeys in code, whatever stands around it.
pub(super) fn guard(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, mark) = rest.split_at(at + 1);
        out.push_str(before);
        let endraw = mark.strip_prefix('%').is_some_and(|tag| {
            let tag = tag.strip_prefix('-').unwrap_or(tag);
            tag.trim_start().starts_with("endraw")
        });
        if endraw || mark.starts_with("{#") {
            out.push('\u{200b}');
        }
        rest = mark;
    }
    out + rest
}

/// Text with LF line ends and control characters as pictures of themselves.
pub(super) fn visible(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The most characters of that kind in a row.
pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Text on one line, without blanks around it.
fn one_line(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    visible(lines.join(" ").trim())
}

/// Text in HTML, every character written as a reference that any host could take for a mark.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if SPECIAL.contains(c) || "&~%!<\"'".contains(c) {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_text() {
        assert_eq!(
            text("A `b` *c* {{ d }}\n{% e %} [f](g) <h> i|j & k&lt; ~l"),
            "A \\`b\\` \\*c\\* \\{\\{ d \\}\\} \\{&#37; e %\\} \\[f\\](g) &lt;h\\> i\\|j & k&amp;lt; &#126;l"
        );
    }

    #[test]
    fn code_spans_hold_ticks() {
        for (text, expected) in [
            ("a", "`a`"),
            ("", ""),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a|b", "`a|b`"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(code_cell("a|b"), "`a\\|b`");
        assert_eq!(code_cell("a\\|b"), "<code>a&#92;&#124;b</code>");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(fence("a\r\n```\nb", "j s{on"), "````json\na\n```\nb\n````");
        assert_eq!(
            fence("\u{1b}[2J\u{7f}", ""),
            "```\n\u{241b}[2J\u{2421}\n```"
        );
        assert_eq!(
            fence("{%- endraw %}\n\n*", "x"),
            "<pre><code>&#123;&#37;- endraw &#37;&#125;&#10;&#10;&#42;</code></pre>"
        );
    }

    #[test]
    fn marks_of_liquid_are_fenced_off_where_there_are_any() {
        assert_eq!(liquid_raw("a\n"), "a\n");
        assert_eq!(
            liquid_raw("\n`{{ a }}`\n"),
            "<!-- {% raw %} -->\n\n`{{ a }}`\n\n<!-- {% endraw %} -->\n"
        );
    }
}
