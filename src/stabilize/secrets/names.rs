//! Headers, keys and parameters whose name says that the value is a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::project::SecretSettings;

/// What names say, and what is shown in the place of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// In the place of a password, a key, a cookie.
    secret: String,
    /// In the place of a token.
    token: String,
    added: BTreeSet<String>,
    kept: BTreeSet<String>,
}

/// What kind of secret a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Token,
}

/// Whole names, and the last words of longer ones (`db_password`, `clientSecret`, `X-Api-Key`).
const SECRETS: &[&str] = &[
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "api key",
    "apikey",
    "access key",
    "secret key",
    "secret access key",
    "private key",
    "signing key",
    "encryption key",
    "auth key",
    "session key",
    "session id",
    "sessionid",
    "credential",
    "credentials",
    "otp",
    "cookie",
];

/// The same, of tokens.
const TOKENS: &[&str] = &["token", "jwt", "authorization"];

/// What may stand before `token` or `key` in a name that is no secret: places in a list, and halves that are public.
const HARMLESS: &[&str] = &[
    "page",
    "next",
    "previous",
    "prev",
    "continuation",
    "continue",
    "sync",
    "delta",
    "scroll",
    "cursor",
    "resume",
    "cancel",
    "cancellation",
];

/// Names in one word, by their end: `dbpassword`, `clientsecret`.
const ENDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "apikey",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "idtoken",
    "csrftoken",
    "xsrftoken",
    "securitytoken",
    "sessiontoken",
];

/// Longer ones are sentences, not names.
const LONGEST: usize = 80;

/// An ordinary word under the name of a token is no token below that length: `"token": "invalid"`.
const WORD: usize = 8;

impl Default for Rules {
    fn default() -> Self {
        Self::new(&SecretSettings::default())
    }
}

impl Rules {
    /// The rules of a project.
    pub fn new(settings: &SecretSettings) -> Self {
        let joined = |names: &[crate::project::NamedReason]| {
            names
                .iter()
                .map(|name| words(&name.name).concat())
                .collect()
        };
        Self {
            secret: settings.placeholder.clone(),
            token: settings.token_placeholder.clone(),
            added: joined(&settings.add),
            kept: joined(&settings.keep),
        }
    }

    /// What is shown in the place of such a value.
    pub(super) fn placeholder(&self, kind: Kind) -> &str {
        match kind {
            Kind::Secret => &self.secret,
            Kind::Token => &self.token,
        }
    }

    /// Whether the name of a header, key or parameter says that its value is a secret.
    pub fn names_secret(&self, name: &str) -> bool {
        self.kind(name).is_some()
    }

    /// What the name of a header, key or parameter says of its value.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        if name.len() > LONGEST || self.added.is_empty() && !has_ending(name) {
            return None;
        }
        // The name of a member in which a secret stood says no more of its value than the rest of it.
        let name = [&self.secret, &self.token]
            .into_iter()
            .filter(|shown| !shown.is_empty() && name.contains(shown.as_str()))
            .fold(Cow::Borrowed(name), |name, shown| {
                Cow::Owned(name.replace(shown.as_str(), " "))
            });
        let words = words(&name);
        let joined = words.concat();
        if joined.is_empty() || self.kept.contains(&joined) {
            return None;
        }
        if self.added.contains(&joined) {
            return Some(Kind::Secret);
        }
        let ends_with = |known: &str| {
            let mut words = words.iter().rev();
            let mut known = known.rsplit(' ');
            known.all(|known| words.next().is_some_and(|word| word == known))
        };
        if TOKENS.iter().any(|known| ends_with(known)) {
            let before = words.len().checked_sub(2).and_then(|at| words.get(at));
            let harmless = before.is_some_and(|word| HARMLESS.contains(&word.as_str()));
            return (!harmless).then_some(Kind::Token);
        }
        if SECRETS.iter().any(|known| ends_with(known)) {
            return Some(Kind::Secret);
        }
        let end = ENDS.iter().find(|end| joined.ends_with(**end))?;
        // `pagetoken` has no end of that list; `nextPageToken` was told apart by its words.
        Some(if end.ends_with("token") {
            Kind::Token
        } else {
            Kind::Secret
        })
    }

    /// Whether a string under such a name is a secret, and not a placeholder, a message or nothing at all.
    pub(super) fn is_secret(&self, kind: Kind, value: &str) -> bool {
        let value = value.trim();
        !(value.is_empty()
            || self.is_placeholder(value)
            || is_message(value)
            || kind == Kind::Token && is_word(value))
    }

    fn is_placeholder(&self, value: &str) -> bool {
        let wrapped = |open: &str, close: &str| {
            value.len() > open.len() + close.len()
                && value.starts_with(open)
                && value.ends_with(close)
                && value.matches(open).count() == 1
        };
        value == self.secret
            || value == self.token
            || [("<", ">"), ("{{", "}}"), ("${", "}"), ("[", "]")]
                .iter()
                .any(|(open, close)| wrapped(open, close))
            || is_variable(value)
            || value.len() > 2 && value.chars().all(|c| "*•.…-xX".contains(c))
            || [
                "redacted", "filtered", "hidden", "none", "null", "true", "false", "deleted",
            ]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
    }

    /// Whether the same value elsewhere is that secret: a word that is a name itself (`"password": "password"`) is
    /// found anywhere.
    pub(super) fn is_telling(&self, value: &str) -> bool {
        self.kind(value).is_none()
    }
}

/// Whether a text is a name to be filled in: `{your-key}`, `$API_KEY`, `YOUR_API_KEY`. What holds anything else in braces may be
/// JSON.
fn is_variable(text: &str) -> bool {
    let are_words = |text: &str| {
        let is_in_name = |c: char| c.is_ascii_alphanumeric() || "_- ".contains(c);
        !text.is_empty() && text.chars().all(is_in_name)
    };
    let in_braces = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let of_shell = text.strip_prefix('$').filter(|name| {
        let is_in_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_in_name)
    });
    let yours = text
        .get(..5)
        .filter(|start| ["your_", "your-", "your "].contains(&start.to_ascii_lowercase().as_str()));
    in_braces.is_some_and(are_words) || of_shell.is_some() || yours.is_some() && are_words(text)
}

/// The last letters of a word, the last one lowest: as many as fit. With zeros where there are no more.
fn end(letters: impl Iterator<Item = u8>) -> u128 {
    let places = (0..128).step_by(8);
    letters.zip(places).fold(0, |end, (letter, place)| {
        end | u128::from(letter.to_ascii_lowercase()) << place
    })
}

/// What every name that is known ends with, once its words are joined, as [`end`] gives it, and where its letters stand.
static ENDINGS: LazyLock<Vec<(u128, u128)>> = LazyLock::new(|| {
    let names = SECRETS.iter().chain(TOKENS).chain(ENDS);
    let mut endings: Vec<(u128, u128)> = Vec::new();
    for name in names {
        let letters = || name.bytes().rev().filter(|letter| *letter != b' ');
        let (ending, places) = (end(letters()), end(letters().map(|_| u8::MAX)));
        // What ends with another one needs no place of its own.
        if !endings
            .iter()
            .any(|(other, places)| ending & places == *other)
        {
            endings.retain(|(other, _)| other & places != ending);
            endings.push((ending, places));
        }
    }
    endings
});

/// The last two letters of what is known: by the last one, a bit for each that may stand before it.
const LAST_TWO: [u32; 26] = {
    let mut known = [0; 26];
    let lists = [SECRETS, TOKENS, ENDS];
    let mut list = 0;
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            let name = lists[list][at].as_bytes();
            let [.., before, last] = name else {
                panic!("a known name has two letters");
            };
            known[(*last - b'a') as usize] |= 1 << (*before - b'a');
            at += 1;
        }
        list += 1;
    }
    known
};

/// Whether a name may be one that is known. Of most names the quick answer is no.
fn has_ending(name: &str) -> bool {
    if !name.is_ascii() {
        return true;
    }
    let letters = || name.bytes().rev().filter(u8::is_ascii_alphanumeric);
    let mut last_two = letters().map(|letter| letter.to_ascii_lowercase().checked_sub(b'a'));
    let (Some(Some(last)), Some(Some(before))) = (last_two.next(), last_two.next()) else {
        return false;
    };
    let befores = LAST_TWO.get(usize::from(last));
    if befores.is_none_or(|befores| befores >> before & 1 == 0) {
        return false;
    }
    let end = end(letters());
    ENDINGS
        .iter()
        .any(|(ending, letters)| end & letters == *ending)
}

/// The words of a name, in lower case: `clientSecret`, `client_secret` and `Client-Secret` are two.
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| characters.get(at));
        let behind = characters.get(index + 1);
        let begins = character.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_numeric())
                || before.is_some_and(|c| c.is_uppercase())
                    && behind.is_some_and(|c| c.is_lowercase()));
        if (begins || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `This field is required.`
fn is_message(value: &str) -> bool {
    value.starts_with(char::is_uppercase) && value.contains(' ') && value.ends_with(['.', '!', '?'])
}

fn is_word(value: &str) -> bool {
    value.len() < WORD
        && value.chars().skip(1).all(|c| c.is_ascii_lowercase())
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::NamedReason;

    fn named(name: &str) -> Vec<NamedReason> {
        let reason = "a test".to_owned();
        vec![NamedReason {
            name: name.to_owned(),
            reason,
        }]
    }

    #[test]
    fn names_are_known_in_every_style() {
        let rules = Rules::default();
        for name in [
            "secret",
            "clientSecret",
            "client_secret",
            "DB-Password",
            "userpassword",
            "api_key",
            "apiKey",
            "X-API-Key",
            "APIKey",
            "Cookie",
            "Set-Cookie",
            "privateKey",
            "aws_secret_access_key",
            "sessionid",
            "user[password]",
        ] {
            assert_eq!(rules.kind(name), Some(Kind::Secret), "{name}");
        }
        for name in [
            "token",
            "access_token",
            "refreshToken",
            "X-Auth-Token",
            "csrftoken",
            "securityToken",
            "Authorization",
            "Proxy-Authorization",
        ] {
            assert_eq!(rules.kind(name), Some(Kind::Token), "{name}");
        }
        for name in [
            "",
            "id",
            "public",
            "publicKey",
            "sentry_key",
            "key",
            "secretary",
            "passwordHint",
            "token_type",
            "nextPageToken",
            "page_token",
            "tokenize",
            "authentication",
            "keywords",
            "total",
            "held as <secret>",
            "<token>",
        ] {
            assert_eq!(rules.kind(name), None, "{name}");
        }
    }

    #[test]
    fn the_list_can_be_extended_and_reduced() {
        let settings = SecretSettings {
            add: named("partner_code"),
            keep: named("secret"),
            ..SecretSettings::default()
        };
        let rules = Rules::new(&settings);
        assert_eq!(rules.kind("Partner-Code"), Some(Kind::Secret));
        assert_eq!(rules.kind("secret"), None);
        assert_eq!(rules.kind("client_secret"), Some(Kind::Secret));
    }

    #[test]
    fn placeholders_messages_and_short_words_are_no_secrets() {
        let rules = Rules::default();
        for value in [
            "",
            " ",
            "<token>",
            "********",
            "[Filtered]",
            "${TOKEN}",
            "{{ token }}",
            "{base64-encoded-key-here}",
            "$API_KEY",
            "YOUR_API_KEY",
            "your-secret",
            "This field is required.",
            "null",
        ] {
            assert!(!rules.is_secret(Kind::Secret, value), "{value}");
        }
        assert!(!rules.is_secret(Kind::Token, "invalid"));
        for value in [
            "hunter2",
            "swordfish",
            "correct horse battery staple",
            "a",
            "{\"k\":1}",
            "$a1",
            "yours-x!",
        ] {
            assert!(rules.is_secret(Kind::Secret, value), "{value}");
        }
        assert!(rules.is_secret(Kind::Token, "invalidity"));
        assert!(rules.is_secret(Kind::Token, "ab12"));
        assert!(!rules.is_telling("password"));
        assert!(rules.is_telling("hunter2hunter2"));
    }
}
