//! Endpoint documents from elsewhere: one file or folder a source.

pub mod docstrings;
pub(crate) mod naming;
pub mod openapi;
pub mod pages;
pub mod requests;
mod scenario;

pub use scenario::{fixtures, hold_removals, new_scenarios, used};
