//! What `capture`, `generate` and `check` share: the documents as they are, and as a capture makes them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Error, Result};
use apidocs::capture::{self, Captured, Outcome, Share};
use apidocs::document::{Collection, DocumentName, EndpointDocument, Example, key_order};
use apidocs::drift::{Version, compare, in_shape_of, settle};
use apidocs::finding::{
    Code, DiffLine, DocumentChanges, DocumentStatus, Finding, Marked, any_error, codes,
};
use apidocs::json;
use apidocs::project::{ChangeSet, Compare, Project, SeveritySetting};
use apidocs::report::plural;
use apidocs::stabilize::Rules;
use apidocs::stabilize::secrets::{Rules as SecretRules, Secrets};
use apidocs::validate::{self, Checks};
use serde_json::Value;

use super::args::Selection;
use super::context::{Context, absolute};
use super::exit::Exit;
use super::progress::Watch;
use super::scenarios::Scenarios;
use super::share;
use super::source::{self, Followed};
use super::volatile::Volatile;

/// What a capture of examples can cure: no reason not to capture.
const CURED: [Code; 14] = [
    codes::SECRET,
    codes::NO_EXAMPLE,
    codes::UNCAPTURED_EXAMPLE,
    codes::DUPLICATE_EXAMPLE,
    codes::REQUEST_METHOD,
    codes::REQUEST_PATH,
    codes::EXAMPLE_AND_REASON,
    codes::DEFAULT_STATUS,
    codes::BODY_MEDIA_TYPE,
    codes::CONTENT_LENGTH,
    codes::NOT_CANONICAL,
    codes::LINE_ENDINGS,
    codes::CONTRACT_MISMATCH,
    codes::LOW_COVERAGE,
];

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
    /// What is wrong, judged, in order.
    pub findings: Vec<Finding>,
    volatile: Volatile,
    /// The scenarios that took longest, with their times.
    slowest: Vec<String>,
    /// What the source makes of the documents on disk.
    pub source: Option<Followed>,
    changed: Vec<Changed>,
    leaks_secret: bool,
    ran: bool,
}

/// A document whose file has to change.
struct Changed {
    path: String,
    /// `None` where there is no such file yet.
    before: Option<Vec<u8>>,
    after: String,
}

/// Runs the scenarios and lays what they captured over the documents. Writes nothing.
pub fn recapture(
    context: &Context,
    project: &Project,
    selection: &Selection,
    prose: Prose,
) -> Result<Recapture> {
    let disk = project.tree()?;
    let source = match prose {
        Prose::Sourced => source::follow(project, &disk)?,
        Prose::Kept => None,
    };
    let mut tree = disk.clone();
    let sourced = source.iter().flat_map(|source| &source.files);
    for (path, text) in sourced.clone() {
        tree.insert(path.clone(), text.as_bytes());
    }
    let prefix = project.shown(&project.docs);
    let volatile = Volatile::of_project(project)?;
    let before = Collection::from_tree(&tree, &prefix);
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

    let mut findings = obstacles(project, &options, partial);
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
        return Ok(Recapture {
            after: before.clone(),
            before,
            captured: Captured::default(),
            findings,
            volatile,
            slowest: Vec::new(),
            source,
            changed: Vec::new(),
            leaks_secret: false,
            ran: false,
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
        Some(share) => share.captured(&before, &digest(project, &before)),
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
    let mut changed = lay_over(&before, &captured, &disk.files, &volatile.rules, compare);
    for document in &changed {
        tree.insert(document.path.clone(), document.after.as_bytes());
    }
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
    let after = Collection::from_tree(&tree, &prefix);

    let mut findings: Vec<Finding> = told.into_iter().flatten().collect();
    findings.extend(source.iter().flat_map(|source| source.unknown(&after)));
    if captured.is_complete() {
        let mut told = Checks::new(&project.settings).all(&after);
        told.extend(super::validate::committed_secrets(project, &after));
        let files = captured_files(&after, &captured);
        findings.extend(
            told.into_iter().filter(|finding| {
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
    let leaks = validate::leaks(&after, captured.examples.keys(), &captured.secrets);
    let leaks_secret = !leaks.is_empty();
    findings.extend(leaks);
    findings.sort_by(Finding::order);
    Ok(Recapture {
        before,
        after,
        captured,
        findings,
        volatile,
        slowest,
        source,
        changed,
        leaks_secret,
        ran: true,
    })
}

/// What was wrong with the responses. What stopped a scenario is told whatever the settings say of its code: a run that
/// fails must say why.
fn run_findings(
    captured: &Captured,
    severities: &BTreeMap<String, SeveritySetting>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for run in captured.runs() {
        match &run.outcome {
            Outcome::Done => {
                findings.extend(validate::apply_severity(run.findings.clone(), severities));
            }
            Outcome::Failed | Outcome::NotRun(_) => findings.extend(run.findings.iter().cloned()),
            Outcome::Broken(error) => {
                findings.extend(run.findings.iter().cloned());
                let mut finding = Finding::new(codes::NO_RESPONSE, error.message.clone());
                finding.label = Some(error.label.clone());
                finding.help = error.help.clone();
                findings.push(finding);
            }
        }
    }
    if let Some(error) = &captured.stopped {
        let mut finding = Finding::new(codes::NO_RESPONSE, error.to_string());
        finding.help = error.help().map(str::to_owned);
        finding.notes = error.notes().to_vec();
        findings.push(finding);
    }
    findings
}

/// Captured examples that cannot be put into their document, whatever the settings say of its schema.
fn unread(before: &Collection, captured: &Captured) -> Vec<Finding> {
    let documents: BTreeSet<_> = captured
        .examples
        .keys()
        .map(|target| &target.document)
        .collect();
    let loaded = documents
        .iter()
        .filter_map(|name| Some((name, before.endpoints.get(name)?)));
    loaded
        .filter(|(_, loaded)| loaded.item.is_none())
        .map(|(name, loaded)| {
            Finding::new(
                codes::SCHEMA,
                "the document does not fit its schema: its examples cannot be written",
            )
            .in_file(&loaded.source)
            .about(name)
            .help("`apidocs validate` tells why")
        })
        .collect()
}

/// A run that makes no request must not read as "the documents are true".
fn no_scenarios() -> Finding {
    Finding::new(codes::NO_SCENARIOS, "no scenario was run, so nothing was compared")
        .help("scenarios are scenarios/<Ident>.json in the folder of documents; look at --only and --skip too")
}

/// Everything for which it is no use to make a request.
fn obstacles(project: &Project, options: &capture::Options<'_>, partial: bool) -> Vec<Finding> {
    if partial {
        // What other documents say wrongly is no obstacle; what cannot be read is, since its page would go.
        let mut findings = capture::check(options);
        findings.retain(|finding| finding.code != codes::SCHEMA);
        findings.extend(options.collection.findings.iter().cloned());
        let schema = validate::validate(options.collection).into_iter();
        findings.extend(schema.filter(|finding| finding.code == codes::SCHEMA));
        return findings;
    }
    let mut findings = super::validate::findings(project, options);
    if options.collection.scenarios.is_empty() {
        findings.push(no_scenarios());
    }
    findings.retain(|finding| !CURED.contains(&finding.code));
    findings
}

/// The documents that the capture changes.
fn lay_over(
    before: &Collection,
    captured: &Captured,
    files: &BTreeMap<String, Vec<u8>>,
    rules: &Rules,
    compare: Compare,
) -> Vec<Changed> {
    let mut by_document: BTreeMap<&DocumentName, Vec<Example>> = BTreeMap::new();
    for (target, example) in &captured.examples {
        by_document
            .entry(&target.document)
            .or_default()
            .push(example.example.clone());
    }
    // What a scenario says itself does not vary, whatever it looks like.
    let sources = before.scenarios.values().map(|loaded| &loaded.source);
    let sources = sources.chain(before.fixtures.iter().map(|loaded| &loaded.source));
    let said: Vec<_> = sources.map(|source| source.text.as_str()).collect();
    let is_stable = |value: &str| said.iter().any(|text| text.contains(value));
    let mut changed = Vec::new();
    for (name, examples) in by_document {
        let Some(loaded) = before.endpoints.get(name) else {
            continue;
        };
        let Some(document) = &loaded.item else {
            // Told by `unread`: what people wrote there must not be lost.
            continue;
        };
        let examples = match compare {
            Compare::Exact => examples,
            Compare::Shape => in_shape(&document.examples, examples),
        };
        let settled = settle(&name.to_string(), document, examples, rules, &is_stable);
        if settled.changed {
            let file = EndpointDocument::replace_examples(loaded.json.clone(), &settled.examples);
            let path = name.file();
            let before = files.get(&path).cloned();
            let after = json::write(&file, key_order::ENDPOINT);
            changed.push(Changed {
                path,
                before,
                after,
            });
        }
    }
    changed
}

/// Captured examples with the committed values wherever they have the committed shape.
fn in_shape(committed: &[Example], captured: Vec<Example>) -> Vec<Example> {
    let of = |example: Example| match committed.iter().find(|old| old.name == example.name) {
        Some(old) => in_shape_of(old, example),
        None => example,
    };
    captured.into_iter().map(of).collect()
}

/// Changes as they are told: a committed value may be one that must not be shown.
fn without_secrets(mut changes: DocumentChanges, secrets: &Secrets) -> DocumentChanges {
    for change in &mut changes.changes {
        let key = change.address.rsplit('/').next().unwrap_or_default();
        for value in [&mut change.old, &mut change.new].into_iter().flatten() {
            *value = match &*value {
                Value::String(text) => secrets.redact_member(key, text).into_owned().into(),
                value => secrets.redact_value(value),
            };
        }
    }
    let hide = |line: &mut Marked| {
        if let Cow::Owned(text) = secrets.redact(&line.text) {
            *line = Marked {
                text,
                marks: Vec::new(),
            };
        }
    };
    for line in changes
        .excerpts
        .iter_mut()
        .flat_map(|excerpt| &mut excerpt.lines)
    {
        match line {
            DiffLine::Old(line) | DiffLine::New(line) => hide(line),
            DiffLine::Both(text) => *text = secrets.redact(text).into_owned(),
            DiffLine::Skipped(_) => {}
        }
    }
    changes
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

/// A version of some documents.
fn version_of<'a>(collection: &'a Collection, names: &BTreeSet<&DocumentName>) -> Version<'a> {
    let documents = collection
        .documents()
        .filter(|(name, _)| names.contains(name));
    Version::new(documents, collection.order())
}

impl Recapture {
    /// The documents that were captured, compared with those that are committed; and how many others have
    /// examples, of which nothing can be said.
    pub fn compare(&self) -> (Vec<DocumentChanges>, usize) {
        let captured: BTreeSet<_> = self
            .captured
            .examples
            .keys()
            .map(|target| &target.document)
            .collect();
        let documents = compare(
            &version_of(&self.before, &captured),
            &version_of(&self.after, &captured),
            &self.volatile.rules,
        );
        let others = self
            .before
            .documents()
            .filter(|(name, document)| !document.examples.is_empty() && !captured.contains(name));
        let others = others.count();
        let documents = documents.into_iter();
        let documents = documents.map(|changes| without_secrets(changes, &self.captured.secrets));
        (documents.collect(), others)
    }

    /// What is wrong with files that are made of what was captured: a secret of the run in one of them. One that somebody
    /// wrote into a document passes.
    pub fn leaks<'f>(&self, files: impl IntoIterator<Item = (String, &'f [u8])>) -> Vec<Finding> {
        let secrets = &self.captured.secrets;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut written = BTreeSet::new();
        for loaded in self.before.endpoints.values() {
            written.extend(secrets.values_in(&loaded.source.text));
        }
        let mut findings = Vec::new();
        for (path, bytes) in files {
            let mut found = secrets.values_in(&text(bytes));
            found.retain(|value| !written.contains(value));
            if !found.is_empty() {
                let message = format!("{path} would hold a value that is a secret of this run");
                findings
                    .push(Finding::new(codes::LEAKED_SECRET, message).help("nothing is written"));
            }
        }
        findings
    }

    /// The documents that were captured, with the examples as they came.
    pub fn as_captured(&self) -> BTreeMap<DocumentName, EndpointDocument> {
        let mut documents: BTreeMap<DocumentName, EndpointDocument> = BTreeMap::new();
        for (target, captured) in &self.captured.examples {
            let name = &target.document;
            let committed = self.before.endpoints.get(name);
            let Some(committed) = committed.and_then(|loaded| loaded.item.as_ref()) else {
                continue;
            };
            let document = documents.entry(name.clone());
            let document = document.or_insert_with(|| EndpointDocument {
                examples: Vec::new(),
                ..committed.clone()
            });
            document.examples.push(captured.example.clone());
        }
        documents
    }

    /// The rules by which values were compared.
    pub fn rules(&self) -> &Rules {
        &self.volatile.rules
    }

    /// Leaves a document as it was.
    pub fn leave(&mut self, name: &str) {
        let Ok(name) = name.parse::<DocumentName>() else {
            return;
        };
        let path = name.file();
        self.changed.retain(|document| document.path != path);
        if let Some(committed) = self.before.endpoints.get(&name) {
            self.after.endpoints.insert(name, committed.clone());
        }
    }

    /// The same capture laid over the documents by other rules.
    pub fn settled_by(mut self, project: &Project, rules: &Rules) -> Result<Self> {
        let mut tree = project.tree()?;
        self.volatile.rules = rules.clone();
        self.changed = lay_over(
            &self.before,
            &self.captured,
            &tree.files,
            rules,
            Compare::Exact,
        );
        for document in &self.changed {
            tree.insert(document.path.clone(), document.after.as_bytes());
        }
        self.after = Collection::from_tree(&tree, &project.shown(&project.docs));
        Ok(self)
    }

    /// The exit code that follows from the capture alone.
    pub fn exit(&self) -> Exit {
        if self.captured.stopped.is_some() || self.captured.broken().next().is_some() {
            Exit::NoResponse
        } else if any_error(&self.findings) || !(self.ran && self.captured.is_complete()) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    /// Whether what was captured may be written.
    pub fn may_write(&self, keep_going: bool) -> bool {
        self.ran && !self.leaks_secret && (keep_going || self.exit() == Exit::Clean)
    }

    /// Whether what was captured may be written into a folder of its own; says what forbids it.
    pub fn may_share(&mut self, share: &Share) -> bool {
        let tree = share.to_tree();
        let files = tree.files.iter();
        let leaks = self.leaks(files.map(|(path, bytes)| (path.clone(), bytes.as_slice())));
        self.leaks_secret |= !leaks.is_empty();
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
        self.ran
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

    /// What was done, in some lines.
    pub fn summary(&self) -> String {
        let (documents, _) = self.compare();
        let with = |status| {
            let documents = documents.iter();
            documents.filter(|changes| changes.status == status).count()
        };
        let runs = |wanted: fn(&Outcome) -> bool| {
            let runs = self.captured.runs();
            runs.filter(|run| wanted(&run.outcome)).count()
        };
        let not_run = runs(|outcome| matches!(outcome, Outcome::NotRun(_)));
        let failed = runs(|outcome| matches!(outcome, Outcome::Failed | Outcome::Broken(_)));
        let mut text = format!(
            "{}, {} captured; documents: {} unchanged, {} noise, {} drift; {failed} failed",
            plural(self.captured.scenarios.len(), "scenario"),
            plural(self.captured.examples.len(), "example"),
            with(DocumentStatus::Unchanged),
            with(DocumentStatus::Noise),
            with(DocumentStatus::Drift),
        );
        if not_run > 0 {
            text.push_str(&format!(", {not_run} not run"));
        }
        let incomplete: usize = self.captured.runs().map(|run| run.incomplete).sum();
        if incomplete > 0 {
            text.push_str(&format!(
                "; {} to be completed not made",
                plural(incomplete, "request")
            ));
        }
        if let Some(idents) = &self.captured.idle_jobs {
            text.push_str("\n--jobs had nothing to do: fewer than two scenarios are `isolated`");
            if !idents.is_empty() {
                text.push_str(&format!(
                    "\nthese could be: they only read, and answered the same when all others had run: {}",
                    idents.join(", ")
                ));
            }
        }
        if !self.slowest.is_empty() {
            text.push_str(&format!("\nslowest: {}", self.slowest.join(", ")));
        }
        text
    }
}
