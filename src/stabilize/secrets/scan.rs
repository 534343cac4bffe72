//! Where a document holds a secret.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Glance;
use super::known::{Secrets, Why};
use super::named;
use super::names::Kind;
use super::node::{Node, View};
use super::way::{Ground, Way};
use crate::json::{Spans, locate, parse, raw_offset};

/// A string that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A JSON Pointer to the string in the document; to the member whose key it is.
    pub pointer: String,
    /// What it is, never its value: `the value of "password"`.
    pub what: String,
    /// Whether it is in the key of that member.
    pub in_key: bool,
    /// The bytes of the string that are it, in order; none where all of it counts.
    pub parts: Vec<Range<usize>>,
}

/// Of a string with more secrets all of it counts.
const MOST_PARTS: usize = 16;

/// The strings of a document that hold a secret: known values and well-known forms anywhere, and by name within the
/// examples. The pointers begin with `base`, which is that of the value; the glance is at the text that it was read from.
pub fn scan<N: Node>(value: &N, base: &str, secrets: &Secrets, glance: Glance) -> Vec<Place> {
    let mut scan = Scan::new(secrets, glance);
    scan.value(value, &Way::begin(base));
    scan.places
}

impl Secrets {
    /// Which of the known values a text holds, in whatever spelling; to be compared, not to be shown.
    pub fn values_in(&self, text: &str) -> BTreeSet<String> {
        let found = self.find(text).into_iter();
        let known = found.filter_map(|found| match found.why {
            Why::Known(value) => Some(value.to_string()),
            Why::Form(_) | Why::Named => None,
        });
        known.collect()
    }
}

pub(super) struct Scan<'a> {
    secrets: &'a Secrets,
    glance: Glance,
    /// Whether names count in all of it, and not only in what was captured.
    everywhere: bool,
    places: Vec<Place>,
}

impl<'a> Scan<'a> {
    pub fn new(secrets: &'a Secrets, glance: Glance) -> Self {
        Self {
            secrets,
            glance,
            everywhere: false,
            places: Vec::new(),
        }
    }

    fn names_count(&self, at: &Way<'_>) -> bool {
        self.everywhere || at.is_captured()
    }

    fn tell(&mut self, at: &Way<'_>, what: String) {
        self.places.push(Place {
            pointer: at.pointer(),
            what,
            in_key: false,
            parts: Vec::new(),
        });
    }

    /// Of what was told last all of it counts.
    fn told_whole(&mut self, in_key: bool) {
        if let Some(place) = self.places.last_mut() {
            place.in_key = in_key;
            place.parts.clear();
        }
    }

    /// Whether something was told; `named` says whether names count in the text.
    pub fn text(&mut self, text: &str, at: &Way<'_>, named: bool) -> bool {
        if self.secrets.is_plain(text, named, self.glance) {
            return false;
        }
        let found = match named {
            true => self.secrets.find_all(text),
            false => self.secrets.find(text),
        };
        let Some(first) = found.first() else {
            return false;
        };
        let what = match first.why {
            Why::Known(_) => "a value that is a secret of this run".to_owned(),
            Why::Form(form) => form.words().to_owned(),
            Why::Named => "a value under a name that says it is a secret".to_owned(),
        };
        self.tell(at, what);
        if found.len() <= MOST_PARTS
            && let Some(place) = self.places.last_mut()
        {
            place.parts = found.into_iter().map(|found| found.range).collect();
            place.parts.sort_by_key(|part| part.start);
        }
        true
    }

    /// Whether the name of a member says something of its value.
    pub fn names(&self, name: &str) -> bool {
        self.secrets.rules.names_secret(name)
    }

    /// Whether nothing was told.
    pub fn member(&mut self, key: &str, text: &str, at: &Way<'_>, named: bool) -> bool {
        let rules = &self.secrets.rules;
        let kind = named.then(|| rules.kind(key)).flatten();
        let is_secret = match kind {
            Some(Kind::Token) if text.contains(' ') => !named::header(key, text, rules).is_empty(),
            Some(kind) => rules.is_secret(kind, text),
            None => false,
        };
        if is_secret {
            self.tell(at, format!("the value of {key:?}"));
            return false;
        }
        !self.text(text, at, named)
    }

    fn value<N: Node>(&mut self, value: &N, at: &Way<'_>) {
        match value.view() {
            View::Text(text) => {
                let is_line = at.ground == Ground::Header;
                match text.split_once(':').filter(|_| is_line) {
                    Some((name, field)) => self.header(name, field.trim(), text, at),
                    None => {
                        self.text(text, at, self.names_count(at));
                    }
                }
            }
            View::Array(items) => self.items(items, at),
            View::Object => {
                for (key, member) in value.members() {
                    let name = named::name_of_member(key, |key| value.text_of(key));
                    self.key_and_value(key, member, name, &at.key(key));
                }
            }
            View::Number(number) => {
                if !self.secrets.knows_none() && self.secrets.whole(number).is_some() {
                    self.tell(at, "a value that is a secret of this run".to_owned());
                }
            }
            View::Word => {}
        }
    }

    fn items<N: Node>(&mut self, items: &[N], at: &Way<'_>) {
        if self.names_count(at)
            && let Some((name, text)) = named::is_header_pair(items)
        {
            self.header(name, text, text, &at.index(1));
            return;
        }
        // Lines of one text: a key may span several.
        if at.ground == Ground::Lines {
            let lines: Option<Vec<_>> = items.iter().map(|item| item.view().text()).collect();
            if let Some(lines) = lines {
                if !lines.is_empty() && self.text(&lines.join("\n"), at, true) {
                    self.told_whole(false);
                }
                return;
            }
        }
        for (index, item) in items.iter().enumerate() {
            self.value(item, &at.index(index));
        }
    }

    /// `name` is what the value is called.
    fn key_and_value<N: Node>(&mut self, key: &str, member: &N, name: &str, at: &Way<'_>) {
        if self.text(key, at, false) {
            self.told_whole(true);
            return;
        }
        match member.view() {
            View::Text(text) => {
                self.member(name, text, at, self.names_count(at));
            }
            View::Array(items) if self.names_count(at) && self.names(name) => {
                for (index, item) in items.iter().enumerate() {
                    let at = at.index(index);
                    match item.view() {
                        View::Text(text) => {
                            self.member(name, text, &at, true);
                        }
                        _ => self.value(item, &at),
                    }
                }
            }
            _ => self.value(member, at),
        }
    }

    fn header(&mut self, name: &str, field: &str, line: &str, at: &Way<'_>) {
        if named::header(name, field, &self.secrets.rules).is_empty() {
            self.text(line, at, true);
        } else {
            self.tell(at, format!("the value of the header {name:?}"));
        }
    }
}

/// The text of a JSON file with asterisks in the place of the strings at these places, byte for byte: to be shown.
pub fn mask(text: &str, places: &[Place]) -> String {
    mask_in(text, text.to_owned(), places)
}

/// The text of a file with asterisks in the place of secrets, byte for byte, where there are any. In JSON names count in all
/// of it: what people wrote there to be sent is theirs, and not for a log. Known values are looked for in the text itself too,
/// as in any other text.
pub fn mask_file(text: &str, secrets: &Secrets) -> Option<String> {
    let Ok(json) = parse(text) else {
        return mask_lines(text, secrets);
    };
    let mut scan = Scan::new(secrets, Glance::of_json(text));
    scan.everywhere = true;
    scan.value(&json, &Way::begin(""));
    let places = scan.places;
    let masked = match secrets.knows_none() {
        true => None,
        false => secrets.mask(text),
    };
    if places.is_empty() {
        return masked;
    }
    Some(mask_in(
        text,
        masked.unwrap_or_else(|| text.to_owned()),
        &places,
    ))
}

/// A name and a value behind a colon, as JSON with faults, YAML and JavaScript write them.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    let name = r#"(?:"([^"\n]{1,80})"|'([^'\n]{1,80})'|([A-Za-z_][A-Za-z0-9_-]{0,79}))"#;
    let value = r#"(?:"((?:[^"\\\n]|\\.)*)|'((?:[^'\\\n]|\\.)*)|([^\s"',\]}][^,\]}\n]*))"#;
    Regex::new(&format!(r"{name}[ \t]*:[ \t]*{value}")).expect("a pattern of ours")
});

/// The same for a text that is no JSON, line by line.
fn mask_lines(text: &str, secrets: &Secrets) -> Option<String> {
    let masked = secrets.mask(text);
    let mut hidden = Vec::new();
    for pair in PAIR.captures_iter(text) {
        let any = |groups: [usize; 3]| groups.into_iter().find_map(|group| pair.get(group));
        if let (Some(name), Some(value)) = (any([1, 2, 3]), any([4, 5, 6]))
            && secrets.hides_member(name.as_str(), value.as_str().trim_end())
        {
            hidden.push(value.range());
        }
    }
    if hidden.is_empty() {
        return masked;
    }
    let mut bytes = masked.unwrap_or_else(|| text.to_owned()).into_bytes();
    for range in hidden {
        bytes.get_mut(range).unwrap_or_default().fill(b'*');
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The same length of a text, with asterisks at the places of the other.
fn mask_in(text: &str, shown: String, places: &[Place]) -> String {
    let mut bytes = shown.into_bytes();
    let index = (places.len() > 1).then(|| Spans::of(text));
    for place in places {
        let found = match &index {
            Some(index) => index.locate(text, &place.pointer),
            None => locate(text, &place.pointer),
        };
        let Some(found) = found else {
            continue;
        };
        let key = found.key.filter(|_| place.in_key);
        let value = found.value;
        let raw = text.get(value.clone()).unwrap_or_default();
        let part = |part: &Range<usize>| {
            value.start + raw_offset(raw, part.start)..value.start + raw_offset(raw, part.end)
        };
        let hidden = match place.parts.as_slice() {
            [] => vec![value],
            parts => parts.iter().map(part).collect(),
        };
        for range in key.into_iter().chain(hidden) {
            for byte in bytes.get_mut(range).unwrap_or_default() {
                if !b"\"\n[]{}, ".contains(byte) {
                    *byte = b'*';
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_told_and_values_are_not() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        let document = json!({
            "description": format!("prose with {jwt}"),
            "parameters": [{"name": "password", "type": "string", "description": "at least 8 characters"}],
            "examples": [
                {"name": "default", "title": "With a password",
                 "request": {"method": "POST", "path": "/a?api_key=abc", "headers": ["Authorization: Bearer <token>"]},
                 "response": {"status": 200, "headers": ["Set-Cookie: sid=abc; Path=/", "Vary: Cookie"],
                              "body": {"hasPassword": true, "password": "hunter2", "known": "x-known-value",
                                       "Authorization": ["Bearer <token>", "Bearer abcdefgh"]}}},
                {"request": {"verbatim": ["GET / HTTP/1.1", "Authorization: Bearer abcdefgh"]},
                 "response": {"text": ["-----BEGIN PRIVATE KEY-----", "MIIE", "-----END PRIVATE KEY-----"]}},
            ],
        });
        let mut secrets = Secrets::default();
        secrets.add("known-value");
        let places = scan(&document, "", &secrets, Glance::NONE);
        let told: Vec<_> = places
            .iter()
            .map(|place| (place.pointer.as_str(), place.what.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("/description", "a JSON Web Token"),
                (
                    "/examples/0/request/path",
                    "a value under a name that says it is a secret"
                ),
                (
                    "/examples/0/response/headers/0",
                    "the value of the header \"Set-Cookie\""
                ),
                (
                    "/examples/0/response/body/password",
                    "the value of \"password\""
                ),
                (
                    "/examples/0/response/body/known",
                    "a value that is a secret of this run"
                ),
                (
                    "/examples/0/response/body/Authorization/1",
                    "the value of \"Authorization\""
                ),
                (
                    "/examples/1/request/verbatim",
                    "a value under a name that says it is a secret"
                ),
                ("/examples/1/response/text", "a private key"),
            ]
        );
    }

    #[test]
    fn files_are_masked_as_what_they_are() {
        let document = r#"{"title": "hunter2hunter2", "examples": [{"response": {"body": {"password": "x1", "a": "b"}}}]}"#;
        let masked = document.replace("x1", "**");
        let mut secrets = Secrets::default();
        assert_eq!(mask_file(document, &secrets), Some(masked.clone()));
        // In a scenario, what people send is not for a log.
        let sent = r#"{"json": {"password": "x1", "a": "b"}, "headers": ["Authorization: Bearer abcdefgh"]}"#;
        let hidden = r#"{"json": {"password": "**", "a": "b"}, "headers": ["Authorization: Bearer ********"]}"#;
        assert_eq!(mask_file(sent, &secrets).as_deref(), Some(hidden));
        // With faults, and in other languages.
        for (text, masked) in [
            (
                "{'password': 'x1', \"a\": 1}",
                "{'password': '**', \"a\": 1}",
            ),
            ("{password: \"x1\",}", "{password: \"**\",}"),
            (
                "{\"password\": \"x1, \"a\": 1}",
                "{\"password\": \"****\"a\": 1}",
            ),
            ("user: me\npassword: x1 y\n", "user: me\npassword: ****\n"),
        ] {
            assert_eq!(mask_file(text, &secrets).as_deref(), Some(masked));
        }
        assert_eq!(
            mask_file("description: the password: is long", &secrets),
            None
        );
        let broken = document.replace("{\"title", "{title");
        assert_eq!(
            mask_file(&broken, &secrets),
            Some(broken.replace("x1", "**"))
        );
        secrets.add("hunter2hunter2");
        assert_eq!(
            mask_file(document, &secrets),
            Some(masked.replace("hunter2hunter2", "**************"))
        );
    }

    #[test]
    fn a_masked_text_keeps_its_places() {
        let text = "{\n  \"a\": \"h\u{fc}nter2\",\n  \"b\": \"kept\"\n}";
        let place = |in_key| Place {
            pointer: "/a".to_owned(),
            what: String::new(),
            in_key,
            parts: Vec::new(),
        };
        let masked = mask(text, &[place(false)]);
        assert_eq!(masked, "{\n  \"a\": \"********\",\n  \"b\": \"kept\"\n}");
        assert_eq!(mask(text, &[place(true)]), masked.replace("\"a\"", "\"*\""));
        assert_eq!(masked.len(), text.len());
    }
}
