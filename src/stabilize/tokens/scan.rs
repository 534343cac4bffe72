//! The search for tokens in a text.

use std::collections::HashSet;

use super::{Context, Token, is_named_id};
use crate::stabilize::kind::identity::{self, JwtParts, PasswordHashes};
use crate::stabilize::kind::{Kind, time};

/// The fewest digits that are an id by themselves where they stand in a URL.
const LONG_NUMBER: usize = 5;

/// The fewest digits of the number of a cursor that nothing names.
const CURSOR: usize = 10;

/// A walk along a text, from one place where a token may begin to the next.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The characters of a key, of the URL-safe and of the standard alphabet, that were looked at last.
    keys: [KeyRun; 2],
    /// The password hash that was looked for last.
    password_hash: PasswordHashes,
    /// The parts of the JSON Web Token that was looked for last.
    jwt: JwtParts,
    /// What stands before the number that was looked at last.
    before: Before,
    ids: Option<&'a HashSet<String>>,
    abbreviations: Option<&'a HashSet<String>>,
    found: Vec<Token>,
}

/// Where characters of a key end, and whether no key begins among them.
#[derive(Clone, Copy, Default)]
struct KeyRun {
    end: usize,
    in_vain: bool,
}

/// Up to where a text was looked at for the beginning of a query, so that no part of it is looked at twice.
#[derive(Default)]
struct Before {
    end: usize,
    /// Whether a `?` was the last character that begins or ends a query.
    is_query: bool,
}

impl Before {
    /// Whether a byte stands behind a `?`, with no blank between them; it is none before the one asked for last.
    fn is_query(&mut self, text: &str, at: usize) -> bool {
        let next = text.get(self.end..at).unwrap_or_default();
        if let Some(last) = next.rfind(|c: char| c == '?' || c.is_whitespace()) {
            self.is_query = next[last..].starts_with('?');
        }
        self.end = at;
        self.is_query
    }
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str, context: Context<'a>) -> Self {
        Self {
            text,
            at: 0,
            keys: [KeyRun::default(); 2],
            password_hash: PasswordHashes::default(),
            jwt: JwtParts::default(),
            before: Before::default(),
            ids: context.ids,
            abbreviations: context.abbreviations,
            found: Vec::new(),
        }
    }

    /// What was found, from left to right.
    pub fn into_tokens(self) -> Vec<Token> {
        self.found
    }

    /// A token that begins here.
    pub fn push(&mut self, length: usize, kind: Kind) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.found.push(Token { span, kind });
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// Scans up to a byte; each turn begins where a word may begin.
    pub fn until(&mut self, end: usize) {
        while self.at < end {
            let byte = self.byte(self.at);
            let starts = byte == b'$' || (byte.is_ascii_alphanumeric() && !self.is_inside_a_word());
            if starts {
                match self.recognise() {
                    Some((length, kind)) if self.at + length <= end => self.push(length, kind),
                    _ => {
                        let rest = &self.text.as_bytes()[self.at..end];
                        let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric());
                        self.at += word.count().max(1);
                    }
                }
            } else {
                self.at += 1;
            }
        }
    }

    /// The hexadecimal digits of a percent-encoded character belong to no word.
    fn is_inside_a_word(&self) -> bool {
        let Some(before) = self.at.checked_sub(1) else {
            return false;
        };
        if self.is_percent_encoded(before) {
            return false;
        }
        let before = self.byte(before);
        before.is_ascii_alphanumeric() || !before.is_ascii() || before == b'%'
    }

    /// Whether a byte is the last one of `%xx`.
    fn is_percent_encoded(&self, at: usize) -> bool {
        at >= 2
            && self.byte(at - 2) == b'%'
            && self.byte(at - 1).is_ascii_hexdigit()
            && self.byte(at).is_ascii_hexdigit()
    }

    fn recognise(&mut self) -> Option<(usize, Kind)> {
        let text = self.text;
        let rest = text.get(self.at..)?;
        let run = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let ends = |length: usize| !self.byte(self.at + length).is_ascii_alphanumeric();
        let first = self.byte(self.at);
        if first == b'$' {
            let found = self.password_hash.length(text, self.at);
            return found.map(|length| (length, Kind::Key));
        }
        if first.is_ascii_uppercase()
            && let Some(length) = time::http_date(rest)
        {
            return Some((length, Kind::HttpDate));
        }
        if let Some(length) = identity::uuid(rest).filter(|length| ends(*length)) {
            return Some((length, Kind::Uuid));
        }
        if first.is_ascii_digit() {
            if let Some(iso) = time::Iso::at_start(rest).filter(|iso| ends(iso.text.len())) {
                return Some((iso.text.len(), Kind::Iso8601));
            }
            let digits = if self.is_named_cursor() { 1 } else { CURSOR };
            let cursor = identity::cursor(rest, digits);
            if let Some(length) = cursor.filter(|length| ends(*length)) {
                return Some((length, Kind::Cursor));
            }
        }
        if let Some(length) = self.jwt.length(text, self.at) {
            return Some((length, Kind::Jwt));
        }
        let word = &rest[..run];
        if self.is_fraction(word) {
            return None;
        }
        // Letters alone are nothing by themselves, and may be the beginning of a key.
        if !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.key().map(|length| (length, Kind::Key));
        }
        if word.len() >= identity::MIN_HEX
            && self.abbreviations.is_some_and(|all| all.contains(word))
        {
            return Some((run, Kind::Hex));
        }
        if identity::is_decimal(word)
            && let Some(found) = self.decimal(rest, word)
        {
            return Some(found);
        }
        let is_hex = identity::is_hex(word);
        // Mostly a hash stands by itself, and need not be looked at as a part of a key.
        if is_hex
            && !rest
                .as_bytes()
                .get(run)
                .is_some_and(|byte| identity::is_in_key(*byte))
        {
            return Some((run, Kind::Hex));
        }
        if let Some(length) = self.key() {
            return Some((length, Kind::Key));
        }
        // A key may stand behind a word and a dash or underscore (`ghp_…`).
        if is_hex {
            Some((run, Kind::Hex))
        } else if identity::is_key(word) {
            Some((run, Kind::Key))
        } else {
            identity::is_ulid(word).then_some((run, Kind::Ulid))
        }
    }

    /// Whether a word is what follows the point of a number, maybe with its exponent: no hash.
    fn is_fraction(&self, word: &str) -> bool {
        let follows_point = self.at >= 2
            && self.byte(self.at - 1) == b'.'
            && self.byte(self.at - 2).is_ascii_digit();
        if !follows_point {
            return false;
        }
        let digits = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = digits.strip_suffix(['e', 'E']).unwrap_or(digits);
        digits.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// A number in a text: a time, or an id in a URL.
    fn decimal(&mut self, rest: &str, word: &str) -> Option<(usize, Kind)> {
        if self.at > 0 && matches!(self.byte(self.at - 1), b'.' | b',') {
            return None;
        }
        let after = rest.as_bytes().get(word.len()).copied();
        let fraction = match after {
            Some(b'.') => rest[word.len() + 1..]
                .bytes()
                .take_while(u8::is_ascii_digit)
                .count(),
            _ => 0,
        };
        if time::is_epoch_seconds(word) {
            return Some(match fraction {
                0 => (word.len(), Kind::EpochSeconds),
                digits => (word.len() + 1 + digits, Kind::EpochFloat),
            });
        }
        if time::is_epoch_milliseconds(word) {
            return Some((word.len(), Kind::EpochMilliseconds));
        }
        let is_id = self.is_segment(word.len())
            && (word.len() >= LONG_NUMBER
                || self.ids.is_some_and(|ids| ids.contains(word))
                || is_named_id(self.text, self.at));
        is_id.then_some((word.len(), Kind::Id))
    }

    /// Whether the name of a parameter or attribute says that its value is a cursor: `cursor=1:0:1`, `cursor="1:0:1"`.
    fn is_named_cursor(&self) -> bool {
        let before = &self.text[..self.at];
        let before = before.strip_suffix('"').unwrap_or(before);
        before.strip_suffix('=').is_some_and(|name| {
            let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
            name.is_some_and(|name| name.eq_ignore_ascii_case("cursor"))
        })
    }

    /// Whether the next bytes are a segment of a path or the value of a query, as a whole.
    fn is_segment(&mut self, length: usize) -> bool {
        let Some(before) = self.at.checked_sub(1).map(|at| self.byte(at)) else {
            return false;
        };
        let after = self.text.as_bytes().get(self.at + length).copied();
        let ends = matches!(
            after,
            None | Some(b'/' | b'?' | b'#' | b'&' | b'>' | b'"' | b' ')
        );
        ends && (before == b'/' || before == b'=' && self.before.is_query(self.text, self.at))
    }

    /// A random key, of the standard alphabet of base64 where no URL can be meant, else of the URL-safe one.
    fn key(&mut self) -> Option<usize> {
        let before = self.at.checked_sub(1).map_or(b'"', |at| self.byte(at));
        let is_apart = matches!(
            before,
            b'"' | b'\'' | b' ' | b'=' | b':' | b',' | b';' | b'<'
        );
        for (alphabet, standard) in [(1, true), (0, false)] {
            let KeyRun { end, in_vain } = self.keys[alphabet];
            let is_inside = self.at < end;
            if standard && !is_apart || is_inside && in_vain {
                continue;
            }
            let end = match is_inside {
                true => end,
                false => identity::key_end(self.text, self.at, standard),
            };
            let run = &self.text[self.at..end];
            let is_key = identity::is_key(run) && !identity::is_hex(run);
            let in_vain = !is_key;
            self.keys[alphabet] = KeyRun { end, in_vain };
            if is_key {
                return Some(run.len());
            }
        }
        None
    }
}
