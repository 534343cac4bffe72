//! The command line: one file a verb, each short. This part alone prints and exits.

mod again;
mod approve;
mod args;
mod capture;
mod check;
mod comparing;
mod completions;
mod context;
mod contracts;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod exit;
mod explain;
mod export;
mod fix;
mod fmt;
mod generate;
mod import;
mod infer;
mod init;
mod learn;
mod learning;
mod merge;
mod next;
mod pages;
mod parallel;
mod patch;
mod progress;
mod reading;
mod recapture;
mod render;
mod report;
mod scenarios;
mod schema;
mod share;
mod sides;
mod source;
mod targets;
mod templates;
mod terminal;
mod validate;
mod volatile;

use std::process::ExitCode;

use apidocs::json::STACK_SIZE;
use clap::Parser;

use args::{Args, Verb};
use context::Context;

/// Parses the command line, runs the verb, and gives the exit code. Values may be nested deeply: the verb runs on a
/// thread with room for them.
pub fn main() -> ExitCode {
    let builder = std::thread::Builder::new().stack_size(STACK_SIZE);
    match builder.spawn(verb).map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has told itself.
        Ok(Err(_)) => ExitCode::from(101),
        Err(_) => verb(),
    }
}

fn verb() -> ExitCode {
    let args = Args::parse();
    args.global.color.write_global();
    let mut context = Context::new(args.global);
    // What was found comes first in its log.
    context.terse = matches!(args.verb, Verb::Check(_));
    let done = targets::check(&context, &args.verb).and_then(|()| run(&context, &args.verb));
    exit::code(&context, done)
}

fn run(context: &Context, verb: &Verb) -> anyhow::Result<exit::Exit> {
    match verb {
        Verb::Init(args) => init::run(context, args),
        Verb::Capture(args) => capture::run(context, args),
        Verb::Generate(args) => generate::run(context, args),
        Verb::Check(args) => check::run(context, args),
        Verb::Diff(args) => diff::run(context, args),
        Verb::Approve(args) => approve::run(context, args),
        Verb::Validate(args) => validate::run(context, args),
        Verb::Fmt(args) => fmt::run(context, args),
        Verb::Render(args) => render::run(context, args),
        Verb::Infer(args) => infer::run(context, args),
        Verb::Import(args) => import::run(context, args),
        Verb::Explain(args) => explain::run(args),
        Verb::Learn(args) => learn::run(context, args),
        Verb::Merge(args) => merge::run(context, args),
        Verb::Export(args) => export::run(context, args),
        Verb::Schema(args) => schema::run(args),
        Verb::Completions(args) => completions::completions(args),
        Verb::Man => completions::man(),
        #[cfg(feature = "demo")]
        Verb::Demo(args) => demo::run(args),
    }
}
