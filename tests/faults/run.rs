//! A run of the binary that is watched: how long, how much memory, what it leaves.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Run, Sandbox, document, ended, left_behind, mark, same, sections};

/// More memory than that is too much, in bytes.
const MEMORY: u64 = 200_000_000;

/// A project whose server has that fault, with a service that runs beside it. `settings` go in front of `[server]`,
/// `server` into it; `scenario` and `step` are more keys of the scenario and of its request.
pub fn project(fault: &str, settings: &str, server: &str, scenario: &str, step: &str) -> Sandbox {
    let program = std::env::current_exe().unwrap();
    at(
        &format!(
            "base_url = 'http://127.0.0.1:{{{{ port }}}}'\n{settings}\n\
             [server]\n\
             command = ['{}', '--exact', 'server::helper', '--nocapture']\n\
             env = {{ FAULT = '{fault}', FAULT_PORT = '{{{{ port }}}}' }}\n\
             ready = '/ready'\n{server}",
            program.display()
        ),
        scenario,
        step,
    )
}

/// The same with settings of its own.
pub fn at(settings: &str, scenario: &str, step: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let service =
        "[[services]]\nname = 'queue'\ncommand = ['sh', '-c', 'sleep 1000 & sleep 1000']\n";
    sandbox.write("apidocs.toml", format!("{settings}\n{service}"));
    let things = document("Things", json!({"a": 1})).to_string();
    sandbox.write("api-docs/endpoints/things/get-things.json", things);
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = format!(
        "{{\n  \"title\": \"Things\",{scenario}\n  \"requests\": [\n    \
         {{\"request\": \"GET /things/\",{step} \"example\": \"things/get-things\"}}\n  ]\n}}\n"
    );
    sandbox.write("api-docs/scenarios/Things.json", scenario);
    sandbox
}

/// How a run went.
pub struct Watched {
    pub run: Run,
    pub took: Duration,
    /// The most memory that it had, in bytes; 0 where the system does not tell.
    pub memory: u64,
}

/// Runs a verb to its end, within a limit.
pub fn watched(sandbox: &Sandbox, arguments: &[&str], limit: Duration) -> Watched {
    let mut command = sandbox.command(arguments);
    mark(&mut command, sandbox);
    let started = Instant::now();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let reader = std::thread::spawn(move || child.wait_with_output().unwrap());
    let mut memory = 0;
    while !reader.is_finished() {
        memory = memory.max(peak(id));
        assert!(started.elapsed() < limit, "it runs on after {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = started.elapsed();
    Watched {
        run: ended(reader.join().unwrap()),
        took,
        memory,
    }
}

/// The most memory that a process had so far.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// `generate` ends with that code within that time, in little memory; it writes nothing and leaves no process.
#[track_caller]
pub fn fails(sandbox: &Sandbox, code: i32, limit: Duration) -> Watched {
    let before = sandbox.files();
    let watched = watched(sandbox, &["generate"], limit);
    let Watched { run, memory, .. } = &watched;
    assert_eq!(run.code, Some(code), "{run}");
    assert!(*memory < MEMORY, "{memory} bytes: {run}");
    if cfg!(target_os = "linux") {
        assert!(*memory > 0);
    }
    same(&before, &sandbox.files());
    nothing_is_left(sandbox);
    watched
}

/// No marked process runs.
#[track_caller]
pub fn nothing_is_left(sandbox: &Sandbox) {
    // A process that was killed is seen until it is reaped.
    for _ in 0..40 {
        if left_behind(sandbox).is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let left = left_behind(sandbox);
    for process in &left {
        crate::support::send(rustix::process::Signal::KILL, *process);
    }
    panic!("these were left behind: {left:?}");
}

/// Whether a process runs, by its number in a file.
pub fn runs(file: &std::path::Path) -> bool {
    let pid = std::fs::read_to_string(file).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// How many bytes the files below a folder have, as far as they stay meanwhile.
pub fn sizes(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => sizes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
