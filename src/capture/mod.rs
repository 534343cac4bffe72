//! Running the API and the scenarios, and taking down what is on the wire.
//!
//! ```text
//! plan ─► check ─► findings before any request
//!   └───► runner ─► server (processes, ready?) ─► identities ─► session: one scenario
//!                                                               template, payload ─► client ─► wire
//!                                                                          exchange ◄─ body ◄──┘
//! ```
//!
//! This room alone talks HTTP and starts servers. It never prints: [`Progress`] is told what happens.
//! Whatever happens, everything that was started is stopped when [`run`] comes back.

mod address;
mod base;
mod body;
mod check;
mod client;
mod coding;
mod cookies;
mod environment;
mod error;
mod exchange;
mod fault;
mod flow;
#[cfg(unix)]
mod group;
mod hosts;
mod identity;
mod learning;
mod leftovers;
mod link;
mod log;
mod order;
mod outlet;
mod payload;
mod plan;
mod prepared;
mod process;
mod resolver;
mod retry;
mod runner;
mod scenarios;
mod schedule;
mod scope;
mod server;
mod session;
mod shard;
mod share;
mod size;
#[cfg(unix)]
mod stream;
mod tap;
mod template;
mod texts;
mod tls;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::document::{Body, Collection, Example, ExampleTarget, Exchange};
use crate::finding::{Finding, LocatedError, SourceFile};
use crate::project::Settings;
use crate::stabilize::secrets::Secrets;

pub use check::check;
pub use error::{Error, ErrorKind};
pub use leftovers::{Spawned, adopt_orphans, run_mark, stop_left_behind};
pub use runner::run;
pub use schedule::Order;
pub use shard::Shard;
pub use share::{CAPTURE_FILE, FIXTURES_FILE, Share, digest, merge};

/// What to capture, and with what.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The folder of `apidocs.toml`: commands and folders of the settings are relative to it.
    pub root: &'a Path,
    /// The folder of documents: files to send are relative to it.
    pub docs: &'a Path,
    /// What `apidocs.toml` says.
    pub settings: &'a Settings,
    /// The documents and scenarios.
    pub collection: &'a Collection,
    /// Names of scenarios and of documents (`<section>/<name>`) to capture; all where it is empty.
    pub only: &'a [String],
    /// Names of scenarios and of documents to leave out.
    pub skip: &'a [String],
    /// Which part of the scenarios to capture; all of them where there is none.
    pub shard: Option<Shard>,
    /// How many isolated scenarios run side by side.
    pub jobs: usize,
    /// In which order they take their turn.
    pub order: Order,
    /// Whether no scenario begins any more once one has failed.
    pub fail_fast: bool,
    /// Whether the exchanges of all requests are wanted, or those alone that examples are made of.
    pub exchanges: bool,
    /// Where the logs of the servers are kept, without secrets; thrown away unless there is a folder.
    pub logs: Option<&'a Path>,
    /// Set by somebody who wants us to stop: everything is cleaned up, then [`run`] comes back with
    /// [`ErrorKind::Interrupted`].
    pub interrupted: Arc<AtomicBool>,
}

/// Who wants to know what happens while it happens. `()` does not.
///
/// Isolated scenarios tell from several threads.
pub trait Progress: Sync {
    /// Something takes a while that is no scenario: `starting the server`.
    fn phase(&self, _what: &str) {}
    /// Something to know about the run: `CreateProject runs too: …`.
    fn note(&self, _what: &str) {}
    /// A process was started: who is killed before it ends cannot stop it.
    fn spawned(&self, _process: &Spawned) {}
    /// So many scenarios are to be run in all, the fixtures counted as one.
    fn planned(&self, _scenarios: usize) {}
    /// A scenario begins.
    fn started(&self, _ident: &str) {}
    /// A request is made: method and path as the scenario writes them, values not in their place.
    fn step(&self, _ident: &str, _request: &dyn Fn() -> String) {}
    /// A scenario ended.
    fn finished(&self, _ident: &str, _outcome: &Outcome) {}
}

impl Progress for () {}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Every response was the expected one.
    Done,
    /// Not; the findings tell why.
    Failed,
    /// A request had no usable response: exit code 3.
    Broken(LocatedError),
    /// No request was made, for this reason: `CreateProject failed`.
    NotRun(String),
}

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioRun {
    /// The name of its file, without `.json`.
    pub ident: String,
    /// What it is about, for people.
    pub title: String,
    /// The exchanges of its `requests`, as far as it came; none where [`Options::exchanges`] wants none.
    pub exchanges: Vec<Exchange>,
    /// How many of its `requests` were answered as expected.
    pub answered: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// What was wrong, in the order in which it was seen.
    pub findings: Vec<Finding>,
    /// How many requests were not made, since they are to be completed.
    pub incomplete: usize,
}

/// An example, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturedExample {
    /// The example.
    pub example: Example,
    /// The scenario that made it.
    pub scenario: String,
    /// The scenario's file.
    pub source: Arc<SourceFile>,
    /// A JSON Pointer to the request in it.
    pub pointer: String,
    /// Of which arrays of the response body the example is to show how many items.
    pub show: Vec<(String, usize)>,
    /// The whole response body, where the example shows less of it: a contract is about all of it.
    pub whole: Option<Body>,
}

/// What was captured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Captured {
    /// The examples of the scenarios that succeeded, as far as they were asked for.
    pub examples: BTreeMap<ExampleTarget, CapturedExample>,
    /// The scenarios that were to run, in the order of their names.
    pub scenarios: Vec<ScenarioRun>,
    /// The fixtures, where there are any. If they fail, no scenario runs.
    pub fixtures: Option<ScenarioRun>,
    /// Where several jobs were allowed and nothing could run side by side: the scenarios that could be marked as
    /// isolated, since they only read, and answered the same when all others had run.
    pub idle_jobs: Option<Vec<String>>,
    /// Why the run could not go on to its end: a server ended. What came before counts.
    pub stopped: Option<Error>,
    /// Everything that must not be written down.
    pub secrets: Secrets,
    /// Which state of the API a scenario saw, where they may have seen several: those of shards.
    pub states: BTreeMap<String, usize>,
}

impl Captured {
    /// Which state of the API a scenario saw; the fixtures too, by their name.
    pub fn state(&self, scenario: &str) -> usize {
        self.states.get(scenario).copied().unwrap_or_default()
    }

    /// The fixtures and the scenarios.
    pub fn runs(&self) -> impl Iterator<Item = &ScenarioRun> {
        self.fixtures.iter().chain(&self.scenarios)
    }

    /// Everything that was wrong with responses.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.runs().flat_map(|run| &run.findings)
    }

    /// The requests that had no usable response: where there is one, the exit code is 3.
    pub fn broken(&self) -> impl Iterator<Item = &LocatedError> {
        self.runs().filter_map(|run| match &run.outcome {
            Outcome::Broken(error) => Some(error),
            Outcome::Done | Outcome::Failed | Outcome::NotRun(_) => None,
        })
    }

    /// Whether every request of the scenarios was left out, since it is to be completed.
    pub fn made_nothing(&self) -> bool {
        let incomplete = self.scenarios.iter().any(|run| run.incomplete > 0);
        incomplete && self.scenarios.iter().all(|run| run.answered == 0)
    }

    /// Whether the run came to its end and every scenario succeeded.
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.runs().all(|run| run.outcome == Outcome::Done)
    }
}

impl ScenarioRun {
    fn new(ident: &str, title: &str) -> Self {
        Self {
            ident: ident.to_owned(),
            title: title.to_owned(),
            exchanges: Vec::new(),
            answered: 0,
            outcome: Outcome::Done,
            findings: Vec::new(),
            incomplete: 0,
        }
    }
}
