//! Bytes as a page of the original: imported, and the import checked.

#![no_main]

#[path = "../places.rs"]
mod places;

use apidocs::document::Tree;
use apidocs::import::pages;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut tree = Tree::default();
    tree.insert("a/b.md", bytes);
    places::check(&pages::import(&tree, "").findings);
});
