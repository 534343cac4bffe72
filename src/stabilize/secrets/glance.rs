//! A quick look: most texts show at once that they hold no secret.
//!
//! A glance errs on one side alone: what it calls plain holds none, by the rules of the other files.

use memchr::memchr_iter;

use super::{Rules, Secrets, forms, named};

/// What may stand in the strings of a text that is known as a whole: the text of a JSON file, say.
#[derive(Debug, Clone, Copy)]
pub struct Glance {
    /// Whether a string of a well-known form may be among them.
    forms: bool,
}

impl Glance {
    /// Nothing is known: each string is looked at.
    pub const NONE: Self = Self { forms: true };

    /// It is known that no string of a well-known form is among them.
    pub const FREE: Self = Self { forms: false };

    /// Of the strings of a JSON text.
    pub fn of_json(text: &str) -> Self {
        let bytes = text.as_bytes();
        // What these escapes hide would not be seen; the others stand for what is no part of a form.
        let hides = |at: usize| matches!(bytes.get(at + 1), Some(b'u' | b'/'));
        Self {
            forms: forms::may_hold_any_in_json(bytes) || memchr_iter(b'\\', bytes).any(hides),
        }
    }

    /// Whether none is among them.
    pub(super) fn is_free(self) -> bool {
        !self.forms
    }

    /// Whether one of the strings shows at once that it has no encoding, no well-known form and, where names count,
    /// nothing under a name.
    pub(super) fn finds_nothing(self, text: &str, named: bool, rules: &Rules) -> bool {
        if !self.is_free() && forms::may_hold_any(text.as_bytes()) {
            return false;
        }
        // All bytes, which is faster than to stop at one of the few.
        if !text.bytes().fold(false, |any, byte| any | is_mark(byte)) {
            return true;
        }
        let (mut has_lines, mut has_parameters) = (false, false);
        for mark in text.bytes().filter(|byte| is_mark(*byte)) {
            match mark {
                b':' => has_lines = named,
                b'=' => has_parameters = named,
                b'"' if !named => {}
                _ => return false,
            }
        }
        !(has_lines && named::has_credential_line(text, rules)
            || has_parameters && named::has_secret_parameter(text, rules))
    }
}

/// What a text needs to be encoded, or to give a value a name.
pub(super) const fn is_mark(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'+' | b'&' | b'=' | b'"' | b':')
}

impl Secrets {
    /// Whether a text shows at once that it holds no secret: none is known, and there is nothing that looks like one.
    pub(super) fn is_plain(&self, text: &str, named: bool, glance: Glance) -> bool {
        self.knows_none() && glance.finds_nothing(text, named, &self.rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_secret_is_never_plain() {
        let secrets = Secrets::default();
        let token = format!("ghp_{}", "0aB1".repeat(9));
        let escaped = token.replace('_', "\\u005f");
        for text in [
            "/a?access_token=abc123",
            "password=x",
            "password = 'x'",
            r#"{"password": "x"}"#,
            "> Cookie: sid=abc123",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            &token,
            &escaped,
            &token.replace('_', "&#95;"),
            &format!("first line\n{token}"),
            &format!("\t{token}"),
            &format!("\r\n{token}"),
            &format!("\u{8}{token}"),
            &format!("\u{c}{token}\u{c}"),
            "a\n-----BEGIN PRIVATE KEY-----\nMIIE",
        ] {
            assert!(!secrets.find_all(text).is_empty(), "{text}");
            let glance = Glance::of_json(&serde_json::json!([text]).to_string());
            assert!(!secrets.is_plain(text, true, glance), "{text}");
            assert!(!secrets.is_plain(text, true, Glance::NONE), "{text}");
        }
        for text in [
            "2020-03-09T04:38:12Z",
            "Vary: Cookie",
            "plain",
            "/a?page=2",
            "Authorization: Bearer <token>",
            "> Cookie: sid=<secret>\nx",
        ] {
            assert!(secrets.is_plain(text, true, Glance::NONE), "{text}");
        }
    }
}
