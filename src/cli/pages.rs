//! What `render`, `generate` and `check` share: the pages as they must be, and what that asks of the output folder.

use std::path::{Path, PathBuf};

use anyhow::Result;
use apidocs::document::{Collection, Tree};
use apidocs::finding::{Finding, codes};
use apidocs::json::MAX_SIZE;
use apidocs::project::{
    ChangeSet, DEFAULT_TEMPLATE_SET, Project, is_tracked, list_tree, read_file, repository,
};
use apidocs::render::output::{self, MANIFEST, Plan};
use apidocs::render::{self, Input, Options};
use apidocs::report::plural;

use super::args::Pages;
use super::context::absolute;
use super::exit::Advice;

/// How many stale pages are named.
const SHOWN: usize = 10;

/// What is to be done in the output folder.
pub struct Planned {
    folder: PathBuf,
    plan: Plan,
    rendered: bool,
    /// What stands in the way, as findings.
    pub findings: Vec<Finding>,
}

/// How pages are made: flags over settings over defaults.
pub fn options(project: &Project, args: &Pages) -> Result<Options> {
    let settings = &project.settings.render;
    let set = args
        .template_set
        .as_ref()
        .or(settings.template_set.as_ref());
    let folder = args.templates.as_deref().map(absolute).transpose()?;
    let shown = folder.as_deref().or(settings.templates.as_deref());
    let mut options = Options {
        template_set: set.map_or(DEFAULT_TEMPLATE_SET, String::as_str).to_owned(),
        templates: project.templates(folder.as_deref())?,
        host: project.settings.host.clone(),
        ..Options::default()
    };
    if let Some(shown) = shown {
        options.templates_path = project.shown(shown);
    }
    let chosen = |flag: &Vec<String>, setting: &Option<Vec<String>>| match setting {
        _ if !flag.is_empty() => Some(flag.clone()),
        setting => setting.clone(),
    };
    if let Some(lines) = chosen(&args.page_comment, &settings.page_comment) {
        options.page_comment = lines;
    }
    if let Some(lines) = chosen(&args.index_comment, &settings.index_comment) {
        options.index_comment = lines;
    }
    Ok(options)
}

/// What the pages ask of the folder as it is.
fn plan(folder: &Path, pages: &Tree, shown: &str) -> Result<Plan> {
    let manifest_file = folder.join(MANIFEST);
    let manifest = match manifest_file.exists() {
        true => Some(read_file(&manifest_file, MAX_SIZE as u64)?),
        false => None,
    };
    let ours = manifest
        .as_deref()
        .map(output::manifest_paths)
        .unwrap_or_default();
    let existing = match folder.exists() {
        true => list_tree(folder, |path| {
            pages.files.contains_key(path) || ours.contains(path)
        })?,
        false => Tree::default(),
    };
    let digests = existing
        .files
        .iter()
        .filter(|(path, _)| *path != MANIFEST)
        .map(|(path, bytes)| (path.clone(), output::digest(bytes)))
        .collect();
    Ok(output::plan(pages, &digests, manifest.as_deref(), shown)?)
}

impl Planned {
    pub fn new(project: &Project, args: &Pages, collection: &Collection) -> Result<Self> {
        let folder = match &args.output {
            Some(folder) => absolute(folder)?,
            None => project.output(),
        };
        if folder.starts_with(&project.docs) {
            return Err(Advice {
                message: format!(
                    "the pages cannot go to {}: it is in the folder of documents",
                    project.shown(&folder)
                ),
                help: "name another folder with -o, or as `output` in [render]".to_owned(),
            }
            .into());
        }
        let documents = collection.shared_documents();
        let sections = collection.order();
        let input = Input {
            documents: &documents,
            sections: &sections,
        };
        let pages = render::render(input, &options(project, args)?)?;
        Self::of(project, folder, &pages)
    }

    /// What is to be done so that a folder holds these files.
    pub fn of(project: &Project, folder: PathBuf, pages: &Tree) -> Result<Self> {
        let plan = plan(&folder, pages, &project.shown(&folder))?;
        let findings = plan.findings.clone();
        let rendered = folder.join(MANIFEST).exists();
        Ok(Self {
            folder,
            plan,
            rendered,
            findings,
        })
    }

    /// Whether that is the folder.
    pub fn is_in(&self, folder: &Path) -> bool {
        self.folder == folder
    }

    /// Whether pages were rendered into the folder before.
    pub fn is_rendered(&self) -> bool {
        self.rendered
    }

    /// Whether the pages are committed, or would be: where there is no repository.
    pub fn is_committed(&self) -> bool {
        repository(&self.folder).is_none() || is_tracked(&self.folder.join(MANIFEST))
    }

    /// What tells of pages that are not as they must be: one finding for all of them, since they have one cause. `cure`
    /// says what writes them.
    pub fn stale(&self, project: &Project, cure: &str) -> Vec<Finding> {
        let writes = self.plan.writes.iter().map(|(path, _)| path.as_str());
        let pages: Vec<_> = writes
            .filter(|path| *path != MANIFEST)
            .chain(self.plan.removals.iter().map(String::as_str))
            .collect();
        let folder = project.shown(&self.folder);
        let message = match pages.as_slice() {
            [] => return Vec::new(),
            [page] => format!("the page {folder}/{page} is not what would be rendered"),
            pages => format!(
                "{} pages in {folder}/ are not what would be rendered",
                pages.len()
            ),
        };
        let mut finding = Finding::new(codes::STALE_PAGE, message).help(cure);
        for page in pages.iter().take(SHOWN).filter(|_| pages.len() > 1) {
            finding = finding.note(format!("{folder}/{page}"));
        }
        if pages.len() > SHOWN {
            finding = finding.note(format!("… and {} more", pages.len() - SHOWN));
        }
        vec![finding]
    }

    /// The files to be written, with their paths as they are shown.
    pub fn files<'p>(&'p self, project: &Project) -> impl Iterator<Item = (String, &'p [u8])> {
        let folder = project.shown(&self.folder);
        let writes = self.plan.writes.iter();
        writes.map(move |(path, bytes)| (format!("{folder}/{path}"), bytes.as_slice()))
    }

    pub fn add_to(&self, set: &mut ChangeSet) {
        for (path, bytes) in &self.plan.writes {
            set.write(self.folder.join(path), bytes.as_slice());
        }
        for path in &self.plan.removals {
            set.remove(self.folder.join(path));
        }
    }

    /// What is done, in a line.
    pub fn summary(&self, project: &Project) -> String {
        let written = self
            .plan
            .writes
            .iter()
            .filter(|(path, _)| path != MANIFEST)
            .count();
        let mut text = format!(
            "{} written to {}/, {} unchanged",
            plural(written, "page"),
            project.shown(&self.folder),
            self.plan.unchanged
        );
        if !self.plan.removals.is_empty() {
            text.push_str(&format!(", {} removed", self.plan.removals.len()));
        }
        text
    }
}
