//! `apidocs demo`.

use anyhow::{Context, Result};
use apidocs::demo::{Options, Server};

use super::args::Demo;
use super::exit::Exit;
use super::terminal::tell;

pub fn run(args: &Demo) -> Result<Exit> {
    let options = Options {
        port: args.port,
        seed: args.seed,
    };
    let server = Server::bind(&options)
        .with_context(|| format!("the demo cannot listen on 127.0.0.1:{}", args.port))?;
    tell!(
        "the demo API listens on http://127.0.0.1:{}/",
        server.port()
    );
    server.run()?;
    Ok(Exit::Clean)
}
