//! Volatile values: what differs between two captures of an unchanged API, and how it is told from drift.
//!
//! Values are paired, not masked. [`pair`] lays two versions of a document over one another: structure, headers and
//! stable values must be equal; volatile values must be of one kind and form, and those with identity must follow one
//! one-to-one renaming over all examples of the document, so that a key that stops being the same in two places is
//! drift. [`Rules`] say what a project knows about its values, and [`learn()`] finds out.
//!
//! | part | what it is for |
//! | --- | --- |
//! | [`kind`] | what kinds of volatile values there are, and how each is recognised |
//! | [`mod@tokens`] | a string as literal parts and volatile tokens |
//! | [`pair`], [`Pairing`], [`Delta`] | two versions of a document, paired |
//! | [`Pairing::renaming`] | which older spelling stands for which newer one |
//! | [`appearances`] | the volatile values of one document, in the order of their first appearance |
//! | [`rules`], [`learn()`], [`audit()`] | `volatile.json` |
//! | [`Pseudonyms`] | what is written in the place of new values |
//! | [`secrets`] | what must never be written down |
//!
//! The scope of everything here is one endpoint document. Nothing here knows an API: a kind is a form that many
//! APIs use, and what only a project can know is a rule.

mod abbreviations;
mod align;
mod appearances;
mod audit;
mod clock;
mod delta;
mod fields;
mod header;
pub mod kind;
mod leaf;
mod learn;
mod mask;
mod overlay;
mod pairing;
mod pseudonym;
mod renaming;
pub mod rules;
pub mod secrets;
mod series;
mod shape;
#[cfg(test)]
pub(crate) mod tests;
pub mod tokens;
pub mod view;

pub use appearances::{Appearance, appearances, stable_values};
pub use audit::audit;
pub use delta::Delta;
pub use header::sorted as sorted_header;
pub use kind::Kind;
pub use learn::{Lesson, learn};
pub use pairing::{DocumentView, Pairing, Renaming, exact, pair, pair_states};
pub use pseudonym::Pseudonyms;
pub use rules::{HandRule, Hold, Holds, Learned, Rules};
pub use tokens::{Context, Token, tokens};
