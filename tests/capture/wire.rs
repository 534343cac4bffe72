//! What an example shows is what was on the wire.

use apidocs::document::{Body, Bytes};
use serde_json::json;

use crate::support::{Api, Project, broken, get, json_response, response, sides};

fn lines(headers: &apidocs::document::Headers) -> Vec<String> {
    headers.iter().map(ToString::to_string).collect()
}

#[test]
fn case_order_repeats_and_reason_are_those_of_the_server() {
    let api = Api::answering(|_| {
        b"HTTP/1.1 103 Early Hints\r\nLink: </early>\r\n\r\n\
          HTTP/1.1 200 Alles G\xc3\xbct\r\nx-lower: 1\r\nX-UPPER:2\r\nDate: now\r\nSERVER: tiny\r\nSet-Cookie: a=1\r\n\
          Connection: close\r\nset-cookie: b=2\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n\
          3\r\nab\n\r\n2;x=y\r\ncd\r\n0\r\n\r\n"
            .to_vec()
    });
    let captured = Project::at(&api, "").run_one(get());
    let (_, response) = sides(&captured);
    assert_eq!(
        (response.status, response.reason.as_str()),
        (200, "Alles Güt")
    );
    assert_eq!(
        lines(&response.headers),
        [
            "x-lower: 1",
            "X-UPPER: 2",
            "Set-Cookie: a=<secret>",
            "set-cookie: b=<secret>",
            "Content-Type: text/plain"
        ]
    );
    assert_eq!(response.body, Body::text("ab\ncd"));
}

#[test]
fn responses_without_a_body_have_none() {
    for (method, head) in [
        (
            "HEAD",
            "200 OK\r\nContent-Length: 9\r\nContent-Type: application/json",
        ),
        ("GET", "204 No Content"),
        ("GET", "304 Not Modified\r\nContent-Length: 9"),
    ] {
        let answer = format!("HTTP/1.1 {head}\r\n\r\n");
        let api = Api::answering(move |_| answer.clone().into_bytes());
        let status: u16 = head[..3].parse().unwrap();
        let request = json!({"request": format!("{method} /"), "status": status});
        let captured = Project::at(&api, "").run_one(request);
        let (_, response) = sides(&captured);
        assert_eq!(response.body, Body::Empty);
        let length = head.contains("Content-Length").then_some("9");
        assert_eq!(response.headers.get("content-length"), length);
    }
}

#[test]
fn bodies_are_kept_by_their_media_type() {
    let digest = "sha-256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let bytes = Bytes {
        media_type: "image/png".to_owned(),
        size: 3,
        digest: digest.to_owned(),
    };
    let number = serde_json::from_str("[18446744073709551616, 1.0]").unwrap();
    for (media_type, text, expected) in [
        (
            "application/JSON; charset=utf-8",
            "[18446744073709551616,1.0]",
            Body::Json(number),
        ),
        ("application/hal+json", "null", Body::Json(json!(null))),
        ("text/html", "<p>\n", Body::text("<p>\n")),
        ("application/x-ndjson", "1\n2\n", Body::text("1\n2\n")),
        ("image/png", "abc", Body::Bytes(bytes)),
    ] {
        let api = Api::answering(move |_| response("200 OK", media_type, text));
        let captured = Project::at(&api, "").run_one(get());
        assert_eq!(sides(&captured).1.body, expected, "{media_type}");
    }
}

#[test]
fn a_body_without_length_ends_with_the_connection() {
    let api = Api::answering(|_| {
        b"HTTP/1.0 200\r\nContent-Type: application/json\r\n\r\n{\"a\": 1}".to_vec()
    });
    let captured = Project::at(&api, "").run_one(get());
    let (_, response) = sides(&captured);
    assert_eq!(
        (response.reason.as_str(), &response.body),
        ("", &Body::Json(json!({"a": 1})))
    );
}

#[test]
fn chunks_of_http_1_0_are_no_body() {
    let api = Api::answering(|_| {
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n".to_vec()
    });
    let told = broken(&Project::at(&api, "").run_one(get()));
    assert!(
        told.contains("HTTP/1.0 and has a Transfer-Encoding"),
        "{told}"
    );
}

/// A body that holds the host in every form; `other` is another authority.
fn hosts(scheme: &str, host: &str, encoded: &str, alias: &str, other: &str) -> String {
    format!(
        "{{\"dsn\": \"{scheme}://k3y:s3cret@{host}/2\", \"{scheme}://{host}\": 1, \"other\": \"{other}\", \
         \"next\": \"?u={scheme}%3A%2F%2F{encoded}%2F\", \"js\": \"{scheme}:\\/\\/{alias}\"}}"
    )
}

#[test]
fn the_shown_host_stands_for_the_real_one() {
    let api = Api::answering(|received| {
        let host = received.header("host").unwrap();
        let alias = host.replace("127.0.0.1", "localhost");
        let body = hosts(
            "http",
            host,
            &host.replace(':', "%3A"),
            &alias,
            &format!("{host}0"),
        );
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nLink: <http://{host}/?page=2>; rel=\"next\"\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    });
    let mut project = Project::at(&api, "host = 'https://sentry.io'");
    let captured = project.run_one(json!({
        "request": "POST /", "headers": ["X-Callback: http://localhost:1/"],
        "json": {"url": format!("http://127.0.0.1:{}/hook", api.port)},
    }));
    let (request, response) = sides(&captured);
    assert_eq!(
        lines(&request.headers),
        [
            "Host: sentry.io",
            "X-Callback: http://localhost:1/",
            "Content-Type: application/json"
        ]
    );
    assert_eq!(
        request.body,
        Body::Json(json!({"url": "https://sentry.io/hook"}))
    );
    let link = "<https://sentry.io/?page=2>; rel=\"next\"";
    assert_eq!(response.headers.get("Link"), Some(link));
    let other = format!("127.0.0.1:{}0", api.port);
    let shown = hosts("https", "sentry.io", "sentry.io", "sentry.io", &other);
    assert_eq!(
        response.body,
        Body::Json(serde_json::from_str(&shown).unwrap())
    );
    let length = shown.len().to_string();
    assert_eq!(
        response.headers.get("Content-Length"),
        Some(length.as_str())
    );
}

#[test]
fn what_is_sent_is_what_the_scenario_says() {
    let api = Api::answering(|_| json_response("200 OK", "{}"));
    let mut project = Project::at(&api, "");
    std::fs::write(project.path().join("a.bin"), b"\0\xff").unwrap();
    project.scenario(
        "Payloads",
        &json!({"requests": [
            {"request": "POST /json?x=1", "json": {"b": 1, "a": "é"}, "headers": ["X-Mine: yes"]},
            {"request": "PUT /form", "form": {"q": "a b"}},
            {"request": "PATCH /multi", "multipart": {"f": {"path": "a.bin"}}},
            {"request": "POST /text", "text": "hello", "headers": ["content-type: text/csv"]},
            {"request": "POST /file", "file": "a.bin"},
            {"request": "POST /json", "json": [1], "headers": ["content-type: application/vnd+json"]},
            {"request": "DELETE /nothing"}, {"request": "POST /nothing"}, {"request": "PURGE /odd"},
        ]}),
    );
    assert_eq!(project.check(), []);
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    let received = api.received.lock().unwrap();
    let sent: Vec<_> = received
        .iter()
        .map(|received| {
            (
                received.line.as_str(),
                received.header("content-type"),
                received.header("content-length"),
            )
        })
        .collect();
    assert_eq!(
        sent,
        [
            (
                "POST /json?x=1 HTTP/1.1",
                Some("application/json"),
                Some("16")
            ),
            (
                "PUT /form HTTP/1.1",
                Some("application/x-www-form-urlencoded"),
                Some("5")
            ),
            (
                "PATCH /multi HTTP/1.1",
                Some("multipart/form-data; boundary=apidocs-boundary"),
                Some("148")
            ),
            ("POST /text HTTP/1.1", Some("text/csv"), Some("5")),
            ("POST /file HTTP/1.1", None, Some("2")),
            (
                "POST /json HTTP/1.1",
                Some("application/vnd+json"),
                Some("3")
            ),
            ("DELETE /nothing HTTP/1.1", None, None),
            ("POST /nothing HTTP/1.1", None, Some("0")),
            ("PURGE /odd HTTP/1.1", None, None),
        ]
    );
    assert_eq!(received[0].text(), r#"{"b":1,"a":"é"}"#);
    assert_eq!(received[0].header("x-mine"), Some("yes"));
    assert_eq!(received[0].header("accept"), Some("*/*"));
    assert_eq!(received[0].header("accept-encoding"), Some("identity"));
    assert!(
        received[0]
            .header("user-agent")
            .unwrap()
            .starts_with("apidocs/")
    );
    assert_eq!(received[1].text(), "q=a+b");
    let shown: Vec<_> = captured.scenarios[0]
        .exchanges
        .iter()
        .map(|exchange| lines(&exchange.request.headers)[1..].to_vec())
        .collect();
    assert_eq!(shown[0], ["X-Mine: yes", "Content-Type: application/json"]);
    assert_eq!(shown[3], ["content-type: text/csv"]);
    assert!(matches!(
        captured.scenarios[0].exchanges[2].request.body,
        Body::Bytes(_)
    ));
}

#[test]
fn the_path_of_the_base_url_stands_in_front() {
    let api = Api::answering(|_| json_response("200 OK", "{}"));
    let mut project = Project::new(&format!("base_url = 'http://127.0.0.1:{}/v1/'", api.port));
    let captured = project.run_one(json!({"request": "GET /é/?q=a b"}));
    assert_eq!(sides(&captured).0.path, "/v1/%C3%A9/?q=a%20b");
    assert_eq!(api.lines(), ["GET /v1/%C3%A9/?q=a%20b"]);
}
