//! What of a tree of pages is written into a folder that holds an older one, and files of others.
//!
//! A manifest in the folder, [`MANIFEST`], says which files are ours and what they were when we wrote them. From it, the
//! digests of what is there and the new pages follows a [`Plan`]; nothing here touches a disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::document::{Tree, check_file_name};
use crate::finding::{Code, Finding, LocatedError, SourceFile, codes};
use crate::json::{self, KeyOrder};

/// The name of the manifest in an output folder.
pub const MANIFEST: &str = ".apidocs-manifest.json";

/// The key of the manifest under which the digests are, by path.
const FILES: &str = "files";

/// The digests of files, as [`digest`] gives them, by path relative to the output folder.
pub type Digests = BTreeMap<String, String>;

/// What to do in an output folder. Removals come first: on a file system without case, a page that was renamed in case
/// alone would otherwise be removed after it was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Files of ours that no document backs any more.
    pub removals: Vec<String>,
    /// Files that are not yet as they must be, by path; the manifest is one of them.
    pub writes: Vec<(String, Vec<u8>)>,
    /// How many pages are as they must be.
    pub unchanged: usize,
    /// Files that were edited, or are not ours. The paths have the prefix that was given.
    pub findings: Vec<Finding>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OutputError {
    /// The manifest is not one.
    #[error(transparent)]
    Manifest(Box<LocatedError>),
    /// A page has a path that is not safe.
    #[error("{path} cannot be written: {reason}")]
    UnsafePath {
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two pages cannot both be written, on some file systems or on any.
    #[error("{first} and {second} cannot both be written; rename one of them")]
    Collision {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
}

/// The SHA-256 of a file whose lines end with LF, in hexadecimal. Git may write them with CR LF into a working tree, and
/// takes them as the same: so do we.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(with_lf(bytes));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_lf(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(bytes);
    }
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let kept = bytes.iter().zip(next);
    let kept = kept.filter(|(byte, next)| !(**byte == b'\r' && *next == Some(&b'\n')));
    Cow::Owned(kept.map(|(byte, _)| *byte).collect())
}

/// Plans how the pages come into an output folder.
///
/// `existing` are the files of the folder, the manifest aside; `manifest` is the manifest's text, where there is one;
/// `shown` is put before the paths in findings and errors.
///
/// Our own files are replaced or removed, but one that was edited and that no document backs is kept, and a file that
/// is not ours is never touched; one that is as the page must be becomes ours.
///
/// # Errors
/// A manifest that is not one, paths that are not safe, paths that differ in case alone or where one is a folder of
/// the other.
pub fn plan(
    pages: &Tree,
    existing: &Digests,
    manifest: Option<&[u8]>,
    shown: &str,
) -> Result<Plan, OutputError> {
    for path in pages.files.keys() {
        check_path(path).map_err(|reason| OutputError::UnsafePath {
            path: path.clone(),
            reason,
        })?;
    }
    check_collisions(pages)?;
    let ours = match manifest {
        Some(bytes) => read_manifest(bytes, shown)?,
        None => Digests::new(),
    };
    let mut planner = Planner {
        existing,
        ours,
        shown,
        kept: Digests::new(),
        plan: Plan::default(),
    };
    planner.remove(pages);
    planner.write(pages);
    let Planner { kept, mut plan, .. } = planner;
    let text = write_manifest(&kept);
    let is_same = manifest.is_some_and(|bytes| *with_lf(bytes) == *text.as_bytes());
    let is_needless = manifest.is_none() && kept.is_empty();
    if !(is_same || is_needless) {
        plan.writes.push((MANIFEST.to_owned(), text.into_bytes()));
    }
    Ok(plan)
}

/// The paths that a manifest names; none where it is not one, which [`plan`] tells.
pub fn manifest_paths(manifest: &[u8]) -> BTreeSet<String> {
    read_manifest(manifest, "").map_or_else(|_| BTreeSet::new(), |ours| ours.into_keys().collect())
}

struct Planner<'a> {
    existing: &'a Digests,
    ours: Digests,
    shown: &'a str,
    /// What the new manifest says.
    kept: Digests,
    plan: Plan,
}

impl Planner<'_> {
    /// Decides what becomes of files that no document backs any more.
    fn remove(&mut self, pages: &Tree) {
        let gone: Vec<_> = self
            .ours
            .iter()
            .filter(|(path, _)| !pages.files.contains_key(*path))
            .filter_map(|(path, written)| {
                Some((path.clone(), written.clone(), self.existing.get(path)?))
            })
            .collect();
        for (path, written, now) in gone {
            if *now == written {
                self.plan.removals.push(path);
                continue;
            }
            let message = "the page was edited, and no document backs it any more: it is kept";
            let help = format!("delete the file, or its line in {MANIFEST} to keep it as your own");
            self.find(codes::EDITED_PAGE, &path, message, &help);
            self.kept.insert(path, written);
        }
    }

    fn write(&mut self, pages: &Tree) {
        // Files that stay, by their paths without case; and the folders they are in.
        let removed: BTreeSet<&String> = self.plan.removals.iter().collect();
        let staying = self.existing.keys().filter(|path| !removed.contains(path));
        let staying: BTreeMap<String, String> = staying
            .map(|path| (path.to_lowercase(), path.clone()))
            .collect();
        let mut folders: BTreeMap<&str, &String> = BTreeMap::new();
        for (lower, path) in &staying {
            for folder in folders_of(lower) {
                folders.insert(folder, path);
            }
        }
        for (path, bytes) in &pages.files {
            let lower = path.to_lowercase();
            let new = digest(bytes);
            match self.existing.get(path) {
                Some(now) if *now == new => self.plan.unchanged += 1,
                Some(now) => match self.ours.get(path) {
                    None => {
                        let message =
                            "the file stands where a page must go, and is not ours: it is kept";
                        self.find(codes::FOREIGN_PAGE, path, message, FOREIGN_HELP);
                        continue;
                    }
                    Some(written) => {
                        if now != written {
                            let message = "the page was edited: it is written anew";
                            let help = "change the document or the template instead";
                            self.find(codes::EDITED_PAGE, path, message, help);
                        }
                        self.plan.writes.push((path.clone(), bytes.clone()));
                    }
                },
                None => {
                    let file = folders_of(&lower).find_map(|folder| staying.get(folder));
                    let folder = folders.get(lower.as_str()).copied();
                    if let Some(other) = staying.get(&lower).or(file).or(folder) {
                        let message =
                            format!("the file stands in the way of the page {path}: it is kept");
                        let other = other.clone();
                        self.find(codes::FOREIGN_PAGE, &other, &message, FOREIGN_HELP);
                        continue;
                    }
                    self.plan.writes.push((path.clone(), bytes.clone()));
                }
            }
            self.kept.insert(path.clone(), new);
        }
    }

    fn find(&mut self, code: Code, path: &str, message: &str, help: &str) {
        let source = SourceFile::new(prefixed(self.shown, path), b"");
        let finding = Finding::new(code, message).in_file(&source).help(help);
        self.plan.findings.push(finding);
    }
}

const FOREIGN_HELP: &str = "move the file, or render into another folder";

fn prefixed(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else {
        format!("{prefix}/{path}")
    }
}

/// The folders of a path: `a` and `a/b` of `a/b/c`.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// A path is safe where each part is a safe file name, and it is not that of the manifest.
fn check_path(path: &str) -> Result<(), String> {
    path.split('/')
        .try_for_each(|part| check_file_name(part).map_err(|error| error.to_string()))
}

fn check_collisions(pages: &Tree) -> Result<(), OutputError> {
    let mut seen: BTreeMap<String, &String> = BTreeMap::new();
    let collision = |first: &str, second: &str| OutputError::Collision {
        first: first.to_owned(),
        second: second.to_owned(),
    };
    for path in pages.files.keys() {
        if let Some(other) = seen.insert(path.to_lowercase(), path) {
            return Err(collision(other, path));
        }
    }
    for (lower, path) in &seen {
        if let Some(other) = folders_of(lower).find_map(|folder| seen.get(folder)) {
            return Err(collision(other, path));
        }
    }
    Ok(())
}

fn read_manifest(bytes: &[u8], shown: &str) -> Result<Digests, OutputError> {
    let source = SourceFile::new(prefixed(shown, MANIFEST), bytes);
    let wrong = |span: Option<std::ops::Range<usize>>, message: String| {
        let error = LocatedError::new(&source, span, message).help(
            "delete the file: pages that are as they must be become ours again, all others count as files of others",
        );
        OutputError::Manifest(Box::new(error))
    };
    let value = json::parse_bytes(bytes)
        .map_err(|fault| wrong(Some(fault.offset..fault.offset), fault.message))?;
    let Some(files) = value.get(FILES).and_then(Value::as_object) else {
        return Err(wrong(None, format!("the manifest has no object {FILES:?}")));
    };
    let mut ours = Digests::new();
    for (path, digest) in files {
        let place = || {
            let pointer = json::pointer::join(&format!("/{FILES}"), path);
            Some(source.locate(&pointer)?.value)
        };
        // A manifest must never make us remove a file outside of the folder.
        check_path(path).map_err(|reason| wrong(place(), reason))?;
        let Some(digest) = digest.as_str() else {
            return Err(wrong(place(), "a digest must be a string".to_owned()));
        };
        ours.insert(path.clone(), digest.to_owned());
    }
    Ok(ours)
}

fn write_manifest(files: &Digests) -> String {
    let files: Map<String, Value> = files
        .iter()
        .map(|(path, digest)| (path.clone(), Value::from(digest.as_str())))
        .collect();
    json::write(&json!({ FILES: files }), KeyOrder::Sorted)
}

#[cfg(test)]
mod tests;
