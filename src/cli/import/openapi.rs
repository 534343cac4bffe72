//! `apidocs import openapi`.

use std::path::Path;

use anyhow::Result;
use apidocs::finding::Finding;
use apidocs::import::openapi::{self, Imported};
use apidocs::report::plural;

use super::write::{Drafts, write};
use crate::cli::args::Into;
use crate::cli::context::{Channel, Context, exit_of};
use crate::cli::contracts::usable;
use crate::cli::exit::Exit;
use crate::cli::report::of_findings;
use crate::cli::source::named_openapi;

pub fn run(context: &Context, file: &Path, into: &Into) -> Result<Exit> {
    let (_, source) = named_openapi(file)?;
    let imported = openapi::import(&source);
    let (contracts, unusable) = usable(imported.contracts.clone());
    let contracts = contracts.iter();
    let written_contracts = contracts.len();
    let drafts = Drafts {
        documents: &imported.documents,
        sections: &imported.sections,
        contracts: contracts
            .map(|(name, schema)| (name.file(), schema))
            .collect(),
        scenarios: &imported.skeletons.scenarios,
        variables: &imported.skeletons.variables,
    };
    let written = write(context, &drafts, into)?;

    let mut findings = imported.findings.clone();
    findings.extend(unusable);
    if context.reports() {
        // People read them as a table.
        let unplaced = imported.unplaced.iter();
        findings.extend(unplaced.map(|kind| kind.finding.clone()));
    }
    findings.sort_by(Finding::order);
    summarise(context, &imported, written_contracts);
    let exit = exit_of(&findings);
    let report = of_findings(context, context.hide(findings));
    context.tell(Channel::Diagnostics, &report, Some(&written.next()))?;
    Ok(exit)
}

fn summarise(context: &Context, imported: &Imported, contracts: usize) {
    if contracts > 0 {
        context.say(format!("{} of responses", plural(contracts, "contract")));
    }
    let skeletons = &imported.skeletons;
    let unknown = skeletons.variables.values().filter(|value| value.is_null());
    context.say(format!(
        "{}: {} can be made as they are; {} missing in the others, {} to fill in",
        plural(skeletons.requests, "request"),
        skeletons.complete,
        plural(skeletons.missing, "value"),
        plural(unknown.count(), "variable"),
    ));
    let count: usize = imported.unplaced.iter().map(|kind| kind.count).sum();
    if count > 0 {
        context.say(format!(
            "{} of the source without a place in a document, of {}:",
            plural(count, "value"),
            plural(imported.unplaced.len(), "kind"),
        ));
        for kind in &imported.unplaced {
            context.say(format!("  {:>5}  {}", kind.count, kind.path));
        }
    }
}
