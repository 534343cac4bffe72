//! Keeps API reference pages true.

pub mod document;
pub mod finding;
pub mod json;

#[cfg(feature = "demo")]
pub mod demo;
