//! Learning which values vary, from two and more captures of an unchanged API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::delta::Delta;
use super::fields::{FieldId, Fields, Role};
use super::pairing::{DocumentView, Pairing, lay_over};
use super::rules::{Hold, Holds, Learned, Rules};
use super::series::Series;
use super::shape;
use super::tokens::{number, tokens};
use crate::finding::{Code, Finding, codes};
use crate::json::pointer;

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The rules: those of people as they were, and what was learned.
    pub rules: Rules,
    /// What differed and is never learned away: status, header set, structure and type.
    pub findings: Vec<Finding>,
}

/// Learns from versions of all documents by name, in the order of their captures.
///
/// What differs in one place between two versions varies; what looks volatile and did not differ is stable. The rules
/// by hand in `known` stand: what they speak of is not learned.
pub fn learn(versions: &[BTreeMap<String, DocumentView>], known: &Rules) -> Lesson {
    let mut rules = Rules {
        schema: Some(Rules::SCHEMA.to_owned()),
        by_hand: known.by_hand.clone(),
        learned: BTreeMap::new(),
    };
    let names: BTreeSet<&String> = versions.iter().flat_map(BTreeMap::keys).collect();
    let mut findings = Vec::new();
    for name in names {
        let views: Vec<_> = versions.iter().filter_map(|all| all.get(name)).collect();
        let mut notes = Notes::default();
        for pair in views.windows(2) {
            let paired = lay_over(name, pair[0], pair[1], &rules, &|_| 0, true);
            Walk {
                document: name,
                paired,
                notes: &mut notes,
            }
            .examples();
        }
        let Notes {
            varied,
            looked,
            unstable,
        } = notes;
        let is_below = |address: &str, above: &str| {
            address
                .strip_prefix(above)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let stable = looked
            .into_iter()
            .filter(|address| !varied.contains_key(address))
            .collect::<BTreeSet<_>>();
        // A value below a place that is stable as a whole is told by it.
        let stable = stable
            .iter()
            .filter(|address| !stable.iter().any(|above| is_below(address, above)))
            .cloned()
            .collect();
        let learned = Learned { varied, stable };
        if learned != Learned::default() {
            rules.learned.insert(name.clone(), learned);
        }
        findings.extend(unstable.into_values());
    }
    Lesson { rules, findings }
}

/// What was seen of a document.
#[derive(Default)]
struct Notes {
    varied: BTreeMap<String, Holds>,
    looked: BTreeSet<String>,
    /// By code and address, so that 200 items are told once.
    unstable: BTreeMap<(Code, String), Finding>,
}

struct Walk<'a, 'n> {
    document: &'n str,
    paired: Pairing<'a>,
    notes: &'n mut Notes,
}

impl<'a> Walk<'a, '_> {
    fn examples(&mut self) {
        let examples = std::mem::take(&mut self.paired.examples);
        for (name, delta) in &examples {
            if matches!(delta, Delta::Added(_) | Delta::Removed(_)) {
                let message = "an example is not in all captures";
                self.unstable(codes::UNSTABLE_STRUCTURE, &format!("#{name}"), message, &[]);
            } else {
                self.delta(delta, Fields::ROOT);
            }
        }
        for (field, hold) in std::mem::take(&mut self.paired.orders) {
            let address = self.paired.fields.address(field);
            self.notes.varied.entry(address).or_default().0.insert(hold);
        }
    }

    fn delta(&mut self, delta: &Delta<'a>, field: FieldId) {
        match delta {
            Delta::Same(value) => self.same(value, field),
            Delta::Paired { old, new, leaf } => {
                let kinds = self.paired.leaf(*leaf).map(|leaf| leaf.kinds.clone());
                self.varied(field, old, new, kinds.unwrap_or_default());
            }
            Delta::Replaced(old, new) => self.replaced(old, new, field),
            Delta::Added(value) | Delta::Removed(value) => {
                let (code, message) = match self.is_header(field) {
                    true => (codes::UNSTABLE_HEADERS, "a header is not in all captures"),
                    false => (codes::UNSTABLE_STRUCTURE, "a value is not in all captures"),
                };
                let address = self.paired.fields.address(field);
                self.unstable(code, &address, message, &[value]);
            }
            Delta::Object(members) => {
                for (name, member) in members {
                    let inner = match member {
                        Delta::Renamed { .. } => self.paired.fields.item(field),
                        _ => self.paired.fields.member(field, name),
                    };
                    self.delta(member, inner);
                }
            }
            Delta::Renamed { value, .. } => self.delta(value, field),
            Delta::Array(items) => {
                let item = self.paired.fields.item(field);
                for (_, delta) in items {
                    self.delta(delta, item);
                }
            }
        }
    }

    fn is_header(&self, field: FieldId) -> bool {
        self.paired.fields.get(field).role == Role::Header
    }

    /// A rule by hand speaks of the field.
    fn is_known(&self, field: FieldId) -> bool {
        self.paired.fields.get(field).rule.is_some()
    }

    fn varied(&mut self, field: FieldId, old: &Value, new: &Value, holds: Vec<Hold>) {
        if holds.is_empty() || self.is_known(field) {
            return;
        }
        let address = self.address(field, old, new);
        self.notes
            .varied
            .entry(address)
            .or_default()
            .0
            .extend(holds);
    }

    /// The address of a value; that of a line of text is what both versions have in common.
    fn address(&self, field: FieldId, old: &Value, new: &Value) -> String {
        let address = self.paired.fields.address(field);
        match (self.paired.fields.get(field).role, old, new) {
            (Role::Line, Value::String(old), Value::String(new)) => {
                let text = address.strip_suffix("/*").unwrap_or(&address);
                pointer::join(text, &shape::pattern(old, new).0)
            }
            _ => address,
        }
    }

    fn replaced(&mut self, old: &Value, new: &Value, field: FieldId) {
        if self.is_known(field) {
            return;
        }
        let address = self.paired.fields.address(field);
        let values = [old, new];
        if self.paired.fields.get(field).role == Role::Fixed {
            let message = "differs between captures, and never varies by itself";
            let message = format!(
                "the {} {message}",
                address.rsplit('/').next().unwrap_or("value")
            );
            return self.unstable(codes::UNSTABLE_STATUS, &address, &message, &values);
        }
        if old.is_array() && new.is_array() {
            let message = "a series differs in its step between captures";
            return self.unstable(codes::UNSTABLE_STRUCTURE, &address, message, &values);
        }
        if !shape::have_one_type(old, new) {
            let message = "a value differs in its type between captures";
            return self.unstable(codes::UNSTABLE_TYPE, &address, message, &values);
        }
        let hold = match shape::have_one_shape(old, new) {
            true => Hold::Shape,
            false => Hold::Type,
        };
        self.varied(field, old, new, vec![hold]);
    }

    fn unstable(&mut self, code: Code, address: &str, message: &str, values: &[&Value]) {
        // A place of any example, unless it names one.
        let about = match address.starts_with('#') {
            true => format!("{}{address}", self.document),
            false => format!("{}#*{address}", self.document),
        };
        let mut finding = Finding::new(code, message).about(about).help(
            "captures of an unchanged API must agree here: find out why they do not, and capture again",
        );
        for value in values {
            let text: String = value.to_string().chars().take(80).collect();
            finding = finding.note(text);
        }
        let key = (code, address.to_owned());
        self.notes.unstable.entry(key).or_insert(finding);
    }

    /// Notes the places that look volatile in what is the same.
    fn same(&mut self, value: &'a Value, field: FieldId) {
        if self.is_known(field) {
            return;
        }
        let held = self.paired.fields.get(field);
        if held.role == Role::Fixed {
            return;
        }
        let context = held.context();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let inner = self.paired.fields.member(field, name);
                    self.same(member, inner);
                }
            }
            Value::Array(items) if Series::read(items).is_some() => self.look(field),
            Value::Array(items) => {
                let item = self.paired.fields.item(field);
                items.iter().for_each(|value| self.same(value, item));
            }
            Value::String(text) if !tokens(text, context).is_empty() => self.look(field),
            Value::Number(value) if number(value.as_str(), context).is_some() => self.look(field),
            _ => {}
        }
    }

    fn look(&mut self, field: FieldId) {
        let address = self.paired.fields.address(field);
        self.notes.looked.insert(address);
    }
}
