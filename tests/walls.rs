//! The walls between the rooms: what each may import of the others, read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// Room, and the rooms upstream of it that it may import.
const WALLS: [(&str, &[&str]); 15] = [
    ("json", &[]),
    ("finding", &["json"]),
    ("document", &["json", "finding"]),
    ("page", &["json", "finding", "document"]),
    ("project", &["json", "finding", "document"]),
    // Requests that people recorded hold secrets: which values are is known there.
    (
        "import",
        &["json", "finding", "document", "page", "stabilize"],
    ),
    ("export", &["json", "finding", "document", "import"]),
    // The settings say which names mean secrets.
    ("stabilize", &["json", "finding", "document", "project"]),
    (
        "capture",
        &["json", "finding", "document", "project", "stabilize"],
    ),
    (
        "validate",
        &["json", "finding", "document", "project", "stabilize"],
    ),
    ("contract", &["json", "finding", "document"]),
    ("drift", &["json", "finding", "document", "stabilize"]),
    ("render", &["json", "finding", "document", "page"]),
    ("report", &["json", "finding"]),
    ("demo", &[]),
];

/// The rooms that a source names: `crate::room`, also inside `use crate::{…}`.
fn named_rooms(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inner = group.split("};").next().unwrap_or(group);
            let mut depth = 0;
            let mut name = String::new();
            for character in inner.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        rooms.insert(std::mem::take(&mut name));
                    }
                    _ if depth == 0 => name.push(character),
                    _ => {}
                }
            }
            rooms.insert(name);
        } else {
            rooms.insert(rest.to_owned());
        }
    }
    rooms
        .iter()
        .map(|name| {
            name.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn a_room_imports_only_what_lies_upstream() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let walls: BTreeMap<_, _> = WALLS.into_iter().collect();
    let mut broken = Vec::new();
    for (room, upstream) in &walls {
        let mut sources = 0;
        for entry in WalkDir::new(src.join(room)) {
            let entry = entry.unwrap();
            if entry
                .path()
                .extension()
                .is_none_or(|extension| extension != "rs")
            {
                continue;
            }
            sources += 1;
            for named in named_rooms(&fs::read_to_string(entry.path()).unwrap()) {
                let is_room = walls.contains_key(named.as_str());
                if is_room && named != *room && !upstream.contains(&named.as_str()) {
                    broken.push(format!("{} imports {named}", entry.path().display()));
                }
            }
        }
        assert!(sources > 0, "the room {room} is empty");
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_room_has_its_walls() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms: BTreeSet<_> = fs::read_dir(src)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".rs") && name != "cli")
        .collect();
    let walled: BTreeSet<_> = WALLS.iter().map(|(room, _)| room.to_string()).collect();
    let known: Vec<_> = rooms.difference(&walled).collect();
    assert!(known.is_empty(), "no walls for {known:?}");
}

#[test]
fn the_library_never_prints_or_exits() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for (room, _) in WALLS.iter().filter(|(room, _)| *room != "demo") {
        let mut sources = 0;
        for entry in WalkDir::new(src.join(room)) {
            let path = entry.unwrap().into_path();
            let below = path.strip_prefix(&src).unwrap();
            let is_test = below.to_string_lossy().contains("tests");
            if is_test || path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // Tests stand last in their file.
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            let code = code.unwrap_or_default();
            sources += 1;
            for word in ["println!", "eprintln!", "print!(", "process::exit", "dbg!"] {
                if code.contains(word) {
                    found.push(format!("{} has {word}", path.display()));
                }
            }
        }
        assert!(sources > 0, "nothing was looked at in {room}");
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn grouped_imports_are_seen() {
    let text = "use crate::{document::{A, B}, finding::C};\nfn f() { crate::json::write(); }";
    let rooms: Vec<_> = named_rooms(text).into_iter().collect();
    assert_eq!(rooms, ["document", "finding", "json"]);
}
