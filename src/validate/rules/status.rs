//! What the first example of a document shows.

use super::{Document, item};
use crate::finding::{Finding, codes};

/// The first example, which stands on the page, shows a success.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let example = document.item.examples.first();
    let Some((example, response)) =
        example.and_then(|example| Some((example, example.response.parsed()?)))
    else {
        return Vec::new();
    };
    if (200..300).contains(&response.status) {
        return Vec::new();
    }
    let message = format!(
        "the first example shows the status {}, not a success",
        response.status
    );
    let finding = Finding::new(codes::DEFAULT_STATUS, message)
        .at_pointer(document.source, &item("/examples", 0, ["response", "status"]))
        .about(document.example(example))
        .help("capture a request that succeeds as the first example, and this one under a name of its own");
    vec![finding]
}
