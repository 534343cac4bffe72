//! Bytes as an endpoint document: read, checked, fixed and written in the canonical form.

#![no_main]

#[path = "../places.rs"]
mod places;

use apidocs::document::{Collection, Tree, key_order};
use apidocs::finding::Fix;
use apidocs::json;
use apidocs::validate::validate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut tree = Tree::default();
    tree.insert("endpoints/a/b.json", bytes);
    let findings = validate(&Collection::from_tree(&tree, ""));
    places::check(&findings);
    Fix::apply(findings.iter().filter_map(|finding| finding.fix.as_ref()));
    if let Ok(value) = json::parse_bytes(bytes) {
        // The canonical form says the same, and is canonical.
        let text = json::write(&value, key_order::ENDPOINT);
        let again = json::parse(&text).expect("what we write is JSON");
        assert_eq!(json::write(&again, key_order::ENDPOINT), text);
    }
});
