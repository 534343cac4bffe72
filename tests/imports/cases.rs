//! Golden cases: every folder of `tests/cases/openapi` and `tests/cases/requests` is a project in which a command runs.
//!
//! `command` holds its arguments, `stdin` its input. What it writes must be what stands in `expected/`, what it says
//! `told.txt`. Run with `UPDATE=1` to write what comes out; then read the difference.

use std::path::Path;

use apidocs::document::Tree;
use apidocs::validate;

use crate::support::{read, repository, run};

/// Runs a case in a copy of its folder: what it says, and what it leaves there.
fn outcome(case: &Tree) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Tree::default();
    for (path, bytes) in &case.files {
        if path.starts_with("expected/")
            || ["told.txt", "command", "stdin"].contains(&path.as_str())
        {
            continue;
        }
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
        inputs.insert(path.clone(), bytes.clone());
    }
    let command = String::from_utf8(case.files["command"].clone()).unwrap();
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let stdin = case.files.get("stdin").cloned().unwrap_or_default();
    let run = run(folder.path(), &arguments, &stdin);
    let mut out = Tree::default();
    let told = format!(
        "exit code {}\n\n{}{}",
        run.code.unwrap(),
        run.stdout,
        run.stderr
    );
    out.insert("told.txt", told);
    for (path, bytes) in read(folder.path()).files {
        if inputs.files.get(&path) != Some(&bytes) {
            out.insert(format!("expected/{path}"), bytes);
        }
    }
    out
}

fn compare(root: &Path, wrong: &mut Vec<String>) {
    let update = std::env::var_os("UPDATE").is_some();
    let case = read(root);
    let out = outcome(&case);
    let expected = case
        .files
        .keys()
        .filter(|path| path.starts_with("expected/") || *path == "told.txt");
    for path in expected.chain(out.files.keys()) {
        let (old, new) = (case.files.get(path), out.files.get(path));
        if old == new {
            continue;
        }
        let text = |bytes: Option<&Vec<u8>>| {
            String::from_utf8(bytes.cloned().unwrap_or_default()).unwrap()
        };
        let diff = similar::TextDiff::from_lines(text(old), text(new));
        wrong.push(format!(
            "{}/{path}\n{}",
            root.display(),
            diff.unified_diff()
        ));
        match new {
            Some(new) if update => {
                let file = root.join(path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, new).unwrap();
            }
            None if update => std::fs::remove_file(root.join(path)).unwrap(),
            _ => {}
        }
    }
}

#[test]
fn every_case_gives_what_it_must() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for kind in ["openapi", "requests"] {
        let cases = repository().join("tests/cases").join(kind);
        for entry in std::fs::read_dir(cases).unwrap() {
            compare(&entry.unwrap().path(), &mut wrong);
            count += 1;
        }
    }
    assert!(count > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is written fits our schemas, and contracts are schemas themselves.
#[test]
fn what_is_expected_is_valid() {
    for kind in ["openapi", "requests"] {
        let cases = repository().join("tests/cases").join(kind);
        for entry in std::fs::read_dir(cases).unwrap() {
            let case = read(&entry.unwrap().path());
            for root in ["expected/out", "expected/docs"] {
                let tree = case.below(root);
                let collection = apidocs::document::Collection::from_tree(&tree, "");
                let findings = validate::validate(&collection);
                let bad: Vec<_> = findings
                    .iter()
                    .filter(|finding| finding.code == apidocs::finding::codes::SCHEMA)
                    .collect();
                assert!(bad.is_empty(), "{bad:#?}");
                for (path, bytes) in &tree.files {
                    if path.starts_with("contracts/") {
                        let schema = serde_json::from_slice(bytes).unwrap();
                        let result = jsonschema::draft202012::options().offline().build(&schema);
                        assert!(result.is_ok(), "{path}: {:?}", result.err());
                    }
                }
            }
        }
    }
}

/// Every secret of the cases has the same mark: it stands in nothing that is written or said.
#[test]
fn no_secret_is_written() {
    let secrets = ["s3cr3t", "YWxpY2U6czNjcjN0"];
    let mut found = 0;
    for entry in std::fs::read_dir(repository().join("tests/cases/requests")).unwrap() {
        let case = read(&entry.unwrap().path());
        let has = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            secrets.iter().any(|secret| text.contains(secret))
        };
        found += case.files.values().filter(|bytes| has(bytes)).count();
        for (path, bytes) in outcome(&case).files {
            assert!(!has(&bytes), "{path}: {}", String::from_utf8_lossy(&bytes));
        }
    }
    assert!(found >= 4, "the cases hold no secrets");
}
