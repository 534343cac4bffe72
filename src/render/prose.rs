//! What people wrote, in Markdown, made safe to stand on a page of ours.
//!
//! It stays Markdown. Code stays code; outside of it braces, tags and bars are escaped, a fence that is left open is
//! closed, and a front-matter mark at the beginning is text. A parser tells what is code and what is not.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag};

use super::markdown::{LESS, PERCENT, code_cell, fence, guard, text, visible};

/// How often HTML is looked for. Each round takes out all there is, which may bring to light what it hid.
const ROUNDS: usize = 16;

/// What is put before a cell while it is parsed, so that its beginning is not read as that of a block.
const INLINE: &str = "x ";

/// A part of the source that is not plain Markdown.
struct Part {
    range: Range<usize>,
    kind: PartKind,
}

enum PartKind {
    /// A code span: its text.
    Span(String),
    /// A fenced block, or an indented one within a list or quote.
    Block,
    /// An indented block outside of lists and quotes, which MDX does not know: its text.
    Indented(String),
    /// `<https://…>`, which MDX does not know: what is shown, and the target.
    AutoLink(String, String),
}

/// Prose as blocks, without empty lines around it.
pub(super) fn blocks(source: &str) -> String {
    let source = visible(source);
    let source = escape_front_matter(without_empty_lines(&source));
    match without_html(source) {
        Ok(source) => close_fence(rewrite(&source, false)),
        Err(source) => {
            let paragraphs: Vec<_> = source.split("\n\n").map(text).collect();
            paragraphs.join("\n\n")
        }
    }
}

/// Prose of one line, as a part of a paragraph or as a cell of a table.
pub(super) fn inline(source: &str, cell: bool) -> String {
    match without_html(format!("{INLINE}{source}")) {
        Ok(source) => {
            let out = rewrite(&source, cell);
            out.strip_prefix(INLINE).map(str::to_owned).unwrap_or(out)
        }
        Err(_) => text(source),
    }
}

fn parse(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    Parser::new_ext(source, options).into_offset_iter()
}

fn without_empty_lines(source: &str) -> &str {
    let source = source.trim_end();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        if !line.trim().is_empty() {
            break;
        }
        start += line.len();
    }
    &source[start..]
}

/// A line `---` or `+++` at the beginning opens front matter on some hosts; it and its partner become text.
fn escape_front_matter(source: &str) -> String {
    let mark = source.lines().next().map(str::trim_end).unwrap_or("");
    if !["---", "+++"].contains(&mark) {
        return source.to_owned();
    }
    let mut left = 2;
    let lines = source.split('\n').map(|line| {
        if left > 0 && line.trim_end() == mark {
            left -= 1;
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The source with every tag made text; the source as it is where it does not come to an end.
fn without_html(source: String) -> Result<String, String> {
    let mut out = source;
    for _ in 0..ROUNDS {
        // Of a block the tags that begin its lines: the rest may be code once the block is none.
        let mut tags: Vec<usize> = parse(&out)
            .filter_map(|(event, range)| match event {
                Event::Html(_) | Event::InlineHtml(_) => {
                    let slice = out.get(range.clone())?;
                    let blank = slice.len() - slice.trim_start().len();
                    slice
                        .trim_start()
                        .starts_with('<')
                        .then_some(range.start + blank)
                }
                _ => None,
            })
            .collect();
        if tags.is_empty() {
            return Ok(out);
        }
        tags.dedup();
        for at in tags.into_iter().rev() {
            out.replace_range(at..=at, LESS);
        }
    }
    Err(out)
}

/// Escapes outside of code what a host would take for more than Markdown.
fn rewrite(source: &str, cell: bool) -> String {
    let (parts, tables) = parts(source);
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    let mut at = 0;
    for part in parts {
        escape(&mut out, source, at..part.range.start, &tables, cell);
        let slice = &source[part.range.clone()];
        match part.kind {
            PartKind::Span(text) if cell => out.push_str(&code_cell(&text)),
            PartKind::Span(_) | PartKind::Block => out.push_str(&guard(slice)),
            PartKind::Indented(text) => {
                out.push_str(&fence(text.trim_end_matches('\n'), ""));
                out.push_str(if slice.ends_with('\n') { "\n" } else { "" });
            }
            PartKind::AutoLink(shown, target) => {
                out.push_str(&format!("[{}]({})", text(&shown), link_target(&target)));
            }
        }
        at = part.range.end;
    }
    escape(&mut out, source, at..source.len(), &tables, cell);
    out
}

/// What is not plain Markdown, in order, and where tables are.
fn parts(source: &str) -> (Vec<Part>, Vec<Range<usize>>) {
    let mut parts: Vec<Part> = Vec::new();
    let mut tables = Vec::new();
    let mut depth = 0;
    let mut indented = false;
    for (event, range) in parse(source) {
        let kind = match event {
            Event::Code(text) => Some(PartKind::Span(text.to_string())),
            Event::Start(tag) => {
                depth += 1;
                match tag {
                    Tag::CodeBlock(CodeBlockKind::Indented) if depth == 1 => {
                        indented = true;
                        Some(PartKind::Indented(String::new()))
                    }
                    Tag::CodeBlock(_) => Some(PartKind::Block),
                    Tag::Link {
                        link_type: LinkType::Autolink,
                        dest_url,
                        ..
                    } => Some(PartKind::AutoLink(
                        dest_url.to_string(),
                        dest_url.to_string(),
                    )),
                    Tag::Link {
                        link_type: LinkType::Email,
                        dest_url,
                        ..
                    } => Some(PartKind::AutoLink(
                        dest_url.to_string(),
                        format!("mailto:{dest_url}"),
                    )),
                    Tag::Table(_) => {
                        tables.push(range.clone());
                        None
                    }
                    _ => None,
                }
            }
            Event::End(_) => {
                depth -= 1;
                indented = false;
                None
            }
            Event::Text(text) if indented => {
                if let Some(Part {
                    kind: PartKind::Indented(code),
                    ..
                }) = parts.last_mut()
                {
                    code.push_str(&text);
                }
                None
            }
            _ => None,
        };
        if let Some(kind) = kind {
            let mut range = range;
            if matches!(kind, PartKind::Indented(_)) {
                // The indent of the first line belongs to the block.
                let before = source[..range.start].trim_end_matches([' ', '\t']);
                range.start = before.len();
            }
            parts.push(Part { range, kind });
        }
    }
    (parts, tables)
}

fn escape(
    out: &mut String,
    source: &str,
    range: Range<usize>,
    tables: &[Range<usize>],
    cell: bool,
) {
    let Some(slice) = source.get(range.clone()) else {
        return;
    };
    let mut chars = slice.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut shown = c;
        let bar = |at: usize| {
            cell || !tables
                .iter()
                .any(|table| table.contains(&(range.start + at)))
        };
        match c {
            '\\' => match chars.next_if(|(_, next)| next.is_ascii_punctuation()) {
                Some((_, '<')) => out.push_str(LESS),
                Some((_, escaped)) => {
                    out.extend(['\\', escaped]);
                    shown = escaped;
                }
                None => out.push('\\'),
            },
            '<' => out.push_str(LESS),
            'i' | 'e' if !cell && begins_module_line(source, range.start + at) => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            '{' | '}' => out.extend(['\\', c]),
            '|' if bar(at) => out.extend(['\\', c]),
            _ => out.push(c),
        }
        // `\{%` would still be a mark of Liquid.
        if shown == '{' && chars.next_if(|(_, next)| *next == '%').is_some() {
            out.push_str(PERCENT);
        }
    }
}

/// Whether a line of JavaScript modules begins there, which MDX would run.
fn begins_module_line(source: &str, at: usize) -> bool {
    let (before, line) = source.split_at(at);
    let first = before.is_empty() || before.ends_with('\n');
    first && (line.starts_with("import ") || line.starts_with("export "))
}

/// A link's target, with what could end it or mean something to a host percent-encoded.
fn link_target(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for c in target.chars() {
        if "(){}<>|\\`".contains(c) {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Closes a fence that is open at the end.
fn close_fence(mut source: String) -> String {
    let probe = format!("{source}\n\n{INLINE}");
    let mut depth = 0;
    let mut open = None;
    for (event, range) in parse(&probe) {
        match event {
            Event::Start(tag) => {
                let fenced = matches!(tag, Tag::CodeBlock(CodeBlockKind::Fenced(_)));
                if depth == 0 {
                    open = fenced.then_some(range);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    if let Some(opening) = open.and_then(|range| probe.get(range)) {
        let mark = opening.chars().next().unwrap_or('`');
        let fence: String = opening.chars().take_while(|c| *c == mark).collect();
        source.push('\n');
        source.push_str(&fence);
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_stays_markdown() {
        for prose in [
            "Return *a* **list** of `{things}`.\n\n- one\n- two\n\n1. x\n   ```\n   {{ y }} | <z>\n   ```",
            "| a | b |\n|---|---|\n| `c\\|d` | e |",
            "```js\nif (a < b) { c | d }\n```\ntext",
            "[link](http://x/) and \\{ and &lt;b>, import x",
            "> quote\n> ~~~\n> {open",
        ] {
            assert_eq!(blocks(prose), prose);
        }
    }

    #[test]
    fn what_is_more_than_markdown_is_text() {
        for (prose, expected) in [
            (
                "a <b>c</b> {{ d }} {% e %}",
                "a &lt;b>c&lt;/b> \\{\\{ d \\}\\} \\{&#37; e %\\}",
            ),
            ("\\{% a %} \\\\{b", "\\{&#37; a %\\} \\\\\\{b"),
            (
                "<div>\n`<a>` {x}\n</div>",
                "&lt;div>\n`<a>` \\{x\\}\n&lt;/div>",
            ),
            ("<!-- a\n```\nb", "&lt;!-- a\n```\nb\n```"),
            ("<script>\n{% x", "&lt;script>\n\\{&#37; x"),
            ("a | b < c", "a \\| b &lt; c"),
            (
                "see <https://x/(a)?b={c}> <a@b.c>",
                "see [https://x/(a)?b=\\{c\\}](https://x/%28a%29?b=%7Bc%7D) [a@b.c](mailto:a@b.c)",
            ),
            (
                "---\nlayout: {x}\n---\ntext",
                "\\---\nlayout: \\{x\\}\n\\---\ntext",
            ),
            (
                "text\n\n    {code}\n      <b>\n\nend",
                "text\n\n```\n{code}\n  <b>\n```\n\nend",
            ),
            ("    code", "```\ncode\n```"),
            ("\n\n a\r\nb\u{7}\n", " a\nb\u{2407}"),
            ("````x\n```\nopen", "````x\n```\nopen\n````"),
            ("~~~", "~~~\n~~~"),
            ("`{{ a }} {% endraw %}`", "`{{ a }} {\u{200b}% endraw %}`"),
            (
                "import a\nimport b\n\nexport c",
                "&#105;mport a\n&#105;mport b\n\n&#101;xport c",
            ),
            ("\\<b> http://x\\<c>", "&lt;b> http://x&lt;c>"),
            ("", ""),
        ] {
            assert_eq!(blocks(prose), expected, "{prose:?}");
            assert_eq!(blocks(&blocks(prose)), blocks(prose), "{prose:?}");
        }
    }

    #[test]
    fn html_that_hides_html_comes_to_an_end() {
        let nested = "<div>\n".repeat(200) + &"<b ".repeat(200);
        let out = blocks(&nested);
        assert!(
            !parse(&out).any(|(event, _)| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
        );
    }

    #[test]
    fn cells_are_one_line() {
        for (prose, expected) in [
            ("a `b|c` | d", "a `b\\|c` \\| d"),
            ("``` {x}", "``` \\{x\\}"),
            ("# <b> \\| - x", "# &lt;b> \\| - x"),
            ("`a\\|b`", "<code>a&#92;&#124;b</code>"),
            ("- `<user_id>`, *x*", "- `<user_id>`, *x*"),
            ("", ""),
        ] {
            assert_eq!(inline(prose, true), expected, "{prose:?}");
        }
    }
}
