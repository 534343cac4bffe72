//! `apidocs generate`.

use anyhow::Result;
use apidocs::project::{ChangeSet, Project};
use apidocs::render::original;
use apidocs::report::Report;

use super::args::{Generate, OutputFormat};
use super::context::{Channel, Context, absolute};
use super::exit::Exit;
use super::pages::Planned;
use super::recapture::{Recapture, recapture};

pub fn run(context: &Context, args: &Generate) -> Result<Exit> {
    let project = context.project()?;
    let recapture = recapture(context, &project, &args.selection)?;
    let mut findings = recapture.findings.clone();
    let exit = recapture.exit();
    let mut next = None;
    if recapture.may_write(args.keep_going) {
        let pages = Planned::new(&project, &args.pages, &recapture.after)?;
        let mut set = ChangeSet::default();
        recapture.add_to(&mut set, &project);
        pages.add_to(&mut set);
        if let Some(folder) = &args.output_path {
            let folder = absolute(folder)?;
            for (path, bytes) in original_tree(&project, &recapture, args)?.files {
                set.write(folder.join(path), bytes);
            }
        }
        context.commit(&project, set)?;
        findings.extend(pages.findings.iter().cloned());
        context.say(recapture.summary());
        context.say(format!(
            "{} documents written; {}",
            recapture.changed(),
            pages.summary(&project)
        ));
        next = Some(if recapture.changed() > 0 {
            format!("git diff {}", project.shown(&project.docs))
        } else {
            "apidocs check".to_owned()
        });
    } else {
        context.say(recapture.summary());
        context.say("nothing was written");
    }
    recapture.tell_broken();
    let findings = context.judge(&project, findings);
    let exit = exit.max(super::context::exit_of(&findings));
    let report = Report {
        findings,
        documents: None,
    };
    context.tell(Channel::Diagnostics, &report, next.as_deref())?;
    Ok(exit)
}

/// The output tree of Sentry's generator.
fn original_tree(
    project: &Project,
    recapture: &Recapture,
    args: &Generate,
) -> Result<apidocs::document::Tree> {
    let documents = super::pages::documents(&recapture.after);
    let format = match args.output_format {
        OutputFormat::Json => original::Format::Json,
        OutputFormat::Markdown => original::Format::Markdown,
        OutputFormat::Both => original::Format::Both,
    };
    let scenarios: Vec<_> = recapture
        .captured
        .scenarios
        .iter()
        .map(|run| original::Scenario {
            ident: &run.ident,
            title: &run.title,
            exchanges: &run.exchanges,
        })
        .collect();
    let sections = recapture.after.order();
    let input = apidocs::render::Input {
        documents: &documents,
        sections: &sections,
    };
    let options = super::pages::options(project, &args.pages)?;
    Ok(original::output_tree(input, &scenarios, format, &options)?)
}
