//! The binary itself: its verbs, its words, its exit codes, and what it leaves on disk.

mod cases;
mod colour;
mod demo_project;
mod diff;
mod disk;
mod errors;
mod keys_page;
mod pipes;
mod servers;
#[cfg(unix)]
mod signals;
mod support;
mod validate;
#[cfg(unix)]
mod whole_or_not;
