//! The fault server: this test program, when a test has it started.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Longer than any time-out of the tests.
const LONG: Duration = Duration::from_secs(60);

/// Not a test: the server.
#[test]
fn helper() {
    let Ok(fault) = std::env::var("FAULT") else {
        return;
    };
    let port: u16 = std::env::var("FAULT_PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    for stream in listener.incoming() {
        let fault = fault.clone();
        let stream = stream.unwrap();
        std::thread::spawn(move || {
            // Who has heard enough closes, and that is no fault of ours.
            let _ = serve(stream, &fault);
        });
    }
}

fn serve(mut stream: TcpStream, fault: &str) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
        if head == b"GET /things/" && fault == "reset" {
            // What was not read makes the system break the connection off.
            return Ok(());
        }
    }
    if head.starts_with(b"GET /ready") {
        return stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    }
    let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    match fault {
        "never answers" => std::thread::sleep(LONG),
        "closes before the head" => {}
        "closes within the head" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-")?,
        "closes after the head" => {
            stream.write_all(format!("{json}Content-Length: 10\r\n\r\n").as_bytes())?;
        }
        "Content-Length too large" => {
            stream.write_all(format!("{json}Content-Length: 10\r\n\r\n[1]").as_bytes())?;
        }
        "Content-Length too small" => {
            stream.write_all(format!("{json}Content-Length: 3\r\n\r\n[1]garbage").as_bytes())?;
        }
        "chunk without end" => {
            let head = format!("{text}Transfer-Encoding: chunked\r\n\r\nffff\r\nabc");
            stream.write_all(head.as_bytes())?;
            std::thread::sleep(LONG);
        }
        "one byte a second" => {
            for byte in format!("{json}Content-Length: 1000\r\n\r\n").bytes() {
                stream.write_all(&[byte])?;
                std::thread::sleep(Duration::from_secs(1));
            }
        }
        "header of 1 MB" => {
            let long = "x".repeat(1_000_000);
            stream.write_all(format!("{json}X-Long: {long}\r\n\r\n{{}}").as_bytes())?;
        }
        "10,000 headers" => {
            let fields: String = (0..10_000).map(|n| format!("X-{n}: 1\r\n")).collect();
            stream.write_all(format!("{json}{fields}\r\n{{}}").as_bytes())?;
        }
        "body without end" => {
            stream.write_all(format!("{text}\r\n").as_bytes())?;
            let block = [b'x'; 65536];
            loop {
                stream.write_all(&block)?;
            }
        }
        "invalid UTF-8 in JSON" => body(&mut stream, json, b"{\"a\": \"\xff\"}")?,
        "wrong charset" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
            body(&mut stream, head, b"<p>caf\xe9</p>")?;
        }
        "gzip bomb" => {
            let head = format!("{json}Content-Encoding: gzip\r\n");
            body(&mut stream, &head, &bomb())?;
        }
        "redirect loop" => redirect(&mut stream, "/things/")?,
        "redirect to another host" => redirect(&mut stream, "http://elsewhere.test/things/")?,
        "Set-Cookie for another domain" => {
            let head = format!("{json}Set-Cookie: id=1; Domain=elsewhere.test\r\n");
            body(&mut stream, &head, b"{}")?;
        }
        "dies" => {
            eprintln!("about to die");
            std::process::exit(9);
        }
        "a million numbers" => {
            let numbers: Vec<_> = (0..1_000_000).map(|n| (n % 10).to_string()).collect();
            let numbers = numbers.join(",");
            body(
                &mut stream,
                json,
                format!("{{\"a\":1,\"items\":[{numbers}]}}").as_bytes(),
            )?;
        }
        "numbers far in" => {
            let (open, close) = ("[".repeat(500), "]".repeat(500));
            let numbers = vec!["0"; 80_000].join(",");
            body(
                &mut stream,
                json,
                format!("{open}{numbers}{close}").as_bytes(),
            )?;
        }
        "lines in gzip" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n";
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&b"a\n".repeat(8_000_000))?;
            body(&mut stream, head, &encoder.finish()?)?;
        }
        "hangs" => std::thread::sleep(LONG),
        _ => body(&mut stream, json, b"{\"a\":1}")?,
    }
    Ok(())
}

fn body(stream: &mut TcpStream, head: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n").as_bytes())?;
    stream.write_all(body)
}

fn redirect(stream: &mut TcpStream, location: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(head.as_bytes())
}

/// 1 GiB in about 1 MB: one member of gzip (RFC 1952) after the other.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b' '; 1 << 20];
    for _ in 0..16 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap().repeat(64)
}
