//! Servers that do not answer as they should.

use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use apidocs::capture::ErrorKind;
use serde_json::json;

use crate::support::{Api, Project, broken, finding, get, json_response};

/// What is told of a server that answers with these bytes and closes.
fn told(answer: &'static [u8]) -> String {
    let api = Api::answering(move |_| answer.to_vec());
    broken(&Project::at(&api, "timeout = '2s'").run_one(get()))
}

#[test]
fn answers_that_end_too_early() {
    for (answer, expected) in [
        (&b""[..], "closed the connection without an answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-",
            "only a part of its head came",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            "(3 of 10 bytes of the body came)",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "the end of the body is missing",
        ),
    ] {
        let told = told(answer);
        assert!(told.starts_with("api-docs/scenarios/One.json:1:"), "{told}");
        assert!(told.contains(": GET /: the server "), "{told}");
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn answers_that_are_not_http_1() {
    for (answer, expected) in [
        (
            &b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"[..],
            "speaks only HTTP/2",
        ),
        (b"HTTP/2 200\r\n\r\n", "speaks only HTTP/2"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "the server speaks TLS"),
        (
            b"220 smtp ready\x1b[31m\r\n",
            r#"is not HTTP: "220 smtp ready\x1b[31m"#,
        ),
        (
            b"HTTP/1.1 xyz\r\n\r\n",
            "the head of the response is not HTTP/1.1",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "the body of the response is not HTTP/1.1",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "is not HTTP/1.1",
        ),
    ] {
        let told = told(answer);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn a_server_without_tls_is_told_from_a_broken_one() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream
                .unwrap()
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let mut project = Project::new(&format!("base_url = 'https://127.0.0.1:{port}'"));
    let told = broken(&project.run_one(get()));
    assert!(told.contains("does not speak TLS"), "{told}");
}

#[test]
fn nobody_listens() {
    let port = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut project = Project::new(&format!("base_url = 'http://127.0.0.1:{port}'"));
    let told = broken(&project.run_one(get()));
    assert!(told.contains("connection refused"), "{told}");
}

#[test]
fn a_server_that_never_answers_or_never_ends() {
    let silent = Api::serving(|_, _| std::thread::sleep(Duration::from_secs(20)));
    let drip = Api::serving(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    for (api, expected) in [
        (silent, "did not answer within 300 ms"),
        (
            drip,
            "did not end its answer (the end of the body is missing) within 300 ms",
        ),
    ] {
        let started = Instant::now();
        let told = broken(&Project::at(&api, "timeout = '300ms'").run_one(get()));
        assert!(told.contains(expected), "{told}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_body_beyond_the_limit_is_not_read() {
    let announced = Api::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\nabc"
            .to_vec()
    });
    let endless = Api::serving(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
        let block = [b'x'; 65536];
        while stream.write_all(&block).is_ok() {}
    });
    for api in [announced, endless] {
        let told = broken(&Project::at(&api, "max_body = 100000").run_one(get()));
        assert!(told.contains("larger than 100000 bytes"), "{told}");
    }
}

#[test]
fn heads_beyond_the_limit() {
    let fields = Api::answering(|_| {
        let fields: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\n{fields}\r\n").into_bytes()
    });
    let large = Api::answering(|_| {
        format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(100_000)).into_bytes()
    });
    for (api, expected) in [
        (fields, "more than 128 header fields"),
        (large, "larger than 64 KiB"),
    ] {
        let told = broken(&Project::at(&api, "").run_one(get()));
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn bodies_that_are_not_what_they_say() {
    let deep = "[".repeat(100_000);
    for (body, expected) in [
        (&b"{\"a\":1,\"a\":2}"[..], "stands twice"),
        (b"[1,]", "a comma stands behind the last value"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (deep.as_bytes(), "nest"),
        (
            b"{\"$serde_json::private::Number\":\"1\"}",
            "cannot be kept",
        ),
    ] {
        let body = body.to_vec();
        let api = Api::answering(move |_| {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
            );
            [head.as_bytes(), &body].concat()
        });
        let found = finding(&Project::at(&api, "").run_one(get()));
        assert_eq!(found.code.id, "invalid-response-body");
        assert!(found.message.contains(expected), "{}", found.message);
        assert_eq!(found.pointer.as_deref(), Some("/requests/0/request"));
        assert_eq!(found.address.as_deref(), Some("a/b#default"));
        assert!(
            found.notes.iter().any(|note| note == "< 200 OK"),
            "{:?}",
            found.notes
        );
    }
}

#[test]
fn what_came_of_a_broken_answer_is_shown() {
    for (answer, body) in [
        (
            &b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n{\"a\": 1}"[..],
            &["  {", "    \"a\": 1", "  }"][..],
        ),
        (
            b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff\xcb\x48",
            &["  (12 bytes that are no text)"],
        ),
        (b"Content-Encoding: compress\r\n\r\nabc", &["  abc"]),
        (
            b"Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            &["  abc"],
        ),
        (
            b"Content-Type: text/plain; charset=klingon\r\n\r\nnuqneH",
            &["  nuqneH"],
        ),
        (b"Content-Length: 10\r\n\r\nabc", &["  abc"]),
        (
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nd",
            &["  abcd"],
        ),
        (
            b"Location: http://elsewhere.test/\r\n\r\nmoved",
            &["  moved"],
        ),
        (
            b"Set-Cookie: a=1; Domain=elsewhere.test\r\n\r\n[]",
            &["  []"],
        ),
    ] {
        let status = match answer.starts_with(b"Location") {
            true => "302 Found",
            false => "200 Alright",
        };
        let answer = [
            format!("HTTP/1.1 {status}\r\nX-Here: x\r\n").as_bytes(),
            answer,
        ]
        .concat();
        let api = Api::answering(move |_| answer.clone());
        let mut project = Project::at(&api, "");
        project.scenario(
            "One",
            &json!({"cookies": true, "requests": [
                {"request": "PUT /x", "json": [1], "follow": true, "example": "a/b"}
            ]}),
        );
        let captured = project.run().unwrap();
        let told = broken(&captured);
        let notes = &captured.broken().next().unwrap().notes;
        assert_eq!(notes[0], "> PUT /x", "{told}");
        let begins = notes.iter().position(|note| note.starts_with('<')).unwrap();
        assert_eq!(notes[begins], format!("< {status}"), "{told}");
        assert!(notes[begins - 1].ends_with(']'), "{notes:?}");
        assert!(notes[begins + 1].contains(": "), "{notes:?}");
        assert!(
            notes.ends_with(&body.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "{told}: {notes:?}"
        );
    }
}

#[test]
fn a_broken_answer_keeps_its_secrets() {
    // Two that are known by their names, one of them cut off, and one that only a whole body would tell.
    let api = Api::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: session=Zk2jf83hFhs7\r\n\
          Content-Length: 120\r\n\r\n\
          {\"token\": \"q8Fh2kd92jSkd\", \"word\": \"tulips-in-may\", \"access_token\": \"Wm3nd8sUe61x"
            .to_vec()
    });
    let told = |request: &serde_json::Value| {
        let mut project = Project::at(&api, "");
        project.scenario("One", &json!({"requests": [request]}));
        let captured = project.run().unwrap();
        let notes = captured.broken().next().unwrap().notes.join("\n");
        assert!(notes.contains("< Set-Cookie: session="), "{notes}");
        for secret in ["Zk2jf83hFhs7", "q8Fh2kd92jSkd", "Wm3nd8"] {
            assert!(!notes.contains(secret), "{notes}");
        }
        notes
    };
    assert!(told(&get()).contains("tulips-in-may"));
    let save = json!({"word": {"pointer": "/word", "secret": true}});
    assert!(!told(&json!({"request": "GET /", "save": save})).contains("tulips"));
}

#[test]
fn an_unexpected_status_is_never_an_example() {
    let api = Api::answering(|received| match received.path() {
        "/loop" => b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n".to_vec(),
        _ => json_response("500 Oh No", r#"{"detail":"it broke"}"#),
    });
    let found = finding(&Project::at(&api, "").run_one(json!({"request": "GET /x"})));
    assert_eq!(found.code.id, "unexpected-status");
    assert_eq!(found.message, "GET /x answered 500 Oh No; expected 2xx");
    let host = format!("> Host: 127.0.0.1:{}", api.port);
    assert_eq!(found.notes[..3], ["> GET /x", &host, "< 500 Oh No"]);
    assert!(found.notes.iter().any(|note| note.contains("it broke")));
    let found = finding(&Project::at(&api, "").run_one(json!({"request": "GET /loop"})));
    assert_eq!(found.message, "GET /loop answered 302 Found; expected 2xx");
    assert_eq!(api.lines(), ["GET /x", "GET /loop"]);
}

#[test]
fn the_run_goes_on_after_a_broken_scenario() {
    let api = Api::answering(|received| match received.path() {
        "/break" => Vec::new(),
        _ => json_response("200 OK", "{}"),
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /break"}, {"request": "GET /after"}],
                "teardown": [{"request": "DELETE /made"}]}),
    );
    project.scenario(
        "B",
        &json!({"requests": [{"request": "GET /", "example": "a/b"}]}),
    );
    let captured = project.run().unwrap();
    assert_eq!(captured.broken().count(), 1);
    assert!(!captured.is_complete());
    assert_eq!(captured.examples.len(), 1);
    assert_eq!(api.lines(), ["GET /break", "DELETE /made", "GET /"]);
}

#[test]
fn an_interruption_ends_a_wait_and_still_cleans_up() {
    let api = Api::serving(|received, stream| match received.path() {
        "/hang" => std::thread::sleep(Duration::from_secs(20)),
        _ => {
            let _ = stream.write_all(&json_response("200 OK", "{}"));
        }
    });
    let mut project = Project::at(&api, "");
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /hang"}], "teardown": [{"request": "DELETE /made"}]}),
    );
    project.scenario("B", &json!({"requests": [get()]}));
    project.interrupt_after(200);
    let started = Instant::now();
    let error = project.run().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(3));
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(api.lines(), ["GET /hang", "DELETE /made"]);
}
