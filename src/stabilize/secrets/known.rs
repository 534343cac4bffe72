//! The values that are secrets, and where a text spells them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use serde_json::Value;

use super::finder::Finder;
use super::forms::{self, Form};
use super::layers::layers;
use super::named;
use super::names::{Kind, Rules};

/// A value shorter than that is not looked for: it would be found in what is no secret.
pub(super) const SHORTEST: usize = 4;

/// A value shorter than that counts only where it is a word, and in no other spelling.
pub(super) const SHORTEST_PART: usize = 8;

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

    pub(super) fn insert(&mut self, value: &str, shown: &str) {
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

    /// Builds the automaton, so that clones have it, and compiles the patterns of well-known forms.
    pub fn get_ready(&self) {
        self.finder();
        forms::get_ready();
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

    pub(super) fn shown_form(&self, form: Form) -> &str {
        self.rules.placeholder(match form {
            Form::PrivateKey => Kind::Secret,
            Form::Jwt | Form::Token => Kind::Token,
        })
    }

    /// Whether no value is known.
    pub(super) fn knows_none(&self) -> bool {
        self.known.is_empty()
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

    /// Where a text holds secrets that are known, have a well-known form or stand under such a name, in order and apart.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.find_all(text).into_iter();
        found.map(|found| found.range).collect()
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
