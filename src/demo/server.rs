//! The socket side: requests in, replies out, one log line each.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::Options;
use super::http::{Failure, Reply, Request};
use super::router::{self, Route};
use super::state::State;

/// Larger bodies are refused.
const LARGEST_BODY: usize = 20 * 1024 * 1024;
/// A client that sends its body slowly occupies a worker.
const WORKERS: usize = 8;
/// The log shows no more of a path than this.
const LONGEST_LOGGED: usize = 300;

/// The demo API, bound to its port but not serving yet.
pub struct Server {
    listener: Arc<tiny_http::Server>,
    state: Arc<Mutex<State>>,
    port: u16,
}

impl Server {
    /// Takes the port and builds the world. From here on clients can connect;
    /// they are answered once [`run`](Server::run) is called.
    ///
    /// # Errors
    ///
    /// Fails when the port is in use or not ours to take.
    pub fn bind(options: &Options) -> io::Result<Server> {
        // Only this machine: the demo's passwords are printed in its documents.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let port = listener.local_addr()?.port();
        let listener =
            tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
        Ok(Server {
            listener: Arc::new(listener),
            state: Arc::new(Mutex::new(State::new(options.seed))),
            port,
        })
    }

    /// The port that clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until the listening socket breaks.
    ///
    /// # Errors
    ///
    /// Returns what broke the socket.
    pub fn run(self) -> io::Result<()> {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (listener, state) = (Arc::clone(&self.listener), Arc::clone(&self.state));
                let authority = format!("127.0.0.1:{}", self.port);
                thread::spawn(move || work(&listener, &state, &authority))
            })
            .collect();
        let mut result = Ok(());
        for worker in workers {
            let outcome = worker
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a worker panicked")));
            result = result.and(outcome);
        }
        result
    }
}

fn work(listener: &tiny_http::Server, state: &Mutex<State>, authority: &str) -> io::Result<()> {
    loop {
        match listener.recv() {
            Ok(request) => serve(request, state, authority),
            Err(error) => {
                // Only one worker hears of a broken socket: tell the next one.
                listener.unblock();
                return Err(error);
            }
        }
    }
}

fn serve(mut incoming: tiny_http::Request, state: &Mutex<State>, authority: &str) {
    let mut request = Request {
        method: incoming.method().to_string(),
        headers: incoming
            .headers()
            .iter()
            .map(|header| (header.field.to_string(), header.value.to_string()))
            .collect(),
        authority: authority.to_owned(),
        ..Request::default()
    };
    request.target(incoming.url());
    let announced = incoming.body_length().unwrap_or(0);
    let body = if announced > LARGEST_BODY {
        Err(too_large())
    } else {
        read_body(incoming.as_reader())
    };
    let refused = body.is_err();
    let (reply, route) = match body {
        Ok(body) => {
            request.body = body;
            answer(state, &request)
        }
        Err(failure) => (failure.into(), None),
    };
    let date = state
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clock
        .now()
        .http_date();
    let bytes = wire(&request, &reply, route, &date);
    log(&request, reply.status);
    let write = move || {
        let mut writer = incoming.into_writer();
        // A client that is gone misses its answer; nobody else cares.
        let _ = writer.write_all(&bytes).and_then(|()| writer.flush());
    };
    if refused {
        // What the client still has to send is read first, and that may take
        // longer than a worker should wait.
        thread::spawn(write);
    } else {
        write();
    }
}

fn too_large() -> Failure {
    Failure::new(413, "The body is larger than 20 MB.")
}

fn read_body(reader: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    match reader.take(LARGEST_BODY as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() > LARGEST_BODY => Err(too_large()),
        Ok(_) => Ok(body),
        Err(_) => Err(Failure::bad("The body could not be read.")),
    }
}

fn answer(state: &Mutex<State>, request: &Request) -> (Reply, Option<&'static Route>) {
    // One broken handler must not take the server with it, nor its lock.
    let answer = catch_unwind(AssertUnwindSafe(|| {
        router::answer(
            &mut state.lock().unwrap_or_else(PoisonError::into_inner),
            request,
        )
    }));
    answer.unwrap_or_else(|_| (Failure::new(500, "Something went wrong here.").into(), None))
}

/// The bytes of a reply. They are put together here rather than by the server
/// library, because documents show the order and the case of header names.
fn wire(request: &Request, reply: &Reply, route: Option<&Route>, date: &str) -> Vec<u8> {
    let body = reply
        .body
        .as_ref()
        .map(|body| body.to_string())
        .unwrap_or_default();
    let reason = tiny_http::StatusCode(reply.status).default_reason_phrase();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", reply.status);
    let mut header = |name: &str, value: &str| {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    };
    let allow = route.map(Route::allow);
    header("Server", "apidocs-demo");
    header("Date", date);
    header("Content-Length", &body.len().to_string());
    header("X-XSS-Protection", "1; mode=block");
    header("X-Content-Type-Options", "nosniff");
    header("Content-Language", "en");
    if reply.hits.is_some() {
        header("X-Max-Hits", "1000");
    }
    if allow.is_some() {
        header(
            "Access-Control-Expose-Headers",
            "X-Sentry-Error, Retry-After",
        );
    }
    header("Vary", "Accept-Language, Cookie");
    if let Some(allow) = &allow {
        header("Access-Control-Allow-Methods", allow);
    }
    if let Some(link) = &reply.link {
        header("Link", link);
    }
    if let Some(hits) = reply.hits {
        header("X-Hits", &hits.to_string());
    }
    if let Some(allow) = &allow {
        header("Allow", allow);
        header("Access-Control-Allow-Origin", "*");
        header(
            "Access-Control-Allow-Headers",
            "X-Sentry-Auth, X-Requested-With, Origin, Accept, Content-Type, Authentication, Authorization",
        );
    } else if reply.status == 405 {
        header("Allow", "GET, HEAD");
    }
    if reply.body.is_some() {
        header("Content-Type", "application/json");
    }
    if reply.status == 401 {
        header("WWW-Authenticate", "Bearer realm=\"api\"");
    }
    header("X-Frame-Options", "deny");
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if request.method != "HEAD" && reply.status != 204 {
        bytes.extend(body.as_bytes());
    }
    bytes
}

fn log(request: &Request, status: u16) {
    // The path may hold anything that is ASCII; a terminal obeys some of it.
    let path = request.path.chars().take(LONGEST_LOGGED);
    let path: String = path.flat_map(char::escape_default).collect();
    // One write a line, so that the lines of several workers do not mix.
    let line = format!("{} {path} {status}\n", request.method.escape_default());
    let _ = io::stderr().write_all(line.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poisoned_lock_does_not_stop_the_server() {
        let state = Mutex::new(State::new(Some(1)));
        let broken = catch_unwind(AssertUnwindSafe(|| {
            let _guard = state.lock();
            panic!("a handler broke");
        }));
        assert!(broken.is_err() && state.is_poisoned());
        let mut request = Request {
            method: "GET".to_owned(),
            ..Request::default()
        };
        request.target("/health");
        assert_eq!(answer(&state, &request).0.status, 200);
    }
}
