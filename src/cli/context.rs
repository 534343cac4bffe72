//! What every verb needs: where the project is, and where its words go.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{stderr, stdout};
use anyhow::{Context as _, Result};
use apidocs::capture::{self, Spawned};
use apidocs::finding::{Finding, any_error};
use apidocs::project::{ChangeSet, LeftRun, Location, Project, Recovery, recover, write_file};
use apidocs::report::{self, Report};
use apidocs::validate::apply_severity;

use super::args::{Global, ReportFormat};
use super::exit::{Advice, Exit, Interrupted};
use super::terminal::tell;

/// The flags of every verb, and what is around us.
pub struct Context {
    pub global: Global,
    /// Set by the first signal that asks us to stop.
    pub interrupted: Arc<AtomicBool>,
}

/// Where the report for people goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The report is what was asked for.
    Answer,
    /// The report is about something else that was asked for.
    Diagnostics,
}

impl Context {
    pub fn new(global: Global) -> Self {
        let interrupted = Arc::default();
        Self {
            global,
            interrupted,
        }
    }

    /// From now on a signal that asks us to stop sets [`Context::interrupted`]: servers are stopped, files stay whole.
    /// A second one changes nothing, or it would leave the servers behind; stopping takes seconds at most.
    pub fn catch_signals(&self) {
        #[cfg(unix)]
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            // Where the handler cannot be set, the default one ends us.
            let _ = signal_hook::flag::register(signal, Arc::clone(&self.interrupted));
        }
    }

    /// The project; first of all finishes or undoes what a run that was cut short had begun.
    pub fn project(&self) -> Result<Project> {
        let current = std::env::current_dir().context("the current folder cannot be read")?;
        let location = Location {
            config: self.global.config.clone(),
            docs: self.global.docs.clone(),
        };
        let found = Project::find(&current, &location);
        let recovered = match &found {
            Ok(project) => {
                self.stop_left_behind(&project.root);
                // An import has its journal in the folder of documents.
                self.recover(&project.root)? | self.recover(&project.docs)?
            }
            // The run may have been about to write the settings.
            Err(_) => self.recover(&current)?,
        };
        if recovered {
            return Ok(Project::find(&current, &location)?);
        }
        Ok(found?)
    }

    /// Stops what runs that were killed left running, and says so.
    fn stop_left_behind(&self, root: &Path) {
        let spawned = |(id, started): &(u32, String)| Spawned {
            id: *id,
            started: started.clone(),
        };
        let left = LeftRun::all(root).into_iter();
        for run in left.filter(|left| !spawned(&left.run).runs()) {
            let processes: Vec<_> = run.processes.iter().map(spawned).collect();
            let stopped = capture::stop_left_behind(&processes, &run.mark);
            let numbers: Vec<_> = stopped.iter().map(u32::to_string).collect();
            let id = run.run.0;
            match numbers.as_slice() {
                [] => tell!(
                    "note: an earlier run (process {id}) was killed; nothing of it runs any more"
                ),
                _ => tell!(
                    "note: an earlier run (process {id}) was killed; what it left running is stopped now (process {})",
                    numbers.join(", ")
                ),
            }
            run.remove();
        }
    }

    /// Finishes or undoes what a run that was cut short had begun there, and says so. Whether there was one.
    pub fn recover(&self, anchor: &Path) -> Result<bool> {
        let recovery = recover(anchor)?;
        match recovery {
            None => {}
            Some(Recovery::Finished) => {
                tell!(
                    "note: an earlier run was cut short while it wrote; its files are in place now"
                );
            }
            Some(Recovery::Undone) => {
                tell!("note: an earlier run was cut short before it wrote; nothing of it is left");
            }
        }
        Ok(recovery.is_some())
    }

    /// Tells the findings and changes; with them comes the summary and what to type next.
    pub fn tell(&self, channel: Channel, report: &Report, next: Option<&str>) -> Result<()> {
        let mut printed = false;
        if self
            .global
            .reports
            .iter()
            .filter(|target| target.file.is_none())
            .count()
            > 1
        {
            return Err(Advice {
                message: "two reports cannot both go to the standard output".to_owned(),
                help: "give one of them a file: --report json=FILE".to_owned(),
            }
            .into());
        }
        for target in &self.global.reports {
            let text = match target.format {
                ReportFormat::Json => report::json(report),
                ReportFormat::Human => {
                    let text = self.human(report, usize::MAX, next);
                    match target.file {
                        Some(_) => anstream::adapter::strip_str(&text).to_string(),
                        None => text,
                    }
                }
            };
            match &target.file {
                Some(file) => write_file(file, text.as_bytes())?,
                None => {
                    printed = true;
                    print(stdout().lock(), &text)?;
                }
            }
        }
        if printed {
            return Ok(());
        }
        let text = self.human(report, self.global.max_findings, next);
        match channel {
            Channel::Answer => print(stdout().lock(), &text),
            Channel::Diagnostics => print(stderr().lock(), &text),
        }
    }

    fn human(&self, report: &Report, max: usize, next: Option<&str>) -> String {
        let mut text = report::human(report, max);
        if !self.global.quiet {
            text.push_str(&format!("{}\n", report.summary()));
            if let Some(next) = next {
                text.push_str(&format!("next: {next}\n"));
            }
        }
        text
    }

    /// Whether a report was asked for.
    pub fn reports(&self) -> bool {
        !self.global.reports.is_empty()
    }

    /// A line about what is done, on standard error.
    pub fn say(&self, line: impl std::fmt::Display) {
        if !self.global.quiet {
            tell!("{line}");
        }
    }

    /// Whether there is a terminal to draw a progress bar on.
    pub fn draws(&self) -> bool {
        !self.global.quiet && std::io::stderr().is_terminal()
    }

    /// The findings with the severities of the settings, in their order, each once.
    pub fn judge(&self, project: &Project, findings: Vec<Finding>) -> Vec<Finding> {
        let mut findings = apply_severity(findings, &project.settings.severity);
        findings.sort_by(Finding::order);
        findings.dedup();
        findings
    }

    /// # Errors
    /// Somebody asked us to stop.
    pub fn go_on(&self) -> Result<()> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Interrupted.into());
        }
        Ok(())
    }

    /// Commits a set of files of the project.
    pub fn commit(&self, project: &Project, set: ChangeSet) -> Result<()> {
        self.go_on()?;
        set.commit(&project.root)?;
        Ok(())
    }
}

/// Prints a report. Who reads it may have had enough of it: the exit code still says how the run ended.
pub fn print(mut out: impl Write, text: &str) -> Result<()> {
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match printed {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

/// 1 where there is an error among the findings.
pub fn exit_of(findings: &[Finding]) -> Exit {
    if any_error(findings) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// A path from the command line, relative to the current folder.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} cannot be found", path.display()))
}
