//! The services and the API, started and stopped.

use std::collections::BTreeMap;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Progress;
use super::base::BaseUrl;
use super::client::{Client, NoResponse, WireRequest};
use super::error::{Error, ErrorKind};
use super::fault::seconds;
use super::leftovers::Spawned;
use super::link::Link;
use super::log::Shared;
use super::process::{Process, Start};
use super::scope::{self, Ports, SET_IT, Scope};
use super::template::{Template, TemplateError};
use crate::project::{Server, Settings};

/// An attempt with less time than this says nothing of a server that is not ready.
const FAIR: Duration = Duration::from_millis(250);

/// What is needed to start everything.
pub(super) struct Launch<'a> {
    pub root: &'a Path,
    pub settings: &'a Settings,
    pub base: &'a BaseUrl,
    pub link: &'a Link,
    pub scope: &'a Scope,
    /// Where logs go, if anywhere.
    pub logs: Option<&'a Path>,
    /// What must not stand there.
    pub secrets: &'a Shared,
    pub interrupted: &'a Arc<AtomicBool>,
    pub progress: &'a dyn Progress,
}

/// What runs; it is stopped when this is dropped, the last one first.
#[derive(Debug, Default)]
pub(super) struct Stack {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A command to be run to its end; what it leaves behind runs on.
    Prepare,
    /// May end with status 0: it may have put itself into the background.
    Service,
    /// Must not end.
    Api,
}

/// How one sees that a server is ready.
enum Ready {
    Runs,
    Accepts(BaseUrl),
    Answers(BaseUrl, String),
}

impl Drop for Stack {
    fn drop(&mut self) {
        while let Some(running) = self.running.pop() {
            drop(running);
        }
        super::leftovers::stop_adopted();
    }
}

impl Stack {
    /// Starts the services in order, then the API; each is ready before the next one starts.
    ///
    /// # Errors
    /// When one of them does not start, everything has been stopped.
    pub fn start(launch: &Launch<'_>, ports: &mut Ports) -> Result<Self, Error> {
        let mut stack = Self::default();
        ports.release();
        for service in &launch.settings.services {
            let what = format!("service {}", service.name);
            let ready = launch.ready(&what, service.server.ready.as_deref(), None)?;
            stack.launch(launch, &what, &service.server, Role::Service, &ready)?;
        }
        if let Some(server) = &launch.settings.server {
            let ready = launch.ready("server", server.ready.as_deref(), Some(launch.base))?;
            // Another server at the same place would answer in the place of ours.
            refuse_used("server", launch.base)?;
            stack.launch(launch, "server", server, Role::Api, &ready)?;
        }
        Ok(stack)
    }

    fn launch(
        &mut self,
        launch: &Launch<'_>,
        what: &str,
        server: &Server,
        role: Role,
        ready: &Ready,
    ) -> Result<(), Error> {
        match ready {
            Ready::Accepts(base) | Ready::Answers(base, _) => refuse_used(what, base)?,
            Ready::Runs => {}
        }
        let key = if role == Role::Api {
            "[server]"
        } else {
            "[[services]]"
        };
        let (directory, env) = launch.surroundings(key, server)?;
        let start = |stack: &mut Self, what: &str, words: &[String], role| {
            let command = launch.words(&format!("{key} command"), words)?;
            let process = Process::start(&Start {
                what,
                command: &command,
                directory: &directory,
                env: &env,
                log: launch.log(what),
                secrets: launch.secrets,
                answers: false,
            })?;
            launch.progress.spawned(&Spawned::of(process.id()));
            stack.running.push(Running { process, role });
            Ok::<_, Error>(stack.running.len() - 1)
        };
        for (index, words) in server.prepare.iter().enumerate() {
            let what = format!("prepare command {} of the {what}", index + 1);
            launch.progress.phase(&format!("running the {what}"));
            let at = start(self, &what, words, Role::Prepare)?;
            let process = &mut self.running[at].process;
            match process.wait(server.timeout, launch.interrupted)? {
                Some(end) if end.success => {}
                Some(end) => {
                    return Err(failed(process, format!("the {what} ended {}", end.words)));
                }
                None => {
                    let message = format!("the {what} had not ended after {:?}", server.timeout);
                    return Err(failed(process, message));
                }
            }
        }
        launch.progress.phase(&format!("starting the {what}"));
        let at = start(self, what, &server.command, role)?;
        self.wait_until_ready(launch, at, ready, server.timeout)
    }

    fn wait_until_ready(
        &mut self,
        launch: &Launch<'_>,
        at: usize,
        ready: &Ready,
        timeout: Duration,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let mut attempt = Duration::from_secs(2);
        let mut pause = Duration::from_millis(5);
        let mut last = String::new();
        let mut accepts = false;
        loop {
            if launch.interrupted.load(Ordering::Relaxed) {
                return Err(Error::interrupted());
            }
            if let Some(error) = self.died() {
                return Err(error);
            }
            let left = timeout.saturating_sub(started.elapsed());
            if left.is_zero() {
                let process = &self.running[at].process;
                let last = if last.is_empty() {
                    String::new()
                } else {
                    format!(": {last}")
                };
                let what = process.what();
                let message = format!("the {what} was not ready within {}{last}", seconds(timeout));
                return Err(failed(process, message));
            }
            match ready {
                // Time enough to fail, if it cannot even begin.
                Ready::Runs if started.elapsed() > Duration::from_millis(100) => return Ok(()),
                Ready::Runs => {}
                Ready::Accepts(base) => match connects(base, left.min(attempt)) {
                    true => return Ok(()),
                    false => last = format!("nothing listens at {}", base.place()),
                },
                Ready::Answers(base, target) => {
                    accepts = accepts || connects(base, left.min(attempt));
                    if !accepts {
                        last = format!("nothing listens at {}", base.place());
                    } else {
                        let limit = left.min(attempt);
                        match launch.answers(base, target, limit) {
                            Ok(()) => return Ok(()),
                            // What had no time to answer says less than an answer before it.
                            Err(Attempt::Later(_)) if limit < FAIR && !last.is_empty() => {}
                            Err(Attempt::Later(reason)) => last = reason,
                            Err(Attempt::Never(reason)) => {
                                let process = &self.running[at].process;
                                let message =
                                    format!("the {} started, but {reason}", process.what());
                                return Err(failed(process, message));
                            }
                        }
                        // A first answer may be slow; an attempt that fails at once must not grow for ever.
                        attempt = attempt.saturating_mul(2).min(timeout);
                    }
                }
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    /// Why the run cannot go on, where a process ended that must not.
    pub fn died(&mut self) -> Option<Error> {
        for Running { process, role } in &mut self.running {
            let Some(end) = process.ended() else { continue };
            let dead = match role {
                Role::Prepare => false,
                Role::Service => !end.success,
                Role::Api => true,
            };
            if dead {
                let message = format!("the {} ended {}", process.what(), end.words);
                return Some(failed(process, message));
            }
        }
        None
    }

    /// The same after requests were made: it had started.
    pub fn died_meanwhile(&mut self) -> Option<Error> {
        Some(self.died()?.into_kind(ErrorKind::ServerDied))
    }
}

/// Why a server is not ready.
enum Attempt {
    Later(String),
    Never(String),
}

impl Launch<'_> {
    /// The folder in which the commands of a server run, and its variables.
    pub fn surroundings(
        &self,
        key: &str,
        server: &Server,
    ) -> Result<(PathBuf, BTreeMap<String, String>), Error> {
        let directory = match &server.directory {
            Some(directory) => self.root.join(directory),
            None => self.root.to_owned(),
        };
        let mut env = BTreeMap::new();
        for (name, value) in &server.env {
            let value = self.text(&format!("{key} env.{name}"), value)?;
            env.insert(name.clone(), value);
        }
        Ok((directory, env))
    }

    fn text(&self, what: &str, text: &str) -> Result<String, Error> {
        text_of(what, text, self.scope)
    }

    fn words(&self, what: &str, words: &[String]) -> Result<Vec<String>, Error> {
        words.iter().map(|word| self.text(what, word)).collect()
    }

    fn log(&self, what: &str) -> Option<PathBuf> {
        let name = format!("{}.log", what.replace([' ', '/'], "-"));
        self.logs.map(|logs| logs.join(name))
    }

    fn ready(
        &self,
        what: &str,
        ready: Option<&str>,
        base: Option<&BaseUrl>,
    ) -> Result<Ready, Error> {
        let Some(ready) = ready else {
            return Ok(match base {
                Some(base) => Ready::Answers(base.clone(), format!("{}/", base.prefix)),
                None => Ready::Runs,
            });
        };
        let text = self.text(&format!("`ready` of the {what}"), ready)?;
        let wrong = |reason: String| {
            Error::settings(format!("`ready` of the {what}: {reason}"))
                .with_help("write a path, an http URL or tcp://host:port")
        };
        if let Some(address) = text.strip_prefix("tcp://") {
            let url = BaseUrl::parse(&format!("http://{address}")).map_err(wrong)?;
            if url.port.is_none() {
                return Err(wrong(format!("{text:?} says no port")));
            }
            return Ok(Ready::Accepts(url));
        }
        if text.starts_with('/') {
            let base = base.ok_or_else(|| wrong(format!("{text:?} is no URL")))?;
            return Ok(Ready::Answers(
                base.clone(),
                format!("{}{text}", base.prefix),
            ));
        }
        let (url, query) = text.split_once('?').unwrap_or((&text, ""));
        let mut base = BaseUrl::parse(url).map_err(wrong)?;
        let mut target = match std::mem::take(&mut base.prefix) {
            prefix if prefix.is_empty() => "/".to_owned(),
            prefix => prefix,
        };
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        Ok(Ready::Answers(base, target))
    }

    fn answers(&self, base: &BaseUrl, target: &str, timeout: Duration) -> Result<(), Attempt> {
        let client = Client::new(base, &self.link.within(timeout), self.interrupted);
        let request = WireRequest {
            method: "GET".to_owned(),
            target: target.to_owned(),
            ..WireRequest::default()
        };
        match client.send(&request) {
            Ok(response) if response.head.status < 500 => Ok(()),
            Ok(response) => Err(Attempt::Later(format!(
                "GET {target} answered {} {}",
                response.head.status, response.head.reason
            ))),
            Err(NoResponse::Fault(fault) | NoResponse::Unusable(fault, _)) => {
                Err(match fault.definitive {
                    true => Attempt::Never(fault.message),
                    false => Attempt::Later(fault.message),
                })
            }
            Err(NoResponse::Unsendable(reason)) => Err(Attempt::Never(reason)),
            Err(NoResponse::Interrupted) => Err(Attempt::Later(String::new())),
        }
    }
}

/// The text of a template in the settings.
pub(super) fn text_of(what: &str, text: &str, scope: &Scope) -> Result<String, Error> {
    Template::parse(text)
        .and_then(|template| template.text(scope))
        .map_err(|error| {
            let unset = match &error {
                TemplateError::Unknown(name) => scope::unset(name),
                _ => None,
            };
            match unset {
                Some(reason) => Error::settings(format!("{what}: {reason}")).with_help(SET_IT),
                None => Error::settings(format!("{what}: {error}")).with_help("mend apidocs.toml"),
            }
        })
}

/// A start that failed, with the end of the log.
fn failed(process: &Process, message: String) -> Error {
    let log = process.log_tail();
    let told = if log.is_empty() {
        "it wrote nothing"
    } else {
        "its last lines are shown"
    };
    Error::new(ErrorKind::Start, message)
        .with_help(format!("it was run as `{}`; {told}", process.command()))
        .with_notes(log)
}

fn refuse_used(what: &str, base: &BaseUrl) -> Result<(), Error> {
    if !connects(base, Duration::from_secs(1)) {
        return Ok(());
    }
    let place = base.place();
    let message = format!("another program listens at {place} already, where the {what} would");
    Err(Error::new(ErrorKind::PortInUse, message).with_help(
        "stop it, or write `{{ port }}` in apidocs.toml for a free port; without [server] we use what runs",
    ))
}

/// Whether somebody accepts a connection.
fn connects(base: &BaseUrl, timeout: Duration) -> bool {
    #[cfg(unix)]
    if let Some(socket) = &base.socket {
        return std::os::unix::net::UnixStream::connect(socket).is_ok();
    }
    let Ok(addresses) = base.address().to_socket_addrs() else {
        return false;
    };
    addresses.into_iter().any(|address| {
        TcpStream::connect_timeout(&address, timeout).is_ok_and(|stream| {
            // A connection from a free port to itself is possible, and means that nobody listens.
            let own = stream.local_addr().ok();
            own.is_none() || own != stream.peer_addr().ok()
        })
    })
}
