//! The whole run: servers, fixtures, scenarios, and the way back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::address::{NO_SERVER, NO_SERVER_HELP, has_own_port};
use super::base::BaseUrl;
use super::error::{Error, ErrorKind, Stop};
use super::exchange::View;
use super::hosts::Hosts;
use super::identity::Identities;
use super::link::Link;
use super::log::{Shared, known};
use super::plan::{Plan, keeps};
use super::scope::{Ports, Scope, env};
use super::server::{Launch, Stack, text_of};
use super::session::{Memory, Session};
use super::{Captured, CapturedExample, Options, Outcome, Progress, ScenarioRun};
use crate::document::{ExampleTarget, Exchange, Recorded};
use crate::stabilize::secrets::{Rules, Secrets};

/// What all scenarios share.
pub(super) struct World<'a> {
    pub options: &'a Options<'a>,
    /// Whether the exchanges of all requests are kept.
    pub exchanges: bool,
    progress: &'a dyn Progress,
    /// Whether scenarios are run again, which nobody is to be told.
    pub silent: AtomicBool,
    pub base: BaseUrl,
    pub link: Link,
    pub hosts: Hosts,
    pub identities: Identities<'a>,
    stack: Mutex<Stack>,
    /// Why the run cannot go on.
    pub stop: OnceLock<Error>,
    /// Whether a scenario failed in a run that ends with the first failure.
    pub halted: AtomicBool,
    /// The secrets of all sessions, as far as they are known.
    secrets: Shared,
}

pub(super) type Examples = Vec<(ExampleTarget, CapturedExample)>;

impl World<'_> {
    /// Who is told what happens.
    pub fn progress(&self) -> &dyn Progress {
        match self.silent.load(Ordering::Relaxed) {
            true => &(),
            false => self.progress,
        }
    }

    /// Whether the API is a process of ours.
    pub fn owns_server(&self) -> bool {
        self.options.settings.server.is_some()
    }

    /// That a process of ours ended which must not.
    pub fn server_died(&self) -> Option<Error> {
        let mut stack = self.stack.lock().unwrap_or_else(PoisonError::into_inner);
        stack.died_meanwhile()
    }

    /// Whether requests still make sense that only clean up.
    fn can_clean_up(&self) -> bool {
        match self.stop.get() {
            None => !self.options.interrupted.load(Ordering::Relaxed) || !self.owns_server(),
            Some(error) => error.is_interrupted() && !self.owns_server(),
        }
    }

    fn end(&self, error: Error) {
        // The first reason is the one that counts.
        let _ = self.stop.set(error);
    }
}

/// Starts what must run, makes the requests of the selected scenarios, and stops everything.
///
/// Call [`check`](super::check) before: a scenario that it complains about fails here.
///
/// # Errors
/// When nothing could be captured: the settings, a server that does not start or ends, an interruption.
/// That single scenarios failed or broke is told by [`Captured`].
pub fn run(options: &Options<'_>, progress: &dyn Progress) -> Result<Captured, Error> {
    let plan = Plan::new(options);
    plan.refuse_unknown(options)?;
    if options.shard.is_some() && plan.scenarios.is_empty() {
        // There are more shards than can be told apart: this one has nothing to do.
        return Ok(Captured::default());
    }
    let used = plan.used(options.settings);
    let mut secrets = Secrets::new(Rules::new(&options.settings.secrets));
    let mut ports = Ports::take(&used.ports)?;
    let mut scope = Scope::new(ports.numbers());
    let of_env = used.env.iter().filter_map(|name| env(name));
    let mut hidden: Vec<_> = of_env.map(Value::from).collect();
    if let Some(chosen) = &options.settings.environment {
        chosen.define(&mut scope)?;
        hidden.extend(chosen.secrets(options.collection, &scope));
    }
    for value in &hidden {
        secrets.add_value(value, &|_| None);
    }
    let redact = |error: Error| error.map_texts(|text| secrets.redact(text).into_owned());
    let (base, hosts) = base(options, &scope).map_err(redact)?;
    let link = Link::new(options.settings, options.root)?;
    let mut secrets = secrets.clone();
    for value in &hidden {
        secrets.add_value(value, &|text| hosts.secret_form(text));
    }
    let redact = |error: Error| error.map_texts(|text| secrets.redact(text).into_owned());
    if let Some(logs) = options.logs {
        std::fs::create_dir_all(logs).map_err(|error| io(logs, &error))?;
    }
    let shared = Shared::new(Mutex::new(secrets.clone()));
    let launch = Launch {
        root: options.root,
        settings: options.settings,
        base: &base,
        link: &link,
        scope: &scope,
        logs: options.logs,
        secrets: &shared,
        interrupted: &options.interrupted,
        progress,
    };
    let stack = Stack::start(&launch, &mut ports).map_err(redact)?;
    let used = plan.identities(options.settings);
    let identities = Identities::new(options.settings, &used, &launch).map_err(redact)?;
    let side_by_side = plan.entries().iter().filter(|entry| entry.isolated).count();
    let world = World {
        options,
        // Whether a scenario could run beside others is told by its exchanges.
        exchanges: options.exchanges || options.jobs > 1 && side_by_side < 2,
        progress,
        silent: AtomicBool::new(false),
        base,
        link,
        hosts,
        identities,
        stack: Mutex::new(stack),
        stop: OnceLock::new(),
        halted: AtomicBool::new(false),
        secrets: Arc::clone(&shared),
    };
    for (name, by) in &plan.brought {
        progress.note(&format!("{name} runs too: {by} runs after it"));
    }
    for (name, skipped) in &plan.left_out {
        progress.note(&format!("{name} is left out too: it runs after {skipped}"));
    }
    progress.planned(plan.scenarios.len() + usize::from(plan.fixtures.is_some()));
    let captured = world.capture(
        &plan,
        Memory {
            scope,
            secrets,
            ..Memory::default()
        },
    );
    if world.owns_server() || !options.settings.services.is_empty() {
        progress.phase("stopping the server");
    }
    // What runs is stopped here, with the stack.
    drop(world.stack);
    match world.stop.into_inner() {
        Some(error) if error.is_interrupted() => Err(error),
        _ if options.interrupted.load(Ordering::Relaxed) => Err(Error::interrupted()),
        stopped => {
            let secrets = known(&shared).clone();
            let hide = |error: Error| error.map_texts(|text| secrets.redact(text).into_owned());
            Ok(Captured {
                stopped: stopped.map(hide),
                secrets,
                ..captured
            })
        }
    }
}

fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("{} cannot be made: {error}", path.display()),
    )
}

/// Where the API answers, and what is shown in its place.
fn base(options: &Options<'_>, scope: &Scope) -> Result<(BaseUrl, Hosts), Error> {
    let settings = options.settings;
    let Some(url) = settings.base_url.as_deref() else {
        return Err(Error::settings("the settings have no `base_url`").with_help(
            "write base_url = \"http://127.0.0.1:{{ port }}\" in apidocs.toml, or the URL of an API that runs",
        ));
    };
    let own_port = has_own_port(url);
    if own_port && settings.server.is_none() {
        return Err(Error::settings(NO_SERVER).with_help(NO_SERVER_HELP));
    }
    let url = text_of("`base_url`", url, scope)?;
    let base = BaseUrl::parse(&url).map_err(|reason| {
        Error::settings(format!("`base_url`: {reason}")).with_help("mend apidocs.toml")
    })?;
    let base = base.within(options.root);
    let hosts = Hosts::new(&base, settings.host.as_deref(), own_port);
    Ok((base, hosts))
}

impl World<'_> {
    /// Fixtures, scenarios, and the fixtures' clean-up.
    fn capture(&self, plan: &Plan<'_>, memory: Memory) -> Captured {
        let mut captured = Captured::default();
        let mut fixtures = plan.fixtures.map(|(loaded, fixtures)| {
            let session = Session::new(self, "fixtures", &loaded.source, memory.clone(), None);
            (
                session,
                fixtures,
                ScenarioRun::new("fixtures", &fixtures.title),
            )
        });
        let mut ready = true;
        let mut memory = memory;
        if let Some((session, fixtures, run)) = &mut fixtures {
            self.progress().started("fixtures");
            let defined = fixtures
                .variables
                .iter()
                .try_for_each(|(name, value)| session.define(name, value));
            let made = defined.and_then(|()| {
                let steps = fixtures
                    .steps()
                    .filter(|(at, _)| at.starts_with("/requests/"));
                for (at, step) in steps {
                    session.step(&at, step, false)?;
                }
                Ok(())
            });
            if let Err(stop) = made {
                ready = false;
                self.stopped(stop, run);
            }
            session.hang_up();
            memory = session.memory.clone();
        }
        self.remember_credentials(plan, &mut memory);
        memory.secrets.get_ready();
        if ready {
            self.scenarios(plan, &memory, &mut captured);
        } else {
            let runs = plan.scenarios.iter().map(|(ident, _, scenario)| {
                let mut run = ScenarioRun::new(ident, &scenario.title);
                run.outcome = Outcome::NotRun("the fixtures failed".to_owned());
                run
            });
            captured.scenarios = runs.collect();
        }
        if let Some((mut session, fixtures, mut run)) = fixtures {
            let steps = fixtures
                .steps()
                .filter(|(at, _)| at.starts_with("/teardown/"));
            self.clean_up(&mut session, steps, &mut run);
            run.findings = std::mem::take(&mut session.findings);
            run.incomplete = session.incomplete;
            self.progress().finished("fixtures", &run.outcome);
            self.keep(&run, session.examples, &mut captured.examples);
            self.learn(&mut session.memory.secrets);
            captured.fixtures = Some(run);
        }
        self.hide_again(&mut captured);
        // Last of all: what is left out may hold secrets too, and counts for the length.
        for captured in captured.examples.values_mut() {
            captured.whole = captured.example.shorten(&captured.show);
        }
        captured.refuse_large();
        captured
    }

    /// Keeps the secrets of a session: what it saved may stand in what another one was shown, and in a log.
    pub fn learn(&self, secrets: &mut Secrets) {
        let mut known = known(&self.secrets);
        known.merge(secrets);
        known.share_with(secrets);
    }

    /// Hides, when all is done, the secrets that were not known yet when an exchange was shown.
    fn hide_again(&self, captured: &mut Captured) {
        let secrets = known(&self.secrets);
        let view = View {
            hosts: &self.hosts,
            secrets: &secrets,
            drop_headers: &[],
        };
        for example in captured
            .examples
            .values_mut()
            .map(|captured| &mut captured.example)
        {
            if let (Some(request), Some(response)) =
                (example.request.parsed(), example.response.parsed())
                && view.is_dated(request, response)
            {
                let shown = view.exchange(&Exchange {
                    request: request.clone(),
                    response: response.clone(),
                });
                example.request = Recorded::Parsed(shown.request);
                example.response = Recorded::Parsed(shown.response);
            }
        }
        for run in captured.scenarios.iter_mut().chain(&mut captured.fixtures) {
            for exchange in &mut run.exchanges {
                if view.is_dated(&exchange.request, &exchange.response) {
                    *exchange = view.exchange(exchange);
                }
            }
            if let Outcome::Broken(error) = &mut run.outcome {
                // With the real host, as it was made.
                error.message = secrets.redact(&error.message).into_owned();
                let help = error.help.as_deref();
                error.help = help.map(|help| secrets.redact(help).into_owned());
                error.notes = error.notes.iter().map(|note| view.text(note)).collect();
                error.label = view.label(error.label.clone());
            }
            let findings = std::mem::take(&mut run.findings);
            run.findings = findings
                .into_iter()
                .map(|finding| view.finding(finding))
                .collect();
        }
    }

    /// Every credential is a secret of every scenario, also of those that ask as somebody else.
    fn remember_credentials(&self, plan: &Plan<'_>, memory: &mut Memory) {
        for name in plan.identities(self.options.settings) {
            if let Ok(credential) = self.identities.credential(name, &memory.scope) {
                let secrets = &mut memory.secrets;
                secrets.add_credential(&credential.value, &credential.shown);
            }
        }
    }

    /// Keeps the examples of a scenario that succeeded, as far as they were asked for.
    pub fn keep(
        &self,
        run: &ScenarioRun,
        examples: Examples,
        kept: &mut BTreeMap<ExampleTarget, CapturedExample>,
    ) {
        if run.outcome != Outcome::Done {
            return;
        }
        for (target, example) in examples {
            if keeps(self.options, &run.ident, &target) {
                kept.insert(target, example);
            }
        }
    }

    /// Makes every request that cleans up, also when one of them fails.
    pub fn clean_up<'s>(
        &self,
        session: &mut Session<'_>,
        steps: impl Iterator<Item = (String, &'s crate::document::Step)>,
        run: &mut ScenarioRun,
    ) {
        for (at, step) in steps {
            // What a failed set-up did not make cannot be removed, and that is told already.
            let pointless = run.outcome != Outcome::Done && !session.can_make(step);
            if pointless || !self.can_clean_up() {
                continue;
            }
            session.clean_up_in_any_case();
            if let Err(stop) = session.step(&at, step, false) {
                self.stopped(stop, run);
            }
        }
    }

    pub fn stopped(&self, stop: Stop, run: &mut ScenarioRun) {
        match stop {
            Stop::Run(error) => {
                run.outcome = Outcome::Failed;
                self.end(error);
            }
            Stop::Died(error, request) => {
                self.end(error);
                self.stopped(Stop::Broken(*request), run);
            }
            Stop::Failed if run.outcome == Outcome::Done => run.outcome = Outcome::Failed,
            Stop::Broken(error) if !matches!(run.outcome, Outcome::Broken(_)) => {
                run.outcome = Outcome::Broken(error);
            }
            Stop::Failed | Stop::Broken(_) => {}
        }
    }
}
