//! Why a project cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use super::Faulty;

/// Why a project cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `apidocs.toml`, and nothing else that says where the documents are.
    #[error("there is no apidocs.toml in {} or above it", .0.display())]
    NoProject(PathBuf),
    /// A folder of documents that is not there.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// A folder of templates that is not there.
    #[error("there is no folder of templates {}", .0.display())]
    NoTemplates(PathBuf),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(Box<Faulty>),
    /// The file system said no.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What we tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The last part of a commit could not be done.
    #[error(transparent)]
    Unfinished(Box<Error>),
    /// A link that leads out of the folder that is read.
    #[error("{} is a link that leaves the folder {}", path.display(), folder.display())]
    LinkLeaves {
        /// The link.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// A link to a folder in which it stands.
    #[error("{} is a link that turns in circles", .0.display())]
    LinkLoops(PathBuf),
    /// A file changed on disk after we had read it.
    #[error("{} changed on disk while the command ran", .0.display())]
    ChangedMeanwhile(PathBuf),
    /// Another run is committing.
    #[error("another apidocs is writing to {}", .0.display())]
    Locked(PathBuf),
    /// The journal of a run that was cut short cannot be read.
    #[error("the journal {} cannot be read: {reason}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// `git` said no.
    #[error("git cannot read {revision:?}: {message}")]
    Git {
        /// What was asked for.
        revision: String,
        /// What git said.
        message: String,
    },
    /// A file that a patch cannot hold.
    #[error("{} is outside of {}: a patch cannot hold it", path.display(), top.display())]
    OutsideOfPatch {
        /// The file.
        path: PathBuf,
        /// The folder that the patch is for.
        top: PathBuf,
    },
    /// The revision is not in a shallow clone.
    #[error("this shallow clone does not have the revision {0:?}")]
    Shallow(String),
}

impl Error {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// Why a link is not followed, as a sentence about the link.
    pub fn reason(&self) -> String {
        match self {
            Self::LinkLeaves { .. } => "the link leaves the folder of documents".to_owned(),
            Self::LinkLoops(_) => "the link turns in circles".to_owned(),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "the link leads nowhere".to_owned()
            }
            // The name of this kind is not stable in the standard library.
            Self::Io { source, .. } if source.kind().to_string().starts_with("filesystem loop") => {
                "the link turns in circles".to_owned()
            }
            Self::Io { source, .. } => format!("the link cannot be followed: {}", source.kind()),
            other => other.to_string(),
        }
    }

    /// The next step, where there is one to name.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoProject(_) => {
                "`apidocs init` makes one here; `--docs DIR` works on a folder of documents alone".to_owned()
            }
            Self::NoFolder(_) => {
                "`--docs DIR` or `docs` in apidocs.toml names the folder of documents; `apidocs init` makes one".to_owned()
            }
            Self::NoTemplates(_) => {
                "`--templates DIR` or `templates` in [render] names a folder of template sets, <set>/page.md.jinja".to_owned()
            }
            Self::Settings(faulty) => return faulty.first.help.clone(),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => "nothing was changed; make it writable and run the command again".to_owned(),
                io::ErrorKind::StorageFull => "nothing was changed; make room and run the command again".to_owned(),
                io::ErrorKind::NotFound => "mend the path: a flag, a variable or apidocs.toml names it".to_owned(),
                io::ErrorKind::NotADirectory => "a file stands where a folder must be; remove it, or name another folder".to_owned(),
                io::ErrorKind::IsADirectory => "a folder stands where a file must be; remove it, or name another place".to_owned(),
                _ => return None,
            },
            Self::Unfinished(_) => "mend that; the next command finishes what was begun".to_owned(),
            Self::LinkLeaves { .. } | Self::LinkLoops(_) => {
                "put the file or folder itself in its place".to_owned()
            }
            Self::ChangedMeanwhile(_) => "nothing was changed; run the command again".to_owned(),
            Self::Locked(_) => "wait until it has finished, then run the command again".to_owned(),
            Self::Journal { path, .. } => format!(
                "check the files of the folder with `git status`, then remove {}",
                path.display()
            ),
            Self::Git { .. } => "name a folder, or a revision that `git rev-parse` knows".to_owned(),
            Self::OutsideOfPatch { .. } => "run `apidocs generate` instead".to_owned(),
            Self::Shallow(_) => "get the history with `git fetch --unshallow` (a branch that was not cloned: \
                 `git fetch origin BRANCH:BRANCH`); in GitHub Actions, set `fetch-depth: 0` for actions/checkout"
                .to_owned(),
        })
    }
}
