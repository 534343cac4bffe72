//! HTTP as servers speak it: codings, charsets, versions, connections, sockets.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apidocs::capture::{Captured, ErrorKind};
use apidocs::document::Body;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::support::{Api, Project, Received, broken, get, json_response, response, sides};
use crate::tls::tls_server;

/// A body of that media type and coding.
fn coded(media_type: &str, coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(5) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\nX-Trailer: 1\r\n\r\n");
    out
}

#[test]
fn compressed_bodies_are_shown_as_they_were_before() {
    let data = br#"{"a":"bcd"}"#;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(data).unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::best());
    bare.write_all(data).unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    for (coding, body) in [
        ("gzip", gzip(data)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", bare.finish().unwrap()),
        ("br", [&b"\x0b\x05\x80"[..], data, b"\x03"].concat()),
        ("zstd", ruzstd::encoding::compress_to_vec(&data[..], level)),
    ] {
        let api = Api::answering(move |_| coded("application/json", coding, &body));
        let request =
            json!({"request": "GET /", "headers": [format!("Accept-Encoding: {coding}")]});
        let captured = Project::at(&api, "").run_one(request);
        let (request, response) = sides(&captured);
        assert_eq!(request.headers.get("accept-encoding"), Some(coding));
        assert_eq!(response.body, Body::Json(json!({"a": "bcd"})), "{coding}");
        // What the server said of the coding stays; the length is that of bytes that nobody sees.
        assert_eq!(response.headers.get("content-encoding"), Some(coding));
        assert_eq!(response.headers.get("content-length"), None);
        let sent = &api.received.lock().unwrap()[0];
        assert_eq!(sent.header("accept-encoding"), Some(coding));
    }
}

#[test]
fn a_coding_within_chunks_and_a_saved_value_in_it() {
    let api = Api::answering(|received| {
        match received.path() {
        "/" => [
            &b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"[..],
            &chunked(&gzip(br#"{"next":"/b"}"#)),
        ]
        .concat(),
        _ => json_response("200 OK", "{}"),
    }
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "One",
        &json!({"requests": [
            {"request": "GET /", "save": {"id": "/next"}},
            {"request": "GET /?at={{ id }}", "example": "a/b"}
        ]}),
    );
    assert!(project.run().unwrap().is_complete());
    assert_eq!(api.lines()[1], "GET /?at=%2Fb");
}

#[test]
fn a_coding_without_a_body_is_nothing_to_decode() {
    let api = Api::answering(|_| coded("application/json", "gzip", b"")[..].to_vec());
    let captured = Project::at(&api, "").run_one(json!({"request": "HEAD /"}));
    let (_, response) = sides(&captured);
    assert_eq!(response.body, Body::Empty);
    assert_eq!(response.headers.get("content-length"), Some("0"));
}

#[test]
fn bodies_that_are_not_coded_as_they_say() {
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    for (coding, body, expected) in [
        ("gzip", bomb, "larger than 100000 bytes"),
        (
            "gzip",
            b"plain".to_vec(),
            "is not the gzip that Content-Encoding says",
        ),
        (
            "zstd",
            b"plain".to_vec(),
            "is not the zstd that Content-Encoding says",
        ),
        (
            "compress",
            b"plain".to_vec(),
            "\"compress\", which we cannot decode",
        ),
    ] {
        let api = Api::answering(move |_| coded("text/plain", coding, &body));
        let told = broken(&Project::at(&api, "max_body = 100000").run_one(get()));
        assert!(told.contains(expected), "{told}");
    }
    let api = Api::answering(|_| {
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n".to_vec()
    });
    let told = broken(&Project::at(&api, "").run_one(get()));
    assert!(told.contains("Transfer-Encoding \"gzip\""), "{told}");
}

#[test]
fn text_is_read_in_the_charset_of_its_media_type() {
    for (media_type, bytes, expected) in [
        (
            "text/html; charset=ISO-8859-1",
            &b"<p>\xe9"[..],
            Body::text("<p>é"),
        ),
        (
            "text/csv; charset=\"windows-1252\"",
            b"a,\x80\n",
            Body::text("a,€\n"),
        ),
        (
            "application/json; charset=utf-16le",
            b"[\x001\x00]\x00",
            Body::Json(json!([1])),
        ),
        (
            "application/x-ndjson; charset=utf-8",
            b"{\"a\":1}\n{}\n",
            Body::text("{\"a\":1}\n{}\n"),
        ),
    ] {
        let api = Api::answering(move |_| {
            let length = bytes.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
            );
            [head.as_bytes(), bytes].concat()
        });
        let captured = Project::at(&api, "").run_one(get());
        let (_, response) = sides(&captured);
        assert_eq!(response.body, expected, "{media_type}");
        let length = bytes.len().to_string();
        assert_eq!(
            response.headers.get("content-length"),
            Some(length.as_str())
        );
    }
}

#[test]
fn queries_go_out_as_they_are_written() {
    let api = Api::answering(|_| json_response("200 OK", "{}"));
    for path in [
        "/?b=2&a=1&b=1&b=&c",
        "/%7euser/%2F/a%20b+c?q=%2B+%20&q=é&x=[1]&y=a,b;c:d@e/?",
        "//double//slash/../dots/./?",
    ] {
        let request = json!({"request": format!("GET {path}")});
        let captured = Project::at(&api, "").run_one(request);
        let sent = path.replace('é', "%C3%A9");
        assert_eq!(sides(&captured).0.path, sent);
        let line = api.received.lock().unwrap().pop().unwrap().line;
        assert_eq!(line, format!("GET {sent} HTTP/1.1"));
    }
}

#[test]
fn a_length_that_is_too_small_is_told() {
    let api = Api::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabcdef".to_vec()
    });
    let told = broken(&Project::at(&api, "").run_one(get()));
    assert!(told.contains("Content-Length is 3, and 6 bytes"), "{told}");
}

/// A server that keeps connections: for each request the number of its connection. It closes a connection
/// behind so many requests, without saying so.
fn keeping(requests: usize) -> (Api, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let log = Arc::new(Mutex::new(Vec::new()));
    let number = AtomicUsize::new(0);
    let entries = Arc::clone(&log);
    std::thread::spawn(move || {
        // One connection after the other: a second one that is open waits.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let number = number.fetch_add(1, Ordering::Relaxed);
            for _ in 0..requests {
                if Received::read(&mut stream).is_none() {
                    break;
                }
                entries.lock().unwrap().push(number);
                let _ = stream.write_all(&json_response("200 OK", "{}"));
            }
        }
    });
    let api = Api {
        port,
        received: Arc::default(),
    };
    (api, log)
}

#[test]
fn connections_are_shared_unless_the_settings_say_otherwise() {
    let steps = json!([
        {"request": "GET /1"}, {"request": "GET /2"}, {"request": "POST /3"}, {"request": "GET /4"}
    ]);
    let run = |settings: &str, requests: usize| {
        let (api, log) = keeping(requests);
        let mut project = Project::at(&api, &format!("timeout = '5s'\n{settings}"));
        // The session of the fixtures is there all the time.
        project.file(
            "fixtures.json",
            &json!({"requests": [{"request": "GET /0"}]}),
        );
        project.scenario("One", &json!({"requests": steps}));
        let captured = project.run().unwrap();
        assert!(captured.is_complete(), "{captured:#?}");
        let log = log.lock().unwrap().clone();
        assert_eq!(log.len(), 5);
        log
    };
    assert_eq!(run("keep_alive = false", 9), [0, 1, 2, 3, 4]);
    // A request that may change something has a connection that nobody can have closed.
    assert_eq!(run("", 9), [0, 1, 1, 2, 2]);
    // One that was closed meanwhile is no fault.
    assert_eq!(run("", 1), [0, 1, 2, 3, 4]);
}

/// A server that keeps connections, and the paths that it was asked for. `answer` gets a path and how many requests came
/// before on the same connection; without an answer the connection is closed.
fn kept(
    answer: impl Fn(&str, usize) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Api, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let api = Api::serving(move |first, stream| {
        let mut next = Some(first.clone());
        let mut before = 0;
        while let Some(received) = next {
            log.lock().unwrap().push(received.path().to_owned());
            let Some(bytes) = answer(received.path(), before) else {
                return;
            };
            let _ = stream.write_all(&bytes);
            before += 1;
            next = Received::read(stream);
        }
    });
    (api, asked)
}

fn run_paths(api: &Api, settings: &str, requests: &[&str]) -> Captured {
    let steps = requests.iter().map(|line| json!({"request": line}));
    let mut project = Project::at(api, settings);
    let steps: Vec<_> = steps.collect();
    project.scenario("One", &json!({"requests": steps}));
    project.run().unwrap()
}

#[test]
fn a_connection_that_was_just_closed_is_replaced_once() {
    let first = |_: &str, before: usize| (before == 0).then(|| json_response("200 OK", "{}"));
    let (api, asked) = kept(first);
    let captured = run_paths(&api, "timeout = '5s'", &["GET /1", "GET /2", "POST /3"]);
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2", "/3"]);
    // Where the new one is closed, too, that is the answer.
    let (api, asked) = kept(move |path, before| first(path, before).filter(|_| path == "/1"));
    let told = broken(&run_paths(&api, "timeout = '5s'", &["GET /1", "GET /2"]));
    assert!(told.contains("without an answer"), "{told}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2"]);
}

#[test]
fn a_time_out_on_a_kept_connection_repeats_nothing() {
    for (settings, told) in [
        ("timeout = '600ms'", "did not answer within 600 ms"),
        (
            "timeout = '20s'\nfirst_byte_timeout = '600ms'",
            "did not begin to answer within 600 ms",
        ),
    ] {
        let (api, asked) = kept(|path, _| {
            if path == "/slow" {
                std::thread::sleep(Duration::from_secs(20));
            }
            Some(json_response("200 OK", "{}"))
        });
        let begins = Instant::now();
        let message = broken(&run_paths(&api, settings, &["GET /fast", "GET /slow"]));
        assert!(message.contains(told), "{message}");
        assert_eq!(*asked.lock().unwrap(), ["/fast", "/slow"], "{settings}");
        assert!(begins.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_request_that_is_repeated_has_no_more_time() {
    let (api, asked) = kept(|path, before| {
        if path == "/2" {
            std::thread::sleep(Duration::from_millis(1200));
        }
        (before == 0).then(|| json_response("200 OK", "{}"))
    });
    let settings = "timeout = '2s'";
    let told = broken(&run_paths(&api, settings, &["GET /1", "GET /2"]));
    assert!(told.contains("did not answer within 2 s"), "{told}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2"]);
}

#[test]
fn a_server_of_one_connection_at_a_time_serves_scenarios_side_by_side() {
    let (api, log) = keeping(9);
    let mut project = Project::at(&api, "timeout = '5s'");
    project.jobs = 4;
    for ident in ["One", "Two", "Three"] {
        let steps = json!([{"request": "GET /1"}, {"request": "POST /2"}, {"request": "GET /3"}]);
        project.scenario(ident, &json!({"isolated": true, "requests": steps}));
    }
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(log.lock().unwrap().len(), 9);
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::os::unix::net::UnixListener::bind(folder.path().join("a.sock")).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).unwrap();
            let head = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if head.starts_with("GET /v1/hang ") {
                std::thread::spawn(move || {
                    std::thread::sleep(std::time::Duration::from_secs(20));
                    drop(stream);
                });
                continue;
            }
            let host = head
                .lines()
                .find(|line| line.to_lowercase().starts_with("host:"));
            let body = format!("{{\"host\":\"{}\"}}", &host.unwrap()[6..]);
            let _ = stream.write_all(&response("200 OK", "application/json", &body));
        }
    });
    let path = folder.path().join("a.sock").display().to_string();
    let encoded = path.replace('/', "%2F");
    for base in [format!("unix:{path}"), format!("http+unix://{encoded}/v1")] {
        let mut project = Project::new(&format!("base_url = '{base}'\nhost = 'api.example.com'"));
        let captured = project.run_one(get());
        let (request, response) = sides(&captured);
        let prefix = if base.ends_with("/v1") { "/v1/" } else { "/" };
        assert_eq!(request.path, prefix);
        assert_eq!(response.body, Body::Json(json!({"host": "localhost"})));
    }
    let settings = format!("base_url = 'http+unix://{encoded}/v1'\ntimeout = '300ms'");
    let told = broken(&Project::new(&settings).run_one(json!({"request": "GET /hang"})));
    assert!(told.contains("did not answer within 300 ms"), "{told}");
    let told = broken(&Project::new("base_url = 'unix:missing.sock'").run_one(get()));
    assert!(told.contains("missing.sock"), "{told}");
}

#[test]
fn a_private_authority_is_trusted_where_the_settings_name_it() {
    let (port, ca) = tls_server();
    let base = format!("base_url = 'https://127.0.0.1:{port}'");
    let mut project = Project::new(&format!("{base}\ncacert = 'ca.pem'"));
    std::fs::write(project.path().join("ca.pem"), &ca).unwrap();
    let captured = project.run_one(get());
    let (_, response) = sides(&captured);
    assert_eq!(response.reason, "Fein");
    assert_eq!(response.body, Body::Json(json!({"tls": true})));
    // Nobody else trusts it, nor do we without being told.
    let told = broken(&Project::new(&base).run_one(get()));
    assert!(told.contains("certificate is not trusted"), "{told}");
    let (_, other) = tls_server();
    std::fs::write(project.path().join("ca.pem"), other).unwrap();
    let told = broken(&project.run_one(get()));
    assert!(told.contains("certificate is not trusted"), "{told}");
    for (contents, expected) in [
        (None, "ca.pem cannot be used"),
        (Some("no certificate"), "it holds no certificate"),
    ] {
        let mut project = Project::new(&format!("{base}\ncacert = 'ca.pem'"));
        if let Some(contents) = contents {
            std::fs::write(project.path().join("ca.pem"), contents).unwrap();
        }
        project.scenario("One", &json!({"requests": [get()]}));
        let error = project.run().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn the_first_byte_has_a_time_of_its_own() {
    let silent = Api::serving(|_, _| std::thread::sleep(std::time::Duration::from_secs(20)));
    let slow = Api::serving(|_, stream| {
        for byte in response("200 OK", "application/json", "{}") {
            let _ = stream.write_all(&[byte]);
            std::thread::sleep(std::time::Duration::from_millis(8));
        }
    });
    let settings = "timeout = '20s'\nfirst_byte_timeout = '300ms'";
    let started = std::time::Instant::now();
    let told = broken(&Project::at(&silent, settings).run_one(get()));
    assert!(
        told.contains("did not begin to answer within 300 ms"),
        "{told}"
    );
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    // Once it has begun, the whole answer has its own time.
    assert!(Project::at(&slow, settings).run_one(get()).is_complete());
}
