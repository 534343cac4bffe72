//! Why a capture could not be done.

use serde::{Deserialize, Serialize};

use crate::finding::LocatedError;

/// What kind of failure: it decides about the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The settings do not say what is needed, or something that cannot be.
    Settings,
    /// A command cannot be run at all: there is no such program or folder.
    Command,
    /// Somebody else listens on the port that we need.
    PortInUse,
    /// What was captured elsewhere does not fit together, or to the documents.
    Share,
    /// Reading or writing on our own side.
    Io,
    /// A server did not start: it ended early, hung, or answered nothing that we understand.
    Start,
    /// A server ended while requests were made.
    ServerDied,
    /// Somebody asked us to stop.
    Interrupted,
}

/// We could not capture. Everything that was started has been stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
#[serde(deny_unknown_fields)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl Error {
    /// An error of that kind; the message is a sentence without a full stop.
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
            notes: Vec::new(),
        }
    }

    pub(super) fn settings(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Settings, message)
    }

    pub(super) fn interrupted() -> Self {
        Self::new(ErrorKind::Interrupted, "interrupted")
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    pub(super) fn into_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Applies a change to every text: credentials must not be told.
    pub(super) fn map_texts(mut self, change: impl Fn(&str) -> String) -> Self {
        self.message = change(&self.message);
        self.help = self.help.map(|help| change(&help));
        self.notes = self.notes.iter().map(|note| change(note)).collect();
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether there was no usable response (exit code 3); otherwise we could not even run (2).
    pub fn is_no_response(&self) -> bool {
        matches!(self.kind, ErrorKind::Start | ErrorKind::ServerDied)
    }

    /// Whether somebody asked us to stop.
    pub fn is_interrupted(&self) -> bool {
        self.kind == ErrorKind::Interrupted
    }

    /// What to do next.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Lines that show what happened: the end of a log.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Why a request of a scenario has no usable response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// What happened, in a sentence without a full stop.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// Whether trying again cannot help: what answers is no HTTP/1.1 server.
    pub definitive: bool,
    /// What the settings may list to be tried again.
    pub cause: Cause,
}

/// Where a response was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// There was no connection, or it ended too early.
    Connection,
    /// It took too long.
    Timeout,
    /// What came is of no use.
    Answer,
}

impl Fault {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            definitive: false,
            cause: Cause::Answer,
        }
    }

    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    pub fn definitive(message: impl Into<String>) -> Self {
        Self {
            definitive: true,
            ..Self::new(message)
        }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why one scenario could not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// The whole run ends.
    Run(Error),
    /// The same since a process of ours ended, with the request that was under way.
    Died(Error, Box<LocatedError>),
    /// The scenario ends: no usable response.
    Broken(LocatedError),
    /// The scenario ends; the findings tell why.
    Failed,
}
