//! Paths that show on whose machine something was made.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::{Document, at_part, strings};
use crate::finding::spelling::quoted;
use crate::finding::{Finding, codes};

/// Where systems keep home folders. (Windows writes `\`; messages often have `/`.)
const HOMES: [&str; 4] = ["/home/", "/Users/", ":\\Users\\", ":/Users/"];

/// No text shows a path in somebody's home folder. Of each home folder a document shows the first place is told.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    // An API may have such a path of its own.
    let api_path = &document.item.api_path;
    if HOMES.iter().any(|home| api_path.contains(home)) {
        return Vec::new();
    }
    let mut found: BTreeMap<&str, (Finding, usize)> = BTreeMap::new();
    strings::each(document, |text, pointer| {
        let mut seen = BTreeSet::new();
        for (folder, path) in homes(text) {
            // Once a text.
            let Some(owner) = text.get(folder).filter(|owner| seen.insert(*owner)) else {
                continue;
            };
            if let Some((_, more)) = found.get_mut(owner) {
                *more += 1;
                continue;
            }
            let words = quoted(text.get(path.clone()).unwrap_or_default());
            let message = format!("{words} shows somebody's home folder");
            let finding = Finding::new(codes::PRIVATE_PATH, message)
                .help("run the API in a folder such as /srv, or write another path");
            let finding = at_part(finding, document.source, &pointer(), text, path);
            found.insert(owner, (finding.about(document.name), 0));
        }
    });
    let found = found.into_values();
    found
        .map(|(finding, more)| match more {
            0 => finding,
            1 => finding.note("one more text of the document shows that folder"),
            more => finding.note(format!(
                "{more} more texts of the document show that folder"
            )),
        })
        .collect()
}

/// Whether there may be one in a text: a quick look.
fn is_possible(text: &str) -> bool {
    static FINDER: LazyLock<AhoCorasick> =
        LazyLock::new(|| AhoCorasick::new(HOMES).expect("four words of ours"));
    FINDER.is_match(text)
}

/// Whether there may be one in a string of a JSON text in which no more is escaped than must be.
pub(in crate::validate) fn is_possible_in_json(text: &str) -> bool {
    // Of the four, and faster than to look for all of them at once.
    let (text, users) = (text.as_bytes(), b"Users");
    let ends_name = |at: usize| matches!(text.get(at + users.len()), Some(b'/' | b'\\'));
    memmem::find(text, b"/home/").is_some() || memmem::find_iter(text, users).any(ends_name)
}

/// The paths in home folders, each as the folder and the whole of it: at the start of a word, and with something in the folder.
fn homes(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    if !is_possible(text) {
        return Vec::new();
    }
    let all = HOMES.iter().flat_map(|home| {
        let mut end = 0;
        text.match_indices(home).filter_map(move |(at, _)| {
            let found = (at >= end).then(|| home_at(text, at, home))??;
            end = found.1.end;
            Some(found)
        })
    });
    let mut all: Vec<_> = all.collect();
    // Of two that begin in one path, the one with the drive is the whole.
    all.sort_by_key(|(_, path)| path.start);
    let mut end = 0;
    all.retain(|(_, path)| {
        let is_next = path.start >= end;
        if is_next {
            end = path.end;
        }
        is_next
    });
    all
}

/// The path of which `home` stands at that byte.
fn home_at(text: &str, at: usize, home: &str) -> Option<(Range<usize>, Range<usize>)> {
    let before = text.get(..at)?;
    // The letter of a Windows drive belongs to the path.
    let start = if home.starts_with(':') {
        let drive = before.chars().next_back()?;
        at - drive.is_ascii_alphabetic().then_some(1)?
    } else {
        at
    };
    let before = text.get(..start)?;
    let is_inner = before.ends_with(|c: char| c.is_alphanumeric() || "/.-_}".contains(c))
        && !before.ends_with("file://");
    let rest = text.get(at + home.len()..)?;
    let user = rest.find(['/', '\\'])?;
    let is_name = |user: &str| {
        let mut letters = user.chars();
        !user.is_empty() && letters.all(|c| c.is_alphanumeric() || "._- ".contains(c))
    };
    if is_inner || !is_name(rest.get(..user)?) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "\"'`<>,;:)".contains(c);
    let behind_user = rest.get(user..)?;
    let end = user + behind_user.find(ends).unwrap_or(behind_user.len());
    let end = rest.get(..end)?.trim_end_matches(['.', '?', '!']).len();
    let behind = at + home.len();
    Some((start..behind + user, start..behind + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_home_is_possible_in_json() {
        for home in HOMES {
            let text = serde_json::Value::from(home).to_string();
            assert!(is_possible_in_json(&text), "{text}");
        }
        assert!(!is_possible_in_json(r#""The Users of /homes""#));
    }

    #[test]
    fn all_home_folders_of_a_text_are_found() {
        let text = "/Users/jd/x, C:\\Users\\J D\\x or D:/Users/jd/y, and /home/jane/ in /home/jane/Users/a/b";
        let found: Vec<_> = homes(text).into_iter().map(|(_, at)| &text[at]).collect();
        assert_eq!(
            found,
            [
                "/Users/jd/x",
                "C:\\Users\\J D\\x",
                "D:/Users/jd/y",
                "/home/jane/",
                "/home/jane/Users/a/b"
            ]
        );
    }

    #[test]
    fn home_folders_are_found_and_paths_of_urls_are_not() {
        for (text, path) in [
            ("/home/alice/app/x.py", "/home/alice/app/x.py"),
            ("in \"/Users/al/b\", line 1", "/Users/al/b"),
            ("C:\\Users\\Al B\\x", "C:\\Users\\Al B\\x"),
            ("file:///home/al/x", "/home/al/x"),
            ("It is in /home/al/x.txt.", "/home/al/x.txt"),
        ] {
            let found: Vec<_> = homes(text).into_iter().map(|(_, at)| &text[at]).collect();
            assert_eq!(found, [path], "{text}");
        }
        for text in [
            "https://example.com/home/al/x",
            "/home/",
            "/home/al",
            "/home/{user}/x",
            "/homes/a/b",
            "/home//home//home/",
        ] {
            assert_eq!(homes(text), [], "{text}");
        }
    }
}
