//! `apidocs check`.

use anyhow::Result;
use apidocs::drift::apply_impact;
use apidocs::finding::{Finding, Impact, Severity, any_error, codes};
use apidocs::project::{ChangeSet, Project};
use apidocs::report::{Meant, Report};

use super::again::without_flaky;
use super::args::Check;
use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::pages::Planned;
use super::recapture::{Prose, recapture};
use super::report::report;
use super::{next, patch};

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
    let mut rendered = None;
    if recapture.may_write(false) {
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        let pages = Planned::new(&project, &args.pages, &recapture.after)?;
        let mut refused = false;
        // Pages that were never rendered here are not behind: a site is often built elsewhere.
        if pages.is_rendered() {
            refused = any_error(&context.judge(&project, pages.findings.clone()));
            findings.extend(pages.findings.iter().cloned());
            let committed = pages.is_committed();
            if committed {
                let leaks = recapture.leaks(pages.files(&project));
                refused |= !leaks.is_empty();
                findings.extend(leaks);
                pages.add_to(&mut set);
            }
            rendered = Some((pages, committed));
        }
        writes = Some(set).filter(|_| !refused);
    }
    let mut apply = None;
    if let Some(file) = &args.patch {
        patch::write(context, &project, file, writes.as_ref())?;
        if let Some(set) = &writes {
            apply = Some(patch::apply(&project, file, set)?);
        }
    }
    let cures = Cures {
        apply,
        generate: next::with_pages(context, &generate(&project), &args.pages),
        render: next::with_pages(context, "render", &args.pages),
    };
    let mut of_pages = None;
    if let Some((pages, committed)) = &rendered {
        // That a page follows its document is told by the document.
        let stale = match drift {
            true => &Planned::new(&project, &args.pages, &recapture.before)?,
            false => pages,
        };
        findings.extend(stale.stale(&project, &cures.of_stale(drift, *committed)));
        of_pages = Some(match &cures.apply {
            Some(apply) if *committed => apply.clone(),
            _ => cures.render.clone(),
        });
    }
    let can_write = writes.is_some();
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
    let meant = match (cures.apply, writes) {
        (Some(apply), _) => Meant::Command(apply),
        (None, Some(_)) => {
            Meant::Words(format!("`{}`, then commit what it writes", cures.generate))
        }
        (None, None) => first_mend(&findings),
    };
    let mut errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let only_pages =
        any_error(&findings) && errors.all(|finding| finding.code == codes::STALE_PAGE);
    let next = match exit {
        Exit::Clean => None,
        // Each document says what to do about it.
        Exit::Findings if drift && can_write => None,
        Exit::Findings if only_pages => of_pages,
        Exit::Findings | Exit::Settings | Exit::NoResponse => {
            let check = next::command(context, "check");
            Some(format!("mend what is told above, then `{check}`"))
        }
    };
    let report = Report {
        documents: Some(documents),
        not_captured,
        fails_on: Some(Impact::Docs),
        meant: Some(meant),
        ..report(&project, &recapture.before, findings)
    };
    // Where all went well and something drifted, the first line is what drifted.
    if !drift || context.global.verbose || !recapture.captured.is_complete() {
        context.say(recapture.summary());
    }
    context.tell(Channel::Answer, &report, next.as_deref())?;
    Ok(exit)
}

/// The verb that writes what was captured, from the environment that was chosen.
fn generate(project: &Project) -> String {
    let Some(chosen) = &project.settings.environment else {
        return "generate".to_owned();
    };
    let risk = match chosen.is_foreign() {
        true => " --write-real-data",
        false => "",
    };
    format!(
        "generate --env {}{risk}",
        next::quoted(chosen.name.as_ref())
    )
}

/// What is typed to have the documents and pages as they must be.
struct Cures {
    /// Of a patch that was written.
    apply: Option<String>,
    generate: String,
    render: String,
}

impl Cures {
    /// What writes pages that are behind.
    fn of_stale(&self, drift: bool, committed: bool) -> String {
        let Self {
            apply,
            generate,
            render,
        } = self;
        match apply {
            Some(apply) if committed => format!("`{apply}` writes them"),
            // To render the documents as they are would be undone by what was captured.
            Some(apply) if drift => format!("`{apply}`, then `{render}`"),
            None if drift => format!("`{generate}` writes them, with the documents"),
            _ => format!("`{render}` writes them"),
        }
    }
}

/// What stands in the way of changes that are meant.
fn first_mend(findings: &[Finding]) -> Meant {
    let mut codes = Vec::new();
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    for finding in errors {
        let code = format!("`{}`", finding.code);
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let codes = match codes.as_slice() {
        [] => String::new(),
        codes => format!(" ({})", codes.join(", ")),
    };
    Meant::Words(format!(
        "mend the errors{codes} first: `apidocs generate` writes nothing before"
    ))
}
