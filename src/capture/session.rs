//! The requests of one scenario, one after the other.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::CapturedExample;
use super::body::{self, Content};
use super::client::{Client, WireResponse};
use super::cookies::Cookies;
use super::error::{Fault, Stop};
use super::exchange::{Sent, View};
use super::flow::{Answer, Deadline};
use super::identity::{Credential, name_of};
use super::payload::{self, Unmakeable};
use super::prepared::Prepared;
use super::runner::World;
use super::scope::Scope;
use super::size::{lines_size, too_large};
use super::template::{Template, TemplateError};
use super::texts;
use crate::document::{
    Example, ExampleTarget, Exchange, Header, Identity, Recorded, SaveSource, Shown, Step,
};
use crate::finding::{Finding, LocatedError, SourceFile, codes};
use crate::json::{self, pointer};
use crate::stabilize::secrets::Secrets;

/// How long a clean-up request may take after somebody asked us to stop.
const HURRY: Duration = Duration::from_secs(5);

/// How long a server that broke a connection may take to be seen as ended.
const DYING: Duration = Duration::from_millis(300);

/// What earlier requests gave to later ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    pub scope: Scope,
    pub secrets: Secrets,
    /// Names that have no value yet: variables still to be filled in, and what requests that wait for them would save.
    pub unfilled: BTreeSet<String>,
}

/// A scenario, or the fixtures, while it runs.
pub(super) struct Session<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) client: Client,
    ident: &'a str,
    pub(super) source: &'a Arc<SourceFile>,
    pub memory: Memory,
    /// What servers set, where the scenario wants it to be kept.
    pub cookies: Option<Cookies>,
    /// Until when the request that is under way must have been answered, where it waits for something.
    pub(super) deadline: Option<Deadline>,
    /// Where identities find their values; for the fixtures, what they have saved so far.
    credentials: Option<Scope>,
    pub findings: Vec<Finding>,
    pub examples: Vec<(ExampleTarget, CapturedExample)>,
    /// Which version of its secrets the world knows.
    pub(super) told: Option<u64>,
    /// The header fields that say nothing new about secrets any more.
    pub(super) seen: HashSet<Header>,
    /// How many requests were answered as expected, of those whose exchanges are asked for.
    pub answered: usize,
    /// How many requests were not made, since they are to be completed.
    pub incomplete: usize,
}

impl<'a> Session<'a> {
    /// `credentials` is where identities find their values; `None` for the fixtures.
    pub fn new(
        world: &'a World<'a>,
        ident: &'a str,
        source: &'a Arc<SourceFile>,
        memory: Memory,
        credentials: Option<Scope>,
    ) -> Self {
        let client = Client::new(&world.base, &world.link, &world.options.interrupted);
        Self {
            world,
            client,
            ident,
            source,
            memory,
            cookies: None,
            deadline: None,
            credentials,
            findings: Vec::new(),
            examples: Vec::new(),
            told: None,
            seen: HashSet::new(),
            answered: 0,
            incomplete: 0,
        }
    }

    /// Before cleaning up on a server that is not ours: what we made would stay there, also when
    /// somebody asked us to stop.
    pub fn clean_up_in_any_case(&mut self) {
        if self.world.options.interrupted.load(Ordering::Relaxed) {
            let link = self.world.link.within(HURRY);
            self.client = Client::new(&self.world.base, &link, &Arc::default());
        }
    }

    /// Closes the connection that is kept, before another session has the server.
    pub fn hang_up(&self) {
        self.client.hang_up();
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            hosts: &self.world.hosts,
            secrets: &self.memory.secrets,
            drop_headers: &self.world.options.settings.drop_headers,
        }
    }

    /// Puts the values of the fixtures' variables into the scope, in order.
    pub fn define(&mut self, name: &str, value: &Value) -> Result<(), Stop> {
        if self.is_given(name) {
            return Ok(());
        }
        if value.is_null() {
            self.memory.unfilled.insert(name.to_owned());
            return Ok(());
        }
        let at = pointer::join("/variables", name);
        match payload::substitute(value, &at, &self.memory.scope) {
            Ok(value) => {
                self.memory.scope.variables.insert(name.to_owned(), value);
                Ok(())
            }
            Err(reason) => self.fail(
                Finding::new(reason.code, reason.message).at_pointer(self.source, &reason.pointer),
            ),
        }
    }

    pub(super) fn fail<T>(&mut self, mut finding: Finding) -> Result<T, Stop> {
        finding.message = self.view().text(&finding.message);
        self.findings.push(finding);
        Err(Stop::Failed)
    }

    /// Whether every name that a step uses has a value.
    pub fn can_make(&self, step: &Step) -> bool {
        texts::of_step(step).iter().all(|(_, text)| {
            Template::parse(text).is_ok_and(|template| template.text(&self.memory.scope).is_ok())
        })
    }

    /// Makes a request and takes its response down. `recorded` asks for the exchanges, whether or
    /// not the step is for an example: that of the request, behind those of the redirects that led there.
    pub fn step(&mut self, at: &str, step: &Step, recorded: bool) -> Result<Vec<Exchange>, Stop> {
        if self.is_incomplete(step) {
            self.incomplete += 1;
            let names = step.save.iter().map(|(name, _)| name.clone());
            self.memory.unfilled.extend(names);
            return Ok(Vec::new());
        }
        self.world.progress().step(self.ident, &|| {
            // What a scenario says itself may be a secret by its name.
            let told = format!("{} {}", step.method, step.path);
            self.memory.secrets.redact(&told).into_owned()
        });
        let prepared = match self.prepare(step) {
            Ok(prepared) => prepared,
            Err(reason) => {
                let finding = Finding::new(reason.code, reason.message)
                    .at_pointer(self.source, &format!("{at}{}", reason.pointer));
                return self.fail(finding);
            }
        };
        let Answer {
            prepared,
            response,
            mut hops,
        } = self.answer(at, step, prepared)?;
        let exchange = self.judge(at, step, &prepared, response, recorded)?;
        self.answered += usize::from(recorded);
        hops.extend(exchange);
        Ok(hops)
    }

    /// Whether a request is still to be completed; [`super::check`] told what is missing.
    fn is_incomplete(&self, step: &Step) -> bool {
        let unfilled = &self.memory.unfilled;
        step.todo.is_some()
            || (!unfilled.is_empty() && !texts::variables(step).is_disjoint(unfilled))
    }

    /// Looks at a response: its status, its body, the values to save.
    fn judge(
        &mut self,
        at: &str,
        step: &Step,
        prepared: &Prepared,
        mut response: WireResponse,
        recorded: bool,
    ) -> Result<Option<Exchange>, Stop> {
        let WireResponse {
            head, body: raw, ..
        } = &response;
        let sent = prepared.sent();
        let place = format!("{at}/request");
        let about = |finding: Finding| match &step.example {
            Some(target) => finding.about(target),
            None => finding,
        };
        if !step.status.accepts(head.status) {
            let message = format!(
                "{} {} answered {}; expected {}",
                prepared.method,
                prepared.target,
                format!("{} {}", head.status, head.reason).trim_end(),
                step.status
            );
            let finding = Finding::new(codes::UNEXPECTED_STATUS, message)
                .at_pointer(self.source, &place)
                .help("mend the request, or say the status that it must have with `\"status\"`");
            let finding = self.view().with_exchange(about(finding), &sent, head, raw);
            return self.fail(finding);
        }
        if !recorded && step.example.is_none() {
            self.save(at, step, prepared, &response)?;
            return Ok(None);
        }
        let content = match body::content(&response) {
            Ok(content) => content,
            Err(fault) if fault.unreadable => {
                let fault = Fault {
                    help: fault.help,
                    ..Fault::new(fault.message)
                };
                return Err(self.broken(&place, step, prepared, &fault, Some(&response)));
            }
            Err(fault) => {
                let mut finding = Finding::new(codes::INVALID_RESPONSE_BODY, fault.message)
                    .at_pointer(self.source, &place);
                finding.help = fault.help;
                let raw = tellable(step, &response);
                let finding = self.view().with_exchange(about(finding), &sent, head, raw);
                return self.fail(finding);
            }
        };
        if let Some(pointer) = missing_array(step, &content) {
            let message = format!("the response body has no array at {pointer:?}");
            // A number alone speaks of the body itself.
            let show = match pointer {
                "" => format!("{at}/show"),
                pointer => pointer::join(&format!("{at}/show"), pointer),
            };
            let help = match &content {
                Content::Json(_) => "name an array of the body: `\"show\": {\"/items\": 3}`",
                _ => "leave `show` out: only what is in JSON can be shown short",
            };
            let finding = Finding::new(codes::MISSING_ARRAY, message)
                .at_key(self.source, &show)
                .help(help);
            let finding = self.view().with_exchange(about(finding), &sent, head, raw);
            return self.fail(finding);
        }
        // Before the exchange is shown: what is saved may be a secret.
        self.save(at, step, prepared, &response)?;
        if step.example.is_none() && !self.world.exchanges {
            return Ok(None);
        }
        // Lines take many times their size, in memory too.
        if let Some(target) = &step.example
            && matches!(&content, Content::Text(text) if lines_size(text) > json::MAX_SIZE)
        {
            return self.fail(too_large(self.source, &place, target));
        }
        let content = body::owned(&mut response).unwrap_or(Content::Empty);
        let exchange = self.show(&sent, &response, content);
        if let Some(target) = &step.example {
            let kept = self.world.exchanges.then(|| exchange.clone());
            let example = CapturedExample {
                example: Example {
                    name: target.example.clone(),
                    title: step.title.clone(),
                    request: Recorded::Parsed(exchange.request),
                    response: Recorded::Parsed(exchange.response),
                    shortened: Shown::new(),
                },
                scenario: self.ident.to_owned(),
                source: Arc::clone(self.source),
                pointer: place,
                show: step.show.clone(),
                whole: None,
            };
            self.examples.push((target.clone(), example));
            return Ok(kept);
        }
        Ok(Some(exchange))
    }

    pub(super) fn show(
        &self,
        sent: &Sent<'_>,
        response: &WireResponse,
        content: Content<'_>,
    ) -> Exchange {
        let view = self.view();
        Exchange {
            request: view.request(sent),
            response: view.response(&response.head, content, &response.body),
        }
    }

    fn prepare(&mut self, step: &Step) -> Result<Prepared, Unmakeable> {
        let credential = self.credential(step)?;
        let options = self.world.options;
        let prefix = &self.world.base.prefix;
        Prepared::new(step, &self.memory.scope, options.docs, prefix, credential)
    }

    /// Who asks. Within the fixtures, the default identity is nobody until its value is there.
    fn credential(&mut self, step: &Step) -> Result<Option<Credential>, Unmakeable> {
        let settings = self.world.options.settings;
        let Some(name) = name_of(&step.identity, settings) else {
            return Ok(None);
        };
        let scope = self.credentials.as_ref().unwrap_or(&self.memory.scope);
        match self.world.identities.credential(name, scope) {
            Ok(credential) => {
                self.memory
                    .secrets
                    .add_credential(&credential.value, &credential.shown);
                self.tell_secrets();
                Ok(Some(credential))
            }
            Err(TemplateError::Unknown(_))
                if self.credentials.is_none() && step.identity == Identity::Default =>
            {
                Ok(None)
            }
            Err(error) => Err(Unmakeable {
                code: codes::UNKNOWN_VARIABLE,
                pointer: "/as".to_owned(),
                message: format!("[auth.{name}]: {error}"),
            }),
        }
    }

    /// Whether the environment says what a variable of the fixtures is.
    fn is_given(&self, name: &str) -> bool {
        let is_fixtures = self.credentials.is_none();
        let chosen = self.world.options.settings.environment.as_ref();
        is_fixtures && chosen.is_some_and(|chosen| chosen.variables.contains_key(name))
    }

    fn save(
        &mut self,
        at: &str,
        step: &Step,
        prepared: &Prepared,
        response: &WireResponse,
    ) -> Result<(), Stop> {
        let mut missing = Vec::new();
        for (name, save) in &step.save {
            if self.is_given(name) {
                continue;
            }
            let value = match &save.from {
                SaveSource::Header(header) => match response.head.headers.get(header) {
                    Some(value) => Ok(Value::from(value)),
                    None => Err(format!("the response has no header {header}")),
                },
                SaveSource::Pointer(pointer) => match response.json() {
                    Err(fault) => Err(fault.message.clone()),
                    Ok(body) => body
                        .pointer(pointer)
                        .cloned()
                        .ok_or_else(|| format!("the response body has nothing at {pointer:?}")),
                },
            };
            match value {
                Ok(value) => {
                    self.memory.unfilled.remove(name);
                    self.memory.scope.variables.insert(name.clone(), value);
                }
                Err(reason) => missing.push((name, reason)),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        for (name, reason) in missing {
            let place = pointer::join(&format!("{at}/save"), name);
            let mut finding = Finding::new(
                codes::MISSING_VALUE,
                format!("no value for `{name}`: {reason}"),
            )
            .at_pointer(self.source, &place);
            if let Some(target) = &step.example {
                finding = finding.about(target);
            }
            let WireResponse { head, body, .. } = response;
            let finding = self
                .view()
                .with_exchange(finding, &prepared.sent(), head, body);
            let _ = self.fail::<()>(finding);
        }
        Err(Stop::Failed)
    }

    /// Why there was no usable response: that of the server's end, where it has ended.
    ///
    /// What came of it all the same is shown.
    pub(super) fn broken(
        &self,
        place: &str,
        step: &Step,
        prepared: &Prepared,
        fault: &Fault,
        came: Option<&WireResponse>,
    ) -> Stop {
        let started = Instant::now();
        loop {
            if let Some(stop) = self.died(place, prepared) {
                return stop;
            }
            if !self.world.owns_server() || started.elapsed() >= DYING {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut error = self.located(place, prepared, fault);
        if let Some(came) = came {
            let raw = tellable(step, came);
            error.notes = self.view().notes(&prepared.sent(), &came.head, raw);
        }
        Stop::Broken(error)
    }

    /// That a process ended which must not, while a request was under way.
    pub(super) fn died(&self, place: &str, prepared: &Prepared) -> Option<Stop> {
        let error = self.world.server_died()?;
        let fault = Fault::new(format!("{error} before the answer was there"))
            .with_help("see the last lines of its log");
        let located = self.located(place, prepared, &fault);
        let view = self.view();
        let error = error.map_texts(|text| view.text(text));
        Some(Stop::Died(error, Box::new(located)))
    }

    fn located(&self, place: &str, prepared: &Prepared, fault: &Fault) -> LocatedError {
        // The real host is shown here: who mends this must know whom we asked.
        let redact = |text: &str| self.memory.secrets.redact(text).into_owned();
        let message = redact(&format!(
            "{} {}: {}",
            prepared.method, prepared.target, fault.message
        ));
        let span = self.source.locate(place).map(|place| place.value);
        let mut error = LocatedError::new(self.source, span, message);
        error.help = fault.help.as_deref().map(redact);
        error
    }
}

/// The body of a response, for a note. Where a step saves a secret of it that cannot be found, nothing is shown.
fn tellable<'r>(step: &Step, response: &'r WireResponse) -> &'r [u8] {
    let saves = step.save.iter().any(|(_, save)| save.secret);
    match saves && response.json().is_err() {
        true => &[],
        false => &response.body,
    }
}

/// An array that a step shows short, and that the body does not have.
fn missing_array<'s>(step: &'s Step, content: &Content<'_>) -> Option<&'s str> {
    let has = |pointer: &str| match content {
        Content::Json(body) => body.pointer(pointer).is_some_and(Value::is_array),
        _ => false,
    };
    let mut arrays = step.show.iter().map(|(pointer, _)| pointer.as_str());
    arrays.find(|pointer| !has(pointer))
}
