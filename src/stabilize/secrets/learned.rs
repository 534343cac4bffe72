//! Secrets that are learned from what passes by: by the names of headers, keys and parameters, and by their form.

use std::sync::Arc;

use serde_json::Value;

use super::known::{SHORTEST_PART, Secrets};
use super::layers::layers;
use super::named;
use super::names::Kind;
use super::{Glance, forms};

impl Secrets {
    /// Remembers a value that its name calls a secret.
    fn learn(&mut self, value: &str, shown: &str, hosted: &dyn Fn(&str) -> Option<String>) {
        if value.len() >= SHORTEST_PART && self.rules.is_telling(value) {
            self.insert(value, shown);
            if let Some(hosted) = hosted(value) {
                self.insert(&hosted, shown);
            }
        }
    }

    /// Remembers what names and forms call a secret in a text. `hosted` gives a value as it is shown, where the host
    /// in it differs.
    pub fn learn_text(&mut self, text: &str, hosted: &dyn Fn(&str) -> Option<String>) {
        self.learn_string(text, Glance::NONE, hosted);
    }

    fn learn_string(
        &mut self,
        text: &str,
        glance: Glance,
        hosted: &dyn Fn(&str) -> Option<String>,
    ) {
        if glance.finds_nothing(text, true, &self.rules) {
            return;
        }
        for named in named::find(text, &self.rules.clone()) {
            self.learn(&named.value, &named.shown, hosted);
        }
        let mut formed = Vec::new();
        let mut add = |bytes: &[u8]| {
            for (range, form) in forms::find(bytes) {
                if let Some(Ok(value)) = bytes.get(range).map(std::str::from_utf8) {
                    formed.push((value.to_owned(), form));
                }
            }
        };
        add(text.as_bytes());
        layers(text.as_bytes())
            .iter()
            .for_each(|layer| add(&layer.bytes));
        for (value, form) in formed {
            let shown = self.shown_form(form).to_owned();
            self.insert(&value, &shown);
        }
    }

    /// Remembers what names and forms call a secret in a header field.
    pub fn learn_header(
        &mut self,
        name: &str,
        value: &str,
        hosted: &dyn Fn(&str) -> Option<String>,
    ) {
        for named in named::header(name, value, &self.rules.clone()) {
            self.learn(&named.value, &named.shown, hosted);
        }
        self.learn_text(value, hosted);
    }

    /// Remembers what names and forms call a secret in a JSON value. `glance` is one at the text that it was read from.
    pub fn learn_value(
        &mut self,
        value: &Value,
        glance: Glance,
        hosted: &dyn Fn(&str) -> Option<String>,
    ) {
        match value {
            Value::String(text) => self.learn_string(text, glance, hosted),
            Value::Array(items) => {
                if let Some((name, value)) = named::is_header_pair(items) {
                    self.learn_header(name, value, hosted);
                }
                for item in items {
                    self.learn_value(item, glance, hosted);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let name = named::name_of_member(key, |key| members.get(key)?.as_str());
                    self.learn_member(name, member, hosted);
                    self.learn_value(member, glance, hosted);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn learn_member(
        &mut self,
        name: &str,
        member: &Value,
        hosted: &dyn Fn(&str) -> Option<String>,
    ) {
        let Some(kind) = self.rules.kind(name) else {
            return;
        };
        let rules = Arc::clone(&self.rules);
        for text in named::texts(member).filter(|text| rules.is_secret(kind, text)) {
            if kind == Kind::Token && text.contains(' ') {
                self.learn_header(name, text, hosted);
            } else {
                self.learn(text, rules.placeholder(kind), hosted);
            }
        }
    }
}
