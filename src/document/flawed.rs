//! Files with faults that a reader of JSON can pass over: nothing is made of them, and still they can be checked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Collection;
use super::place::Place;
use crate::finding::SourceFile;

/// Files with such faults, by their paths relative to the folder of documents.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FlawedFiles(BTreeMap<String, Flawed>);

/// A file, and what it means: two values where that is not certain.
#[derive(Debug, Clone, PartialEq)]
struct Flawed {
    source: Arc<SourceFile>,
    readings: Vec<Value>,
}

impl FlawedFiles {
    pub fn add(&mut self, path: &str, source: &Arc<SourceFile>, readings: Vec<Value>) {
        if !readings.is_empty() {
            let source = Arc::clone(source);
            self.0.insert(path.to_owned(), Flawed { source, readings });
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Collection {
    /// The documents as if nothing were wrong with files but what a reader of JSON can pass over: for checks alone. Where
    /// faults leave open what a file means there are two; what holds of both is certain.
    pub fn readings(&self) -> Vec<Cow<'_, Self>> {
        if self.flawed.0.is_empty() {
            return vec![Cow::Borrowed(self)];
        }
        let count = self.flawed.0.values().map(|file| file.readings.len()).max();
        let reading = |index| {
            let mut whole = self.clone();
            for (path, file) in std::mem::take(&mut whole.flawed.0) {
                let reading = file.readings.get(index).or(file.readings.last());
                if let (Ok(Some(place)), Some(json)) = (Place::of(&path), reading) {
                    whole.put(&place, file.source, json.clone());
                    whole.unread.remove(&path);
                }
            }
            Cow::Owned(whole)
        };
        (0..count.unwrap_or(1)).map(reading).collect()
    }

    /// The documents as [`Collection::readings`] gives them, with those files alone of which it is certain what they mean.
    pub fn with_certain(&self) -> Cow<'_, Self> {
        let mut certain = Cow::Borrowed(self);
        if self.flawed.0.values().any(|file| file.readings.len() == 1) {
            let files = &mut certain.to_mut().flawed.0;
            files.retain(|_, file| file.readings.len() == 1);
            let first = certain.readings().into_iter().next().map(Cow::into_owned);
            if let Some(first) = first {
                certain = Cow::Owned(first);
            }
        }
        certain
    }

    /// Whether that is such a file.
    pub fn is_flawed(&self, source: &SourceFile) -> bool {
        let mut files = self.flawed.0.values();
        files.any(|file| file.source.path == source.path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DocumentName, Tree};
    use super::*;

    #[test]
    fn nothing_is_made_of_a_file_with_a_fault_and_still_it_is_read() {
        let mut tree = Tree::default();
        tree.insert("endpoints/a/comma.json", r#"{"title": "A",}"#);
        tree.insert(
            "endpoints/a/doubled.json",
            r#"{"title": "A", "title": "B"}"#,
        );
        tree.insert("endpoints/a/broken.json", "{");
        let collection = Collection::from_tree(&tree, "docs");
        assert!(collection.endpoints.is_empty());
        let titles = |collection: &Collection| {
            let read = |name: &str| {
                let name = DocumentName::new("a", name).unwrap();
                Some(collection.endpoints.get(&name)?.json["title"].to_string())
            };
            ["comma", "doubled", "broken"].map(read)
        };
        let readings = collection.readings();
        let told: Vec<_> = readings.iter().map(|whole| titles(whole)).collect();
        let some = |text: &str| Some(format!("{text:?}"));
        assert_eq!(
            told,
            [[some("A"), some("B"), None], [some("A"), some("A"), None]]
        );
        assert!(readings[0].is_unread("endpoints/a/broken.json"));
        assert!(!readings[0].is_unread("endpoints/a/comma.json"));
        assert_eq!(titles(&collection.with_certain()), [some("A"), None, None]);
    }
}
