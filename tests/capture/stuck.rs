//! Servers that do not take what we send: no connection, no handshake, not the whole body.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use apidocs::capture::ErrorKind;
use apidocs::document::Body;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use serde_json::json;

use crate::support::{Api, Project, broken, get, sides};

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

/// A server that reads the head alone, says something and closes.
fn hasty(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let _ = stream.write_all(answer);
        }
    });
    port
}

#[test]
fn an_answer_to_a_body_that_was_not_read() {
    let answer = b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\
        Connection: close\r\n\r\n{\"max\":\"1 MB\"}";
    let upload = json!({"request": "POST /", "text": "x".repeat(8_000_000), "status": 413});
    let base = format!("base_url = 'http://127.0.0.1:{}'", hasty(answer));
    for _ in 0..3 {
        let captured = Project::new(&base).run_one(upload.clone());
        let told: Vec<_> = captured.broken().map(ToString::to_string).collect();
        assert!(captured.is_complete(), "{told:?}");
        let (_, response) = sides(&captured);
        assert_eq!(response.body, Body::Json(json!({"max": "1 MB"})));
    }
    let base = format!("base_url = 'http://127.0.0.1:{}'", hasty(b""));
    let told = broken(&Project::new(&base).run_one(upload));
    assert!(
        told.contains("broke off the connection without an answer"),
        "{told}"
    );
}
