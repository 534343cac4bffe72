//! The place of each value in a JSON text.
//!
//! One scanner serves two questions: is there a duplicate key ([`check`]), and where is this pointer
//! ([`locate`]). It does not recurse and is lenient: what it does not understand it leaves to
//! `serde_json`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::escapes::escape;
use super::pointer;
use super::reader::{BYTE_ORDER_MARK, Fault, FaultKind, MAX_DEPTH, RESERVED_KEY};

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bytes of its key with the quotes, where it is a member of an object.
    pub key: Option<Range<usize>>,
    /// The bytes of the value.
    pub value: Range<usize>,
}

/// An object or array that is still open.
pub(super) struct Open {
    start: usize,
    key: Option<Range<usize>>,
    kind: Kind,
}

enum Kind {
    /// With the key that waits for its value.
    Object(Option<Range<usize>>),
    /// With the index of the next item.
    Array(usize),
}

/// What the scanner meets, in document order.
pub(super) trait Visitor {
    /// A container opens, `depth` containers being open around it.
    fn open(&mut self, depth: usize, at: usize) -> Result<(), Fault>;
    /// A key was read in the innermost container.
    fn key(&mut self, raw: Range<usize>) -> Result<(), Fault>;
    /// A value ended; `path` are the containers around it. Gives `false` to stop.
    fn value(&mut self, path: &[Open], key: Option<Range<usize>>, value: Range<usize>) -> bool;
    /// The innermost container closes.
    fn close(&mut self);
}

pub(super) fn scan(text: &str, visitor: &mut impl Visitor) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let mut path: Vec<Open> = Vec::new();
    let mut at = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => text.len() - rest.len(),
        None => 0,
    };
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'{' | b'[' => {
                visitor.open(path.len(), at)?;
                let key = take_key(&mut path);
                let kind = if bytes[at] == b'{' {
                    Kind::Object(None)
                } else {
                    Kind::Array(0)
                };
                path.push(Open { start, key, kind });
                at += 1;
                continue;
            }
            b'}' | b']' => {
                at += 1;
                let Some(open) = path.pop() else {
                    return Ok(());
                };
                visitor.close();
                if !visitor.value(&path, open.key, open.start..at) {
                    return Ok(());
                }
                next_item(&mut path);
                continue;
            }
            b'"' => {
                at = string_end(bytes, at);
                if let Some(Open {
                    kind: Kind::Object(key @ None),
                    ..
                }) = path.last_mut()
                {
                    *key = Some(start..at);
                    visitor.key(start..at)?;
                    continue;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            _ => {
                while at < bytes.len() && !b",:]} \t\r\n[{\"".contains(&bytes[at]) {
                    at += 1;
                }
            }
        }
        let key = take_key(&mut path);
        if !visitor.value(&path, key, start..at) {
            return Ok(());
        }
        next_item(&mut path);
    }
    Ok(())
}

fn take_key(path: &mut [Open]) -> Option<Range<usize>> {
    match &mut path.last_mut()?.kind {
        Kind::Object(key) => key.take(),
        Kind::Array(_) => None,
    }
}

fn next_item(path: &mut [Open]) {
    if let Some(Open {
        kind: Kind::Array(index),
        ..
    }) = path.last_mut()
    {
        *index += 1;
    }
}

/// The byte behind the closing quote, or the end of the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A key as it means, or as it is written where it means nothing.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
    if inner.contains('\\') {
        serde_json::from_str(raw).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

struct Check<'a> {
    text: &'a str,
    keys: Vec<Keys<'a>>,
    /// What is told of at the end, where the first fault is not to end the reading.
    doubled: Option<Vec<Fault>>,
}

/// The keys of an object. Most have few, which are compared faster than hashed.
enum Keys<'a> {
    Few(Vec<Cow<'a, str>>),
    Many(HashSet<Cow<'a, str>>),
}

impl<'a> Keys<'a> {
    const FEW: usize = 16;

    /// Whether the key is a new one.
    fn insert(&mut self, key: Cow<'a, str>) -> bool {
        match self {
            Self::Few(keys) if keys.contains(&key) => false,
            Self::Few(keys) if keys.len() < Self::FEW => {
                keys.push(key);
                true
            }
            Self::Few(keys) => {
                let mut many: HashSet<_> = keys.drain(..).collect();
                let fresh = many.insert(key);
                *self = Self::Many(many);
                fresh
            }
            Self::Many(keys) => keys.insert(key),
        }
    }
}

impl Visitor for Check<'_> {
    fn open(&mut self, depth: usize, at: usize) -> Result<(), Fault> {
        if depth >= MAX_DEPTH {
            let message = format!("the nesting is deeper than {MAX_DEPTH} levels");
            return Err(Fault::new(FaultKind::Depth, at, message).with_help(
                "let the scenario ask for less: nobody reads an example of that depth",
            ));
        }
        self.keys.push(Keys::Few(Vec::new()));
        Ok(())
    }

    fn key(&mut self, raw: Range<usize>) -> Result<(), Fault> {
        let key = unescape(&self.text[raw.clone()]);
        if key == RESERVED_KEY {
            let message = format!("the key {RESERVED_KEY:?} cannot be kept");
            return Err(Fault::new(FaultKind::ReservedKey, raw.start, message)
                .with_help("rename the key: the JSON library gives it a meaning of its own"));
        }
        let fresh = self.keys.last_mut().is_none_or(|keys| keys.insert(key));
        if fresh {
            return Ok(());
        }
        let shown = unescape(&self.text[raw.clone()]);
        let message = format!("the key {shown:?} stands twice in one object");
        let fault = Fault::new(FaultKind::DuplicateKey, raw.start, message)
            .with_help("remove one of the two: readers of JSON disagree about which one counts");
        match &mut self.doubled {
            Some(faults) => {
                faults.push(fault);
                Ok(())
            }
            None => Err(fault),
        }
    }

    fn value(&mut self, _: &[Open], _: Option<Range<usize>>, _: Range<usize>) -> bool {
        true
    }

    fn close(&mut self) {
        self.keys.pop();
    }
}

/// Finds what `serde_json` lets pass in silence, and nesting beyond [`MAX_DEPTH`].
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let mut check = Check {
        text,
        keys: Vec::new(),
        doubled: None,
    };
    scan(text, &mut check)
}

/// As [`check`], with all keys that stand twice in one object, in the order of the text, and with the fault that ends the
/// reading.
pub(super) fn check_all(text: &str) -> (Vec<Fault>, Result<(), Fault>) {
    let mut check = Check {
        text,
        keys: Vec::new(),
        doubled: Some(Vec::new()),
    };
    let end = scan(text, &mut check);
    (check.doubled.unwrap_or_default(), end)
}

struct Locate<'a> {
    text: &'a str,
    tokens: Vec<String>,
    found: Option<Place>,
}

impl Locate<'_> {
    fn names(&self, container: &Open, key: Option<&Range<usize>>, token: &str) -> bool {
        match (&container.kind, key) {
            (Kind::Array(index), _) => index.to_string() == token,
            (Kind::Object(_), Some(key)) => unescape(&self.text[key.clone()]) == token,
            (Kind::Object(_), None) => false,
        }
    }
}

impl Visitor for Locate<'_> {
    fn open(&mut self, _: usize, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn key(&mut self, _: Range<usize>) -> Result<(), Fault> {
        Ok(())
    }

    fn value(&mut self, path: &[Open], key: Option<Range<usize>>, value: Range<usize>) -> bool {
        if path.len() != self.tokens.len() {
            return true;
        }
        // The key of container n + 1 is its name in container n.
        let inner_keys = path.iter().skip(1).map(|open| open.key.as_ref());
        let matches = path
            .iter()
            .zip(inner_keys.chain([key.as_ref()]))
            .zip(&self.tokens)
            .all(|((container, key), token)| self.names(container, key, token));
        if matches {
            self.found = Some(Place { key, value });
        }
        !matches
    }

    fn close(&mut self) {}
}

/// The place of the value that a JSON Pointer names.
///
/// ```
/// use apidocs::json::locate;
/// let place = locate(r#"{"a": [1, {"b": 2}]}"#, "/a/1/b").unwrap();
/// assert_eq!((place.key, place.value), (Some(11..14), 16..17));
/// ```
pub fn locate(text: &str, pointer: &str) -> Option<Place> {
    let mut visitor = Locate {
        text,
        tokens: pointer::tokens(pointer).collect(),
        found: None,
    };
    scan(text, &mut visitor).ok()?;
    visitor.found
}

/// Where a byte of a string's meaning stands in the string as it is written, quotes and escapes included.
///
/// ```
/// use apidocs::json::raw_offset;
/// assert_eq!(raw_offset(r#""a\u00e9\nb""#, "aé\n".len()), 10);
/// ```
pub fn raw_offset(raw: &str, decoded: usize) -> usize {
    let mut at = 1.min(raw.len());
    let mut meant = 0;
    while meant < decoded
        && let Some(rest) = raw.get(at..)
        && let Some(character) = rest.chars().next()
        && character != '"'
    {
        let (width, length) = match rest.as_bytes() {
            bytes @ [b'\\', ..] => match escape(bytes) {
                (2, _) => (2, 1),
                (width, meant) => (width, meant.unwrap_or('\u{fffd}').len_utf8()),
            },
            _ => (character.len_utf8(), character.len_utf8()),
        };
        at = (at + width).min(raw.len());
        meant += length;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pointer_of_a_value_finds_its_text() {
        let text = "{\"a\": [10, {\"b/c\": \"x\\\"y\"}], \"d\": {}, \"e\": [[], [1]]}";
        for (pointer, expected) in [
            ("/a/0", "10"),
            ("/a/1/b~1c", "\"x\\\"y\""),
            ("/a/1", "{\"b/c\": \"x\\\"y\"}"),
            ("/d", "{}"),
            ("/e/1/0", "1"),
            ("/e/0", "[]"),
            ("", text),
        ] {
            let place = locate(text, pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(&text[place.value], expected, "{pointer}");
        }
        assert_eq!(locate(text, "/a/2"), None);
        assert_eq!(locate(text, "/x"), None);
    }
}
