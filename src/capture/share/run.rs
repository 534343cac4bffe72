//! What became of a scenario, as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, misfit};
use crate::capture::{CapturedExample, Outcome, ScenarioRun};
use crate::document::{
    Collection, Example, ExampleTarget, Exchange, Recorded, Request, Response, Shown,
};
use crate::finding::{Code, Finding, Label, LocatedError, SourceFile};

/// `scenarios/<Ident>.json`, and `fixtures.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunFile {
    title: String,
    outcome: OutcomeFile,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why there was no usable response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<FaultFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingFile>,
    exchanges: Vec<ExchangeFile>,
    examples: Vec<ExampleFile>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OutcomeFile {
    Done,
    Failed,
    NoResponse,
    NotRun,
}

/// A place in a file of the project, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceFile {
    file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span: Option<(usize, usize)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile {
    message: String,
    place: PlaceFile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingFile {
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<PlaceFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExchangeFile {
    request: Request,
    response: Response,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    /// `<section>/<name>#<example>`.
    target: String,
    /// Where the scenario asks for it.
    pointer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Of which arrays how many items are shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    show: BTreeMap<String, u64>,
    /// Which of the exchanges it is, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exchange: Option<usize>,
    /// The exchange itself, where it is none of those: one of the set-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<ExchangeFile>,
}

/// What a file tells.
pub(super) struct Made {
    pub run: ScenarioRun,
    pub examples: Vec<(ExampleTarget, CapturedExample)>,
}

impl RunFile {
    pub fn new<'a>(
        run: &ScenarioRun,
        examples: impl Iterator<Item = (&'a ExampleTarget, &'a CapturedExample)>,
    ) -> Self {
        let (outcome, reason, fault) = match &run.outcome {
            Outcome::Done => (OutcomeFile::Done, None, None),
            Outcome::Failed => (OutcomeFile::Failed, None, None),
            Outcome::NotRun(reason) => (OutcomeFile::NotRun, Some(reason.clone()), None),
            Outcome::Broken(error) => (OutcomeFile::NoResponse, None, Some(fault_file(error))),
        };
        Self {
            title: run.title.clone(),
            outcome,
            reason,
            fault,
            findings: run.findings.iter().map(finding_file).collect(),
            exchanges: run.exchanges.iter().map(ExchangeFile::from).collect(),
            examples: examples
                .filter_map(|(target, example)| example_file(target, example, &run.exchanges))
                .collect(),
        }
    }

    /// Whether every response was the expected one.
    pub fn is_done(&self) -> bool {
        self.outcome == OutcomeFile::Done
    }

    /// The run; `source` is the file of the scenario.
    pub fn read(
        &self,
        ident: &str,
        source: &Arc<SourceFile>,
        collection: &Collection,
    ) -> Result<Made, Error> {
        let mut run = ScenarioRun::new(ident, &self.title);
        run.exchanges = self.exchanges.iter().map(Exchange::from).collect();
        run.answered = run.exchanges.len();
        run.outcome = match self.outcome {
            OutcomeFile::Done => Outcome::Done,
            OutcomeFile::Failed => Outcome::Failed,
            OutcomeFile::NotRun => Outcome::NotRun(self.reason.clone().unwrap_or_default()),
            OutcomeFile::NoResponse => {
                let fault = self
                    .fault
                    .as_ref()
                    .ok_or_else(|| misfit(format!("the fault of {ident} is missing")))?;
                let label = label(&fault.place, collection);
                let mut error = LocatedError::new(source, None, fault.message.clone());
                error.label = label.unwrap_or(error.label);
                error.help = fault.help.clone();
                error.notes = fault.notes.clone();
                Outcome::Broken(error)
            }
        };
        for told in &self.findings {
            run.findings.push(finding(told, collection)?);
        }
        let mut examples = Vec::new();
        for file in &self.examples {
            let made = match (file.exchange, &file.made) {
                (Some(index), None) => self.exchanges.get(index),
                (None, made) => made.as_ref(),
                (Some(_), Some(_)) => None,
            };
            let (Ok(target), Some(made)) = (file.target.parse::<ExampleTarget>(), made) else {
                let message = format!("an example of {ident} has no exchange or no target");
                return Err(misfit(message));
            };
            let mut example = Example::from(Exchange::from(made));
            example.name = target.example.clone();
            example.title = file.title.clone();
            let show: Vec<_> = file
                .show
                .iter()
                .map(|(pointer, count)| {
                    let count = usize::try_from(*count).unwrap_or(usize::MAX);
                    (pointer.clone(), count)
                })
                .collect();
            let whole = example.shorten(&show);
            examples.push((
                target,
                CapturedExample {
                    example,
                    scenario: ident.to_owned(),
                    source: Arc::clone(source),
                    pointer: file.pointer.clone(),
                    show,
                    whole,
                },
            ));
        }
        Ok(Made { run, examples })
    }
}

impl From<&Exchange> for ExchangeFile {
    fn from(exchange: &Exchange) -> Self {
        let Exchange { request, response } = exchange.clone();
        Self { request, response }
    }
}

impl From<&ExchangeFile> for Exchange {
    fn from(file: &ExchangeFile) -> Self {
        let ExchangeFile { request, response } = file.clone();
        Self { request, response }
    }
}

fn example_file(
    target: &ExampleTarget,
    captured: &CapturedExample,
    exchanges: &[Exchange],
) -> Option<ExampleFile> {
    let example = &captured.example;
    let (Recorded::Parsed(request), Recorded::Parsed(response)) =
        (&example.request, &example.response)
    else {
        return None;
    };
    let mut made = Exchange {
        request: request.clone(),
        response: response.clone(),
    };
    if let Some(whole) = &captured.whole {
        made.response.body = whole.clone();
    }
    let exchange = exchanges.iter().position(|exchange| *exchange == made);
    let shown =
        |(pointer, array): (&String, &crate::document::Shortened)| (pointer.clone(), array.shown);
    let shortened: &Shown = &example.shortened;
    Some(ExampleFile {
        target: target.to_string(),
        pointer: captured.pointer.clone(),
        title: example.title.clone(),
        show: shortened.iter().map(shown).collect(),
        exchange,
        made: exchange.is_none().then(|| ExchangeFile::from(&made)),
    })
}

fn place_file(label: &Label) -> PlaceFile {
    PlaceFile {
        file: label.source.path.clone(),
        span: label.span.as_ref().map(|span| (span.start, span.end)),
    }
}

/// The place in the collection's own file of that path; none where there is no such file.
fn label(place: &PlaceFile, collection: &Collection) -> Option<Label> {
    let fixtures = collection.fixtures.iter().map(|loaded| &loaded.source);
    let scenarios = collection.scenarios.values().map(|loaded| &loaded.source);
    let mut sources = fixtures.chain(scenarios);
    let source = sources.find(|source| source.path == place.file)?;
    let span = place.span.map(|(start, end)| start..end);
    Some(Label {
        // What is no range of the text would not be shown.
        span: span.filter(|span| source.text.get(span.clone()).is_some()),
        source: Arc::clone(source),
    })
}

fn fault_file(error: &LocatedError) -> FaultFile {
    FaultFile {
        message: error.message.clone(),
        place: place_file(&error.label),
        help: error.help.clone(),
        notes: error.notes.clone(),
    }
}

fn finding_file(finding: &Finding) -> FindingFile {
    FindingFile {
        code: finding.code.id.to_owned(),
        message: finding.message.clone(),
        place: finding.label.as_ref().map(place_file),
        pointer: finding.pointer.clone(),
        address: finding.address.clone(),
        help: finding.help.clone(),
        notes: finding.notes.clone(),
    }
}

fn finding(file: &FindingFile, collection: &Collection) -> Result<Finding, Error> {
    let code = Code::all().find(|code| code.id == file.code);
    let code = code.ok_or_else(|| {
        misfit(format!("there is no code {:?}", file.code))
            .with_help("capture and judge with the same version of apidocs")
    })?;
    Ok(Finding {
        label: file
            .place
            .as_ref()
            .and_then(|place| label(place, collection)),
        pointer: file.pointer.clone(),
        address: file.address.clone(),
        help: file.help.clone(),
        notes: file.notes.clone(),
        ..Finding::new(code, file.message.clone())
    })
}
