//! Credentials are never shown.

use std::borrow::Cow;

use base64::Engine as _;
use serde_json::Value;

use super::template::percent_encode;

/// What stands in the place of a secret that has no name of its own.
const SECRET: &str = "<secret>";

/// A value shorter than that is not looked for: it would be found in what is no secret.
const SHORTEST: usize = 4;

/// A value shorter than that counts only where it is a word.
const SHORTEST_PART: usize = 8;

/// The values that must not appear in what we show, and what stands in their place.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets {
    /// The longest first, so that a whole credential wins over its token.
    known: Vec<(String, String)>,
}

impl Secrets {
    /// A value of the environment, or one that was saved as a secret.
    pub fn add(&mut self, value: &str) {
        if value.len() >= SHORTEST {
            self.insert(value, SECRET);
        }
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
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item, shown)),
            Value::Object(members) => {
                members
                    .values()
                    .for_each(|member| self.add_value(member, shown));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Everything that another one knows.
    pub fn merge(&mut self, other: &Self) {
        for (secret, shown) in &other.known {
            if !self.known.iter().any(|(known, _)| known == secret) {
                self.known.push((secret.clone(), shown.clone()));
            }
        }
        self.sort();
    }

    /// A value that is sent to say who asks, and how examples show it.
    ///
    /// The token behind the scheme (`Bearer …`), and what `Basic …` hides (RFC 7617), are secrets
    /// too.
    pub fn add_credential(&mut self, value: &str, shown: &str) {
        if value.len() < SHORTEST || value == shown {
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
            self.insert(&pair, SECRET);
            if let Some((_, password)) = pair.split_once(':')
                && password.len() >= SHORTEST
            {
                self.insert(password, SECRET);
            }
        }
    }

    fn insert(&mut self, value: &str, shown: &str) {
        let json = Value::from(value).to_string();
        let escaped = json.get(1..json.len() - 1).unwrap_or(value).to_owned();
        for form in [value.to_owned(), percent_encode(value), escaped] {
            if !self.known.iter().any(|(known, _)| *known == form) {
                self.known.push((form, shown.to_owned()));
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        self.known
            .sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// The text without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self
            .known
            .iter()
            .any(|(secret, _)| text.contains(secret.as_str()))
        {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            if let Some((secret, shown)) = self.known.iter().find(|(secret, _)| {
                text[at..].starts_with(secret.as_str()) && stands_alone(text, at, secret.len())
            }) {
                out.push_str(shown);
                at += secret.len();
            } else {
                out.push(next);
                at += next.len_utf8();
            }
        }
        Cow::Owned(out)
    }

    /// Whether the text is nothing but a secret; gives what stands in its place.
    pub fn whole(&self, text: &str) -> Option<&str> {
        let (_, shown) = self.known.iter().find(|(secret, _)| secret == text)?;
        Some(shown)
    }
}

/// A short secret counts only where it is a word.
fn stands_alone(text: &str, at: usize, len: usize) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    len >= SHORTEST_PART
        || !(word(text[..at].chars().next_back()) || word(text[at + len..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        secrets.add("long \"enough\"");
        assert_eq!(secrets.redact(r#"long \"enough\""#), "<secret>");
        assert_eq!(secrets.whole("key1"), Some("<key>"));
    }
}
