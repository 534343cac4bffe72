//! `apidocs infer`.

use std::collections::BTreeMap;

use anyhow::Result;
use apidocs::contract;
use apidocs::document::{Collection, ContractName, DocumentName};
use apidocs::finding::{Finding, codes};
use apidocs::import::openapi;
use apidocs::json::{KeyOrder, write};
use apidocs::project::{ChangeSet, Project};
use apidocs::report::plural;
use serde_json::Value;

use super::args::Infer;
use super::context::{Channel, Context, exit_of};
use super::contracts::usable;
use super::exit::{Advice, Exit};
use super::next::command;
use super::reading;
use super::report::report;
use super::source::named_openapi;

pub fn run(context: &Context, args: &Infer) -> Result<Exit> {
    let project = context.project()?;
    let collection = reading::read_collection(&project)?;
    let findings = context.judge(&project, collection.findings.clone());
    let exit = exit_of(&findings);
    if exit != Exit::Clean {
        // A contract that cannot be read would be lost.
        context.say("nothing was written");
        let report = report(&project, &collection, findings);
        context.tell(Channel::Diagnostics, &report, None)?;
        return Ok(exit);
    }
    let names = selected(&collection, &args.names)?;
    let (contracts, told, author) = match &args.from_openapi {
        Some(file) => {
            let (shown, source) = named_openapi(file)?;
            let mut contracts = openapi::contracts(&source, &collection);
            if !args.names.is_empty() {
                // Who asks for some documents knows that there are others.
                let about_others = codes::UNDOCUMENTED_OPERATION;
                contracts
                    .findings
                    .retain(|finding| finding.code != about_others);
            }
            (
                contracts.schemas,
                contracts.findings,
                format!("{shown} says"),
            )
        }
        None => {
            let documents = collection.documents();
            let contracts = contract::infer(documents);
            (contracts, Vec::new(), "the examples say".to_owned())
        }
    };
    let contracts = contracts
        .into_iter()
        .filter(|(name, _)| names.contains(&&name.document));
    let (contracts, unusable) = usable(contracts);
    write_contracts(
        context,
        &project,
        &collection,
        contracts,
        &author,
        args.force,
    )?;
    let mut findings = findings;
    findings.extend(context.judge(&project, told));
    findings.extend(context.judge(&project, unusable));
    findings.sort_by(Finding::order);
    let exit = exit_of(&findings);
    let report = report(&project, &collection, findings);
    let next = command(context, "validate");
    context.tell(Channel::Diagnostics, &report, Some(&next))?;
    Ok(exit)
}

/// The documents of these names; all where there are none.
fn selected<'a>(collection: &'a Collection, names: &[String]) -> Result<Vec<&'a DocumentName>> {
    let all = || collection.endpoints.keys();
    for name in names {
        if !all().any(|known| known.to_string() == *name) {
            return Err(Advice {
                message: format!("there is no document {name:?}"),
                help: "a document is named <section>/<name>, as in projects/get-project-keys"
                    .to_owned(),
            }
            .into());
        }
    }
    let wanted = all().filter(|known| names.is_empty() || names.contains(&known.to_string()));
    Ok(wanted.collect())
}

/// Writes contracts; one that is there and differs may have been edited, and stays unless it is to be replaced.
fn write_contracts(
    context: &Context,
    project: &Project,
    collection: &Collection,
    contracts: BTreeMap<ContractName, Value>,
    said_by: &str,
    force: bool,
) -> Result<()> {
    let mut set = ChangeSet::default();
    let (mut written, mut kept, mut unchanged) = (0, 0, 0);
    for (name, contract) in contracts {
        let path = project.docs.join(name.file());
        let text = write(&contract, KeyOrder::Kept);
        match collection.contracts.get(&name) {
            Some(there) if there.json == contract => unchanged += 1,
            Some(_) if !force => kept += 1,
            Some(there) => {
                set.replace(path, there.source.text.as_bytes(), text);
                written += 1;
            }
            None => {
                set.write(path, text);
                written += 1;
            }
        }
    }
    context.commit(project, set)?;
    let folder = project.shown(&project.docs.join("contracts"));
    let mut told = format!(
        "{} written to {folder}/, {unchanged} unchanged",
        plural(written, "contract")
    );
    if kept > 0 {
        told.push_str(&format!(
            ", {kept} kept although {said_by} otherwise (--force replaces what is there)"
        ));
    }
    context.say(told);
    Ok(())
}
