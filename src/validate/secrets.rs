//! Secrets in files: in committed ones, and in what a capture is about to write.
//!
//! The findings show the place and never the value: the lines of the file that they carry are masked, and so are those of
//! any other finding.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::masked::masked_settings;
use super::plain::Tree;
use crate::document::{Collection, DocumentName, EndpointDocument, ExampleTarget, Loaded};
use crate::finding::{Finding, LocatedError, SourceFile, codes};
use crate::json::pointer;
use crate::stabilize::secrets::{Glance, Place, Secrets, mask, mask_file, scan};

/// The secrets that a committed document holds: by form anywhere, by name in examples.
pub(super) fn of_document(
    name: &DocumentName,
    loaded: &Loaded<EndpointDocument>,
    secrets: &Secrets,
) -> Vec<Finding> {
    let found = of_file(&loaded.source, &loaded.json, secrets).into_iter();
    found
        .map(|finding| {
            let pointer = finding.pointer.as_deref().unwrap_or_default();
            let is_captured = pointer.starts_with("/examples");
            let help = if is_captured { HELP } else { PROSE_HELP };
            finding.about(name).help(help)
        })
        .collect()
}

/// Whether a document holds any beside its bodies, of which it is known that no string of a well-known form is in it.
pub(super) fn are_in_bodiless(json: &Tree<'_>, secrets: &Secrets) -> bool {
    !scan(json, "", secrets, Glance::FREE).is_empty()
}

/// The secrets that scenarios, fixtures and contracts hold, by form alone: what people wrote there is theirs to send, so that
/// names say nothing.
pub(super) fn of_others(collection: &Collection, secrets: &Secrets) -> Vec<Finding> {
    let scenarios = collection.scenarios.values().map(|loaded| told(loaded));
    let files = scenarios.chain(collection.fixtures.iter().map(told));
    let found = files.flat_map(|(source, json)| of_file(source, json, secrets));
    let sent = found.map(|finding| finding.help("take it from the environment: `{{ env.NAME }}`; and revoke it, for the history keeps it"));
    let contracts = collection.contracts.values().map(told);
    let found = contracts.flat_map(|(source, json)| of_file(source, json, secrets));
    sent.chain(found.map(|finding| finding.help(PROSE_HELP)))
        .collect()
}

/// The secrets that the settings hold, by form alone: what is a credential by its place may be that of a server of ours.
pub(super) fn of_settings(source: &Arc<SourceFile>) -> Vec<Finding> {
    let found = Secrets::default().known_in(&source.text).into_iter();
    let told = found.map(|(span, what)| {
        Finding::new(codes::SECRET, format!("this is {what}"))
            .at(source, span)
            .help("take it from the environment: `{{ env.NAME }}`; and revoke it, for the history keeps it")
    });
    told.collect()
}

fn of_file(source: &Arc<SourceFile>, json: &Value, secrets: &Secrets) -> Vec<Finding> {
    let places = scan(json, "", secrets, Glance::of_json(&source.text));
    let file = masked(source, &places);
    let told = |place: &Place| {
        let finding = Finding::new(codes::SECRET, format!("this is {}", place.what));
        at(finding, source, &file, place)
    };
    places.iter().map(told).collect()
}

const HELP: &str = "capture the example again, or say in [secrets] of apidocs.toml why that name means none; and revoke what is real, for the history keeps it";

const PROSE_HELP: &str =
    "take it out of the text, where it is hidden here; and revoke it, for the history keeps it";

fn told<T>(loaded: &Loaded<T>) -> (&Arc<SourceFile>, &Value) {
    (&loaded.source, &loaded.json)
}

/// The secrets in a captured example, as its document is about to hold it; `secrets` knows those of the run.
pub fn leaks(after: &Collection, captured: &ExampleTarget, secrets: &Secrets) -> Vec<Finding> {
    let Some(loaded) = after.endpoints.get(&captured.document) else {
        return Vec::new();
    };
    let examples = loaded.json.get("examples").and_then(Value::as_array);
    let named = |example: &Value| {
        let name = example.get("name").and_then(Value::as_str);
        name.unwrap_or(crate::document::DEFAULT_EXAMPLE) == captured.example
    };
    let mut examples = examples.into_iter().flatten().enumerate();
    let Some((index, example)) = examples.find(|(_, example)| named(example)) else {
        return Vec::new();
    };
    let at_example = pointer::join("/examples", &index.to_string());
    let glance = Glance::of_json(&loaded.source.text);
    let places = scan(example, &at_example, secrets, glance);
    let file = masked(&loaded.source, &places);
    let told = |place: &Place| {
        let what = format!("what was captured still holds {}", place.what);
        at(Finding::new(codes::LEAKED_SECRET, what), &loaded.source, &file, place)
            .about(captured)
            .help("nothing is written; take the value out of what the scenario says, or save it with `\"secret\": true`")
    };
    places.iter().map(told).collect()
}

/// Findings as they are told: their words may quote a secret, and the lines that they show may hold one that stands beside
/// what they are about. Each file is masked when somebody wants to see it.
pub fn without_secrets(mut findings: Vec<Finding>, secrets: &Arc<Secrets>) -> Vec<Finding> {
    let mut files: HashMap<*const SourceFile, Arc<SourceFile>> = HashMap::new();
    for finding in &mut findings {
        hide_quoted(finding, secrets);
        let label = finding.label.as_mut();
        let Some(label) = label.filter(|label| label.span.is_some()) else {
            continue;
        };
        let plain = Arc::clone(&label.source);
        let file = files.entry(Arc::as_ptr(&plain));
        let file = file.or_insert_with(|| masked_when_seen(plain, secrets));
        label.source = Arc::clone(file);
    }
    findings
}

/// Takes what a finding is about out of its words where that is a secret by its name, and other secrets by their form.
fn hide_quoted(finding: &mut Finding, secrets: &Secrets) {
    let value = secret_value(finding, secrets);
    let words = [&mut finding.message].into_iter();
    for text in words.chain(&mut finding.help).chain(&mut finding.notes) {
        if let Some(value) = value.as_deref().filter(|value| text.contains(*value)) {
            *text = text.replace(value, "***");
        }
        if let Some(masked) = secrets.mask_known(text) {
            *text = masked;
        }
    }
}

/// The string that a finding is about, where its key says that it is a secret.
fn secret_value(finding: &Finding, secrets: &Secrets) -> Option<String> {
    let key = pointer::tokens(finding.pointer.as_deref()?).last()?;
    if !secrets.names_member(&key) {
        return None;
    }
    let source = &finding.label.as_ref()?.source;
    let place = source.locate(finding.pointer.as_deref()?)?;
    let value: String = serde_json::from_str(source.text.get(place.value)?).ok()?;
    secrets.hides_member(&key, &value).then_some(value)
}

/// An error as it is told: as [`without_secrets`].
pub fn error_without_secrets(error: &LocatedError, secrets: &Arc<Secrets>) -> LocatedError {
    let mut error = error.clone();
    error.label.source = masked_when_seen(error.label.source, secrets);
    error
}

fn masked_when_seen(plain: Arc<SourceFile>, secrets: &Arc<Secrets>) -> Arc<SourceFile> {
    let secrets = Arc::clone(secrets);
    SourceFile::later(plain.path.clone(), move || {
        let text = match plain.path.ends_with(".toml") {
            true => {
                let text = masked_settings(&plain.text, &secrets);
                secrets.mask_known(&text).unwrap_or(text)
            }
            false => mask_file(&plain.text, &secrets).unwrap_or_else(|| plain.text.to_string()),
        };
        text.into_bytes()
    })
}

fn masked(source: &Arc<SourceFile>, places: &[Place]) -> Arc<SourceFile> {
    if places.is_empty() {
        return Arc::clone(source);
    }
    SourceFile::new(source.path.clone(), mask(&source.text, places).as_bytes())
}

/// A finding whose place is that in the plain file, and which shows the masked one.
fn at(
    finding: Finding,
    source: &Arc<SourceFile>,
    masked: &Arc<SourceFile>,
    place: &Place,
) -> Finding {
    let mut finding = match (place.parts.first(), place.in_key) {
        (Some(part), _) => finding.at_text(source, &place.pointer, part.clone()),
        (None, false) => finding.at_pointer(source, &place.pointer),
        (None, true) => {
            // The key itself is the secret: no pointer may tell it.
            let member = place.pointer.rsplit_once('/');
            finding.at_pointer(source, member.map_or("", |(outer, _)| outer))
        }
    };
    if let Some(label) = &mut finding.label {
        label.source = Arc::clone(masked);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_quote_no_secret() {
        let text = r#"{"examples": [{"password": "hunter2hunter2", "name": "hunter2hunter2"}]}"#;
        let source = SourceFile::new("a.json", text.as_bytes());
        let secrets = Arc::new(Secrets::default());
        let told = |pointer: &str, message: &str| {
            let finding = Finding::new(codes::CONTRACT_MISMATCH, message)
                .at_pointer(&source, pointer)
                .note(message);
            let finding = without_secrets(vec![finding], &secrets).remove(0);
            assert!(finding.notes.iter().all(|note| *note == finding.message));
            finding.message
        };
        let message = "expected `x`, found `hunter2hunter2`";
        let hidden = "expected `x`, found `***`";
        assert_eq!(told("/examples/0/password", message), hidden);
        assert_eq!(told("/examples/0/name", message), message);
        let token = format!("found ghp_{}", "0aB1".repeat(9));
        assert_eq!(
            told("/examples/0/name", &token),
            format!("found {}", "*".repeat(40))
        );
    }
}
