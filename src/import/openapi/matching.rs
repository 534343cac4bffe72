//! Operations and the documents of a project, matched by method and path.

use std::collections::BTreeMap;

use super::Operation;
use crate::document::{Collection, DocumentName, EndpointDocument, Loaded};
use crate::import::naming::path_key;

/// A method and a path without the names of its placeholders.
pub(super) type Key = (String, String);

pub(super) fn key(method: &str, path: &str) -> Key {
    (method.to_owned(), path_key(path))
}

/// The documents of a project that can be read, by what they are about; of several the first.
#[derive(Debug)]
pub(super) struct Known<'c>(BTreeMap<Key, (&'c DocumentName, &'c Loaded<EndpointDocument>)>);

impl<'c> Known<'c> {
    pub fn new(collection: &'c Collection) -> Self {
        let mut known = BTreeMap::new();
        for (name, loaded) in &collection.endpoints {
            if let Some(item) = &loaded.item {
                let key = key(&item.method, &item.api_path);
                known.entry(key).or_insert((name, &**loaded));
            }
        }
        Self(known)
    }

    /// The document about a method and a path.
    pub fn get(
        &self,
        method: &str,
        path: &str,
    ) -> Option<(&'c DocumentName, &'c Loaded<EndpointDocument>)> {
        self.0.get(&key(method, path)).copied()
    }
}

/// Operations by what they are about.
pub(super) fn by_key<'o, 's>(operations: &'o [Operation<'s>]) -> BTreeMap<Key, &'o Operation<'s>> {
    let mut all = BTreeMap::new();
    for operation in operations {
        let key = key(&operation.method, &operation.path);
        all.entry(key).or_insert(operation);
    }
    all
}
