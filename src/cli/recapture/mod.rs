//! What `capture`, `generate` and `check` share: the documents as they are, and as a capture makes them.

mod compared;
mod examined;
mod lay_over;
mod obstacles;
mod on_disk;
mod summary;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Error, Result};
use apidocs::capture::{self, Captured, Share};
use apidocs::document::{Collection, DocumentName};
use apidocs::finding::{Finding, Severity, any_error, codes};
use apidocs::project::{ChangeSet, Compare, Project};
use apidocs::stabilize::Rules;
use apidocs::stabilize::secrets::{Rules as SecretRules, Secrets};
use apidocs::validate::{self, Checks};

use super::args::Selection;
use super::context::{Context, absolute};
use super::exit::Exit;
use super::parallel;
use super::progress::Watch;
use super::reading::{read_files, read_tree};
use super::scenarios::Scenarios;
use super::share;
use super::source::{self, Described, Followed};
use super::validate::together;
use super::volatile::Volatile;
use compared::Compared;
use examined::Examined;
use lay_over::{Changed, LaidOver, lay_over};
use obstacles::{no_scenarios, obstacles, run_findings, unread};

/// Who writes the prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prose {
    /// It is left as it is.
    Kept,
    /// It follows the source that the settings name.
    Sourced,
}

/// The documents before and after a capture.
pub struct Recapture {
    /// As they are on disk, with the prose of the source where that counts.
    pub before: Collection,
    /// With what was captured.
    pub after: Collection,
    /// What the scenarios did; empty where findings forbade to run them.
    pub captured: Captured,
    /// What is wrong, judged, in order; told of documents as a capture makes them.
    pub findings: Vec<Finding>,
    volatile: Volatile,
    /// The scenarios that took longest, with their times.
    slowest: Vec<String>,
    /// What the source makes of the documents on disk.
    pub source: Option<Followed>,
    changed: Vec<Changed>,
    /// The documents that differ in volatile values alone, and stay.
    noise: BTreeSet<DocumentName>,
    /// The comparison of both, once somebody has asked for it.
    compared: OnceCell<Compared>,
    leaks_secret: bool,
    /// Why no request was made, as an exit code.
    hindered: Option<Exit>,
}

/// Runs the scenarios and lays what they captured over the documents. Writes nothing.
pub fn recapture(
    context: &Context,
    project: &Project,
    selection: &Selection,
    prose: Prose,
) -> Result<Recapture> {
    let disk = read_files(project)?;
    let described = Described::of(project)?;
    let source = match prose {
        Prose::Sourced => source::follow(project, &disk, &described)?,
        Prose::Kept => None,
    };
    let sourced = source.iter().flat_map(|source| &source.files);
    let prefix = project.shown(&project.docs);
    let volatile = Volatile::of_project(project)?;
    let before = match sourced.clone().next() {
        None => read_tree(&disk, &prefix),
        Some(_) => {
            let mut tree = disk.clone();
            for (path, text) in sourced.clone() {
                tree.insert(path.clone(), text.as_bytes());
            }
            read_tree(&tree, &prefix)
        }
    };
    let from = match &selection.from {
        Some(folder) => Some(share::read(context, folder)?),
        None => None,
    };
    let taken = from.as_ref().map(|share| Selection {
        only: share.only().to_vec(),
        skip: share.skip().to_vec(),
        ..selection.clone()
    });
    let selection = taken.as_ref().unwrap_or(selection);
    let logs = selection.logs.as_deref().map(absolute).transpose()?;
    let scenarios = Scenarios {
        logs,
        selection: Some(selection),
        ..Scenarios::all(context, project, &before)
    };
    let options = scenarios.options();
    let partial =
        !(selection.only.is_empty() && selection.skip.is_empty()) || selection.shard.is_some();

    let checks = Checks::new(&project.settings);
    let mut examined = Examined::default();
    let mut findings = obstacles(project, &options, partial, &checks, &mut examined);
    let told = source.as_ref().map(|source| source.findings.clone());
    findings.extend(told.iter().flatten().cloned());
    if from.is_some() {
        // What stands in the way of requests, such as a variable that is not set, stood in the way of those that
        // were made.
        let about_requests = capture::check(&options);
        findings.retain(|finding| !about_requests.contains(finding));
    }
    let findings = context.judge(project, findings);
    if any_error(&findings) {
        let settings = project.source.as_ref().map(|source| source.path.as_str());
        let of_settings = |finding: &Finding| {
            finding.severity == Severity::Error && settings.is_some() && finding.file() == settings
        };
        let hindered = match findings.iter().any(of_settings) {
            true => Exit::Settings,
            false => Exit::Findings,
        };
        return Ok(Recapture {
            after: before.clone(),
            before,
            captured: Captured::default(),
            findings,
            volatile,
            slowest: Vec::new(),
            source,
            changed: Vec::new(),
            noise: BTreeSet::new(),
            compared: OnceCell::new(),
            leaks_secret: false,
            hindered: Some(hindered),
        });
    }
    let left_out = findings
        .into_iter()
        .filter(|finding| finding.code == codes::SCENARIO_LEFT_OUT);
    let left_out: Vec<_> = left_out.collect();
    context.catch_signals();
    capture::adopt_orphans();
    let watch = Watch::new(context, &project.root);
    let made = match &from {
        Some(share) => share.captured(&before, &project.settings, &digest(project, &before)),
        None => capture::run(&options, &watch),
    };
    let mut captured = match made {
        Err(error) if from.is_some() => {
            let folder = selection.from.as_deref().unwrap_or(Path::new("."));
            return Err(Error::new(error).context(folder.display().to_string()));
        }
        // Told as a finding, so that every report has it.
        Err(error) if error.is_no_response() => Captured {
            stopped: Some(error),
            ..Captured::default()
        },
        done => done?,
    };
    if from.is_some() {
        // What is a secret by its name is one in documents that were captured elsewhere, too.
        captured.secrets = Secrets::new(SecretRules::new(&project.settings.secrets));
    }
    let slowest = watch.slowest();
    context.go_on()?;
    let chosen = project.settings.environment.as_ref();
    let compare = chosen.map_or(Compare::Exact, |chosen| chosen.compare);
    let laid = lay_over(&before, &captured, &disk.files, &volatile.rules, compare);
    let LaidOver { mut changed, noise } = laid;
    let after = with_changes(&before, &changed, &prefix);
    let documents = changed.iter().filter_map(|document| {
        let name = DocumentName::of_file(&document.path)?;
        after.endpoints.get_key_value(&name)
    });
    examined.examine(&checks, documents);
    // What the source changes and the capture does not.
    for (path, text) in sourced {
        if changed.iter().all(|document| document.path != *path) {
            changed.push(Changed {
                path: path.clone(),
                before: disk.files.get(path).cloned(),
                after: text.clone(),
            });
        }
    }
    let mut findings: Vec<Finding> = told.into_iter().flatten().collect();
    findings.extend(described.unknown(&after));
    if captured.is_complete() {
        let contracts = described.contracts(&after);
        let wholes = captured.examples.iter();
        let wholes = wholes.filter_map(|(target, one)| Some((target.clone(), one.whole.clone()?)));
        let checks = checks
            .with_contracts(contracts)
            .with_wholes(wholes.collect());
        let others = together(&checks, &after);
        let told = examined.findings().cloned().chain(others);
        let files = captured_files(&after, &captured);
        findings.extend(
            told.filter(|finding| {
                !partial || finding.file().is_some_and(|file| files.contains(file))
            }),
        );
    }
    if captured.is_complete() {
        findings.extend(volatile.audit(after.documents()));
    }
    if !partial {
        let source = project.source.as_ref();
        findings.extend(validate::coverage(&after, &project.settings, source));
    }
    let mut findings = context.judge(project, findings);
    findings.extend(run_findings(&captured, &project.settings.severity));
    if captured.scenarios.is_empty() && captured.is_complete() && selection.shard.is_none() {
        findings.push(no_scenarios());
    } else if captured.is_complete() && captured.made_nothing() {
        findings.push(
            Finding::new(
                codes::NO_SCENARIOS,
                "no request could be made, so nothing was compared: all are to be completed",
            )
            .help("`apidocs validate` tells what is missing in each"),
        );
    }
    findings.extend(unread(&before, &captured));
    findings.extend(left_out);
    // Whatever the settings say of the code: what leaks is not written.
    let examples: Vec<_> = captured.examples.keys().collect();
    let leaks = parallel::map(&examples, |target| {
        validate::leaks(&after, target, &captured.secrets)
    });
    let leaks = leaks.concat();
    let leaks_secret = !leaks.is_empty();
    findings.extend(leaks);
    findings.sort_by(Finding::order);
    let findings = validate::without_secrets(findings, &Arc::new(captured.secrets.clone()));
    Ok(Recapture {
        before,
        after,
        captured,
        findings,
        volatile,
        slowest,
        source,
        changed,
        noise,
        compared: OnceCell::new(),
        leaks_secret,
        hindered: None,
    })
}

/// The documents as the capture makes them.
fn with_changes(before: &Collection, changed: &[Changed], prefix: &str) -> Collection {
    let mut after = before.clone();
    for document in changed {
        after.add(&document.path, document.after.clone().into_bytes(), prefix);
    }
    after
}

/// The files of the documents that were captured.
fn captured_files<'a>(after: &'a Collection, captured: &Captured) -> BTreeSet<&'a str> {
    captured
        .examples
        .keys()
        .filter_map(|target| after.endpoints.get(&target.document))
        .map(|loaded| loaded.source.path.as_str())
        .collect()
}

/// Says of which scenarios and settings something was captured.
fn digest(project: &Project, collection: &Collection) -> String {
    capture::digest(collection, project.source.as_deref())
}

impl Recapture {
    /// Leaves a document as it was.
    pub fn leave(&mut self, name: &str) {
        let Ok(name) = name.parse::<DocumentName>() else {
            return;
        };
        self.compared.take();
        let path = name.file();
        self.changed.retain(|document| document.path != path);
        if let Some(committed) = self.before.endpoints.get(&name) {
            self.after.endpoints.insert(name, committed.clone());
        }
    }

    /// The same capture laid over the documents by other rules.
    pub fn settled_by(mut self, project: &Project, rules: &Rules) -> Result<Self> {
        self.compared.take();
        let files = read_files(project)?.files;
        self.volatile.rules = rules.clone();
        let laid = lay_over(&self.before, &self.captured, &files, rules, Compare::Exact);
        (self.changed, self.noise) = (laid.changed, laid.noise);
        let prefix = project.shown(&project.docs);
        self.after = with_changes(&self.before, &self.changed, &prefix);
        Ok(self)
    }

    /// The exit code that follows from the capture alone.
    pub fn exit(&self) -> Exit {
        if self.captured.stopped.is_some() || self.captured.broken().next().is_some() {
            Exit::NoResponse
        } else if let Some(hindered) = self.hindered {
            hindered
        } else if any_error(&self.findings) || !self.captured.is_complete() {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    /// The findings where nothing is written: at the places of the files on disk.
    pub fn findings_on_disk(&self, project: &Project) -> Vec<Finding> {
        on_disk::on_disk(project, &self.findings, &self.captured.secrets)
    }

    /// Whether what was captured may be written.
    pub fn may_write(&self, keep_going: bool) -> bool {
        self.hindered.is_none() && !self.leaks_secret && (keep_going || self.exit() == Exit::Clean)
    }

    /// Whether what was captured may be written into a folder of its own; says what forbids it.
    pub fn may_share(&mut self, share: &Share) -> bool {
        if self.leaks_secret {
            return false;
        }
        let tree = share.to_tree();
        let files = tree.files.iter();
        let leaks = self.leaks(files.map(|(path, bytes)| (path.clone(), bytes.as_slice())));
        self.leaks_secret = !leaks.is_empty();
        self.findings.extend(leaks);
        self.findings.sort_by(Finding::order);
        !self.leaks_secret
    }

    /// What was captured, for a folder of its own; `None` where nothing was tried.
    pub fn share(
        &self,
        context: &Context,
        project: &Project,
        selection: &Selection,
    ) -> Option<Share> {
        let scenarios = Scenarios {
            selection: Some(selection),
            ..Scenarios::all(context, project, &self.before)
        };
        let digest = digest(project, &self.before);
        self.hindered
            .is_none()
            .then(|| Share::new(&self.captured, &scenarios.options(), digest))
    }

    /// How many documents change.
    pub fn changed(&self) -> usize {
        let is_document = |changed: &&Changed| changed.path.starts_with("endpoints/");
        self.changed.iter().filter(is_document).count()
    }

    /// Puts the files of the documents that changed into a set.
    pub fn add_to(&self, set: &mut ChangeSet, project: &Project) {
        for document in &self.changed {
            let path = project.docs.join(&document.path);
            match &document.before {
                Some(before) => set.replace(path, before, document.after.as_str()),
                None => set.write(path, document.after.as_str()),
            }
        }
    }
}
