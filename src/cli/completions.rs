//! `apidocs completions` and `apidocs man`: what clap makes of the command line.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;

use super::args::{Args, Completions};
use super::exit::Exit;

pub fn completions(args: &Completions) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "apidocs", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Clean)
}

pub fn man() -> Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(Exit::Clean)
}
