//! Finding a project and reading its settings and documents.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    DEFAULT_DOCS, DEFAULT_OUTPUT, Error, Faulty, Listing, Settings, TomlFault, list_files, parts,
    read_document, read_tree,
};
use crate::document::{Collection, Tree};
use crate::finding::spelling::nearest;
use crate::finding::{LocatedError, SourceFile};
use crate::json;

/// The name of the settings file.
pub const CONFIG_FILE: &str = "apidocs.toml";

/// What the command line and the environment say about where the project is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// The settings file.
    pub config: Option<PathBuf>,
    /// The folder of documents.
    pub docs: Option<PathBuf>,
}

/// A project, or a bare folder of documents with default settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The folder of `apidocs.toml`; the current one where there is none. Shown paths are relative to it.
    pub root: PathBuf,
    /// The folder of documents.
    pub docs: PathBuf,
    /// What the settings say.
    pub settings: Settings,
    /// The settings file, where there is one.
    pub source: Option<Arc<SourceFile>>,
}

impl Project {
    /// Finds the settings as `cargo` finds its manifest (the current folder, then those above it)
    /// unless `location` names them.
    ///
    /// # Errors
    /// Settings that cannot be read or used. That there are none is no error where `location` names a folder
    /// of documents or `api-docs` stands in the current one.
    pub fn find(current: &Path, location: &Location) -> Result<Self, Error> {
        match Self::find_in_parts(current, location)? {
            (project, None) => Ok(project),
            (_, Some(faulty)) => Err(Error::Settings(Box::new(faulty))),
        }
    }

    /// The same, also of settings that cannot be used as they stand: with those parts of them that can be read.
    ///
    /// # Errors
    /// As [`Project::find`], but for settings with faults.
    pub fn find_in_parts(
        current: &Path,
        location: &Location,
    ) -> Result<(Self, Option<Faulty>), Error> {
        let config = match &location.config {
            Some(config) => Some(current.join(config)),
            None => current
                .ancestors()
                .map(|folder| folder.join(CONFIG_FILE))
                .find(|path| path.is_file()),
        };
        let flag = location.docs.as_ref().map(|docs| current.join(docs));
        let Some(config) = config else {
            let docs = flag.unwrap_or_else(|| current.join(DEFAULT_DOCS));
            if location.docs.is_none() && !docs.is_dir() {
                return Err(Error::NoProject(current.to_owned()));
            }
            let project = Self {
                root: current.to_owned(),
                docs,
                settings: Settings::default(),
                source: None,
            };
            return Ok((project, None));
        };
        let bytes = read_document(&config)?;
        let shown = config.file_name().unwrap_or_default().to_string_lossy();
        let (source, mut settings, faulty) = read_settings(&shown, &bytes);
        settings.file = Some(Arc::clone(&source));
        let root = config.parent().unwrap_or(current).to_owned();
        let docs = flag.unwrap_or_else(|| {
            root.join(settings.docs.as_deref().unwrap_or(Path::new(DEFAULT_DOCS)))
        });
        let project = Self {
            root,
            docs,
            settings,
            source: Some(source),
        };
        Ok((project, faulty))
    }

    /// The folder of rendered pages.
    pub fn output(&self) -> PathBuf {
        let output = self.settings.render.output.as_deref();
        self.root.join(output.unwrap_or(Path::new(DEFAULT_OUTPUT)))
    }

    /// A path as findings show it: relative to the root, with `/`.
    pub fn shown(&self, path: &Path) -> String {
        if path.is_relative() {
            return path.to_string_lossy().replace('\\', "/");
        }
        way(&self.root, path)
    }

    /// The JSON files of the folder of documents, listed and not read; also those whose names end in other letters of that, which
    /// nobody reads as JSON, to be told.
    pub fn listing(&self) -> Result<Listing, Error> {
        list_files(&self.docs, |path| {
            let end = path.len().checked_sub(".json".len());
            let end = end.and_then(|start| path.as_bytes().get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(b".json"))
        })
    }

    /// The JSON files of the folder of documents. Of links that cannot be followed the tree says why.
    pub fn tree(&self) -> Result<Tree, Error> {
        let listing = self.listing()?;
        let mut tree = Tree::default();
        for (path, file) in listing.files {
            tree.insert(path, read_document(&file)?);
        }
        for (path, error) in listing.unread {
            tree.unread.insert(path, error.reason());
        }
        Ok(tree)
    }

    /// The project's own templates; empty where it has none.
    pub fn templates(&self, flag: Option<&Path>) -> Result<Tree, Error> {
        let folder = match (flag, &self.settings.render.templates) {
            (Some(folder), _) => folder.to_owned(),
            (None, Some(folder)) => self.root.join(folder),
            (None, None) => return Ok(Tree::default()),
        };
        read_tree(&folder, |_| true).map_err(|error| match error {
            Error::NoFolder(folder) => Error::NoTemplates(folder),
            other => other,
        })
    }

    /// The documents.
    pub fn collection(&self) -> Result<Collection, Error> {
        Ok(Collection::from_tree(
            &self.tree()?,
            &self.shown(&self.docs),
        ))
    }
}

/// The path that leads from a folder to a file or folder, both absolute: with `/`, and `.` where it is the same.
///
/// ```
/// use apidocs::project::way;
/// assert_eq!(way("/a/b".as_ref(), "/a/c/d".as_ref()), "../c/d");
/// ```
pub fn way(from: &Path, to: &Path) -> String {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(common).map(|_| "..".into());
    let down = to.components().skip(common);
    let parts: Vec<_> = up
        .chain(down.map(|part| part.as_os_str().to_string_lossy()))
        .collect();
    match parts.as_slice() {
        [] => ".".to_owned(),
        parts => parts.join("/"),
    }
}

/// The file, what can be read of it, and what is wrong with it.
fn read_settings(shown: &str, bytes: &[u8]) -> (Arc<SourceFile>, Settings, Option<Faulty>) {
    let fault = match json::text(bytes) {
        Err(fault) => fault,
        Ok(text) => {
            let source = SourceFile::of_text(shown, text.to_owned());
            let error = match toml::from_str(text) {
                Ok(settings) => return (source, settings, None),
                Err(error) => error,
            };
            let (settings, faults) = Settings::in_parts(text);
            let faulty = Faulty {
                first: located(&source, &error),
                text: None,
                lost: parts::lost(text, &faults),
                source: Arc::clone(&source),
            };
            return (source, settings, Some(faulty));
        }
    };
    // Nothing in a file that is too large is worth to be shown.
    let shown_bytes = match bytes.len() > json::MAX_SIZE {
        true => &[],
        false => bytes,
    };
    let source = SourceFile::new(shown, shown_bytes);
    let at = fault.offset..fault.offset;
    let mut first = LocatedError::new(&source, Some(at), fault.message.clone());
    first.help.clone_from(&fault.help);
    let faulty = Faulty {
        first,
        text: Some(fault),
        lost: None,
        source: Arc::clone(&source),
    };
    (source, Settings::default(), Some(faulty))
}

fn located(source: &Arc<SourceFile>, error: &toml::de::Error) -> LocatedError {
    if let Some(fault) = TomlFault::of(&source.text, error.message(), error.span()) {
        return LocatedError::new(source, error.span(), fault.message).help(fault.help);
    }
    let help = meant(error.message())
        .unwrap_or_else(|| "`apidocs schema settings` prints what the file may hold".to_owned());
    LocatedError::new(source, error.span(), error.message()).help(help)
}

/// What somebody may have meant, where the message of `serde` names what it found and then what it knows, in backticks.
fn meant(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let found = names.next()?;
    let meant = nearest(found, names)?;
    Some(format!("did you mean `{meant}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn settings_are_found_above_and_flags_win() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(
            root.join(CONFIG_FILE),
            "docs = 'x/docs'\n[render]\noutput = 'out'\n",
        )
        .unwrap();
        let project = Project::find(&root.join("a/b"), &Location::default()).unwrap();
        assert_eq!(project.root, root);
        assert_eq!(project.shown(&project.docs), "x/docs");
        assert_eq!(project.output(), root.join("out"));

        let docs = Some(PathBuf::from("mine"));
        let location = Location { config: None, docs };
        let project = Project::find(&root.join("a"), &location).unwrap();
        assert_eq!(project.docs, root.join("a/mine"));
    }

    #[test]
    fn without_settings_a_folder_must_be_named_or_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let find = |location: &Location| Project::find(folder.path(), location);
        assert!(matches!(
            find(&Location::default()),
            Err(Error::NoProject(_))
        ));
        let docs = Some(PathBuf::from("docs"));
        assert!(find(&Location { config: None, docs }).is_ok());
        fs::create_dir(folder.path().join(DEFAULT_DOCS)).unwrap();
        assert!(find(&Location::default()).is_ok());
    }

    #[test]
    fn a_misspelt_key_or_level_is_recognised() {
        let told = |text: &str| read_settings("a", text.as_bytes()).2.unwrap().first.help;
        for (text, meant) in [
            ("bsae_url = 'x'", "did you mean `base_url`?"),
            ("[severity]\nschema = 'warn'", "did you mean `warning`?"),
        ] {
            assert_eq!(told(text).as_deref(), Some(meant), "{text}");
        }
        assert!(told("port = 1").unwrap().contains("schema settings"));
    }

    #[test]
    fn settings_that_are_no_text_are_told_at_the_first_byte() {
        let (_, settings, faulty) = read_settings("a", b"host = 'a'\nidentity = 'caf\xe9'\n");
        assert_eq!(settings, Settings::default());
        let faulty = faulty.unwrap();
        assert_eq!(faulty.to_string(), "a:2:16: the file is not UTF-8");
        assert!(faulty.may_lack("auth"));
    }

    #[test]
    fn a_fault_in_the_settings_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(CONFIG_FILE), "host = 'x'\nport = 1\n").unwrap();
        let error = Project::find(folder.path(), &Location::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("apidocs.toml:2:1: unknown field"),
            "{error}"
        );
    }
}
