//! What changed between two versions of documents, by structure and never by text.
//!
//! [`compare`] takes two sets of documents and tells the changes of each, a [`Comparison`] those of one, [`told_once`] joins those of one cause; [`settle`] says which
//! examples a document has after a capture; [`in_shape_of`] takes everything but the shape out of a captured
//! example. All are pure.

mod approve;
mod causes;
mod classify;
mod compare;
mod excerpt;
mod fingerprint;
mod impacts;
#[cfg(test)]
mod properties;
mod renames;
mod settle;
mod shape;

pub use approve::approve;
pub use causes::told_once;
pub use compare::{Comparison, Version, compare};
pub use impacts::apply_impact;
pub use settle::{Settled, settle};
pub use shape::in_shape_of;
