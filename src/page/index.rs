//! The index of a section.

use super::front_matter::{FormError, front_matter, unescape_html};

/// What the `index.md` of a section says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The comment lines, without their `# `.
    pub comment: Vec<String>,
    /// The section's title.
    pub title: String,
    /// The pages, in the order of the file.
    pub links: Vec<IndexLink>,
    /// Lines that are neither empty nor a link, by their place.
    pub strange: Vec<std::ops::Range<usize>>,
}

/// A line of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexLink {
    /// The page's title.
    pub title: String,
    /// The page's path below the folder of sections, without `.md`.
    pub page: String,
    /// The bytes of the line in the file.
    pub span: std::ops::Range<usize>,
}

impl Index {
    /// Reads the `index.md` of a section, whatever its comment lines.
    ///
    /// # Errors
    /// A file without the two fences or without a title between them.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let matter = front_matter(text)?;
        let title = matter
            .inner
            .lines()
            .find_map(|line| line.strip_prefix("title:"))
            .ok_or_else(|| {
                FormError::new(0..matter.behind.1, "the front matter has no line `title:`")
            })?;
        let (behind, mut at) = matter.behind;
        let mut links = Vec::new();
        let mut strange = Vec::new();
        for line in behind.split_inclusive('\n') {
            let shown = line.trim_end();
            let span = at..at + shown.len();
            at += line.len();
            match read_link(shown) {
                Some((title, page)) => links.push(IndexLink { title, page, span }),
                None if shown.is_empty() => {}
                None => strange.push(span),
            }
        }
        Ok(Self {
            comment: matter.comment,
            title: unescape_html(title.trim()),
            links,
            strange,
        })
    }
}

/// `- [Title]({%- link _documentation/api/section/page.md -%})`, and plain links too.
fn read_link(line: &str) -> Option<(String, String)> {
    let (title, target) = line.strip_prefix("- [")?.rsplit_once("](")?;
    let target = target.strip_suffix(')')?;
    let target = target
        .trim_start_matches(['{', '%', '-', ' '])
        .trim_end_matches(['}', '%', '-', ' ']);
    let target = target.strip_prefix("link ").unwrap_or(target).trim();
    let page = target.strip_suffix(".md")?;
    let page = page
        .strip_prefix("_documentation/api/")
        .unwrap_or(page)
        .to_owned();
    Some((unescape_html(title), page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read() {
        let text = "---\n# x\ntitle: A &amp; B\n---\n\n\n- [It&#39;s [1](x)]({%- link _documentation/api/a/b.md -%})\nnot a link\n- [C](a/c.md)\n";
        let index = Index::parse(text).unwrap();
        assert_eq!(index.comment, ["x"]);
        assert_eq!(index.title, "A & B");
        let links: Vec<_> = index
            .links
            .iter()
            .map(|link| (link.title.as_str(), link.page.as_str()))
            .collect();
        assert_eq!(links, [("It's [1](x)", "a/b"), ("C", "a/c")]);
        assert_eq!(&text[index.strange[0].clone()], "not a link");
        assert_eq!(&text[index.links[1].span.clone()], "- [C](a/c.md)");
    }

    #[test]
    fn an_index_needs_a_title() {
        assert!(Index::parse("---\nx: y\n---\n").is_err());
        assert!(Index::parse("- [a](b.md)").is_err());
        assert!(Index::parse("").is_err());
    }
}
