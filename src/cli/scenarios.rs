//! Which scenarios a verb runs, or looks at.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use apidocs::capture;
use apidocs::document::Collection;
use apidocs::project::Project;

use super::args::{Risk, Selection};
use super::context::{Context, absolute};
use super::exit::Advice;

impl Selection {
    /// The project, with the settings as they are in the environment that was chosen.
    pub fn project(&self, context: &Context) -> Result<Project> {
        let mut project = context.project()?;
        if let Some(name) = &self.environment {
            let Some(settings) = project.settings.in_environment(name) else {
                let names: Vec<_> = project.settings.env.keys().map(String::as_str).collect();
                return Err(Advice {
                    message: format!("there is no [env.{name}] in the settings"),
                    help: match names.as_slice() {
                        [] => format!("write [env.{name}] with its `base_url`"),
                        names => format!("there are {}", names.join(", ")),
                    },
                }
                .into());
            };
            project.settings = settings;
        }
        if let Some(cacert) = &self.cacert {
            project.settings.cacert = Some(absolute(cacert)?);
        }
        Ok(project)
    }

    /// The same for another capture of the same run, from 1: the logs of each are kept.
    pub fn of_capture(&self, number: u8) -> Self {
        let logs = self.logs.clone();
        Self {
            logs: logs.map(|logs| match number {
                ..=1 => logs,
                number => logs.join(format!("capture-{number}")),
            }),
            ..self.clone()
        }
    }
}

impl Risk {
    /// # Errors
    /// What a server has that we did not start would be written, and nobody said that it may.
    pub fn refuse(self, project: &Project) -> Result<()> {
        let chosen = project.settings.environment.as_ref();
        match chosen.filter(|chosen| chosen.is_foreign() && !self.write_real_data) {
            None => Ok(()),
            Some(chosen) => Err(Advice {
                message: format!(
                    "the server of [env.{}] is not ours: its data would become documentation",
                    chosen.name
                ),
                help: "`apidocs check` writes nothing; --write-real-data writes them all the same"
                    .to_owned(),
            }
            .into()),
        }
    }
}

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
            order: self
                .selection
                .map_or_else(Default::default, |selection| selection.order),
            fail_fast: self.selection.is_some_and(|selection| selection.fail_fast),
            exchanges: self.selection.is_some_and(|selection| selection.exchanges),
            logs: self.logs.as_deref(),
            interrupted: Arc::clone(&self.context.interrupted),
        }
    }
}
