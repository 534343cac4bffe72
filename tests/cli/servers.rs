//! Servers that do not start, and answers that cannot be used: what is told, and that nothing is written.

use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Api, Run, Sandbox, document, same, sections};

/// The names of the three files at which everything points.
const DOCUMENT: &str = "api-docs/endpoints/things/get-things.json";
const SCENARIO: &str = "api-docs/scenarios/Things.json";

/// A project with one endpoint, captured and rendered before, and one scenario for it.
fn project(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apidocs.toml", settings);
    sandbox.write(DOCUMENT, document("Things", json!({"a": 1})).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = "{\n  \"title\": \"Things\",\n  \"requests\": [\n    \
                    {\"request\": \"GET /things/\", \"example\": \"things/get-things\"}\n  ]\n}\n";
    sandbox.write(SCENARIO, scenario);
    sandbox.run(&["render", "-q"]).exits(0);
    sandbox
}

fn at(api: &Api, settings: &str) -> Sandbox {
    let port = api.port;
    project(&format!("base_url = 'http://127.0.0.1:{port}'\n{settings}"))
}

fn started(command: &str, settings: &str) -> Sandbox {
    project(&format!(
        "base_url = 'http://127.0.0.1:{{{{ port }}}}'\n[server]\ncommand = {command}\n{settings}"
    ))
}

/// Every verb that captures ends with that code, tells these things, and changes nothing.
#[track_caller]
fn fails(sandbox: &Sandbox, code: i32, fragments: &[&str]) {
    let before = sandbox.files();
    for verb in ["generate", "capture", "check"] {
        let run = sandbox.run(&[verb]).exits(code);
        let told = Run {
            stderr: format!("{}{}", run.stderr, run.stdout),
            ..run
        };
        told.tells(fragments);
        same(&before, &sandbox.files());
    }
    // To go on does not make it true.
    sandbox.run(&["generate", "--keep-going"]).exits(code);
    let document = DOCUMENT.to_owned();
    assert_eq!(before[&document], sandbox.files()[&document]);
}

#[test]
fn a_good_answer_is_written() {
    let api = Api::json("200 OK", b"{\"a\":2}");
    let sandbox = at(&api, "");
    sandbox.run(&["generate"]).exits(0);
    assert!(sandbox.read(DOCUMENT).contains("\"a\": 2"));
}

#[test]
fn nobody_listens() {
    let port = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let sandbox = project(&format!("base_url = 'http://127.0.0.1:{port}'"));
    let address = format!("127.0.0.1:{port}");
    fails(
        &sandbox,
        3,
        &[
            "error[no-response]: ",
            "connection refused",
            &address,
            "help: ",
        ],
    );
}

#[test]
fn a_port_in_use() {
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let settings = format!("base_url = 'http://127.0.0.1:{port}'\n[server]\ncommand = ['true']");
    let expected = format!("127.0.0.1:{port}");
    fails(
        &project(&settings),
        2,
        &["error: ", &expected, "help: ", "{{ port }}"],
    );
}

#[test]
fn a_server_that_cannot_be_started() {
    fails(
        &started("['no-such-program-of-ours', '-x']", ""),
        2,
        &[
            "error: the command \"no-such-program-of-ours\" of the server cannot be run: there is no such program\n",
            "help: install it, or mend the command in apidocs.toml",
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_server_that_ends_at_once() {
    let script = r#"i=0; while [ $i -lt 30 ]; do echo "line $i"; i=$((i+1)); done; printf 'a\033[31mb\n'; exit 3"#;
    let sandbox = started(&format!("['sh', '-c', '''{script}''']"), "timeout = '30s'");
    let begins = Instant::now();
    fails(
        &sandbox,
        3,
        &[
            "error[no-response]: the server ended with status 3\n",
            " line 12\n",
            " line 29\n",
            " a\\u{1b}[31mb\n",
            "help: ",
        ],
    );
    assert!(begins.elapsed() < Duration::from_secs(20));
    let run = sandbox.run(&["check"]).exits(3).answers(&["line 12\n"]);
    assert!(
        !run.stdout.contains("line 10\n"),
        "more than the end: {run}"
    );
    // Who reads the report must not read that of an older run.
    sandbox
        .run(&["check", "--report", "json=report.json"])
        .exits(3);
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    assert_eq!(report["findings"][0]["code"], "no-response");
    assert_eq!(report["documents"], json!([]));
}

#[cfg(unix)]
#[test]
fn a_server_that_is_never_ready() {
    let sandbox = started(
        "['sh', '-c', 'echo about to; exec sleep 100']",
        "timeout = '300ms'",
    );
    fails(
        &sandbox,
        3,
        &[
            "was not ready within 300 ms: nothing listens at 127.0.0.1:",
            "note: about to\n",
            "help: ",
        ],
    );
}

#[test]
fn an_answer_that_never_comes() {
    let api = Api::new(|_, _| std::thread::sleep(Duration::from_secs(60)));
    fails(
        &at(&api, "timeout = '300ms'"),
        3,
        &[
            "error[no-response]: GET /things/: the server did not answer within 300 ms",
            "--> api-docs/scenarios/Things.json:4:17",
            "help: ",
        ],
    );
}

#[test]
fn answers_that_cannot_be_used() {
    for (answer, expected) in [
        (
            &b"220 smtp ready\x1b[31m\r\n"[..],
            "is not HTTP: \"220 smtp ready\\x1b[31m",
        ),
        (b"", "closed the connection without an answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            "(3 of 10 bytes of the body came)",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "the end of the body is missing",
        ),
        (b"HTTP/2 200\r\n\r\n", "speaks only HTTP/2"),
    ] {
        let sandbox = at(&Api::answering(answer), "timeout = '5s'");
        let place = "--> api-docs/scenarios/Things.json:4:17";
        fails(
            &sandbox,
            3,
            &["error[no-response]: GET /things/: ", expected, place],
        );
    }
}

#[test]
fn a_body_without_end() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    let announced = Api::answering([head, &b"Content-Length: 1000000000\r\n\r\nabc"[..]].concat());
    let endless = Api::new(move |_, stream| {
        let _ = stream.write_all(head);
        let _ = stream.write_all(b"\r\n");
        let block = [b'x'; 65536];
        while stream.write_all(&block).is_ok() {}
    });
    for api in [announced, endless] {
        fails(
            &at(&api, "max_body = 100000"),
            3,
            &["larger than 100000 bytes", "Things.json:4:17", "max_body"],
        );
    }
}

#[test]
fn bodies_that_are_no_json() {
    let deep = "[".repeat(100_000);
    for (body, expected) in [
        (
            &b"{\"a\":1,\"a\":2}"[..],
            "the key \"a\" stands twice in one object",
        ),
        (b"[1,]", "a comma stands behind the last value"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (deep.as_bytes(), "the nesting is deeper than 1000 levels"),
        (
            b"{\"$serde_json::private::Number\":\"1\"}",
            "\"$serde_json::private::Number\" cannot be kept",
        ),
    ] {
        let sandbox = at(&Api::json("200 OK", body), "");
        fails(
            &sandbox,
            1,
            &[
                "error[invalid-response-body]: things/get-things#default: ",
                expected,
                "--> api-docs/scenarios/Things.json:4:17",
                "< 200 OK",
            ],
        );
    }
}

#[test]
fn bodies_that_are_not_in_their_charset() {
    fails(
        &at(&Api::json("200 OK", b"[\"\xff\"]"), ""),
        3,
        &[
            "error[no-response]: GET /things/: ",
            "is not UTF-8 (line 1, column 3 of the body)",
            "--> api-docs/scenarios/Things.json:4:17",
        ],
    );
}

#[test]
fn another_status_is_never_written() {
    let api = Api::json("500 Oh No", b"{\"detail\":\"it \\u001b broke\"}");
    fails(
        &at(&api, ""),
        1,
        &[
            "error[unexpected-status]: things/get-things#default: GET /things/ answered 500 Oh No; expected 2xx",
            "--> api-docs/scenarios/Things.json:4:17",
            "> GET /things/",
            "it \\u001b broke",
        ],
    );
}

#[test]
fn a_redirect_to_itself() {
    let api =
        Api::answering("HTTP/1.1 302 Found\r\nLocation: /things/\r\nContent-Length: 0\r\n\r\n");
    fails(
        &at(&api, ""),
        1,
        &[
            "GET /things/ answered 302 Found; expected 2xx",
            "Things.json:4:17",
        ],
    );
}

#[test]
fn a_server_that_is_down_is_no_drift() {
    // One scenario breaks, another one finds drift: that nothing answered counts more.
    let api = Api::new(|path, stream| {
        if path == "/things/" {
            let _ = stream.write_all(&crate::support::json_response("200 OK", b"{\"a\":2}"));
        }
    });
    let sandbox = at(&api, "");
    sandbox.write(
        "api-docs/scenarios/Broken.json",
        json!({"title": "Broken", "requests": [{"request": "GET /broken"}]}).to_string(),
    );
    let before = sandbox.files();
    let run = sandbox.run(&["check"]).exits(3);
    run.tells(&["Broken: no usable response"]).answers(&[
        "error[no-response]: GET /broken: the server closed the connection without an answer",
    ]);
    sandbox
        .run(&["generate"])
        .exits(3)
        .tells(&["nothing was written\n"]);
    same(&before, &sandbox.files());
    // What succeeded may be kept, and the exit code says what did not.
    sandbox.run(&["capture", "--keep-going"]).exits(3);
    assert!(sandbox.read(DOCUMENT).contains("\"a\": 2"));
}
