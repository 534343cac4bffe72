//! Keeps API reference pages true.

#[cfg(feature = "demo")]
pub mod demo;
