//! The names that templates use, and who defines them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::Check;
use crate::capture::scope::{self, SET_IT, env};
use crate::capture::template::{Expression, Template, TemplateError};
use crate::capture::texts;
use crate::finding::spelling::nearest;
use crate::finding::{Finding, SourceFile, codes};
use crate::json::pointer;

impl Check<'_> {
    /// The names that the environment defines.
    pub fn given(&mut self) -> BTreeSet<String> {
        let settings = self.options.settings;
        let mut known = BTreeSet::new();
        let Some(chosen) = &settings.environment else {
            return known;
        };
        let names = || chosen.variables.keys().map(String::as_str);
        let unknown = |name: &str| {
            let message = format!("nothing defines `{name}` before it is used here");
            let finding = Finding::new(codes::UNKNOWN_VARIABLE, message);
            match nearest(name, names()) {
                _ if chosen.variables.contains_key(name) => {
                    finding.help("variables cannot use each other in a circle")
                }
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help(format!("define it in [env.{}.variables]", chosen.name)),
            }
        };
        // What is not understood elsewhere defines nothing here.
        let names_are_known = std::mem::replace(&mut self.names_are_known, true);
        let table = pointer::join(&pointer::join("/env", &chosen.name), "variables");
        for (name, value) in chosen.ordered() {
            let mut strings = Vec::new();
            texts::of_value(value, &pointer::join(&table, name), &mut strings);
            for (at, text) in strings {
                let faults = self.faults(text, &known, &unknown).into_iter();
                let faults = faults.map(|(finding, _)| settings.place(finding, &at));
                self.findings.extend(faults.collect::<Vec<_>>());
            }
            known.insert(name.clone());
        }
        self.names_are_known = names_are_known;
        known
    }

    /// A text of a scenario or of the fixtures.
    pub fn text(
        &mut self,
        source: &Arc<SourceFile>,
        at: &str,
        text: &str,
        known: &BTreeSet<String>,
    ) {
        let unknown = |name: &str| {
            let message = format!("nothing defines `{name}` before this request");
            let finding = Finding::new(codes::UNKNOWN_VARIABLE, message);
            match nearest(name, known.iter().map(String::as_str)) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => {
                    finding.help("save it in an earlier request, or define it in fixtures.json")
                }
            }
        };
        for (finding, span) in self.faults(text, known, &unknown) {
            self.findings.push(within(finding, source, at, text, span));
        }
    }

    /// What is wrong with a text, each with its place in it; `unknown` tells of a variable that nothing defines.
    fn faults(
        &self,
        text: &str,
        known: &BTreeSet<String>,
        unknown: &dyn Fn(&str) -> Finding,
    ) -> Vec<(Finding, Range<usize>)> {
        if let Err(TemplateError::Syntax { reason, span }) = Template::parse(text) {
            return vec![(Finding::new(codes::BAD_TEMPLATE, reason), span)];
        }
        let names = self.unknown(text, known).into_iter();
        let told = names.map(|(name, span)| (unset(&name).unwrap_or_else(|| unknown(&name)), span));
        told.collect()
    }

    /// The names in a text that nothing defines, each with its first place.
    pub fn unknown(&self, text: &str, known: &BTreeSet<String>) -> BTreeMap<String, Range<usize>> {
        let Ok(template) = Template::parse(text) else {
            return BTreeMap::new();
        };
        let missing = |expression: &Expression| match expression {
            Expression::Variable(name) => self.names_are_known && !known.contains(name),
            Expression::Env(name) => env(name).is_none() && !known.contains(&expression.name()),
            _ => false,
        };
        let mut names = BTreeMap::new();
        for (expression, span) in template.places().filter(|(one, _)| missing(one)) {
            names.entry(expression.name()).or_insert(span);
        }
        names
    }
}

/// That a variable of the environment has no value; `None` of other names.
pub fn unset(name: &str) -> Option<Finding> {
    let message = scope::unset(name)?;
    Some(Finding::new(codes::UNKNOWN_VARIABLE, message).help(SET_IT))
}

/// About a place in a text, which is the string at the pointer or the end of it: a request's path stands behind its method.
fn within(
    finding: Finding,
    source: &Arc<SourceFile>,
    pointer: &str,
    text: &str,
    span: Range<usize>,
) -> Finding {
    let raw = source
        .locate(pointer)
        .and_then(|place| source.text.get(place.value));
    let whole: Option<String> = raw.and_then(|raw| serde_json::from_str(raw).ok());
    match whole.as_deref().and_then(|whole| whole.strip_suffix(text)) {
        Some(before) => {
            let (start, end) = (before.len() + span.start, before.len() + span.end);
            finding.at_text(source, pointer, start..end)
        }
        None => finding.at_pointer(source, pointer),
    }
}
