//! Strings that are secrets by their form.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// What a string of a well-known form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON Web Token (RFC 7519), signed or encrypted.
    Jwt,
    /// A private key as text (RFC 7468; OpenPGP, RFC 9580).
    PrivateKey,
    /// A token whose prefix says who gave it out.
    Token,
}

const JWT_FORM: &str = r"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,4}";

const KEY_BEGINS_FORM: &str = r"(?-u)-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----";

static KEY_BEGINS: LazyLock<Regex> = LazyLock::new(|| pattern(KEY_BEGINS_FORM));

static KEY_ENDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"));

/// How much behind its first line is taken for a private key whose last line is not there, in bytes: a key of RSA with
/// 16,384 bits has 13,000, and what goes on for longer is something else.
const LONGEST_CUT_OFF: usize = 64 * 1024;

/// As the services document them. Publishable keys (`pk_live_…`) are none.
const TOKENS: &[&str] = &[
    // GitHub, GitLab
    r"gh[opsur]_[A-Za-z0-9]{20,}",
    r"github_pat_[A-Za-z0-9_]{22,}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_-]{20,}",
    // Slack
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"xapp-[0-9]-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]{16,}",
    // AWS
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?-u:\b)",
    // Stripe
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"whsec_[A-Za-z0-9+/]{20,}={0,2}",
    // Google
    r"AIza[A-Za-z0-9_-]{35}",
    r"ya29\.[A-Za-z0-9_-]{20,}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    // Registries of packages and images
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-AgE[A-Za-z0-9_-]{16,}",
    r"rubygems_[0-9a-f]{40,}",
    r"dckr_pat_[A-Za-z0-9_-]{20,}",
    // Others
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"do[opr]_v1_[0-9a-f]{64}",
    r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}",
    r"sq0[a-z]{3}-[A-Za-z0-9_-]{22,}",
    r"sntry[su]_[A-Za-z0-9+/=_-]{40,}",
    r"sk-(?:proj|svcacct|admin|ant-[a-z0-9]+)-[A-Za-z0-9_-]{20,}",
    r"sk-[A-Za-z0-9]{32,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"hv[bsr]\.[A-Za-z0-9_-]{24,}",
    r"dapi[0-9a-f]{32}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
];

/// A form that begins with a letter begins a word.
const BEGIN: &str = r"(?-u:\b)";

/// The same in a JSON text, where the letter before it may be that of an escape (RFC 8259, section 7).
const BEGIN_IN_JSON: &str = r"(?:(?-u:\b)|\\[bfnrt])";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

static JWT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{BEGIN}{JWT_FORM}")));

static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!("{BEGIN}(?:{})", TOKENS.join("|"))));

/// Any of the three, where `begin` says what may stand before those that begin with a letter.
fn any(begin: &str) -> Regex {
    let tokens = TOKENS.join("|");
    pattern(&format!(
        "{begin}(?:{JWT_FORM}|{tokens})|(?:{KEY_BEGINS_FORM})"
    ))
}

/// Any of the three, whatever stands before it: most texts hold none, and are searched once instead of three times.
static ANY: LazyLock<Regex> = LazyLock::new(|| any(""));

/// Any of the three in a JSON text. Slower, and needed only where [`ANY`] found what may be the end of a longer word.
static ANY_IN_JSON: LazyLock<Regex> = LazyLock::new(|| any(BEGIN_IN_JSON));

impl Form {
    /// What it is, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Jwt => "a JSON Web Token",
            Self::PrivateKey => "a private key",
            Self::Token => "a token of a well-known form",
        }
    }
}

/// No string of a well-known form is shorter: a JSON Web Token without a payload.
const SHORTEST: usize = 11;

/// Compiles the patterns, which the first text would have to wait for.
pub(super) fn get_ready() {
    LazyLock::force(&ANY);
}

/// Whether there may be any; where not, there is none.
pub(super) fn may_hold_any(text: &[u8]) -> bool {
    text.len() >= SHORTEST && ANY.is_match(text)
}

/// The same of the strings of a JSON text, read where their escapes are not: of all but `\u` and `\/`, which may stand for a
/// letter of a form itself.
pub(super) fn may_hold_any_in_json(text: &[u8]) -> bool {
    may_hold_any(text) && ANY_IN_JSON.is_match(text)
}

/// The strings of a well-known form.
pub(super) fn find(text: &[u8]) -> Vec<(Range<usize>, Form)> {
    let mut found = Vec::new();
    if !may_hold_any(text) {
        return found;
    }
    for (pattern, form) in [(&JWT, Form::Jwt), (&TOKEN, Form::Token)] {
        found.extend(pattern.find_iter(text).map(|found| (found.range(), form)));
    }
    found.extend(private_keys(text).map(|range| (range, Form::PrivateKey)));
    found
}

/// Private keys from their first to their last line; the end may be cut off.
fn private_keys(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let (mut at, mut may_end) = (0, true);
    std::iter::from_fn(move || {
        loop {
            let begin = KEY_BEGINS.find_at(text, at)?;
            let last = may_end.then(|| KEY_ENDS.find_at(text, begin.end()));
            let last = last.flatten();
            // Where one has no last line, no later one has.
            may_end = last.is_some();
            at = match last {
                Some(last) => last.end(),
                None => cut_off(text, begin.end()),
            };
            let inner = last.map(|last| text.get(begin.end()..last.start()).unwrap_or_default());
            if inner.is_none_or(holds_a_key) {
                return Some(begin.start()..at);
            }
        }
    })
}

/// Whether anything stands between the lines: `...` says that a key belongs there. Line breaks may be escaped.
fn holds_a_key(inner: &[u8]) -> bool {
    const LONGEST: usize = 64;
    if inner.len() > LONGEST {
        return true;
    }
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' {
            bytes.next();
        } else if byte.is_ascii_alphanumeric() {
            return true;
        }
    }
    false
}

/// Where a key that is cut off ends at the latest, between characters.
fn cut_off(text: &[u8], begin: usize) -> usize {
    let limit = text.len().min(begin.saturating_add(LONGEST_CUT_OFF));
    let rest = text.get(limit..).unwrap_or_default();
    let within = rest.iter().take_while(|byte| *byte & 0xC0 == 0x80);
    limit + within.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<Form> {
        find(text.as_bytes())
            .into_iter()
            .map(|(_, form)| form)
            .collect()
    }

    #[test]
    fn well_known_forms_are_found() {
        let placeholder = "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----";
        assert!(forms(placeholder).is_empty());

        let long = "0aB1".repeat(16);
        // Put together here, so that no scanner takes this file for a leak.
        for (prefix, len) in [
            ("ghp_", 36),
            ("github_pat_", 40),
            ("glpat-", 20),
            ("xoxb-", 40),
            ("sk_live_", 24),
            ("rk_test_", 24),
            ("AIza", 35),
            ("npm_", 36),
            ("pypi-AgE", 60),
            ("ya29.", 40),
            ("hf_", 34),
            ("sk-proj-", 40),
        ] {
            let token = format!("{prefix}{}", &long[..len]);
            assert_eq!(forms(&format!("({token})")), [Form::Token], "{prefix}");
            assert_eq!(forms(&format!("x{token}")), [], "{prefix} within a word");
        }
        let id = format!("AKIA{}", "ABCDEFGH01234567");
        assert_eq!(forms(&id), [Form::Token]);
        assert_eq!(forms(&format!("{id}8")), []);
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        assert_eq!(forms(&format!("Bearer {jwt}")), [Form::Jwt]);
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        assert_eq!(find(key.as_bytes()), [(0..key.len(), Form::PrivateKey)]);
        assert_eq!(
            forms("-----BEGIN PRIVATE KEY-----\nMIIE"),
            [Form::PrivateKey]
        );
    }

    #[test]
    fn a_private_key_without_end_does_not_reach_to_the_end_of_everything() {
        let begin = "-----BEGIN PRIVATE KEY-----";
        let filler = "ä".repeat(2 * LONGEST_CUT_OFF);
        let text = format!("{begin}x{filler}{begin}\nMIIE");
        let second = text.len() - begin.len() - 5;
        let found = find(text.as_bytes());
        assert_eq!(found.len(), 2);
        let (first, _) = &found[0];
        assert_eq!(first.len(), begin.len() + LONGEST_CUT_OFF + 1);
        assert!(text.is_char_boundary(first.end));
        assert_eq!(found[1].0, second..text.len());
        // One that ends is hidden to its end.
        let text = format!("{begin}{filler}-----END PRIVATE KEY-----{filler}{begin}");
        let end = text.len() - filler.len() - begin.len();
        assert_eq!(find(text.as_bytes())[0].0, 0..end);
    }

    #[test]
    fn in_a_json_text_a_form_may_begin_behind_an_escape() {
        let token = format!("ghp_{}", "0aB1".repeat(9));
        let key = "-----BEGIN PRIVATE KEY-----";
        for before in ["", "x ", r"\n", r"\t", r"\r", r"\b", r"\f", r"\\n", r#"\""#] {
            for form in [&token, key, "eyJabcdef.."] {
                let text = format!("[\"{before}{form}\"]");
                assert!(may_hold_any_in_json(text.as_bytes()), "{text}");
            }
        }
        for before in ["n", "x", "_"] {
            let text = format!("[\"{before}{token}\"]");
            assert!(!may_hold_any_in_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_shortest_one_is_found() {
        let shortest = "eyJabcdef..";
        assert_eq!(shortest.len(), SHORTEST);
        assert_eq!(forms(shortest), [Form::Jwt]);
    }

    #[test]
    fn what_everybody_may_see_is_no_secret() {
        let hex = "91e7f361a317f5bd0bb45719e0132c40";
        for text in [
            hex,
            &format!("https://{hex}@sentry.io/2"),
            "pk_live_0aB10aB10aB10aB1",
            "eyJhbGciOiJI",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----",
            "sk-spinner-fading-circle",
            "global-search-with-suggestions",
            "9a2e63c1-51e9-4dd1-8a38-6b0c94a0f6dd",
        ] {
            assert_eq!(forms(text), [], "{text}");
        }
    }
}
