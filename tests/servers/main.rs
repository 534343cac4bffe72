//! Servers that others wrote, started through each project's own settings: `check` says clean on fresh ones, and drift
//! when another version or another setting answers.
//!
//! `tests/servers/install` installs them; a machine without them skips these tests and says so.

#![cfg(unix)]

mod elsewhere;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// How often a fresh server must be clean.
const CHECKS: usize = 3;

/// A server's project, and how it is started otherwise.
struct Case {
    /// What it is called in the README, with its version.
    title: &'static str,
    /// How the README says that it is started otherwise.
    otherwise: &'static str,
    /// The folder of the project, and of the server's programs.
    name: &'static str,
    /// What the program says of its version, where it was not pinned at installation.
    version: Option<(&'static str, &'static str)>,
    /// The folder of the programs that answer otherwise, and a variable that makes them.
    other: (&'static str, &'static str, &'static str),
    /// What is different then: document and code.
    drift: &'static [(&'static str, &'static str)],
}

#[test]
fn kinto() {
    holds(&Case {
        title: "Kinto 26.5.0",
        otherwise: "`KINTO_PAGINATE_BY=2`",
        name: "kinto",
        version: None,
        other: ("kinto", "KINTO_PAGINATE_BY", "2"),
        drift: &[
            ("records/get-records", "header-added"),
            ("records/get-records", "item-removed"),
        ],
    });
}

#[test]
fn bugsink() {
    holds(&Case {
        title: "Bugsink 2.6.1",
        otherwise: "Bugsink 2.5.1",
        name: "bugsink",
        version: None,
        other: ("bugsink-older", "", ""),
        drift: &[
            ("issues/delete-issue", "header-added"),
            ("issues/post-envelope", "header-removed"),
        ],
    });
}

#[test]
fn datasette() {
    holds(&Case {
        title: "Datasette 0.65.5",
        otherwise: "`--setting default_page_size 50`",
        name: "datasette",
        version: None,
        other: (
            "datasette",
            "DATASETTE_OPTIONS",
            "--setting default_page_size 50",
        ),
        drift: &[("server/get-settings", "value-changed")],
    });
}

/// Every answer of a cluster names it, and what does not vary must match exactly.
const CLUSTER: &[(&str, &str)] = &[
    ("keys/post-delete", "value-changed"),
    ("keys/post-put", "value-changed"),
    ("keys/post-range", "value-changed"),
    ("keys/post-txn", "value-changed"),
    ("leases/post-grant", "value-changed"),
    ("leases/post-revoke", "value-changed"),
    ("leases/post-time-to-live", "value-changed"),
    ("server/post-members", "value-changed"),
];

#[test]
fn etcd() {
    holds(&Case {
        title: "etcd 3.4.23",
        otherwise: "`--initial-cluster-token another-cluster`",
        name: "etcd",
        version: Some(("etcd", "etcd Version: 3.4.")),
        other: (
            "etcd",
            "ETCD_OPTIONS",
            "--initial-cluster-token another-cluster",
        ),
        drift: CLUSTER,
    });
}

fn holds(case: &Case) {
    let Some(programs) = programs(case) else {
        return;
    };
    let project = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/servers")
        .join(case.name);
    let check = |programs: &Path, variable: &str, value: &str| -> (Option<i32>, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apidocs"));
        command
            .args(["check", "--report", "json"])
            .current_dir(&project)
            .env("PATH", path_with(programs));
        if !variable.is_empty() {
            command.env(variable, value);
        }
        let output = command.output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        let report = serde_json::from_str(&report).unwrap_or_else(|error| {
            panic!(
                "{}: {error}\n{report}\n{}",
                case.name,
                String::from_utf8_lossy(&output.stderr)
            )
        });
        (output.status.code(), report)
    };
    let mut clean = 0;
    for _ in 0..CHECKS {
        let (code, report) = check(&programs, "", "");
        assert_eq!(code, Some(0), "{}: {report:#}", case.name);
        clean += 1;
    }
    let (other, variable, value) = case.other;
    let (code, report) = check(&programs.with_file_name(other), variable, value);
    assert_eq!(code, Some(1), "{}: {report:#}", case.name);
    let expected: BTreeSet<_> = case
        .drift
        .iter()
        .map(|(document, code)| ((*document).to_owned(), (*code).to_owned()))
        .collect();
    assert_eq!(drift(&report), expected, "{}: {report:#}", case.name);
    let documents = report["documents"].as_array().map_or(0, Vec::len);
    let row = format!(
        "| {} | {documents} | {clean} of {CHECKS} | {} | {} |",
        case.title,
        case.otherwise,
        told(&expected)
    );
    println!("{row}");
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&row), "the README has no line {row}");
}

/// What `check` tells, as the README puts it.
fn told(drift: &BTreeSet<(String, String)>) -> String {
    let codes: BTreeSet<_> = drift.iter().map(|(_, code)| format!("`{code}`")).collect();
    let documents: BTreeSet<_> = drift.iter().map(|(document, _)| document).collect();
    let codes = codes.into_iter().collect::<Vec<_>>();
    match (codes.as_slice(), documents.len()) {
        ([code], 2..) => format!("{code} in {} documents", documents.len()),
        (codes, _) => codes.join(", "),
    }
}

/// Document and code of each change.
fn drift(report: &Value) -> BTreeSet<(String, String)> {
    let documents = report["documents"].as_array().into_iter().flatten();
    documents
        .flat_map(|document| {
            let changes = document["changes"].as_array().into_iter().flatten();
            changes.map(move |change| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (text(&document["document"]), text(&change["code"]))
            })
        })
        .collect()
}

/// The folder of the server's programs; says so where they are not installed, or in another version.
fn programs(case: &Case) -> Option<PathBuf> {
    let programs = installed(case.name)?;
    if let Some((program, expected)) = case.version {
        let output = Command::new(programs.join("bin").join(program))
            .arg("--version")
            .output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let text = text.unwrap_or_default();
        if !text.starts_with(expected) {
            println!("skipped: {program} is another version than {expected:?}: {text}");
            return None;
        }
    }
    Some(programs)
}

/// The folder of a server's programs; says so where they are not installed.
fn installed(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("APIDOCS_SERVERS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"),
        PathBuf::from,
    );
    let programs = folder.join(name);
    if !programs.join("installed").is_file() {
        println!("skipped: {name} is not installed (tests/servers/install)");
        return None;
    }
    Some(programs)
}

/// The path in which a server's programs are found first.
fn path_with(programs: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    std::env::join_paths([programs.join("bin")].into_iter().chain(folders)).unwrap()
}
