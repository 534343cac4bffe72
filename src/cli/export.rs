//! `apidocs export`.

use anyhow::Result;
use apidocs::export::openapi::{self, Input};
use apidocs::finding::any_error;
use apidocs::json::{KeyOrder, write};
use apidocs::project::write_file;
use apidocs::report::plural;

use super::args::{Export, ExportTo};
use super::context::{Channel, Context, absolute, exit_of, print};
use super::exit::Exit;
use super::reading;
use super::report::of_findings;

pub fn run(context: &Context, args: &Export) -> Result<Exit> {
    let ExportTo::Openapi {
        output,
        title,
        api_version,
    } = &args.to;
    let project = context.project()?;
    let collection = reading::read_collection(&project)?;
    let documents = collection
        .documents()
        .map(|(name, document)| (name.clone(), document.clone()))
        .collect();
    let contracts = collection.contracts.iter();
    let contracts = contracts
        .map(|(name, loaded)| (name.clone(), loaded.json.clone()))
        .collect();
    let mut findings = collection.findings.clone();
    // A document that cannot be read would be missing in what is written.
    let broken = apidocs::validate::validate(&collection);
    findings.extend(
        broken
            .into_iter()
            .filter(|finding| finding.code == apidocs::finding::codes::SCHEMA),
    );
    let findings = context.judge(&project, findings);
    if any_error(&findings) {
        let report = of_findings(context, findings);
        context.tell(
            Channel::Diagnostics,
            &report,
            Some("mend what is told above; nothing was written"),
        )?;
        return Ok(Exit::Findings);
    }
    let sections = collection.order();
    let exported = openapi::export(&Input {
        documents: &documents,
        sections: &sections,
        contracts: &contracts,
        title,
        version: api_version,
        host: project.settings.host.as_deref(),
    });
    let text = write(&exported.json, KeyOrder::Kept);
    match output {
        Some(file) => write_file(&absolute(file)?, text.as_bytes())?,
        None => print(anstream::stdout(), &text)?,
    }
    let mut findings = findings;
    findings.extend(context.judge(&project, exported.findings));
    let exit = exit_of(&findings);
    let report = of_findings(context, findings);
    if context.reports() || !report.findings.is_empty() {
        context.tell(Channel::Diagnostics, &report, None)?;
    }
    let to = output.as_ref().map_or(String::new(), |file| {
        format!(" written to {}", file.display())
    });
    let examples = collection
        .documents()
        .map(|(_, document)| document.examples.len())
        .sum();
    context.say(format!(
        "{}, {} and {}{to}",
        plural(exported.operations, "operation"),
        plural(examples, "example"),
        plural(contracts.len(), "contract"),
    ));
    if examples == 0 {
        context
            .say("nothing is captured yet: `apidocs generate` makes the requests of the scenarios");
    }
    Ok(exit)
}
