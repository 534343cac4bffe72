//! Golden cases of whole runs, and that every code has a golden case somewhere.
//!
//! `tests/cases/runs/<name>/` is a folder in which the binary is run, on a copy. Its `case.json` gives the `arguments`, and may give
//! `responses` (what a server on a free port answers, as it is on the wire, by method and path; `PORT` in the settings is that
//! port), `links` (symbolic links to make) and `large` (files to make that are one byte too large). `expected.json` and
//! `expected.txt` are the reports, as machines and people are told. `UPDATE=1 cargo test --test cli` writes them; read them then.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use apidocs::finding::Code;
use apidocs::json::MAX_SIZE;
use serde::Deserialize;

use crate::support::{Sandbox, copy};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    arguments: Vec<String>,
    exit: i32,
    #[serde(default)]
    responses: Option<BTreeMap<String, String>>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    #[serde(default)]
    large: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Answers until the test ends; what is not known is not found.
fn serve(responses: BTreeMap<String, String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // One that breaks off is the client's to tell.
            let _ = answer(stream, &responses);
        }
    });
    port
}

fn answer(mut stream: TcpStream, responses: &BTreeMap<String, String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::from("-");
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let target = first.rsplit_once(' ').map_or("", |(target, _)| target);
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let response = responses.get(target).map_or(missing, String::as_str);
    stream.write_all(response.as_bytes())
}

/// The reports of a run, for machines and for people.
fn reports(path: &Path) -> [(&'static str, String); 2] {
    let text = std::fs::read_to_string(path.join("case.json")).unwrap();
    let case: Case = serde_json::from_str(&text).unwrap();
    let sandbox = Sandbox::new();
    copy(path, sandbox.root());
    for name in ["case.json", "expected.json", "expected.txt"] {
        let _ = std::fs::remove_file(sandbox.path(name));
    }
    for (link, target) in &case.links {
        #[cfg(unix)]
        std::os::unix::fs::symlink(target, sandbox.path(link)).unwrap();
        #[cfg(not(unix))]
        panic!("no link {link} to {target}");
    }
    for file in &case.large {
        sandbox.write(file, vec![b' '; MAX_SIZE + 1]);
    }
    let mut port = None;
    if let Some(responses) = case.responses {
        let settings = sandbox.read("apidocs.toml");
        let served = serve(responses).to_string();
        sandbox.write("apidocs.toml", settings.replace("PORT", &served));
        port = Some(served);
    }
    let mut arguments: Vec<_> = case.arguments.iter().map(String::as_str).collect();
    arguments.extend(["--report", "json", "--report", "human=human.txt"]);
    let run = sandbox.run(&arguments).exits(case.exit);
    let root = sandbox.root().to_string_lossy().into_owned();
    let shown = |text: String| {
        let text = text.replace(&root, "ROOT");
        match &port {
            Some(port) => text.replace(port.as_str(), "PORT"),
            None => text,
        }
    };
    [
        ("expected.json", shown(run.stdout)),
        ("expected.txt", shown(sandbox.read("human.txt"))),
    ]
}

#[test]
fn each_run_reports_exactly_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder().join("runs")).unwrap() {
        let case = entry.unwrap().path();
        for (name, actual) in reports(&case) {
            let path = case.join(name);
            if update {
                std::fs::write(&path, &actual).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if actual != expected {
                let diff = similar::TextDiff::from_lines(&expected, &actual);
                wrong.push(format!("{}\n{}", path.display(), diff.unified_diff()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that no golden case has, each with the source whose test asserts it.
const ASSERTED: [(&str, &str); 4] = [
    ("leaked-secret", "tests/cli/secrets/mod.rs"),
    ("python-encoding", "tests/docstrings/hostile.rs"),
    ("unstable-value", "tests/cli/learning.rs"),
    ("yaml-syntax", "src/import/openapi/yaml/mod.rs"),
];

/// The codes that a golden file tells: `"code": "…"` in JSON, `error[…]` as people are told, or the word behind the place.
fn told(text: &str) -> BTreeSet<&str> {
    let in_json = text.split("\"code\": \"").skip(1);
    let in_json = in_json.filter_map(|rest| Some(rest.split_once('"')?.0));
    let severities = ["error", "warning", "info"];
    let for_people = text.lines().filter_map(|line| {
        let severity = severities
            .iter()
            .find(|severity| line.starts_with(**severity))?;
        let rest = line.strip_prefix(severity)?;
        match rest.strip_prefix('[') {
            Some(rest) => Some(rest.split_once(']')?.0),
            None => rest.split(' ').nth(2),
        }
    });
    in_json.chain(for_people).collect()
}

/// A code without a golden case is a promise that nothing holds: one may be in any folder of `tests/cases`, in a file whose
/// test compares it with what is found. The few others name the test that asserts them.
#[test]
fn each_code_has_a_golden_case() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder()) {
        let entry = entry.unwrap();
        if ["expected.json", "expected.txt", "told.txt"]
            .contains(&&*entry.file_name().to_string_lossy())
        {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            seen.extend(told(&text).into_iter().map(str::to_owned));
        }
    }
    for (code, source) in ASSERTED {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(source));
        let text = text.unwrap();
        // In a source of the library the tests stand behind its code.
        let tests = text.rsplit("#[cfg(test)]").next().unwrap();
        assert!(tests.contains(&format!("\"{code}\"")), "{source}: {code}");
        assert!(seen.insert(code.to_owned()), "{code} has a golden case");
    }
    let without: Vec<_> = Code::all().filter(|code| !seen.contains(code.id)).collect();
    assert!(
        without.is_empty(),
        "no golden case in tests/cases: {without:?}"
    );
}
