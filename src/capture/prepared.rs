//! A request of a scenario, ready to be sent.

use std::path::Path;

use super::client::WireRequest;
use super::exchange::Sent;
use super::identity::Credential;
use super::payload::{self, Built, Unmakeable};
use super::scope::Scope;
use super::template::Template;
use crate::document::{Headers, Step};
use crate::finding::codes;

/// A request with every value in its place.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub method: String,
    /// Path and query, the base URL's prefix in front.
    pub target: String,
    /// The step's own fields.
    pub headers: Headers,
    pub payload: Option<Built>,
    pub credential: Option<Credential>,
    /// Whether the last of the fields is `Cookie` with the cookies of the scenario.
    kept_cookies: bool,
}

impl Prepared {
    /// Puts the values into a step; `prefix` is the base URL's path.
    pub fn new(
        step: &Step,
        scope: &Scope,
        docs: &Path,
        prefix: &str,
        credential: Option<Credential>,
    ) -> Result<Self, Unmakeable> {
        let path = Template::parse(&step.path)
            .and_then(|template| template.path(scope))
            .map_err(|error| Unmakeable {
                code: codes::UNKNOWN_VARIABLE,
                ..Unmakeable::new("/request", error.to_string())
            })?;
        if !path.starts_with('/') {
            let message = format!("the path {path:?} does not begin with `/`");
            return Err(Unmakeable::new("/request", message));
        }
        let mut lines = Vec::new();
        for (index, line) in step.headers.iter().enumerate() {
            let at = format!("/headers/{index}");
            let line = payload::text(&at, line, scope)?;
            if line.contains(['\r', '\n', '\0']) || !line.contains(':') {
                return Err(Unmakeable::new(at, "a header is one line, `Name: value`"));
            }
            lines.push(line);
        }
        Ok(Self {
            method: step.method.clone(),
            target: format!("{prefix}{path}"),
            headers: Headers::from_lines(lines),
            payload: payload::build(&step.payload, scope, docs)?,
            credential,
            kept_cookies: false,
        })
    }

    /// With the cookies of the scenario.
    pub fn with_kept_cookies(&mut self, value: String) {
        self.headers.push("Cookie", &value);
        self.kept_cookies = true;
    }

    /// Without the cookies of the scenario: those of the step itself stay.
    pub fn without_kept_cookies(&mut self) {
        if std::mem::take(&mut self.kept_cookies) {
            self.headers.0.pop();
        }
    }

    /// What examples are made of.
    pub fn sent(&self) -> Sent<'_> {
        Sent {
            method: &self.method,
            target: &self.target,
            credential: self.credential.as_ref(),
            headers: &self.headers,
            payload: self.payload.as_ref(),
        }
    }

    /// What goes over the wire: the step's own fields win over ours.
    pub fn wire(&self) -> WireRequest {
        let mut headers = self.headers.clone();
        let media_type = self
            .payload
            .as_ref()
            .and_then(|payload| payload.media_type.as_deref());
        let credential = self.credential.as_ref();
        let ours = [
            credential.map(|credential| (credential.header.as_str(), credential.value.as_str())),
            media_type.map(|media_type| ("Content-Type", media_type)),
        ];
        for (name, value) in ours.into_iter().flatten() {
            if headers.get(name).is_none() {
                headers.push(name, value);
            }
        }
        WireRequest {
            method: self.method.clone(),
            target: self.target.clone(),
            headers,
            body: self.payload.as_ref().map(|payload| payload.bytes.clone()),
            limit: None,
        }
    }
}
