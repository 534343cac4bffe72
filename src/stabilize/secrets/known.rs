//! The values that are secrets, and where a text spells them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;
use serde_json::Value;

use super::forms::{self, Form};
use super::layers::layers;
use super::named;
use super::names::{Kind, Rules};

/// A value shorter than that is not looked for: it would be found in what is no secret.
const SHORTEST: usize = 4;

/// A value shorter than that counts only where it is a word, and in no other spelling.
const SHORTEST_PART: usize = 8;

/// The values that must not appear in what we show, and what stands in their place.
///
/// It is told of values ([`Secrets::add`]) and learns others from what passes by ([`Secrets::learn_value`] and its
/// like). Its `Debug` output shows none.
#[derive(Clone, Default)]
pub struct Secrets {
    pub(super) rules: Arc<Rules>,
    known: BTreeMap<String, String>,
    /// How often something was added.
    version: u64,
    finder: OnceLock<Arc<Finder>>,
}

/// A spelling of a secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub shown: String,
    pub why: Why,
}

/// Why a string is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// Its value is known; this is the value.
    Known(Arc<str>),
    Form(Form),
    Named,
}

/// Finds all known values at once.
struct Finder {
    automaton: Option<AhoCorasick>,
    /// By pattern.
    patterns: Vec<Pattern>,
}

struct Pattern {
    secret: Arc<str>,
    shown: String,
    base64: bool,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} known)", self.known.len())
    }
}

impl PartialEq for Secrets {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.known == other.known
    }
}

impl Secrets {
    /// No values yet.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
            ..Self::default()
        }
    }

    /// A value of the environment, or one that was saved as a secret.
    pub fn add(&mut self, value: &str) {
        let shown = self.rules.placeholder(Kind::Secret).to_owned();
        self.insert(value, &shown);
    }

    /// Every text and number in a value that was saved as a secret, as it is and as `shown` shows it.
    pub fn add_value(&mut self, value: &Value, shown: &dyn Fn(&str) -> Option<String>) {
        match value {
            Value::String(text) => {
                self.add(text);
                if let Some(shown) = shown(text) {
                    self.add(&shown);
                }
            }
            Value::Number(number) => self.add(number.as_str()),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item, shown)),
            Value::Object(members) => {
                members
                    .values()
                    .for_each(|member| self.add_value(member, shown));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A value that is sent to say who asks, and how examples show it.
    ///
    /// The token behind the scheme (`Bearer …`), and what `Basic …` hides (RFC 7617), are secrets
    /// too.
    pub fn add_credential(&mut self, value: &str, shown: &str) {
        if value == shown {
            return;
        }
        self.insert(value, shown);
        let token = |text: &str| {
            text.split_once(' ')
                .map(|(_, token)| token.trim().to_owned())
        };
        let Some(bare) = token(value).filter(|bare| bare.len() >= SHORTEST) else {
            return;
        };
        let shown_token = token(shown).unwrap_or_else(|| shown.to_owned());
        self.insert(&bare, &shown_token);
        let basic = value.get(..6);
        if !basic.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic ")) {
            return;
        }
        let decoded = base64::engine::general_purpose::STANDARD.decode(&bare);
        if let Some(pair) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            self.add(&pair);
            if let Some((_, password)) = pair.split_once(':') {
                self.add(password);
            }
        }
    }

    /// Everything that another one knows.
    pub fn merge(&mut self, other: &Self) {
        for (secret, shown) in &other.known {
            self.insert(secret, shown);
        }
    }

    /// Whether it knows everything that another one does.
    pub fn covers(&self, other: &Self) -> bool {
        other
            .known
            .keys()
            .all(|secret| self.known.contains_key(secret))
    }

    fn insert(&mut self, value: &str, shown: &str) {
        if value.len() < SHORTEST {
            return;
        }
        match self.known.get_mut(value) {
            // The same whoever came first: scenarios run side by side.
            Some(other) if other.as_str() <= shown => return,
            Some(other) => *other = shown.to_owned(),
            None => {
                self.known.insert(value.to_owned(), shown.to_owned());
            }
        }
        self.version += 1;
        self.finder = OnceLock::new();
    }

    /// Builds the automaton, so that clones have it.
    pub fn get_ready(&self) {
        self.finder();
    }

    /// Where both know the same, both use the same automaton: building one is what takes time.
    pub fn share_with(&self, other: &mut Self) {
        if self.known == other.known {
            self.finder();
            other.finder = self.finder.clone();
        }
    }

    /// Another one each time when something new is known.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Remembers a value that its name calls a secret.
    fn learn(&mut self, value: &str, shown: &str, hosted: &dyn Fn(&str) -> Option<String>) {
        if value.len() >= SHORTEST_PART && self.rules.is_telling(value) {
            self.insert(value, shown);
            if let Some(hosted) = hosted(value) {
                self.insert(&hosted, shown);
            }
        }
    }

    /// Remembers what names and forms call a secret in a text. `hosted` gives a value as it is shown, where the host
    /// in it differs.
    pub fn learn_text(&mut self, text: &str, hosted: &dyn Fn(&str) -> Option<String>) {
        for named in named::find(text, &self.rules.clone()) {
            self.learn(&named.value, &named.shown, hosted);
        }
        let mut formed = Vec::new();
        let mut add = |bytes: &[u8]| {
            for (range, form) in forms::find(bytes) {
                if let Some(Ok(value)) = bytes.get(range).map(std::str::from_utf8) {
                    formed.push((value.to_owned(), form));
                }
            }
        };
        add(text.as_bytes());
        layers(text.as_bytes())
            .iter()
            .for_each(|layer| add(&layer.bytes));
        for (value, form) in formed {
            let shown = self.shown_form(form).to_owned();
            self.insert(&value, &shown);
        }
    }

    /// Remembers what names and forms call a secret in a header field.
    pub fn learn_header(
        &mut self,
        name: &str,
        value: &str,
        hosted: &dyn Fn(&str) -> Option<String>,
    ) {
        for named in named::header(name, value, &self.rules.clone()) {
            self.learn(&named.value, &named.shown, hosted);
        }
        self.learn_text(value, hosted);
    }

    /// Remembers what names and forms call a secret in a JSON value.
    pub fn learn_value(&mut self, value: &Value, hosted: &dyn Fn(&str) -> Option<String>) {
        match value {
            Value::String(text) => self.learn_text(text, hosted),
            Value::Array(items) => {
                if let Some((name, value)) = named::is_header_pair(items) {
                    self.learn_header(name, value, hosted);
                }
                items.iter().for_each(|item| self.learn_value(item, hosted));
            }
            Value::Object(members) => {
                if let Some((name, value)) = named::named_member(members) {
                    self.learn_member(name, value, hosted);
                }
                for (key, member) in members {
                    if let Value::String(text) = member {
                        self.learn_member(key, text, hosted);
                    }
                    self.learn_value(member, hosted);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn learn_member(&mut self, key: &str, text: &str, hosted: &dyn Fn(&str) -> Option<String>) {
        let rules = Arc::clone(&self.rules);
        if let Some(kind) = rules.kind(key).filter(|kind| rules.is_secret(*kind, text)) {
            if kind == Kind::Token && text.contains(' ') {
                self.learn_header(key, text, hosted);
            } else {
                self.learn(text, rules.placeholder(kind), hosted);
            }
        }
    }

    fn shown_form(&self, form: Form) -> &str {
        self.rules.placeholder(match form {
            Form::PrivateKey => Kind::Secret,
            Form::Jwt | Form::Token => Kind::Token,
        })
    }

    /// Whether the text is nothing but a secret; gives what stands in its place.
    pub fn whole(&self, text: &str) -> Option<&str> {
        self.known.get(text).map(String::as_str)
    }

    fn finder(&self) -> &Finder {
        self.finder
            .get_or_init(|| Arc::new(Finder::new(&self.known)))
    }

    /// Whether a known value is in a text, in whatever spelling. What names or forms call a secret is not looked for.
    pub fn are_in(&self, text: &str) -> bool {
        let finder = self.finder();
        let holds = |bytes: &[u8]| {
            let mut found = Vec::new();
            finder.find(bytes, &mut found);
            !found.is_empty()
        };
        holds(text.as_bytes())
            || layers(text.as_bytes())
                .iter()
                .any(|layer| holds(&layer.bytes))
    }

    /// The same of the strings, keys and numbers of a JSON value.
    pub fn are_in_value(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.are_in(text),
            Value::Number(number) => self.whole(number.as_str()).is_some(),
            Value::Array(items) => items.iter().any(|item| self.are_in_value(item)),
            Value::Object(members) => members
                .iter()
                .any(|(key, member)| self.are_in(key) || self.are_in_value(member)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// The spellings of known values and of well-known forms, in the order of the text; overlapping ones are one.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if text.len() < SHORTEST {
            return found;
        }
        let finder = self.finder();
        self.find_in(finder, text.as_bytes(), &mut found);
        for layer in layers(text.as_bytes()) {
            let from = found.len();
            self.find_in(finder, &layer.bytes, &mut found);
            for found in &mut found[from..] {
                found.range = layer.original(&found.range);
            }
        }
        found.retain(|found| {
            let (before, behind) = (text.get(..found.range.start), text.get(found.range.end..));
            match (before, behind) {
                // The word in a placeholder is none, whatever the environment holds.
                (Some(before), Some(behind)) => !(before.ends_with('<') && behind.starts_with('>')),
                _ => false,
            }
        });
        merge(found)
    }

    /// The same, and what names call a secret.
    pub(super) fn find_all(&self, text: &str) -> Vec<Found> {
        let mut found = self.find(text);
        let named = named::find(text, &self.rules).into_iter();
        found.extend(named.map(|named| Found {
            shown: self.whole(&named.value).map_or(named.shown, str::to_owned),
            range: named.range,
            why: Why::Named,
        }));
        merge(found)
    }

    fn find_in(&self, finder: &Finder, bytes: &[u8], found: &mut Vec<Found>) {
        finder.find(bytes, found);
        found.extend(forms::find(bytes).into_iter().map(|(range, form)| Found {
            range,
            shown: self.shown_form(form).to_owned(),
            why: Why::Form(form),
        }));
    }
}

/// Ranges that overlap as one; the longest at the beginning says what is shown.
pub(super) fn merge(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| {
        let by_place = a.range.start.cmp(&b.range.start);
        by_place
            .then(b.range.end.cmp(&a.range.end))
            .then_with(|| a.shown.cmp(&b.shown))
    });
    let mut out: Vec<Found> = Vec::new();
    for next in found {
        match out.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                last.range.end = last.range.end.max(next.range.end);
            }
            _ => out.push(next),
        }
    }
    out
}

impl Finder {
    fn new(known: &BTreeMap<String, String>) -> Self {
        let mut patterns = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (secret, shown) in known {
            let secret: Arc<str> = secret.as_str().into();
            let mut add = |text: String, base64| {
                let (secret, shown) = (Arc::clone(&secret), shown.clone());
                texts.push(text);
                patterns.push(Pattern {
                    secret,
                    shown,
                    base64,
                });
            };
            add(secret.to_string(), false);
            if secret.len() >= SHORTEST_PART {
                in_base64(&secret)
                    .into_iter()
                    .for_each(|text| add(text, true));
            }
        }
        // What is learned is looked for at once, and often in a few texts alone: an automaton of another kind would be
        // searched faster, and takes longer to build than it is used.
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        let automaton = (!texts.is_empty())
            .then(|| builder.build(&texts).ok())
            .flatten();
        Self {
            automaton,
            patterns,
        }
    }

    fn find(&self, bytes: &[u8], found: &mut Vec<Found>) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        if bytes.len() < SHORTEST {
            return;
        }
        for hit in automaton.find_overlapping_iter(bytes) {
            let Some(pattern) = self.patterns.get(hit.pattern().as_usize()) else {
                continue;
            };
            let mut range = hit.range();
            if pattern.base64 {
                range = base64_run(bytes, range);
            } else if range.len() < SHORTEST_PART && !stands_alone(bytes, &range) {
                continue;
            }
            found.push(Found {
                range,
                shown: pattern.shown.clone(),
                why: Why::Known(Arc::clone(&pattern.secret)),
            });
        }
    }
}

/// What base64 makes of a text wherever it stands in a longer one (RFC 4648): three alignments, of which the characters
/// at both ends that depend on the neighbours are left out, in both alphabets.
fn in_base64(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(text.as_bytes());
        let whole = bytes.len() * 8 / 6;
        let first = (shift * 8).div_ceil(6);
        for engine in [
            base64::engine::general_purpose::STANDARD_NO_PAD,
            base64::engine::general_purpose::URL_SAFE_NO_PAD,
        ] {
            let encoded = engine.encode(&bytes);
            if let Some(inner) = encoded.get(first..whole)
                && !out.iter().any(|other| other == inner)
            {
                out.push(inner.to_owned());
            }
        }
    }
    out
}

/// The base64 text around a part of one. A `/` may be one between segments of a path: of these, only one that borders on
/// the part belongs to it for certain.
fn base64_run(bytes: &[u8], part: Range<usize>) -> Range<usize> {
    let certain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_".contains(byte);
    let before = &bytes[..part.start];
    let mut start = part.start;
    if before.last() == Some(&b'/') {
        start -= 1;
    } else {
        start -= before.iter().rev().take_while(|byte| certain(byte)).count();
    }
    let behind = &bytes[part.end..];
    let mut end = part.end;
    if behind.first() == Some(&b'/') {
        end += 1;
    } else {
        end += behind.iter().take_while(|byte| certain(byte)).count();
    }
    end += bytes[end..]
        .iter()
        .take(2)
        .take_while(|byte| **byte == b'=')
        .count();
    start..end
}

/// A short secret counts only where it is a word.
fn stands_alone(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = String::from_utf8_lossy(&bytes[range.start.saturating_sub(4)..range.start]);
    let behind = String::from_utf8_lossy(&bytes[range.end..bytes.len().min(range.end + 4)]);
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(word(before.chars().next_back()) || word(behind.chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn a_credential_is_replaced_whole_and_in_part() {
        let mut secrets = Secrets::default();
        secrets.add_credential("Bearer abc/def-123", "Bearer <token>");
        assert_eq!(
            secrets.redact("Authorization: Bearer abc/def-123"),
            "Authorization: Bearer <token>"
        );
        assert_eq!(
            secrets.redact("?t=abc%2Fdef-123&u=abc/def-123"),
            "?t=<token>&u=<token>"
        );
        assert_eq!(secrets.redact("abc/def"), "abc/def");
    }

    #[test]
    fn basic_credentials_hide_a_password() {
        let mut secrets = Secrets::default();
        secrets.add_credential("Basic dXNlcjpzM2NyZXQtcHc=", "Basic <credentials>");
        assert_eq!(
            secrets.redact("s3cret-pw, user:s3cret-pw"),
            "<secret>, <secret>"
        );
        assert_eq!(secrets.redact("dXNlcjpzM2NyZXQtcHc="), "<credentials>");
    }

    #[test]
    fn short_values_are_left_alone_within_words() {
        let mut secrets = Secrets::default();
        secrets.add("short");
        secrets.add_credential("key1", "<key>");
        secrets.add_credential("abc", "<abc>");
        assert_eq!(
            secrets.redact("short shorter monkey1 key1 abc"),
            "<secret> shorter monkey1 <key> abc"
        );
        assert_eq!(secrets.whole("key1"), Some("<key>"));
    }

    #[test]
    fn every_spelling_is_found() {
        let secret = "pä\"s/wo+rd &<x>?\\\u{7f}~";
        let mut secrets = Secrets::default();
        secrets.add(secret);
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let json = serde_json::to_string(secret).unwrap();
        let json = json.trim_matches('"');
        let form = percent.replace("%20", "+");
        let html = secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&#34;");
        let ascii: String = secret
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04X}"))
            .collect();
        for spelled in [
            secret,
            json,
            &percent,
            &percent.to_uppercase(),
            &form,
            &html,
            &ascii,
            &json.replace('/', "\\/"),
            &json.replace('&', "\\u0026"),
            &format!("x{}y", json.replace('\\', "\\\\").replace('"', "\\\"")),
        ] {
            let shown = secrets.redact(spelled).into_owned();
            assert_eq!(shown.trim_matches(['x', 'y']), "<secret>", "{spelled}");
        }
        for around in ["", "u:", "us:", "use:", "{\"a\":\""] {
            let long = format!("{around}{secret}{around}");
            for encoded in [STANDARD.encode(&long), URL_SAFE_NO_PAD.encode(&long)] {
                let shown = secrets.redact(&encoded).into_owned();
                assert!(shown.contains("<secret>"), "{around}: {encoded}: {shown}");
                let inner = encoded.len() - 12;
                assert!(shown.len() < inner, "{around}: {encoded}: {shown}");
            }
        }
    }

    #[test]
    fn what_was_shown_stays_as_it_is() {
        let mut secrets = Secrets::default();
        for value in ["token", "secret", "Bearer", "0123456789"] {
            secrets.add(value);
        }
        for text in [
            "Bearer-<token>",
            "a 0123456789 b",
            "?token=abcdefgh1",
            "x <secret> token",
        ] {
            let once = secrets.redact(text).into_owned();
            assert_eq!(secrets.redact(&once), once);
        }
    }

    #[test]
    fn debug_output_shows_no_value() {
        let mut secrets = Secrets::default();
        secrets.add("hunter2hunter2");
        assert_eq!(format!("{secrets:?}"), "Secrets(1 known)");
    }
}
