//! How a capture is watched: a bar on a terminal, else a line for each scenario.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use apidocs::capture::{self, Outcome, Progress, Spawned};
use apidocs::project::RunRecord;
use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use super::terminal::tell;

/// Tells on standard error what a capture does.
pub struct Watch {
    bar: Option<ProgressBar>,
    lines: bool,
    steps: bool,
    running: Mutex<BTreeSet<String>>,
    /// What is known of this run, should it be killed.
    record: Mutex<Option<RunRecord>>,
}

impl Watch {
    /// The root is where the record of the run stands meanwhile.
    pub fn new(context: &Context, root: &Path) -> Self {
        let own = Spawned::of(std::process::id());
        let record = RunRecord::begin(root, (own.id, own.started), capture::run_mark());
        let bar = context.draws().then(|| {
            let bar = ProgressBar::no_length();
            // The template is ours: it parses.
            if let Ok(style) = ProgressStyle::with_template(
                "{prefix} [{bar:30}] {pos}/{len} requests, {elapsed}  {wide_msg}",
            ) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix("capture");
            bar
        });
        let verbose = context.global.verbose && bar.is_none();
        Self {
            lines: bar.is_none() && !context.global.quiet,
            steps: verbose,
            bar,
            running: Mutex::default(),
            record: Mutex::new(record),
        }
    }

    fn change_running(&self, change: impl FnOnce(&mut BTreeSet<String>)) {
        let mut running = self
            .running
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut running);
        if let Some(bar) = &self.bar {
            let names: Vec<_> = running.iter().map(String::as_str).collect();
            bar.set_message(names.join(", "));
        }
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

    fn spawned(&self, process: &Spawned) {
        let mut record = self
            .record
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(record) = record.as_mut() {
            record.add((process.id, process.started.clone()));
        }
    }

    fn planned(&self, requests: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(requests as u64);
        }
    }

    fn started(&self, ident: &str) {
        self.change_running(|running| {
            running.insert(ident.to_owned());
        });
    }

    fn step(&self, ident: &str, request: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if self.steps {
            tell!("{ident}: {request}");
        }
    }

    fn finished(&self, ident: &str, outcome: &Outcome) {
        self.change_running(|running| {
            running.remove(ident);
        });
        if self.lines {
            let what = match outcome {
                Outcome::Done => "done",
                Outcome::Failed => "failed",
                Outcome::Broken(_) => "no usable response",
            };
            tell!("{ident}: {what}");
        }
    }
}
