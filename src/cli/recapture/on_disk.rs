//! Findings about documents that a capture would write, told at the places of those that are on disk.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use apidocs::finding::{Finding, Label, SourceFile};
use apidocs::json::Place;
use apidocs::project::{Project, read_document};
use apidocs::stabilize::secrets::{Secrets, mask_file};

/// The most characters of a value that are shown.
const SHOWN: usize = 80;

/// A finding about something that is not on disk has the place of what is there, and shows what was captured. Secrets
/// are masked in both.
pub(super) fn on_disk(project: &Project, findings: &[Finding], secrets: &Secrets) -> Vec<Finding> {
    let mut files: BTreeMap<String, Option<Arc<SourceFile>>> = BTreeMap::new();
    let placed = findings.iter().cloned().map(|mut finding| {
        let Some(label) = finding.label.take() else {
            return finding;
        };
        let disk = files.entry(label.source.path.clone());
        let disk = disk.or_insert_with(|| read(project, &label.source.path, secrets));
        match disk {
            Some(disk) if is_written(project, disk) && disk.text != label.source.text => {
                moved(finding, &label, disk)
            }
            _ => Finding {
                label: Some(label),
                ..finding
            },
        }
    });
    let mut placed: Vec<_> = placed.collect();
    placed.sort_by(Finding::order);
    placed
}

/// Whether a capture writes such files: others are on disk as they were read.
fn is_written(project: &Project, file: &SourceFile) -> bool {
    let documents = project.shown(&project.docs.join("endpoints"));
    Path::new(&file.path).starts_with(documents)
}

/// Nothing is shown through a link that leaves the folder of documents.
fn read(project: &Project, path: &str, secrets: &Secrets) -> Option<Arc<SourceFile>> {
    let file = project.root.join(path).canonicalize().ok()?;
    if !file.starts_with(project.docs.canonicalize().ok()?) {
        return None;
    }
    let bytes = read_document(&file).ok()?;
    let source = SourceFile::of_bytes(path, bytes);
    Some(match mask_file(&source.text, secrets) {
        Some(masked) => SourceFile::new(path, masked.as_bytes()),
        None => source,
    })
}

fn moved(finding: Finding, captured: &Label, disk: &Arc<SourceFile>) -> Finding {
    let pointer = finding.pointer.clone().unwrap_or_default();
    let is_key = captured
        .source
        .locate(&pointer)
        .is_some_and(|place| place.key.is_some() && place.key == captured.span);
    let there = nearest(disk, &pointer, is_key);
    let text = |source: &SourceFile| {
        let place = source.locate(&pointer)?;
        source.text.get(place.value).map(str::to_owned)
    };
    let differs = text(&captured.source) != text(disk);
    let is_captured = pointer.starts_with("/examples/");
    let note = value(captured, &pointer).filter(|_| differs);
    let mut finding = Finding {
        label: Some(Label {
            source: Arc::clone(disk),
            span: there,
        }),
        // It was meant for the other text.
        fix: None,
        ..finding
    };
    if differs && is_captured {
        // The lines that are shown say something else.
        finding.message = format!("as captured, {}", finding.message);
    }
    let what = match is_captured {
        true => "captured",
        false => "it would be",
    };
    let note = note.map(|value| format!("{what}: {value}"));
    finding.notes.extend(note);
    finding
}

/// The value that a finding is about; a long one says less than the message.
fn value<'a>(captured: &'a Label, pointer: &str) -> Option<&'a str> {
    let place = captured.source.locate(pointer)?;
    let is_told = captured.span.as_ref() == Some(&place.value);
    let text = captured.source.text.get(place.value)?;
    let is_short = !text.contains('\n') && text.chars().count() <= SHOWN;
    (is_told && is_short).then_some(text)
}

/// The place of a value or its key, or of the name or beginning of what would hold it.
fn nearest(source: &SourceFile, pointer: &str, is_key: bool) -> Option<Range<usize>> {
    if let Some(place) = source.locate(pointer) {
        let key = place.key.filter(|_| is_key);
        return Some(key.unwrap_or(place.value));
    }
    let mut pointer = pointer;
    loop {
        pointer = &pointer[..pointer.rfind('/')?];
        if let Some(Place { key, value }) = source.locate(pointer).filter(|_| !pointer.is_empty()) {
            return Some(key.unwrap_or(value.start..value.start + 1));
        }
    }
}
