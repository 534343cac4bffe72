//! Texts, values and header fields with placeholders in the place of secrets.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};

use super::known::{Found, Secrets, Why, merge};
use super::named;
use super::names::Kind;

fn masked(text: &str, mut found: Vec<Found>) -> Option<String> {
    for found in &mut found {
        found.shown = "*".repeat(found.range.len());
    }
    (!found.is_empty()).then(|| replace(text, &found).into_owned())
}

impl Secrets {
    /// The text without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        replace(text, &self.find_all(text))
    }

    /// The text with asterisks in the place of secrets, byte for byte, where there are any: places in it stay.
    pub fn mask(&self, text: &str) -> Option<String> {
        masked(text, self.find_all(text))
    }

    /// The same for what is known and for well-known forms alone, whatever the names say.
    pub fn mask_known(&self, text: &str) -> Option<String> {
        masked(text, self.find(text))
    }

    /// Where the text holds a secret that is known or of a well-known form, and what it is; never its value.
    pub fn known_in(&self, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let found = merge(self.find(text)).into_iter();
        let what = |found: Found| match found.why {
            Why::Form(form) => (found.range, form.words()),
            Why::Known(_) | Why::Named => (found.range, "a value that is a secret of this run"),
        };
        found.map(what).collect()
    }

    /// Whole lines of the text without secrets, and how many bytes of it they are: at most `upto`, and no secret is cut.
    /// Where no line ends before a secret begins, the text is cut between characters, or behind the secret that goes
    /// beyond `upto`: something is always taken.
    pub fn redact_lines(&self, text: &str, upto: usize) -> (String, usize) {
        let found = self.find_all(text);
        let cut = |end: usize| {
            let mut found = found.iter().map(|found| &found.range);
            found.find(|range| range.start < end && end < range.end)
        };
        let line = |end: usize| Some(text.get(..end)?.rfind('\n')? + 1);
        let mut end = upto.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut last_line = line(end);
        while let Some(range) = last_line.and_then(cut) {
            last_line = line(range.start);
        }
        end = last_line.unwrap_or_else(|| cut(end).map_or(end, |range| range.end));
        let within: Vec<_> = found
            .into_iter()
            .take_while(|found| found.range.end <= end)
            .collect();
        let shown = replace(text.get(..end).unwrap_or_default(), &within).into_owned();
        (shown, end)
    }

    /// The value of a header field without secrets.
    pub fn redact_header<'t>(&self, name: &str, value: &'t str) -> Cow<'t, str> {
        let mut found = self.find_all(value);
        let named = named::header(name, value, &self.rules).into_iter();
        found.extend(named.map(|named| Found {
            shown: self.whole(&named.value).map_or(named.shown, str::to_owned),
            range: named.range,
            why: Why::Named,
        }));
        replace(value, &merge(found))
    }

    /// The string under a key without secrets.
    pub fn redact_member<'t>(&self, key: &str, text: &'t str) -> Cow<'t, str> {
        match self.rules.kind(key) {
            Some(kind) if self.rules.is_secret(kind, text) => {
                if kind == Kind::Token && text.contains(' ') {
                    return self.redact_header(key, text);
                }
                let shown = self.whole(text);
                Cow::Owned(shown.unwrap_or(self.rules.placeholder(kind)).to_owned())
            }
            _ => self.redact(text),
        }
    }

    /// Whether a key may say that its string is a secret.
    pub fn names_member(&self, key: &str) -> bool {
        self.rules.kind(key).is_some()
    }

    /// Whether the string under a key is a secret by what it is called.
    pub fn hides_member(&self, key: &str, text: &str) -> bool {
        let kind = self.rules.kind(key);
        kind.is_some_and(|kind| self.rules.is_secret(kind, text))
    }

    /// Whether the value of a header field holds a secret by what the header is called.
    pub fn hides_header(&self, name: &str, value: &str) -> bool {
        !named::header(name, value, &self.rules).is_empty()
    }

    /// The JSON value without secrets: in strings and keys, and numbers that are one.
    pub fn redact_value(&self, value: &Value) -> Value {
        let mut shown = value.clone();
        self.hide_in(&mut shown);
        shown
    }

    /// Takes the secrets out of a JSON value, and says whether there were any.
    pub fn hide_in(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => set(text, |text| self.redact(text)),
            Value::Array(items) => match named::is_header_pair(items) {
                Some((name, text)) => match self.redact_header(name, text) {
                    Cow::Borrowed(_) => false,
                    Cow::Owned(shown) => {
                        *items = vec![name.into(), shown.into()];
                        true
                    }
                },
                None => {
                    let hidden = items.iter_mut().map(|item| self.hide_in(item));
                    hidden.fold(false, |any, hidden| any | hidden)
                }
            },
            Value::Object(members) => self.hide_in_members(members),
            Value::Number(number) => match self.whole(number.as_str()) {
                Some(shown) => {
                    *value = Value::from(shown);
                    true
                }
                None => false,
            },
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// The same of a value under a name, which counts for the strings of an array too.
    pub fn hide_member(&self, name: &str, member: &mut Value) -> bool {
        match member {
            Value::String(text) => set(text, |text| self.redact_member(name, text)),
            Value::Array(items) if self.rules.names_secret(name) => {
                let hidden = items.iter_mut().map(|item| match item {
                    Value::String(text) => set(text, |text| self.redact_member(name, text)),
                    item => self.hide_in(item),
                });
                hidden.fold(false, |any, hidden| any | hidden)
            }
            member => self.hide_in(member),
        }
    }

    fn hide_in_members(&self, members: &mut Map<String, Value>) -> bool {
        let name = named::name_of_value(members);
        let mut any = false;
        let mut in_keys = false;
        for (key, member) in members.iter_mut() {
            let name = name.as_ref().filter(|_| key == "value").unwrap_or(key);
            any |= self.hide_member(name, member);
            in_keys |= !self.find(key).is_empty();
        }
        if in_keys {
            let shown = std::mem::take(members).into_iter().map(|(key, member)| {
                let found = self.find(&key);
                (replace(&key, &found).into_owned(), member)
            });
            *members = shown.collect();
        }
        any | in_keys
    }
}

/// Puts what is shown of a string in its place, and says whether that is another one.
fn set(text: &mut String, shown: impl Fn(&str) -> Cow<'_, str>) -> bool {
    match shown(text) {
        Cow::Borrowed(_) => false,
        Cow::Owned(shown) => {
            *text = shown;
            true
        }
    }
}

fn replace<'t>(text: &'t str, found: &[Found]) -> Cow<'t, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for found in found {
        // Ranges of encoded bytes could cut a character only in a text that is not UTF-8.
        out.push_str(text.get(copied..found.range.start).unwrap_or_default());
        out.push_str(&found.shown);
        copied = found.range.end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stabilize::secrets::Glance;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    #[test]
    fn values_are_redacted_by_name_and_wherever_they_are() {
        let value = json!({
            "password": "hunter2", "clientSecret": "s3cr3t-s3cr3t", "seen": "x s3cr3t-s3cr3t y",
            "hasPassword": true, "secret": {"a": "b"}, "api_key": null, "token": "invalid", "pin": 5,
            "headers": [["Authorization", "Bearer abc.def.ghi"], ["Accept", "*/*"]],
            "fields": [{"name": "password", "value": "pw"}],
            "auth": {"authorization": "Bearer abc.def.ghi"},
            "dsn": "https://91e7f361a317f5bd0bb45719e0132c40@sentry.io/2",
        });
        let mut secrets = Secrets::default();
        secrets.learn_value(&value, Glance::NONE, &|_| None);
        let shown = secrets.redact_value(&value);
        assert_eq!(
            shown,
            json!({
                "password": "<secret>", "clientSecret": "<secret>", "seen": "x <secret> y",
                "hasPassword": true, "secret": {"a": "b"}, "api_key": null, "token": "invalid", "pin": 5,
                "headers": [["Authorization", "Bearer <token>"], ["Accept", "*/*"]],
                "fields": [{"name": "password", "value": "<secret>"}],
                "auth": {"authorization": "Bearer <token>"},
                "dsn": "https://91e7f361a317f5bd0bb45719e0132c40@sentry.io/2",
            })
        );
        assert_eq!(secrets.redact_value(&shown), shown);
    }

    #[test]
    fn the_strings_of_an_array_under_a_name_are_redacted() {
        let value = json!({
            "Authorization": ["Bearer abc.def.ghi"], "Cookie": ["a=1", 5, {"b": "kept"}], "keys": [],
            "tokens": ["a", "b"], "password": ["This field may not be blank."], "token": ["invalid"],
            "seen": "abc.def.ghi", "fields": [{"name": "password", "value": ["pw1", "pw2"]}],
        });
        let mut secrets = Secrets::default();
        secrets.learn_value(&value, Glance::NONE, &|_| None);
        let shown = secrets.redact_value(&value);
        assert_eq!(
            shown,
            json!({
                "Authorization": ["Bearer <token>"], "Cookie": ["<secret>", 5, {"b": "kept"}], "keys": [],
                "tokens": ["a", "b"], "password": ["This field may not be blank."], "token": ["invalid"],
                "seen": "<token>", "fields": [{"name": "password", "value": ["<secret>", "<secret>"]}],
            })
        );
        assert_eq!(secrets.redact_value(&shown), shown);
    }

    #[test]
    fn a_token_behind_a_line_break_is_known_elsewhere() {
        let token = format!("ghp_{}", "0aB1".repeat(9));
        let value =
            json!({"log": format!("first\n{token}"), "seen": STANDARD.encode(format!("x{token}"))});
        let mut secrets = Secrets::default();
        secrets.learn_value(&value, Glance::of_json(&value.to_string()), &|_| None);
        assert_eq!(
            secrets.redact_value(&value),
            json!({"log": "first\n<token>", "seen": "<token>"})
        );
    }

    #[test]
    fn lines_are_cut_where_no_secret_is() {
        let mut secrets = Secrets::default();
        secrets.add("multi\nline\nsecret");
        let text = "first\nmulti\nline\nsecret\nlast";
        for (upto, shown, end) in [
            (3, "fir", 3),
            (8, "first\n", 6),
            (14, "first\n", 6),
            (26, "first\n<secret>\n", 24),
            (99, "first\n<secret>\n", 24),
        ] {
            assert_eq!(
                secrets.redact_lines(text, upto),
                (shown.to_owned(), end),
                "{upto}"
            );
        }
    }

    #[test]
    fn what_begins_with_a_long_secret_is_cut_behind_it() {
        let mut secrets = Secrets::default();
        secrets.add("multi\nline\nsecret");
        let text = "multi\nline\nsecret and more";
        for (upto, shown, end) in [
            (3, "<secret>", 17),
            (14, "<secret>", 17),
            (21, "<secret> and", 21),
        ] {
            assert_eq!(
                secrets.redact_lines(text, upto),
                (shown.to_owned(), end),
                "{upto}"
            );
        }
        // A value is not parted from the name before it.
        let text = format!("first\npassword={}", "s3cr3t".repeat(8));
        assert_eq!(secrets.redact_lines(&text, 30), ("first\n".to_owned(), 6));
        let (shown, end) = secrets.redact_lines(&text[6..], 30);
        assert_eq!((shown.as_str(), end), ("password=<secret>", text.len() - 6));
    }

    #[test]
    fn a_word_that_is_a_name_is_not_looked_for_elsewhere() {
        let value = json!({"password": "password", "hint": "your password"});
        let mut secrets = Secrets::default();
        secrets.learn_value(&value, Glance::NONE, &|_| None);
        assert_eq!(
            secrets.redact_value(&value),
            json!({"password": "<secret>", "hint": "your password"})
        );
    }
}
