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

    /// Waits until something can be done; an error where it cannot in time.
    fn until(&self, socket: impl AsFd, what: PollFlags, end: Option<Instant>) -> io::Result<()> {
        loop {
            self.go_on()?;
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let step = left.map_or(STEP, |left| left.min(STEP));
            let timeout = Timespec::try_from(step).map_err(io::Error::other)?;
            match poll(&mut [PollFd::new(&socket, what)], Some(&timeout)) {
                Ok(0) if left.is_some_and(|left| left <= STEP) => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
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
}

impl SocketConnector {
    pub fn new(path: Option<PathBuf>, interrupted: Arc<AtomicBool>) -> Self {
        let wait = Wait { interrupted };
        Self { path, wait }
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
                Box::new(SocketTransport::new(stream, &self.wait, details))
            }
            None => {
                let stream = self.tcp(&details.addrs, end).map_err(failed)?;
                Box::new(SocketTransport::new(stream, &self.wait, details))
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
}

impl<S> SocketTransport<S> {
    fn new(stream: S, wait: &Wait, details: &ConnectionDetails) -> Self {
        let config = details.config;
        Self {
            stream,
            wait: wait.clone(),
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            refused: None,
        }
    }
}

impl<S: Read + Write + AsFd> SocketTransport<S> {
    fn send(&mut self, amount: usize, end: Option<Instant>) -> io::Result<()> {
        if self.refused.is_some() {
            return Ok(());
        }
        let mut output = self.buffers.output().get(..amount).unwrap_or_default();
        while !output.is_empty() {
            match self.stream.write(output) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => output = output.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait.until(&self.stream, PollFlags::OUT, end)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A server need not read all of a body that it refuses (RFC 9112, section 9.5).
                Err(error) if has_closed(&error) => {
                    self.refused = Some(error.kind());
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn receive(&mut self, end: Option<Instant>) -> io::Result<usize> {
        loop {
            self.wait.until(&self.stream, PollFlags::IN, end)?;
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
        self.refused.is_none()
            && matches!(
                self.stream.read(&mut [0]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock
            )
    }
}
