//! `apidocs generate`.

use std::collections::BTreeMap;

use anyhow::Result;
use apidocs::document::{DocumentName, Tree};
use apidocs::finding::Finding;
use apidocs::project::{ChangeSet, Project};
use apidocs::render::{Input, original};
use apidocs::report::plural;

use super::args::{Generate, OutputFormat, Selection};
use super::context::{Channel, Context, absolute, exit_of};
use super::exit::{Advice, Exit};
use super::next;
use super::pages::{Planned, options};
use super::recapture::{Prose, Recapture, recapture};
use super::report::report;

pub fn run(context: &Context, args: &Generate) -> Result<Exit> {
    let project = args.selection.project(context)?;
    args.risk.refuse(&project)?;
    let selection = Selection {
        exchanges: args.output_path.is_some(),
        ..args.selection.clone()
    };
    let recapture = recapture(context, &project, &selection, Prose::Sourced)?;
    let mut findings = Vec::new();
    let planned = if recapture.may_write(args.keep_going) {
        let pages = Planned::new(&project, &args.pages, &recapture.after)?;
        findings.extend(pages.findings.iter().cloned());
        let mut planned = Vec::new();
        if let Some(folder) = &args.output_path {
            let tree = original_tree(&project, &recapture, args)?;
            let folder = absolute(folder)?;
            if pages.is_in(&folder) {
                return Err(Advice {
                    message: "the pages and the original's output tree cannot go to one folder"
                        .to_owned(),
                    help: "name another folder with --output-path".to_owned(),
                }
                .into());
            }
            let original = Planned::of(&project, folder, &tree)?;
            findings.extend(original.findings.iter().cloned());
            planned.push(original);
        }
        planned.insert(0, pages);
        Some(planned)
    } else {
        None
    };
    let mut findings = context.judge(&project, findings);
    let planned = planned.filter(|planned| {
        let files = planned.iter().flat_map(|planned| planned.files(&project));
        let leaks = recapture.leaks(files);
        let leaks_none = leaks.is_empty();
        findings.extend(leaks);
        leaks_none
    });
    let exit = recapture.exit().max(exit_of(&findings));
    let mut next = None;
    let mut collection = &recapture.before;
    if let Some(planned) = planned.filter(|_| args.keep_going || exit == Exit::Clean) {
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        planned.iter().for_each(|planned| planned.add_to(&mut set));
        context.commit(&project, set)?;
        collection = &recapture.after;
        findings.extend(recapture.findings.iter().cloned());
        context.say(recapture.summary());
        let mut written = vec![format!(
            "{} written",
            plural(recapture.changed(), "document")
        )];
        written.extend(planned.iter().map(|planned| planned.summary(&project)));
        context.say(written.join("; "));
        next = Some(if recapture.changed() > 0 {
            next::git_diff(&project)
        } else {
            next::command(context, "check")
        });
    } else {
        findings.append(&mut recapture.findings_on_disk(&project));
        context.say(recapture.summary());
        context.say("nothing was written");
        // They may lack an example or a reason, which only a file on disk can be given.
        if let Some(source) = &recapture.source {
            next = source.import.clone();
        }
    }
    findings.sort_by(Finding::order);
    let report = report(&project, collection, findings);
    context.tell(Channel::Diagnostics, &report, next.as_deref())?;
    Ok(exit)
}

/// The output tree of Sentry's generator.
fn original_tree(project: &Project, recapture: &Recapture, args: &Generate) -> Result<Tree> {
    let format = match args.output_format {
        OutputFormat::Json => original::OutputFormat::Json,
        OutputFormat::Markdown => original::OutputFormat::Markdown,
        OutputFormat::Both => original::OutputFormat::Both,
    };
    let mut made: BTreeMap<&str, Vec<DocumentName>> = BTreeMap::new();
    for (target, example) in &recapture.captured.examples {
        let documents = made.entry(&example.scenario).or_default();
        if !documents.contains(&target.document) {
            documents.push(target.document.clone());
        }
    }
    let scenarios: Vec<_> = recapture
        .captured
        .scenarios
        .iter()
        .map(|run| original::ScenarioRun {
            ident: &run.ident,
            title: &run.title,
            documents: made.get(run.ident.as_str()).map_or(&[], Vec::as_slice),
            exchanges: &run.exchanges,
        })
        .collect();
    let (documents, sections) = (recapture.after.shared_documents(), recapture.after.order());
    let input = Input {
        documents: &documents,
        sections: &sections,
    };
    let options = options(project, &args.pages)?;
    Ok(original::output_tree(input, &scenarios, format, &options)?)
}
