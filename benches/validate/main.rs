//! How fast `apidocs validate` is, as ratios within one run.
//!
//! `cargo bench --bench validate` writes 10,000 endpoint documents of about 5 KB into a temporary folder and times, each
//! as often as the others and in turn:
//!
//! - the release binary, start-up included, and its peak memory;
//! - reading and parsing the same files, with as many threads and nothing else: what no validator can do without;
//! - `check-jsonschema` and `ajv-cli` on the same schema and files, where they are installed:
//!   `pip install check-jsonschema` and `npm install -g ajv-cli`.
//!
//! It fails where a limit is not met.

mod documents;
mod measure;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use measure::{in_turn, parse_all, run};

const DOCUMENTS: usize = 10_000;
const ROUNDS: usize = 5;

/// At most so many times the time of reading and parsing.
const MOST_OVER_PARSING: f64 = 2.0;
/// At least so many times as fast as each of the others.
const LEAST_OVER: [(&str, f64); 2] = [("check-jsonschema", 20.0), ("ajv", 4.0)];
/// In bytes.
const MOST_MEMORY: u64 = 150_000_000;

fn main() -> ExitCode {
    // `cargo test --benches` asks whether it builds.
    if std::env::args().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let bytes = documents::write(root, DOCUMENTS).expect("the documents are written");
    let files = documents::files(root);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    println!(
        "{DOCUMENTS} documents, {} KB each, {threads} threads, the best of {ROUNDS} rounds",
        bytes / DOCUMENTS / 1_000
    );

    let mut memory = 0;
    let mut validate = || {
        let done = run(&mut ours(root));
        assert!(done.success, "{}", done.output);
        memory = memory.max(done.peak);
        done.time
    };
    let parse = &mut || parse_all(&files, threads);
    let [ours, parsing] = in_turn(ROUNDS, [&mut validate, parse]);
    println!("apidocs validate          {}", shown(ours));
    println!("reading and parsing       {}", shown(parsing));

    let mut missed = Vec::new();
    let over = ours.as_secs_f64() / parsing.as_secs_f64();
    println!("over reading and parsing  {over:.2} (at most {MOST_OVER_PARSING})");
    if over > MOST_OVER_PARSING {
        missed.push("the time over reading and parsing");
    }
    for (name, least) in LEAST_OVER {
        let Some(mut command) = peer(name, root, &files) else {
            println!("{name:<25} not installed: see the head of benches/validate/main.rs");
            continue;
        };
        let mut validate_too = || {
            let done = run(&mut command);
            assert!(done.success, "{name}: {}", done.output);
            done.time
        };
        let [ours, peer] = in_turn(ROUNDS, [&mut validate, &mut validate_too]);
        let faster = peer.as_secs_f64() / ours.as_secs_f64();
        println!(
            "{name:<25} {}: {faster:.1} times as long (at least {least})",
            shown(peer)
        );
        if faster < least {
            missed.push(name);
        }
    }
    println!("peak memory               {} MB", memory / 1_000_000);
    if memory > MOST_MEMORY {
        missed.push("the peak memory");
    }
    if missed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("missed: {}", missed.join(", "));
    ExitCode::FAILURE
}

fn ours(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_apidocs"));
    command.current_dir(root);
    command.args(["validate", "--docs", "docs"]);
    command
}

/// How another validator is run; `None` where it is not installed.
fn peer(name: &str, root: &Path, files: &[PathBuf]) -> Option<Command> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/endpoint.schema.json");
    let mut command = Command::new(name);
    command.current_dir(root);
    match name {
        "ajv" => {
            command.args(["validate", "--spec=draft2020", "--strict=false", "-s"]);
            command.arg(&schema).args(["-d", "docs/endpoints/*/*.json"]);
        }
        _ => {
            command.arg("--schemafile").arg(&schema);
            command.args(files.iter().filter_map(|file| file.strip_prefix(root).ok()));
        }
    }
    // Whether it is there at all.
    Command::new(name).arg("--help").output().ok()?;
    Some(command)
}

fn shown(time: Duration) -> String {
    format!("{:>8.3} s", time.as_secs_f64())
}
