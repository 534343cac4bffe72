//! What changed between two versions of documents, by structure and never by text.
//!
//! [`compare`] takes two sets of documents and tells the changes of each; [`settle`] says which
//! examples a document has after a capture. Both are pure.

mod approve;
mod causes;
mod classify;
mod compare;
mod delta;
mod excerpt;
mod fingerprint;
mod impacts;
mod renames;
mod settle;
mod view;

pub use approve::approve;
pub use compare::{Version, compare};
pub use impacts::apply_impact;
pub use settle::{Settled, settle};
