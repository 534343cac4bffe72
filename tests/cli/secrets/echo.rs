//! A server that says everything it knows, in places that few servers have.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Secret, contents, found, percent, secrets, tell};
use crate::support::{Sandbox, sections};

/// Why a value is a secret.
const SOURCES: [&str; 10] = [
    "credential of an identity",
    "Basic credential",
    "{{ env.X }}",
    "saved as secret",
    "response header by name",
    "response key by name",
    "cookie",
    "request key by name",
    "parameter by name",
    "token by form",
];

/// Where the server shows what it knows.
const PLACES: [&str; 6] = [
    "JSON value",
    "JSON key",
    "text",
    "header",
    "location",
    "reason",
];

/// A server that tells what it was asked, and what it knows of the case, in every place; it writes all of it to a log.
fn server(log: std::path::PathBuf, status: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let log = Arc::new(Mutex::new(std::fs::File::create(log).unwrap()));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                let Some((head, body)) = received(&mut stream) else {
                    return;
                };
                let response = answer(&head, &body, status);
                let mut log = log.lock().unwrap();
                log.write_all(
                    &[head.as_bytes(), body.as_bytes(), response.as_bytes(), b"\n"].concat(),
                )
                .unwrap();
                let _ = stream.write_all(response.as_bytes());
            });
        }
    });
    port
}

fn received(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

fn answer(head: &str, body: &str, status: &str) -> String {
    let path = head.split(' ').nth(1).unwrap();
    let mut parts = path.split('/').skip(2);
    let index: usize = parts.next().unwrap().parse().unwrap();
    let text = parts.next().unwrap().starts_with("text");
    let secret = Secret::new(index, &SOURCES);
    let spelled = secret.spelled();
    let source = secret.source;
    let mut known = json!({
        "echo": format!("JSON value {spelled}!"),
        format!("JSON key {spelled}!"): 1,
        "asked": [head, body],
    });
    let mut headers = format!(
        "X-Echo: header {spelled}!\r\nLocation: http://127.0.0.1/?location={}\r\n",
        percent(&spelled, true)
    );
    match source {
        "saved as secret" => known["given"] = secret.value.clone().into(),
        "response key by name" => known["clientSecret"] = secret.value.clone().into(),
        "response header by name" => write!(headers, "X-Api-Key: {}\r\n", secret.value).unwrap(),
        "cookie" => write!(headers, "Set-Cookie: sid={}; Path=/\r\n", secret.value).unwrap(),
        "token by form" => known["made"] = secret.value.clone().into(),
        _ => {}
    }
    let (media_type, body) = match text {
        true => (
            "text/html",
            format!("<p>text {spelled}!</p>\n{head}\n{body}\n{known}\n"),
        ),
        false => ("application/json", known.to_string()),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status} reason {spelled}!\r\nContent-Type: {media_type}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// A project whose scenario makes two requests for each secret: one is answered with JSON, one with text.
fn project(port: u16, log: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut settings = format!(
        "base_url = 'http://127.0.0.1:{port}'\nhost = 'https://api.example.com'\n\
         [[services]]\nname = 'wire'\ncommand = ['tail', '-n', '+1', '-f', '{log}']\n"
    );
    for (index, secret) in secrets(&SOURCES).into_iter().enumerate() {
        let mut requests = Vec::new();
        for kind in ["json", "text"] {
            let target = format!("things/get-things#case-{index}-{kind}");
            let mut path = format!("GET /case/{index}/{kind}/");
            let mut request = json!({"example": target});
            let source = secret.source;
            match source {
                "credential of an identity" | "Basic credential" => {
                    request["as"] = format!("a{index}").into()
                }
                "{{ env.X }}" => {
                    request["headers"] = json!([format!("X-Thing: {{{{ env.SECRET_{index} }}}}")])
                }
                "saved as secret" if kind == "json" => {
                    request["save"] = json!({"given": {"pointer": "/given", "secret": true}});
                }
                "request key by name" => request["json"] = json!({"password": secret.value}),
                "parameter by name" if kind == "json" => {
                    path.push_str(&format!("?access_token={}", percent(&secret.value, true)))
                }
                "parameter by name" => request["form"] = json!({"password": secret.value}),
                _ => {}
            }
            request["request"] = path.into();
            requests.push(request);
        }
        let scenario = json!({"title": format!("Case {index}"), "requests": requests});
        sandbox.write(
            &format!("api-docs/scenarios/Case{index}.json"),
            scenario.to_string(),
        );
        let scheme = match secret.source {
            "credential of an identity" => "Bearer",
            "Basic credential" => "Basic",
            _ => continue,
        };
        settings.push_str(&format!(
            "[auth.a{index}]\nvalue = '{scheme} {{{{ env.SECRET_{index} }}}}'\nshown = '{scheme} <token>'\n"
        ));
    }
    let mut document = crate::support::document("Things", json!({}));
    document["api_path"] = "/case/{case}/{kind}/".into();
    document["path_parameters"] = json!([
        {"name": "case", "type": "string", "description": "a number"},
        {"name": "kind", "type": "string", "description": "a form"},
    ]);
    document["examples"] = json!([]);
    sandbox.write("apidocs.toml", settings);
    sandbox.write(crate::support::DOCUMENT, document.to_string());
    sandbox.write(
        "api-docs/sections.json",
        sections(&[("things", &["get-things"])]).to_string(),
    );
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> crate::support::Run {
    let mut command = sandbox.command(arguments);
    for (index, secret) in secrets(&SOURCES).into_iter().enumerate() {
        let value = match secret.source {
            "Basic credential" => STANDARD.encode(format!("user:{}", secret.value)),
            _ => secret.value,
        };
        command.env(format!("SECRET_{index}"), value);
    }
    crate::support::run(command)
}

#[test]
fn no_secret_is_found_in_anything_that_is_written() {
    let wires = tempfile::tempdir().unwrap();
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut told = Vec::new();
    for (name, status, code) in [("works", "200", 0), ("fails", "500", 1)] {
        let wire = wires.path().join(name);
        let port = server(wire.clone(), status);
        let sandbox = project(port, wire.to_str().unwrap());
        let mut row = |what: &str, texts: &[Vec<u8>]| {
            rows.insert(
                format!("{name}: {what}"),
                found(&secrets(&SOURCES), texts, &mut told),
            );
        };
        let mut arguments = vec![
            "generate",
            "-v",
            "--logs",
            "logs",
            "--output-path",
            "original",
            "--report",
            "json=report.json",
            "--report",
            "human=report.txt",
        ];
        if code == 1 {
            arguments.push("--keep-going");
        }
        let told = run(&sandbox, &arguments).exits(code);
        row(
            "standard output and error",
            &[told.stdout.into_bytes(), told.stderr.into_bytes()],
        );
        row(
            "reports",
            &[
                sandbox.read("report.json").into_bytes(),
                sandbox.read("report.txt").into_bytes(),
            ],
        );
        row("logs", &contents(&sandbox, "logs"));
        let log = sandbox.read("logs/service-wire.log");
        assert!(
            log.contains("JSON value <secret>!") || log.contains("reason "),
            "{log}"
        );
        if code == 0 {
            row("documents", &contents(&sandbox, "api-docs/endpoints"));
            row("pages", &contents(&sandbox, "site"));
            row("the original's tree", &contents(&sandbox, "original"));
            let document: Value =
                serde_json::from_str(&sandbox.read(crate::support::DOCUMENT)).unwrap();
            let examples = document["examples"].as_array().unwrap();
            assert_eq!(examples.len(), 400);
            for example in examples {
                let text = example.to_string();
                assert!(
                    text.contains("<secret>") || text.contains("<token>"),
                    "{text}"
                );
            }
            let check = run(
                &sandbox,
                &["check", "--report", "json", "--report", "human=check.txt"],
            )
            .exits(0);
            row(
                "check",
                &[
                    check.stdout.into_bytes(),
                    check.stderr.into_bytes(),
                    sandbox.read("check.txt").into_bytes(),
                ],
            );
        }
        let planted = found(
            &secrets(&SOURCES),
            &[std::fs::read(&wire).unwrap()],
            &mut Vec::new(),
        );
        assert!(planted.iter().all(|count| *count >= 20 * 2), "{planted:?}");
        rows.insert(format!("{name}: (on the wire)"), planted);
    }
    println!(
        "{} secrets, {} sources, places: {}",
        secrets(&SOURCES).len(),
        SOURCES.len(),
        PLACES.join(", ")
    );
    tell(&rows, &told);
}
