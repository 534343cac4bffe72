//! Docstrings of the public history of Sentry against what the original's generator made of them.
//!
//! Nothing of that history is part of the project. `APIDOCS_SENTRY` names a checkout or a git directory of
//! github.com/getsentry/sentry; where there is none, or no corpus of pages, the tests say that they are skipped.
//! `cargo test --release --test docstrings history -- --nocapture` prints the counts and the times.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use apidocs::document::{Collection, DocumentName, EndpointDocument, Tree};
use apidocs::import::docstrings::{self, Extracted, Listing, Options, lay_over};
use apidocs::page::{Page, PageFile};
use apidocs::render::{self, Input, original};
use serde_json::Value;

use crate::trees;

/// A revision of the source.
struct Revision {
    files: BTreeMap<String, Vec<u8>>,
}

/// The documents of a revision, and the same once more.
struct Read {
    extracted: Extracted,
    documents: BTreeMap<DocumentName, Arc<EndpointDocument>>,
    collection: Collection,
}

fn history() -> Option<(PathBuf, PathBuf)> {
    let Some(git) = std::env::var_os("APIDOCS_SENTRY").map(PathBuf::from) else {
        eprintln!("skipped: APIDOCS_SENTRY names no checkout of Sentry");
        return None;
    };
    Some((git, trees::corpus()?))
}

fn git(folder: &Path, arguments: &[&str], input: &str) -> Vec<u8> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    output.stdout
}

impl Revision {
    /// The Python files below `src/sentry` at a revision.
    fn load(folder: &Path, revision: &str) -> Self {
        let listing = git(
            folder,
            &["ls-tree", "-r", "--full-tree", revision, "src/sentry/"],
            "",
        );
        let listing = String::from_utf8(listing).unwrap();
        let names: Vec<(&str, &str)> = listing
            .lines()
            .filter(|line| line.ends_with(".py"))
            .map(|line| {
                let (meta, path) = line.split_once('\t').unwrap();
                (meta.rsplit(' ').next().unwrap(), path)
            })
            .collect();
        let objects: String = names
            .iter()
            .map(|(object, _)| format!("{object}\n"))
            .collect();
        let batch = git(folder, &["cat-file", "--batch"], &objects);
        let mut rest = batch.as_slice();
        let mut files = BTreeMap::new();
        for (_, path) in names {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            let head = std::str::from_utf8(&rest[..end]).unwrap();
            rest = &rest[end + 1..];
            let Ok(size) = head.rsplit(' ').next().unwrap().parse::<usize>() else {
                // A mirror may lack some blobs.
                continue;
            };
            files.insert(path.to_owned(), rest[..size].to_owned());
            rest = &rest[size + 1..];
        }
        Self { files }
    }

    fn read(&self, revision: &str, options: &Options) -> Read {
        let options = Options {
            roots: vec!["src".to_owned()],
            ..options.clone()
        };
        let read = |path: &str| Ok(self.files.get(path).cloned());
        let start = Instant::now();
        let extracted = docstrings::extract(&options, &read, 2).unwrap();
        let time = start.elapsed();
        let laid = lay_over(&extracted, &Collection::default());
        let mut tree = Tree::default();
        for (path, text) in &laid.files {
            tree.insert(path.clone(), text.as_bytes());
        }
        let collection = Collection::from_tree(&tree, "");
        let documents = collection.shared_documents();
        println!(
            "{revision}: {} listings, {} documents, {} findings, {time:?}",
            extracted.listings.len(),
            laid.behind.len(),
            extracted.findings.len()
        );
        for finding in &extracted.findings {
            let position = finding
                .position()
                .map(|at| format!("{}:{}", at.line, at.column));
            println!(
                "  {} {}:{} {}",
                finding.code,
                finding.file().unwrap_or_default(),
                position.unwrap_or_default(),
                finding.message
            );
        }
        Read {
            extracted,
            documents,
            collection,
        }
    }
}

impl Read {
    fn input<T>(&self, with: impl FnOnce(Input<'_>) -> T) -> T {
        let sections = self.collection.order();
        with(Input {
            documents: &self.documents,
            sections: &sections,
        })
    }

    fn page(&self, name: &DocumentName) -> Page {
        let place = self.collection.order().place(name).unwrap();
        Page::of(&self.documents[name], u32::try_from(place).unwrap())
    }
}

/// The endpoint pages of a tree of pages, without their examples.
fn pages(folder: &Path) -> BTreeMap<DocumentName, Page> {
    let mut pages = BTreeMap::new();
    for (path, bytes) in trees::read(folder).files {
        let (section, file) = path.split_once('/').unwrap();
        if file == "index.md" {
            continue;
        }
        let name = DocumentName::new(section, file.strip_suffix(".md").unwrap()).unwrap();
        let page = PageFile::parse(std::str::from_utf8(&bytes).unwrap())
            .unwrap()
            .page;
        let page = Page {
            example_request: String::new(),
            example_response: String::new(),
            ..page
        };
        pages.insert(name, page);
    }
    pages
}

#[test]
fn pages_of_2018_are_those_of_their_source() {
    let Some((git, corpus)) = history() else {
        return;
    };
    let read = Revision::load(&git, "facec83a30").read("facec83a30", &Options::default());
    let folder = corpus.join("pages/2018-09-20");
    let expected = pages(&folder);
    let names: Vec<_> = read.documents.keys().collect();
    assert_eq!(names, expected.keys().collect::<Vec<_>>());
    let different: Vec<_> = expected
        .iter()
        .filter(|(name, page)| read.page(name) != **page)
        .collect();
    println!("{} pages, {} differ", expected.len(), different.len());
    if let Some((name, page)) = different.first() {
        assert_eq!(read.page(name), **page, "{name}");
    }
    assert_eq!(expected.len(), 74);

    let rendered = read.input(|input| render::render(input, &render::Options::default()).unwrap());
    let mut indexes = 0;
    for (path, bytes) in trees::read(&folder).files {
        if path.ends_with("/index.md") {
            let index = String::from_utf8(rendered.files[&path].clone()).unwrap();
            assert_eq!(index, String::from_utf8(bytes).unwrap(), "{path}");
            indexes += 1;
        }
    }
    println!("{indexes} indexes equal");
    assert_eq!(indexes, 5);
}

#[test]
fn endpoints_of_2015_are_those_of_their_source() {
    let Some((git, corpus)) = history() else {
        return;
    };
    let options = Options {
        plain_text: true,
        ..Options::default()
    };
    let read = Revision::load(&git, "ef7fdff63e").read("ef7fdff63e", &options);
    let format = original::OutputFormat::Json;
    let tree = read.input(|input| {
        original::output_tree(input, &[], format, &render::Options::default()).unwrap()
    });
    let tree = tree.below("json/endpoints");
    let cache = trees::read(&corpus.join("cache-2015/endpoints"));
    assert_eq!(tree.files.len(), cache.files.len());
    let mut equal = 0;
    for (path, bytes) in &cache.files {
        let expected: Value = serde_json::from_slice(bytes).unwrap();
        let mut made: Value = serde_json::from_slice(&tree.files[path]).unwrap();
        // The keys that came later.
        let keys = expected.as_object().unwrap();
        made.as_object_mut()
            .unwrap()
            .retain(|key, _| keys.contains_key(key));
        assert_eq!(
            without_trailing_blanks(made),
            without_trailing_blanks(expected),
            "{path}"
        );
        equal += 1;
    }
    println!("{equal} endpoints equal");
    assert_eq!(equal, 46);
}

fn without_trailing_blanks(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(text.trim_end()),
        Value::Array(items) => items.into_iter().map(without_trailing_blanks).collect(),
        Value::Object(object) => {
            let members = object.into_iter();
            members
                .map(|(key, value)| (key, without_trailing_blanks(value)))
                .collect()
        }
        other => other,
    }
}

#[test]
fn nested_patterns_of_2020_are_listed() {
    let Some((git, corpus)) = history() else {
        return;
    };
    let read = Revision::load(&git, "ec6478ae4d").read("ec6478ae4d", &Options::default());
    assert_eq!(read.extracted.listings.len(), 95);
    assert_eq!(read.documents.len(), 86);
    let expected = pages(&corpus.join("pages/2020-03-09"));
    let keys: DocumentName = "projects/get-project-keys".parse().unwrap();
    assert_eq!(read.page(&keys), expected[&keys]);
    let equal = expected
        .iter()
        .filter(|(name, page)| read.documents.contains_key(name) && read.page(name) == **page);
    println!(
        "{} of {} pages of three weeks later are equal",
        equal.count(),
        expected.len()
    );
    let listing = |listing: &&Listing| listing.name == keys;
    assert!(read.extracted.listings.iter().any(|one| listing(&one)));
}
