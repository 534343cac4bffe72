//! `apidocs import har`, `import curl` and `import http`.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use apidocs::finding::{Finding, SourceFile};
use apidocs::import::requests::{self, Imported, Requests, curl, har, http, hurl};
use apidocs::json::MAX_SIZE;
use apidocs::project::read_file;
use apidocs::report::plural;

use super::write::{Drafts, write};
use crate::cli::args::Into;
use crate::cli::context::{Channel, Context, exit_of};
use crate::cli::exit::{Advice, Exit};
use crate::cli::report::of_findings;

pub fn har(context: &Context, file: &Path, into: &Into) -> Result<Exit> {
    let (source, bytes) = open(file)?;
    let requests = har::read(&source, &bytes);
    finish(context, requests, &title(file), into)
}

pub fn http(context: &Context, file: &Path, into: &Into) -> Result<Exit> {
    let (source, _) = open(file)?;
    let is_hurl = file
        .extension()
        .is_some_and(|extension| extension == "hurl");
    let requests = match is_hurl {
        true => hurl::read(&source),
        false => http::read(&source),
    };
    finish(context, requests, &title(file), into)
}

pub fn curl(context: &Context, into: &Into) -> Result<Exit> {
    let mut bytes = Vec::new();
    let stdin = std::io::stdin().lock();
    stdin
        .take(MAX_SIZE as u64)
        .read_to_end(&mut bytes)
        .context("the standard input cannot be read")?;
    let source = SourceFile::new("<stdin>", &bytes);
    finish(context, curl::read(&source), "Command lines", into)
}

fn open(file: &Path) -> Result<(Arc<SourceFile>, Vec<u8>)> {
    let bytes = read_file(file, MAX_SIZE as u64 + 1)?;
    let shown = file.to_string_lossy().replace('\\', "/");
    if bytes.len() > MAX_SIZE {
        return Err(Advice {
            message: format!(
                "{shown} is larger than {} MiB, the most that is read",
                MAX_SIZE >> 20
            ),
            help: "record a shorter session".to_owned(),
        }
        .into());
    }
    Ok((SourceFile::new(shown, &bytes), bytes))
}

/// What the scenario is called: the file, without its extension.
fn title(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn finish(context: &Context, requests: Requests, title: &str, into: &Into) -> Result<Exit> {
    let rules = context.secret_rules()?;
    let imported = requests::import(requests, title, &rules);
    let findings = imported.findings.iter().cloned();
    let mut findings: Vec<Finding> = findings.map(without_excerpt).collect();
    findings.sort_by(Finding::order);
    let exit = exit_of(&findings);
    let mut next = "mend what is told above; nothing was written".to_owned();
    if !imported.documents.is_empty() {
        let drafts = Drafts {
            documents: &imported.documents,
            sections: &imported.sections,
            contracts: std::collections::BTreeMap::new(),
            scenarios: &imported.scenarios,
            variables: &imported.variables,
        };
        next = write(context, &drafts, into)?.next();
        summarise(context, &imported);
    }
    let report = of_findings(context, findings);
    context.tell(Channel::Diagnostics, &report, Some(&next))?;
    if imported.documents.is_empty() && exit == Exit::Clean {
        return Ok(Exit::Findings);
    }
    Ok(exit)
}

/// The finding with its place in words: the lines around it may hold secrets.
fn without_excerpt(mut finding: Finding) -> Finding {
    if let Some(position) = finding.position() {
        let (line, column) = (position.line, position.column);
        finding.message = format!("line {line}, column {column}: {}", finding.message);
    }
    if let Some(label) = &mut finding.label {
        label.span = None;
    }
    finding
}

fn summarise(context: &Context, imported: &Imported) {
    if let Some(origin) = &imported.origin {
        context.say(format!(
            "the requests go to {origin}: say in apidocs.toml where your API answers"
        ));
    }
    if imported.secrets.is_empty() {
        return;
    }
    context.say(format!(
        "{} replaced by variables of the environment; set them before you capture:",
        plural(imported.secrets.len(), "secret")
    ));
    for (name, what) in &imported.secrets {
        context.say(format!("  {name}  {what}"));
    }
}
