//! Template sets: the embedded ones, and those of the project over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::RenderError;
use crate::document::Tree;
use crate::finding::{LocatedError, SourceFile};

/// What every template's file name ends with.
const SUFFIX: &str = ".jinja";

/// What errors put before the path of an embedded template.
const BUILT_IN: &str = "<built-in>";

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        /// The embedded templates, by path.
        const EMBEDDED: &[(&str, &str)] = &[
            $(($path, include_str!(concat!("../../templates/", $path)))),*
        ];
    };
}

embedded![
    "markdown/page.md.jinja",
    "markdown/section.md.jinja",
    "markdown/site.md.jinja",
    "sentry/page.md.jinja",
    "sentry/section.md.jinja",
];

/// The templates of a run, with the set that is used.
pub(super) struct TemplateSet {
    name: String,
    /// All templates, also those of other sets: one may include another.
    pub sources: BTreeMap<String, Arc<SourceFile>>,
}

/// A template that makes files.
pub(super) struct Maker<'a> {
    /// Its path, by which minijinja knows it.
    pub name: &'a str,
    /// What the names of its files end with.
    pub extension: &'a str,
}

/// The names of the embedded sets.
pub fn embedded_sets() -> Vec<&'static str> {
    let sets: BTreeSet<_> = EMBEDDED
        .iter()
        .filter_map(|(path, _)| set_of(path))
        .collect();
    sets.into_iter().collect()
}

/// Whether a file of a folder of templates is one.
pub(super) fn is_template(path: &str) -> bool {
    path.ends_with(SUFFIX)
}

/// A template of the project, as errors show it.
pub(super) fn source(path: &str, bytes: &[u8], shown: &str) -> Arc<SourceFile> {
    let shown = match shown {
        "" => path.to_owned(),
        folder => format!("{folder}/{path}"),
    };
    SourceFile::new(shown, bytes)
}

/// Why the bytes of a template are no text, where they are none.
pub(super) fn not_utf8(source: &Arc<SourceFile>, bytes: &[u8]) -> Option<LocatedError> {
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let error = LocatedError::new(source, Some(at..at), "the template is not UTF-8");
    Some(error.help("save it as UTF-8"))
}

fn set_of(path: &str) -> Option<&str> {
    let (set, file) = path.split_once('/')?;
    file.ends_with(SUFFIX).then_some(set)
}

impl TemplateSet {
    /// The set of that name, out of the embedded templates and those of the project.
    pub(super) fn load(name: &str, project: &Tree, shown: &str) -> Result<Self, RenderError> {
        let mut sources: BTreeMap<String, Arc<SourceFile>> = EMBEDDED
            .iter()
            .map(|(path, text)| {
                let source = SourceFile::new(format!("{BUILT_IN}/{path}"), text.as_bytes());
                ((*path).to_owned(), source)
            })
            .collect();
        for (path, bytes) in &project.files {
            if !is_template(path) {
                continue;
            }
            let source = source(path, bytes, shown);
            if let Some(error) = not_utf8(&source, bytes) {
                return Err(error.into());
            }
            sources.insert(path.clone(), source);
        }
        let set = Self {
            name: name.to_owned(),
            sources,
        };
        if set.pages().next().is_some() {
            return Ok(set);
        }
        let sets: BTreeSet<&str> = set.sources.keys().filter_map(|path| set_of(path)).collect();
        if sets.contains(name) {
            return Err(RenderError::NoPageTemplate(name.to_owned()));
        }
        Err(RenderError::UnknownSet {
            name: name.to_owned(),
            known: sets.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The templates of a page.
    pub(super) fn pages(&self) -> impl Iterator<Item = Maker<'_>> {
        self.makers("page.")
    }

    /// The templates of a section's index.
    pub(super) fn sections(&self) -> impl Iterator<Item = Maker<'_>> {
        self.makers("section.")
    }

    /// The templates of the index of all sections.
    pub(super) fn sites(&self) -> impl Iterator<Item = Maker<'_>> {
        self.makers("site.")
    }

    fn makers<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = Maker<'a>> {
        self.sources.keys().filter_map(move |path| {
            let file = path.strip_prefix(&self.name)?.strip_prefix('/')?;
            let extension = file.strip_prefix(prefix)?.strip_suffix(SUFFIX)?;
            let plain = !extension.is_empty() && !extension.contains('/');
            plain.then_some(Maker {
                name: path,
                extension,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut files: Vec<String> = walkdir::WalkDir::new(root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                entry
                    .path()
                    .strip_prefix(root)
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        files.sort();
        let embedded: Vec<_> = EMBEDDED.iter().map(|(path, _)| *path).collect();
        assert_eq!(files, embedded);
        assert_eq!(embedded_sets(), ["markdown", "sentry"]);
    }
}
