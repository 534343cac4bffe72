//! `apidocs.toml` against its schema.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::misfit::{Misfit, Part};
use super::schemas::SETTINGS;
use crate::finding::{Code, Finding, SourceFile, codes};
use crate::json::{Place, pointer};
use crate::project::{Faulty, Settings, TomlFault};

/// What is wrong with the settings, in no particular order.
pub(super) fn findings(source: &Arc<SourceFile>) -> Vec<Finding> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let errors = errors.iter();
        return errors.map(|error| syntax(source, error)).collect();
    }
    let mut reader = Reader::default();
    let json = reader.table("", table.get_ref());
    let mut misfits = SETTINGS.misfits(&json);
    // That a date is wrong is told once.
    misfits.retain(|misfit| {
        reader
            .dates
            .iter()
            .all(|date| date.pointer != misfit.pointer)
    });
    misfits.append(&mut reader.dates);
    for misfit in &mut misfits {
        always_error(misfit);
    }
    // What a schema cannot say: durations, quotes in commands.
    let (_, mut faults) = Settings::in_parts(&source.text);
    faults.retain(|fault| {
        let is_about = |misfit: &Misfit| is_within(&fault.pointer, &misfit.pointer);
        !misfits.iter().any(is_about)
    });
    let misfits = misfits.into_iter();
    let mut findings: Vec<_> = misfits
        .map(|misfit| reader.finding(source, at_its_place(misfit)))
        .collect();
    findings.extend(faults.into_iter().map(|fault| {
        let mut finding = Finding::new(codes::SCHEMA, fault.message);
        finding.pointer = Some(fault.pointer);
        located(finding, source, fault.span)
    }));
    findings
}

/// Says it of a severity that no setting changes.
fn always_error(misfit: &mut Misfit) {
    let code = misfit.pointer.strip_prefix("/severity/");
    let code = code
        .and_then(Code::find)
        .filter(|_| misfit.part == Part::Value);
    if let Some(code) = code.filter(|code| code.is_always_error()) {
        misfit.message = format!("`{code}` is always an error: it tells of what cannot be read");
        misfit.help = Some("remove it".to_owned());
    }
}

/// With the place where a key belongs that is known elsewhere: a table goes on to the next heading, and severity and impact are
/// two things.
fn at_its_place(mut misfit: Misfit) -> Misfit {
    let tokens: Vec<_> = pointer::tokens(&misfit.pointer).collect();
    let [table, .., key] = tokens.as_slice() else {
        return misfit;
    };
    if misfit.part != Part::Key {
        return misfit;
    }
    let is_change = Code::find(key).map(|code| code.default_impact().is_some());
    let help = match (table.as_str(), is_change) {
        ("severity", Some(true)) => {
            Some("it is told as a change: write it under [impact]".to_owned())
        }
        ("impact", Some(false)) => Some("it is no change: write it under [severity]".to_owned()),
        ("severity" | "impact", _) => None,
        _ if SETTINGS.has_property(key) => Some(format!(
            "write it above the first [table]: here it belongs to [{table}]"
        )),
        _ => None,
    };
    if help.is_some() {
        misfit.help = help;
    }
    misfit
}

/// All findings about settings that cannot be used as they stand, at least one.
pub(super) fn of_faulty(faulty: &Faulty) -> Vec<Finding> {
    if let Some(fault) = &faulty.text {
        return vec![faulty.source.fault(fault.clone())];
    }
    let mut findings = findings(&faulty.source);
    if findings.is_empty() {
        let first = &faulty.first;
        let finding = Finding::new(codes::SCHEMA, first.message.clone());
        findings.push(located(finding, &faulty.source, first.label.span.clone()));
    }
    findings
}

/// Whether one of two values holds the other, or is it.
fn is_within(one: &str, other: &str) -> bool {
    let holds = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    holds(one, other) || holds(other, one)
}

/// The finding, about the value that a JSON Pointer names in the text of the settings.
pub fn at_setting(finding: Finding, source: &Arc<SourceFile>, pointer: &str) -> Finding {
    let place = || {
        let table = DeTable::parse(&source.text).ok()?;
        let mut reader = Reader::default();
        reader.table("", table.get_ref());
        Some(reader.places.remove(pointer)?.value)
    };
    located(finding, source, place())
}

fn syntax(source: &Arc<SourceFile>, error: &toml::de::Error) -> Finding {
    let finding = match TomlFault::of(&source.text, error.message(), error.span()) {
        Some(fault) => {
            let code = match fault.is_duplicate {
                true => codes::DUPLICATE_KEY,
                false => codes::TOML_SYNTAX,
            };
            Finding::new(code, fault.message).help(fault.help)
        }
        None => Finding::new(codes::TOML_SYNTAX, error.message())
            .help("`apidocs explain toml-syntax` says how TOML is written"),
    };
    located(finding, source, error.span())
}

fn located(finding: Finding, source: &Arc<SourceFile>, span: Option<Range<usize>>) -> Finding {
    match span {
        Some(span) => finding.at(source, span),
        None => finding.in_file(source),
    }
}

/// A number beyond 64 bits stays what it is: reading the settings refuses it.
fn integer(digits: &str, radix: u32) -> Value {
    match i64::from_str_radix(digits, radix) {
        Ok(number) => Value::from(number),
        Err(_) => serde_json::from_str(digits).unwrap_or_default(),
    }
}

/// TOML as JSON, remembering where each value stands, with what JSON does not have.
#[derive(Default)]
struct Reader {
    places: BTreeMap<String, Place>,
    dates: Vec<Misfit>,
}

impl Reader {
    fn table(&mut self, at: &str, table: &DeTable<'_>) -> Value {
        let mut object = Map::new();
        for (key, value) in table {
            let at = pointer::join(at, key.get_ref());
            let json = self.value(&at, value);
            let key_span = Some(key.span());
            let place = Place {
                key: key_span,
                value: value.span(),
            };
            self.places.insert(at, place);
            object.insert(key.get_ref().to_string(), json);
        }
        Value::Object(object)
    }

    fn value(&mut self, at: &str, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => integer(number.as_str(), number.radix()),
            DeValue::Float(number) => number
                .as_str()
                .parse::<f64>()
                .map_or(Value::Null, Value::from),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(date) => {
                let mut misfit = Misfit::value(at, "expected a string, found a date");
                misfit.help = Some("put it in quotes".to_owned());
                self.dates.push(misfit);
                Value::String(date.to_string())
            }
            DeValue::Array(items) => {
                let mut array = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let at = pointer::join(at, &index.to_string());
                    array.push(self.value(&at, item));
                    let place = Place {
                        key: None,
                        value: item.span(),
                    };
                    self.places.insert(at, place);
                }
                Value::Array(array)
            }
            DeValue::Table(table) => self.table(at, table),
        }
    }

    fn finding(&self, source: &Arc<SourceFile>, misfit: Misfit) -> Finding {
        let span = self.places.get(&misfit.pointer).map(|place| {
            let key = place.key.clone().filter(|_| misfit.part == Part::Key);
            key.unwrap_or_else(|| place.value.clone())
        });
        misfit.at(source, span)
    }
}
