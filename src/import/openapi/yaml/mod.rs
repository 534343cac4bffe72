//! YAML (1.2, core schema) as JSON values: numbers keep their digits, aliases and merge keys are put in place.
//!
//! What JSON cannot hold is refused with its place. Nothing here recurses, and what aliases may grow to is bounded.

mod scalars;

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use crate::finding::{Code, codes};
use crate::json::{MAX_DEPTH, Place, RESERVED_KEY, pointer};
use scalars::plain_value;

/// How many values aliases and merge keys may add to a document: real ones stay far below, bombs do not.
const MAX_COPIED: usize = 1_000_000;

/// Why a text is not YAML that we read, and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub code: Code,
    pub message: String,
    pub help: Option<&'static str>,
    pub offset: usize,
}

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Value, Fault> {
    Composer::new(text).compose().map(|(value, _)| value)
}

/// The place of every value that stands in the text itself, by JSON Pointer; what an alias repeats has none.
pub(super) fn places(text: &str) -> HashMap<String, Place> {
    let mut composer = Composer::new(text);
    composer.places = Some(HashMap::new());
    composer
        .compose()
        .map_or_else(|_| HashMap::new(), |(_, places)| places.unwrap_or_default())
}

/// A value, how many values it holds, and how deep it is.
#[derive(Clone)]
struct Node {
    value: Value,
    nodes: usize,
    depth: usize,
}

enum Kind {
    Sequence(Vec<Value>),
    Mapping {
        members: Map<String, Value>,
        merged: Vec<Value>,
        key: Option<(String, Range<usize>, bool)>,
    },
}

/// A sequence or mapping that is still open.
struct Open {
    kind: Kind,
    anchor: usize,
    start: usize,
    pointer: String,
    key: Option<Range<usize>>,
    nodes: usize,
    depth: usize,
}

struct Composer<'a> {
    text: &'a str,
    lines: Vec<usize>,
    /// Line, column and byte that were asked for last: the parser goes forward, and a line may be long.
    last: Cell<(usize, usize, usize)>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    copied: usize,
    root: Option<Node>,
    places: Option<HashMap<String, Place>>,
}

impl<'a> Composer<'a> {
    fn new(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            lines: std::iter::once(0).chain(breaks).collect(),
            last: Cell::new((0, 0, 0)),
            open: Vec::new(),
            anchors: HashMap::new(),
            copied: 0,
            root: None,
            places: None,
        }
    }

    /// The byte of a place that the parser counts in lines and characters.
    fn offset(&self, marker: &Marker) -> usize {
        let line = marker.line().saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let (column, start) = match self.last.get() {
            (last, column, at) if last == line && column <= marker.col() => (column, at),
            _ => (0, start),
        };
        let rest = self.text.get(start..).unwrap_or_default();
        let mut inner = rest.char_indices().map(|(at, _)| at);
        let offset = start + inner.nth(marker.col() - column).unwrap_or(rest.len());
        self.last.set((line, marker.col(), offset));
        offset
    }

    fn span(&self, span: &Span) -> Range<usize> {
        let start = self.offset(&span.start);
        start..self.offset(&span.end).max(start)
    }

    fn fault(&self, marker: &Marker, message: impl Into<String>) -> Fault {
        Fault {
            code: codes::YAML_SYNTAX,
            message: message.into(),
            help: None,
            offset: self.offset(marker),
        }
    }

    fn compose(mut self) -> Result<(Value, Option<HashMap<String, Place>>), Fault> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) =
                event.map_err(|error| self.fault(error.marker(), error.info().to_owned()))?;
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "the file holds more than one YAML document";
                        return Err(self.fault(&span.start, message));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.scalar(&text, style, anchor, tag.as_deref(), &span)?;
                }
                Event::SequenceStart(anchor, _) => {
                    self.begin(Kind::Sequence(Vec::new()), anchor, &span)?;
                }
                Event::MappingStart(anchor, _) => {
                    let kind = Kind::Mapping {
                        members: Map::new(),
                        merged: Vec::new(),
                        key: None,
                    };
                    self.begin(kind, anchor, &span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(&span)?,
                Event::Alias(anchor) => self.alias(anchor, &span)?,
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        let root = self.root.map_or(Value::Null, |node| node.value);
        Ok((root, self.places))
    }

    fn begin(&mut self, kind: Kind, anchor: usize, span: &Span) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        let (pointer, key) = self.next_place(span)?;
        self.open.push(Open {
            kind,
            anchor,
            start: self.offset(&span.start),
            pointer,
            key,
            nodes: 1,
            depth: 0,
        });
        Ok(())
    }

    fn too_deep(&self, span: &Span) -> Fault {
        Fault {
            code: codes::JSON_DEPTH,
            ..self.fault(
                &span.start,
                format!("the nesting is deeper than {MAX_DEPTH} levels"),
            )
        }
    }

    /// Where the value that comes next will stand. A mapping whose key is still to come takes no collection.
    fn next_place(&self, span: &Span) -> Result<(String, Option<Range<usize>>), Fault> {
        match self.open.last() {
            None => Ok((String::new(), None)),
            Some(open) => match &open.kind {
                Kind::Sequence(items) => {
                    Ok((pointer::join(&open.pointer, &items.len().to_string()), None))
                }
                Kind::Mapping {
                    key: Some((key, span, _)),
                    ..
                } => Ok((pointer::join(&open.pointer, key), Some(span.clone()))),
                Kind::Mapping { key: None, .. } => {
                    Err(self.fault(&span.start, "a key must be a text or a number"))
                }
            },
        }
    }

    fn end(&mut self, span: &Span) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.kind {
            Kind::Sequence(items) => Value::Array(items),
            Kind::Mapping {
                mut members,
                merged,
                ..
            } => {
                for source in merged {
                    self.merge(&mut members, source, span)?;
                }
                Value::Object(members)
            }
        };
        let node = Node {
            value,
            nodes: open.nodes,
            depth: open.depth + 1,
        };
        if self.places.is_some() {
            let value = open.start..self.offset(&span.end).max(open.start);
            self.remember(open.pointer, open.key, value);
        }
        self.add(node, open.anchor);
        Ok(())
    }

    /// Keys that the mapping has itself win, then those of earlier sources.
    fn merge(
        &self,
        members: &mut Map<String, Value>,
        source: Value,
        span: &Span,
    ) -> Result<(), Fault> {
        match source {
            Value::Object(source) => {
                for (key, value) in source {
                    if !members.contains_key(&key) {
                        members.insert(key, value);
                    }
                }
                Ok(())
            }
            Value::Array(sources) => sources
                .into_iter()
                .filter(|source| !source.is_array())
                .try_for_each(|source| self.merge(members, source, span)),
            _ => Err(self.fault(
                &span.start,
                "`<<` in the mapping that ends here takes a mapping or a list of mappings",
            )),
        }
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Result<(), Fault> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            let message = "the alias stands within what it names, or before it";
            return Err(self.fault(&span.start, message));
        };
        self.copied += node.nodes;
        if self.copied > MAX_COPIED {
            let message = format!("aliases blow the document up to more than {MAX_COPIED} values");
            return Err(Fault {
                help: Some("write out what is meant, or use `$ref`"),
                ..self.fault(&span.start, message)
            });
        }
        if self.open.len() + node.depth > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        if self.wants_key() {
            let Value::String(key) = node.value else {
                return Err(self.fault(&span.start, "a key must be a text or a number"));
            };
            return self.key(key, span, false);
        }
        self.add(node, 0);
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last().map(|open| &open.kind),
            Some(Kind::Mapping { key: None, .. })
        )
    }

    fn key(&mut self, text: String, span: &Span, merges: bool) -> Result<(), Fault> {
        let range = self.span(span);
        if text == RESERVED_KEY {
            return Err(Fault {
                code: codes::RESERVED_KEY,
                ..self.fault(&span.start, format!("the key {text:?} cannot be kept"))
            });
        }
        let twice = match self.open.last_mut().map(|open| &mut open.kind) {
            Some(Kind::Mapping { members, key, .. }) => {
                let twice = !merges && members.contains_key(&text);
                *key = Some((text.clone(), range, merges));
                twice
            }
            _ => false,
        };
        if twice {
            return Err(Fault {
                code: codes::DUPLICATE_KEY,
                help: Some("remove one of the two"),
                ..self.fault(
                    &span.start,
                    format!("the key {text:?} stands twice in one mapping"),
                )
            });
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<(), Fault> {
        let plain = style == ScalarStyle::Plain;
        if self.wants_key() {
            if anchor != 0 {
                let value = Value::from(text);
                self.anchors.insert(anchor, scalar_node(value));
            }
            return self.key(text.to_owned(), span, plain && text == "<<");
        }
        let is_string = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
        let value = if plain && !is_string {
            plain_value(text).map_err(|message| self.fault(&span.start, message))?
        } else {
            Value::from(text)
        };
        if self.places.is_some() {
            let (pointer, key) = self.next_place(span)?;
            self.remember(pointer, key, self.span(span));
        }
        self.add(scalar_node(value), anchor);
        Ok(())
    }

    fn remember(&mut self, pointer: String, key: Option<Range<usize>>, value: Range<usize>) {
        if let Some(places) = &mut self.places {
            places.insert(pointer, Place { key, value });
        }
    }

    /// Puts a finished value into what is open.
    fn add(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.nodes += node.nodes;
        open.depth = open.depth.max(node.depth);
        match &mut open.kind {
            Kind::Sequence(items) => items.push(node.value),
            Kind::Mapping {
                members,
                merged,
                key,
            } => match key.take() {
                Some((_, _, true)) => merged.push(node.value),
                Some((key, _, false)) => {
                    members.insert(key, node.value);
                }
                None => {}
            },
        }
    }
}

fn scalar_node(value: Value) -> Node {
    Node {
        value,
        nodes: 1,
        depth: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault(text: &str) -> (&'static str, usize) {
        let fault = parse(text).unwrap_err();
        (fault.code.id, fault.offset)
    }

    #[test]
    fn scalars_follow_the_core_schema_and_keep_their_digits() {
        let value = parse(
            "[1.0, 18446744073709551616, +7, 010, 1e3, .5, 0x1F, yes, no, ~, '1', !!str 2, 2020-01-01, 1_000]",
        );
        let text = r#"[1.0,18446744073709551616,7,10,1e+3,0.5,31,"yes","no",null,"1","2","2020-01-01","1_000"]"#;
        assert_eq!(value.unwrap().to_string(), text);
        assert_eq!(parse("").unwrap(), Value::Null);
    }

    #[test]
    fn anchors_aliases_and_merges_are_put_in_place() {
        let text = "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\nuse:\n  <<: [*base, *other]\n  a: 0\nlist: [*base]\n";
        let value = parse(text).unwrap();
        assert_eq!(value["use"], json!({"a": 0, "b": 2, "c": 4}));
        assert_eq!(value["list"], json!([{"a": 1, "b": 2}]));
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert_eq!(fault(&text).0, "yaml-syntax");
        assert!(parse(&"[".repeat(100_000)).is_err());
        let mut deep = "a0: &a0 [x]\n".to_owned();
        for level in 1..=MAX_DEPTH {
            deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert_eq!(fault(&deep).0, "json-depth");
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(fault("a: 1\nä: 2\na: 3\n"), ("duplicate-key", 11));
        assert_eq!(fault("a: .nan\n"), ("yaml-syntax", 3));
        assert_eq!(fault("a: &a [*a]\n"), ("yaml-syntax", 7));
        assert_eq!(fault("a: 1\n---\nb: 2\n").0, "yaml-syntax");
        assert_eq!(fault("? [a]\n: b\n"), ("yaml-syntax", 2));
        assert_eq!(fault("a: [1\nb: 2").0, "yaml-syntax");
        assert_eq!(fault("a:\n  <<: 1\n").0, "yaml-syntax");
    }

    #[test]
    fn values_have_their_place() {
        let text = "ä: {b: [1, xy]}\n200: z\n";
        let places = places(text);
        assert_eq!(&text[places["/ä/b/1"].value.clone()], "xy");
        assert_eq!(&text[places["/200"].key.clone().unwrap()], "200");
        assert_eq!(&text[places["/ä/b"].value.clone()], "[1, xy]");
    }
}
