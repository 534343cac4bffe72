//! Capturing real servers, and real faults, on the loopback address.

mod faults;
mod long;
mod order;
mod scenarios;
#[cfg(unix)]
mod servers;
mod support;
mod wire;
