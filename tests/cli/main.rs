//! The binary itself: its verbs, its words, its exit codes, and what it leaves on disk.

mod approve;
mod colour;
mod demo_project;
mod diff;
mod disk;
mod environments;
mod errors;
mod keys_page;
mod pipes;
mod proxies;
mod servers;
#[cfg(unix)]
mod signals;
mod support;
#[path = "../support/tls.rs"]
mod tls;
#[cfg(unix)]
mod whole_or_not;
