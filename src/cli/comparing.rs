//! Two versions of all documents, compared side by side.

use std::borrow::Cow;

use apidocs::drift::{Comparison, Version};
use apidocs::finding::{DiffLine, DocumentChanges, Marked};
use apidocs::stabilize::Rules;
use apidocs::stabilize::secrets::{Glance, Secrets};

use super::parallel;

/// The same as [`apidocs::drift::compare`], with the documents side by side, and as they are told.
pub fn compare(
    old: &Version,
    new: &Version,
    rules: &Rules,
    secrets: &Secrets,
) -> Vec<DocumentChanges> {
    let comparison = Comparison::new(old, new, rules);
    parallel::map(comparison.names(), |name| {
        let changes = comparison.document(name);
        if changes.excerpts.is_empty() {
            return without_secrets(changes, secrets);
        }
        // A line of an array does not say what it is called.
        let mut secrets = secrets.clone();
        let names = [changes.previous.as_deref(), Some(&changes.document)];
        for (version, name) in [old, new].into_iter().zip(names) {
            let name = name.unwrap_or(&changes.document);
            let mut documents = version.documents.iter();
            if let Some((_, document)) = documents.find(|(other, _)| other.to_string() == name)
                && let Ok(examples) = serde_json::to_value(&document.examples)
            {
                secrets.learn_value(&examples, Glance::NONE, &|_| None);
            }
        }
        without_secrets(changes, &secrets)
    })
}

/// Changes as they are told: a committed value may be one that must not be shown.
pub fn without_secrets(mut changes: DocumentChanges, secrets: &Secrets) -> DocumentChanges {
    for change in &mut changes.changes {
        // The key of an array speaks of its items too.
        let is_index = |step: &&str| *step == "*" || step.bytes().all(|byte| byte.is_ascii_digit());
        let mut steps = change.address.rsplit('/').skip_while(is_index);
        let key = steps.next().unwrap_or_default();
        for value in [&mut change.old, &mut change.new].into_iter().flatten() {
            secrets.hide_member(key, value);
        }
    }
    let hide = |line: &mut Marked| {
        if let Cow::Owned(text) = secrets.redact(&line.text) {
            *line = Marked {
                text,
                marks: Vec::new(),
            };
        }
    };
    for line in changes
        .excerpts
        .iter_mut()
        .flat_map(|excerpt| &mut excerpt.lines)
    {
        match line {
            DiffLine::Old(line) | DiffLine::New(line) => hide(line),
            DiffLine::Both(text) => *text = secrets.redact(text).into_owned(),
            DiffLine::Skipped(_) => {}
        }
    }
    changes
}
