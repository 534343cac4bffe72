//! The scenarios of a run: their turns, what they hand on, and what is told of those that had none.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::cookies::Cookies;
use super::plan::Plan;
use super::runner::{Examples, World};
use super::schedule;
use super::scope::Scope;
use super::session::{Memory, Session};
use super::{Captured, Outcome, ScenarioRun};
use crate::document::{EndpointDocument, Example, Exchange, Loaded, Scenario, is_safe};
use crate::finding::{Finding, codes};
use crate::stabilize::secrets::Secrets;
use crate::stabilize::{DocumentView, Rules, pair};

/// How long scenarios may be run again to see whether they could run beside others: each as long as it took before.
const PROBE: Duration = Duration::from_secs(2);

/// A scenario that ran.
struct Ran {
    run: ScenarioRun,
    took: Duration,
    examples: Examples,
    /// What it saved, for those that run after it.
    saved: Saved,
}

/// What scenarios saved.
#[derive(Debug, Clone, Default)]
struct Saved {
    values: Map<String, Value>,
    secrets: Secrets,
}

impl Saved {
    /// What a memory holds beyond what all scenarios begin with.
    fn of(memory: Memory, base: &Scope) -> Self {
        let mut values = memory.scope.variables;
        values.retain(|name, value| base.variables.get(name) != Some(value));
        let secrets = memory.secrets;
        Self { values, secrets }
    }

    fn extend(&mut self, other: &Self) {
        self.values.extend(other.values.clone());
        self.secrets.merge(&other.secrets);
    }
}

impl World<'_> {
    /// What comes back is in the order of names, however they ran.
    pub fn scenarios(&self, plan: &Plan<'_>, memory: &Memory, captured: &mut Captured) {
        let all = &plan.scenarios;
        let entries = plan.entries();
        let done: Vec<OnceLock<Ran>> = all.iter().map(|_| OnceLock::new()).collect();
        let go_on = || self.stop.get().is_none() && !self.halted.load(Ordering::Relaxed);
        let (jobs, order) = (self.options.jobs, self.options.order);
        schedule::run(&entries, jobs, order, &go_on, &|index| {
            let (ident, loaded, scenario) = all[index];
            let mut saved = Saved::default();
            let before = entries[index].after.iter().flatten();
            for ran in before.filter_map(|before| done[*before].get()) {
                saved.extend(&ran.saved);
            }
            let ran = self.scenario(ident, loaded, scenario, memory, saved);
            let succeeded = ran.run.outcome == Outcome::Done;
            if !succeeded && self.options.fail_fast {
                self.halted.store(true, Ordering::Relaxed);
            }
            let _ = done[index].set(ran);
            succeeded
        });
        let side_by_side = entries.iter().filter(|entry| entry.isolated).count();
        if self.options.jobs > 1 && all.len() > 1 && side_by_side < 2 && go_on() {
            captured.idle_jobs = Some(self.could_be_isolated(plan, memory, &done));
        }
        let runs = &mut captured.scenarios;
        for (index, (ident, loaded, scenario)) in all.iter().enumerate() {
            if done[index].get().is_none() {
                let blocked = entries[index].after.iter().position(|before| {
                    let ran = before.and_then(|before| done[before].get());
                    ran.is_none_or(|ran| ran.run.outcome != Outcome::Done)
                });
                let mut run = ScenarioRun::new(ident, &scenario.title);
                self.not_run(&mut run, blocked, loaded, scenario);
                runs.push(run);
            }
        }
        for ran in done.into_iter().filter_map(OnceLock::into_inner) {
            self.keep(&ran.run, ran.examples, &mut captured.examples);
            runs.push(ran.run);
        }
        runs.sort_by(|a, b| a.ident.cmp(&b.ident));
    }

    /// The scenarios that could be marked as isolated. Those that only read touch nothing;
    /// whether they see what others touch is found by running them again when all others are done, which is when
    /// isolated ones run: the answers must be the same but for volatile values. What took too long is not run again, and on a server that is not
    /// ours nothing is asked twice.
    fn could_be_isolated(
        &self,
        plan: &Plan<'_>,
        memory: &Memory,
        done: &[OnceLock<Ran>],
    ) -> Vec<String> {
        let mut found = Vec::new();
        if !self.owns_server() {
            return found;
        }
        let begins = Instant::now();
        self.silent.store(true, Ordering::Relaxed);
        for ((ident, loaded, scenario), ran) in plan.scenarios.iter().zip(done) {
            let alone = scenario.after.is_empty() && !scenario.isolated;
            let only_reads = scenario.steps().all(|(_, step)| is_safe(&step.method));
            let first = ran.get().filter(|ran| ran.run.outcome == Outcome::Done);
            let Some(Ran {
                run: first, took, ..
            }) = first
            else {
                continue;
            };
            let fits = begins.elapsed() + *took <= PROBE;
            if !alone || !only_reads || !fits || self.stop.get().is_some() {
                continue;
            }
            let again = self.scenario(ident, loaded, scenario, memory, Saved::default());
            if again.run.outcome == Outcome::Done
                && say_the_same(&first.exchanges, &again.run.exchanges)
            {
                found.push((*ident).to_owned());
            }
        }
        self.silent.store(false, Ordering::Relaxed);
        found
    }

    /// Says why a scenario was not run; `blocked` is the place in its `after` of one that did not succeed.
    fn not_run(
        &self,
        run: &mut ScenarioRun,
        blocked: Option<usize>,
        loaded: &Loaded<Scenario>,
        scenario: &Scenario,
    ) {
        let before = blocked.and_then(|index| Some((index, scenario.after.get(index)?)));
        let ended = self.stop.get().is_some();
        run.outcome = Outcome::NotRun(match before {
            _ if ended => "the run ended before".to_owned(),
            Some((index, name)) if !self.halted.load(Ordering::Relaxed) => {
                let message = format!(
                    "{} was not run: it runs after {name}, which did not succeed",
                    run.ident
                );
                let finding = Finding::new(codes::NOT_RUN, message)
                    .at_pointer(&loaded.source, &format!("/after/{index}"))
                    .help(format!("mend {name}"));
                run.findings.push(finding);
                format!("{name} did not succeed")
            }
            _ => "another one failed before".to_owned(),
        });
        if !run.findings.is_empty() {
            self.progress().finished(&run.ident, &run.outcome);
        }
    }

    fn scenario(
        &self,
        ident: &str,
        loaded: &Loaded<Scenario>,
        scenario: &Scenario,
        memory: &Memory,
        before: Saved,
    ) -> Ran {
        self.progress().started(ident);
        let begins = Instant::now();
        let mut run = ScenarioRun::new(ident, &scenario.title);
        let credentials = memory.scope.clone();
        let mut own = memory.clone();
        own.scope.variables.extend(before.values);
        own.secrets.merge(&before.secrets);
        let mut session = Session::new(self, ident, &loaded.source, own, Some(credentials));
        session.cookies = scenario.cookies.then(Cookies::default);
        let (after, before): (Vec<_>, Vec<_>) = scenario
            .steps()
            .partition(|(at, _)| at.starts_with("/teardown/"));
        for (at, step) in before {
            let recorded = at.starts_with("/requests/");
            match session.step(&at, step, recorded) {
                Ok(exchanges) if recorded => run.exchanges.extend(exchanges),
                Ok(_) => {}
                Err(stop) => {
                    self.stopped(stop, &mut run);
                    break;
                }
            }
        }
        self.clean_up(&mut session, after.into_iter(), &mut run);
        self.learn(&mut session.memory.secrets);
        run.findings = session.findings;
        run.incomplete = session.incomplete;
        run.answered = session.answered;
        self.progress().finished(ident, &run.outcome);
        Ran {
            run,
            took: begins.elapsed(),
            examples: session.examples,
            saved: Saved::of(session.memory, &memory.scope),
        }
    }
}

/// Whether two captures of a scenario differ in volatile values alone, as their kinds tell them.
fn say_the_same(first: &[Exchange], again: &[Exchange]) -> bool {
    let view = |exchanges: &[Exchange]| {
        let examples = exchanges
            .iter()
            .enumerate()
            .map(|(index, exchange)| Example {
                name: index.to_string(),
                ..Example::from(exchange.clone())
            });
        DocumentView::of(&EndpointDocument {
            examples: examples.collect(),
            ..EndpointDocument::default()
        })
    };
    let (old, new) = (view(first), view(again));
    let rules = Rules::default();
    let pairing = pair("", &old, &new, &rules);
    first == again || pairing.examples.iter().all(|(_, delta)| !delta.is_drift())
}
