//! Keeps API reference pages true.

pub mod capture;
pub mod document;
pub mod drift;
pub mod finding;
pub mod import;
pub mod json;
pub mod page;
pub mod project;
pub mod render;
pub mod report;
pub mod validate;

#[cfg(feature = "demo")]
pub mod demo;
