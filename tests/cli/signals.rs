//! Runs that somebody interrupts, and what they must not leave behind.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::support::{
    Run, Sandbox, ended, json_response, left_behind, mark, requested, same, sections, send,
};

/// Not a test: the server, when a test has one started.
#[test]
fn helper() {
    let Ok(mode) = std::env::var("HELPER_MODE") else {
        return;
    };
    match mode.as_str() {
        "exits" => std::process::exit(3),
        "hangs" => std::thread::sleep(Duration::from_secs(600)),
        _ => {}
    }
    let port: u16 = std::env::var("HELPER_PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        std::thread::spawn(move || {
            let path = requested(&mut stream).unwrap_or_default();
            if path == "/late" {
                std::thread::sleep(Duration::from_secs(60));
            }
            let _ = stream.write_all(&json_response("200 OK", b"{\"a\":1}"));
        });
    }
}

/// A project with a server of that mode, which has a child of its own, and a scenario that asks for that path.
fn project(mode: &str, path: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let program = std::env::current_exe().unwrap();
    let script = r#"sleep 1000 & exec "$0" --exact signals::helper --nocapture"#;
    sandbox.write(
        "apidocs.toml",
        format!(
            "base_url = 'http://127.0.0.1:{{{{ port }}}}'
             host = 'https://api.example.com'
             [server]
             command = ['sh', '-c', '''{script}''', '{}']
             env = {{ HELPER_PORT = '{{{{ port }}}}', HELPER_MODE = '{mode}' }}
             ready = '/ready'
             timeout = '{}'
             [[services]]
             name = 'queue'
             command = ['sh', '-c', 'sleep 1000 & sleep 1000']
             ",
            program.display(),
            if mode == "hangs" { "400ms" } else { "30s" },
        ),
    );
    sandbox.write(
        "api-docs/endpoints/things/get-things.json",
        json!({"title": "Things", "method": "GET", "api_path": path, "description": ""})
            .to_string(),
    );
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = json!({
        "title": "Things",
        "requests": [{"request": format!("GET {path}"), "example": "things/get-things"}]
    });
    sandbox.write("api-docs/scenarios/Things.json", scenario.to_string());
    sandbox
}

/// Runs a verb to its end; with a signal, once it said that.
fn run(sandbox: &Sandbox, arguments: &[&str], signal: Option<(&str, Signal)>) -> Run {
    let mut command = sandbox.command(arguments);
    mark(&mut command, sandbox);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    if let Some((mark, signal)) = signal {
        let stderr = child.stderr.as_mut().unwrap();
        let mut byte = [0];
        while !String::from_utf8_lossy(&said).contains(mark) {
            assert_eq!(stderr.read(&mut byte).unwrap(), 1, "it never said {mark:?}");
            said.push(byte[0]);
        }
        // The request is on its way.
        std::thread::sleep(Duration::from_millis(300));
        if cfg!(target_os = "linux") {
            assert!(left_behind(sandbox).len() > 2, "nothing runs");
        }
        send(signal, i32::try_from(child.id()).unwrap());
    }
    let mut run = ended(child.wait_with_output().unwrap());
    run.stderr.insert_str(0, &String::from_utf8(said).unwrap());
    run
}

#[track_caller]
fn nothing_is_left(sandbox: &Sandbox) {
    let mut left = left_behind(sandbox);
    // A process that was killed is seen until it is reaped.
    for _ in 0..20 {
        if left.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
        left = left_behind(sandbox);
    }
    for process in &left {
        send(Signal::KILL, *process);
    }
    panic!("these were left behind: {left:?}");
}

#[test]
fn an_interrupted_run_writes_nothing_and_leaves_no_process() {
    for (verb, signal) in [
        ("generate", Signal::INT),
        ("generate", Signal::TERM),
        ("capture", Signal::HUP),
        ("check", Signal::INT),
    ] {
        let sandbox = project("serves", "/late");
        let before = sandbox.files();
        let started = Instant::now();
        let run = run(&sandbox, &[verb, "-v"], Some(("Things: GET /late", signal)));
        run.exits(130).tells(&["error: interrupted\n"]);
        assert!(started.elapsed() < Duration::from_secs(15));
        nothing_is_left(&sandbox);
        same(&before, &sandbox.files());
    }
}

#[test]
fn an_interrupted_start_leaves_no_process() {
    let sandbox = project("hangs", "/things");
    sandbox.edit("apidocs.toml", "'400ms'", "'60s'");
    let before = sandbox.files();
    run(
        &sandbox,
        &["generate"],
        Some(("starting the server", Signal::INT)),
    )
    .exits(130)
    .tells(&["error: interrupted\n"]);
    nothing_is_left(&sandbox);
    same(&before, &sandbox.files());
}

#[test]
fn a_run_that_fails_leaves_no_process() {
    for (mode, status, code) in [("serves", 418, 1), ("exits", 200, 3), ("hangs", 200, 3)] {
        let sandbox = project(mode, "/things");
        sandbox.edit(
            "api-docs/scenarios/Things.json",
            "\"example\"",
            &format!("\"status\":{status},\"example\""),
        );
        let before = sandbox.files();
        run(&sandbox, &["generate"], None).exits(code);
        nothing_is_left(&sandbox);
        same(&before, &sandbox.files());
    }
    // Nor does one that succeeds.
    let sandbox = project("serves", "/things");
    run(&sandbox, &["generate"], None).exits(0);
    nothing_is_left(&sandbox);
    assert!(sandbox.path("site/things/get-things.md").exists());
}
