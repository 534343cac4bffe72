//! A transport that listens to what comes in.
//!
//! The client's own view of a response has lost the case and order of header names, and the reason
//! phrase. The bytes are therefore kept beside it. The same place lets a request end at once when
//! somebody asks us to stop: it waits in small steps.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::time::Duration as Limit;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

/// How many bytes are kept: more than the largest head that the client takes, with interim ones.
const KEPT: usize = 256 * 1024;

/// How long a wait lasts before we look whether to stop.
const STEP: Duration = Duration::from_millis(50);

/// What came in on the newest connection.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The first bytes, decrypted.
    pub bytes: Vec<u8>,
    /// How many bytes in all.
    pub total: u64,
    /// Whether there was a connection.
    pub connected: bool,
    /// Whether the server broke off instead of closing in order.
    pub reset: bool,
    /// Which connection: through a proxy there are two, and the inner one carries the outer one.
    pub connection: u64,
}

/// What came in, shared by a client and its connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Tap {
    heard: Arc<Mutex<Heard>>,
    interrupted: Arc<AtomicBool>,
}

impl Tap {
    pub fn new(interrupted: Arc<AtomicBool>) -> Self {
        Self {
            heard: Arc::default(),
            interrupted,
        }
    }

    /// What was heard.
    pub fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was heard, before the next request.
    pub fn clear(&self) {
        let mut heard = self.heard();
        *heard = Heard {
            connection: heard.connection,
            ..Heard::default()
        };
    }

    /// Whether somebody asked us to stop.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// A connector that listens to what the usual one connects.
    pub fn connector(&self) -> impl Connector {
        TapConnector {
            inner: DefaultConnector::new(),
            tap: self.clone(),
        }
    }
}

#[derive(Debug)]
struct TapConnector {
    inner: DefaultConnector,
    tap: Tap,
}

impl Connector for TapConnector {
    type Out = TapTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<TapTransport>, ureq::Error> {
        let Some(inner) = self.inner.connect(details, chained)? else {
            return Ok(None);
        };
        // A proxy's reply to CONNECT was heard meanwhile: it is none of the server's.
        self.tap.clear();
        let mut heard = self.tap.heard();
        heard.connected = true;
        heard.connection += 1;
        let connection = heard.connection;
        drop(heard);
        Ok(Some(TapTransport {
            inner,
            tap: self.tap.clone(),
            connection,
        }))
    }
}

#[derive(Debug)]
struct TapTransport {
    inner: Box<dyn Transport>,
    tap: Tap,
    connection: u64,
}

impl TapTransport {
    /// Waits for input in small steps.
    fn wait(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let started = Instant::now();
        loop {
            if self.tap.is_interrupted() {
                return Err(io::Error::from(io::ErrorKind::Interrupted).into());
            }
            let left = match timeout.after {
                Limit::Exact(after) => after.saturating_sub(started.elapsed()),
                Limit::NotHappening => STEP,
            };
            let after = Limit::Exact(left.min(STEP));
            match self.inner.await_input(NextTimeout { after, ..timeout }) {
                Err(ureq::Error::Timeout(_)) if left > STEP || timeout.after.is_not_happening() => {
                }
                result => return result,
            }
        }
    }
}

impl Transport for TapTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let before = self.inner.buffers().input().len();
        let result = self.wait(timeout);
        let tap = self.tap.clone();
        let mut heard = tap.heard();
        if heard.connection != self.connection {
            return result;
        }
        if let Err(ureq::Error::Io(error)) = &result {
            let kind = error.kind();
            heard.reset |=
                kind != io::ErrorKind::UnexpectedEof && kind != io::ErrorKind::Interrupted;
        }
        let new = self
            .inner
            .buffers()
            .input()
            .get(before..)
            .unwrap_or_default();
        let room = KEPT.saturating_sub(heard.bytes.len());
        heard.bytes.extend_from_slice(&new[..new.len().min(room)]);
        heard.total += new.len() as u64;
        result
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
