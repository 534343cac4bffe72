//! Golden cases: a project each, with a small Django-style package, and what an import makes of it.
//!
//! `tests/cases/docstrings/<name>/` holds the project and `expected/`: the folder of documents afterwards, and
//! `told.txt`, the exit code and the findings. `UPDATE=1 cargo test --test docstrings` writes it; read it before you
//! commit it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::trees::read;

/// What only other verbs tell, and what the hostile sources are for.
const ELSEWHERE: [&str; 2] = ["behind-source", "python-encoding"];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/docstrings");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

/// A copy of a case, without what is expected.
fn copy(case: &Path) -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, bytes) in read(case).files {
        if !path.starts_with("expected/") {
            sandbox.write(&path, bytes);
        }
    }
    sandbox
}

/// The exit code and the findings, a line each.
fn told(run: &Run) -> String {
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut text = format!("exit {}\n", run.code.unwrap());
    for finding in report["findings"].as_array().unwrap() {
        let place = |key: &str| finding[key].as_u64().map(|number| format!(":{number}"));
        text.push_str(&format!(
            "{} {}{}{} {} {}\n",
            finding["severity"].as_str().unwrap(),
            finding["file"].as_str().unwrap_or("-"),
            place("line").unwrap_or_default(),
            place("column").unwrap_or_default(),
            finding["code"].as_str().unwrap(),
            finding["message"].as_str().unwrap(),
        ));
    }
    text
}

fn found(case: &Path) -> BTreeMap<String, String> {
    let sandbox = copy(case);
    let run = sandbox.run(&["import", "docstrings", "--report", "json"]);
    let mut found = BTreeMap::from([("told.txt".to_owned(), told(&run))]);
    for folder in ["api-docs", "docs"] {
        if sandbox.path(folder).exists() {
            for (path, bytes) in read(&sandbox.path(folder)).files {
                found.insert(format!("docs/{path}"), String::from_utf8(bytes).unwrap());
            }
        }
    }
    // The same once more: nothing is left to write.
    if run.code == Some(0) {
        let before = sandbox.files();
        let again = sandbox.run(&["import", "docstrings", "--report", "json"]);
        assert_eq!(again.stdout, run.stdout, "{}", case.display());
        assert_eq!(sandbox.files(), before, "{}", case.display());
        sandbox.run(&["fmt", "--check", "-q"]).exits(0);
    }
    found
}

#[test]
fn each_case_gives_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut codes = Vec::new();
    for case in cases() {
        let found = found(&case);
        let folder = case.join("expected");
        if update {
            let _ = fs::remove_dir_all(&folder);
            for (path, text) in &found {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let expected: BTreeMap<String, String> = read(&folder)
            .files
            .into_iter()
            .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
            .collect();
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{}",
            case.display()
        );
        for (path, text) in &found {
            assert_eq!(*text, expected[path], "{}: {path}", case.display());
        }
        codes.push(found["told.txt"].clone());
    }
    let codes = codes.concat();
    let section = include_str!("../../src/finding/codes.rs");
    let section = section.split("// Reading Python source.").nth(1).unwrap();
    let section = section.split("}").next().unwrap();
    let mut seen = 0;
    for line in section.lines().filter(|line| line.contains('"')) {
        let code = line.split('"').nth(1).unwrap();
        let covered = codes.contains(&format!(" {code} ")) || ELSEWHERE.contains(&code);
        assert!(covered, "no case tells {code}");
        seen += 1;
    }
    assert!(seen > 8, "{section}");
}
