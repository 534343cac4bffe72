//! Endpoint documents from elsewhere: one file or folder a source.

pub mod docstrings;
pub mod pages;
