//! The proxies of the environment, on the loopback address.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::{Api, Run, Sandbox, run};

/// A proxy that connects to that port, whatever the host; and whom it was asked for.
fn proxy(answer: &'static str, port: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            log.lock()
                .unwrap()
                .push(head.lines().next().unwrap().to_owned());
            let _ = stream.write_all(answer.as_bytes());
            if answer.contains(" 200 ") {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (mut from, mut to) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                let (mut from, mut to) = (server, stream);
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    (own, asked)
}

/// What a capture of `http://api.test` does with these variables. No such host can ever be asked: the name is
/// reserved (RFC 6761), and no proxy of ours looks it up.
fn capture(variables: &[(&str, String)]) -> (Sandbox, Run) {
    capture_from("http://api.test", "", variables)
}

fn capture_from(base: &str, authority: &str, variables: &[(&str, String)]) -> (Sandbox, Run) {
    let sandbox = Sandbox::new();
    sandbox.write(
        "apidocs.toml",
        format!("base_url = '{base}'\ntimeout = '5s'"),
    );
    sandbox.write("ca.pem", authority);
    let document = json!({"title": "T", "method": "GET", "api_path": "/", "description": ""});
    sandbox.write("api-docs/endpoints/a/b.json", document.to_string());
    let order = crate::support::sections(&[("a", &["b"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = json!({"title": "T", "requests": [{"request": "GET /", "example": "a/b"}]});
    sandbox.write("api-docs/scenarios/T.json", scenario.to_string());
    let mut command = sandbox.command(&["capture"]);
    if !authority.is_empty() {
        command.args(["--cacert", "ca.pem"]);
    }
    for (name, value) in variables {
        command.env(name, value);
    }
    let run = run(command);
    (sandbox, run)
}

#[test]
fn a_server_is_asked_through_the_proxy_of_the_environment() {
    let api = Api::answering(
        "HTTP/1.1 200 Served\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    );
    let (port, asked) = proxy("HTTP/1.1 200 Tunnel\r\nX-Proxy: 1\r\n\r\n", api.port);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let (sandbox, run) = capture(&[(name, format!("http://127.0.0.1:{port}"))]);
        run.exits(0);
        // What the proxy said is not what the server said.
        let document = sandbox.read("api-docs/endpoints/a/b.json");
        assert!(document.contains("\"reason\": \"Served\""), "{document}");
        assert!(!document.contains("X-Proxy"), "{document}");
    }
    assert_eq!(
        asked.lock().unwrap()[..],
        ["CONNECT api.test:80 HTTP/1.1"; 3]
    );
}

#[test]
fn a_proxy_that_is_of_no_use_is_told() {
    let (port, _) = proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 1);
    let (_, run) = capture(&[("HTTP_PROXY", format!("http://127.0.0.1:{port}"))]);
    let told = format!("the proxy 127.0.0.1:{port} did not connect us to api.test");
    run.exits(3).tells(&[&told, "NO_PROXY"]);
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (_, run) = capture(&[("HTTP_PROXY", format!("http://127.0.0.1:{port}"))]);
    let told = format!("nothing listens at 127.0.0.1:{port}, the proxy to api.test");
    run.exits(3).tells(&[&told]);
    let (_, run) = capture(&[("HTTP_PROXY", "gopher://x:s3cret@y".to_owned())]);
    let run = run
        .exits(2)
        .tells(&["HTTP_PROXY of the environment names no proxy"]);
    assert!(!run.stderr.contains("s3cret"), "{run}");
}

#[test]
fn what_runs_on_this_machine_is_asked_without_a_proxy() {
    let api = Api::json("200 OK", b"{}");
    let (port, asked) = proxy("HTTP/1.1 403 Forbidden\r\n\r\n", 1);
    let sandbox = crate::support::project();
    let settings = format!("base_url = 'http://127.0.0.1:{}'\n", api.port);
    sandbox.write("apidocs.toml", settings);
    let mut command = sandbox.command(&["capture"]);
    command.env("HTTP_PROXY", format!("http://127.0.0.1:{port}"));
    run(command).exits(0);
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn an_encrypted_server_is_asked_through_a_tunnel() {
    let (server, authority) = crate::tls::tls_server();
    let (port, asked) = proxy("HTTP/1.1 200 Tunnel\r\nX-Proxy: 1\r\n\r\n", server);
    let variables = [("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))];
    let (sandbox, run) = capture_from("https://api.test", &authority, &variables);
    run.exits(0);
    let document = sandbox.read("api-docs/endpoints/a/b.json");
    assert!(document.contains("\"reason\": \"Fein\""), "{document}");
    assert!(!document.contains("X-Proxy"), "{document}");
    assert_eq!(asked.lock().unwrap()[..], ["CONNECT api.test:443 HTTP/1.1"]);
    // Who answers in its place is not believed.
    let (other, _) = crate::tls::tls_server();
    let (port, _) = proxy("HTTP/1.1 200 Tunnel\r\n\r\n", other);
    let variables = [("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))];
    let (_, run) = capture_from("https://api.test", &authority, &variables);
    run.exits(3).tells(&["certificate is not trusted"]);
}
