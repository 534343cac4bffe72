//! What `capture`, `generate` and `check` share: the documents as they are, and as a capture makes them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use apidocs::capture::{self, Captured, Outcome};
use apidocs::document::{Collection, DocumentName, EndpointDocument, Example, key_order};
use apidocs::drift::{Version, compare, settle};
use apidocs::finding::{Code, DocumentChanges, Finding, any_error, codes};
use apidocs::json;
use apidocs::project::{ChangeSet, Project, SeveritySetting};
use apidocs::report::plural;
use apidocs::validate::{self, Checks};

use super::args::Selection;
use super::context::{Context, absolute};
use super::exit::Exit;
use super::progress::Watch;
use super::scenarios::Scenarios;

/// What a capture of examples can cure: no reason not to capture.
const CURED: [Code; 11] = [
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
];

/// The documents before and after a capture.
pub struct Recapture {
    /// As they are on disk.
    pub before: Collection,
    /// With what was captured.
    pub after: Collection,
    /// What the scenarios did; empty where findings forbade to run them.
    pub captured: Captured,
    /// What is wrong, judged, in order.
    pub findings: Vec<Finding>,
    /// How many examples say the same as the committed ones.
    pub unchanged: usize,
    changed: Vec<Changed>,
    ran: bool,
}

/// A document whose file has to change.
struct Changed {
    path: String,
    before: Vec<u8>,
    after: String,
}

/// Runs the scenarios and lays what they captured over the documents. Writes nothing.
pub fn recapture(context: &Context, project: &Project, selection: &Selection) -> Result<Recapture> {
    let tree = project.tree()?;
    let prefix = project.shown(&project.docs);
    let before = Collection::from_tree(&tree, &prefix);
    let logs = selection.logs.as_deref().map(absolute).transpose()?;
    let scenarios = Scenarios {
        logs,
        selection: Some(selection),
        ..Scenarios::all(context, project, &before)
    };
    let options = scenarios.options();
    let partial = !(selection.only.is_empty() && selection.skip.is_empty());

    let findings = context.judge(project, obstacles(project, &options, partial));
    if any_error(&findings) {
        return Ok(Recapture {
            after: before.clone(),
            before,
            captured: Captured::default(),
            findings,
            unchanged: 0,
            changed: Vec::new(),
            ran: false,
        });
    }
    context.catch_signals();
    let captured = {
        let watch = Watch::new(context);
        match capture::run(&options, &watch) {
            // Told as a finding, so that every report has it.
            Err(error) if error.is_no_response() => Captured {
                stopped: Some(error),
                ..Captured::default()
            },
            done => done?,
        }
    };
    context.go_on()?;
    let (changed, unchanged) = lay_over(&before, &captured, &tree.files);
    let mut tree = tree;
    for document in &changed {
        tree.insert(document.path.clone(), document.after.as_bytes());
    }
    let after = Collection::from_tree(&tree, &prefix);

    let mut findings = Vec::new();
    if captured.is_complete() {
        let told = Checks::new(&project.settings).all(&after);
        let files = captured_files(&after, &captured);
        findings.extend(
            told.into_iter().filter(|finding| {
                !partial || finding.file().is_some_and(|file| files.contains(file))
            }),
        );
    }
    let mut findings = context.judge(project, findings);
    findings.extend(run_findings(&captured, &project.settings.severity));
    findings.extend(unread(&before, &captured));
    findings.sort_by(Finding::order);
    Ok(Recapture {
        before,
        after,
        captured,
        findings,
        unchanged,
        changed,
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
            Outcome::Failed => findings.extend(run.findings.iter().cloned()),
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
    if captured.scenarios.is_empty() && captured.is_complete() {
        findings.push(no_scenarios());
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

/// The documents that the capture changes, and how many examples it leaves as they are.
fn lay_over(
    before: &Collection,
    captured: &Captured,
    files: &BTreeMap<String, Vec<u8>>,
) -> (Vec<Changed>, usize) {
    let mut by_document: BTreeMap<&DocumentName, Vec<Example>> = BTreeMap::new();
    for (target, example) in &captured.examples {
        by_document
            .entry(&target.document)
            .or_default()
            .push(example.example.clone());
    }
    let mut changed = Vec::new();
    let mut unchanged = 0;
    for (name, examples) in by_document {
        let Some(loaded) = before.endpoints.get(name) else {
            continue;
        };
        let Some(document) = &loaded.item else {
            // Told by `unread`: what people wrote there must not be lost.
            continue;
        };
        let settled = settle(&document.examples, examples);
        unchanged += settled.unchanged;
        if settled.changed {
            let file = EndpointDocument::replace_examples(loaded.json.clone(), &settled.examples);
            let path = name.file();
            let before = files.get(&path).cloned().unwrap_or_default();
            let after = json::write(&file, key_order::ENDPOINT);
            changed.push(Changed {
                path,
                before,
                after,
            });
        }
    }
    (changed, unchanged)
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
        );
        let others = self
            .before
            .documents()
            .filter(|(name, document)| !document.examples.is_empty() && !captured.contains(name));
        (documents, others.count())
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
        self.ran && (keep_going || self.exit() == Exit::Clean)
    }

    /// How many documents change.
    pub fn changed(&self) -> usize {
        self.changed.len()
    }

    /// Puts the files of the documents that changed into a set.
    pub fn add_to(&self, set: &mut ChangeSet, project: &Project) {
        for document in &self.changed {
            set.replace(
                project.docs.join(&document.path),
                &document.before,
                document.after.as_str(),
            );
        }
    }

    /// What was done, in a line.
    pub fn summary(&self) -> String {
        let captured = self.captured.examples.len();
        let runs = self.captured.runs();
        let failed = runs.filter(|run| run.outcome != Outcome::Done).count();
        let failed = match failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        format!(
            "{}{failed}, {} captured: {} as committed, {} new or changed",
            plural(self.captured.scenarios.len(), "scenario"),
            plural(captured, "example"),
            self.unchanged,
            captured - self.unchanged,
        )
    }
}
