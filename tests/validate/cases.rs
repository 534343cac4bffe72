//! Golden cases: a small project each, with all that is found in it.
//!
//! `tests/cases/validate/<name>/` holds a folder `docs`, or an `apidocs.toml`, or both, and what is found: `expected.json` and
//! `expected.txt`, as machines and people are told. `UPDATE=1 cargo test --test validate` writes them; read them before you commit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use apidocs::capture;
use apidocs::document::{Collection, Tree};
use apidocs::finding::{Finding, SourceFile, codes};
use apidocs::project::Settings;
use apidocs::report::{self, Report};
use apidocs::stabilize::secrets::{Rules, Secrets};
use apidocs::validate::{self, Checks, apply_severity, without_secrets};

use crate::support::read;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/validate");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

/// What `apidocs validate` tells of a case.
fn found(case: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut of_settings = Vec::new();
    let mut settings = Settings::default();
    let file = case.join("apidocs.toml");
    if file.exists() {
        let source = SourceFile::new("apidocs.toml", &fs::read(file).unwrap());
        let (read, faults) = Settings::in_parts(&source.text);
        settings = read;
        // No severity makes less of settings that cannot be used.
        match faults.as_slice() {
            [] => findings.extend(validate::settings(&source)),
            _ => of_settings = validate::settings(&source),
        }
        settings.file = Some(source);
    }
    let docs = case.join("docs");
    if docs.exists() {
        let collection = Collection::from_tree(&read(&docs), "docs");
        let checks = Checks::new(&settings);
        let once = checks.all(&collection);
        assert_eq!(once, checks.all(&collection), "{}", case.display());
        findings.extend(once);
        let scenarios = capture::check(&capture::Options {
            root: case,
            docs: &docs,
            settings: &settings,
            collection: &collection.with_certain(),
            only: &[],
            skip: &[],
            jobs: 1,
            fail_fast: false,
            shard: None,
            order: Default::default(),
            exchanges: false,
            logs: None,
            interrupted: Arc::new(AtomicBool::new(false)),
        });
        // That a scenario does not fit its schema was told by the schema.
        let scenarios = scenarios.into_iter();
        findings.extend(scenarios.filter(|finding| finding.code != codes::SCHEMA));
    }
    let mut findings = apply_severity(findings, &settings.severity);
    findings.append(&mut of_settings);
    findings.sort_by(Finding::order);
    let secrets = Secrets::new(Rules::new(&settings.secrets));
    without_secrets(findings, &Arc::new(secrets))
}

#[test]
fn each_case_has_exactly_its_findings() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let report = Report {
            findings: found(&case),
            ..Report::default()
        };
        let human = report::human(&report, usize::MAX);
        let human = anstream::adapter::strip_str(&human).to_string();
        for (name, actual) in [
            ("expected.json", report::json(&report)),
            ("expected.txt", human),
        ] {
            let path = case.join(name);
            if update {
                fs::write(&path, &actual).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if actual != expected {
                let diff = similar::TextDiff::from_lines(&expected, &actual);
                wrong.push(format!("{}\n{}", path.display(), diff.unified_diff()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_hundred_thousand_arrays_are_a_finding() {
    let mut tree = Tree::default();
    tree.insert("endpoints/a/deep.json", "[".repeat(100_000));
    let findings = validate::validate(&Collection::from_tree(&tree, "docs"));
    let codes: Vec<_> = findings.iter().map(|finding| finding.code.id).collect();
    assert_eq!(codes, ["json-depth"]);
    assert_eq!(findings[0].position().unwrap().column, 1_001);
}

#[test]
fn settings_of_any_depth_are_read_or_told() {
    for text in [
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{a = ".repeat(100_000)),
        format!("{}x = 1", "a.".repeat(100_000)),
        format!("[{}x]", "a.".repeat(100_000)),
    ] {
        let findings = validate::settings(&SourceFile::new("apidocs.toml", text.as_bytes()));
        assert!(!findings.is_empty());
    }
}

#[test]
fn places_in_a_page_are_those_of_its_file() {
    let text = "---\n# \"a\": {\n{\n  \"api_path\": 1,\n  \"titel\": \"\"\n}\n---\n";
    let source = SourceFile::new("a.md", text.as_bytes());
    let start = text.find("\n{\n").unwrap() + 1;
    let value = apidocs::json::parse(&text[start..text.rfind('}').unwrap() + 1]).unwrap();
    let findings = validate::page(&value, &source, start);
    let places: Vec<_> = findings
        .iter()
        .filter(|finding| !finding.message.ends_with("is missing"))
        .map(|finding| (finding.position().unwrap().line, finding.message.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (4, "expected a string, found a number"),
            (5, "`titel` is not known here")
        ]
    );
    assert_eq!(findings.len(), 2 + 11);
}
