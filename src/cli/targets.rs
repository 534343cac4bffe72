//! The files that a run writes for its reader: reports and the patch. None may stand where another one or a file of the
//! project is.

use std::fs::canonicalize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apidocs::project::{CONFIG_FILE, Project};

use super::args::Verb;
use super::context::{Context, absolute, current_folder};
use super::exit::Advice;

/// # Errors
/// Two reports go to one place, or one would overwrite the settings or a document.
pub fn check(context: &Context, verb: &Verb) -> Result<()> {
    let reports = &context.global.reports;
    if reports
        .iter()
        .filter(|target| target.file.is_none())
        .count()
        > 1
    {
        return Err(advice(
            "two reports cannot both go to the standard output".to_owned(),
            "give one of them a file: --report json=FILE",
        ));
    }
    let mut files: Vec<&Path> = reports
        .iter()
        .flat_map(|target| target.file.as_deref())
        .collect();
    if let Verb::Check(args) = verb {
        files.extend(args.patch.as_deref());
    }
    if files.is_empty() {
        return Ok(());
    }
    let current = current_folder()?;
    let project = Project::find_in_parts(&current, &context.location()).ok();
    let project = project.map(|(project, _)| project);
    let mut seen: Vec<PathBuf> = Vec::new();
    for file in files {
        let shown = file.display();
        let place = place(file)?;
        if seen.contains(&place) {
            return Err(advice(
                format!("{shown} cannot hold two things: it is named twice"),
                "name another file",
            ));
        }
        if let Some(project) = &project {
            let config = match &context.global.config {
                Some(config) => current.join(config),
                None => project.root.join(CONFIG_FILE),
            };
            let docs = canonicalize(&project.docs).unwrap_or_else(|_| project.docs.clone());
            let is_document = place.extension().is_some_and(|end| end == "json")
                && place.starts_with(docs)
                && place.exists();
            let is_settings = project.source.is_some() && place == self::place(&config)?;
            if is_settings || is_document {
                return Err(advice(
                    format!("{shown} is a file of the project: it is not overwritten"),
                    "name another file",
                ));
            }
        }
        seen.push(place);
    }
    Ok(())
}

/// A file by one name, whether it is there yet or not.
fn place(file: &Path) -> Result<PathBuf> {
    let file = absolute(file)?;
    if let Ok(place) = canonicalize(&file) {
        return Ok(place);
    }
    Ok(match (file.parent().map(canonicalize), file.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => file,
    })
}

fn advice(message: String, help: &str) -> anyhow::Error {
    Advice {
        message,
        help: help.to_owned(),
    }
    .into()
}
