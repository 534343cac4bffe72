//! Secrets by name within texts: parameters of URLs and forms, members of JSON, header lines, parts of forms.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memchr_iter;
use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::{Map, Value};

use super::names::Rules;
use super::node::{Node, View};

/// A value under a name that says that it is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Where its spelling stands.
    pub range: Range<usize>,
    /// The value without encoding.
    pub value: String,
    /// What is shown in its place.
    pub shown: String,
}

// A name that is too long to be one is passed over afterwards: to count in a pattern makes it large.

/// A string of JSON; one that the end of the text cuts off ends there.
const STRING: &str = r#""((?:[^"\\\r\n]|\\.)*)(?:"|\\?\z)"#;

static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    let name = r#""([^"\\\r\n]+)""#;
    Regex::new(&format!(r"{name}\s*:\s*(\[\s*)?{STRING}")).expect("a pattern of ours")
});

/// The next string of an array.
static ITEM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"\A\s*,\s*{STRING}")).expect("a pattern of ours"));

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[<>* \t]*([A-Za-z][A-Za-z0-9-]+):[ \t]*([^\r\n]+?)[ \t\r]*$")
        .expect("a pattern of ours")
});

static PART: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)content-disposition:[^\r\n]*\bname="([^"\r\n]+)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]+)"#)
        .expect("a pattern of ours")
});

/// Headers that carry a credential, and whose names mean nothing else. Each ends with `n`, `e` or `y`.
const HEADERS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
];

/// Whether a name is that of a header that carries a credential, and means nothing else.
pub(super) fn is_header(name: &str) -> bool {
    HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a line of the text may be a header field with a credential that is a secret.
pub(super) fn has_credential_line(text: &str, rules: &Rules) -> bool {
    let bytes = text.as_bytes();
    // Most colons show by the letter before them that no such name ends there.
    let ends_name = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        before.is_some_and(|letter| matches!(letter | 0x20, b'n' | b'e' | b'y'))
    };
    if !memchr_iter(b':', bytes).any(ends_name) {
        return false;
    }
    let blanks = ['<', '>', '*', ' ', '\t'];
    text.split(['\n', '\r']).any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            let name = name.trim_start_matches(blanks);
            let value = value.trim_matches([' ', '\t']);
            is_header(name) && !value.is_empty() && !header(name, value, rules).is_empty()
        })
    })
}

/// Whether a text without any encoding may give a value by a name that says that it is a secret.
pub(super) fn has_secret_parameter(text: &str, rules: &Rules) -> bool {
    memchr_iter(b'=', text.as_bytes()).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches(BLANKS);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_.%[]-".contains(c);
        let name = before.trim_end_matches(is_part).len();
        before
            .get(name..)
            .is_some_and(|name| rules.kind(name).is_some())
    })
}

/// Whether a colon stands behind a quotation mark, as in the text of a JSON object.
fn has_member(text: &str) -> bool {
    memchr_iter(b'"', text.as_bytes()).any(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.trim_start().starts_with(':')
    })
}

/// All of them, in no particular order.
pub(super) fn find(text: &str, rules: &Rules) -> Vec<Named> {
    let mut found = Vec::new();
    let mut add = |range: Range<usize>, value: String, name: &str| {
        if let Some(kind) = rules
            .kind(name)
            .filter(|kind| rules.is_secret(*kind, &value))
        {
            let shown = rules.placeholder(kind).to_owned();
            found.push(Named {
                range,
                value,
                shown,
            });
        }
    };
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    for (name, range) in parameters(text, |name| rules.names_secret(&decoded(name))) {
        let value = text.get(range.clone()).unwrap_or_default();
        add(range, decoded(value), &decoded(name));
    }
    if has_member(text) {
        for captures in MEMBER.captures_iter(text) {
            let (Some(name), Some(first)) = (captures.get(1), captures.get(3)) else {
                continue;
            };
            let name = name.as_str();
            let is_array = captures.get(2).is_some();
            let mut next = rules.names_secret(name).then(|| first.range());
            while let Some(content) = next {
                let spelled = text.get(content.clone()).unwrap_or_default();
                add(content.clone(), unescaped(spelled), name);
                let quote = content.end;
                let behind = text.get(quote + 1..).filter(|_| is_array);
                let item = behind.and_then(|behind| ITEM.captures(behind)?.get(1));
                next = item.map(|item| quote + 1 + item.start()..quote + 1 + item.end());
            }
        }
    }
    // The part of a form has lines.
    if text.contains('"') && text.contains('\n') {
        for captures in PART.captures_iter(text) {
            let (_, [name, value]) = captures.extract();
            let start = captures.get(2).map_or(0, |value| value.start());
            add(start..start + value.len(), value.to_owned(), name);
        }
    }
    // Taking texts apart is slow, and most hold no such line.
    if has_credential_line(text, rules) {
        for captures in LINE.captures_iter(text) {
            let (_, [name, value]) = captures.extract();
            if is_header(name) {
                let start = captures.get(2).map_or(0, |value| value.start());
                for inner in header(name, value, rules) {
                    let range = start + inner.range.start..start + inner.range.end;
                    found.push(Named { range, ..inner });
                }
            }
        }
    }
    found
}

/// What the content of a string of JSON says; as it is spelled, where that is no JSON.
fn unescaped(content: &str) -> String {
    serde_json::from_str(&format!("\"{content}\"")).unwrap_or_else(|_| content.to_owned())
}

/// Blanks within a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// Those parameters of URLs and forms in a text, and settings of a file with one a line (`API_KEY='…'`), whose names count:
/// the names, and where the values stand, without quotes. A name begins a line, or stands behind a delimiter; neither name nor
/// value is empty. What stands in such a value is no name; another one may hold parameters: `next=/a?token=…`. A value in quotes
/// may have blanks around its sign of equality, as in TOML and Python: without quotes, it may be an expression.
fn parameters(
    text: &str,
    counts: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&str, Range<usize>)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.%[]-".contains(c);
    let ends_value = |c: char| c.is_whitespace() || "&#;\"'<>\\".contains(c);
    let mut done = 0;
    memchr_iter(b'=', text.as_bytes()).filter_map(move |at| {
        let before = text.get(done..at)?;
        let is_first = done == 0;
        // No name spans a sign of equality.
        done = at + 1;
        let before_blanks = before.trim_end_matches(BLANKS);
        let outer = before_blanks.trim_end_matches(is_name);
        let name = before_blanks.get(outer.len()..)?;
        if name.is_empty() || !counts(name) {
            return None;
        }
        let begins_line = || {
            let outer = outer.trim_end_matches(BLANKS);
            let outer = outer.strip_suffix("export").unwrap_or(outer);
            let outer = outer.trim_end_matches(BLANKS);
            outer.ends_with(['\n', '\r']) || is_first && outer.is_empty()
        };
        let rest = text.get(at + 1..)?;
        let (start, length) = if outer.ends_with(['?', '&', '#', ';']) {
            // A quote there ends the text that the URL stands in: `href="/login?password="`.
            let is_tight = before_blanks.len() == before.len();
            (at + 1, is_tight.then(|| rest.find(ends_value))?)
        } else if begins_line() {
            let value = rest.trim_start_matches(BLANKS);
            let start = text.len() - value.len();
            match value.chars().next().filter(|c| "'\"".contains(*c)) {
                Some(quote) => (start + 1, value.get(1..)?.find([quote, '\n', '\r'])),
                None if before_blanks.len() < before.len() => return None,
                None => (at + 1, rest.find(ends_value)),
            }
        } else {
            return None;
        };
        let end = length.map_or(text.len(), |length| start + length);
        done = end;
        (start < end).then_some((name, start..end))
    })
}

/// The secrets in the value of a header field: behind the scheme of a credential (RFC 9110, section 11.4), the values of
/// cookies (RFC 6265), and otherwise all of it.
pub(super) fn header(name: &str, value: &str, rules: &Rules) -> Vec<Named> {
    let Some(kind) = rules.kind(name) else {
        return Vec::new();
    };
    let part = |range: Range<usize>| {
        let text = value.get(range.clone())?;
        rules.is_secret(kind, text).then(|| Named {
            range,
            value: text.to_owned(),
            shown: rules.placeholder(kind).to_owned(),
        })
    };
    let lower = name.to_ascii_lowercase();
    let parts: Vec<Range<usize>> = if lower == "set-cookie" {
        // Behind the first part stand attributes.
        let end = value.find(';').unwrap_or(value.len());
        std::iter::once(cookie(value, 0..end)).collect()
    } else if lower == "cookie" {
        let mut at = 0;
        let pairs = value.split(';').map(|pair| {
            let start = at;
            at += pair.len() + 1;
            cookie(value, start..start + pair.len())
        });
        pairs.collect()
    } else if lower.ends_with("authorization") {
        let credentials = value.find(' ').map_or(0, |at| at + 1);
        std::iter::once(credentials..value.len()).collect()
    } else {
        std::iter::once(0..value.len()).collect()
    };
    parts.into_iter().filter_map(part).collect()
}

/// Where the value of a `name=value` pair stands, without quotation marks.
fn cookie(text: &str, pair: Range<usize>) -> Range<usize> {
    let inner = text.get(pair.clone()).unwrap_or_default();
    let start = pair.start + inner.find('=').map_or(0, |at| at + 1);
    let value = text.get(start..pair.end).unwrap_or_default();
    let blanks = value.len() - value.trim_start().len();
    let trimmed = value.trim();
    let (start, trimmed) = match trimmed
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => (start + blanks + 1, quoted),
        None => (start + blanks, trimmed),
    };
    start..start + trimmed.len()
}

/// Whether a pair of strings is a header with a credential: `["Authorization", "Bearer …"]`.
pub fn is_header_pair<N: Node>(items: &[N]) -> Option<(&str, &str)> {
    let [name, value] = items else {
        return None;
    };
    let pair = (name.view().text()?, value.view().text()?);
    is_header(pair.0).then_some(pair)
}

/// The keys that say what a `value` beside them is; the first that is there counts.
pub(super) const NAMES: [&str; 3] = ["name", "key", "header"];

/// What the value of a member is called: by its key, and that of `{"name": "password", "value": "…"}` by its neighbour; `text`
/// gives the string under a key.
pub(super) fn name_of_member<'v>(key: &'v str, text: impl Fn(&str) -> Option<&'v str>) -> &'v str {
    let other = (key == "value").then(|| NAMES.iter().find_map(|key| text(key)));
    other.flatten().unwrap_or(key)
}

/// The strings that the name of a member speaks of: the value, or the items of an array, as in `{"Cookie": ["a=1", "b=2"]}`.
pub(super) fn texts<N: Node>(member: &N) -> impl Iterator<Item = &str> {
    let (alone, items) = match member.view() {
        View::Text(text) => (Some(text), &[][..]),
        View::Array(items) => (None, items),
        View::Number(_) | View::Object | View::Word => (None, &[][..]),
    };
    let items = items.iter().filter_map(|item| item.view().text());
    alone.into_iter().chain(items)
}

/// What a member `value` of an object is called, where there is one: for those who change the members.
pub fn name_of_value(members: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| members.get(key)?.as_str();
    let has_value = members.contains_key("value");
    has_value.then(|| name_of_member("value", text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let found = find(text, &Rules::default()).into_iter();
        found
            .map(|named| (text[named.range].to_owned(), named.value))
            .collect()
    }

    fn one(spelled: &str, value: &str) -> Vec<(String, String)> {
        vec![(spelled.to_owned(), value.to_owned())]
    }

    /// A line is passed over by the letter before its colon.
    #[test]
    fn names_of_headers_end_with_three_letters() {
        assert!(HEADERS.iter().all(|name| name.ends_with(['n', 'e', 'y'])));
    }

    #[test]
    fn secrets_by_name_are_found_in_texts() {
        for (text, spelled, value) in [
            ("/a?x=1&access_token=a%2Fb+c&y", "a%2Fb+c", "a/b c"),
            ("https://a.example/#access_token=abc123", "abc123", "abc123"),
            ("password=x&name=y", "x", "x"),
            ("?a==&password=x=y z=1", "x=y", "x=y"),
            ("?é=1;password=\u{e9}\u{2003}x", "é", "é"),
            ("?x=password=1&password=y", "y", "y"),
            (
                "?password=a?token=b1c2d3e4f5",
                "a?token=b1c2d3e4f5",
                "a?token=b1c2d3e4f5",
            ),
            ("?next=/a?password=y", "y", "y"),
            ("A=1\nAPI_KEY=b2", "b2", "b2"),
            ("A=\r\nAPI_KEY='b 2'\r\nB=1", "b 2", "b 2"),
            ("\n  export API_KEY=\"b\nB=1", "b", "b"),
            ("[env]\nDB_PASSWORD = 'b 2' # x", "b 2", "b 2"),
            ("API_KEY\t=\"b\"", "b", "b"),
            ("API_KEY= \"b\"", "b", "b"),
            ("x\nhref=\"/a?password=y\"", "y", "y"),
            (r#"{"name": "x", "password": "a\"b"}"#, r#"a\"b"#, "a\"b"),
            (
                "x\nAuthorization: Bearer abc123def\ny",
                "abc123def",
                "abc123def",
            ),
            ("> Cookie: sid=abc123\r\n", "abc123", "abc123"),
            (
                "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--b--",
                "hunter2",
                "hunter2",
            ),
        ] {
            assert_eq!(values(text), one(spelled, value), "{text}");
        }
        for text in [
            "/a?page_token=abc&sentry_key=0123456789abcdef",
            "Authorization: Bearer <token>",
            "This wants a token: it is secret.",
            r#"{"hasPassword": true, "secret": 5}"#,
            "token: invalid",
            "set password=x",
            "token = get_token()",
            "a password = 'x'",
            "?a&password = 'x'",
            r#"<a href="/login?password=">Sign in to the shop</a>"#,
            "<a href='/login?user=&amp;password='>Sign in to the shop</a>",
            "password=''",
            "password=\"",
        ] {
            assert_eq!(values(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_is_a_value_too() {
        for (text, spelled, value) in [
            (r#"{"id": "1", "password": "hunter2"#, "hunter2", "hunter2"),
            (r#"{"password": "a\"b\u00e9\"#, r#"a\"b\u00e9"#, "a\"bé"),
            (r#"{"password": "ab\u00"#, r"ab\u00", r"ab\u00"),
            ("{\"password\": \"a\tb", "a\tb", "a\tb"),
            (r#"{"Cookie": ["{{ a }}", "b2"#, "b2", "b2"),
        ] {
            assert_eq!(values(text), one(spelled, value), "{text}");
        }
        for text in [
            r#"{"password": ""#,
            r#"{"hint": "abc"#,
            "Your \"password\": \"\nThank you",
        ] {
            assert_eq!(values(text), [], "{text}");
        }
    }

    #[test]
    fn a_member_may_be_an_array_of_strings() {
        let found = values(r#"{"Cookie": [ "a\"1", "b2" , 3, "c"], "x": ["d"], "password": "e"}"#);
        let known = [("a\\\"1", "a\"1"), ("b2", "b2"), ("e", "e")];
        assert_eq!(
            found,
            known.map(|(spelled, value)| (spelled.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn each_line_may_hold_a_setting() {
        let found = values("DB_PASSWORD=a1\nAPI_KEY='b2'\n");
        let known = [("a1", "a1"), ("b2", "b2")];
        assert_eq!(
            found,
            known.map(|(spelled, value)| (spelled.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn headers_keep_what_is_no_secret() {
        let shown = |name: &str, value: &str| {
            let mut out = value.to_owned();
            for named in header(name, value, &Rules::default()).into_iter().rev() {
                out.replace_range(named.range, &named.shown);
            }
            out
        };
        for (name, value, expected) in [
            ("Authorization", "Bearer abc.def", "Bearer <token>"),
            ("Authorization", "abcdef12", "<token>"),
            ("authorization", "Basic dXNlcjpw", "Basic <token>"),
            (
                "Set-Cookie",
                "sid=abc; Path=/; HttpOnly",
                "sid=<secret>; Path=/; HttpOnly",
            ),
            ("Set-Cookie", "sid=; Max-Age=0", "sid=; Max-Age=0"),
            ("Cookie", "a=1; b=\"2\"", "a=<secret>; b=\"<secret>\""),
            ("X-Api-Key", "abc", "<secret>"),
            ("Content-Type", "application/json", "application/json"),
        ] {
            assert_eq!(shown(name, value), expected);
        }
    }
}
