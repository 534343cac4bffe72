//! Files in memory.

use std::collections::BTreeMap;

/// A set of files by relative path (with `/`), wherever they came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Path to contents.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// The files below `folder`, with paths relative to it.
    pub fn below(&self, folder: &str) -> Self {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let files = self
            .files
            .iter()
            .filter_map(|(path, bytes)| {
                Some((path.strip_prefix(&prefix)?.to_owned(), bytes.clone()))
            })
            .collect();
        Self { files }
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, contents: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), contents.into());
    }
}
