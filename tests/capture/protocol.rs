//! HTTP as servers speak it: codings, charsets, versions, sockets.

use std::io::{Read, Write};

use apidocs::capture::ErrorKind;
use apidocs::document::Body;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::support::{Api, Project, broken, get, json_response, response, sides};
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
fn a_byte_order_mark_is_no_text_and_counts_for_no_length() {
    let body = "\u{feff}id,name\n1,é";
    let api = Api::answering(move |_| response("200 OK", "text/csv", body));
    let captured = Project::at(&api, "").run_one(get());
    let (_, shown) = sides(&captured);
    assert_eq!(shown.body, Body::text("id,name\n1,é"));
    let length = (body.len() - 3).to_string();
    assert_eq!(shown.headers.get("Content-Length"), Some(length.as_str()));
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
