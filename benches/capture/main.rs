//! How fast scenarios are captured: 2,000 requests in 200 isolated scenarios against the demo API on the loopback
//! address, eight at a time.
//!
//! ```console
//! $ cargo bench --bench capture
//! ```
//!
//! This is done with a connection for every scenario, as the settings have it unless they say otherwise and as hurl has
//! one for every file, and with one for every request (`keep_alive = false`). The same requests are made by `hurl
//! --parallel --jobs 8`, where it is installed (`HURL` names another program), and by a loop that keeps eight connections
//! open and looks at nothing: what the server itself can give. The programs take turns, and the fastest of the rounds
//! counts; `ROUNDS` says how many.

mod project;
mod raw;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use project::{JOBS, REQUESTS, SCENARIOS, SEPARATE};

const APIDOCS: &str = env!("CARGO_BIN_EXE_apidocs");

/// The demo API, stopped at the end.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let port = {
            let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            listener.local_addr().expect("its number").port()
        };
        let process = Command::new(APIDOCS)
            .args(["demo", "--seed", "1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let server = Self { process, port };
        let begins = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begins.elapsed() < Duration::from_secs(30),
                "the demo is not up"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command to its end; it must succeed.
fn timed(command: &mut Command) -> Duration {
    let begins = Instant::now();
    let output = command.output().expect("the program starts");
    let took = begins.elapsed();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

fn main() {
    // What cargo passes on, such as `--bench`, means nothing here.
    let rounds = std::env::var("ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let hurl = std::env::var("HURL").unwrap_or_else(|_| "hurl".to_owned());
    let version = Command::new(&hurl).arg("--version").output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());

    let server = Server::start();
    let token = raw::token(server.port);
    let folder = tempfile::tempdir().expect("a folder");
    let files = project::write(folder.path(), server.port);
    timed(
        Command::new(APIDOCS)
            .args(["fmt", "-q"])
            .current_dir(folder.path()),
    );
    let capture = |settings: &str| {
        timed(
            Command::new(APIDOCS)
                .args(["capture", "-q", "-j", &JOBS.to_string()])
                .args(["--config", settings])
                .env("BENCH_TOKEN", &token)
                .current_dir(folder.path()),
        )
    };
    let (mut ours, mut separate, mut theirs, mut raws) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        ours.push(capture("apidocs.toml"));
        separate.push(capture(SEPARATE));
        if version.is_some() {
            theirs.push(timed(
                Command::new(&hurl)
                    .args(["--parallel", "--jobs", &JOBS.to_string(), "--no-output"])
                    .args(["--variable", &format!("token={token}")])
                    .args(&files)
                    .current_dir(folder.path()),
            ));
        }
        raws.push(raw::requests(server.port, &token));
    }
    drop(server);

    println!(
        "{REQUESTS} requests in {SCENARIOS} scenarios, {JOBS} at a time; the fastest of {rounds} rounds"
    );
    let ours = tell("apidocs capture", &ours);
    let separate = tell("apidocs, not kept", &separate);
    if let Some(version) = version {
        let name = version.split(" (").next().unwrap_or("hurl");
        let theirs = tell(name, &theirs);
        println!(
            "apidocs is {:.2} times as fast as hurl, and {:.2} times with a connection for every request",
            theirs / ours,
            theirs / separate
        );
    } else {
        println!("hurl is not installed: there is nothing to compare with");
    }
    let raw = tell("the server alone", &raws);
    println!(
        "apidocs gets {:.0} % of what the server gives, and {:.0} % with a connection for every request",
        100.0 * raw / ours,
        100.0 * raw / separate
    );
}

/// Prints the fastest time, and gives it in seconds.
fn tell(name: &str, times: &[Duration]) -> f64 {
    let best = times.iter().min().copied().unwrap_or_default();
    let seconds = best.as_secs_f64();
    println!(
        "{name:24} {seconds:7.3} s {:9.0} requests/s",
        REQUESTS as f64 / seconds
    );
    seconds
}
