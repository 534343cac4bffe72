//! `apidocs check`.

use anyhow::Result;
use apidocs::drift::apply_impact;
use apidocs::finding::Finding;
use apidocs::report::Report;

use super::args::Check;
use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::pages::Planned;
use super::recapture::recapture;

pub fn run(context: &Context, args: &Check) -> Result<Exit> {
    let project = context.project()?;
    let recapture = recapture(context, &project, &args.selection)?;
    let mut exit = recapture.exit();
    let mut findings = Vec::new();
    let (mut documents, not_captured) = recapture.compare();
    apply_impact(&mut documents, &project.settings.impact);
    let drift = documents.iter().any(|document| !document.is_unchanged());
    if recapture.may_write(false) {
        let pages = Planned::new(&project, &args.pages, &recapture.after)?;
        // Pages that were never rendered here are not behind: a site is often built elsewhere.
        if pages.is_rendered() {
            findings.extend(pages.findings.iter().cloned());
            findings.extend(pages.stale(&project));
        }
    }
    let mut findings = context.judge(&project, findings);
    findings.extend(recapture.findings.iter().cloned());
    findings.sort_by(Finding::order);
    exit = exit.max(exit_of(&findings));
    if drift {
        exit = exit.max(Exit::Findings);
    }
    let next = match exit {
        Exit::Clean => None,
        Exit::Findings if drift => {
            Some("`apidocs generate`, if the change is meant, and commit what it writes")
        }
        Exit::Findings | Exit::NoResponse => Some("mend what is told above, then `apidocs check`"),
    };
    let report = Report {
        findings,
        documents: Some(documents),
        not_captured,
        approvable: false,
    };
    context.tell(Channel::Answer, &report, next)?;
    Ok(exit)
}
