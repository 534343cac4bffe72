//! `apidocs validate`.

use anyhow::Result;
use apidocs::capture;
use apidocs::document::Collection;
use apidocs::finding::{Finding, SourceFile, codes};
use apidocs::json::MAX_SIZE;
use apidocs::project::{Project, read_file};
use apidocs::stabilize::Rules;
use apidocs::stabilize::secrets::{self, Secrets};
use apidocs::validate;

use super::context::{Channel, Context, exit_of};
use super::exit::Exit;
use super::report::report;
use super::scenarios::Scenarios;
use super::source;
use super::volatile::{self, Volatile};

pub fn run(context: &Context) -> Result<Exit> {
    let project = context.project()?;
    let collection = project.collection()?;
    let scenarios = Scenarios::all(context, &project, &collection);
    let mut findings = findings(&project, &scenarios.options());
    findings.extend(source::unknown(&project, &collection)?);
    let findings = context.judge(&project, findings);
    let exit = exit_of(&findings);
    let report = report(&project, &collection, findings);
    context.tell(Channel::Answer, &report, None)?;
    Ok(exit)
}

/// Everything that can be said without a server.
pub fn findings(project: &Project, options: &capture::Options<'_>) -> Vec<Finding> {
    let mut findings = validate::validate(options.collection);
    findings.extend(committed_secrets(project, options.collection));
    if let Some(source) = &project.source {
        findings.extend(validate::settings(source));
    }
    findings.extend(volatile(project, options));
    // That a scenario does not fit its schema was told by the schema.
    let scenarios = capture::check(options);
    findings.extend(
        scenarios
            .into_iter()
            .filter(|finding| finding.code != codes::SCHEMA),
    );
    let source = project.source.as_ref();
    findings.extend(validate::coverage(
        options.collection,
        &project.settings,
        source,
    ));
    findings
}

/// The secrets that files hold, by the rules of the project.
pub fn committed_secrets(project: &Project, collection: &Collection) -> Vec<Finding> {
    let rules = secrets::Rules::new(&project.settings.secrets);
    validate::secrets(collection, &Secrets::new(rules))
}

/// What is wrong with the rules for volatile values, where there are some that can be read.
fn volatile(project: &Project, options: &capture::Options<'_>) -> Vec<Finding> {
    let file = project.docs.join(Rules::FILE);
    let Ok(bytes) = read_file(&file, MAX_SIZE as u64) else {
        return Vec::new();
    };
    let source = SourceFile::new(project.shown(&file), &bytes);
    let findings = volatile::findings(&source);
    if !findings.is_empty() {
        return findings;
    }
    match Volatile::of_project(project) {
        Ok(volatile) => volatile.audit(options.collection.documents()),
        Err(_) => findings,
    }
}
