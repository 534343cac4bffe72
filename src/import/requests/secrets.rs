//! Secrets of requests, replaced by variables of the environment before anything is written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Part, Payload, Request};

/// Words by which the name of a header, field or parameter says that its value is a secret.
const NAMES: [&str; 22] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "session",
    "sessionid",
    "sid",
    "csrf",
    "xsrf",
    "jwt",
    "bearer",
    "signature",
    "authorization",
    "cookie",
    "otp",
    "authkey",
    "connectionstring",
];

/// What tokens of known makers begin with.
const PREFIXES: [&str; 12] = [
    "eyJ",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk_live_",
    "sk_test_",
    "sk-",
    "xoxb-",
    "xoxp-",
    "AKIA",
];

/// The secrets that were found, by value.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    names: BTreeMap<String, String>,
    /// What each variable stands for.
    pub told: BTreeMap<String, String>,
}

/// Whether a name says that its value is a secret: `X-Api-Key`, `access_token`, `clientSecret`.
pub(super) fn is_secret_name(name: &str) -> bool {
    let clean: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let clean = clean.to_ascii_lowercase();
    // What counts or times tokens is none.
    let counts = [
        "count", "expires", "expiry", "type", "limit", "tokens", "length", "max",
    ];
    NAMES.iter().any(|word| clean.contains(word))
        && !counts
            .iter()
            .any(|word| clean.ends_with(word) || clean.starts_with(word))
        || ["key", "sig", "auth", "pin", "pass", "pwd"].contains(&clean.as_str())
}

fn is_token(value: &str) -> bool {
    value.len() >= 20 && PREFIXES.iter().any(|prefix| value.starts_with(prefix))
}

impl Secrets {
    /// The template of the variable that stands for a secret.
    fn variable(&mut self, wanted: &str, value: &str, what: &str) -> String {
        if value.is_empty() || value.contains("{{") {
            return value.to_owned();
        }
        if let Some(name) = self.names.get(value) {
            return format!("{{{{ env.{name} }}}}");
        }
        let clean: String = wanted
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        let base = match clean.trim_matches('_') {
            "" => "SECRET".to_owned(),
            clean if clean.starts_with(|c: char| c.is_ascii_digit()) => format!("SECRET_{clean}"),
            clean => clean.to_owned(),
        };
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        let mut all = std::iter::once(base.clone()).chain(numbered);
        let name = all
            .find(|name| !self.told.contains_key(name))
            .unwrap_or(base);
        self.told.insert(name.clone(), what.to_owned());
        self.names.insert(value.to_owned(), name.clone());
        format!("{{{{ env.{name} }}}}")
    }

    /// Replaces what is known to be secret by where it stands and by what it is called.
    pub fn take_named(
        &mut self,
        request: &mut Request,
        user: Option<String>,
        query: &mut [(String, String)],
    ) {
        if let Some(user) = user {
            let value = basic(&user);
            request
                .headers
                .push(("Authorization".to_owned(), format!("Basic {value}")));
        }
        for (name, value) in &mut request.headers {
            *value = self.header(name, value);
        }
        for (name, value) in query {
            *value = self.field(name, value, "the parameter");
        }
        match &mut request.body {
            Payload::Json(json) => self.json(json),
            Payload::Form(fields) => {
                for (name, value) in fields {
                    *value = self.field(name, value, "the field");
                }
            }
            Payload::Multipart(parts) => {
                for (name, part) in parts {
                    if let Part::Text(value) = part {
                        *value = self.field(name, value, "the field");
                    }
                }
            }
            Payload::Text(text) => *text = self.text(text),
            Payload::Empty | Payload::File(_) => {}
        }
    }

    fn header(&mut self, name: &str, value: &str) -> String {
        let what = format!("the header {name}");
        if name.eq_ignore_ascii_case("authorization")
            || name.eq_ignore_ascii_case("proxy-authorization")
        {
            return match value.split_once(' ') {
                Some((scheme, credential)) => {
                    let wanted = match scheme.to_ascii_lowercase().as_str() {
                        "bearer" | "token" => "API_TOKEN",
                        "basic" => "BASIC_CREDENTIALS",
                        _ => "AUTHORIZATION",
                    };
                    let what = format!("{what}, behind `{scheme}`");
                    format!(
                        "{scheme} {}",
                        self.variable(wanted, credential.trim(), &what)
                    )
                }
                None => self.variable("AUTHORIZATION", value, &what),
            };
        }
        if name.eq_ignore_ascii_case("cookie") {
            // Nobody knows which cookie is harmless.
            let cookies = value
                .split(';')
                .map(|cookie| match cookie.trim().split_once('=') {
                    Some((key, value)) => {
                        let what = format!("the cookie {key}");
                        format!(
                            "{key}={}",
                            self.variable(&format!("COOKIE_{key}"), value, &what)
                        )
                    }
                    None => cookie.trim().to_owned(),
                });
            return cookies.collect::<Vec<_>>().join("; ");
        }
        self.field(name, value, "the header")
    }

    fn field(&mut self, name: &str, value: &str, kind: &str) -> String {
        if is_secret_name(name) || is_token(value) {
            return self.variable(name, value, &format!("{kind} {name}"));
        }
        value.to_owned()
    }

    fn json(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) => *text = self.field(name, text, "the field"),
                        Value::Number(number) if is_secret_name(name) => {
                            let text = number.to_string();
                            *value = self
                                .variable(name, &text, &format!("the field {name}"))
                                .into();
                        }
                        other => self.json(other),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Value::String(text) if is_token(text) => {
                *text = self.variable("TOKEN", text, "a token in a body")
            }
            _ => {}
        }
    }

    /// Text of an unknown form: whatever follows a secret name up to the end of the value.
    fn text(&mut self, text: &str) -> String {
        let mut out = String::new();
        for piece in text.split_inclusive(['\n', '&', ',', ';', '<', '>', ' ']) {
            let end = piece.len()
                - piece
                    .chars()
                    .next_back()
                    .filter(|c| "\n&,;<> ".contains(*c))
                    .map_or(0, char::len_utf8);
            let (inner, behind) = piece.split_at(end);
            let pair = inner.split_once(['=', ':']);
            match pair {
                Some((name, value))
                    if is_secret_name(name) && !value.trim_matches(['"', '\'']).is_empty() =>
                {
                    let secret = value.trim_matches(['"', '\'']);
                    let variable =
                        self.variable(name, secret, &format!("a value called {name} in a body"));
                    out.push_str(&inner[..name.len() + 1]);
                    out.push_str(&value.replace(secret, &variable));
                }
                _ if is_token(inner) => {
                    out.push_str(&self.variable("TOKEN", inner, "a token in a body"))
                }
                _ => out.push_str(inner),
            }
            out.push_str(behind);
        }
        out
    }

    /// Replaces secrets that are known by now wherever else they stand.
    pub fn hide(&self, text: &str) -> String {
        let mut out = text.to_owned();
        let mut longest: Vec<(&String, &String)> = self
            .names
            .iter()
            .filter(|(value, _)| value.len() >= 6)
            .collect();
        longest.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        for (value, name) in longest {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), &format!("{{{{ env.{name} }}}}"));
            }
        }
        out
    }

    /// As [`Secrets::hide`], in every text of a value.
    pub fn hide_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(members) => members.values_mut().for_each(|value| self.hide_in(value)),
            _ => {}
        }
    }

    /// Whether a value is one of the secrets, so that nothing may be named after it.
    pub fn knows(&self, value: &str) -> bool {
        is_token(value) || self.names.contains_key(value)
    }

    /// A variable for a value in a path whose place says that it is secret.
    pub fn in_path(&mut self, name: &str, value: &str) -> Option<String> {
        let secret =
            is_secret_name(name) && name != "key" && name != "session" || self.knows(value);
        secret.then(|| self.variable(name, value, &format!("a value called {name} in a path")))
    }
}

/// `user:password` as it stands behind `Basic`.
pub(super) fn basic(user: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(user)
}
