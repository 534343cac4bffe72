//! Front matter: what the files of pages and indexes have in common.

use std::ops::Range;

/// The line before and behind the front matter.
pub(super) const FENCE: &str = "---";

/// Why a file has not the form of a page or of an index, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The bytes in the file.
    pub span: Range<usize>,
}

/// The front matter of a file: comment lines, then the rest.
pub(super) struct FrontMatter<'a> {
    pub comment: Vec<String>,
    /// What stands between the comment lines and the closing fence.
    pub inner: &'a str,
    /// Where that begins.
    pub start: usize,
    /// What stands behind the closing fence, and where that begins.
    pub behind: (&'a str, usize),
}

impl FormError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            span,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A comment line of the settings as it stands in a file: `# ` is put before it unless it begins with `#`.
///
/// ```
/// use apidocs::page::comment_line;
/// assert_eq!(comment_line("Do not edit."), "# Do not edit.");
/// assert_eq!(comment_line("#!x"), "#!x");
/// ```
pub fn comment_line(line: &str) -> String {
    if line.starts_with('#') {
        line.to_owned()
    } else {
        format!("# {line}")
    }
}

/// The comment line of which [`comment_line`] makes that line of a file.
fn comment_text(line: &str) -> String {
    match line.strip_prefix("# ") {
        Some(text) if !text.starts_with('#') => text.to_owned(),
        _ => line.to_owned(),
    }
}

/// Text as Django writes it into HTML.
///
/// ```
/// use apidocs::page::{escape_html, unescape_html};
/// assert_eq!(escape_html("a \"b\" & <c>'s"), "a &quot;b&quot; &amp; &lt;c&gt;&#39;s");
/// assert_eq!(unescape_html("&amp;lt; &#39;"), "&lt; '");
/// ```
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The text of which [`escape_html`] makes that HTML.
pub fn unescape_html(html: &str) -> String {
    // The ampersand last, or `&amp;lt;` would become `<`.
    html.replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
}

/// Takes a file apart; lines may end in CR LF.
pub(super) fn front_matter(text: &str) -> Result<FrontMatter<'_>, FormError> {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']), at)
    });
    match lines.next() {
        Some((_, FENCE, _)) => {}
        first => {
            let end = first.map_or(0, |(_, line, _)| line.len());
            return Err(FormError::new(
                0..end,
                format!("the file does not begin with a line `{FENCE}`"),
            ));
        }
    }
    let mut comment = Vec::new();
    let mut start = None;
    for (line_start, line, line_end) in lines {
        if line == FENCE {
            let start = start.unwrap_or(line_start);
            return Ok(FrontMatter {
                comment,
                inner: &text[start..line_start],
                start,
                behind: (&text[line_end..], line_end),
            });
        }
        if start.is_none() {
            if line.starts_with('#') {
                comment.push(comment_text(line));
            } else {
                start = Some(line_start);
            }
        }
    }
    Err(FormError::new(
        text.len()..text.len(),
        format!("the file has no second line `{FENCE}`"),
    ))
}
