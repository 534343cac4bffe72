//! Files in memory.

use std::collections::BTreeMap;

/// A set of files by relative path (with `/`), wherever they came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Path to contents.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What is there and was not read, with the reason as a sentence.
    pub unread: BTreeMap<String, String>,
}

impl Tree {
    /// The files below `folder`, with paths relative to it.
    pub fn below(&self, folder: &str) -> Self {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let inner = |path: &String| path.strip_prefix(&prefix).map(str::to_owned);
        let files = self.files.iter();
        let unread = self.unread.iter();
        Self {
            files: files
                .filter_map(|(path, bytes)| Some((inner(path)?, bytes.clone())))
                .collect(),
            unread: unread
                .filter_map(|(path, reason)| Some((inner(path)?, reason.clone())))
                .collect(),
        }
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, contents: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), contents.into());
    }
}
