//! `apidocs capture`.

use anyhow::Result;
use apidocs::project::ChangeSet;
use apidocs::report::{Report, plural};

use super::args::Capture;
use super::context::{Channel, Context};
use super::exit::Exit;
use super::recapture::recapture;

pub fn run(context: &Context, args: &Capture) -> Result<Exit> {
    let project = args.selection.project(context)?;
    args.risk.refuse(&project)?;
    let recapture = recapture(context, &project, &args.selection)?;
    let mut written = 0;
    if recapture.may_write(args.keep_going) {
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        context.commit(&project, set)?;
        written = recapture.changed();
    }
    let exit = recapture.exit();
    context.say(recapture.summary());
    context.say(format!("{} written", plural(written, "document")));
    let next = (exit == Exit::Clean).then_some("apidocs render");
    let report = Report {
        findings: recapture.findings,
        ..Report::default()
    };
    context.tell(Channel::Diagnostics, &report, next)?;
    Ok(exit)
}
