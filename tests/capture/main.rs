//! Capturing real servers, and real faults, on the loopback address.

mod certificates;
mod connections;
mod faults;
mod flow;
mod long;
mod order;
mod protocol;
mod scenarios;
#[cfg(unix)]
mod servers;
#[cfg(unix)]
mod stuck;
mod support;
#[path = "../support/tls.rs"]
mod tls;
mod wire;
