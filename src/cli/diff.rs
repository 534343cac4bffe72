//! `apidocs diff`.

use std::path::Path;

use anyhow::Result;
use apidocs::document::{Collection, DocumentName, EndpointDocument, Sections, Tree};
use apidocs::drift::{Version, compare};
use apidocs::finding::{Finding, Impact, any_error, codes};
use apidocs::import;
use apidocs::project::{DEFAULT_DOCS, Error, Location, Project, read_revision, read_tree};
use apidocs::report::Report;

use super::args::{Diff, FailOn};
use super::context::{Channel, Context, absolute};
use super::exit::{Advice, Exit};
use super::volatile::Volatile;

/// One side of a diff.
pub struct Side {
    /// The documents that could be read.
    pub documents: Vec<(DocumentName, EndpointDocument)>,
    sections: Sections,
    /// What is wrong with its files.
    pub findings: Vec<Finding>,
}

pub fn run(context: &Context, args: &Diff) -> Result<Exit> {
    let old = side(context, &args.old)?;
    let new = match &args.new {
        Some(new) => side(context, new)?,
        None => Side::of(context.project()?.collection()?),
    };
    let volatile = volatile(context, args)?;
    let mut findings = old.findings.clone();
    findings.extend(new.findings.iter().cloned());
    let both = old.documents.iter().chain(&new.documents);
    findings.extend(volatile.audit(both.map(|(name, document)| (name, document))));
    findings.sort_by(Finding::order);
    findings.dedup();
    let documents = compare(&old.version(), &new.version(), &volatile.rules);
    let worst = documents
        .iter()
        .filter_map(|document| document.impact())
        .min();
    let failed = args
        .fail_on
        .is_some_and(|limit| worst.is_some_and(|worst| worst <= limit.impact()));
    let exit = if failed || any_error(&findings) {
        Exit::Findings
    } else {
        Exit::Clean
    };
    let report = Report {
        findings,
        documents: Some(documents),
        ..Report::default()
    };
    context.tell(Channel::Answer, &report, None)?;
    Ok(exit)
}

/// The rules that were named, or those of the project, where there is one.
fn volatile(context: &Context, args: &Diff) -> Result<Volatile> {
    match (&args.volatile, context.project()) {
        (Some(file), _) => Volatile::of_file(&absolute(file)?, &file.to_string_lossy()),
        (None, Ok(project)) => Volatile::of_project(&project),
        // Two folders can be compared anywhere.
        (None, Err(_)) if args.new.is_some() => Ok(Volatile::default()),
        (None, Err(error)) => Err(error),
    }
}

impl FailOn {
    fn impact(self) -> Impact {
        match self {
            Self::Breaking => Impact::Breaking,
            Self::Content => Impact::Content,
            Self::Additive => Impact::Additive,
            Self::Docs => Impact::Docs,
        }
    }
}

impl Side {
    fn of(collection: Collection) -> Self {
        let mut findings = collection.findings.clone();
        let unread = collection
            .endpoints
            .iter()
            .filter(|(_, loaded)| loaded.item.is_none());
        findings.extend(unread.map(|(name, loaded)| {
            Finding::new(
                codes::SCHEMA,
                "the document cannot be compared: it does not fit its schema",
            )
            .in_file(&loaded.source)
            .about(name)
            .help("`apidocs validate` tells why")
        }));
        let sections = collection.order();
        let documents = collection
            .endpoints
            .into_iter()
            .filter_map(|(name, loaded)| Some((name, loaded.item?)))
            .collect();
        Self {
            documents,
            sections,
            findings,
        }
    }

    fn version(&self) -> Version<'_> {
        let documents = self
            .documents
            .iter()
            .map(|(name, document)| (name, document));
        Version::new(documents, self.sections.clone())
    }
}

/// A folder where there is one of that name, else a revision.
pub fn side(context: &Context, name: &str) -> Result<Side> {
    let folder = absolute(Path::new(name))?;
    if folder.is_dir() {
        context.recover(&folder)?;
        return folder_side(&folder, name);
    }
    let current = std::env::current_dir()?;
    let location = Location {
        config: context.global.config.clone(),
        docs: context.global.docs.clone(),
    };
    let docs = match Project::find(&current, &location) {
        Ok(project) => project.docs,
        // The documents may be gone from the working tree.
        Err(Error::NoProject(_)) => current.join(DEFAULT_DOCS),
        Err(error) => return Err(error.into()),
    };
    let tree = read_revision(&docs, name)?;
    Ok(Side::of(Collection::from_tree(&tree, name)))
}

/// A folder of documents, of the original's pages, or a project.
fn folder_side(folder: &Path, name: &str) -> Result<Side> {
    let shown = name.trim_end_matches('/');
    let is_documents =
        |folder: &Path| folder.join("endpoints").is_dir() || folder.join("sections.json").is_file();
    let json = |folder: &Path| read_tree(folder, |path| path.ends_with(".json"));
    if is_documents(folder) {
        return Ok(Side::of(Collection::from_tree(&json(folder)?, shown)));
    }
    let location = Location {
        config: None,
        docs: None,
    };
    if let Ok(project) = Project::find(folder, &location)
        && project.root == folder
        && is_documents(&project.docs)
    {
        return Ok(Side::of(project.collection()?));
    }
    let pages = read_tree(folder, |path| path.ends_with(".md"))?;
    if pages.files.is_empty() {
        return Err(Advice {
            message: format!("{name} holds neither documents nor pages"),
            help: "a folder of documents has endpoints/<section>/<name>.json, one of pages <section>/<name>.md".to_owned(),
        }
        .into());
    }
    Ok(pages_side(&pages, shown))
}

fn pages_side(pages: &Tree, shown: &str) -> Side {
    let imported = import::pages::import(pages, shown);
    Side {
        documents: imported.documents.into_iter().collect(),
        sections: imported.sections,
        findings: imported.findings,
    }
}
