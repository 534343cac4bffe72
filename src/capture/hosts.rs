//! The shown host in the place of the real authority.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use super::base::BaseUrl;

/// Replaces the authority under which the API really answers, wherever it appears.
///
/// An authority is found alone (`127.0.0.1:8000`), in URLs with and without user information, with JSON's
/// escaped slashes, and percent-encoded. It is replaced only whole: `127.0.0.1:80` is no part of
/// `127.0.0.1:8080`. Where the shown host has a scheme, that of a URL follows it.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    real: Vec<Authority>,
    /// Finds what every spelling of a real authority holds; most texts hold none of it.
    sign: Option<AhoCorasick>,
    scheme: String,
    shown_scheme: Option<String>,
    shown: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Authority {
    text: String,
    /// Whether a port stands at its end.
    port: bool,
    /// Whether it counts only behind `//` or `@`: the word `localhost` is no authority by itself.
    in_url: bool,
}

/// How the characters around an authority are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Percent,
}

impl Hosts {
    /// `shown` is `https://host` or a bare host. Without it the real authority stays, but not a port
    /// of our choosing (`random_port`), which differs in every run.
    pub fn new(base: &BaseUrl, shown: Option<&str>, random_port: bool) -> Self {
        let (shown_scheme, shown) = match shown {
            Some(shown) => match shown.split_once("://") {
                Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
                None => (None, shown),
            },
            None if random_port => (None, base.host.as_str()),
            None => (None, ""),
        };
        let shown = shown.split('/').next().unwrap_or(shown);
        let shown = match shown {
            "" => base.authority(),
            shown => shown.to_owned(),
        };
        let real = authorities(base);
        // What is no letter or digit may be percent-encoded.
        let signs = real.iter().filter_map(|authority| {
            let runs = authority.text.split(|c: char| !c.is_ascii_alphanumeric());
            runs.max_by_key(|run| run.len())
        });
        let sign = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(signs);
        Self {
            real,
            sign: sign.ok(),
            scheme: base.scheme.clone(),
            shown_scheme,
            shown,
        }
    }

    /// What stands in the place of the real authority.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// A secret as it is shown, where it holds the real host and more than that: a DSN, say. The address alone is none.
    pub fn secret_form(&self, secret: &str) -> Option<String> {
        let Cow::Owned(shown) = self.replace(secret) else {
            return None;
        };
        let rest = shown.replacen(&self.shown, "", 1);
        let is_more = rest
            .trim_start_matches("https")
            .trim_start_matches("http")
            .contains(char::is_alphanumeric);
        is_more.then_some(shown)
    }

    /// The text with the shown host.
    pub fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.sign.as_ref().is_some_and(|sign| !sign.is_match(text)) {
            return Cow::Borrowed(text);
        }
        let bytes = text.as_bytes();
        let mut out = String::new();
        let (mut copied, mut at) = (0, 0);
        while at < bytes.len() {
            let Some((len, form, authority)) = self.find(bytes, at) else {
                at += 1;
                continue;
            };
            let url = Url::before(bytes, copied, at);
            if authority.in_url && url.is_none() {
                at += len;
                continue;
            }
            let mut form = form;
            let mut kept_from = copied;
            if let Some(url) = &url {
                form = form.or(url.form);
                if let Some(scheme) = self.scheme(&text[url.scheme.clone()]) {
                    out.push_str(&text[copied..url.scheme.start]);
                    out.push_str(&scheme);
                    kept_from = url.scheme.end;
                }
            }
            out.push_str(&text[kept_from..at]);
            match form {
                Form::Plain => out.push_str(&self.shown),
                Form::Percent => out.push_str(&self.shown.replace(':', "%3A")),
            }
            at += len;
            copied = at;
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// The same in the strings and keys of a JSON value; says whether there was anything to replace.
    pub fn replace_in(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.replace(text) {
                Cow::Borrowed(_) => false,
                Cow::Owned(shown) => {
                    *text = shown;
                    true
                }
            },
            Value::Array(items) => {
                let replaced = items.iter_mut().map(|item| self.replace_in(item));
                replaced.fold(false, |any, replaced| any | replaced)
            }
            Value::Object(members) => {
                let mut any = false;
                let mut in_keys = false;
                for (key, member) in members.iter_mut() {
                    any |= self.replace_in(member);
                    in_keys |= matches!(self.replace(key), Cow::Owned(_));
                }
                if in_keys {
                    let shown = std::mem::take(members).into_iter();
                    let shown = shown.map(|(key, member)| match self.replace(&key) {
                        Cow::Owned(shown) => (shown, member),
                        Cow::Borrowed(_) => (key, member),
                    });
                    *members = shown.collect();
                }
                any | in_keys
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// The scheme that follows from the shown one, where it differs.
    fn scheme(&self, scheme: &str) -> Option<String> {
        let shown = self.shown_scheme.as_deref()?;
        if scheme.eq_ignore_ascii_case(&self.scheme) {
            return Some(shown.to_owned());
        }
        let socket = |scheme: &str| match scheme {
            "http" => Some("ws"),
            "https" => Some("wss"),
            _ => None,
        };
        let real = socket(&self.scheme)?;
        scheme
            .eq_ignore_ascii_case(real)
            .then(|| socket(shown).map(str::to_owned))?
    }

    /// An authority that begins here and stands whole.
    fn find(&self, bytes: &[u8], at: usize) -> Option<(usize, Form, &Authority)> {
        // Cheap, for most bytes of a body are not the beginning of an authority.
        let first = bytes[at].to_ascii_lowercase();
        self.real.iter().find_map(|authority| {
            let wanted = authority.text.as_bytes();
            if wanted.first() != Some(&first) && first != b'%' {
                return None;
            }
            let (len, form) = match_at(&bytes[at..], wanted)?;
            let whole = begins_at(bytes, at) && ends_at(bytes, at + len, authority.port);
            whole.then_some((len, form, authority))
        })
    }
}

impl Form {
    fn or(self, other: Self) -> Self {
        if self == Self::Percent { self } else { other }
    }
}

/// The names under which the base URL's server may speak of itself.
fn authorities(base: &BaseUrl) -> Vec<Authority> {
    let mut hosts = vec![base.host.as_str()];
    if base.is_loopback() && base.port.is_some() {
        // A server that was told its port alone gives itself one of these names.
        hosts.extend(["localhost", "127.0.0.1", "0.0.0.0", "[::1]"]);
        hosts.dedup();
    }
    let mut out: Vec<Authority> = Vec::new();
    for host in hosts {
        let port = base.port.unwrap_or_else(|| base.default_port());
        let with_port = Authority {
            text: format!("{host}:{port}"),
            port: true,
            in_url: false,
        };
        let alone = Authority {
            text: host.to_owned(),
            port: false,
            in_url: !host.contains(['.', '[']),
        };
        let candidates = [
            Some(with_port),
            (port == base.default_port()).then_some(alone),
        ];
        for authority in candidates.into_iter().flatten() {
            if !out.contains(&authority) {
                out.push(authority);
            }
        }
    }
    out
}

/// The length of `wanted` at the beginning of `bytes`, whose `:`, `[` and `]` may be percent-encoded.
fn match_at(bytes: &[u8], wanted: &[u8]) -> Option<(usize, Form)> {
    let mut at = 0;
    let mut form = Form::Plain;
    for &want in wanted {
        let byte = *bytes.get(at)?;
        if byte.eq_ignore_ascii_case(&want) {
            at += 1;
        } else if byte == b'%' && !want.is_ascii_alphanumeric() {
            let hex = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            if u8::from_str_radix(hex, 16) != Ok(want) {
                return None;
            }
            form = Form::Percent;
            at += 3;
        } else {
            return None;
        }
    }
    Some((at, form))
}

/// Whether what stands before is no part of the same name.
fn begins_at(bytes: &[u8], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|index| bytes.get(index)) else {
        return true;
    };
    if !(before.is_ascii_alphanumeric() || b"-._".contains(&before)) {
        return true;
    }
    // The end of `%2F` or of `\n` is no letter of a name.
    let encoded =
        at >= 3 && bytes[at - 3] == b'%' && bytes[at - 2..at].iter().all(u8::is_ascii_hexdigit);
    let escaped = at >= 2 && bytes[at - 2] == b'\\' && b"ntrbf".contains(&before);
    encoded || escaped
}

/// Whether what stands behind is no part of the same authority.
fn ends_at(bytes: &[u8], at: usize, port: bool) -> bool {
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let word = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_alphanumeric);
    if port {
        return !digit(at);
    }
    match bytes.get(at) {
        None => true,
        Some(b':') => !digit(at + 1),
        Some(b'.' | b'-') => !word(at + 1),
        Some(b'%') => {
            !(bytes[at + 1..].starts_with(b"3A") || bytes[at + 1..].starts_with(b"3a"))
                || !digit(at + 3)
        }
        Some(&byte) => !(byte.is_ascii_alphanumeric() || byte == b'_'),
    }
}

/// What stands before an authority within a URL.
struct Url {
    /// The bytes of the scheme; empty where there is none.
    scheme: std::ops::Range<usize>,
    form: Form,
}

impl Url {
    /// `floor` is where what was already replaced ends.
    fn before(bytes: &[u8], floor: usize, at: usize) -> Option<Self> {
        let before = &bytes[floor..at];
        let behind_slashes = slashes(before).or_else(|| {
            // User information (RFC 3986, section 3.2.1) ends with `@`.
            if !(before.ends_with(b"@") || before.ends_with(b"%40")) {
                return None;
            }
            let part =
                |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@".contains(byte);
            let run = before.iter().rev().take_while(|byte| part(byte)).count();
            let start = before.len() - run;
            // In percent-encoded text the slashes are part of the run.
            slashes(&before[..start]).or_else(|| {
                (start..before.len()).rev().find_map(|end| {
                    slashes(&before[..end]).filter(|(_, form)| *form == Form::Percent)
                })
            })
        });
        let (slashes_at, form) = behind_slashes?;
        let head = &before[..slashes_at];
        let head = head
            .strip_suffix(b":")
            .or_else(|| head.strip_suffix(b"%3A"))
            .or_else(|| head.strip_suffix(b"%3a"));
        let scheme = match head {
            None => floor..floor,
            Some(head) => {
                let len = head
                    .iter()
                    .rev()
                    .take_while(|byte| byte.is_ascii_alphanumeric())
                    .count();
                // `%3D` before a scheme is no part of it, though it ends with a letter.
                let word = &head[head.len() - len..];
                let len = [&b"https"[..], b"http", b"wss", b"ws"]
                    .iter()
                    .find(|known| {
                        word.len() >= known.len()
                            && word[word.len() - known.len()..].eq_ignore_ascii_case(known)
                    })
                    .map_or(len, |known| known.len());
                floor + head.len() - len..floor + head.len()
            }
        };
        Some(Self { scheme, form })
    }
}

/// Where the two slashes begin with which the bytes end.
fn slashes(before: &[u8]) -> Option<(usize, Form)> {
    let forms: [(&[u8], Form); 4] = [
        (b"//", Form::Plain),
        (b"\\/\\/", Form::Plain),
        (b"%2F%2F", Form::Percent),
        (b"%2f%2f", Form::Percent),
    ];
    forms.iter().find_map(|(slashes, form)| {
        before
            .ends_with(slashes)
            .then(|| (before.len() - slashes.len(), *form))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(base: &str, shown: Option<&str>) -> Hosts {
        Hosts::new(&BaseUrl::parse(base).unwrap(), shown, false)
    }

    #[test]
    fn every_form_of_the_authority_is_replaced() {
        let hosts = hosts("http://127.0.0.1:8000", Some("https://sentry.io"));
        for (real, shown) in [
            ("127.0.0.1:8000", "sentry.io"),
            ("http://127.0.0.1:8000/a", "https://sentry.io/a"),
            (
                "http://KEY:SECRET@127.0.0.1:8000/2",
                "https://KEY:SECRET@sentry.io/2",
            ),
            ("a http://localhost:8000, b", "a https://sentry.io, b"),
            ("ws://0.0.0.0:8000/", "wss://sentry.io/"),
            ("redis://127.0.0.1:8000", "redis://sentry.io"),
            ("//127.0.0.1:8000/x", "//sentry.io/x"),
            (r"http:\/\/127.0.0.1:8000\/a", r"https:\/\/sentry.io\/a"),
            (
                "?next=http%3A%2F%2F127.0.0.1%3A8000%2Fa",
                "?next=https%3A%2F%2Fsentry.io%2Fa",
            ),
            (
                "x%3Dhttp%3a%2f%2fk%3as%40127.0.0.1%3a8000",
                "x%3Dhttps%3a%2f%2fk%3as%40sentry.io",
            ),
            (
                "<http://127.0.0.1:8000/?a>; rel=x, <http://127.0.0.1:8000/>",
                "<https://sentry.io/?a>; rel=x, <https://sentry.io/>",
            ),
            (r"a\n127.0.0.1:8000", r"a\nsentry.io"),
        ] {
            assert_eq!(hosts.replace(real), shown, "{real}");
        }
    }

    #[test]
    fn only_whole_authorities_are_replaced() {
        let first = hosts("http://127.0.0.1:80", Some("https://x"));
        for text in [
            "127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "1127.0.0.1:80",
            "a.127.0.0.1:80",
            "127.0.0.10",
            "localhost is a word",
        ] {
            assert_eq!(first.replace(text), text);
        }
        assert_eq!(first.replace("http://127.0.0.1/"), "https://x/");
        let named = hosts("https://api.example.com", Some("docs.example.com"));
        assert_eq!(
            named.replace("https://api.example.com/ at api.example.com."),
            "https://docs.example.com/ at docs.example.com."
        );
        for text in [
            "api.example.com.au",
            "my-api.example.com",
            "api.example.com:8443",
        ] {
            assert_eq!(named.replace(text), text);
        }
    }

    #[test]
    fn a_port_of_ours_is_not_shown() {
        let base = BaseUrl::parse("http://127.0.0.1:4711").unwrap();
        assert_eq!(Hosts::new(&base, None, true).shown(), "127.0.0.1");
        assert_eq!(Hosts::new(&base, None, false).shown(), "127.0.0.1:4711");
        let shown = Hosts::new(&base, Some("https://a.example:9/v1"), true);
        assert_eq!(shown.shown(), "a.example:9");
        assert_eq!(
            shown.replace("http%3A%2F%2F127.0.0.1%3A4711"),
            "https%3A%2F%2Fa.example%3A9"
        );
    }
}
