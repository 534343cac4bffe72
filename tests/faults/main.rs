//! Servers and commands at their worst: each fault is told at its place, in time, in little memory; nothing
//! is written, and no process is left.
//!
//! `cargo test --test faults -- --nocapture` prints the table of the README; `UPDATE=1` writes it.
#![cfg(unix)]

mod commands;
mod killed;
mod large;
mod run;
mod server;
#[allow(dead_code)]
#[path = "../cli/support.rs"]
mod support;
mod table;
