//! Documents that somebody broke: whatever the bytes, findings come out, and their places lie in the file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apidocs::document::{Collection, Tree};
use apidocs::finding::{Finding, SourceFile};
use apidocs::json::STACK_SIZE;
use apidocs::validate::{self, Checks};

use super::plain;

/// How many broken documents are made, in all.
const ROUNDS: u64 = 10_000;

/// Each with a seed of its own, so that they can be made side by side.
const SEEDS: u64 = 8;

/// How long the checks of one of them may take, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(1);

/// The generator of Marsaglia, "Xorshift RNGs" (2003): the same seed gives the same mutations.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap_or_default() % limit.max(1)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        start..start + self.below((length - start).min(60) + 1)
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const PIECES: [&[u8]; 16] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b",",
        b":",
        b"\\",
        b"null",
        b"1e400",
        b"-0",
        b"\xff",
        b"\xef\xbb\xbf",
        "é".as_bytes(),
        b"{\"a\":[",
        b"\\ud800",
    ];
    let length = bytes.len();
    match random.below(8) {
        0 if length > 0 => bytes[random.below(length)] ^= 1 << random.below(8),
        1 if length > 0 => drop(bytes.drain(random.range(length))),
        2 => bytes.truncate(random.below(length + 1)),
        3 if length > 0 => {
            let piece = bytes[random.range(length)].to_vec();
            let at = random.below(length);
            bytes.splice(at..at, piece);
        }
        4 => {
            // A line again: a key twice, or an item.
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut lines: Vec<_> = text.lines().collect();
            if let Some(line) = lines.get(random.below(lines.len())).copied() {
                lines.insert(random.below(lines.len()), line);
            }
            *bytes = lines.join("\n").into_bytes();
        }
        5 => {
            let at = random.below(length + 1);
            // Beyond what is read, now and then.
            let depth = [10, 200, 1_200][random.below(3)];
            bytes.splice(at..at, b"[".repeat(depth));
        }
        6 => {
            // A value of another type, so that the text stays JSON.
            let text = String::from_utf8_lossy(bytes).into_owned();
            let values = ["null", "1", "2e2", "\"\"", "[]", "{}", "false", "\"{a}/\""];
            let value = values[random.below(values.len())];
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            let index = random.below(lines.len());
            if let Some(line) = lines.get_mut(index)
                && let Some((key, _)) = line.split_once(": ")
            {
                *line = format!("{key}: {value},");
            }
            *bytes = lines.join("\n").into_bytes();
        }
        _ => {
            let at = random.below(length + 1);
            bytes.splice(at..at, PIECES[random.below(PIECES.len())].to_vec());
        }
    }
}

fn check(findings: &[Finding], what: &str) {
    for finding in findings {
        assert!(!finding.message.is_empty(), "{what}");
        let Some(label) = &finding.label else {
            continue;
        };
        let text = &label.source.text;
        if let Some(span) = &label.span {
            // Slicing asks for more than bounds: both ends must lie between characters.
            assert!(text.get(span.clone()).is_some(), "{what}: {finding:?}");
            let position = label.source.position(span.start);
            assert!(
                position.line <= text.matches('\n').count() + 1,
                "{what}: {finding:?}"
            );
        }
    }
}

fn case(path: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/validate/clean");
    fs::read(folder.join(path)).unwrap()
}

/// Makes broken documents of one seed, and checks what is found. Gives the codes, and the slowest one's time.
fn broken_documents(seed: u64) -> (BTreeSet<&'static str>, Duration) {
    let files = [
        "endpoints/projects/get-key.json",
        "endpoints/projects/get-icon.json",
        "scenarios/Keys.json",
        "fixtures.json",
        "sections.json",
    ];
    let files = files.map(|path| (path, case(&format!("docs/{path}"))));
    let mut random = Random(0x5eed + seed);
    let mut codes = BTreeSet::new();
    let mut slowest = Duration::ZERO;
    for round in 0..ROUNDS / SEEDS {
        let mut tree = Tree::default();
        for (path, bytes) in &files {
            tree.insert(*path, bytes.clone());
        }
        let (path, bytes) = &files[random.below(files.len())];
        let path = *path;
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(3) {
            mutate(&mut bytes, &mut random);
        }
        plain::check(&Checks::default(), path, &bytes);
        tree.insert(path, bytes);
        let start = Instant::now();
        let findings = validate::validate(&Collection::from_tree(&tree, "docs"));
        slowest = slowest.max(start.elapsed());
        check(&findings, &format!("seed {seed}, round {round}, {path}"));
        codes.extend(findings.iter().map(|finding| finding.code.id));
    }
    (codes, slowest)
}

#[test]
fn broken_documents_are_findings_with_a_place_in_the_file() {
    let next = AtomicU64::new(0);
    let work = || {
        let seeds = std::iter::from_fn(|| {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            (seed < SEEDS).then_some(seed)
        });
        seeds.map(broken_documents).collect::<Vec<_>>()
    };
    let done: Vec<_> = thread::scope(|scope| {
        let threads = [0; 2].map(|_| {
            let builder = thread::Builder::new().stack_size(STACK_SIZE);
            builder.spawn_scoped(scope, work).unwrap()
        });
        let done = threads.map(|thread| thread.join().unwrap());
        done.into_iter().flatten().collect()
    });
    let codes: BTreeSet<_> = done.iter().flat_map(|(codes, _)| codes).copied().collect();
    let slowest = done.iter().map(|(_, slowest)| *slowest).max().unwrap();
    assert!(slowest < PATIENCE, "{slowest:?}");
    // The mutations reach beyond the reader of JSON.
    for code in [
        "json-syntax",
        "json-encoding",
        "json-depth",
        "lone-surrogate",
        "trailing-comma",
        "not-canonical",
        "duplicate-key",
        "schema",
        "path-parameters",
        "unlisted-document",
    ] {
        assert!(codes.contains(code), "{code}");
    }
}

#[test]
fn thousands_of_faults_are_all_told() {
    let keys: Vec<_> = (0..3_000)
        .map(|number| format!("\"k{number}\": 1"))
        .collect();
    let mut tree = Tree::default();
    tree.insert("endpoints/a/b.json", format!("{{{}}}", keys.join(",")));
    let findings = validate::validate(&Collection::from_tree(&tree, ""));
    assert_eq!(findings.len(), 3_000 + 4 + 1);
    check(&findings, "many keys");
}

#[test]
fn broken_settings_are_findings_with_a_place_in_the_file() {
    let settings = case("apidocs.toml");
    let mut random = Random(0x7031);
    for round in 0..2_000 {
        let mut bytes = settings.clone();
        for _ in 0..=random.below(3) {
            mutate(&mut bytes, &mut random);
        }
        let source = SourceFile::new("apidocs.toml", &bytes);
        check(&validate::settings(&source), &format!("round {round}"));
    }
}
