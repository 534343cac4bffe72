//! Where the changes of a document stand in its file, and who makes its examples.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::finding::{Change, DocumentChanges, Label, SourceFile, codes};
use crate::json::{self, pointer};

/// The file of an endpoint document, and the requests of scenarios that make its examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// The file as it is on disk.
    pub source: Arc<SourceFile>,
    /// The requests, by the name of the example that they make.
    pub requests: BTreeMap<String, Label>,
}

/// `/path/to/file.json:12`, or the path alone.
pub(super) fn place(label: &Label) -> String {
    match &label.span {
        Some(span) => {
            let line = label.source.position(span.start).line;
            format!("{}:{line}", label.source.path)
        }
        None => label.source.path.clone(),
    }
}

/// A request of a scenario that makes an example that changed.
pub(super) struct Request<'a> {
    pub example: &'a str,
    pub label: &'a Label,
    /// Whether there was no such example before: then the API did not change.
    pub is_new: bool,
}

impl Endpoint {
    /// The requests that make the examples that changed, each once, in the order of the examples' names.
    pub(super) fn requests_of(&self, document: &DocumentChanges) -> Vec<Request<'_>> {
        let mut changed: BTreeMap<&str, bool> = BTreeMap::new();
        for change in &document.changes {
            if let Some(example) = example_of(&change.address) {
                let is_new = changed.entry(example).or_insert(true);
                *is_new &= change.code == codes::EXAMPLE_ADDED;
            }
        }
        let requests = self.requests.iter();
        requests
            .filter_map(|(example, label)| {
                let is_new = *changed.get(example.as_str())?;
                Some(Request {
                    example,
                    label,
                    is_new,
                })
            })
            .collect()
    }

    /// The bytes in the file of each change: its key or value; where it is not there, where the nearest one around it
    /// begins.
    pub(super) fn spans(&self, changes: &[Change]) -> Vec<Option<Range<usize>>> {
        let file = json::parse(&self.source.text).unwrap_or_default();
        changes
            .iter()
            .map(|change| self.span(&in_file(&file, &change.at)?))
            .collect()
    }

    fn span(&self, at: &str) -> Option<Range<usize>> {
        let of = |at: &str| {
            let place = self.source.locate(at)?;
            Some(place.key.unwrap_or(place.value))
        };
        if let Some(span) = of(at) {
            return Some(span);
        }
        let mut at = at;
        loop {
            at = &at[..at.rfind('/')?];
            if let Some(span) = of(at) {
                return Some(span.start..span.start + 1);
            }
        }
    }
}

/// The name of the example that an address is in.
fn example_of(address: &str) -> Option<&str> {
    let rest = address.strip_prefix('#')?;
    Some(rest.split_once('/').map_or(rest, |(name, _)| name))
}

/// The JSON Pointer into a document's file for an address of a change; `None` where it has none.
fn in_file(file: &Value, address: &str) -> Option<String> {
    let Some(name) = example_of(address) else {
        return (!address.is_empty()).then(|| address.to_owned());
    };
    let examples = file.get("examples")?.as_array()?;
    let index = examples.iter().position(|example| {
        let own = example.get("name").and_then(Value::as_str);
        own.unwrap_or("default") == name
    })?;
    let inner = &address[1 + name.len()..];
    let mut at = format!("/examples/{index}");
    let mut tokens = pointer::tokens(inner).peekable();
    while let Some(token) = tokens.next() {
        at = pointer::join(&at, &token);
        // Headers are lines in the file, and members by their name in an address.
        if let Some(header) = tokens.next_if(|_| token == "headers") {
            let lines = file.pointer(&at)?.as_array()?;
            let line = lines.iter().position(|line| {
                let name = line.as_str().and_then(|line| line.split_once(':'));
                name.is_some_and(|(name, _)| name.eq_ignore_ascii_case(&header))
            });
            if let Some(line) = line {
                at = pointer::join(&at, &line.to_string());
            }
            break;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_lead_into_the_file() {
        let file = json!({"title": "x", "examples": [
            {"name": "default"},
            {"name": "gone", "response": {"headers": ["A: 1", "X-Total: 2"], "body": {"headers": {"x": 1}}}},
        ]});
        let at = |address| in_file(&file, address);
        assert_eq!(at("/title").as_deref(), Some("/title"));
        assert_eq!(
            at("#gone/response/headers/x-total").as_deref(),
            Some("/examples/1/response/headers/1")
        );
        assert_eq!(
            at("#gone/response/body/a/0").as_deref(),
            Some("/examples/1/response/body/a/0")
        );
        assert_eq!(at("#new/response"), None);
        assert_eq!(at(""), None);
    }

    #[test]
    fn a_value_that_is_not_there_is_shown_by_what_is_around() {
        let text = "{\"examples\": [\n {\"response\": {\n  \"body\": {\"a\": 1}}}]}";
        let endpoint = Endpoint {
            source: SourceFile::new("x.json", text.as_bytes()),
            requests: BTreeMap::new(),
        };
        let at = |pointer| {
            let span = endpoint.span(pointer).unwrap();
            text[span].to_owned()
        };
        assert_eq!(at("/examples/0/response/body/a"), "\"a\"");
        assert_eq!(at("/examples/0/response/body/b/c"), "\"");
        assert_eq!(at("/examples/0/response/body"), "\"body\"");
    }
}
