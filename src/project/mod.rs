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
mod settings;

pub use commit::ChangeSet;
pub use error::Error;
pub use files::{list_tree, read_file, read_tree, write_file};
pub use git::read_revision;
pub use journal::{Recovery, recover};
pub use load::{CONFIG_FILE, Location, Project};
pub use settings::{
    Auth, DEFAULT_DOCS, DEFAULT_OUTPUT, DEFAULT_TEMPLATE_SET, NamedReason, Render, SecretSettings,
    Server, Service, Settings, SeveritySetting,
};
