//! How a capture is watched: a bar on a terminal, else a line for each scenario.

use std::collections::BTreeSet;
use std::sync::Mutex;

use apidocs::capture::{Outcome, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use super::terminal::tell;

/// Tells on standard error what a capture does.
pub struct Watch {
    bar: Option<ProgressBar>,
    lines: bool,
    failures: bool,
    steps: bool,
    running: Mutex<BTreeSet<String>>,
}

impl Watch {
    pub fn new(context: &Context) -> Self {
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
            failures: bar.is_none() && !context.global.quiet,
            lines: bar.is_none() && !context.global.quiet && (verbose || !context.terse),
            steps: verbose,
            bar,
            running: Mutex::default(),
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
        if self.lines || (self.failures && *outcome != Outcome::Done) {
            let what = match outcome {
                Outcome::Done => "done",
                Outcome::Failed => "failed",
                Outcome::Broken(_) => "no usable response",
            };
            tell!("{ident}: {what}");
        }
    }
}
