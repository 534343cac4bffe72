//! A project on disk: its settings, its files, and how a set of files is committed whole.
//!
//! This room alone reads and writes files and asks `git`.

mod settings;

pub use settings::{
    Auth, DEFAULT_DOCS, DEFAULT_OUTPUT, DEFAULT_TEMPLATE_SET, Render, Server, Service, Settings,
    SeveritySetting,
};
