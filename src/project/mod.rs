//! A project on disk: its settings, its files, and how a set of files is committed whole.
//!
//! This room alone writes files and asks `git`.

mod atomic;
mod commit;
mod environment;
mod error;
mod files;
mod git;
mod journal;
mod load;
mod lock;
mod parts;
mod patch;
mod places;
mod retry;
mod run;
mod settings;
mod toml_words;
mod written;

pub use commit::ChangeSet;
pub use environment::{Chosen, Compare, Environment};
pub use error::Error;
pub use files::{
    Listing, append_file, list_files, list_tree, read_document, read_document_into, read_file,
    read_tree, write_file,
};
pub use git::{is_tracked, read_revision, repository};
pub use journal::{Recovery, recover};
pub use load::{CONFIG_FILE, Location, Project, way};
pub use parts::{Faulty, ValueFault};
pub use places::locate_toml;
pub use retry::{Retry, RetryOn};
pub use run::{LeftRun, Process, RunRecord};
pub use settings::{
    Auth, CoverageSettings, DEFAULT_DOCS, DEFAULT_OUTPUT, DEFAULT_TEMPLATE_SET, Docstrings, Fields,
    NamedReason, OpenApi, Render, SecretSettings, Server, Service, Settings, SeveritySetting,
    Source,
};
pub use toml_words::TomlFault;
