//! How a capture is watched: a bar on a terminal, else a line for each scenario.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use apidocs::capture::{self, Outcome, Progress, Spawned};
use apidocs::project::RunRecord;
use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use super::terminal::tell;

/// How often the bar's clock moves.
const TICK: Duration = Duration::from_millis(200);

/// How many scenarios are told as the slowest.
const SLOWEST: usize = 5;

/// Tells on standard error what a capture does.
pub struct Watch {
    bar: Option<ProgressBar>,
    lines: bool,
    failures: bool,
    steps: bool,
    times: Mutex<Times>,
    /// What is known of this run, should it be killed.
    record: Mutex<Option<RunRecord>>,
}

#[derive(Default)]
struct Times {
    running: BTreeMap<String, Instant>,
    ended: Vec<(Duration, String)>,
}

impl Watch {
    /// The root is where the record of the run stands meanwhile.
    pub fn new(context: &Context, root: &Path) -> Self {
        let own = Spawned::of(std::process::id());
        // Where the system does not tell when a process started, a run that lasts could not be told from a killed one.
        let record = match own.started.is_empty() {
            true => None,
            false => RunRecord::begin(root, (own.id, own.started), capture::run_mark()),
        };
        let verbose = context.global.verbose;
        // Lines that come one after another tell more than a bar.
        let bar = (context.draws() && !verbose).then(|| {
            let bar = ProgressBar::no_length();
            // The template is ours: it parses.
            if let Ok(style) = ProgressStyle::with_template(
                "{prefix} [{bar:30}] {pos}/{len} scenarios, {elapsed}  {wide_msg}",
            ) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix("capture");
            bar.enable_steady_tick(TICK);
            bar
        });
        Self {
            failures: bar.is_none() && !context.global.quiet,
            lines: bar.is_none() && !context.global.quiet && (verbose || !context.terse),
            steps: verbose,
            bar,
            times: Mutex::default(),
            record: Mutex::new(record),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Times)) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut times);
        if let Some(bar) = &self.bar {
            let names: Vec<_> = times.running.keys().map(String::as_str).collect();
            bar.set_message(names.join(", "));
        }
    }

    /// The scenarios that took longest, the slowest first, with their times: for people alone, since times differ from
    /// run to run. Empty where there is nothing to choose from.
    pub fn slowest(self) -> Vec<String> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = &mut times.ended;
        if ended.len() <= SLOWEST {
            return Vec::new();
        }
        ended.sort_by(|(a, _), (b, _)| b.cmp(a));
        ended
            .iter()
            .take(SLOWEST)
            .map(|(time, ident)| format!("{ident} {:.2} s", time.as_secs_f64()))
            .collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Watch {
    fn phase(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None if self.lines => tell!("{what}"),
            None => {}
        }
    }

    fn note(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| tell!("note: {what}")),
            // That more or less runs than was asked for is for everybody to know.
            None if self.failures => tell!("note: {what}"),
            None => {}
        }
    }

    fn spawned(&self, process: &Spawned) {
        let mut record = self
            .record
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(record) = record.as_mut() {
            record.add((process.id, process.started.clone()));
        }
    }

    fn planned(&self, scenarios: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(scenarios as u64);
        }
    }

    fn started(&self, ident: &str) {
        self.change(|times| {
            times.running.insert(ident.to_owned(), Instant::now());
        });
    }

    fn step(&self, ident: &str, request: &dyn Fn() -> String) {
        if self.steps {
            tell!("{ident}: {}", request());
        }
    }

    fn finished(&self, ident: &str, outcome: &Outcome) {
        self.change(|times| {
            if let Some(started) = times.running.remove(ident) {
                times.ended.push((started.elapsed(), ident.to_owned()));
            }
        });
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if self.lines || (self.failures && *outcome != Outcome::Done) {
            match outcome {
                Outcome::Done => tell!("{ident}: done"),
                Outcome::Failed => tell!("{ident}: failed"),
                Outcome::Broken(_) => tell!("{ident}: no usable response"),
                Outcome::NotRun(reason) => tell!("{ident}: not run, {reason}"),
            }
        }
    }
}
