//! The places of all values of a JSON text, found in one reading: for files with many findings.

use std::ops::Range;

use super::pointer;
use super::reader::Fault;
use super::spans::{Open, Place, Visitor, scan, unescape};

/// Where each value of a JSON text stands.
///
/// ```
/// use apidocs::json::{Spans, locate};
/// let text = r#"{"a": [1, {"b/c": 2}]}"#;
/// let spans = Spans::of(text);
/// assert_eq!(spans.locate(text, "/a/1/b~1c"), locate(text, "/a/1/b~1c"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Spans {
    nodes: Vec<Node>,
    root: Option<usize>,
}

#[derive(Debug, Clone)]
struct Node {
    place: Place,
    children: Children,
}

#[derive(Debug, Clone)]
enum Children {
    None,
    /// By index.
    Items(Vec<usize>),
    /// By key, sorted.
    Members(Vec<usize>),
}

impl Spans {
    /// Reads a text once. What is not JSON in it has no place.
    pub fn of(text: &str) -> Self {
        let mut index = Index {
            text,
            spans: Self::default(),
            open: Vec::new(),
            closed: None,
        };
        // The visitor refuses nothing.
        let _ = scan(text, &mut index);
        index.spans
    }

    /// The place of the value that a JSON Pointer names in the text that was read.
    pub fn locate(&self, text: &str, pointer: &str) -> Option<Place> {
        let mut node = self.nodes.get(self.root?)?;
        for token in pointer::tokens(pointer) {
            let next = match &node.children {
                Children::None => return None,
                Children::Items(items) => items.get(token.parse::<usize>().ok()?)?,
                Children::Members(members) => {
                    let at = members.partition_point(|id| *self.key(text, *id) < *token);
                    let id = members.get(at)?;
                    if self.key(text, *id) != token.as_str() {
                        return None;
                    }
                    id
                }
            };
            node = self.nodes.get(*next)?;
        }
        Some(node.place.clone())
    }

    fn key<'a>(&self, text: &'a str, id: usize) -> std::borrow::Cow<'a, str> {
        let key = self.nodes.get(id).and_then(|node| node.place.key.clone());
        let raw = key.and_then(|key| text.get(key)).unwrap_or_default();
        unescape(raw)
    }
}

struct Index<'a> {
    text: &'a str,
    spans: Spans,
    /// The children of each container that is open.
    open: Vec<Vec<usize>>,
    /// Those of the one that was closed last and has no node yet.
    closed: Option<Vec<usize>>,
}

impl Visitor for Index<'_> {
    fn open(&mut self, _: usize, _: usize) -> Result<(), Fault> {
        self.open.push(Vec::new());
        Ok(())
    }

    fn key(&mut self, _: Range<usize>) -> Result<(), Fault> {
        Ok(())
    }

    fn value(&mut self, _: &[Open], key: Option<Range<usize>>, value: Range<usize>) -> bool {
        let children = match self.closed.take() {
            None => Children::None,
            Some(items) if self.text.as_bytes().get(value.start) == Some(&b'[') => {
                Children::Items(items)
            }
            Some(mut members) => {
                members.sort_by_cached_key(|id| self.spans.key(self.text, *id));
                Children::Members(members)
            }
        };
        let place = Place { key, value };
        let id = self.spans.nodes.len();
        self.spans.nodes.push(Node { place, children });
        match self.open.last_mut() {
            Some(siblings) => siblings.push(id),
            None => {
                self.spans.root.get_or_insert(id);
            }
        }
        true
    }

    fn close(&mut self) {
        self.closed = self.open.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::locate;
    use super::*;

    #[test]
    fn both_searches_find_the_same() {
        let text =
            "{\"a\": [10, {\"b/c\": \"x\\\"y\"}], \"\\u0064\": {}, \"e\": [[], [1]], \"\": 1}";
        let spans = Spans::of(text);
        for pointer in [
            "",
            "/a",
            "/a/0",
            "/a/1/b~1c",
            "/d",
            "/e/1/0",
            "/e/0",
            "/",
            "/a/2",
            "/a/x",
            "/x",
            "/d/x",
            "/a/0/0",
        ] {
            assert_eq!(
                spans.locate(text, pointer),
                locate(text, pointer),
                "{pointer}"
            );
        }
        assert!(spans.locate(text, "/d").is_some());
        assert_eq!(Spans::of("").locate("", ""), None);
    }
}
