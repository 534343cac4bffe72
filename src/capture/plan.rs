//! Which scenarios run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::check::identities_of;
use super::environment::saves;
use super::order::ancestors;
use super::schedule::Entry;
use super::shard::members;
use super::texts::{self, Used};
use super::{Error, Options};
use crate::document::{Collection, ExampleTarget, Fixtures, Loaded, Scenario, Step};
use crate::finding::spelling::nearest;
use crate::finding::{Finding, SourceFile};
use crate::project::Settings;

/// The scenarios that were selected, and those after which they run, in the order of their names.
pub(super) struct Plan<'a> {
    pub scenarios: Vec<(&'a str, &'a Loaded<Scenario>, &'a Scenario)>,
    /// The names of those of all shards.
    pub all: Vec<&'a str>,
    /// Those that nobody asked for by name, each with one that runs after it.
    pub brought: BTreeMap<&'a str, &'a str>,
    /// Those that are left out since they run after one that is skipped, each with that one.
    pub left_out: BTreeMap<&'a str, &'a str>,
    pub fixtures: Option<(&'a Loaded<Fixtures>, &'a Fixtures)>,
    /// What the environment does not allow, with the reason.
    pub forbidden: Vec<Finding>,
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
        let mut selected = BTreeSet::new();
        let chosen = options.settings.environment.as_ref();
        let fixtures = fixtures
            .filter(|(_, fixtures)| chosen.is_none_or(|chosen| chosen.allows_fixtures(fixtures)));
        for (ident, loaded) in &collection.scenarios {
            if options.skip.contains(ident) {
                continue;
            }
            let wanted = match &loaded.item {
                Some(scenario) => wants(options, ident, scenario),
                None => may_select(options, ident),
            };
            if wanted {
                selected.insert(ident.as_str());
            }
        }
        let mut brought = BTreeMap::new();
        let mut left_out = BTreeMap::new();
        for &ident in &selected {
            let before = ancestors(collection, ident);
            let skipped = |name: &&str| options.skip.iter().any(|skip| skip == name);
            if let Some(skipped) = before.iter().copied().find(skipped) {
                left_out.insert(ident, skipped);
                continue;
            }
            for name in before {
                if !selected.contains(name) {
                    brought.entry(name).or_insert(ident);
                }
            }
        }
        let mut scenarios = Vec::new();
        for (ident, loaded) in &collection.scenarios {
            let ident = ident.as_str();
            let runs = selected.contains(ident) && !left_out.contains_key(ident);
            if (runs || brought.contains_key(ident))
                && let Some((loaded, scenario)) = item(loaded, &mut unreadable)
            {
                scenarios.push((ident, loaded, scenario));
            }
        }
        let mut forbidden = Vec::new();
        if let Some(foreign) = chosen.filter(|chosen| chosen.is_foreign()) {
            let made = fixtures.map(|(_, fixtures)| fixtures);
            let mut barred = BTreeSet::new();
            for (ident, loaded, scenario) in &scenarios {
                let before = ancestors(collection, ident).into_iter();
                let before =
                    before.filter_map(|name| collection.scenarios.get(name)?.item.as_deref());
                let before: BTreeSet<_> = before.flat_map(saves).collect();
                if let Some(finding) = foreign.leaves_out(&loaded.source, scenario, made, before) {
                    barred.insert(*ident);
                    forbidden.push(finding);
                }
            }
            scenarios.retain(|(ident, loaded, _)| {
                let before = ancestors(collection, ident);
                let missing = before.into_iter().find(|name| barred.contains(name));
                if let Some(missing) = missing.filter(|_| !barred.contains(ident)) {
                    forbidden.push(foreign.leaves_out_behind(&loaded.source, missing));
                }
                missing.is_none() && !barred.contains(ident)
            });
        }
        let all: Vec<&str> = scenarios.iter().map(|(ident, ..)| *ident).collect();
        if let Some(shard) = options.shard {
            let weights: Vec<_> = scenarios
                .iter()
                .map(|(_, _, scenario)| scenario.steps().count())
                .collect();
            let mut members = members(&entries(&scenarios), &weights, shard).into_iter();
            scenarios.retain(|_| members.next().unwrap_or(false));
            let runs = |name: &str| scenarios.iter().any(|(ident, ..)| *ident == name);
            brought.retain(|name, _| runs(name));
        }
        Self {
            scenarios,
            all,
            brought,
            left_out,
            fixtures,
            forbidden,
            unreadable,
            collection,
        }
    }

    /// The turns of the scenarios.
    pub fn entries(&self) -> Vec<Entry> {
        entries(&self.scenarios)
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
            let steps = loaded.item.iter().flat_map(|scenario| scenario.steps());
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

/// The turns of some scenarios.
pub(super) fn entries(scenarios: &[(&str, &Loaded<Scenario>, &Scenario)]) -> Vec<Entry> {
    let idents = scenarios.iter().map(|(ident, ..)| *ident);
    let places: BTreeMap<_, _> = idents.zip(0..).collect();
    let place = |name: &String| places.get(name.as_str()).copied();
    scenarios
        .iter()
        .map(|(_, _, scenario)| Entry {
            isolated: scenario.isolated,
            after: scenario.after.iter().map(place).collect(),
        })
        .collect()
}

/// Whether a scenario was asked for, by its name or for an example that it makes.
fn wants(options: &Options<'_>, ident: &str, scenario: &Scenario) -> bool {
    let targets = || {
        scenario
            .steps()
            .filter_map(|(_, step)| step.example.as_ref())
    };
    let wanted = selects(options, ident) || targets().any(|target| keeps(options, ident, target));
    let skipped = targets().next().is_some() && targets().all(|target| skips(options, target));
    wanted && !skipped
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
