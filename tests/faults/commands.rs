//! Commands that prepare, and misbehave.

use std::time::{Duration, Instant};

use crate::run::{fails, nothing_is_left, project, runs, sizes, watched};

const LIMIT: Duration = Duration::from_secs(60);

fn with_prepare(script: &str) -> crate::support::Sandbox {
    let prepare = format!("timeout = '20s'\nprepare = [['sh', '-c', '''{script}''']]");
    // So that the answer is the committed one.
    let settings = "host = 'api.example.com'\ndrop_headers = ['Content-Length']";
    project("none", settings, &prepare, "", "")
}

#[test]
fn one_that_fails_is_told_with_its_last_lines() {
    let sandbox = with_prepare("echo no such table; exit 4");
    let watched = fails(&sandbox, 3, LIMIT);
    watched.run.tells(&[
        "the prepare command 1 of the server ended with status 4",
        "no such table",
    ]);
}

#[test]
fn one_that_hangs_is_stopped() {
    let sandbox = with_prepare("sleep 1000 & sleep 1000");
    sandbox.edit("apidocs.toml", "timeout = '20s'", "timeout = '500ms'");
    let watched = fails(&sandbox, 3, LIMIT);
    assert!(watched.took < Duration::from_secs(15));
    watched
        .run
        .tells(&["the prepare command 1 of the server had not ended after 500ms"]);
}

#[test]
fn one_that_ignores_the_request_to_stop_is_killed() {
    let sandbox = with_prepare("trap \"\" TERM; while :; do sleep 0.1; done");
    sandbox.edit("apidocs.toml", "timeout = '20s'", "timeout = '500ms'");
    fails(&sandbox, 3, LIMIT);
}

#[test]
fn what_it_forks_away_is_stopped_in_the_end() {
    // In a session of its own, without a parent; the second one hides its environment, and wants no end.
    let sandbox = with_prepare(
        "setsid sh -c \"echo \\$\\$ > one; exec sleep 1000\" > /dev/null 2>&1 &\n\
         (env -i PATH=\"$PATH\" setsid sh -c \"trap : TERM; echo \\$\\$ > two; while true; do sleep 0.1; done\" > /dev/null 2>&1 &)\n\
         until [ -s one ] && [ -s two ]; do sleep 0.05; done",
    );
    let ended = watched(&sandbox, &["check"], LIMIT);
    ended.run.exits(0);
    assert!(sandbox.path("one").exists());
    nothing_is_left(&sandbox);
    if cfg!(target_os = "linux") {
        for file in ["one", "two"] {
            assert!(!runs(&sandbox.path(file)), "{file} runs on");
        }
    }
}

/// How much memory a process had at most, in kB; 0 where the system does not tell.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[test]
fn a_log_of_a_gigabyte_fills_neither_disk_nor_memory() {
    let sandbox = with_prepare("yes | head -c 1000000000; echo the end");
    let temporary = tempfile::tempdir().unwrap();
    let mut command = sandbox.command(&["check"]);
    command.env("TMPDIR", temporary.path());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let (mut largest, mut memory) = (0, 0);
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        largest = largest.max(sizes(temporary.path()));
        memory = memory.max(peak(child.id()));
        assert!(started.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(code, Some(0));
    assert_eq!(largest, 0);
    assert!(memory < 300_000, "{memory} kB");
}

#[test]
fn a_private_key_in_a_log_that_never_ends_stops_nobody() {
    let sandbox =
        with_prepare("echo \"-----BEGIN PRIVATE KEY-----\"; yes | head -c 12000000; echo the end");
    let ended = watched(&sandbox, &["check", "--logs", "logs"], LIMIT);
    ended.run.exits(0);
    let log = sandbox.read("logs/prepare-command-1-of-the-server.log");
    assert!(log.starts_with("<secret>"));
    assert!(log.len() > 11_000_000 && log.ends_with("y\nthe end\n"));
}
