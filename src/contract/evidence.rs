//! What was seen of a value, over all bodies.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::forms::{self, Forms};

/// How many different texts are remembered: with more of them a text is no choice.
const CHOICES: usize = 9;

/// What was seen at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub nulls: usize,
    pub booleans: usize,
    /// Numbers that JSON Schema calls integers.
    pub integers: usize,
    /// The others.
    pub fractions: usize,
    pub texts: Texts,
    pub arrays: usize,
    pub items: Option<Box<Evidence>>,
    pub objects: Objects,
}

/// What was seen of strings.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    pub count: usize,
    /// The formats that all of them have.
    pub forms: Forms,
    /// How often each was seen, while they are few.
    pub choices: BTreeMap<String, usize>,
}

/// What was seen of objects.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    pub count: usize,
    /// The members in the order in which they were first seen, with how many objects had them.
    pub members: Vec<(String, usize, Evidence)>,
    index: BTreeMap<String, usize>,
    /// Whether every key of every object is a value by its looks: a number, an id, a date.
    pub keyed_by_values: bool,
}

impl Evidence {
    pub(super) fn see(&mut self, value: &Value) {
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) if is_integer(&number.to_string()) => self.integers += 1,
            Value::Number(_) => self.fractions += 1,
            Value::String(text) => self.texts.see(text),
            Value::Array(items) => {
                self.arrays += 1;
                for item in items {
                    self.items.get_or_insert_default().see(item);
                }
            }
            Value::Object(members) => self.objects.see(members),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.nulls += other.nulls;
        self.booleans += other.booleans;
        self.integers += other.integers;
        self.fractions += other.fractions;
        self.texts.merge(&other.texts);
        self.arrays += other.arrays;
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
        self.objects.merge(&other.objects);
    }
}

/// Written without fraction and exponent. (`1.0` is an integer too, but says that fractions are to be expected.)
fn is_integer(digits: &str) -> bool {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
}

impl Texts {
    fn see(&mut self, text: &str) {
        let forms = forms::of(text);
        self.forms = match self.count {
            0 => forms,
            _ => self.forms.and(forms),
        };
        self.count += 1;
        if self.choices.len() < CHOICES || self.choices.contains_key(text) {
            *self.choices.entry(text.to_owned()).or_default() += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.forms = match (self.count, other.count) {
            (0, _) => other.forms,
            (_, 0) => self.forms,
            _ => self.forms.and(other.forms),
        };
        self.count += other.count;
        for (text, count) in &other.choices {
            *self.choices.entry(text.clone()).or_default() += count;
        }
    }
}

impl Objects {
    fn see(&mut self, members: &Map<String, Value>) {
        let by_values = members.keys().all(|key| forms::is_value(key));
        self.keyed_by_values = by_values && (self.count == 0 || self.keyed_by_values);
        self.count += 1;
        for (key, value) in members {
            let member = self.member(key);
            member.1 += 1;
            member.2.see(value);
        }
    }

    fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.keyed_by_values = other.keyed_by_values && (self.count == 0 || self.keyed_by_values);
        self.count += other.count;
        for (key, count, evidence) in &other.members {
            let member = self.member(key);
            member.1 += count;
            member.2.merge(evidence);
        }
    }

    fn member(&mut self, key: &str) -> &mut (String, usize, Evidence) {
        let next = self.members.len();
        let index = *self.index.entry(key.to_owned()).or_insert(next);
        if index == next {
            self.members.push((key.to_owned(), 0, Evidence::default()));
        }
        &mut self.members[index]
    }

    /// What was seen of the values of all members.
    pub(super) fn values(&self) -> Evidence {
        let mut values = Evidence::default();
        for (_, _, evidence) in &self.members {
            values.merge(evidence);
        }
        values
    }
}
