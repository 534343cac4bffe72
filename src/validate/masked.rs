//! The settings as findings show them: asterisks in the place of secrets.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::stabilize::secrets::Secrets;

/// Keys of the top level whose names are ours, and say nothing of the values.
const OURS: [&str; 3] = ["severity", "impact", "secrets"];

/// The keys of an identity whose values are no credential; one that is not known may be `value`, misspelt.
const OF_IDENTITY: [&str; 3] = ["header", "command", "shown"];

/// A text of TOML with asterisks in the place of the strings that are secrets by what they are called and of the credentials of
/// identities, byte for byte. Of a text with faults, lines count too.
pub(super) fn masked_settings(text: &str, secrets: &Secrets) -> String {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut mask = Mask {
        secrets,
        hidden: Vec::new(),
    };
    mask.table(table.get_ref(), &mut Vec::new());
    if !errors.is_empty() {
        mask.lines(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in mask.hidden {
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if !b"\"'\r\n".contains(byte) {
                *byte = b'*';
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a text is a URL with a user and a password that is written there (RFC 3986, section 3.2.1).
fn holds_user(text: &str) -> bool {
    let authority = text.split_once("://").map(|(_, rest)| rest);
    let authority = authority.and_then(|rest| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| Some(authority.rsplit_once('@')?.0));
    let password = user.and_then(|user| Some(user.split_once(':')?.1));
    password.is_some_and(|password| !password.is_empty() && !password.starts_with("{{"))
}

struct Mask<'a> {
    secrets: &'a Secrets,
    hidden: Vec<Range<usize>>,
}

impl Mask<'_> {
    fn table<'t>(&mut self, table: &'t DeTable<'_>, path: &mut Vec<&'t str>) {
        for (key, value) in table {
            path.push(key.get_ref());
            self.value(value, path);
            path.pop();
        }
    }

    fn value<'t>(&mut self, value: &'t Spanned<DeValue<'_>>, path: &mut Vec<&'t str>) {
        match value.get_ref() {
            DeValue::String(text) if self.is_secret(text, path) => self.hidden.push(value.span()),
            DeValue::Array(items) => items.iter().for_each(|item| self.value(item, path)),
            DeValue::Table(table) => self.table(table, path),
            _ => {}
        }
    }

    /// Whether the string in that place is one.
    fn is_secret(&self, text: &str, path: &[&str]) -> bool {
        match path {
            _ if holds_user(text) => true,
            [first, ..] if OURS.contains(first) => false,
            ["auth", _, key] | ["env", _, "auth", _, key] if !OF_IDENTITY.contains(key) => {
                !text.contains("{{") && self.secrets.hides_header("Authorization", text)
            }
            [.., key] => self.secrets.hides_member(key, text),
            [] => false,
        }
    }

    /// What stands behind the name of a secret, up to the end of its line: it may be the fault itself.
    fn lines(&mut self, text: &str) {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some((key, value)) = line.split_once('=') {
                let key = key.rsplit(['.', '{', ',']).next().unwrap_or_default();
                let key = key.trim().trim_matches(['"', '\'']);
                if self.secrets.hides_member(key, value) {
                    self.hidden
                        .push(start + line.len() - value.len()..start + line.len());
                }
            }
            start += line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_masked_by_names_and_places() {
        for (text, masked) in [
            (
                "variables = { token = 'ab12', org = 'x' } # y\n",
                "variables = { token = '****', org = 'x' } # y\n",
            ),
            (
                "a.\"DB_PASSWORD\" = \"\"\"a\nb\"\"\"",
                "a.\"DB_PASSWORD\" = \"\"\"*\n*\"\"\"",
            ),
            ("Cookie = ['a1', 'b2']", "Cookie = ['**', '**']"),
            ("base_url = 'http://u:p@h/x'", "base_url = '**************'"),
            (
                "[auth.a]\nvalue = 'x y1'\nheader = 'X'\nshown = 'z'",
                "[auth.a]\nvalue = '****'\nheader = 'X'\nshown = 'z'",
            ),
            (
                "[env.a.auth.b]\nvalu = 'ab12'",
                "[env.a.auth.b]\nvalu = '****'",
            ),
            ("x = {password = ab12", "x = {password = ****"),
            (
                "token = 'ab12'\ntoken = '12'",
                "token =*'****'\ntoken =*'**'",
            ),
            ("password = = ab12\na = 1", "password =*******\na = 1"),
        ] {
            assert_eq!(masked_settings(text, &Secrets::default()), masked);
        }
        for text in [
            "base_url = 'http://h:8000/a@b'",
            "base_url = 'http://{{ env.U }}:{{ env.P }}@h'",
            "[severity]\nsecret = 'off'",
            "[secrets]\nsecret = 'gone'",
            "[auth.a]\nvalue = '{{ env.ID }}:{{ env.TOKEN }}'\nshwn = 'Bearer <token>'",
            "[auth.password]\ncommand = ['pass', 'show']",
        ] {
            assert_eq!(masked_settings(text, &Secrets::default()), text);
        }
    }
}
