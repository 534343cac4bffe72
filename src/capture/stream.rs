//! Connections to an address or a Unix socket on which no step outlasts its time, or that somebody asks us to stop.
//!
//! The client's own ones wait in the system while they connect and send. The sockets here never do: what is not
//! possible at once is waited for in small steps.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::addr::SocketAddrArg;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, sockopt};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::outlet::{Newest, Outlet};
use super::tap::{STEP, interrupted};

/// How long to wait before a Unix socket whose queue is full is asked again.
const AGAIN: Duration = Duration::from_millis(10);

/// Waits for sockets, unless somebody asks us to stop.
#[derive(Debug, Clone)]
struct Wait {
    interrupted: Arc<AtomicBool>,
}

impl Wait {
    fn go_on(&self) -> io::Result<()> {
        match self.interrupted.load(Ordering::Relaxed) {
            true => Err(interrupted()),
            false => Ok(()),
        }
    }

    /// Waits until something can be done, and tells what; an error where it cannot in time.
    fn until(
        &self,
        socket: impl AsFd,
        what: PollFlags,
        end: Option<Instant>,
    ) -> io::Result<PollFlags> {
        loop {
            self.go_on()?;
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let step = left.map_or(STEP, |left| left.min(STEP));
            let timeout = Timespec::try_from(step).map_err(io::Error::other)?;
            let mut polled = [PollFd::new(&socket, what)];
            match poll(&mut polled, Some(&timeout)) {
                Ok(0) if left.is_some_and(|left| left <= STEP) => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(polled[0].revents()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether something more can be written, or can never be.
fn takes_more(ready: PollFlags) -> bool {
    ready.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP)
}

/// Whether the other side takes nothing more.
fn has_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}

/// When a time is over; `None` where there is no limit.
fn end(timeout: NextTimeout) -> Option<Instant> {
    match timeout.after.is_not_happening() {
        true => None,
        false => Instant::now().checked_add(*timeout.after),
    }
}

/// The error of the client.
fn told(error: io::Error, timeout: NextTimeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
        _ => error.into(),
    }
}

/// Connects, where no connection comes from a proxy.
#[derive(Debug)]
pub(super) struct SocketConnector {
    /// The Unix socket that is asked in the place of any address.
    path: Option<PathBuf>,
    wait: Wait,
    /// Where the newest connection is to be found.
    newest: Newest,
}

impl SocketConnector {
    pub fn new(path: Option<PathBuf>, interrupted: Arc<AtomicBool>, newest: Newest) -> Self {
        let wait = Wait { interrupted };
        Self { path, wait, newest }
    }

    fn transport<S>(&self, stream: S, details: &ConnectionDetails) -> SocketTransport<S> {
        let config = details.config;
        let outlet = Arc::new(Outlet::default());
        self.newest.set(&outlet);
        SocketTransport {
            stream,
            wait: self.wait.clone(),
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            refused: None,
            rest: Vec::new(),
            outlet,
        }
    }

    /// The first of some addresses that accepts; each may take its share of the time that is left.
    fn tcp(&self, addresses: &[SocketAddr], end: Option<Instant>) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::ConnectionRefused);
        for (address, others) in addresses.iter().zip((1..=addresses.len()).rev()) {
            let now = Instant::now();
            let shares = u32::try_from(others).unwrap_or(u32::MAX);
            let end = end.map(|end| now + end.saturating_duration_since(now) / shares);
            let family = match address {
                SocketAddr::V4(_) => AddressFamily::INET,
                SocketAddr::V6(_) => AddressFamily::INET6,
            };
            match self.open(family, address, end) {
                Ok(socket) => {
                    let stream = TcpStream::from(socket);
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
            self.wait.go_on()?;
        }
        Err(last)
    }

    fn unix(&self, path: &Path, end: Option<Instant>) -> io::Result<UnixStream> {
        let address = SocketAddrUnix::new(path)?;
        let socket = self.open(AddressFamily::UNIX, &address, end)?;
        Ok(UnixStream::from(socket))
    }

    fn open(
        &self,
        family: AddressFamily,
        address: &impl SocketAddrArg,
        end: Option<Instant>,
    ) -> io::Result<OwnedFd> {
        let socket = socket(family)?;
        loop {
            match rustix::net::connect(&socket, address) {
                Ok(()) => return Ok(socket),
                Err(Errno::INPROGRESS | Errno::INTR) => {
                    self.wait.until(&socket, PollFlags::OUT, end)?;
                    sockopt::socket_error(&socket)??;
                    return Ok(socket);
                }
                // The queue of a Unix socket is full, and nothing tells when it no longer is.
                Err(Errno::AGAIN) => {
                    self.wait.go_on()?;
                    if end.is_some_and(|end| Instant::now() >= end) {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    std::thread::sleep(AGAIN);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A socket that never waits, and that commands which we run do not inherit.
#[cfg(target_os = "linux")]
fn socket(family: AddressFamily) -> io::Result<OwnedFd> {
    use rustix::net::SocketFlags;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok(rustix::net::socket_with(
        family,
        SocketType::STREAM,
        flags,
        None,
    )?)
}

/// The same where the system takes no such flags.
#[cfg(not(target_os = "linux"))]
fn socket(family: AddressFamily) -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    Ok(socket)
}

impl<In: Transport> Connector<In> for SocketConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(chained) = chained {
            return Ok(Some(Box::new(chained)));
        }
        let end = end(details.timeout);
        let failed = |error| told(error, details.timeout);
        let transport: Box<dyn Transport> = match &self.path {
            Some(path) => {
                let stream = self.unix(path, end).map_err(failed)?;
                Box::new(self.transport(stream, details))
            }
            None => {
                let stream = self.tcp(&details.addrs, end).map_err(failed)?;
                Box::new(self.transport(stream, details))
            }
        };
        Ok(Some(transport))
    }
}

/// A connection, with the buffers that the client works on.
#[derive(Debug)]
struct SocketTransport<S> {
    stream: S,
    wait: Wait,
    buffers: LazyBuffers,
    /// Why nothing more can be sent. What the server said before is still to be read.
    refused: Option<io::ErrorKind>,
    /// What was to be sent and could not be, while the server says something. It is sent while we listen.
    rest: Vec<u8>,
    outlet: Arc<Outlet>,
}

impl<S: Read + Write + AsFd> SocketTransport<S> {
    fn send(&mut self, amount: usize, end: Option<Instant>) -> io::Result<()> {
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        if !self.outlet.is_open() {
            return Ok(());
        }
        if !self.rest.is_empty() {
            self.rest.extend_from_slice(output);
            return Ok(());
        }
        let mut sent = 0;
        loop {
            let output = self.buffers.output().get(sent..amount).unwrap_or_default();
            if output.is_empty() {
                return Ok(());
            }
            match write(&mut self.stream, output)? {
                Wrote::Some(more) => sent += more,
                Wrote::Refused(kind) => {
                    self.refuse(kind);
                    return Ok(());
                }
                Wrote::Full => {
                    let both = PollFlags::IN | PollFlags::OUT;
                    let ready = self.wait.until(&self.stream, both, end)?;
                    if !takes_more(ready) {
                        self.rest.extend_from_slice(output);
                        self.outlet.hold();
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Sends what could not be sent before, as far as that goes now.
    fn send_rest(&mut self) -> io::Result<()> {
        match write(&mut self.stream, &self.rest)? {
            Wrote::Some(sent) => {
                self.rest.drain(..sent);
            }
            Wrote::Refused(kind) => self.refuse(kind),
            Wrote::Full => {}
        }
        if self.rest.is_empty() {
            self.outlet.release();
        }
        Ok(())
    }

    /// A server need not read all of a body that it refuses (RFC 9112, section 9.5).
    fn refuse(&mut self, kind: io::ErrorKind) {
        self.refused = Some(kind);
        self.rest.clear();
        self.outlet.close();
    }

    fn receive(&mut self, end: Option<Instant>) -> io::Result<usize> {
        loop {
            let sends = self.outlet.is_held();
            let wanted = match sends {
                true => PollFlags::IN | PollFlags::OUT,
                false => PollFlags::IN,
            };
            let ready = self.wait.until(&self.stream, wanted, end)?;
            if sends && takes_more(ready) {
                self.send_rest()?;
                if !self.outlet.is_held() {
                    // Sending goes on.
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            match self.stream.read(self.buffers.input_append_buf()) {
                Err(error)
                    if [io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted]
                        .contains(&error.kind()) => {}
                // The end of what was said before.
                Ok(0) => return self.refused.map_or(Ok(0), |kind| Err(kind.into())),
                read => return read,
            }
        }
    }
}

/// What came of writing to a socket that never waits.
enum Wrote {
    Some(usize),
    Full,
    /// The other side takes nothing more.
    Refused(io::ErrorKind),
}

fn write(stream: &mut impl Write, output: &[u8]) -> io::Result<Wrote> {
    loop {
        match stream.write(output) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(sent) => return Ok(Wrote::Some(sent)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Wrote::Full),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if has_closed(&error) => return Ok(Wrote::Refused(error.kind())),
            Err(error) => return Err(error),
        }
    }
}

impl<S: Read + Write + AsFd + Debug + Send + Sync + 'static> Transport for SocketTransport<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.send(amount, end(timeout))
            .map_err(|error| told(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let amount = self
            .receive(end(timeout))
            .map_err(|error| told(error, timeout))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// Whether nothing but silence is there.
    fn is_open(&mut self) -> bool {
        self.outlet.is_open()
            && matches!(
                self.stream.read(&mut [0]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock
            )
    }
}
