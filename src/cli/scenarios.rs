//! Which scenarios a verb runs, or looks at.

use std::path::PathBuf;
use std::sync::Arc;

use apidocs::capture;
use apidocs::document::Collection;
use apidocs::project::Project;

use super::args::Selection;
use super::context::Context;

/// Which scenarios are run.
pub struct Scenarios<'a> {
    pub project: &'a Project,
    pub collection: &'a Collection,
    pub selection: Option<&'a Selection>,
    pub logs: Option<PathBuf>,
    pub context: &'a Context,
}

impl<'a> Scenarios<'a> {
    /// All of them.
    pub fn all(context: &'a Context, project: &'a Project, collection: &'a Collection) -> Self {
        Self {
            project,
            collection,
            selection: None,
            logs: None,
            context,
        }
    }

    /// The options of the capture.
    pub fn options(&self) -> capture::Options<'_> {
        capture::Options {
            root: &self.project.root,
            docs: &self.project.docs,
            settings: &self.project.settings,
            collection: self.collection,
            only: self.selection.map_or(&[], |selection| &selection.only),
            skip: self.selection.map_or(&[], |selection| &selection.skip),
            shard: self.selection.and_then(|selection| selection.shard),
            jobs: self
                .selection
                .map_or(1, |selection| usize::from(selection.jobs)),
            fail_fast: self.selection.is_some_and(|selection| selection.fail_fast),
            logs: self.logs.as_deref(),
            interrupted: Arc::clone(&self.context.interrupted),
        }
    }
}
