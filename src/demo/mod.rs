//! The demo API: a small HTTP server to point the tool at.
//!
//! It plays the Interstellar Jurisdiction, an organization with a team, two
//! projects, their client keys, releases and issues, all of it in memory. What
//! it answers is awkward on purpose, as real services are: random keys and
//! ids, the current time, `Link` paging, DSNs that hold both the host and a
//! secret, time series with random counts, multipart uploads, and different
//! answers for an owner, a member and a stranger.
//!
//! ```text
//! server  ─ reads a request, writes a reply, logs a line
//! router  ─ finds the route, checks the credential and the scope, ticks the clock
//! events organizations projects releases teams ─ the handlers, one file per topic
//! state   ─ the world they change; fixtures fills it
//! ```
//!
//! With a seed every run of the same requests gives the same bytes; without
//! one, keys and ids are random and the clock is the real one.

mod auth;
mod digest;
mod events;
mod feedback;
mod fixtures;
mod hooks;
mod http;
mod input;
mod issues;
mod keys;
mod multipart;
mod organizations;
mod paging;
mod projects;
mod random;
mod release_files;
mod releases;
mod router;
mod samples;
mod server;
mod state;
mod stats;
mod symbols;
mod tags;
mod teams;

pub use server::Server;

/// How to start the demo API.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 lets the system choose one.
    pub port: u16,
    /// Makes every key, id and time reproducible.
    pub seed: Option<u64>,
}

/// Serves the demo API on 127.0.0.1 until the process ends.
///
/// # Errors
///
/// Fails when the port is in use, or when the listening socket breaks.
pub fn serve(options: &Options) -> std::io::Result<()> {
    Server::bind(options)?.run()
}
