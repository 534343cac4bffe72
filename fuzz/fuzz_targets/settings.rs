//! Bytes as `apidocs.toml`: checked, and read where nothing is wrong with it.

#![no_main]

#[path = "../places.rs"]
mod places;

use apidocs::finding::SourceFile;
use apidocs::project::Settings;
use apidocs::validate::settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = SourceFile::new("apidocs.toml", bytes);
    let findings = settings(&source);
    places::check(&findings);
    if findings.is_empty() {
        toml::from_str::<Settings>(&source.text).expect("what is not told can be read");
    }
});
