//! Tiny servers, and projects in memory.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use apidocs::capture::{self, Captured, Error, Options, Outcome};
use apidocs::document::{Collection, Example, Request, Response, Tree};
use apidocs::finding::Finding;
use apidocs::project::Settings;
use serde_json::{Value, json};

/// A request as a tiny server received it.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Reads one request; `None` where the connection ends before.
    pub fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            bytes.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = head.lines();
        let mut received = Self {
            line: lines.next()?.to_owned(),
            ..Self::default()
        };
        for line in lines {
            if let Some((name, value)) = line.split_once(": ") {
                received.headers.push((name.to_owned(), value.to_owned()));
            }
        }
        let length = received
            .header("content-length")
            .and_then(|length| length.parse().ok());
        received.body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut received.body).ok()?;
        Some(received)
    }
}

/// A server on a free port of the loopback address, one thread a connection, until the test ends.
pub struct Api {
    pub port: u16,
    pub received: Arc<Mutex<Vec<Received>>>,
}

impl Api {
    /// Answers with the bytes that `answer` gives, and closes.
    pub fn answering(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving(move |received, stream| {
            let bytes = answer(received);
            let _ = stream.write_all(&bytes);
        })
    }

    /// Hands the connection to `serve` after it read one request.
    pub fn serving(serve: impl Fn(&Received, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let (log, serve) = (Arc::clone(&log), Arc::clone(&serve));
                std::thread::spawn(move || {
                    if let Some(received) = Received::read(&mut stream) {
                        log.lock().unwrap().push(received.clone());
                        serve(&received, &mut stream);
                    }
                });
            }
        });
        Self { port, received }
    }

    pub fn lines(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|received| received.line.replace(" HTTP/1.1", ""))
            .collect()
    }
}

/// A JSON response with its length.
pub fn json_response(status: &str, body: &str) -> Vec<u8> {
    response(status, "application/json", body)
}

pub fn response(status: &str, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A project: settings, and documents in memory.
pub struct Project {
    pub settings: Settings,
    pub tree: Tree,
    pub folder: tempfile::TempDir,
    pub only: Vec<String>,
    pub skip: Vec<String>,
    pub jobs: usize,
    pub fail_fast: bool,
    pub interrupted: Arc<AtomicBool>,
}

impl Project {
    /// A project with an endpoint document `a/b`, and more settings.
    pub fn new(settings: &str) -> Self {
        let mut project = Self {
            settings: toml::from_str(settings).unwrap(),
            tree: Tree::default(),
            folder: tempfile::tempdir().unwrap(),
            only: Vec::new(),
            skip: Vec::new(),
            jobs: 1,
            fail_fast: false,
            interrupted: Arc::default(),
        };
        project.document("a/b");
        project
    }

    /// For an API that is up already.
    pub fn at(api: &Api, settings: &str) -> Self {
        let port = api.port;
        Self::new(&format!("base_url = 'http://127.0.0.1:{port}'\n{settings}"))
    }

    pub fn document(&mut self, name: &str) {
        let document = json!({"title": "t", "method": "GET", "api_path": "/", "description": ""});
        self.file(&format!("endpoints/{name}.json"), &document);
    }

    pub fn file(&mut self, path: &str, value: &Value) {
        self.tree.insert(path, value.to_string());
    }

    pub fn scenario(&mut self, ident: &str, value: &Value) {
        self.file(&format!("scenarios/{ident}.json"), value);
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn with_options<T>(&self, use_it: impl FnOnce(&Options<'_>) -> T) -> T {
        let collection = Collection::from_tree(&self.tree, "api-docs");
        assert!(collection.findings.is_empty(), "{:?}", collection.findings);
        use_it(&Options {
            root: self.folder.path(),
            docs: self.folder.path(),
            settings: &self.settings,
            collection: &collection,
            only: &self.only,
            skip: &self.skip,
            jobs: self.jobs,
            fail_fast: self.fail_fast,
            shard: None,
            order: Default::default(),
            exchanges: true,
            logs: None,
            interrupted: Arc::clone(&self.interrupted),
        })
    }

    pub fn check(&self) -> Vec<Finding> {
        self.with_options(capture::check)
    }

    pub fn run(&self) -> Result<Captured, Error> {
        self.with_options(|options| capture::run(options, &()))
    }

    /// Runs one request for the example `a/b`.
    pub fn run_one(&mut self, request: Value) -> Captured {
        let mut request = request;
        request["example"] = json!("a/b");
        self.scenario("One", &json!({"requests": [request]}));
        assert_eq!(self.check(), []);
        self.run().unwrap()
    }

    /// Sets the flag after a while.
    pub fn interrupt_after(&self, millis: u64) {
        let flag = Arc::clone(&self.interrupted);
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(millis));
            flag.store(true, Ordering::Relaxed);
        });
    }
}

/// One `GET /` for the example `a/b`.
pub fn get() -> Value {
    json!({"request": "GET /"})
}

pub fn example<'a>(captured: &'a Captured, target: &str) -> &'a Example {
    let target = target.parse().unwrap();
    let found = captured.examples.get(&target);
    &found.unwrap_or_else(|| panic!("{captured:#?}")).example
}

pub fn sides(captured: &Captured) -> (&Request, &Response) {
    let example = example(captured, "a/b");
    (
        example.request.parsed().unwrap(),
        example.response.parsed().unwrap(),
    )
}

pub fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.id).collect()
}

/// What is told of the one scenario, which broke.
pub fn broken(captured: &Captured) -> String {
    assert!(captured.examples.is_empty());
    match &captured.scenarios[0].outcome {
        Outcome::Broken(error) => {
            assert_eq!(captured.broken().count(), 1);
            error.to_string()
        }
        other => panic!("{other:?}: {captured:#?}"),
    }
}

/// The one finding of the one scenario, which failed.
pub fn finding(captured: &Captured) -> Finding {
    assert!(captured.examples.is_empty());
    assert_eq!(
        captured.scenarios[0].outcome,
        Outcome::Failed,
        "{captured:#?}"
    );
    let findings: Vec<_> = captured.findings().cloned().collect();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings[0].clone()
}

/// Waits for a file that ends with a line break.
pub fn wait_for(path: &Path) -> String {
    for _ in 0..500 {
        if let Ok(text) = std::fs::read_to_string(path)
            && text.ends_with('\n')
        {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{} was not written", path.display());
}
