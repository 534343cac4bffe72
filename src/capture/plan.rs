//! Which scenarios run.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::check::identities_of;
use super::texts::{self, Used};
use super::{Error, Options};
use crate::document::{Collection, ExampleTarget, Fixtures, Loaded, Scenario, Step};
use crate::finding::SourceFile;
use crate::finding::spelling::nearest;
use crate::project::Settings;

/// The scenarios that were selected, in the order of their names.
pub(super) struct Plan<'a> {
    pub scenarios: Vec<(&'a str, &'a Loaded<Scenario>, &'a Scenario)>,
    pub fixtures: Option<(&'a Loaded<Fixtures>, &'a Fixtures)>,
    /// Files that are JSON and yet not understood, with the reason.
    pub unreadable: Vec<(Arc<SourceFile>, String)>,
    collection: &'a Collection,
}

fn item<'a, T: serde::de::DeserializeOwned>(
    loaded: &'a Loaded<T>,
    unreadable: &mut Vec<(Arc<SourceFile>, String)>,
) -> Option<(&'a Loaded<T>, &'a T)> {
    if let Some(item) = &loaded.item {
        return Some((loaded, item));
    }
    let reason = match serde_json::from_value::<T>(Value::clone(&loaded.json)) {
        Ok(_) => "its schema tells why".to_owned(),
        Err(error) => error.to_string(),
    };
    unreadable.push((Arc::clone(&loaded.source), reason));
    None
}

impl<'a> Plan<'a> {
    /// Selects scenarios by their names and by the documents that they are for.
    pub fn new(options: &'a Options<'_>) -> Self {
        let collection = options.collection;
        let mut unreadable = Vec::new();
        let fixtures = collection
            .fixtures
            .as_ref()
            .and_then(|loaded| item(loaded, &mut unreadable));
        let mut scenarios = Vec::new();
        for (ident, loaded) in &collection.scenarios {
            if options.skip.contains(ident) {
                continue;
            }
            if loaded.item.is_none() && !may_select(options, ident) {
                continue;
            }
            let Some((loaded, scenario)) = item(loaded, &mut unreadable) else {
                continue;
            };
            let targets = || {
                scenario
                    .steps()
                    .filter_map(|(_, step)| step.example.as_ref())
            };
            let wanted =
                selects(options, ident) || targets().any(|target| keeps(options, ident, target));
            let skipped =
                targets().next().is_some() && targets().all(|target| skips(options, target));
            if wanted && !skipped {
                scenarios.push((ident.as_str(), loaded, scenario));
            }
        }
        Self {
            scenarios,
            fixtures,
            unreadable,
            collection,
        }
    }

    /// That every name that was asked for is one.
    pub fn refuse_unknown(&self, options: &Options<'_>) -> Result<(), Error> {
        for name in options.only.iter().chain(options.skip) {
            let scenario = self.collection.scenarios.contains_key(name);
            let document = name
                .parse()
                .is_ok_and(|name| self.collection.endpoints.contains_key(&name));
            if !scenario && !document {
                let message = format!("there is neither a scenario nor a document named {name:?}");
                let documents = self.collection.endpoints.keys().map(ToString::to_string);
                let names: Vec<_> = self
                    .collection
                    .scenarios
                    .keys()
                    .cloned()
                    .chain(documents)
                    .collect();
                return Err(Error::settings(message).with_help(
                    match nearest(name, names.iter().map(String::as_str)) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "scenarios are named by their file, documents <section>/<name>"
                            .to_owned(),
                    },
                ));
            }
        }
        Ok(())
    }

    /// All steps, those of the fixtures first.
    pub fn steps(&self) -> impl Iterator<Item = &'a Step> {
        let fixtures = self
            .fixtures
            .into_iter()
            .flat_map(|(_, fixtures)| fixtures.steps());
        let scenarios = self.scenarios.clone().into_iter();
        fixtures
            .chain(scenarios.flat_map(|(_, _, scenario)| scenario.steps()))
            .map(|(_, step)| step)
    }

    /// The identities that requests use.
    pub fn identities<'s>(&self, settings: &'s Settings) -> BTreeSet<&'s str>
    where
        'a: 's,
    {
        identities_of(self.steps(), settings)
    }

    /// The examples of all scenarios, selected or not, with the place where they are asked for.
    pub fn all_targets(&self) -> Vec<(&'a Arc<SourceFile>, String, &'a ExampleTarget)> {
        let mut out = Vec::new();
        let mut add = |source: &'a Arc<SourceFile>, (pointer, step): (String, &'a Step)| {
            if let Some(target) = &step.example {
                out.push((source, format!("{pointer}/example"), target));
            }
        };
        if let Some((loaded, fixtures)) = self.fixtures {
            fixtures.steps().for_each(|step| add(&loaded.source, step));
        }
        for loaded in self.collection.scenarios.values() {
            let steps = loaded.item.iter().flat_map(Scenario::steps);
            steps.for_each(|step| add(&loaded.source, step));
        }
        out
    }

    /// The ports and variables of the environment that everything uses.
    pub fn used(&self, settings: &Settings) -> Used {
        let mut used = Used::default();
        texts::of_settings(settings)
            .into_iter()
            .for_each(|text| used.add(text));
        for step in self.steps() {
            for (_, text) in texts::of_step(step) {
                used.add(text);
            }
        }
        if let Some((_, fixtures)) = self.fixtures {
            let mut strings = Vec::new();
            for value in fixtures.variables.values() {
                texts::of_value(value, "", &mut strings);
            }
            strings.iter().for_each(|(_, text)| used.add(text));
        }
        used
    }
}

fn selects(options: &Options<'_>, ident: &str) -> bool {
    options.only.is_empty() || options.only.iter().any(|name| name == ident)
}

/// Whether a scenario that is not understood could have been asked for: by its name, or by a document's.
fn may_select(options: &Options<'_>, ident: &str) -> bool {
    selects(options, ident) || options.only.iter().any(|name| name.contains('/'))
}

fn skips(options: &Options<'_>, target: &ExampleTarget) -> bool {
    options
        .skip
        .iter()
        .any(|name| *name == target.document.to_string())
}

/// Whether an example of a scenario was asked for.
pub(super) fn keeps(options: &Options<'_>, ident: &str, target: &ExampleTarget) -> bool {
    let document = target.document.to_string();
    !skips(options, target) && (selects(options, ident) || options.only.contains(&document))
}
