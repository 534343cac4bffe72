//! What changed between two versions of documents, by structure and never by text.
//!
//! [`compare`] takes two sets of documents and tells the changes of each; [`settle`] says which
//! examples a document has after a capture. Both are pure.

mod classify;
mod compare;
mod excerpt;
mod settle;

pub use compare::{Version, compare};
pub use settle::{Settled, settle};
