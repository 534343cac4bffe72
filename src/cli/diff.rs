//! `apidocs diff`.

use std::path::Path;

use anyhow::Result;
use apidocs::document::{
    Approvals, Collection, DocumentName, EndpointDocument, Loaded, Sections, Tree,
};
use apidocs::drift::{Version, apply_impact, approve, compare};
use apidocs::finding::{DocumentChanges, Finding, Impact, any_error, codes};
use apidocs::import;
use apidocs::project::{DEFAULT_DOCS, Error, Location, Project, read_revision, read_tree};
use apidocs::report::Report;
use apidocs::validate::apply_severity;
use jiff::Zoned;

use super::args::{DEFAULT_BASE, Diff, FailOn};
use super::context::{Channel, Context, absolute};
use super::exit::{Advice, Exit};

/// One side of a diff.
struct Side {
    documents: Vec<(DocumentName, EndpointDocument)>,
    sections: Sections,
    findings: Vec<Finding>,
    approvals: Option<Loaded<Approvals>>,
}

/// Two versions of the documents, compared and judged.
pub struct Compared {
    pub documents: Vec<DocumentChanges>,
    pub findings: Vec<Finding>,
    /// `approvals.json` of the newer side.
    pub approvals: Option<Loaded<Approvals>>,
}

pub fn run(context: &Context, args: &Diff) -> Result<Exit> {
    let Compared {
        mut documents,
        mut findings,
        approvals,
    } = compared(context, &args.old, args.new.as_deref())?;
    if let Some(approvals) = &approvals {
        let today = args.today.unwrap_or_else(|| Zoned::now().date());
        findings.extend(approve(&mut documents, approvals, today));
        findings = judged(context, findings)?;
    }
    let worst = documents
        .iter()
        .filter_map(|document| document.open_impact())
        .min();
    let failed = args
        .fail_on
        .is_some_and(|limit| worst.is_some_and(|worst| worst <= limit.impact()));
    let exit = if failed || any_error(&findings) {
        Exit::Findings
    } else {
        Exit::Clean
    };
    let next = failed.then(|| approve_command(&documents, args));
    let report = Report {
        findings,
        documents: Some(documents),
        approvable: args.fail_on.is_some(),
        ..Report::default()
    };
    context.tell(Channel::Answer, &report, next.as_deref())?;
    Ok(exit)
}

/// Compares a version with another one, or with the documents of the working tree.
pub fn compared(context: &Context, old: &str, new: Option<&str>) -> Result<Compared> {
    let old = side(context, old)?;
    let new = match new {
        Some(new) => side(context, new)?,
        None => Side::of(context.project()?.collection()?),
    };
    let mut findings = old.findings.clone();
    findings.extend(new.findings.iter().cloned());
    let mut documents = compare(&old.version(), &new.version());
    if let Some(project) = found(context)? {
        apply_impact(&mut documents, &project.settings.impact);
    }
    Ok(Compared {
        documents,
        findings: judged(context, findings)?,
        approvals: new.approvals,
    })
}

/// The findings with the severities of the settings, where there is a project.
fn judged(context: &Context, mut findings: Vec<Finding>) -> Result<Vec<Finding>> {
    if let Some(project) = found(context)? {
        findings = apply_severity(findings, &project.settings.severity);
    }
    findings.sort_by(Finding::order);
    findings.dedup();
    Ok(findings)
}

/// What lets the changes pass that made `--fail-on` fail, ready to be typed.
fn approve_command(documents: &[DocumentChanges], args: &Diff) -> String {
    let limit = args.fail_on.map(FailOn::impact);
    let fingerprints: Vec<_> = documents
        .iter()
        .flat_map(|document| &document.changes)
        .filter(|change| change.approved.is_none() && Some(change.impact) <= limit)
        .map(|change| change.fingerprint.as_str())
        .collect();
    let base = match args.old.as_str() {
        DEFAULT_BASE => String::new(),
        base => format!(" --base {}", shell_words::quote(base)),
    };
    format!(
        "undo what is not meant; for what is: apidocs approve {}{base} --reason \"…\"",
        fingerprints.join(" ")
    )
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
        let approvals = collection.approvals;
        let documents = collection
            .endpoints
            .into_iter()
            .filter_map(|(name, loaded)| Some((name, loaded.item?)))
            .collect();
        Self {
            documents,
            sections,
            findings,
            approvals,
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
fn side(context: &Context, name: &str) -> Result<Side> {
    let folder = absolute(Path::new(name))?;
    if folder.is_dir() {
        context.recover(&folder)?;
        return folder_side(&folder, name);
    }
    let docs = match found(context)? {
        Some(project) => project.docs,
        // The documents may be gone from the working tree.
        None => std::env::current_dir()?.join(DEFAULT_DOCS),
    };
    let tree = read_revision(&docs, name)?;
    Ok(Side::of(Collection::from_tree(&tree, name)))
}

/// The project, where there is one: two folders are compared without.
fn found(context: &Context) -> Result<Option<Project>> {
    let location = Location {
        config: context.global.config.clone(),
        docs: context.global.docs.clone(),
    };
    match Project::find(&std::env::current_dir()?, &location) {
        Ok(project) => Ok(Some(project)),
        Err(Error::NoProject(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
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
        approvals: None,
    }
}
