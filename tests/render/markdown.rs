//! Set `markdown`, read back by a Markdown parser: whatever people and servers write, the page keeps its shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use apidocs::document::{
    Body, DocumentName, EndpointDocument, Example, Exchange, Headers, Parameter, Request, Response,
    Section, Sections,
};
use apidocs::json::{self, KeyOrder};
use apidocs::render::{Input, Options, render};
use pulldown_cmark::{Event, HeadingLevel, Options as Extensions, Parser, Tag, TagEnd};

/// What people and servers write, to be put together at random.
const PIECES: &[&str] = &[
    "plain words",
    "*emphasis*",
    "**bold",
    "`code`",
    "`open",
    "``a ` b``",
    "\n",
    "\n\n",
    "\n\n",
    "\n```\n",
    "\n```json\n",
    "\n~~~\n",
    "\n````\n",
    "```",
    "{{ liquid }}",
    "{% raw %}",
    "{% endraw %}",
    "{%- endraw -%}",
    "{{#include x}}",
    "{mdx}",
    "}",
    "{",
    "<b>",
    "</b>",
    "<div>\n",
    "\n<div>\n",
    "<!--",
    "-->",
    "<script>",
    "\n<pre>\n",
    "<https://a.b/{c}>",
    "<a@b.c>",
    "a < b > c",
    "|",
    "\\|",
    "\\",
    "\\{",
    "\\\\{",
    "\n| a | b |\n|---|---|\n| c | d |\n",
    "\n---\n",
    "---\n",
    "\n===\n",
    "\n# Heading\n",
    "\n## Path parameters\n",
    "\n> quote\n",
    "\n- item\n",
    "\n  more\n",
    "\n1. one\n",
    "\n    indented\n",
    "\n\n    {indented}\n",
    "\t",
    " ",
    "  \n",
    "[link](http://x/{y})",
    "[ref]",
    "\n\n[ref]: http://z\n",
    "![image](x)",
    "&lt;",
    "&#123;",
    "é 😀",
    "\u{1b}[2J",
    "\r\n",
    "\u{7f}",
    "$x$",
    "~~gone~~",
    "${jsx}",
    "import x from 'y'",
    "<",
    ">",
];

/// A small generator (Knuth's MMIX), so that a failure comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    fn text(&mut self, most: usize) -> String {
        let count = self.below(most + 1);
        (0..count)
            .map(|_| PIECES[self.below(PIECES.len())])
            .collect()
    }

    fn parameters(&mut self) -> Option<Vec<Parameter>> {
        let count = self.below(4).checked_sub(1)?;
        let parameter = |random: &mut Self| Parameter {
            name: random.text(3),
            kind: random.text(2),
            // What stands in a cell too many is dropped: the last words must still be there.
            description: random.text(8) + " THE END",
            ..Parameter::default()
        };
        Some((0..count).map(|_| parameter(self)).collect())
    }

    fn document(&mut self) -> EndpointDocument {
        let exchange = Exchange {
            request: Request {
                method: "POST".to_owned(),
                path: format!("/{}", self.text(3).replace(['\n', '\r'], "")),
                headers: Headers::default(),
                body: Body::text(&self.text(8)),
            },
            response: Response {
                status: 200,
                reason: self.text(1).replace(['\n', '\r'], ""),
                headers: Headers::default(),
                body: Body::Json(serde_json::json!({ self.text(2): [self.text(9)] })),
            },
        };
        EndpointDocument {
            title: self.text(5),
            method: "POST".to_owned(),
            api_path: format!("/{}", self.text(3).replace(['\n', '\r'], "")),
            description: self.text(16),
            warning: Some(self.text(8)).filter(|text| !text.is_empty()),
            authentication: self.text(4),
            path_parameters: self.parameters(),
            query_parameters: self.parameters(),
            parameters: self.parameters(),
            examples: vec![Example::from(exchange)],
            ..EndpointDocument::default()
        }
    }
}

fn page(document: &EndpointDocument) -> String {
    let name: DocumentName = "s/a".parse().unwrap();
    let documents = BTreeMap::from([(name, Arc::new(document.clone()))]);
    let sections = Sections {
        schema: None,
        sections: vec![Section {
            id: "s".to_owned(),
            title: "S".to_owned(),
            endpoints: vec!["a".to_owned()],
        }],
    };
    let options = Options {
        template_set: "markdown".to_owned(),
        ..Options::default()
    };
    let input = Input {
        documents: &documents,
        sections: &sections,
    };
    let tree = render(input, &options).unwrap();
    String::from_utf8(tree.files["s/a.md"].clone()).unwrap()
}

/// What stands at the top level of a page, in order.
#[derive(Debug, PartialEq)]
enum Block {
    Heading(HeadingLevel, String),
    Code(String),
    /// The cells of each row, and how many last words there are.
    Table(Vec<usize>, usize),
    Quote,
    Html(String),
    Other,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut depth = 0;
    let mut text = String::new();
    let mut rows = Vec::new();
    let extensions = Extensions::ENABLE_TABLES | Extensions::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(page, extensions) {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    text.clear();
                    rows.clear();
                }
                match tag {
                    Tag::TableHead | Tag::TableRow => rows.push(0),
                    Tag::TableCell => *rows.last_mut().unwrap() += 1,
                    _ => {}
                }
                depth += 1;
            }
            Event::End(tag) => {
                depth -= 1;
                if depth == 0 {
                    blocks.push(match tag {
                        TagEnd::Heading(level) => Block::Heading(level, text.clone()),
                        TagEnd::CodeBlock => Block::Code(text.clone()),
                        TagEnd::Table => {
                            Block::Table(rows.clone(), text.matches("THE END").count())
                        }
                        TagEnd::BlockQuote(_) => Block::Quote,
                        TagEnd::HtmlBlock => Block::Html(text.clone()),
                        _ => Block::Other,
                    });
                }
            }
            Event::Text(piece)
            | Event::Code(piece)
            | Event::Html(piece)
            | Event::InlineHtml(piece) => {
                text.push_str(&piece);
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    blocks
}

/// The text of a code block, a fence's or one in HTML.
fn code(block: &Block) -> Option<String> {
    match block {
        Block::Code(text) => Some(text.strip_suffix('\n').unwrap_or(text).to_owned()),
        Block::Html(html) => {
            let inner = html
                .trim_end()
                .strip_prefix("<pre><code>")?
                .strip_suffix("</code></pre>")?;
            let mut text = String::new();
            for (index, part) in inner.split("&#").enumerate() {
                let (number, rest) = if index == 0 {
                    ("", part)
                } else {
                    part.split_once(';').unwrap()
                };
                text.extend(number.parse().ok().and_then(char::from_u32));
                text.push_str(rest);
            }
            Some(text)
        }
        _ => None,
    }
}

/// Control characters as the page shows them.
fn visible(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\u{1b}', "␛")
        .replace('\u{7f}', "␡")
}

fn check(document: &EndpointDocument) {
    let page = page(document);
    let shown = format!("{document:#?}\n\n{page}");
    let blocks = blocks(&page);
    let is_title = |block: &Block| matches!(block, Block::Heading(HeadingLevel::H1, _));
    let first = blocks
        .iter()
        .position(is_title)
        .unwrap_or_else(|| panic!("no title: {shown}"));
    let allowed =
        |block: &Block| matches!(block, Block::Html(html) if html.trim() == "<!-- {% raw %} -->");
    assert!(blocks[..first].iter().all(allowed), "{shown}");

    // From behind, since prose may hold blocks of any kind.
    let mut behind = blocks.iter().rev().filter(
        |block| !matches!(block, Block::Html(html) if html.trim() == "<!-- {% endraw %} -->"),
    );
    let response = document.examples[0].response.parsed().unwrap();
    let Body::Json(body) = &response.body else {
        unreachable!()
    };
    let body = visible(json::write(body, KeyOrder::Sorted).trim_end());
    assert_eq!(code(behind.next().unwrap()), Some(body), "{shown}");
    let head = visible(&format!("HTTP/1.1 200 {}", response.reason));
    assert_eq!(code(behind.next().unwrap()), Some(head), "{shown}");
    let heading = |level, text: &str| Block::Heading(level, text.to_owned());
    assert_eq!(
        *behind.next().unwrap(),
        heading(HeadingLevel::H3, "Response"),
        "{shown}"
    );
    let command = code(behind.next().unwrap()).unwrap_or_else(|| panic!("no command: {shown}"));
    assert!(command.starts_with("curl -X POST"), "{shown}");
    assert_eq!(
        *behind.next().unwrap(),
        heading(HeadingLevel::H3, "Request"),
        "{shown}"
    );
    assert_eq!(
        *behind.next().unwrap(),
        heading(HeadingLevel::H2, "Example"),
        "{shown}"
    );
    for (title, parameters) in [
        ("Body parameters", &document.parameters),
        ("Query parameters", &document.query_parameters),
        ("Path parameters", &document.path_parameters),
    ] {
        let Some(parameters) = parameters
            .as_ref()
            .filter(|parameters| !parameters.is_empty())
        else {
            continue;
        };
        let table = Block::Table(vec![3; parameters.len() + 1], parameters.len());
        assert_eq!(*behind.next().unwrap(), table, "{shown}");
        assert_eq!(
            *behind.next().unwrap(),
            heading(HeadingLevel::H2, title),
            "{shown}"
        );
    }
    check_hosts(&page, &shown);
}

/// Outside of code there is no tag, no brace of MDX and no mark of Liquid; in code no mark that cannot be switched off.
fn check_hosts(page: &str, shown: &str) {
    let extensions = Extensions::ENABLE_TABLES | Extensions::ENABLE_STRIKETHROUGH;
    let mut plain = page.to_owned();
    let mut in_code = false;
    for (event, range) in Parser::new_ext(page, extensions).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_code = true;
                plain.replace_range(range.clone(), &" ".repeat(range.len()));
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Code(_) => plain.replace_range(range.clone(), &" ".repeat(range.len())),
            // A code span that no table can hold; a tag of people is text.
            Event::InlineHtml(html) => {
                assert!(["<code>", "</code>"].contains(&&*html), "{html}: {shown}");
                plain.replace_range(range.clone(), &" ".repeat(range.len()));
            }
            Event::Html(html) if !in_code => {
                let ours = ["<!-- {% raw %} -->", "<!-- {% endraw %} -->"].contains(&html.trim());
                assert!(ours || !html.contains(['{', '}']), "{html}: {shown}");
                plain.replace_range(range.clone(), &" ".repeat(range.len()));
            }
            _ => {}
        }
    }
    let mut backslash = false;
    for c in plain.chars() {
        let marks = if backslash { "<" } else { "{}<" };
        assert!(!marks.contains(c), "{c} in {plain}\n{shown}");
        backslash = c == '\\' && !backslash;
    }
    assert!(
        !plain.contains("{{") && !plain.contains("{%"),
        "{plain}\n{shown}"
    );
    let liquid = page.contains("{{") || page.contains("{%");
    assert_eq!(page.starts_with("<!-- {% raw %} -->\n"), liquid, "{shown}");
    let ends = page.matches("endraw").count() - page.matches("\u{200b}% endraw").count();
    let ends =
        ends - page.matches("\u{200b}%- endraw").count() - page.matches("&#37; endraw").count();
    let ends = ends - page.matches("&#37;- endraw").count();
    assert_eq!(ends, usize::from(liquid), "{shown}");
    assert!(!page.contains("{{#"), "{shown}");
}

#[test]
fn no_text_breaks_a_page() {
    for seed in 0..2000 {
        check(&Random(seed).document());
    }
}

#[test]
fn titles_and_names_are_shown_as_they_are() {
    for seed in 0..500 {
        let mut random = Random(seed);
        let title: String = random
            .text(6)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let document = EndpointDocument {
            title: format!("x {title}"),
            path_parameters: Some(vec![Parameter {
                name: "n".to_owned(),
                kind: title.clone(),
                description: String::new(),
                ..Parameter::default()
            }]),
            ..random.document()
        };
        let page = page(&document);
        let heading = blocks(&page).into_iter().find_map(|block| match block {
            Block::Heading(HeadingLevel::H1, text) => Some(text),
            _ => None,
        });
        assert_eq!(
            heading,
            Some(visible(format!("x {title}").trim_end())),
            "{page}"
        );
    }
}
