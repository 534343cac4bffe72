//! The server's own speed: requests over connections that stay open, whose answers nobody looks at.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::project::{JOBS, PATHS, SCENARIOS};

/// Sends a request and gives the body of its answer.
fn exchange(stream: &mut BufReader<TcpStream>, request: &str) -> Vec<u8> {
    stream
        .get_mut()
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).expect("a line of the head");
        let field = line.to_ascii_lowercase();
        if let Some(value) = field.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the whole body");
    body
}

fn connect(port: u16) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the demo listens");
    stream.set_nodelay(true).expect("the socket obeys");
    BufReader::new(stream)
}

/// The credential of the demo's owner.
pub fn token(port: u16) -> String {
    let body = r#"{"username":"john@interstellar.invalid","password":"dummy"}"#;
    let request = format!(
        "POST /api/0/api-tokens/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(&mut connect(port), &request);
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

/// Makes all requests, and tells how long that took.
pub fn requests(port: u16, token: &str) -> Duration {
    let begins = Instant::now();
    std::thread::scope(|threads| {
        for _ in 0..JOBS {
            threads.spawn(|| {
                let mut stream = connect(port);
                for _ in 0..SCENARIOS / JOBS {
                    for path in PATHS {
                        let request = format!(
                            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
                        );
                        exchange(&mut stream, &request);
                    }
                }
            });
        }
    });
    begins.elapsed()
}
