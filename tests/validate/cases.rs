//! Golden cases: a folder of documents each, with all that is found in it.
//!
//! `tests/cases/validate/<name>/` holds a folder `docs`, or an `apidocs.toml`, or both, and `expected.json`.
//! `UPDATE=1 cargo test --test validate` writes what is found; read it before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apidocs::document::{Collection, Tree};
use apidocs::finding::{Finding, SourceFile};
use apidocs::json::{KeyOrder, write};
use apidocs::validate;
use serde_json::{Value, json};

use crate::support::{corpus, read};

/// What reading the files and this room can find, but for a file that is too large.
const CODES: [&str; 22] = [
    "case-clash",
    "duplicate-example",
    "duplicate-key",
    "duplicate-listing",
    "example-and-no-example",
    "json-depth",
    "json-encoding",
    "json-syntax",
    "missing-document",
    "missing-example",
    "missing-sections",
    "no-endpoints",
    "path-parameters",
    "request-method",
    "request-path",
    "reserved-key",
    "schema",
    "stray-file",
    "toml-syntax",
    "uncaptured-example",
    "unlisted-document",
    "unsafe-name",
];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/validate");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn found(case: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let settings = case.join("apidocs.toml");
    if settings.exists() {
        let source = SourceFile::new("apidocs.toml", &fs::read(settings).unwrap());
        findings.extend(validate::settings(&source));
    }
    let docs = case.join("docs");
    if docs.exists() {
        let collection = Collection::from_tree(&read(&docs), "docs");
        let once = validate::validate(&collection);
        assert_eq!(once, validate::validate(&collection), "{}", case.display());
        findings.extend(once);
    }
    findings
}

fn told(finding: &Finding) -> Value {
    let position = finding.position();
    let span = finding.label.as_ref().and_then(|label| {
        let text = label.source.text.get(label.span.clone()?)?;
        Some(text.lines().next().unwrap_or_default().to_owned())
    });
    let mut told = json!({
        "code": finding.code,
        "severity": finding.severity,
        "file": finding.file(),
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
        "text": span,
        "pointer": finding.pointer,
        "address": finding.address,
        "message": finding.message,
        "help": finding.help,
    });
    told.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    told
}

#[test]
fn each_case_has_exactly_its_findings() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let actual: Vec<_> = found(&case).iter().map(told).collect();
        let actual = write(&Value::from(actual), KeyOrder::Kept);
        let path = case.join("expected.json");
        if update {
            fs::write(&path, &actual).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if actual != expected {
            let diff = similar::TextDiff::from_lines(&expected, &actual);
            wrong.push(format!("{}\n{}", case.display(), diff.unified_diff()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_code_has_a_case() {
    let codes: BTreeSet<_> = cases()
        .iter()
        .flat_map(|case| found(case))
        .map(|finding| finding.code.id)
        .chain(["json-depth"])
        .collect();
    assert_eq!(codes, BTreeSet::from(CODES));
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

/// The pages of a corpus outside the repository with their JSON and where it begins; none where it is not there.
fn pages(tree_name: &str) -> Vec<(Arc<SourceFile>, usize, Value)> {
    let Some(corpus) = corpus() else {
        return Vec::new();
    };
    let folder = corpus.join("pages").join(tree_name);
    let files = read(&folder).files.into_iter();
    files
        .filter(|(path, _)| !path.ends_with("index.md"))
        .map(|(path, bytes)| {
            let source = SourceFile::new(path, &bytes);
            let start = source.text.find("\n{").unwrap() + 1;
            let end = source.text.rfind('}').unwrap() + 1;
            let value = apidocs::json::parse(&source.text[start..end]).unwrap();
            (source, start, value)
        })
        .collect()
}

#[test]
fn pages_of_the_corpus_fit() {
    for name in [
        "2018-09-19",
        "2018-09-20",
        "2020-03-09",
        "2020-03-10",
        "2020-03-10b",
    ] {
        for (source, start, value) in pages(name) {
            assert_eq!(
                validate::page(&value, &source, start),
                [],
                "{}",
                source.path
            );
        }
    }
}

/// Six pages of the original document other parameters than their paths have.
#[test]
fn path_parameters_of_the_corpus_are_told() {
    let mut tree = Tree::default();
    let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, _, mut page) in pages("2020-03-09") {
        let (section, file) = source.path.split_once('/').unwrap();
        let name = file.trim_end_matches(".md");
        let document = page.as_object_mut().unwrap();
        document.retain(|key, _| !key.starts_with("example_"));
        document.insert("no_example".to_owned(), json!("not taken apart here"));
        tree.insert(format!("endpoints/{section}/{name}.json"), page.to_string());
        sections
            .entry(section.to_owned())
            .or_default()
            .push(name.to_owned());
    }
    if sections.is_empty() {
        return;
    }
    let sections = sections.into_iter();
    let sections =
        sections.map(|(id, endpoints)| json!({"id": id, "title": id, "endpoints": endpoints}));
    let sections = json!({"sections": sections.collect::<Vec<_>>()});
    tree.insert("sections.json", sections.to_string());
    let findings = validate::validate(&Collection::from_tree(&tree, ""));
    assert!(
        findings
            .iter()
            .all(|finding| finding.code.id == "path-parameters")
    );
    let told: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding.address.as_deref().unwrap_or_default(),
                finding.message.as_str(),
            )
        })
        .collect();
    let expected = [
        (
            "events/get-group-events-latest",
            "the path parameter `issue_id` is not documented",
        ),
        (
            "events/get-group-events-latest",
            "the path has no placeholder `{group_id}`",
        ),
        (
            "events/get-group-events-oldest",
            "the path parameter `issue_id` is not documented",
        ),
        (
            "events/get-group-events-oldest",
            "the path has no placeholder `{group_id}`",
        ),
        (
            "organizations/get-event-id-lookup",
            "the path parameter `event_id` is not documented",
        ),
        (
            "projects/get-project-users",
            "the path has no placeholder `{key}`",
        ),
        (
            "teams/delete-team-details",
            "the path parameter `organization_slug` is not documented",
        ),
        (
            "teams/delete-team-details",
            "the path parameter `team_slug` is not documented",
        ),
        (
            "teams/get-organization-user-teams",
            "the path parameter `organization_slug` is not documented",
        ),
    ];
    assert_eq!(told, expected);
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
