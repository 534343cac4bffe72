//! The versions that `diff`, `approve` and `learn` take: folders of documents, of the original's pages, git revisions.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use apidocs::document::{
    Approvals, Collection, DocumentName, EndpointDocument, Loaded, Sections, Tree,
};
use apidocs::drift::{Version, apply_impact};
use apidocs::finding::{DocumentChanges, Finding, codes};
use apidocs::import;
use apidocs::project::{DEFAULT_DOCS, Location, Project, read_revision, read_tree};
use apidocs::report::Endpoint;

use super::comparing::compare;
use super::context::{Context, absolute, judged_by};
use super::exit::Advice;
use super::reading;
use super::report::endpoints;
use super::volatile::Volatile;

/// One version of the documents.
pub struct Side {
    /// The documents that could be read.
    pub documents: Vec<(DocumentName, EndpointDocument)>,
    sections: Sections,
    /// What is wrong with its files.
    pub findings: Vec<Finding>,
    approvals: Option<Loaded<Approvals>>,
    /// Where its documents are on disk; empty for a revision.
    endpoints: BTreeMap<String, Endpoint>,
}

/// Two versions of the documents, compared and judged.
pub struct Compared {
    pub documents: Vec<DocumentChanges>,
    /// What is wrong with either, and with the rules for volatile values.
    pub findings: Vec<Finding>,
    /// `approvals.json` of the newer one.
    pub approvals: Option<Loaded<Approvals>>,
    /// Where the documents of the newer one are on disk; empty for a revision.
    pub endpoints: BTreeMap<String, Endpoint>,
}

/// Compares a version with another one, or with the documents of the working tree. The rules for volatile values are
/// those of a file, or of the project.
pub fn compared(
    context: &Context,
    old: &str,
    new: Option<&str>,
    volatile: Option<&Path>,
) -> Result<Compared> {
    let old = side(context, old)?;
    let new = match new {
        Some(new) => side(context, new)?,
        None => Side::of(reading::read_collection(&context.project()?)?),
    };
    // Two folders are compared without.
    let project = context.project_if_any()?;
    let volatile = match (volatile, &project) {
        (Some(file), _) => Volatile::of_file(&absolute(file)?, &file.to_string_lossy())?,
        (None, Some(project)) => Volatile::of_project(project)?,
        // Two folders can be compared anywhere.
        (None, None) => Volatile::default(),
    };
    let mut findings = old.findings.clone();
    findings.extend(new.findings.iter().cloned());
    let both = old.documents.iter().chain(&new.documents);
    findings.extend(volatile.audit(both.map(|(name, document)| (name, document))));
    let secrets = context.secrets();
    let mut documents = compare(&old.version(), &new.version(), &volatile.rules, &secrets);
    if let Some(project) = &project {
        apply_impact(&mut documents, &project.settings.impact);
    }
    Ok(Compared {
        documents,
        findings: judged(context, findings)?,
        approvals: new.approvals,
        endpoints: new.endpoints,
    })
}

/// The findings as [`Context::judge`] gives them, also where there is no project.
pub fn judged(context: &Context, findings: Vec<Finding>) -> Result<Vec<Finding>> {
    let settings = context.project_if_any()?.map(|project| project.settings);
    Ok(judged_by(&settings.unwrap_or_default(), findings))
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
        let endpoints = endpoints(&collection);
        let approvals = collection.approvals;
        let documents = collection
            .endpoints
            .into_iter()
            .filter_map(|(name, loaded)| {
                Some((
                    name,
                    Arc::unwrap_or_clone(Arc::unwrap_or_clone(loaded).item?),
                ))
            })
            .collect();
        Self {
            documents,
            sections,
            findings,
            approvals,
            endpoints,
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
    let docs = match context.project_if_any()? {
        Some(project) => project.docs,
        // The documents may be gone from the working tree.
        None => std::env::current_dir()?.join(DEFAULT_DOCS),
    };
    let tree = read_revision(&docs, name)?;
    Ok(Side {
        endpoints: BTreeMap::new(),
        ..Side::of(reading::read_tree(&tree, name))
    })
}

/// A folder of documents, of the original's pages, or a project.
fn folder_side(folder: &Path, name: &str) -> Result<Side> {
    let shown = name.trim_end_matches('/');
    let is_documents =
        |folder: &Path| folder.join("endpoints").is_dir() || folder.join("sections.json").is_file();
    let json = |folder: &Path| read_tree(folder, |path| path.ends_with(".json"));
    if is_documents(folder) {
        return Ok(Side::of(reading::read_tree(&json(folder)?, shown)));
    }
    let location = Location {
        config: None,
        docs: None,
    };
    if let Ok(project) = Project::find(folder, &location)
        && project.root == folder
        && is_documents(&project.docs)
    {
        return Ok(Side::of(reading::read_collection(&project)?));
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
        approvals: None,
        endpoints: BTreeMap::new(),
    }
}
