//! `apidocs import`: one file a source.

mod openapi;
mod pages;
mod requests;
mod write;

use anyhow::Result;

use super::args::{Import, ImportFrom};
use super::context::Context;
use super::exit::Exit;
use super::source;

pub fn run(context: &Context, args: &Import) -> Result<Exit> {
    match &args.from {
        ImportFrom::Pages {
            pages,
            output,
            force,
        } => pages::run(context, pages, output, *force),
        ImportFrom::Docstrings(args) => source::import(context, args),
        ImportFrom::Openapi { file, into } => openapi::run(context, file, into),
        ImportFrom::Har { file, into } => requests::har(context, file, into),
        ImportFrom::Curl { into } => requests::curl(context, into),
        ImportFrom::Http { file, into } => requests::http(context, file, into),
    }
}
