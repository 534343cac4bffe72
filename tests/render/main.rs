//! Pages: what comes out of templates, and the original's pages there and back.

mod cache;
mod cases;
mod markdown;
mod pages;
#[path = "../support/mod.rs"]
mod support;
