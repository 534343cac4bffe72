//! How often a request is made, and where its answer leads: retries, redirects, and waiting for a value.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;
use url::{Origin, Url};

use super::body;
use super::client::{NoResponse, WireResponse};
use super::error::{Cause, Error, Fault, Stop};
use super::payload;
use super::prepared::Prepared;
use super::retry::pause;
use super::session::Session;
use crate::document::{Exchange, Step, Until};
use crate::finding::{Finding, codes};

/// How many redirects are followed: more are a loop.
const MAX_REDIRECTS: usize = 10;

/// How long a pause lasts before we look whether to stop.
const TICK: Duration = Duration::from_millis(20);

/// As good as no limit, and the clock can count it.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long the last of the requests that wait for something may take: their time is over when it is sent.
const LAST: Duration = Duration::from_millis(250);

/// When something that is waited for must have come true.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    within: Duration,
    end: Instant,
    /// Whether an answer was not there in time.
    missed: bool,
}

impl Deadline {
    fn new(within: Duration) -> Self {
        let now = Instant::now();
        Self {
            within,
            end: now.checked_add(within).unwrap_or(now + A_YEAR),
            missed: false,
        }
    }

    fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}

/// What a request led to.
pub(super) struct Answer {
    /// The last request that was made: where redirects lead, that to the last place.
    pub prepared: Prepared,
    pub response: WireResponse,
    /// The exchanges that led there.
    pub hops: Vec<Exchange>,
}

impl Session<'_> {
    /// Makes the request of a step, and again until its response holds what the step waits for.
    pub(super) fn answer(
        &mut self,
        at: &str,
        step: &Step,
        prepared: Prepared,
    ) -> Result<Answer, Stop> {
        let Some(until) = &step.until else {
            return self.follow(at, step, prepared);
        };
        let wanted = match &until.value {
            None => None,
            Some(value) => match payload::substitute(value, "/until/is", &self.memory.scope) {
                Ok(value) => Some(value),
                Err(reason) => {
                    let finding = Finding::new(reason.code, reason.message);
                    return self
                        .fail(finding.at_pointer(self.source, &format!("{at}{}", reason.pointer)));
                }
            },
        };
        let deadline = Deadline::new(until.within);
        self.deadline = Some(deadline);
        let answer = self.wait(at, step, prepared, until, deadline, wanted.as_ref());
        self.deadline = None;
        let answer = answer?;
        // Another status is told as such, with what was expected.
        let accepted = step.status.accepts(answer.response.head.status);
        if !accepted || is_there(held(&answer, until), wanted.as_ref()) {
            return Ok(answer);
        }
        self.in_vain(at, step, &answer, until, wanted.as_ref())
    }

    /// Makes a request again until its response holds what is waited for, or the time is over; the last answer that came.
    fn wait(
        &mut self,
        at: &str,
        step: &Step,
        prepared: Prepared,
        until: &Until,
        deadline: Deadline,
        wanted: Option<&Value>,
    ) -> Result<Answer, Stop> {
        let mut last = None;
        loop {
            let left = deadline.left();
            let answer = match (self.follow(at, step, prepared.clone()), last) {
                (Ok(answer), _) => answer,
                (Err(Stop::Broken(_)), Some(last)) if self.is_late() => return Ok(last),
                (Err(stop), _) => return Err(stop),
            };
            let accepted = step.status.accepts(answer.response.head.status);
            if left.is_zero() || accepted && is_there(held(&answer, until), wanted) {
                return Ok(answer);
            }
            let pause = until.every.min(deadline.left());
            self.pause(&format!("{at}/request"), &prepared, pause)?;
            last = Some(answer);
        }
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline.missed)
    }

    /// The fault of an answer for which there was less time than the settings give.
    fn late(&mut self, fault: Fault) -> Fault {
        match &mut self.deadline {
            Some(deadline) if fault.cause == Cause::Timeout && deadline.left().is_zero() => {
                deadline.missed = true;
                let within = super::fault::seconds(deadline.within);
                Fault::new(format!("the server did not answer within {within}"))
                    .with_help("see what the server is doing, or give it more time with `within`")
                    .because(Cause::Timeout)
            }
            _ => fault,
        }
    }

    fn in_vain<T>(
        &mut self,
        at: &str,
        step: &Step,
        answer: &Answer,
        until: &Until,
        wanted: Option<&Value>,
    ) -> Result<T, Stop> {
        let found = held(answer, until).map_or_else(|| "nothing".to_owned(), Value::to_string);
        let wanted = wanted.map_or_else(|| "a value".to_owned(), Value::to_string);
        let message = format!(
            "{} {} did not answer with {wanted} at {:?} within {}: there is {found}",
            answer.prepared.method,
            answer.prepared.target,
            until.pointer,
            super::fault::seconds(until.within)
        );
        let mut finding = Finding::new(codes::CONDITION_NOT_MET, message)
            .at_pointer(self.source, &format!("{at}/until"))
            .help("see why it does not come true, or give it more time with `within`");
        if let Some(target) = &step.example {
            finding = finding.about(target);
        }
        let WireResponse { head, body, .. } = &answer.response;
        let finding = self
            .view()
            .with_exchange(finding, &answer.prepared.sent(), head, body);
        self.fail(finding)
    }

    /// Makes a request and, where the step says so, those to which it is redirected on the same server.
    fn follow(&mut self, at: &str, step: &Step, prepared: Prepared) -> Result<Answer, Stop> {
        let mut prepared = prepared;
        let mut hops = Vec::new();
        let mut redirects = 0;
        loop {
            let (asked, mut response) = self.ask(at, step, prepared)?;
            let location = match response.head.headers.get("Location") {
                Some(location) if step.follow && is_redirect(response.head.status) => {
                    location.to_owned()
                }
                _ => {
                    return Ok(Answer {
                        prepared: asked,
                        response,
                        hops,
                    });
                }
            };
            let next = self
                .redirected(&asked, response.head.status, &location)
                .and_then(|next| match redirects {
                    MAX_REDIRECTS.. => Err(Fault::new(format!(
                        "more than {MAX_REDIRECTS} redirects, the last one to {location}"
                    ))
                    .with_help("see whether they lead round in a circle")),
                    _ => Ok(next),
                })
                .map_err(|fault| {
                    self.broken(
                        &format!("{at}/request"),
                        step,
                        &asked,
                        &fault,
                        Some(&response),
                    )
                })?;
            if self.world.exchanges {
                // What stands beside a redirect is for nobody: no reason to fail.
                let content = body::owned(&mut response);
                let content = content.unwrap_or_else(|_| body::Content::Bytes(String::new()));
                hops.push(self.show(&asked.sent(), &response, content));
            }
            redirects += 1;
            prepared = next;
        }
    }

    /// The request to which an answer redirects (RFC 9110, section 15.4).
    ///
    /// Never to another server: what says who asks, in whatever header or body, is not for that one.
    fn redirected(&self, asked: &Prepared, status: u16, location: &str) -> Result<Prepared, Fault> {
        let from = self.url(&asked.target)?;
        let to = from
            .join(location)
            .map_err(|error| Fault::new(format!("the Location {location:?} is no URL: {error}")))?;
        if to.origin() != from.origin() {
            let there = match to.origin() {
                Origin::Tuple(..) => to.origin().ascii_serialization(),
                Origin::Opaque(_) => format!("{}:", to.scheme()),
            };
            return Err(Fault::new(format!(
                "the answer redirects to another server, {there}: it was not followed, and nothing was sent there"
            ))
            .with_help("leave `\"follow\"` out and expect the status of the redirect"));
        }
        let mut next = asked.clone();
        next.target = match to.query() {
            Some(query) => format!("{}?{query}", to.path()),
            None => to.path().to_owned(),
        };
        let becomes_get = match status {
            303 => asked.method != "HEAD",
            301 | 302 => asked.method == "POST",
            _ => false,
        };
        if becomes_get {
            next.method = "GET".to_owned();
            next.payload = None;
            next.headers
                .0
                .retain(|header| !header.name.to_ascii_lowercase().starts_with("content-"));
        }
        // The cookies of the next place are its own.
        next.without_kept_cookies();
        Ok(next)
    }

    fn url(&self, target: &str) -> Result<Url, Fault> {
        let url = format!("{}{target}", self.world.base.origin());
        Url::parse(&url).map_err(|error| Fault::new(format!("{url:?} is no URL: {error}")))
    }

    /// Makes a request with the cookies of the scenario, and once more where the settings list what went wrong.
    fn ask(
        &mut self,
        at: &str,
        step: &Step,
        prepared: Prepared,
    ) -> Result<(Prepared, WireResponse), Stop> {
        let place = format!("{at}/request");
        let mut prepared = prepared;
        let mut attempt = 1;
        // Such a scenario is left out before; nothing that happens on the way may change that.
        if let Some(chosen) = &self.world.options.settings.environment
            && !chosen.allows(&prepared.method)
        {
            let message = format!("[env.{}] does not allow {}", chosen.name, prepared.method);
            let finding = Finding::new(codes::INVALID_REQUEST, message);
            return self.fail(finding.at_pointer(self.source, &place));
        }
        loop {
            self.add_cookies(&mut prepared);
            self.learn_request(&prepared);
            let mut wire = prepared.wire();
            wire.limit = self.deadline.map(|deadline| deadline.left().max(LAST));
            let result = self.client.send(&wire);
            let came = match &result {
                Ok(response) => Some(response),
                Err(NoResponse::Unusable(_, response)) => Some(&**response),
                Err(_) => None,
            };
            if let Some(response) = came {
                self.learn_response(step, response);
            }
            let retry = &self.world.options.settings.retry;
            let left = self.deadline.map(|deadline| deadline.left());
            let is_expected = came.is_some_and(|came| step.status.accepts(came.head.status));
            if !(result.is_ok() && is_expected)
                && let Some(pause) = pause(retry, attempt, &prepared.method, &result)
                && left.is_none_or(|left| pause < left)
            {
                attempt += 1;
                self.pause(&place, &prepared, pause)?;
                continue;
            }
            let (fault, came) = match result {
                Ok(response) => match self.keep_cookies_of(&prepared, &response) {
                    Ok(()) => return Ok((prepared, response)),
                    Err(fault) => (fault, Some(response)),
                },
                Err(NoResponse::Interrupted) => return Err(Stop::Run(Error::interrupted())),
                Err(NoResponse::Unsendable(reason)) => {
                    let finding = Finding::new(codes::INVALID_REQUEST, reason);
                    return self.fail(finding.at_pointer(self.source, &place));
                }
                Err(NoResponse::Fault(fault)) => (fault, None),
                Err(NoResponse::Unusable(fault, response)) => (fault, Some(*response)),
            };
            let fault = self.late(fault);
            let mut stop = self.broken(&place, step, &prepared, &fault, came.as_ref());
            if let (Stop::Broken(error), 2..) = (&mut stop, attempt) {
                error.message = format!("{} ({attempt} attempts)", error.message);
            }
            return Err(stop);
        }
    }

    fn add_cookies(&self, prepared: &mut Prepared) {
        prepared.without_kept_cookies();
        let Some(cookies) = &self.cookies else { return };
        if prepared.headers.get("Cookie").is_none()
            && let Ok(url) = self.url(&prepared.target)
            && let Some(value) = cookies.header(&url)
        {
            prepared.with_kept_cookies(value);
        }
    }

    fn keep_cookies_of(&mut self, asked: &Prepared, response: &WireResponse) -> Result<(), Fault> {
        if self.cookies.is_none() {
            return Ok(());
        }
        let url = self.url(&asked.target)?;
        match &mut self.cookies {
            Some(cookies) => cookies.keep(&response.head.headers, &url, &mut self.memory.secrets),
            None => Ok(()),
        }
    }

    /// Waits to make a request once more, unless somebody asks us to stop or the server ends.
    fn pause(&self, place: &str, prepared: &Prepared, pause: Duration) -> Result<(), Stop> {
        let started = Instant::now();
        while started.elapsed() < pause {
            if self.world.options.interrupted.load(Ordering::Relaxed) {
                return Err(Stop::Run(Error::interrupted()));
            }
            if let Some(stop) = self.died(place, prepared) {
                return Err(stop);
            }
            std::thread::sleep(TICK.min(pause));
        }
        Ok(())
    }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// What an answer holds at the place that is waited for.
fn held<'a>(answer: &'a Answer, until: &Until) -> Option<&'a Value> {
    answer.response.json().ok()?.pointer(&until.pointer)
}

fn is_there(found: Option<&Value>, wanted: Option<&Value>) -> bool {
    match (found, wanted) {
        // 3 and 3.0 are one number (JSON Schema, section 4.2.2).
        (Some(Value::Number(found)), Some(Value::Number(wanted))) => {
            found == wanted || found.as_f64() == wanted.as_f64()
        }
        (Some(found), Some(wanted)) => found == wanted,
        (Some(found), None) => !found.is_null(),
        (None, _) => false,
    }
}
