//! Servers that do not take what we send: no connection, no handshake, not the whole body.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use apidocs::capture::ErrorKind;
use apidocs::document::Body;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use serde_json::json;

use crate::support::{Api, Project, broken, get, sides};
use crate::tls::{TlsStream, tls_config};

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

/// Reads up to the end of a head.
fn read_head(stream: &mut impl Read) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
}

/// A server that reads the head alone, says something and closes.
fn hasty(answer: &'static [u8]) -> u16 {
    talking(move |stream| {
        let _ = stream.write_all(answer);
    })
}

/// A server that reads the head alone, then does that.
fn talking(talk: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> u16 {
    let talk = Arc::new(talk);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, talk) = (stream.unwrap(), Arc::clone(&talk));
            std::thread::spawn(move || {
                read_head(&mut stream);
                talk(&mut stream);
            });
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

/// The same behind TLS; with the certificate of its authority.
fn talking_tls(talk: impl Fn(&mut TlsStream) + Send + Sync + 'static) -> (u16, String) {
    let (config, authority) = tls_config();
    let port = crate::tls::serve_with(config, move |stream| {
        read_head(stream);
        talk(stream);
    });
    (port, authority)
}

const REFUSED: &[u8] = b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\n\
    Content-Length: 14\r\n\r\n{\"max\":\"1 MB\"}";

/// That a request with a large body is answered with that status, soon.
#[track_caller]
fn answered(mut project: Project, status: u16, body: &serde_json::Value) {
    let upload = json!({"request": "POST /", "text": "x".repeat(8_000_000), "status": status});
    let started = Instant::now();
    let captured = project.run_one(upload);
    let told: Vec<_> = captured.broken().map(ToString::to_string).collect();
    assert!(captured.is_complete(), "{told:?}");
    assert_eq!(sides(&captured).1.body, Body::Json(body.clone()));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

/// Keeps a connection open, and reads nothing.
fn linger() {
    std::thread::sleep(Duration::from_secs(20));
}

#[test]
fn an_answer_of_a_server_that_reads_no_body_and_does_not_close() {
    let max = json!({"max": "1 MB"});
    let at = |port: u16| Project::new(&format!("base_url = 'http://127.0.0.1:{port}'"));
    // Interim responses are none (RFC 9110, section 15.2).
    for early in [b"".as_slice(), b"HTTP/1.1 100 Continue\r\n\r\n"] {
        let port = talking(move |stream| {
            stream.write_all(&[early, REFUSED].concat()).unwrap();
            linger();
        });
        answered(at(port), 413, &max);
    }
    // Later than we could send anything, and in pieces.
    let port = talking(|stream| {
        std::thread::sleep(Duration::from_millis(300));
        for piece in REFUSED.chunks(40) {
            stream.write_all(piece).unwrap();
            std::thread::sleep(Duration::from_millis(60));
        }
        linger();
    });
    answered(at(port), 413, &max);
    // One that says it is content with what it has.
    let port = talking(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(b"3\r\n[1]\r\n0\r\n\r\n").unwrap();
        linger();
    });
    answered(at(port), 200, &json!([1]));
}

#[test]
fn a_body_is_sent_whole_to_a_server_that_answers_while_it_reads() {
    for (begin, end) in [
        (
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n",
            "",
        ),
    ] {
        let port = talking(move |stream| {
            stream.write_all(begin.as_bytes()).unwrap();
            // Until nothing more can be written.
            std::thread::sleep(Duration::from_millis(500));
            let mut body = vec![0; 8_000_000];
            stream.read_exact(&mut body).unwrap();
            assert!(body.iter().all(|byte| *byte == b'x'));
            stream.write_all(end.as_bytes()).unwrap();
            stream.write_all(b"8000000").unwrap();
        });
        let project = Project::new(&format!("base_url = 'http://127.0.0.1:{port}'"));
        answered(project, 200, &json!(8_000_000));
    }
}

#[test]
fn a_connection_on_which_a_body_was_cut_short_is_not_used_again() {
    let port = talking(|stream| {
        stream.write_all(REFUSED).unwrap();
        // What comes next would be the rest of the body.
        std::thread::sleep(Duration::from_millis(500));
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(rest.iter().all(|byte| *byte == b'x'));
    });
    let mut project = Project::new(&format!("base_url = 'http://127.0.0.1:{port}'"));
    project.scenario(
        "One",
        &json!({"requests": [
            {"request": "POST /", "text": "x".repeat(8_000_000), "status": 413},
            {"request": "GET /", "status": 413},
        ]}),
    );
    assert!(project.run().unwrap().is_complete());
}

#[test]
fn an_early_answer_through_tls() {
    let (port, authority) = talking_tls(|stream| {
        stream.write_all(REFUSED).unwrap();
        stream.flush().unwrap();
        linger();
    });
    let project = Project::new(&format!(
        "base_url = 'https://127.0.0.1:{port}'\ncacert = 'ca.pem'"
    ));
    std::fs::write(project.path().join("ca.pem"), authority).unwrap();
    answered(project, 413, &json!({"max": "1 MB"}));
}

#[test]
fn a_body_is_sent_whole_through_tls() {
    let (port, authority) = talking_tls(|stream| {
        // The tickets of the handshake are no answer.
        std::thread::sleep(Duration::from_millis(500));
        let mut body = vec![0; 8_000_000];
        stream.read_exact(&mut body).unwrap();
        assert!(body.iter().all(|byte| *byte == b'x'));
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n8000000").unwrap();
        stream.flush().unwrap();
        std::thread::sleep(Duration::from_secs(1));
    });
    let project = Project::new(&format!(
        "base_url = 'https://127.0.0.1:{port}'\ncacert = 'ca.pem'"
    ));
    std::fs::write(project.path().join("ca.pem"), authority).unwrap();
    answered(project, 200, &json!(8_000_000));
}
