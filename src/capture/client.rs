//! One request, and what comes back.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ureq::http;
use ureq::unversioned::resolver::DefaultResolver;

use super::base::BaseUrl;
use super::coding::{self, Undecodable};
use super::error::Fault;
use super::fault::{self, Said, Stage};
use super::tap::Tap;
use super::wire::Head;
use crate::document::Headers;

/// The largest head of a response, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);

/// More than that is as good as no limit, and the clock can count it.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A request as it is sent; the client adds `Host`, `Content-Length` and what every client says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WireRequest {
    pub method: String,
    /// Path and query behind the base URL's origin, percent-encoded.
    pub target: String,
    pub headers: Headers,
    pub body: Option<Vec<u8>>,
}

/// A response as it was received; its body without framing and content coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WireResponse {
    pub head: Head,
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum NoResponse {
    /// The request cannot be sent as it is; nothing was.
    Unsendable(String),
    /// Nothing usable came back.
    Fault(Fault),
    /// Somebody asked us to stop.
    Interrupted,
}

/// Makes requests, one at a time.
///
/// Every request has a connection of its own: a server that serves one connection after the other
/// would wait forever for one that we keep, and a connection that breaks is never an old one's fault.
pub(super) struct Client {
    agent: ureq::Agent,
    tap: Tap,
    base: BaseUrl,
    timeout: Duration,
    max_body: u64,
}

impl Client {
    pub fn new(
        base: &BaseUrl,
        timeout: Duration,
        max_body: u64,
        interrupted: &Arc<AtomicBool>,
    ) -> Self {
        let timeout = timeout.min(LONGEST);
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("apidocs/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            .accept_encoding("identity")
            .allow_non_standard_methods(true)
            .max_response_header_size(MAX_HEAD)
            .max_idle_connections(0)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(CONNECT)));
        if base.is_loopback() {
            config = config.proxy(None);
        }
        let tap = Tap::new(Arc::clone(interrupted));
        Self {
            agent: ureq::Agent::with_parts(
                config.build(),
                tap.connector(),
                DefaultResolver::default(),
            ),
            tap,
            base: base.clone(),
            timeout,
            max_body,
        }
    }

    /// Sends a request and waits for the whole response; redirects are responses like others.
    pub fn send(&self, request: &WireRequest) -> Result<WireResponse, NoResponse> {
        let call = self.request(request).map_err(NoResponse::Unsendable)?;
        if self.tap.is_interrupted() {
            return Err(NoResponse::Interrupted);
        }
        self.tap.clear();
        let empty = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        let response = match &request.body {
            Some(body) => self.agent.run(call.map(|()| body)),
            // Those methods say `Content-Length: 0` (RFC 9110, section 8.6).
            None if empty => self.agent.run(call.map(|()| Vec::new())),
            None => self.agent.run(call),
        }
        .map_err(|error| self.fault(&error, None))?;
        let (head, body) = response.into_parts();
        let body = read(body, self.max_body).map_err(|error| self.fault(&error, Some(&head)))?;
        let (head, reset) = {
            let heard = self.tap.heard();
            (Head::read(&heard.bytes), heard.reset)
        };
        match (head, body) {
            (_, None) => Err(self.said(&Said::TooLarge(self.max_body), Stage::Body(None))),
            // Without a length, a body that was broken off looks like one that has ended.
            (_, Some(_)) if reset => Err(self.said(&Said::Reset, Stage::Body(None))),
            (None, _) => {
                Err(self.said(&Said::Protocol("it cannot be read".to_owned()), Stage::Head))
            }
            (Some(head), Some(body)) => self.decoded(head, body),
        }
    }

    fn decoded(&self, head: Head, body: Vec<u8>) -> Result<WireResponse, NoResponse> {
        match coding::decode(&head.headers, body, self.max_body) {
            Ok(body) => Ok(WireResponse { head, body }),
            Err(Undecodable::Fault(fault)) => Err(NoResponse::Fault(fault)),
            Err(Undecodable::TooLarge) => {
                Err(self.said(&Said::TooLarge(self.max_body), Stage::Body(None)))
            }
        }
    }

    fn request(&self, request: &WireRequest) -> Result<http::Request<()>, String> {
        let method = http::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| format!("{:?} is no method", request.method))?;
        let url = format!("{}{}", self.base.origin(), request.target);
        let url: http::Uri = url
            .parse()
            .map_err(|error| format!("{:?} is no path: {error}", request.target))?;
        let mut call = http::Request::builder().method(method).uri(url);
        for header in &request.headers {
            let name = http::HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| format!("{:?} is no name of a header", header.name))?;
            let value = http::HeaderValue::from_bytes(header.value.as_bytes()).map_err(|_| {
                format!(
                    "the value of the header {} holds control characters",
                    header.name
                )
            })?;
            call = call.header(name, value);
        }
        call.body(()).map_err(|error| error.to_string())
    }

    fn said(&self, said: &Said, stage: Stage) -> NoResponse {
        if self.tap.is_interrupted() {
            return NoResponse::Interrupted;
        }
        let heard = self.tap.heard();
        NoResponse::Fault(fault::explain(
            said,
            &heard,
            &self.base,
            self.timeout,
            stage,
        ))
    }

    fn fault(&self, error: &ureq::Error, head: Option<&http::response::Parts>) -> NoResponse {
        let stage = head.map_or(Stage::Head, |head| {
            let length = head.headers.get(http::header::CONTENT_LENGTH);
            let length = length.and_then(|length| length.to_str().ok());
            Stage::Body(length.and_then(|length| length.trim().parse().ok()))
        });
        self.said(&Said::of(error), stage)
    }
}

/// The whole body, `None` where it is larger than the limit.
fn read(body: ureq::Body, max: u64) -> Result<Option<Vec<u8>>, ureq::Error> {
    if body.content_length().is_some_and(|length| length > max) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    body.into_reader()
        .take(max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max).then_some(bytes))
}
