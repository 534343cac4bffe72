//! `apidocs check`.

use std::path::Path;

use anyhow::Result;
use apidocs::drift::apply_impact;
use apidocs::finding::{Finding, Impact, any_error};
use apidocs::project::{ChangeSet, Project, repository, write_file};
use apidocs::report::Report;

use super::again::without_flaky;
use super::args::Check;
use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::pages::Planned;
use super::recapture::{Prose, recapture};
use super::report::report;

pub fn run(context: &Context, args: &Check) -> Result<Exit> {
    let project = args.selection.project(context)?;
    let mut recapture = recapture(context, &project, &args.selection, Prose::Sourced)?;
    let mut exit = recapture.exit();
    let mut findings = Vec::new();
    let (mut documents, not_captured) = recapture.compare();
    if recapture.may_write(false) {
        let flaky = without_flaky(
            context,
            &project,
            &args.selection,
            &mut recapture,
            &mut documents,
        )?;
        findings.extend(flaky);
    }
    apply_impact(&mut documents, &project.settings.impact);
    let drift = documents.iter().any(|document| !document.is_unchanged());
    // What `generate` would write; `None` where it would refuse to.
    let mut writes = None;
    if recapture.may_write(false) {
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        let pages = Planned::new(&project, &args.pages, &recapture.after)?;
        let mut refused = false;
        // Pages that were never rendered here are not behind: a site is often built elsewhere.
        if pages.is_rendered() {
            refused = any_error(&context.judge(&project, pages.findings.clone()));
            findings.extend(pages.findings.iter().cloned());
            // That a page follows its document is told by the document.
            let committed = match drift {
                true => &Planned::new(&project, &args.pages, &recapture.before)?,
                false => &pages,
            };
            findings.extend(committed.stale(&project));
            if pages.is_committed() {
                let leaks = recapture.leaks(pages.files(&project));
                refused |= !leaks.is_empty();
                findings.extend(leaks);
                pages.add_to(&mut set);
            }
        }
        writes = Some(set).filter(|_| !refused);
    }
    let can_write = writes.is_some();
    if let Some(file) = &args.patch {
        write_patch(context, &project, file, writes)?;
    }
    if let Some(source) = &recapture.source {
        findings.extend(source.behind.iter().cloned());
    }
    let mut findings = context.judge(&project, findings);
    findings.append(&mut recapture.findings_on_disk(&project));
    findings.sort_by(Finding::order);
    exit = exit.max(exit_of(&findings));
    if drift {
        exit = exit.max(Exit::Findings);
    }
    let meant = match &args.patch {
        Some(file) => format!("git apply {}", quoted(file)),
        None => "apidocs generate, then commit what it writes".to_owned(),
    };
    let next = match exit {
        Exit::Clean => None,
        // Each document says what to do about it.
        Exit::Findings if drift && can_write => None,
        Exit::Findings | Exit::Settings | Exit::NoResponse => {
            Some("mend what is told above, then `apidocs check`")
        }
    };
    let report = Report {
        documents: Some(documents),
        not_captured,
        fails_on: Some(Impact::Docs),
        meant: can_write.then_some(meant),
        ..report(&project, &recapture.before, findings)
    };
    // Where all went well and something drifted, the first line is what drifted.
    if !drift || context.global.verbose || !recapture.captured.is_complete() {
        context.say(recapture.summary());
    }
    context.tell(Channel::Answer, &report, next)?;
    Ok(exit)
}

/// Writes the patch. There is always a file, so that none of an earlier run is taken for this one's.
fn write_patch(
    context: &Context,
    project: &Project,
    file: &Path,
    writes: Option<ChangeSet>,
) -> Result<()> {
    let top = repository(&project.root).unwrap_or(&project.root);
    let patch = match &writes {
        Some(set) => set.patch(top)?,
        None => Vec::new(),
    };
    write_file(file, &patch)?;
    let why = match writes {
        None => "`apidocs generate` would write nothing",
        Some(_) => "there is nothing to change",
    };
    if patch.is_empty() {
        context.say(format!("{} is empty: {why}", file.display()));
    }
    Ok(())
}

/// A path as it is typed in a shell.
fn quoted(file: &Path) -> String {
    let file = file.to_string_lossy();
    shell_words::quote(&file).into_owned()
}
