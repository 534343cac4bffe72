//! Time and memory of a run.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How a process ran.
pub struct Run {
    pub time: Duration,
    /// The most memory that was resident at a time, in bytes; 0 where the system does not tell.
    pub peak: u64,
    pub success: bool,
    pub output: String,
}

/// The best time of each, which take turns, so that what else the machine does meets all of them.
pub fn in_turn<const N: usize>(
    rounds: usize,
    mut runs: [&mut dyn FnMut() -> Duration; N],
) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..rounds {
        for (run, best) in runs.iter_mut().zip(&mut best) {
            *best = (*best).min(run());
        }
    }
    best
}

/// Runs a process to its end.
pub fn run(command: &mut Command) -> Run {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the process starts");
    let readers = [
        child.stdout.take().map(reader),
        child.stderr.take().map(reader),
    ];
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let done = loop {
        peak = peak.max(resident(&status));
        if let Some(done) = child.try_wait().expect("the process is ours") {
            break done;
        }
        thread::sleep(Duration::from_millis(1));
    };
    let time = start.elapsed();
    let output = readers.into_iter().flatten();
    let output = output.map(|reader| reader.join().unwrap_or_default());
    let mut output: String = output.collect();
    output.truncate(
        output
            .char_indices()
            .nth(2_000)
            .map_or(output.len(), |(at, _)| at),
    );
    Run {
        time,
        peak,
        success: done.success(),
        output,
    }
}

fn reader(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The high-water mark, which Linux tells.
fn resident(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}

/// Reads and parses files, and nothing else.
pub fn parse_all(files: &[PathBuf], threads: usize) -> Duration {
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut members = 0;
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = fs::read(file).expect("the document is there");
            let value: Value = serde_json::from_slice(&bytes).expect("the document is JSON");
            members += value.as_object().map_or(0, serde_json::Map::len);
        }
        members
    };
    let members: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done = threads.into_iter().map(|thread| thread.join());
        done.map(|members| members.expect("nothing panics")).sum()
    });
    assert!(members > 0);
    start.elapsed()
}
