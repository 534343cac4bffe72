//! Bodies of many small values: a value takes many times the memory of its digit, so that no copy may be there without
//! need.

use std::time::Duration;

use crate::run::{fails, nothing_is_left, project, watched};

/// Generous, for a build without optimisation on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Five times what a million numbers take as JSON values (72 bytes each, and 8 for the digits): the length that changed
/// is captured once more, while the first capture is kept, and an array grows by doubling.
const MEMORY: u64 = 400_000_000;

#[test]
fn a_million_numbers_are_captured_in_little_memory() {
    let show = "\"show\": {\"/items\": 3},";
    let sandbox = project("a million numbers", "", "", "", show);
    let watched = watched(&sandbox, &["check"], LIMIT);
    let run = watched.run.exits(1);
    let run = run.answers(&["field-added", "#default/response/body/items"]);
    assert!(watched.memory < MEMORY, "{} bytes: {run}", watched.memory);
    nothing_is_left(&sandbox);
}

#[test]
fn an_example_that_no_document_can_hold_is_told_at_its_request() {
    let sandbox = project("numbers far in", "", "", "", "");
    let run = fails(&sandbox, 1, LIMIT).run;
    let run = run.tells(&[
        "error[json-too-large]: things/get-things#default: the example is larger than 64 MiB",
        "api-docs/scenarios/Things.json:4:",
        "ask for less, or show less",
    ]);
    assert!(!run.stderr.contains("document-removed"), "{run}");
}

/// Each line is a string of its own in a document, and takes many times its size.
#[test]
fn millions_of_lines_are_refused_in_little_memory() {
    let sandbox = project("lines in gzip", "", "", "", "");
    let watched = watched(&sandbox, &["generate"], LIMIT);
    let run = watched.run.exits(1);
    let run = run.tells(&["error[json-too-large]: things/get-things#default"]);
    assert!(watched.memory < MEMORY, "{} bytes: {run}", watched.memory);
    nothing_is_left(&sandbox);
}
