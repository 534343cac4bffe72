//! A project on disk: its settings, its files, and how a set of files is committed whole.
//!
//! This room alone writes files and asks `git`.

mod atomic;
mod commit;
mod error;
mod files;
mod git;
mod journal;
mod load;
mod lock;
mod places;
mod settings;

pub use commit::ChangeSet;
pub use error::Error;
pub use files::{Listing, list_files, list_tree, read_document, read_file, read_tree, write_file};
pub use git::read_revision;
pub use journal::{Recovery, recover};
pub use load::{CONFIG_FILE, Location, Project};
pub use places::locate_toml;
pub use settings::{
    Auth, DEFAULT_DOCS, DEFAULT_OUTPUT, DEFAULT_TEMPLATE_SET, Render, Server, Service, Settings,
    SeveritySetting,
};
