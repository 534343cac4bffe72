//! `apidocs validate`.

use anyhow::Result;
use apidocs::capture;
use apidocs::finding::{Finding, codes};
use apidocs::project::Project;
use apidocs::report::Report;
use apidocs::validate;

use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::scenarios::Scenarios;
use super::source;

pub fn run(context: &Context) -> Result<Exit> {
    let project = context.project()?;
    let collection = project.collection()?;
    let scenarios = Scenarios::all(context, &project, &collection);
    let mut findings = findings(&project, &scenarios.options());
    findings.extend(source::unknown(&project, &collection)?);
    let findings = context.judge(&project, findings);
    let exit = exit_of(&findings);
    let report = Report {
        findings,
        ..Report::default()
    };
    context.tell(Channel::Answer, &report, None)?;
    Ok(exit)
}

/// Everything that can be said without a server.
pub fn findings(project: &Project, options: &capture::Options<'_>) -> Vec<Finding> {
    let mut findings = validate::validate(options.collection);
    if let Some(source) = &project.source {
        findings.extend(validate::settings(source));
    }
    // That a scenario does not fit its schema was told by the schema.
    let scenarios = capture::check(options);
    findings.extend(
        scenarios
            .into_iter()
            .filter(|finding| finding.code != codes::SCHEMA),
    );
    findings
}
