//! Two hundred secrets, in every place and spelling, through a run that works and one that fails.

mod demo;
mod echo;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Sandbox, codes, files};

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

/// A value that must not be found anywhere.
#[derive(Clone)]
struct Secret {
    value: String,
    /// Why it is a secret.
    source: &'static str,
    /// How the server writes it.
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
    fn new(index: usize, sources: &[&'static str]) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index as u64 + 1);
        let mut core = String::new();
        for _ in 0..20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let letters = b"ABCDEFGHIJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
            core.push(letters[(state >> 33) as usize % letters.len()].into());
        }
        let source = sources[index % sources.len()];
        let value = match source {
            "cookie" => format!("{core}/+&<>x"),
            "token by form" => format!("ghp_{core}{core}"),
            _ => format!("{}/+& \"<\\>{}", &core[..10], &core[10..]),
        };
        let spelling = index / sources.len() % SPELLINGS.len();
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
                let spelled = Self {
                    spelling,
                    ..self.clone()
                };
                spelled.spelled()
            })
            .collect();
        // Few servers escape a slash.
        let once = escaped(&self.value).replace("\\/", "/");
        traces.push(escaped(&once).replace("\\/", "/"));
        traces.push(once);
        for shift in 0..3 {
            let encoded = STANDARD.encode(format!("{}{}", "x".repeat(shift), self.value));
            let inner = encoded[4..encoded.len() - 4].to_owned();
            traces.push(inner.replace('+', "-").replace('/', "_"));
            traces.push(inner);
        }
        traces
    }
}

/// Two hundred, of all sources and in all spellings.
fn secrets(sources: &[&'static str]) -> Vec<Secret> {
    (0..200).map(|index| Secret::new(index, sources)).collect()
}

/// How often a trace of a secret is found, by the secret's spelling.
fn found(secrets: &[Secret], texts: &[Vec<u8>], told: &mut Vec<String>) -> Vec<usize> {
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
            let (source, spelling) = (secret.source, SPELLINGS[secret.spelling]);
            told.push(format!(
                "{source}, {spelling}: {}\n    {around}",
                secret.value
            ));
        }
    }
    counts
}

/// What a folder holds, all of it.
fn contents(sandbox: &Sandbox, folder: &str) -> Vec<Vec<u8>> {
    let found: Vec<_> = files(&sandbox.path(folder))
        .into_values()
        .flatten()
        .collect();
    assert!(!found.is_empty(), "nothing in {folder}");
    // One text for all files: no trace begins in one and ends in the next.
    vec![found.join(&b"\n\n"[..])]
}

/// Prints what was found where, and fails where it was told.
#[track_caller]
fn tell(rows: &BTreeMap<String, Vec<usize>>, told: &[String]) {
    println!("| found in | {} |", SPELLINGS.join(" | "));
    println!("| --- |{}", " --- |".repeat(SPELLINGS.len()));
    for (what, counts) in rows {
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

#[test]
fn a_finding_beside_a_committed_secret_shows_none() {
    let sandbox = crate::support::project();
    // Not in canonical form, so that something else is told of the same line.
    let body = json!({"password": ["hunter2hunter2"]});
    let document = crate::support::document("Things", body);
    sandbox.write(crate::support::DOCUMENT, document.to_string());
    let run = sandbox.run(&["validate"]);
    assert!(run.stdout.contains("warning[secret]"), "{run}");
    assert!(run.stdout.contains("warning[not-canonical]"), "{run}");
    assert!(!format!("{run}").contains("hunter2hunter2"), "{run}");
}

#[test]
fn settings_with_faults_are_told_without_their_secrets() {
    let sandbox = crate::support::project();
    let token = format!("ghp_{}", "0aB1".repeat(9));
    for (settings, secret) in [
        (format!("[auth.user]\nvalu = 'Bearer {token}'\n"), &*token),
        ("[auth.user]\nvalu = 'hunter2hunter2'\n".to_owned(), ""),
        (
            "[env.st]\nvaraibles = { token = 'hunter2hunter2' }\n".to_owned(),
            "",
        ),
        (
            "[server]\ncommand = 'x'\nenv = { DB_PASSWORD = 'hunter2hunter2', PORT = 1 }\n"
                .to_owned(),
            "",
        ),
        (
            "[server.env]\nDB_PASSWORD = hunter2hunter2\n".to_owned(),
            "",
        ),
        ("DB_PASSWORD = \"hunter2hunter2\n".to_owned(), ""),
    ] {
        let secret = if secret.is_empty() {
            "hunter2hunter2"
        } else {
            secret
        };
        sandbox.write("apidocs.toml", &settings);
        for (verb, code) in [("validate", 1), ("check", 2), ("fmt", 2)] {
            let reports = [
                "--report",
                "human",
                "--report",
                "json=r.json",
                "--report",
                "sarif=r.sarif",
            ];
            let run = sandbox.run(&[&[verb][..], &reports].concat()).exits(code);
            let told = format!("{run}{}{}", sandbox.read("r.json"), sandbox.read("r.sarif"));
            assert!(told.contains("apidocs.toml"), "{told}");
            assert!(!told.contains(secret), "{settings}: {told}");
        }
    }
    // Nor where there are no documents to go on with.
    std::fs::remove_dir_all(sandbox.path("api-docs")).unwrap();
    let run = sandbox.run(&["validate"]).exits(1);
    assert!(!format!("{run}").contains("hunter2hunter2"), "{run}");
}

/// What verbs without a project tell of files that hold a secret.
#[test]
fn what_is_compared_learned_from_and_imported_shows_no_secret() {
    let sandbox = Sandbox::new();
    let token = format!("ghp_{}", "0aB1".repeat(9));
    let document = "endpoints/things/get-things.json";
    for (folder, password) in [("old", "hunter2hunter2"), ("new", "hunter3hunter3")] {
        let body = json!({"password": password, "tokens": [{"token": [password]}]});
        let things = crate::support::document("Things", body);
        sandbox.write(&format!("{folder}/{document}"), things.to_string());
        let broken = format!("{{\n  \"note\": \"{token}\",\n  \"title\": oops\n}}\n");
        sandbox.write(&format!("{folder}/endpoints/things/broken.json"), broken);
    }
    let volatile = format!("{{\n  \"reason\": \"{token}\",\n  \"rules\": 1\n}}\n");
    sandbox.write("volatile.json", volatile);
    let api = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      x-key: {token}\n      \
         responses: {{'200': {{$ref: '#/nowhere'}}}}\n"
    );
    sandbox.write("api.yaml", api);
    let page = |rest: &str| {
        format!(
            "---\n{{\n\"api_path\": \"/\",\n\"authentication\": \"\",\n\"description\": \"\",\n\
             \"example_request\": \"\",\n\"example_response\": \"\",\n\"method\": \"GET\",\n\"parameters\": null,\n\
             \"path_parameters\": null,\n\"query_parameters\": null,\n\"sidebar_order\": 1,\n\"title\": \"A\",\n\
             {rest}}}\n---\n"
        )
    };
    sandbox.write("pages/a/good.md", page("\"warning\": null\n"));
    let bad = format!("\"x\": \"{token}\",\n\"warning\": oops\n");
    sandbox.write("pages/a/bad.md", page(&bad));
    for (arguments, code, told) in [
        (&["diff", "old", "new"][..], 1, "\"<secret>\""),
        (
            &["diff", "old", "new", "--report", "json"],
            1,
            "\"<secret>\"",
        ),
        (
            &["diff", "old", "new", "--volatile", "volatile.json"],
            2,
            "volatile.json:",
        ),
        (&["learn", "old", "new", "-o", "learned.json"], 1, "oops"),
        (
            &["import", "openapi", "api.yaml", "-o", "docs"],
            1,
            "#/nowhere",
        ),
        (&["import", "pages", "pages", "-o", "paged"], 1, "oops"),
        (&["import", "openapi", "api.yaml", "-o", "old"], 2, "oops"),
    ] {
        let run = sandbox.run(arguments).exits(code);
        let text = format!("{run}{}", run.stdout);
        assert!(text.contains(told), "{arguments:?}: {text}");
        for secret in [token.as_str(), "hunter2", "hunter3"] {
            assert!(!text.contains(secret), "{arguments:?}: {text}");
        }
    }
}
