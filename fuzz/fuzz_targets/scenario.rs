//! Bytes as a scenario and as fixtures: read and checked.

#![no_main]

#[path = "../places.rs"]
mod places;

use apidocs::document::{Collection, Tree};
use apidocs::validate::validate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut tree = Tree::default();
    tree.insert("scenarios/A.json", bytes);
    tree.insert("fixtures.json", bytes);
    places::check(&validate(&Collection::from_tree(&tree, "")));
});
