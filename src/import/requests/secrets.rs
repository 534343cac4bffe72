//! Secrets of requests, replaced by variables of the environment before anything is written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Part, Payload, Request};
use crate::stabilize::secrets::{Rules, Secrets as Known, is_header_pair, name_of_value, words};

/// The last word of names that say who asks: in a request they are secrets too.
const WHO_ASKS: [&str; 6] = ["session", "sid", "bearer", "signature", "sig", "pass"];

/// Such names as a whole.
const WHO_ASKS_ALONE: [&str; 3] = ["key", "auth", "pin"];

/// Parts of names that say the same, however these are written: `csrfmiddlewaretoken`.
const WHO_ASKS_WITHIN: [&str; 3] = ["csrf", "xsrf", "connectionstring"];

/// Behind `Bearer` in a header of any name, a shorter word may be an ordinary one.
const SHORTEST_BEARER: usize = 8;

/// The secrets that were found, by value.
#[derive(Debug)]
pub(super) struct Secrets {
    rules: Rules,
    found: Known,
    names: BTreeMap<String, String>,
    /// What each variable stands for.
    pub told: BTreeMap<String, String>,
}

impl Secrets {
    /// None yet; the rules say which names mean secrets.
    pub fn new(rules: &Rules) -> Self {
        Self {
            rules: rules.clone(),
            found: Known::new(rules.clone()),
            names: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Whether a name says that its value is a secret: `X-Api-Key`, `access_token`, `clientSecret`, `session`.
    pub fn names_secret(&self, name: &str) -> bool {
        let words = words(name);
        let joined = words.concat();
        let last = words.last().map(String::as_str).unwrap_or_default();
        self.rules.names_secret(name)
            || WHO_ASKS.contains(&last)
            || WHO_ASKS_ALONE.contains(&joined.as_str())
            || WHO_ASKS_WITHIN.iter().any(|part| joined.contains(part))
    }

    /// Whether a value is a secret by its form.
    fn is_token(&self, value: &str) -> bool {
        !self.found.ranges(value).is_empty()
    }

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
            || is_credential(value)
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
        if self.names_secret(name) || self.is_token(value) {
            return self.variable(name, value, &format!("{kind} {name}"));
        }
        value.to_owned()
    }

    fn json(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                let other = name_of_value(members);
                for (key, value) in members {
                    let name = other.as_ref().filter(|_| key == "value").unwrap_or(key);
                    // `{"key": "color", "value": "red"}`: the key is no secret there.
                    let is_other = other.is_some() && value.as_str() == other.as_deref();
                    match key == "key" && is_other {
                        true => self.json(value),
                        false => self.member(name, value),
                    }
                }
            }
            Value::Array(items) => {
                let pair = is_header_pair(items);
                match pair.map(|(name, value)| [name.to_owned(), self.header(name, value)]) {
                    Some(pair) => *items = pair.map(Value::from).into(),
                    None => items.iter_mut().for_each(|item| self.json(item)),
                }
            }
            Value::String(text) if self.is_token(text) => {
                *text = self.variable("TOKEN", text, "a token in a body")
            }
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.field(name, text, "the field"),
            Value::Number(number) if self.names_secret(name) => {
                let what = format!("the field {name}");
                *value = self.variable(name, &number.to_string(), &what).into();
            }
            Value::Array(items) if self.names_secret(name) => {
                let items = items.iter_mut();
                items.for_each(|item| match item {
                    Value::String(_) => self.member(name, item),
                    item => self.json(item),
                });
            }
            other => self.json(other),
        }
    }

    /// The elements of XML by their names.
    fn elements(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('>') {
            let (before, behind) = rest.split_at(at + 1);
            out.push_str(before);
            rest = behind;
            let tag = before.rsplit_once('<').map(|(_, tag)| tag);
            let tag = tag.filter(|tag| !tag.starts_with('/') && !tag.ends_with("/>"));
            let name = tag.and_then(|tag| tag.split([' ', '\t', '\r', '\n', '>']).next());
            let name = name.and_then(|name| name.rsplit(':').next());
            let Some(name) = name.filter(|name| self.names_secret(name)) else {
                continue;
            };
            let Some((content, behind)) = content_of_element(rest) else {
                continue;
            };
            let [before, value, after] = parts_of_content(content);
            if !value.is_empty() {
                let what = format!("an element {name} in a body");
                let variable = self.variable(name, value, &what);
                out.push_str(&format!("{before}{variable}{after}"));
                rest = behind;
            }
        }
        out + rest
    }

    /// Text of an unknown form: whatever stands under the name of a secret, or looks like one.
    fn text(&mut self, text: &str) -> String {
        let text = self.elements(text);
        let mut out = String::new();
        for piece in text.split_inclusive(['\n', '&', ';', '<', '>', ' ']) {
            let inner = piece.trim_end_matches(['\n', '&', ';', '<', '>', ' ']);
            let pair = inner
                .split_once('=')
                .filter(|(name, value)| !value.is_empty() && self.names_secret(name));
            match pair {
                Some((name, value)) => {
                    let what = format!("a value called {name} in a body");
                    out.push_str(&format!("{name}={}", self.variable(name, value, &what)));
                    out.push_str(&piece[inner.len()..]);
                }
                None => out.push_str(piece),
            }
        }
        let mut hidden = String::new();
        let mut done = 0;
        for range in self.found.ranges(&out) {
            hidden.push_str(&out[done..range.start]);
            let value = &out[range.clone()];
            hidden.push_str(&self.variable("SECRET", value, "a value in a body"));
            done = range.end;
        }
        hidden + &out[done..]
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
        self.is_token(value) || self.names.contains_key(value)
    }

    /// A variable for a value in a path whose place says that it is secret.
    pub fn in_path(&mut self, name: &str, value: &str) -> Option<String> {
        let secret =
            self.names_secret(name) && name != "key" && name != "session" || self.knows(value);
        secret.then(|| self.variable(name, value, &format!("a value called {name} in a path")))
    }
}

/// What stands before the end of an element of XML that holds no other, and the rest: text, sections of it that are marked as
/// such, comments and instructions (Extensible Markup Language 1.0, sections 2.4 to 2.7).
fn content_of_element(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.find('<')?;
        let markup = text.get(at..)?;
        if markup.starts_with("</") {
            return text.split_at_checked(at);
        }
        let ends = [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")];
        let (_, end) = ends.iter().find(|(start, _)| markup.starts_with(start))?;
        at += markup.find(end)? + end.len();
    }
}

/// The value in the content of an element, between the blanks and the one marked section around it.
fn parts_of_content(content: &str) -> [&str; 3] {
    let section = content.trim().strip_prefix("<![CDATA[");
    let section = section.and_then(|section| section.strip_suffix("]]>"));
    let section = section.filter(|section| !section.contains("]]>"));
    let value = section.unwrap_or(content).trim();
    let before = content.len() - content.trim_start().len();
    let before = section.map_or(before, |section| {
        before + "<![CDATA[".len() + section.len() - section.trim_start().len()
    });
    let (before, rest) = content.split_at(before);
    let (value, after) = rest.split_at(value.len());
    [before, value, after]
}

/// Whether the value of a header says itself that it is a credential, whatever the header is called: `Bearer …`, `Basic …`
/// with what that means (RFC 7617).
fn is_credential(value: &str) -> bool {
    let Some((scheme, credential)) = value.split_once(' ') else {
        return false;
    };
    let credential = credential.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => credential.len() >= SHORTEST_BEARER && !credential.contains(' '),
        "basic" => is_basic(credential),
        _ => false,
    }
}

fn is_basic(credential: &str) -> bool {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(credential);
    decoded.is_ok_and(|pair| pair.contains(&b':'))
}

/// `user:password` as it stands behind `Basic`.
pub(super) fn basic(user: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_requests_tell_more_secrets_than_those_of_responses() {
        let secrets = Secrets::new(&Rules::default());
        for name in [
            "password",
            "X-Api-Key",
            "sid",
            "session",
            "X-Signature",
            "csrfmiddlewaretoken",
            "key",
        ] {
            assert!(secrets.names_secret(name), "{name}");
        }
        for name in [
            "side",
            "president",
            "public_key",
            "nextPageToken",
            "session_type",
            "authenticated",
            "pinned",
        ] {
            assert!(!secrets.names_secret(name), "{name}");
        }
    }

    #[test]
    fn secrets_of_texts_are_found_by_name_and_form() {
        let mut secrets = Secrets::new(&Rules::default());
        let text = "{\"api_key\": \"abcdef\", \"n\": {{ n }}} sid=12345678 AKIAIOSFODNN7EXAMPLE";
        let hidden = secrets.text(text);
        assert_eq!(
            hidden,
            "{\"api_key\": \"{{ env.SECRET }}\", \"n\": {{ n }}} sid={{ env.SID }} {{ env.SECRET_2 }}"
        );
    }

    #[test]
    fn a_name_may_stand_beside_its_value() {
        let mut secrets = Secrets::new(&Rules::default());
        let mut value = serde_json::json!({
            "fields": [
                {"name": "password", "value": "pairsecret33"}, {"name": "pin", "value": 1234},
                {"key": "color", "value": "red"}, {"name": "page", "value": 5},
                {"key": "k3y-alone"}, {"token": ["t0k3n-one", 5, {"a": "b"}], "name": "x"}, {"name": "same", "password": "same", "value": 1},
            ],
            "headers": [["Authorization", "Bearer abc.def.ghi"], ["Accept", "*/*"]],
        });
        secrets.json(&mut value);
        let hidden = serde_json::json!({
            "fields": [
                {"name": "password", "value": "{{ env.PASSWORD }}"}, {"name": "pin", "value": "{{ env.PIN }}"},
                {"key": "color", "value": "red"}, {"name": "page", "value": 5},
                {"key": "{{ env.KEY }}"}, {"token": ["{{ env.TOKEN }}", 5, {"a": "b"}], "name": "x"}, {"name": "same", "password": "{{ env.PASSWORD_2 }}", "value": 1},
            ],
            "headers": [["Authorization", "Bearer {{ env.API_TOKEN }}"], ["Accept", "*/*"]],
        });
        assert_eq!(value, hidden);
    }

    #[test]
    fn credentials_are_known_in_headers_of_any_name() {
        let mut secrets = Secrets::new(&Rules::default());
        for (value, hidden) in [
            ("Bearer s3cr3t-value", "Bearer {{ env.API_TOKEN }}"),
            ("Basic dTpzM2NyM3Q=", "Basic {{ env.BASIC_CREDENTIALS }}"),
            ("Basic plan", "Basic plan"),
            ("Bearer of bad news", "Bearer of bad news"),
        ] {
            assert_eq!(secrets.header("X-Custom", value), hidden);
        }
    }

    #[test]
    fn elements_of_xml_are_known_by_name() {
        let mut secrets = Secrets::new(&Rules::default());
        let text = "<a><x:password t='1'>s3cr3t</x:password>\n<password/><b>c</b><pin>{{ p }}</pin><token><b>d</b></token></a>";
        let hidden = text.replace("s3cr3t", "{{ env.PASSWORD }}");
        assert_eq!(secrets.text(text), hidden);
        for (value, hidden) in [
            ("<![CDATA[s3cr3t</b>&x]]>", "<![CDATA[*]]>"),
            ("\n<![CDATA[ CDATA ]]>", "\n<![CDATA[ * ]]>"),
            ("\n  s&amp;3cr3t<!-- c -->\n", "\n  *\n"),
            ("<!-- </password> -->s3cr3t", "*"),
            ("<![CDATA[s3]]><![CDATA[cr3t]]>", "*"),
            ("s3<?pi?>cr3t", "*"),
            ("<![CDATA[ ]]>\n", "<![CDATA[ ]]>\n"),
            (" ", " "),
        ] {
            let mut secrets = Secrets::new(&Rules::default());
            let body = |value: &str| format!("<a><password>{value}</password><b>c</b></a>");
            let hidden = body(&hidden.replace('*', "{{ env.PASSWORD }}"));
            assert_eq!(secrets.text(&body(value)), hidden);
        }
    }
}
