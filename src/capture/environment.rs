//! What may be sent to a server that we did not start.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::error::Error;
use super::scope::Scope;
use super::template::{Expression, Template};
use super::{payload, texts};
use crate::document::{Collection, Fixtures, Scenario, Step};
use crate::finding::{Finding, SourceFile, codes};
use crate::project::Chosen;

impl Chosen {
    /// The variables, each behind those that it uses: a table of TOML has no order. Those that wait for each other, or for
    /// a name that nothing defines, come last.
    pub(super) fn ordered(&self) -> Vec<(&String, &Value)> {
        let mut waiting: Vec<_> = self.variables.iter().collect();
        let mut ordered = Vec::new();
        let mut known = BTreeSet::new();
        loop {
            let (ready, rest): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|(_, value)| texts::variables_of(value).is_subset(&known));
            known.extend(ready.iter().map(|(name, _)| (*name).clone()));
            let is_end = ready.is_empty();
            ordered.extend(ready);
            if is_end {
                ordered.extend(rest);
                return ordered;
            }
            waiting = rest;
        }
    }

    /// Puts the values of the variables into a scope.
    pub(super) fn define(&self, scope: &mut Scope) -> Result<(), Error> {
        for (name, value) in self.ordered() {
            let value = payload::substitute(value, "", scope).map_err(|reason| {
                let message = &reason.message;
                Error::settings(format!(
                    "`{name}` in [env.{}.variables]: {message}",
                    self.name
                ))
                .with_help("mend apidocs.toml")
            })?;
            scope.variables.insert(name.clone(), value);
        }
        Ok(())
    }

    /// The values of variables that `fixtures.json` saves as secrets elsewhere, be it made here or not.
    pub(super) fn secrets(&self, collection: &Collection, scope: &Scope) -> Vec<Value> {
        let fixtures = collection.fixtures.as_ref();
        let fixtures = fixtures.and_then(|loaded| loaded.item.as_deref());
        let saves = fixtures
            .into_iter()
            .flat_map(Fixtures::steps)
            .flat_map(|(_, step)| &step.save);
        saves
            .filter(|(name, save)| save.secret && self.variables.contains_key(name))
            .filter_map(|(name, _)| scope.variables.get(name).cloned())
            .collect()
    }

    /// Whether the fixtures may be made: all of it or nothing.
    pub(super) fn allows_fixtures(&self, fixtures: &Fixtures) -> bool {
        fixtures.steps().all(|(_, step)| self.allows(&step.method))
    }

    /// Why a scenario is left out: it would send what may not be sent, or needs what only that would make.
    pub(super) fn leaves_out(
        &self,
        source: &Arc<SourceFile>,
        scenario: &Scenario,
        fixtures: Option<&Fixtures>,
        before: BTreeSet<String>,
    ) -> Option<Finding> {
        let name = &self.name;
        let finding = |pointer: String, message: String, help: String| {
            let finding = Finding::new(codes::SCENARIO_LEFT_OUT, message);
            Some(finding.at_pointer(source, &pointer).help(help))
        };
        if let Some((pointer, step)) = scenario
            .steps()
            .find(|(_, step)| !self.allows(&step.method))
        {
            let listed = self.methods.as_deref().unwrap_or_default().join(", ");
            return finding(
                format!("{pointer}/request"),
                format!(
                    "the scenario was left out: [env.{name}] does not allow {} ({listed} are sent)",
                    step.method
                ),
                format!(
                    "add the method to `methods` of [env.{name}], if it may change things there"
                ),
            );
        }
        let mut known = before;
        known.extend(self.variables.keys().cloned());
        if let Some(fixtures) = fixtures {
            known.extend(fixtures.variables.keys().cloned());
            known.extend(fixtures.steps().flat_map(|(_, step)| saved(step)));
        }
        for (pointer, step) in scenario.steps() {
            for (at, text) in texts::of_step(step) {
                let Ok(template) = Template::parse(text) else {
                    continue;
                };
                let missing = template
                    .expressions()
                    .find_map(|expression| match expression {
                        Expression::Variable(name) if !known.contains(name) => Some(name.clone()),
                        _ => None,
                    });
                if let Some(missing) = missing {
                    let why = match fixtures {
                        Some(_) => "",
                        None => ", where fixtures.json is not made",
                    };
                    return finding(
                        format!("{pointer}{at}"),
                        format!(
                            "the scenario was left out: nothing defines `{missing}` in [env.{name}]{why}"
                        ),
                        format!("write {missing} = \"…\" in [env.{name}.variables]"),
                    );
                }
            }
            known.extend(saved(step));
        }
        None
    }

    /// Why a scenario is left out that runs after one that is.
    pub(super) fn leaves_out_behind(&self, source: &Arc<SourceFile>, other: &str) -> Finding {
        let message = format!(
            "the scenario was left out: it runs after `{other}`, which is left out in [env.{}]",
            self.name
        );
        Finding::new(codes::SCENARIO_LEFT_OUT, message)
            .at_pointer(source, "/after")
            .help(format!(
                "let `{other}` be made there, or take it out of `after`"
            ))
    }
}

/// The names that the requests of a scenario save.
pub(super) fn saves(scenario: &Scenario) -> impl Iterator<Item = String> {
    scenario.steps().flat_map(|(_, step)| saved(step))
}

fn saved(step: &Step) -> impl Iterator<Item = String> {
    step.save.iter().map(|(name, _)| name.clone())
}
