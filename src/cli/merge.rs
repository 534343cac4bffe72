//! `apidocs merge`.

use std::path::PathBuf;

use anyhow::Result;
use apidocs::report::plural;

use super::args::Merge;
use super::context::Context;
use super::exit::{Advice, Exit};
use super::share;

pub fn run(context: &Context, args: &Merge) -> Result<Exit> {
    let output = args.output.canonicalize().ok();
    let is_output = |share: &&PathBuf| output.is_some() && share.canonicalize().ok() == output;
    if let Some(share) = args.shares.iter().find(is_output) {
        return Err(Advice {
            message: format!("{} is one of the shares", share.display()),
            help: "name another folder with -o: the share would be gone".to_owned(),
        }
        .into());
    }
    let share = share::merged(context, &args.shares)?;
    share::write(context, &args.output, &share)?;
    let folder = args.output.display();
    context.say(format!(
        "{} of {} written to {folder}/",
        plural(share.scenarios(), "scenario"),
        plural(args.shares.len(), "share"),
    ));
    context.say(format!("next: apidocs check --from {folder}"));
    Ok(Exit::Clean)
}
