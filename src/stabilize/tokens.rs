//! A string as literal parts and volatile tokens.

use std::collections::HashSet;
use std::ops::Range;

use super::kind::{Kind, identity, time};

/// The fewest digits that are an id by themselves where they stand in a URL.
const LONG_NUMBER: usize = 5;

/// The fewest digits of the number of a cursor that nothing names.
const CURSOR: usize = 10;

/// A volatile token: the bytes of it in the text, and its kind. What lies between tokens is literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes.
    pub span: Range<usize>,
    /// Its kind.
    pub kind: Kind,
}

/// What is known about the place of a text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The key of the object member, or the header name, that holds the text (for an item, that of its array).
    pub key: Option<&'a str>,
    /// The boundary of the multipart message that the text is part of.
    pub boundary: Option<&'a str>,
    /// The numbers that are ids elsewhere in the document: as segments of a URL they are ids too.
    pub ids: Option<&'a HashSet<String>>,
    /// The numbers that are the first digits of a hash elsewhere in the document: abbreviations of it.
    pub abbreviations: Option<&'a HashSet<String>>,
}

impl<'a> Context<'a> {
    /// The context of a member of that name.
    pub fn of_key(key: &'a str) -> Self {
        Self {
            key: Some(key),
            ..Self::default()
        }
    }

    /// Whether a number here is an id.
    pub fn is_id(&self) -> bool {
        self.key.is_some_and(names_id)
    }
}

/// Whether a key says that its value is an id: `id`, `…_id`, `…-id`, `…Id`, `…ID`, and their plurals.
///
/// ```
/// use apidocs::stabilize::tokens::names_id;
/// assert!(names_id("projectId") && names_id("user_ids") && names_id("ID"));
/// assert!(!names_id("valid") && !names_id("size"));
/// ```
pub fn names_id(key: &str) -> bool {
    let stem = key.strip_suffix('s').unwrap_or(key);
    if stem.eq_ignore_ascii_case("id") {
        return true;
    }
    ["_id", "-id", "_ID", "-ID", "-Id", "Id"]
        .iter()
        .any(|end| stem.ends_with(end))
        || stem
            .strip_suffix("ID")
            .is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_lowercase()))
}

/// Whether the value of a parameter begins at a byte of a text whose name says that it is an id: `?id=1`,
/// `&project_id=1`.
pub(super) fn is_named_id(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at).and_then(|text| text.strip_suffix('=')) else {
        return false;
    };
    let name = before.rsplit(['?', '&']).next();
    before.contains('?') && name.is_some_and(names_id)
}

/// The kind of a JSON number, in its spelling.
pub fn number(text: &str, context: Context<'_>) -> Option<Kind> {
    if context.is_id() && identity::is_decimal(text) {
        Some(Kind::Id)
    } else if time::is_epoch_seconds(text) {
        Some(Kind::EpochSeconds)
    } else if time::is_epoch_milliseconds(text) {
        Some(Kind::EpochMilliseconds)
    } else {
        let (whole, fraction) = text.split_once('.')?;
        let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
        (is_fraction && time::is_epoch_seconds(whole)).then_some(Kind::EpochFloat)
    }
}

/// The volatile tokens of a text, from left to right; they do not overlap.
///
/// ```
/// use apidocs::stabilize::{Context, Kind, tokens};
/// let text = "https://cbd1f80781a5@example.com/2";
/// let found = tokens(text, Context::default());
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].kind, &text[found[0].span.clone()]), (Kind::Hex, "cbd1f80781a5"));
/// ```
pub fn tokens(text: &str, context: Context<'_>) -> Vec<Token> {
    if context.is_id() && identity::is_decimal(text) {
        let span = 0..text.len();
        return vec![Token {
            span,
            kind: Kind::Id,
        }];
    }
    let boundary = context
        .boundary
        .filter(|boundary| !boundary.is_empty() && text.contains(boundary));
    // Every kind has a digit.
    if boundary.is_none() && !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut scan = Scan {
        text,
        at: 0,
        no_key_before: [0, 0],
        ids: context.ids,
        abbreviations: context.abbreviations,
        found: Vec::new(),
    };
    match boundary {
        Some(boundary) => {
            for (start, _) in text.match_indices(boundary) {
                scan.until(start);
                scan.push(boundary.len(), Kind::Boundary);
            }
            scan.until(text.len());
        }
        None => scan.until(text.len()),
    }
    scan.found
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Up to where the characters of a key, of the URL-safe and of the standard alphabet, were looked at in vain.
    no_key_before: [usize; 2],
    ids: Option<&'a HashSet<String>>,
    abbreviations: Option<&'a HashSet<String>>,
    found: Vec<Token>,
}

impl Scan<'_> {
    fn push(&mut self, length: usize, kind: Kind) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.found.push(Token { span, kind });
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// Scans up to a byte; each turn begins where a word may begin.
    fn until(&mut self, end: usize) {
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
            return identity::password_hash(rest).map(|length| (length, Kind::Key));
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
        if let Some(length) = identity::jwt(rest) {
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
    fn decimal(&self, rest: &str, word: &str) -> Option<(usize, Kind)> {
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
        let is_known =
            || self.ids.is_some_and(|ids| ids.contains(word)) || is_named_id(self.text, self.at);
        let is_id = self.is_segment(word.len()) && (word.len() >= LONG_NUMBER || is_known());
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
    fn is_segment(&self, length: usize) -> bool {
        let Some(before) = self.at.checked_sub(1).map(|at| self.byte(at)) else {
            return false;
        };
        let after = self.text.as_bytes().get(self.at + length).copied();
        let ends = matches!(
            after,
            None | Some(b'/' | b'?' | b'#' | b'&' | b'>' | b'"' | b' ')
        );
        let is_query = before == b'='
            && self.text[..self.at]
                .rfind(|c: char| c == '?' || c.is_whitespace())
                .is_some_and(|at| self.byte(at) == b'?');
        ends && (before == b'/' || is_query)
    }

    /// A random key, of the standard alphabet of base64 where no URL can be meant, else of the URL-safe one.
    fn key(&mut self) -> Option<usize> {
        let before = self.at.checked_sub(1).map_or(b'"', |at| self.byte(at));
        let is_apart = matches!(
            before,
            b'"' | b'\'' | b' ' | b'=' | b':' | b',' | b';' | b'<'
        );
        for (alphabet, standard) in [(1, true), (0, false)] {
            if standard && !is_apart || self.at < self.no_key_before[alphabet] {
                continue;
            }
            let look = identity::key(self.text, self.at, standard);
            if look.is_key && !identity::is_hex(&self.text[look.run.clone()]) {
                return Some(look.run.len());
            }
            self.no_key_before[alphabet] = look.run.end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Kind, &str)> {
        tokens(text, Context::default())
            .into_iter()
            .map(|token| (token.kind, &text[token.span]))
            .collect()
    }

    #[test]
    fn tokens_are_found_inside_longer_strings() {
        let hash = "cbd1f80781a5d52db2ce323a7669b5c339dce255";
        let path = format!("/api/0/releases/{hash}/files/1/");
        assert_eq!(found(&path), [(Kind::Hex, hash)]);
        assert_eq!(
            found("https://secure.gravatar.com/avatar/fa4a97b8df1911350952658435e3a36d?s=32&d=mm"),
            [(Kind::Hex, "fa4a97b8df1911350952658435e3a36d")]
        );
        assert_eq!(
            found(
                r#"<https://x/?cursor=1583819858583:0:1>; rel="previous"; cursor="1583819858583:0:1""#
            ),
            [
                (Kind::Cursor, "1583819858583:0:1"),
                (Kind::Cursor, "1583819858583:0:1")
            ]
        );
        assert_eq!(
            found(
                "https://x/records?_limit=1&_token=eyJsYXN0X29iamVjdCI6eyJsYXN0X21vZGlmaWVkIjoxNzk1fQ%3D%3D"
            ),
            [(
                Kind::Key,
                "eyJsYXN0X29iamVjdCI6eyJsYXN0X21vZGlmaWVkIjoxNzk1fQ"
            )]
        );
        assert_eq!(
            found("sentry_key=4a3bbd2086d1477384d46215e749448f, at 2020-03-10T05:57:38Z."),
            [
                (Kind::Hex, "4a3bbd2086d1477384d46215e749448f"),
                (Kind::Iso8601, "2020-03-10T05:57:38Z")
            ]
        );
        assert_eq!(
            found("\"1795380338063\""),
            [(Kind::EpochMilliseconds, "1795380338063")]
        );
        assert_eq!(
            found("ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
            [(Kind::Key, "16C7e42F292c6912E7710c838347Ae178B4a")]
        );
    }

    #[test]
    fn words_versions_and_counts_are_literal() {
        for text in [
            "",
            "PUMP-STATION-2",
            "1.2.3",
            "kinto 26.5.0",
            "/api/0/projects/",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.132 Safari/537.36",
            "attachment; filename=\"facts-1-blob.bin\"",
            "default-src 'none'; frame-ancestors 'none'",
            "max-age=31536000",
            "go_memstats_alloc_bytes_total 7.378552e+06",
            "http://127.0.0.1:8888/v1/",
            "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.001\"} 7",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_number_is_an_id_by_its_key_or_by_a_url() {
        let by_key = tokens("2", Context::of_key("id"));
        assert_eq!(by_key.len(), 1);
        assert_eq!(number("2", Context::of_key("projectId")), Some(Kind::Id));
        assert_eq!(number("2", Context::of_key("count")), None);
        assert_eq!(
            number("1583733600", Context::of_key("count")),
            Some(Kind::EpochSeconds)
        );
        assert_eq!(
            number("1583733600.5", Context::default()),
            Some(Kind::EpochFloat)
        );

        let url = "https://example.com/issues/2/events/73591/";
        assert_eq!(found(url), [(Kind::Id, "73591")]);
        let ids = HashSet::from(["2".to_owned()]);
        let context = Context {
            ids: Some(&ids),
            ..Context::default()
        };
        assert_eq!(tokens(url, context).len(), 2);
        assert_eq!(tokens("2 of 2", context), []);
        assert_eq!(found("/files/?project_id=2&size=3"), [(Kind::Id, "2")]);
    }

    #[test]
    fn a_short_number_is_a_cursor_by_its_name() {
        assert_eq!(
            found("<https://x/?cursor=5:100:0>; cursor=\"5:100:0\"; at=20:45:3"),
            [(Kind::Cursor, "5:100:0"), (Kind::Cursor, "5:100:0")]
        );
    }

    #[test]
    fn digits_alone_abbreviate_a_hash_that_begins_with_them() {
        let known = HashSet::from(["1234567".to_owned()]);
        let context = Context {
            abbreviations: Some(&known),
            ..Context::default()
        };
        let kinds: Vec<_> = tokens("1234567 of 7654321", context)
            .into_iter()
            .map(|token| (token.kind, token.span))
            .collect();
        assert_eq!(kinds, [(Kind::Hex, 0..7)]);
    }

    #[test]
    fn a_boundary_is_known_by_the_header() {
        let context = Context {
            boundary: Some("===5=="),
            ..Context::default()
        };
        let spans: Vec<_> = tokens("--===5==\r\nx\r\n--===5==--", context)
            .into_iter()
            .map(|token| (token.kind, token.span))
            .collect();
        assert_eq!(spans, [(Kind::Boundary, 2..8), (Kind::Boundary, 15..21)]);
    }

    #[test]
    fn a_long_text_is_read_in_one_go() {
        let text = "a-1-".repeat(200_000);
        let start = std::time::Instant::now();
        assert!(found(&text).is_empty());
        assert!(start.elapsed().as_secs() < 5);
    }
}
