//! What several test targets share.

use std::path::{Path, PathBuf};

use apidocs::document::Tree;

/// The files below a folder.
pub fn read(root: &Path) -> Tree {
    let mut tree = Tree::default();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).unwrap();
            let path = path.to_str().unwrap().replace('\\', "/");
            tree.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
    tree
}

/// The corpus of real pages, which is no part of the project; says so where it is not there.
pub fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("APIDOCS_CORPUS").map_or(beside, PathBuf::from);
    if corpus.is_dir() {
        return Some(corpus);
    }
    eprintln!("skipped: there is no corpus in {}", corpus.display());
    None
}
