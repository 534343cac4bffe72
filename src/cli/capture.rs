//! `apidocs capture`.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::Result;
use apidocs::project::{ChangeSet, Project};
use apidocs::report::plural;

use super::args::Capture;
use super::context::{Channel, Context};
use super::exit::Exit;
use super::learning;
use super::next::command;
use super::recapture::{Prose, recapture};
use super::report::{of_findings, report};
use super::share::{refuse, write};

pub fn run(context: &Context, args: &Capture) -> Result<Exit> {
    let project = args.selection.project(context)?;
    args.risk.refuse(&project)?;
    if let Some(folder) = &args.output {
        return share(context, &project, folder, args);
    }
    if args.learn {
        return learning::run(context, &project, args);
    }
    let recapture = recapture(context, &project, &args.selection, Prose::Kept)?;
    // The process ends with it: to take apart what may be large would be for nothing.
    let recapture = ManuallyDrop::new(recapture);
    let mut written = 0;
    let mut collection = &recapture.before;
    let findings;
    if recapture.may_write(args.keep_going) {
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        context.commit(&project, set)?;
        written = recapture.changed();
        collection = &recapture.after;
        findings = recapture.findings.clone();
    } else {
        findings = recapture.findings_on_disk(&project);
    }
    let exit = recapture.exit();
    context.say(recapture.summary());
    context.say(format!("{} written", plural(written, "document")));
    let next = (exit == Exit::Clean).then(|| command(context, "render"));
    let report = report(&project, collection, findings);
    context.tell(Channel::Diagnostics, &report, next.as_deref())?;
    Ok(exit)
}

/// Captures into a folder, also what failed: who judges it must know.
fn share(context: &Context, project: &Project, folder: &Path, args: &Capture) -> Result<Exit> {
    refuse(context, folder, &project.docs)?;
    let mut selection = args.selection.clone();
    selection.shard = args.shard;
    selection.exchanges = true;
    let mut recapture = recapture(context, project, &selection, Prose::Kept)?;
    let share = recapture.share(context, project, &selection);
    let share = share.filter(|share| recapture.may_share(share));
    if let Some(share) = share {
        write(context, folder, &share)?;
        context.say(recapture.summary());
        let what = selection.shard.map_or_else(
            || "the capture".to_owned(),
            |shard| format!("shard {shard} of the capture"),
        );
        context.say(format!("{what} written to {}/", folder.display()));
    } else {
        context.say("nothing was written");
    }
    let exit = recapture.exit();
    let report = of_findings(context, recapture.findings);
    context.tell(Channel::Diagnostics, &report, None)?;
    Ok(exit)
}
