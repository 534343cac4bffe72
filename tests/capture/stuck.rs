//! Servers that let us wait where the system would wait without end: while we connect, and while we send.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use apidocs::capture::ErrorKind;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use serde_json::json;

use crate::support::{Api, Project, broken, get};

/// A Unix socket that accepts no more connections: its queue is full. It lasts as long as what comes with it.
fn full_socket(path: &Path) -> Vec<OwnedFd> {
    let socket = || {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap()
    };
    let address = SocketAddrUnix::new(path).unwrap();
    let mut open = vec![socket()];
    rustix::net::bind(&open[0], &address).unwrap();
    rustix::net::listen(&open[0], 0).unwrap();
    loop {
        open.push(socket());
        if rustix::net::connect(&open[open.len() - 1], &address).is_err() {
            return open;
        }
    }
}

/// The same of an address.
fn full_queue() -> (u16, (TcpListener, Vec<TcpStream>)) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
    }
    (address.port(), (listener, waiting))
}

/// That a run ends soon when somebody asks for it.
#[track_caller]
fn ends(project: &mut Project, request: &serde_json::Value) {
    project.scenario("One", &json!({"requests": [request]}));
    project.interrupt_after(300);
    let started = Instant::now();
    let error = project.run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_unix_socket_whose_queue_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.sock");
    let open = full_socket(&path);
    let base = format!("base_url = 'unix:{}'", path.display());
    let limited = format!("{base}\nconnect_timeout = '300ms'");
    let told = broken(&Project::new(&limited).run_one(get()));
    assert!(told.contains("could be made within 300 ms"), "{told}");
    ends(&mut Project::new(&base), &get());
    drop(open);
}

#[test]
fn an_interruption_ends_connecting() {
    let (port, waiting) = full_queue();
    let base = format!("base_url = 'http://127.0.0.1:{port}'");
    ends(&mut Project::new(&base), &get());
    drop(waiting);
}

#[test]
fn an_interruption_ends_a_handshake() {
    // It accepts, and says nothing.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let base = format!("base_url = 'https://127.0.0.1:{port}'");
    ends(&mut Project::new(&base), &get());
}

#[test]
fn an_interruption_ends_sending() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let base = format!("base_url = 'http://127.0.0.1:{port}'\ntimeout = '10s'");
    let body = "x".repeat(16_000_000);
    ends(
        &mut Project::new(&base),
        &json!({"request": "POST /", "text": body}),
    );
}

#[test]
fn an_interruption_ends_a_body() {
    let api = Api::serving(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        let _ = stream.read(&mut [0]);
    });
    ends(&mut Project::at(&api, ""), &get());
}
