//! Settings that cannot be used as they stand, and what of them can be.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Settings;
use crate::finding::{LocatedError, SourceFile};
use crate::json::{Fault, pointer};

/// After so many values that cannot be read, none of the settings is used.
const MOST: usize = 100;

/// Settings that cannot be used as they stand.
#[derive(Debug)]
pub struct Faulty {
    /// The file; bytes that are not UTF-8 replaced.
    pub source: Arc<SourceFile>,
    /// Why it is no text that is read: what follows from that is not worth telling.
    pub text: Option<Fault>,
    /// The first fault, as it stops a run that needs the settings.
    pub first: LocatedError,
    /// The keys of the top level of which something was left out; `None` where nobody knows.
    pub(super) lost: Option<BTreeSet<String>>,
}

impl Faulty {
    /// Whether something of a key of the top level may be left out.
    pub fn may_lack(&self, key: &str) -> bool {
        self.lost.as_ref().is_none_or(|lost| lost.contains(key))
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

impl std::error::Error for Faulty {}

/// A value of the settings that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFault {
    /// A JSON Pointer to it; empty where it is the whole file.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// Its bytes, or those of its key or heading.
    pub span: Option<Range<usize>>,
}

impl Settings {
    /// Reads what can be read: what cannot is left out, as if the file did not have it.
    ///
    /// ```
    /// use apidocs::project::Settings;
    /// let (settings, faults) = Settings::in_parts("host = 'a'\ntimeout = 'soon'\nport = 1\n");
    /// assert_eq!(settings.host.as_deref(), Some("a"));
    /// let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    /// assert_eq!(pointers, ["/port", "/timeout"]);
    /// ```
    pub fn in_parts(text: &str) -> (Self, Vec<ValueFault>) {
        if let Ok(settings) = toml::from_str(text) {
            return (settings, Vec::new());
        }
        let (mut whole, _) = DeTable::parse_recoverable(text);
        remove_made_up(whole.get_mut());
        let mut left = whole.clone();
        let mut faults: Vec<ValueFault> = Vec::new();
        for _ in 0..MOST {
            let error = match Self::deserialize(toml::Deserializer::from(left.clone())) {
                Ok(settings) => {
                    faults.sort_by(|a, b| a.pointer.cmp(&b.pointer));
                    return (settings, faults);
                }
                Err(error) => error,
            };
            let span = error.span();
            // Items of an array move when one is left out: what is told is its place in the file.
            let of = |table| innermost(table, span.as_ref()?);
            let pointer = of(whole.get_ref()).map_or(String::new(), |path| pointer_to(&path));
            // What holds a value that was left out may miss just that.
            let holds_one = |fault: &ValueFault| {
                let inner = fault.pointer.strip_prefix(&pointer);
                inner.is_some_and(|inner| inner.starts_with('/'))
            };
            if !faults.iter().any(holds_one) {
                faults.push(ValueFault {
                    pointer,
                    message: error.message().to_owned(),
                    span: span.clone(),
                });
            }
            let Some(path) = of(left.get_ref()) else {
                break;
            };
            remove(left.get_mut(), &path);
        }
        (Self::default(), faults)
    }
}

/// What is left out of settings with these faults, by keys of the top level; `None` where nobody knows: what a text that is no
/// TOML means is a guess, and a key that is not known may be another one, misspelt.
pub(super) fn lost(text: &str, faults: &[ValueFault]) -> Option<BTreeSet<String>> {
    DeTable::parse(text).ok()?;
    let mut lost = BTreeSet::new();
    for fault in faults {
        let mut tokens = pointer::tokens(&fault.pointer);
        let key = tokens.next()?;
        if tokens.next().is_none() && fault.message.starts_with("unknown field") {
            return None;
        }
        lost.insert(key);
    }
    Some(lost)
}

/// A step down: the key of a table, or the place in an array.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Item(usize),
}

fn pointer_to(path: &[Step]) -> String {
    path.iter().fold(String::new(), |at, step| match step {
        Step::Key(key) => pointer::join(&at, key),
        Step::Item(index) => pointer::join(&at, &index.to_string()),
    })
}

/// The smallest member or item around some bytes. What a heading begins does not lie within the heading, so that all of them
/// are looked at.
fn innermost(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<Step>> {
    let mut search = Search {
        span,
        path: Vec::new(),
        best: None,
    };
    search.table(table);
    let (_, mut path) = search.best?;
    // Whatever is wrong with a service has the place of the first one.
    if matches!(path.first(), Some(Step::Key(key)) if key == "services") {
        path.truncate(1);
    }
    Some(path)
}

struct Search<'a> {
    span: &'a Range<usize>,
    path: Vec<Step>,
    best: Option<(usize, Vec<Step>)>,
}

impl Search<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.path.push(Step::Key(key.get_ref().to_string()));
            self.candidate(&key.span());
            self.value(value);
            self.path.pop();
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) {
        self.candidate(&value.span());
        match value.get_ref() {
            DeValue::Table(table) => self.table(table),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(index));
                    self.value(item);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn candidate(&mut self, around: &Range<usize>) {
        let holds = around.start <= self.span.start && self.span.end <= around.end;
        let is_smaller = |best: &(usize, Vec<Step>)| around.len() <= best.0;
        // What is only implied has no bytes.
        if holds && !around.is_empty() && self.best.as_ref().is_none_or(is_smaller) {
            self.best = Some((around.len(), self.path.clone()));
        }
    }
}

/// Takes out what reading put in the place of a value that is no TOML: it has no bytes.
fn remove_made_up(table: &mut DeTable<'_>) {
    let mut made_up = Vec::new();
    for (key, value) in table.iter_mut() {
        let has_bytes = !value.span().is_empty();
        match value.get_mut() {
            DeValue::Table(table) => remove_made_up(table),
            DeValue::Array(_) => {}
            _ if has_bytes => {}
            _ => made_up.push(key.get_ref().to_string()),
        }
    }
    for key in made_up {
        table.remove(key.as_str());
    }
}

fn remove(table: &mut DeTable<'_>, path: &[Step]) {
    if let [Step::Key(key)] = path {
        table.remove(key.as_str());
    } else if let [Step::Key(key), rest @ ..] = path
        && let Some((_, value)) = table.iter_mut().find(|(known, _)| known.get_ref() == key)
    {
        remove_within(value, rest);
    }
}

fn remove_within(value: &mut Spanned<DeValue<'_>>, path: &[Step]) {
    match (value.get_mut(), path) {
        (DeValue::Table(table), path) => remove(table, path),
        (DeValue::Array(items), [Step::Item(index)]) if *index < items.len() => {
            let kept = items.iter().enumerate().filter(|(at, _)| at != index);
            *items = kept.map(|(_, item)| item.clone()).collect();
        }
        (DeValue::Array(items), [Step::Item(index), rest @ ..]) => {
            if let Some(item) = items.get_mut(*index) {
                remove_within(item, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(faults: &[ValueFault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.pointer.as_str()).collect()
    }

    #[test]
    fn what_is_broken_is_left_out_and_nothing_else() {
        let text = "base_url = 'http://a'\ntimeout = 3\n[server]\nwat = 1\n[auth.a]\nshown = 'x'\nheader = 1\n\
                    [auth.b]\nheader = 'X'\n[[services]]\nname = 'one'\ncommand = 'serve'\n[[services]]\nname = 'two'\n\
                    [secrets]\nadd = [{name = 'a', reason = 'b'}, {name = 'c'}]\n";
        let (settings, faults) = Settings::in_parts(text);
        assert_eq!(
            pointers(&faults),
            [
                "/auth/a/header",
                "/auth/b",
                "/secrets/add/1",
                "/server/wat",
                "/services",
                "/timeout"
            ]
        );
        assert_eq!(settings.base_url.as_deref(), Some("http://a"));
        assert_eq!(settings.auth["a"].header, "Authorization");
        assert!(!settings.auth.contains_key("b"));
        assert_eq!(settings.secrets.add.len(), 1);
        let lost = lost(text, &faults).unwrap();
        let lost: Vec<_> = lost.iter().map(String::as_str).collect();
        assert_eq!(lost, ["auth", "secrets", "server", "services", "timeout"]);
    }

    #[test]
    fn of_a_text_that_is_no_toml_nobody_knows_what_is_lost() {
        let text = "host = 'a'\nbase_url = = 3\n[auth.me]\nshown = 'x'\n";
        let (settings, faults) = Settings::in_parts(text);
        assert_eq!(
            (settings.host.as_deref(), settings.base_url),
            (Some("a"), None)
        );
        assert!(settings.auth.contains_key("me"));
        assert_eq!(lost(text, &faults), None);
        let text = "[atuh.me]\nshown = 'x'\n";
        let (_, faults) = Settings::in_parts(text);
        assert_eq!(lost(text, &faults), None);
    }

    #[test]
    fn settings_of_many_faults_end() {
        let text: String = (0..MOST + 5).map(|n| format!("x{n} = 1\n")).collect();
        let (settings, faults) = Settings::in_parts(&text);
        assert_eq!(settings, Settings::default());
        assert_eq!(faults.len(), MOST);
    }
}
