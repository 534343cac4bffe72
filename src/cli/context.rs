//! What every verb needs: where the project is, and where its words go.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{stderr, stdout};
use anyhow::{Context as _, Result};
use apidocs::capture::{self, Spawned};
use apidocs::finding::{Finding, any_error};
use apidocs::project::{
    self, ChangeSet, Faulty, LeftRun, Location, Project, Recovery, Settings, append_file, recover,
    write_file,
};
use apidocs::report::{self, Format, Report};
use apidocs::stabilize::secrets::{Rules, Secrets};
use apidocs::validate::{apply_severity, faulty_settings, without_secrets};

use super::args::Global;
use super::exit::{Advice, Exit, Interrupted};
use super::report::of_files;
use super::terminal::tell;

/// The flags of every verb, and what is around us.
pub struct Context {
    pub global: Global,
    /// Set by the first signal that asks us to stop.
    pub interrupted: Arc<AtomicBool>,
    /// Whether only what was found is told, not what is done meanwhile.
    pub terse: bool,
}

/// How many findings people are shown in a terminal or a log unless they say otherwise.
const MAX_FINDINGS: usize = 100;

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
            terse: false,
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
        self.project_at(None)
    }

    /// The project, with another folder of documents than the flags and settings name.
    ///
    /// # Errors
    /// Its settings have faults: all of them are told.
    pub fn project_at(&self, docs: Option<&Path>) -> Result<Project> {
        match self.project_in_parts(docs)? {
            (project, None) => Ok(project),
            (project, Some(faulty)) => Err(self.refuse(&project, &faulty)?),
        }
    }

    /// The same, also of settings that cannot be used as they stand: with those parts of them that can be read.
    pub fn project_in_parts(&self, docs: Option<&Path>) -> Result<(Project, Option<Faulty>)> {
        let current = current_folder()?;
        let mut location = self.location();
        location.docs = docs.map(Path::to_owned).or(location.docs);
        let found = Project::find_in_parts(&current, &location);
        let recovered = match &found {
            Ok((project, _)) => {
                self.stop_left_behind(&project.root);
                // An import has its journal in the folder of documents.
                self.recover(&project.root)? | self.recover(&project.docs)?
            }
            // The run may have been about to write the settings.
            Err(_) => self.recover(&current)?,
        };
        if recovered {
            return Ok(Project::find_in_parts(&current, &location)?);
        }
        Ok(found?)
    }

    /// The project, where there is one; nothing is finished or undone.
    ///
    /// # Errors
    /// As [`Context::project_at`].
    pub fn project_if_any(&self) -> Result<Option<Project>> {
        match self.found()? {
            Some((project, Some(faulty))) => Err(self.refuse(&project, &faulty)?),
            found => Ok(found.map(|(project, _)| project)),
        }
    }

    /// The project, where there is one, as far as its settings can be read; nothing is told, finished or undone.
    pub fn glimpse(&self) -> Option<Project> {
        let found = self.found().ok().flatten();
        found.map(|(project, _)| project)
    }

    /// Which names mean a secret, for those who write what others recorded.
    ///
    /// # Errors
    /// The settings may say more about it than can be read: all their faults are told.
    pub fn secret_rules(&self) -> Result<Rules> {
        match self.found()? {
            Some((project, Some(faulty))) if faulty.may_lack("secrets") => {
                Err(self.refuse(&project, &faulty)?)
            }
            found => {
                let settings = found.map(|(project, _)| project.settings.secrets);
                Ok(Rules::new(&settings.unwrap_or_default()))
            }
        }
    }

    fn found(&self) -> Result<Option<(Project, Option<Faulty>)>> {
        match Project::find_in_parts(&current_folder()?, &self.location()) {
            Ok(found) => Ok(Some(found)),
            Err(project::Error::NoProject(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the flags say about where the project is.
    pub fn location(&self) -> Location {
        Location {
            config: self.global.config.clone(),
            docs: self.global.docs.clone(),
        }
    }

    /// Tells all that is wrong with the settings, in every format that was asked for; gives the error that nothing was done.
    fn refuse(&self, project: &Project, faulty: &Faulty) -> Result<anyhow::Error> {
        let report = of_files(&project.root, faults_of(project, faulty));
        self.tell(Channel::Diagnostics, &report, None)?;
        let file = &faulty.source.path;
        Ok(Advice {
            message: format!("{file} cannot be used as it stands: nothing was done"),
            help:
                "mend what is told above; `apidocs schema settings` prints what the file may hold"
                    .to_owned(),
        }
        .into())
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
        let mut to_stdout = None;
        for target in &self.global.reports {
            match &target.file {
                Some(file) => {
                    let text = self.text(target.format, report, usize::MAX, next);
                    let text = anstream::adapter::strip_str(&text).to_string();
                    write_file(file, text.as_bytes())?;
                }
                None => to_stdout = Some(target.format),
            }
        }
        if self.has_report(Format::Github) {
            job_summary(report)?;
        }
        let human = || self.text(Format::Human, report, MAX_FINDINGS, next);
        match (to_stdout, channel) {
            // A log is read by people, beside the program that looks for commands in it.
            (Some(Format::Github), _) => {
                print(stderr().lock(), &human())?;
                print(stdout().lock(), &report::github(report))
            }
            (Some(Format::Human), _) | (None, Channel::Answer) => print(stdout().lock(), &human()),
            (Some(format), _) => print(stdout().lock(), &format.text(report, usize::MAX)),
            (None, Channel::Diagnostics) => print(stderr().lock(), &human()),
        }
    }

    /// A report in a format; `max` findings for people unless the command line says otherwise.
    fn text(&self, format: Format, report: &Report, max: usize, next: Option<&str>) -> String {
        let mut text = format.text(report, self.global.max_findings.unwrap_or(max));
        if format == Format::Human && !self.global.quiet {
            let summary = report.summary();
            if let Some(coverage) = &summary.coverage {
                text.push_str(&format!("{coverage}\n"));
            }
            text.push_str(&format!("{summary}\n"));
            if let Some(next) = next {
                text.push_str(&format!("next: {next}\n"));
            }
        }
        text
    }

    fn has_report(&self, format: Format) -> bool {
        let mut targets = self.global.reports.iter();
        targets.any(|target| target.format == format)
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

    /// The findings with the severities of the settings, in their order, each once, and no secret in the lines that they show.
    pub fn judge(&self, project: &Project, findings: Vec<Finding>) -> Vec<Finding> {
        judged_by(&project.settings, findings)
    }

    /// Findings with no secret in the lines that they show, for verbs that know no `[severity]`.
    pub fn hide(&self, findings: Vec<Finding>) -> Vec<Finding> {
        without_secrets(findings, &self.secrets())
    }

    /// What names call a secret around us: in a project as its settings say, as far as they can be read.
    pub fn secrets(&self) -> Arc<Secrets> {
        let settings = self.glimpse().map(|project| project.settings);
        secrets_of(&settings.unwrap_or_default())
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

/// What is wrong with the settings, and no secret in the lines that it shows: what can be read of them says which names mean one.
pub fn faults_of(project: &Project, faulty: &Faulty) -> Vec<Finding> {
    without_secrets(faulty_settings(faulty), &secrets_of(&project.settings))
}

/// The same as [`Context::judge`], by settings.
pub fn judged_by(settings: &Settings, findings: Vec<Finding>) -> Vec<Finding> {
    let mut findings = apply_severity(findings, &settings.severity);
    findings.sort_by(Finding::order);
    findings.dedup();
    without_secrets(findings, &secrets_of(settings))
}

fn secrets_of(settings: &Settings) -> Arc<Secrets> {
    Arc::new(Secrets::new(Rules::new(&settings.secrets)))
}

/// The folder in which we were started.
pub fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().context("the current folder cannot be read")
}

/// Adds the report to the summary of the job, where GitHub Actions says which file that is.
fn job_summary(report: &Report) -> Result<()> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let file = PathBuf::from(file);
    // All that one step adds counts towards the limit.
    let there = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    let room = report::JOB_SUMMARY_LIMIT.saturating_sub(there);
    let text = report::markdown(report, room);
    if text.len() <= room {
        append_file(&file, text.as_bytes())?;
    }
    Ok(())
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
