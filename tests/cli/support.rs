//! Runs of the binary in folders of their own.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};

/// The binary under test.
pub const APIDOCS: &str = env!("CARGO_BIN_EXE_apidocs");

/// A folder that is removed at the end.
pub struct Sandbox(tempfile::TempDir);

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Files and folders by path; a folder has no contents.
pub type Files = BTreeMap<String, Option<Vec<u8>>>;

impl Sandbox {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the demo project.
    pub fn demo() -> Self {
        let sandbox = Self::new();
        sandbox.run(&["init", "--demo", "-q"]).exits(0);
        sandbox
    }

    /// With the demo project, whose server gives the same bytes each time.
    pub fn seeded_demo() -> Self {
        let sandbox = Self::demo();
        let port = "\"--port\", \"{{ port }}\"";
        sandbox.edit("apidocs.toml", port, &format!("{port}, \"--seed\", \"1\""));
        sandbox
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        command(self.root(), arguments)
    }

    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Changes what stands exactly once in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}:\n{text}");
        self.write(path, text.replace(from, to));
    }

    pub fn files(&self) -> Files {
        files(self.root())
    }
}

/// The binary in a folder, whatever the environment of the tests says.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(APIDOCS);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    clean(&mut command);
    command
}

/// Takes away the variables that change what the binary and `git` do.
pub fn clean(command: &mut Command) {
    let changes = |name: &str| {
        name.starts_with("APIDOCS_")
            || name.starts_with("GIT_")
            || name.to_ascii_lowercase().ends_with("_proxy")
            || ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"].contains(&name)
    };
    for (name, _) in std::env::vars_os() {
        if changes(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
}

pub fn run(mut command: Command) -> Run {
    ended(command.output().unwrap())
}

pub fn ended(output: Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output holds all of these.
    #[track_caller]
    pub fn answers(self, fragments: &[&str]) -> Self {
        for fragment in fragments {
            assert!(self.stdout.contains(fragment), "no {fragment:?} in {self}");
        }
        self
    }

    /// Standard error holds all of these.
    #[track_caller]
    pub fn tells(self, fragments: &[&str]) -> Self {
        for fragment in fragments {
            assert!(self.stderr.contains(fragment), "no {fragment:?} in {self}");
        }
        self
    }

    /// The report on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code;
        write!(
            f,
            "exit code {code:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        )
    }
}

/// The codes of the findings in a report.
pub fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let codes = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap());
    codes.collect()
}

/// Everything below a folder, `.git` aside.
pub fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    walk(folder, &mut |path, below| {
        let contents = match path.is_dir() {
            true => None,
            false => Some(std::fs::read(path).unwrap_or_default()),
        };
        files.insert(below, contents);
    });
    files
}

/// When each file was last written.
pub fn times(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut times = BTreeMap::new();
    walk(folder, &mut |path, below| {
        let metadata = std::fs::symlink_metadata(path).unwrap();
        if metadata.is_file() {
            times.insert(below, metadata.modified().unwrap());
        }
    });
    times
}

fn walk(folder: &Path, see: &mut dyn FnMut(&Path, String)) {
    fn below(root: &Path, folder: &Path, see: &mut dyn FnMut(&Path, String)) {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap() != ".git")
            .collect();
        entries.sort();
        for path in entries {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            see(&path, name);
            if path.is_dir() && !path.is_symlink() {
                below(root, &path, see);
            }
        }
    }
    below(folder, folder, see);
}

/// That two trees are the same; names what differs.
#[track_caller]
pub fn same(old: &Files, new: &Files) {
    let differing = differing(old, new);
    assert!(differing.is_empty(), "these differ: {differing:?}");
}

pub fn differing<'a>(old: &'a Files, new: &'a Files) -> Vec<&'a str> {
    let names: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(String::as_str)
        .collect()
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    walk(from, &mut |path, below| {
        let target = to.join(below);
        if path.is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(path, target).unwrap();
        }
    });
}

/// The corpus of the original's output, where it is there.
pub fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("APIDOCS_CORPUS").map_or(beside, PathBuf::from);
    if folder.join("pages").is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no corpus at {}", folder.display());
    None
}

/// A document with one example, whose response has that body.
pub fn document(title: &str, body: Value) -> Value {
    json!({
        "title": title,
        "method": "GET",
        "api_path": "/things/",
        "description": "Things.",
        "path_parameters": null,
        "examples": [{
            "name": "default",
            "request": {"method": "GET", "path": "/things/", "headers": ["Host: api.example.com"]},
            "response": {
                "status": 200, "reason": "OK",
                "headers": ["Content-Type: application/json"],
                "body": body
            }
        }]
    })
}

/// The sections of a project, each with its documents.
pub fn sections(sections: &[(&str, &[&str])]) -> Value {
    let sections: Vec<_> = sections
        .iter()
        .map(|(id, endpoints)| json!({"id": id, "title": id, "endpoints": endpoints}))
        .collect();
    json!({ "sections": sections })
}

/// Marks a command, so that what it starts can be found.
#[cfg(unix)]
pub fn mark(command: &mut Command, sandbox: &Sandbox) {
    command.env("APIDOCS_MARK", sandbox.root());
}

/// The numbers of the processes that marked commands of this sandbox left behind.
#[cfg(target_os = "linux")]
pub fn left_behind(sandbox: &Sandbox) -> Vec<i32> {
    let wanted = format!("APIDOCS_MARK={}", sandbox.root().display());
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let number = entry.file_name().to_str()?.parse().ok()?;
        let environment = std::fs::read(entry.path().join("environ")).ok()?;
        let marked = environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes());
        marked.then_some(number)
    });
    processes.collect()
}

/// Elsewhere the environment of a process cannot be read.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn left_behind(_: &Sandbox) -> Vec<i32> {
    println!("skipped: whether a process is left can be seen on Linux alone");
    Vec::new()
}

/// Sends a signal to a process that we started.
#[cfg(unix)]
pub fn send(signal: rustix::process::Signal, process: i32) {
    let process = rustix::process::Pid::from_raw(process).unwrap();
    // One that ended meanwhile needs none.
    let _ = rustix::process::kill_process(process, signal);
}

/// A server on the loopback address that answers every connection, until the test program ends.
pub struct Api {
    pub port: u16,
}

impl Api {
    /// Reads the head of one request, of which `answer` gets the path, and closes behind the answer.
    pub fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    if let Some(path) = requested(&mut stream) {
                        answer(&path, &mut stream);
                    }
                });
            }
        });
        Self { port }
    }

    /// Answers with these bytes, whatever is asked.
    pub fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |_, stream| {
            let _ = stream.write_all(&bytes);
        })
    }

    /// Answers with a JSON body.
    pub fn json(status: &str, body: &[u8]) -> Self {
        Self::answering(json_response(status, body))
    }
}

/// A response with a JSON body.
pub fn json_response(status: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// The path of a request; `None` where the connection ends before its head does.
pub fn requested(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    head.split(' ').nth(1).map(str::to_owned)
}

/// The one document of [`project`].
pub const DOCUMENT: &str = "api-docs/endpoints/things/get-things.json";
/// The one scenario of [`project`].
pub const SCENARIO: &str = "api-docs/scenarios/Things.json";

/// A project that validates, with its pages.
pub fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apidocs.toml", "base_url = 'http://127.0.0.1:1'\n");
    sandbox.write(DOCUMENT, document("Things", json!({"a": 1})).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    let scenario = json!({
        "title": "Things",
        "requests": [{"request": "GET /things/", "example": "things/get-things"}]
    });
    sandbox.write(SCENARIO, scenario.to_string());
    sandbox.run(&["validate"]).exits(0);
    sandbox.run(&["render", "-q"]).exits(0);
    sandbox
}

/// The verb ends with that code, tells these things on one stream or the other, and changes nothing.
#[track_caller]
pub fn fails(sandbox: &Sandbox, arguments: &[&str], code: i32, fragments: &[&str]) {
    let before = sandbox.files();
    let run = sandbox.run(arguments).exits(code);
    let told = Run {
        stderr: format!("{}{}", run.stderr, run.stdout),
        ..run
    };
    told.tells(fragments);
    same(&before, &sandbox.files());
}
