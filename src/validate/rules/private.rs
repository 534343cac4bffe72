//! Paths that show on whose machine something was made.

use std::collections::BTreeMap;
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
        let Some((folder, path)) = home(text) else {
            return;
        };
        let Some(owner) = text.get(folder) else {
            return;
        };
        if let Some((_, more)) = found.get_mut(owner) {
            *more += 1;
            return;
        }
        let words = quoted(text.get(path.clone()).unwrap_or_default());
        let message = format!("{words} shows somebody's home folder");
        let finding = Finding::new(codes::PRIVATE_PATH, message)
            .help("run the API in a folder such as /srv, or write another path");
        let finding = at_part(finding, document.source, &pointer(), text, path);
        found.insert(owner, (finding.about(document.name), 0));
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

/// The first path in a home folder, as the folder and the whole of it: at the start of a word, and with something in the
/// folder.
fn home(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    if !is_possible(text) {
        return None;
    }
    HOMES.iter().find_map(|home| {
        text.match_indices(home).find_map(|(at, _)| {
            let before = text.get(..at)?;
            // The letter of a Windows drive belongs to the path.
            let start = if home.starts_with(':') {
                let drive = before.chars().next_back()?;
                at - drive.is_ascii_alphabetic().then_some(1)?
            } else {
                at
            };
            let is_inner = text
                .get(..start)?
                .ends_with(|c: char| c.is_alphanumeric() || "/.-_}".contains(c))
                && !text.get(..start)?.ends_with("file://");
            let rest = text.get(at + home.len()..)?;
            let separators = ['/', '\\'];
            let user = rest.find(separators)?;
            let is_name = user > 0
                && rest
                    .get(..user)?
                    .chars()
                    .all(|c| c.is_alphanumeric() || "._- ".contains(c));
            let ends = |c: char| c.is_whitespace() || "\"'`<>,;:)".contains(c);
            let end = rest
                .get(user..)?
                .find(ends)
                .map_or(rest.len(), |end| user + end);
            let path = rest.get(..end)?.trim_end_matches(['.', '?', '!']);
            let (end, behind) = (path.len(), at + home.len());
            (!is_inner && is_name).then_some((start..behind + user, start..behind + end))
        })
    })
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
    fn home_folders_are_found_and_paths_of_urls_are_not() {
        for (text, path) in [
            ("/home/alice/app/x.py", "/home/alice/app/x.py"),
            ("in \"/Users/al/b\", line 1", "/Users/al/b"),
            ("C:\\Users\\Al B\\x", "C:\\Users\\Al B\\x"),
            ("file:///home/al/x", "/home/al/x"),
            ("It is in /home/al/x.txt.", "/home/al/x.txt"),
        ] {
            let found = home(text).map(|(_, place)| &text[place]);
            assert_eq!(found, Some(path), "{text}");
        }
        for text in [
            "https://example.com/home/al/x",
            "/home/",
            "/home/al",
            "/home/{user}/x",
            "/homes/a/b",
        ] {
            assert_eq!(home(text), None, "{text}");
        }
    }
}
