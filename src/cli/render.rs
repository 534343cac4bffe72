//! `apidocs render`.

use anyhow::Result;
use apidocs::finding::codes;
use apidocs::project::ChangeSet;
use apidocs::validate;

use super::args::Render;
use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::pages::Planned;
use super::report::of_findings;
use super::{next, reading};

pub fn run(context: &Context, args: &Render) -> Result<Exit> {
    let project = context.project()?;
    let collection = reading::read_collection(&project)?;
    let pages = Planned::new(&project, &args.pages, &collection)?;
    // A document that cannot be read has no page: that must be told.
    let mut findings = collection.findings.clone();
    findings.extend(
        validate::validate(&collection)
            .into_iter()
            .filter(|finding| [codes::SCHEMA, codes::NO_ENDPOINTS].contains(&finding.code)),
    );
    findings.extend(pages.findings.iter().cloned());
    let again = next::with_pages(context, "render", &args.pages);
    if args.check {
        findings.extend(pages.stale(&project, &format!("`{again}` writes them")));
    }
    let findings = context.judge(&project, findings);
    let exit = exit_of(&findings);
    if args.check {
        // Nothing is written.
    } else if exit == Exit::Clean {
        let mut set = ChangeSet::default();
        pages.add_to(&mut set);
        context.commit(&project, set)?;
        context.say(pages.summary(&project));
    } else {
        // The page of a document that cannot be read would go.
        context.say("nothing was written");
    }
    let report = of_findings(context, findings);
    let next = (args.check && exit != Exit::Clean).then_some(again.as_str());
    context.tell(Channel::Diagnostics, &report, next)?;
    Ok(exit)
}
