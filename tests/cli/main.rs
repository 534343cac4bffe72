//! The binary itself: its verbs, its words, its exit codes, and what it leaves on disk.

mod approve;
mod cases;
mod colour;
mod contracts;
mod demo_project;
mod diff;
mod disk;
mod environments;
mod errors;
mod keys_page;
mod learn;
mod learning;
mod order;
mod pipes;
mod proxies;
mod red_pull_request;
mod reports;
mod secrets;
mod servers;
mod shards;
#[cfg(unix)]
mod signals;
mod still;
mod support;
#[path = "../support/tls.rs"]
mod tls;
mod validate;
#[cfg(unix)]
mod whole_or_not;
