//! One request, and what comes back.

use std::cell::{OnceCell, RefCell};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http;
use ureq::tls::TlsConfig;

use super::base::BaseUrl;
use super::body::{self, BodyFault};
use super::coding::{self, Undecodable};
use super::error::{Cause, Fault};
use super::fault::{self, Said, Stage};
use super::link::Link;
use super::resolver::AddressResolver;
use super::tap::Tap;
use super::wire::{self, Head};
use crate::document::{Headers, ends_with_head, is_safe};

/// The largest head of a response, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// The buffers of a connection, in bytes: what comes in must hold the largest head. They are filled with zeros for every
/// connection, so that larger ones would cost more than the request.
const INPUT: usize = MAX_HEAD + 16 * 1024;
const OUTPUT: usize = 32 * 1024;

/// How much of a body of no use is kept to be shown, in bytes.
const SHOWN: usize = 64 * 1024;

/// A request as it is sent; the client adds `Host`, `Content-Length` and what every client says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WireRequest {
    pub method: String,
    /// Path and query behind the base URL's origin, percent-encoded.
    pub target: String,
    pub headers: Headers,
    pub body: Option<Vec<u8>>,
    /// How long everything may take, where that is less than the settings say.
    pub limit: Option<Duration>,
}

/// A response as it was received; its body without framing and content coding.
#[derive(Debug, Clone)]
pub(super) struct WireResponse {
    pub head: Head,
    pub body: Vec<u8>,
    json: OnceCell<Result<Value, BodyFault>>,
}

impl WireResponse {
    pub fn new(head: Head, body: Vec<u8>) -> Self {
        Self {
            head,
            body,
            json: OnceCell::new(),
        }
    }

    /// The body read as JSON, whatever its media type says; read once, however often it is asked for.
    pub fn json(&self) -> Result<&Value, &BodyFault> {
        let read = || body::parse(&self.head.headers, &self.body);
        self.json.get_or_init(read).as_ref()
    }

    /// The same, taken out.
    pub fn take_json(&mut self) -> Result<Value, BodyFault> {
        let taken = self.json.take();
        taken.unwrap_or_else(|| body::parse(&self.head.headers, &self.body))
    }
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum NoResponse {
    /// The request cannot be sent as it is; nothing was.
    Unsendable(String),
    /// Nothing usable came back.
    Fault(Fault),
    /// The head of a response came, with a body that is of no use or not whole.
    Unusable(Fault, Box<WireResponse>),
    /// Somebody asked us to stop.
    Interrupted,
}

impl NoResponse {
    /// With what came of the response.
    fn with(self, head: Head, mut body: Vec<u8>) -> Self {
        match self {
            Self::Fault(fault) => {
                body.truncate(SHOWN);
                Self::Unusable(fault, Box::new(WireResponse::new(head, body)))
            }
            other => other,
        }
    }
}

/// Makes requests, one at a time.
///
/// Requests that change nothing share a connection, unless the settings say otherwise: every other one has its own, so
/// that a connection that breaks is never an old one's fault. What is kept is closed before another session begins
/// ([`Client::hang_up`]): a server that serves one connection after the other would wait for it forever.
pub(super) struct Client {
    agent: RefCell<ureq::Agent>,
    tap: Tap,
    base: BaseUrl,
    link: Link,
}

impl Client {
    pub fn new(base: &BaseUrl, link: &Link, interrupted: &Arc<AtomicBool>) -> Self {
        let tap = Tap::new(Arc::clone(interrupted), link.first_byte);
        Self {
            agent: RefCell::new(agent(base, link, &tap)),
            tap,
            base: base.clone(),
            link: link.clone(),
        }
    }

    /// Closes the connection that is kept, where there is one.
    pub fn hang_up(&self) {
        if self.link.keep_alive {
            *self.agent.borrow_mut() = agent(&self.base, &self.link, &self.tap);
        }
    }

    /// Sends a request and waits for the whole response; redirects are responses like others.
    ///
    /// A server may close a shared connection just when we send on it: the request is then made once more on a new one,
    /// within the time of the first. A server that says nothing in time has the request and may be at work on it: that is
    /// never repeated here.
    pub fn send(&self, request: &WireRequest) -> Result<WireResponse, NoResponse> {
        let begins = Instant::now();
        // A request that may be sent once more must change nothing.
        let safe = is_safe(&request.method);
        if !safe {
            self.hang_up();
        }
        let limit = request.limit.filter(|limit| *limit < self.link.total);
        let answer = self.send_once(request, limit);
        let total = limit.unwrap_or(self.link.total);
        let left = total.saturating_sub(begins.elapsed());
        match &answer {
            Err(NoResponse::Fault(fault))
                if safe
                    && fault.cause == Cause::Connection
                    && self.kept_and_silent()
                    && !left.is_zero() =>
            {
                self.hang_up();
                self.send_once(request, Some(left))
            }
            _ => answer,
        }
    }

    /// Whether the last request went out on a connection that was kept, and nothing came back.
    fn kept_and_silent(&self) -> bool {
        let heard = self.tap.heard();
        self.link.keep_alive && !heard.fresh && heard.connected && heard.total == 0
    }

    /// Sends a request, within that time instead of the usual one.
    fn send_once(
        &self,
        request: &WireRequest,
        within: Option<Duration>,
    ) -> Result<WireResponse, NoResponse> {
        let mut call = self.request(request).map_err(NoResponse::Unsendable)?;
        if self.tap.is_interrupted() {
            return Err(NoResponse::Interrupted);
        }
        self.tap.clear();
        let agent = self.agent.borrow();
        if let Some(within) = within {
            let configured = agent.configure_request(call);
            call = configured.timeout_global(Some(within)).build();
        }
        let empty = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        let response = match &request.body {
            Some(body) => agent.run(call.map(|()| body)),
            // Those methods say `Content-Length: 0` (RFC 9110, section 8.6).
            None if empty => agent.run(call.map(|()| Vec::new())),
            None => agent.run(call),
        }
        .map_err(|error| self.fault(&error, None))?;
        let (parts, content) = response.into_parts();
        let announced = content.content_length();
        let mut body = Vec::new();
        let read = self.read(&parts, content, &mut body);
        let (head, total) = {
            let heard = self.tap.heard();
            (Head::parse(&heard.bytes), heard.total)
        };
        let Some((head, end)) = head else {
            let unread = Said::Protocol("it cannot be read".to_owned());
            return Err(read
                .err()
                .unwrap_or_else(|| self.said(&unread, Stage::Head)));
        };
        let framed = request.method != "HEAD" && !ends_with_head(head.status);
        let came = total.saturating_sub(end as u64);
        let usable =
            read.and_then(
                |()| match announced.filter(|length| framed && came > *length) {
                    Some(length) => Err(self.said(&Said::TooMuch { came, length }, Stage::Head)),
                    None => self.decoded(&head, &body),
                },
            );
        match usable {
            Ok(decoded) => Ok(WireResponse::new(head, decoded.unwrap_or(body))),
            Err(reason) => Err(reason.with(head, body)),
        }
    }

    /// Reads the body, as far as it comes.
    fn read(
        &self,
        head: &http::response::Parts,
        content: ureq::Body,
        body: &mut Vec<u8>,
    ) -> Result<(), NoResponse> {
        if head.version == http::Version::HTTP_10
            && head.headers.contains_key(http::header::TRANSFER_ENCODING)
        {
            let fault = Fault::definitive(
                "the response is HTTP/1.0 and has a Transfer-Encoding, which there is none of: where its body ends is not clear (RFC 9112, section 6.1)",
            );
            return Err(NoResponse::Fault(fault.with_help(
                "let the server answer with HTTP/1.1, or without a Transfer-Encoding",
            )));
        }
        let max = self.link.max_body;
        let whole = read(content, max, body).map_err(|error| self.fault(&error, Some(head)))?;
        if !whole {
            return Err(self.said(&Said::TooLarge(max), Stage::Body(None)));
        }
        // Without a length, a body that was broken off looks like one that has ended.
        let reset = self.tap.heard().reset;
        match reset {
            true => Err(self.said(&Said::Reset, Stage::Body(None))),
            false => Ok(()),
        }
    }

    /// The body without its codings; `None` where it has none.
    fn decoded(&self, head: &Head, body: &[u8]) -> Result<Option<Vec<u8>>, NoResponse> {
        if let Some(coding) = wire::unknown_transfer_coding(&head.headers) {
            let fault = Fault::new(format!(
                "the response has the Transfer-Encoding {coding:?}; we understand chunked alone"
            ));
            return Err(NoResponse::Fault(fault));
        }
        coding::decode(&head.headers, body, self.link.max_body).map_err(|reason| match reason {
            Undecodable::Fault(fault) => NoResponse::Fault(fault),
            Undecodable::TooLarge => {
                self.said(&Said::TooLarge(self.link.max_body), Stage::Body(None))
            }
        })
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
        let fault = fault::explain(said, &heard, &self.base, &self.link, stage);
        NoResponse::Fault(fault)
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

fn agent(base: &BaseUrl, link: &Link, tap: &Tap) -> ureq::Agent {
    let mut tls = TlsConfig::builder();
    if let Some(roots) = &link.roots {
        tls = tls.root_certs(roots.clone());
    }
    let kept = usize::from(link.keep_alive);
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("apidocs/", env!("CARGO_PKG_VERSION")))
        .accept("*/*")
        .accept_encoding("identity")
        .allow_non_standard_methods(true)
        .max_response_header_size(MAX_HEAD)
        .input_buffer_size(INPUT)
        .output_buffer_size(OUTPUT)
        .max_idle_connections(kept)
        .max_idle_connections_per_host(kept)
        .tls_config(tls.build())
        .proxy(link.proxies.of(base).cloned())
        .timeout_global(Some(link.total))
        .timeout_connect(Some(link.total.min(link.connect)));
    ureq::Agent::with_parts(
        config.build(),
        tap.connector(base.socket.clone()),
        AddressResolver::default(),
    )
}

/// Reads a body, and tells whether it is within the limit.
fn read(content: ureq::Body, max: u64, body: &mut Vec<u8>) -> Result<bool, ureq::Error> {
    if content.content_length().is_some_and(|length| length > max) {
        return Ok(false);
    }
    content
        .into_reader()
        .take(max.saturating_add(1))
        .read_to_end(body)?;
    Ok(body.len() as u64 <= max)
}
