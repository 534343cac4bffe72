//! Examples that no document can hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Captured, CapturedExample, Outcome};
use crate::document::{Body, ExampleTarget, Recorded};
use crate::finding::{Finding, SourceFile, codes};
use crate::json;

/// The level of a body in its document: `/examples/0/response/body`.
const LEVEL: usize = 4;

/// How many bytes a document has at least for a text, which it holds line by line.
pub(super) fn lines_size(text: &str) -> usize {
    // Newline, indentation, quotes, comma.
    let around = 1 + 2 * (LEVEL + 1) + 2 + 1;
    text.len() + text.bytes().filter(|byte| *byte == b'\n').count() * around
}

/// That an example is larger than a document may be.
pub(super) fn too_large(
    source: &Arc<SourceFile>,
    pointer: &str,
    target: &ExampleTarget,
) -> Finding {
    let message = "the example is larger than 64 MiB, which is the most that a document may have";
    Finding::new(codes::JSON_TOO_LARGE, message)
        .at_pointer(source, pointer)
        .about(target)
        .help("ask for less, or show less: `\"show\": {\"/items\": 3}`")
}

impl Captured {
    /// Takes out the examples that no document can hold, and tells them at their requests.
    pub(super) fn refuse_large(&mut self) {
        let is_large = |captured: &CapturedExample| {
            let Recorded::Parsed(response) = &captured.example.response else {
                return false;
            };
            matches!(&response.body, Body::Json(body) if json::written_size(body, LEVEL) > json::MAX_SIZE)
        };
        let examples = std::mem::take(&mut self.examples);
        let (large, kept): (BTreeMap<_, _>, _) = examples
            .into_iter()
            .partition(|(_, captured)| is_large(captured));
        self.examples = kept;
        for (target, captured) in large {
            let finding = too_large(&captured.source, &captured.pointer, &target);
            let mut runs = self.scenarios.iter_mut().chain(&mut self.fixtures);
            if let Some(run) = runs.find(|run| run.ident == captured.scenario) {
                run.findings.push(finding);
                run.outcome = Outcome::Failed;
            }
        }
    }
}
