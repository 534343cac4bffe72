//! The rules for volatile values: `volatile.json` of the project, or another file.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use apidocs::document::{DocumentName, EndpointDocument};
use apidocs::finding::{Finding, LocatedError, SourceFile};
use apidocs::json::{self, MAX_SIZE};
use apidocs::project::{Project, read_file};
use apidocs::stabilize::{DocumentView, Rules, audit};
use apidocs::validate;

/// The rules that hold for a comparison, and their file.
#[derive(Default)]
pub struct Volatile {
    /// The rules; none where there is no file.
    pub rules: Rules,
    source: Option<Arc<SourceFile>>,
}

impl Volatile {
    /// The rules of a project.
    pub fn of_project(project: &Project) -> Result<Self> {
        let file = project.docs.join(Rules::FILE);
        match file.is_file() {
            true => Self::of_file(&file, &project.shown(&file)),
            false => Ok(Self::default()),
        }
    }

    /// The rules in a file, and how its path is shown.
    ///
    /// # Errors
    /// It cannot be read, or does not say what the schema asks for.
    pub fn of_file(path: &Path, shown: &str) -> Result<Self> {
        let bytes = read_file(path, MAX_SIZE as u64)?;
        let source = SourceFile::new(shown, &bytes);
        if let Some(finding) = findings(&source).into_iter().next() {
            let span = finding.label.and_then(|label| label.span);
            let help = finding
                .help
                .unwrap_or_else(|| "`apidocs schema volatile` explains every key".to_owned());
            return Err(LocatedError::new(&source, span, finding.message)
                .help(help)
                .into());
        }
        let rules = serde_json::from_slice(&bytes)?;
        Ok(Self {
            rules,
            source: Some(source),
        })
    }

    /// Rules that match nothing in these documents, or too much.
    pub fn audit<'a>(
        &self,
        documents: impl IntoIterator<Item = (&'a DocumentName, &'a EndpointDocument)>,
    ) -> Vec<Finding> {
        let Some(source) = &self.source else {
            return Vec::new();
        };
        let views = documents
            .into_iter()
            .map(|(name, document)| (name.to_string(), DocumentView::of(document)))
            .collect();
        audit(&self.rules, &views, source)
    }
}

/// What is wrong with a file of rules as a file.
fn findings(source: &Arc<SourceFile>) -> Vec<Finding> {
    match json::parse(&source.text) {
        Ok(value) => validate::volatile(&value, source),
        Err(fault) => vec![source.fault(fault)],
    }
}
