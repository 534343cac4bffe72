//! `apidocs import docstrings`: golden cases, `[source]` as the standing author, hostile sources, and the history of
//! Sentry.

mod cases;
mod history;
mod hostile;
mod standing;
#[path = "../cli/support.rs"]
#[allow(dead_code)]
mod support;
#[path = "../support/mod.rs"]
#[allow(dead_code)]
mod trees;
