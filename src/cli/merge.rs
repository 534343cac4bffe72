//! `apidocs merge`.

use anyhow::Result;
use apidocs::report::plural;

use super::args::Merge;
use super::context::Context;
use super::exit::Exit;
use super::share;

pub fn run(context: &Context, args: &Merge) -> Result<Exit> {
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
