//! Two versions of all documents, compared side by side.

use apidocs::drift::{Comparison, Version};
use apidocs::finding::DocumentChanges;
use apidocs::stabilize::Rules;

use super::parallel;

/// The same as [`apidocs::drift::compare`], with the documents side by side.
pub fn compare(old: &Version, new: &Version, rules: &Rules) -> Vec<DocumentChanges> {
    let comparison = Comparison::new(old, new, rules);
    parallel::map(comparison.names(), |name| comparison.document(name))
}
