//! A string as literal parts and volatile tokens.

mod scan;

use std::collections::HashSet;
use std::ops::Range;

use self::scan::Scan;
use super::kind::{Kind, identity, time};

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

/// How many characters at the end of a name [`names_id`] looks at, and some more.
const END_OF_NAME: usize = 8;

/// Whether the parameter whose value begins at a byte of a query has a name that says that it is an id: `?id=1`,
/// `&project_id=1`.
pub(super) fn is_named_id(query: &str, at: usize) -> bool {
    let Some(before) = query.get(..at).and_then(|text| text.strip_suffix('=')) else {
        return false;
    };
    let end = before.char_indices().rev().take(END_OF_NAME).last();
    let end = end.map_or("", |(start, _)| &before[start..]);
    end.rsplit(['?', '&']).next().is_some_and(names_id)
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
    let mut scan = Scan::new(text, context);
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
    scan.into_tokens()
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
        for part in ["a-1-", "a=12345&", "a=1?b/=2&", "eyJabcdefgh1-", "$A$1"] {
            let text = part.repeat(500_000 / part.len());
            let start = std::time::Instant::now();
            found(&text);
            assert!(start.elapsed().as_secs() < 5, "{part}");
        }
    }

    #[test]
    fn values_that_a_boundary_would_cut_are_looked_at_once() {
        for (part, end) in [("a1B2c3D4-", ""), ("eyJabc1-", ".abcd.1"), ("$a$b1", "")] {
            let text = format!("{}{end}5X", part.repeat(500_000 / part.len()));
            let context = Context {
                boundary: Some("5X"),
                ..Context::default()
            };
            let start = std::time::Instant::now();
            tokens(&text, context);
            assert!(start.elapsed().as_secs() < 5, "{part}");
        }
    }
}
