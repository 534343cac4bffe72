//! Volatile values: what differs between two captures of an unchanged API, and how it is told from drift.
//!
//! | part | what it is for |
//! | --- | --- |
//! | [`kind`] | what kinds of volatile values there are, and how each is recognised |
//! | [`tokens`] | a string as literal parts and volatile tokens |
//!
//! The scope of everything here is one endpoint document. Nothing here knows an API: a kind is a form that many
//! APIs use, and what only a project can know is a rule.

pub mod kind;
pub mod tokens;

pub use kind::Kind;
pub use tokens::{Context, Token, tokens};
