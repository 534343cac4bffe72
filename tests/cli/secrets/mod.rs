//! Two hundred secrets, in every place and spelling, through a run that works and one that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Sandbox, codes, files, sections};

/// How a server may write a secret.
const SPELLINGS: [&str; 10] = [
    "as it is",
    "JSON-escaped",
    "JSON in JSON",
    "percent, lower case",
    "PERCENT, UPPER CASE",
    "form, with +",
    "HTML",
    "base64 of user:secret",
    "URL-safe base64, not padded",
    "in longer base64",
];

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

struct Secret {
    value: String,
    source: usize,
    spelling: usize,
}

fn percent(text: &str, upper: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            byte if upper => write!(out, "%{byte:02X}").unwrap(),
            byte => write!(out, "%{byte:02x}").unwrap(),
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].replace('/', "\\/")
}

impl Secret {
    /// Numbers that look random, and everything that an encoding changes.
    fn new(index: usize) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index as u64 + 1);
        let mut core = String::new();
        for _ in 0..20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let letters = b"ABCDEFGHIJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
            core.push(letters[(state >> 33) as usize % letters.len()].into());
        }
        let source = index % SOURCES.len();
        let value = match SOURCES[source] {
            "cookie" => format!("{core}/+&<>x"),
            "token by form" => format!("ghp_{core}{core}"),
            _ => format!("{}/+& \"<\\>{}", &core[..10], &core[10..]),
        };
        let spelling = index / SOURCES.len() % SPELLINGS.len();
        Self {
            value,
            source,
            spelling,
        }
    }

    fn spelled(&self) -> String {
        let value = self.value.as_str();
        match SPELLINGS[self.spelling] {
            "as it is" => value.to_owned(),
            "JSON-escaped" => escaped(value),
            "JSON in JSON" => escaped(&escaped(value)),
            "percent, lower case" => percent(value, false),
            "PERCENT, UPPER CASE" => percent(value, true),
            "form, with +" => percent(value, true).replace("%20", "+"),
            "HTML" => value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&#62;")
                .replace('"', "&quot;"),
            "base64 of user:secret" => STANDARD.encode(format!("user:{value}")),
            "URL-safe base64, not padded" => URL_SAFE_NO_PAD.encode(format!("u:{value}")),
            "in longer base64" => STANDARD.encode(format!("{{\"k\":\"{value}\",\"n\":12345}}")),
            other => unreachable!("{other}"),
        }
    }

    /// Everything that must not be found: the value in every spelling, and what base64 makes of its middle at any
    /// alignment.
    fn traces(&self) -> Vec<String> {
        let mut traces: Vec<_> = (0..SPELLINGS.len() - 3)
            .map(|spelling| {
                let value = self.value.clone();
                Self {
                    value,
                    spelling,
                    ..*self
                }
                .spelled()
            })
            .collect();
        for shift in 0..3 {
            let encoded = STANDARD.encode(format!("{}{}", "x".repeat(shift), self.value));
            let inner = encoded[4..encoded.len() - 4].to_owned();
            traces.push(inner.replace('+', "-").replace('/', "_"));
            traces.push(inner);
        }
        traces
    }
}

fn secrets() -> Vec<Secret> {
    (0..200).map(Secret::new).collect()
}

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
    let secret = Secret::new(index);
    let spelled = secret.spelled();
    let source = SOURCES[secret.source];
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
    for (index, secret) in secrets().into_iter().enumerate() {
        let mut requests = Vec::new();
        for kind in ["json", "text"] {
            let target = format!("things/get-things#case-{index}-{kind}");
            let mut path = format!("GET /case/{index}/{kind}/");
            let mut request = json!({"example": target});
            let source = SOURCES[secret.source];
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
        let scheme = match SOURCES[secret.source] {
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
    for (index, secret) in secrets().into_iter().enumerate() {
        let value = match SOURCES[secret.source] {
            "Basic credential" => STANDARD.encode(format!("user:{}", secret.value)),
            _ => secret.value,
        };
        command.env(format!("SECRET_{index}"), value);
    }
    crate::support::run(command)
}

/// How often a trace of a secret is found, by the secret's spelling.
fn found(texts: &[Vec<u8>], told: &mut Vec<String>) -> Vec<usize> {
    let secrets = secrets();
    let traces = secrets.iter().flat_map(|secret| {
        let traces = secret.traces().into_iter();
        traces.map(move |trace| (trace, secret))
    });
    let (traces, owners): (Vec<_>, Vec<_>) = traces.unzip();
    let finder = aho_corasick::AhoCorasick::new(&traces).unwrap();
    let mut counts = vec![0; SPELLINGS.len()];
    for text in texts {
        for hit in finder.find_overlapping_iter(text) {
            let secret = owners[hit.pattern().as_usize()];
            counts[secret.spelling] += 1;
            let around = &text[hit.start().saturating_sub(60)..text.len().min(hit.end() + 60)];
            let around = String::from_utf8_lossy(around);
            let (source, spelling) = (SOURCES[secret.source], SPELLINGS[secret.spelling]);
            told.push(format!(
                "{source}, {spelling}: {}\n    {around}",
                secret.value
            ));
        }
    }
    counts
}

fn contents(sandbox: &Sandbox, folder: &str) -> Vec<Vec<u8>> {
    let found: Vec<_> = files(&sandbox.path(folder))
        .into_values()
        .flatten()
        .collect();
    assert!(!found.is_empty(), "nothing in {folder}");
    // One text for all files: no trace begins in one and ends in the next.
    vec![found.join(&b"\n\n"[..])]
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
            rows.insert(format!("{name}: {what}"), found(texts, &mut told));
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
        let planted = found(&[std::fs::read(&wire).unwrap()], &mut Vec::new());
        assert!(planted.iter().all(|count| *count >= 20 * 2), "{planted:?}");
        rows.insert(format!("{name}: (on the wire)"), planted);
    }
    println!(
        "{} secrets, {} sources, places: {}",
        secrets().len(),
        SOURCES.len(),
        PLACES.join(", ")
    );
    println!("| found in | {} |", SPELLINGS.join(" | "));
    println!("| --- |{}", " --- |".repeat(SPELLINGS.len()));
    for (what, counts) in &rows {
        let counts: Vec<_> = counts.iter().map(usize::to_string).collect();
        println!("| {what} | {} |", counts.join(" | "));
    }
    assert!(
        told.is_empty(),
        "{} traces:\n{}",
        told.len(),
        told[..told.len().min(20)].join("\n")
    );
}

/// A project whose scenario and example have these titles; its request carries `SECRET`.
fn titled(scenario: &str, example: &str) -> Sandbox {
    let port = crate::support::Api::json("200 OK", br#"{"a": 1}"#).port;
    let sandbox = crate::support::project();
    sandbox.write(
        "apidocs.toml",
        format!("base_url = 'http://127.0.0.1:{port}'\n"),
    );
    let scenario = json!({
        "title": scenario,
        "requests": [{
            "request": "GET /things/", "headers": ["X-Thing: {{ env.SECRET }}"],
            "title": example, "example": "things/get-things"
        }]
    });
    sandbox.write(crate::support::SCENARIO, scenario.to_string());
    sandbox.run(&["fmt", "-q"]).exits(0);
    sandbox
}

#[test]
fn a_secret_that_is_left_forbids_to_write() {
    // Nobody takes a secret out of what people wrote.
    let sandbox = titled("Things", "As hunter2hunter2");
    let before = sandbox.files();
    for arguments in [
        &["capture"][..],
        &["capture", "--keep-going"],
        &["capture", "-o", "share"],
        &["generate"],
        &["check"],
    ] {
        let mut command = sandbox.command(arguments);
        command
            .args(["--report", "json"])
            .env("SECRET", "hunter2hunter2");
        let run = crate::support::run(command).exits(1);
        let report = run.json();
        assert_eq!(codes(&report), ["leaked-secret"]);
        let finding = &report["findings"][0];
        assert_eq!(finding["address"], "things/get-things#default");
        assert_eq!(finding["pointer"], "/examples/0/title");
        assert_eq!(finding["file"], crate::support::DOCUMENT);
        assert!(finding["line"].as_u64().unwrap() > 1);
        assert!(!format!("{run}").contains("hunter2hunter2"), "{run}");
        crate::support::same(&before, &sandbox.files());
    }
    let mut command = sandbox.command(&["check", "--patch", "x.patch"]);
    command.env("SECRET", "hunter2hunter2");
    crate::support::run(command).exits(1);
    assert_eq!(sandbox.read("x.patch"), "");
}

#[test]
fn a_secret_that_only_a_share_would_hold_forbids_to_write_it() {
    let sandbox = titled("As hunter2hunter2", "Things");
    let before = sandbox.files();
    let mut command = sandbox.command(&["capture", "-o", "share", "--report", "json"]);
    command.env("SECRET", "hunter2hunter2");
    let run = crate::support::run(command).exits(1);
    let report = run.json();
    assert_eq!(codes(&report), ["leaked-secret"]);
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("scenarios/"), "{message}");
    run.tells(&["nothing was written\n"]);
    crate::support::same(&before, &sandbox.files());
}
