//! Schemas and rules: what is found in files, good and broken.

mod cases;
mod corpus;
mod mutations;
mod plain;
mod samples;
mod schemas;
#[path = "../support/mod.rs"]
mod support;
