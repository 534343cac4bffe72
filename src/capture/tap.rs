//! A transport that listens to what comes in.
//!
//! The client's own view of a response has lost the case and order of header names, and the reason
//! phrase. The bytes are therefore kept beside it. The same place lets a request end at once when
//! somebody asks us to stop: it waits in small steps.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::time::Duration as Limit;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
#[cfg(unix)]
use ureq::unversioned::transport::{ConnectProxyConnector, RustlsConnector, SocksConnector};

use super::outlet::{Newest, Outlet};
#[cfg(unix)]
use super::stream::SocketConnector;
use super::wire::Early;

/// How many bytes are kept: more than the largest head that the client takes, with interim ones.
const KEPT: usize = 256 * 1024;

/// How long a wait lasts before we look whether to stop.
pub(super) const STEP: Duration = Duration::from_millis(50);

/// What came in on the newest connection.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The first bytes, decrypted.
    pub bytes: Vec<u8>,
    /// How many bytes in all.
    pub total: u64,
    /// Whether there was a connection.
    pub connected: bool,
    /// Whether the connection was made for this request.
    pub fresh: bool,
    /// When the last byte of the request was sent.
    pub sent: Option<Instant>,
    /// Whether the server broke off instead of closing in order.
    pub reset: bool,
    /// Which connection: through a proxy there are two, and the inner one carries the outer one.
    pub connection: u64,
}

/// How long a server may leave off reading when it has given a whole answer that is no refusal: it may read on.
const PATIENCE: Duration = Duration::from_secs(1);

/// That somebody asked us to stop; of another kind than `Interrupted`, which means to readers that they are to read again.
pub(super) fn interrupted() -> io::Error {
    io::Error::other("interrupted")
}

/// What came in, shared by a client and its connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Tap {
    heard: Arc<Mutex<Heard>>,
    interrupted: Arc<AtomicBool>,
    /// How long the first byte may take.
    first_byte: Option<Duration>,
    newest: Newest,
}

impl Tap {
    pub fn new(interrupted: Arc<AtomicBool>, first_byte: Option<Duration>) -> Self {
        Self {
            heard: Arc::default(),
            interrupted,
            first_byte,
            newest: Newest::default(),
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

    /// A connector that listens to what is connected: an address, through a proxy or not, or a Unix socket.
    #[cfg(unix)]
    pub fn connector(&self, socket: Option<PathBuf>) -> impl Connector {
        let socket =
            SocketConnector::new(socket, Arc::clone(&self.interrupted), self.newest.clone());
        let proxies = ().chain(SocksConnector::default()).chain(ConnectProxyConnector::default());
        TapConnector {
            inner: proxies.chain(socket).chain(RustlsConnector::default()),
            tap: self.clone(),
        }
    }

    /// The same with the client's own connections.
    #[cfg(not(unix))]
    pub fn connector(&self, _: Option<PathBuf>) -> impl Connector {
        TapConnector {
            inner: ureq::unversioned::transport::DefaultConnector::new(),
            tap: self.clone(),
        }
    }
}

#[derive(Debug)]
struct TapConnector<C> {
    inner: C,
    tap: Tap,
}

impl<C: Connector<Out: Transport>> Connector for TapConnector<C> {
    type Out = TapTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<TapTransport>, ureq::Error> {
        self.tap.newest.set(&Arc::default());
        let Some(inner) = self.inner.connect(details, chained)? else {
            return Ok(None);
        };
        // A proxy's reply to CONNECT was heard meanwhile: it is none of the server's.
        self.tap.clear();
        let mut heard = self.tap.heard();
        heard.connected = true;
        heard.fresh = true;
        heard.connection += 1;
        let connection = heard.connection;
        drop(heard);
        Ok(Some(TapTransport {
            inner: Box::new(inner),
            tap: self.tap.clone(),
            connection,
            outlet: self.tap.newest.get(),
            ahead: false,
        }))
    }
}

#[derive(Debug)]
struct TapTransport {
    inner: Box<dyn Transport>,
    tap: Tap,
    connection: u64,
    outlet: Arc<Outlet>,
    /// Whether something came in while the request was sent, of which the client does not know yet.
    ahead: bool,
}

impl TapTransport {
    /// Whether the first byte of the answer should have come.
    fn is_overdue(&self) -> bool {
        let heard = self.tap.heard();
        match (self.tap.first_byte, heard.sent) {
            (Some(limit), Some(sent)) => {
                heard.total == 0 && heard.connection == self.connection && sent.elapsed() >= limit
            }
            _ => false,
        }
    }

    /// Whether it is the one that the client works on; through a proxy, another one may carry it.
    fn is_newest(&self) -> bool {
        self.tap.heard().connection == self.connection
    }

    /// Whether the server has answered and does not read on, for which it had that time.
    fn is_answered(&self, waited: Duration) -> bool {
        let heard = self.tap.heard();
        match Early::of(&heard.bytes, heard.total) {
            Some(Early::Refusal) => true,
            Some(Early::Whole) => waited >= PATIENCE,
            None => false,
        }
    }

    /// Listens while something waits to be sent, until it is sent or there is no use in it any more.
    fn listen(&mut self, started: Instant, timeout: NextTimeout) -> Result<(), ureq::Error> {
        while self.outlet.is_held() && self.is_newest() {
            let waited = started.elapsed();
            let is_full = self.inner.buffers().input_append_buf().is_empty();
            if is_full || self.is_answered(waited) {
                self.outlet.close();
                break;
            }
            let left = match timeout.after {
                Limit::Exact(after) => after.saturating_sub(waited),
                Limit::NotHappening => STEP,
            };
            let after = Limit::Exact(left.min(STEP));
            let before = self.inner.buffers().input().len();
            let result = self.inner.await_input(NextTimeout { after, ..timeout });
            self.hear(before, &result);
            match result {
                Ok(true) => self.ahead = true,
                // Nothing more will be said.
                Ok(false) => self.outlet.close(),
                Err(ureq::Error::Timeout(_)) if !left.is_zero() || !self.outlet.is_held() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes down what came in behind so many bytes of input.
    fn hear(&mut self, before: usize, result: &Result<bool, ureq::Error>) {
        let tap = self.tap.clone();
        let mut heard = tap.heard();
        if heard.connection != self.connection {
            return;
        }
        if let Err(ureq::Error::Io(error)) = result {
            heard.reset |= error.kind() != io::ErrorKind::UnexpectedEof;
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
    }

    /// Waits for input in small steps.
    fn wait(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let started = Instant::now();
        loop {
            if self.tap.is_interrupted() {
                return Err(interrupted().into());
            }
            if self.is_overdue() {
                return Err(ureq::Error::Timeout(ureq::Timeout::RecvResponse));
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
        {
            let mut heard = self.tap.heard();
            heard.connected = true;
            heard.sent = Some(Instant::now());
        }
        let started = Instant::now();
        self.inner.transmit_output(amount, timeout)?;
        self.listen(started, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if std::mem::take(&mut self.ahead) {
            return Ok(true);
        }
        let before = self.inner.buffers().input().len();
        let result = self.wait(timeout);
        self.hear(before, &result);
        result
    }

    /// Asked when a connection is put aside behind an answer, and again before it is used: to look once is enough.
    fn is_open(&mut self) -> bool {
        let has_answered = {
            let heard = self.tap.heard();
            heard.connection == self.connection && heard.total > 0
        };
        self.outlet.is_open() && (has_answered || self.inner.is_open())
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
