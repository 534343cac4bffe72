//! The journal of a commit.
//!
//! It stands in `.apidocs/journal.json` from before the first file is staged until the last one is in its
//! place. In the state `staging` nothing of the set can be seen, and a run that finds it undoes it; in the
//! state `committing` every staged file is whole, and a run that finds it finishes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::run::is_record;
use super::{Error, atomic};

/// The folder of the journal and the lock, below the anchor.
pub(super) const FOLDER: &str = ".apidocs";

const FILE: &str = "journal.json";

/// How the new contents of a file end, beside it.
const NEW: &str = "apidocs-new";

/// How the mark of a file that goes ends, beside it.
const GONE: &str = "apidocs-gone";

/// What was done about a run that had been cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Its files were put in their places.
    Finished,
    /// What it had begun was removed; the old files stand.
    Undone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Staging,
    Committing,
}

#[derive(Debug)]
pub(super) struct Journal {
    anchor: PathBuf,
    folders: Vec<PathBuf>,
    writes: Vec<(PathBuf, PathBuf)>,
    removals: Vec<(PathBuf, PathBuf)>,
}

/// The journal as a file: paths relative to the anchor where they are below it, since a folder may be moved.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalFile {
    version: u32,
    state: State,
    folders: Vec<PathBuf>,
    writes: Vec<(PathBuf, PathBuf)>,
    removals: Vec<(PathBuf, PathBuf)>,
}

impl Journal {
    pub(super) fn new(anchor: &Path) -> Self {
        Self {
            anchor: fs::canonicalize(anchor).unwrap_or_else(|_| anchor.to_owned()),
            folders: Vec::new(),
            writes: Vec::new(),
            removals: Vec::new(),
        }
    }

    pub(super) fn add_write(&mut self, target: &Path) -> Result<(), Error> {
        let mut target = resolve(target);
        if target.is_symlink() {
            // A link stays a link: the file behind it is written.
            target = fs::canonicalize(&target).unwrap_or(target);
        }
        let staged = beside(&target, NEW)
            .ok_or_else(|| self.error(format!("{} cannot be named in it", target.display())))?;
        let missing = target
            .ancestors()
            .skip(1)
            .take_while(|folder| !folder.exists());
        let missing: Vec<_> = missing.map(Path::to_owned).collect();
        for folder in missing.into_iter().rev() {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        self.writes.push((staged, target));
        Ok(())
    }

    /// A file that is gone already needs no removal.
    pub(super) fn add_removal(&mut self, target: &Path) -> Result<(), Error> {
        let target = resolve(target);
        if fs::symlink_metadata(&target).is_err() {
            return Ok(());
        }
        let mark = beside(&target, GONE)
            .ok_or_else(|| self.error(format!("{} cannot be named in it", target.display())))?;
        self.removals.push((mark, target));
        Ok(())
    }

    /// The mark of each folder that needs one, and the folder: those to make, outer ones first.
    pub(super) fn folders(&self) -> impl Iterator<Item = (Option<PathBuf>, &Path)> {
        let folders = self.folders.iter();
        folders.map(|folder| (self.mark(folder, NEW), folder.as_path()))
    }

    /// Staged file and target.
    pub(super) fn writes(&self) -> &[(PathBuf, PathBuf)] {
        &self.writes
    }

    /// Mark and target.
    pub(super) fn removals(&self) -> &[(PathBuf, PathBuf)] {
        &self.removals
    }

    fn path(&self) -> PathBuf {
        self.anchor.join(FOLDER).join(FILE)
    }

    fn error(&self, reason: impl ToString) -> Error {
        let path = self.path();
        let reason = reason.to_string();
        Error::Journal { path, reason }
    }

    /// Writes the journal, whole.
    pub(super) fn save(&self, state: State) -> Result<(), Error> {
        let below = |path: &PathBuf| path.strip_prefix(&self.anchor).unwrap_or(path).to_owned();
        let file = JournalFile {
            version: 1,
            state,
            folders: self.folders.iter().map(below).collect(),
            writes: self
                .writes
                .iter()
                .map(|(staged, target)| (below(staged), below(target)))
                .collect(),
            removals: self
                .removals
                .iter()
                .map(|(mark, target)| (below(mark), below(target)))
                .collect(),
        };
        let text = serde_json::to_vec(&file).map_err(|error| self.error(error))?;
        let path = self.path();
        let new = path.with_extension("new");
        atomic::write_new(&new, &text)
            .and_then(|()| atomic::rename(&new, &path))
            .map_err(Error::io("write", &path))
    }

    /// Removes what goes, then puts every staged file in its place: on a file system without case, a file whose name
    /// changes in case alone goes first.
    pub(super) fn finish(&self) -> Result<(), Error> {
        // Without its mark, a file was removed before the kill; or this journal is none of ours.
        let to_remove = || self.removals.iter().filter(|(mark, _)| mark.exists());
        let parents: BTreeSet<_> = to_remove()
            .filter_map(|(_, target)| target.parent())
            .collect();
        for mark in parents.iter().filter_map(|folder| self.mark(folder, GONE)) {
            // Where no mark can stand beside a folder, the folder cannot be removed either.
            let _ = atomic::write_new(&mark, b"");
        }
        for (mark, target) in to_remove() {
            atomic::remove_file(target)
                .and_then(|()| atomic::remove_file(mark))
                .map_err(Error::io("remove", target))?;
        }
        for (staged, target) in &self.writes {
            // One that is not there was put in its place before the kill.
            if staged.exists() {
                atomic::rename(staged, target).map_err(Error::io("write", target))?;
            }
        }
        for folder in self
            .removals
            .iter()
            .filter_map(|(_, target)| target.parent())
        {
            self.remove_folder(folder, GONE);
        }
        for mark in self
            .folders
            .iter()
            .filter_map(|folder| self.mark(folder, NEW))
        {
            atomic::remove_file(&mark).map_err(Error::io("remove", &mark))?;
        }
        atomic::remove_file(&self.path()).map_err(Error::io("remove", &self.path()))
    }

    /// Removes what was staged. What cannot be removed is left: it harms nothing.
    pub(super) fn undo(&self) {
        for (staged, _) in self.writes.iter().chain(&self.removals) {
            let _ = atomic::remove_file(staged);
        }
        for folder in self.folders.iter().rev() {
            self.remove_folder(folder, NEW);
        }
        let _ = atomic::remove_file(&self.path());
    }

    /// What stands beside a folder that is not below the anchor, while we make or remove it: a journal that came with a
    /// clone has none there.
    fn mark(&self, folder: &Path, ending: &str) -> Option<PathBuf> {
        match fs::canonicalize(folder) {
            Ok(real) if real.starts_with(&self.anchor) => None,
            Err(_) if folder.starts_with(&self.anchor) => None,
            _ => beside(folder, ending),
        }
    }

    /// Removes an empty folder, if it is below the anchor or has our mark beside it.
    fn remove_folder(&self, folder: &Path, ending: &str) {
        let mark = self.mark(folder, ending);
        if mark.as_ref().is_none_or(|mark| mark.exists()) {
            atomic::remove_empty_folder(folder);
        }
        if let Some(mark) = mark {
            let _ = atomic::remove_file(&mark);
        }
    }

    fn load(anchor: &Path) -> Result<Option<(State, Self)>, Error> {
        let mut journal = Self::new(anchor);
        let text = match fs::read(journal.path()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &journal.path())(error)),
        };
        let file: JournalFile =
            serde_json::from_slice(&text).map_err(|error| journal.error(error))?;
        if file.version != 1 {
            return Err(journal.error("it was written by another version of apidocs"));
        }
        let absolute = |path: PathBuf| anchor.join(path);
        journal.folders = file.folders.into_iter().map(absolute).collect();
        let pair = |(beside, target)| {
            (
                anchor.join::<PathBuf>(beside),
                anchor.join::<PathBuf>(target),
            )
        };
        journal.writes = file.writes.into_iter().map(pair).collect();
        journal.removals = file.removals.into_iter().map(pair).collect();
        journal.check_names()?;
        Ok(Some((file.state, journal)))
    }

    /// What is staged bears our names: nothing else is renamed or removed.
    fn check_names(&self) -> Result<(), Error> {
        let is_ours = |pairs: &[(PathBuf, PathBuf)], ending| {
            let mut pairs = pairs.iter();
            pairs.all(|(staged, target)| beside(target, ending).as_ref() == Some(staged))
        };
        if is_ours(&self.writes, NEW) && is_ours(&self.removals, GONE) {
            return Ok(());
        }
        Err(self.error("it names files that are not ours"))
    }
}

/// The path without `..` and without links in its folders, of which the last ones need not be there.
fn resolve(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some(parent) = path.parent() else {
        return path;
    };
    for folder in parent.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(folder), path.strip_prefix(folder)) {
            return real.join(rest);
        }
    }
    path
}

/// A file beside a target, so that a rename stays on one file system.
fn beside(target: &Path, ending: &str) -> Option<PathBuf> {
    let name = target.file_name()?.to_str()?;
    Some(target.with_file_name(format!(".{name}.{ending}")))
}

/// Finishes or undoes the commit of a run that was cut short, if there is one. The journal may name files below the
/// anchor and elsewhere: it does nothing to a file that has not our staged file or mark beside it, nor to a folder elsewhere
/// in which nothing of ours is, so that one that came with a clone reaches nothing beyond it.
pub fn recover(anchor: &Path) -> Result<Option<Recovery>, Error> {
    let Ok(entries) = fs::read_dir(anchor.join(FOLDER)) else {
        return Ok(None);
    };
    // A capture that lasts has its record in the same folder, and needs nobody else to wait.
    let mut names = entries.flatten().map(|entry| entry.file_name()).peekable();
    if names.peek().is_some() && names.all(|name| is_record(&name)) {
        return Ok(None);
    }
    let lock = Lock::take(anchor)?;
    let recovery = match Journal::load(anchor)? {
        None => None,
        Some((State::Staging, journal)) => {
            journal.undo();
            Some(Recovery::Undone)
        }
        Some((State::Committing, journal)) => {
            journal.finish()?;
            Some(Recovery::Finished)
        }
    };
    drop(lock);
    Ok(recovery)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(root: &Path, text: &str) -> Result<Option<Recovery>, Error> {
        fs::create_dir_all(root.join(FOLDER)).unwrap();
        fs::write(root.join(FOLDER).join(FILE), text).unwrap();
        recover(root)
    }

    #[test]
    fn a_journal_cannot_reach_out_of_the_project() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        fs::create_dir(&root).unwrap();
        let precious = folder.path().join("precious");
        fs::write(&precious, "x").unwrap();
        for mark in ["../.precious.apidocs-gone", "mine"] {
            let text = format!(
                r#"{{"version":1,"state":"committing","folders":[],"writes":[["{mark}","../precious"]],"removals":[["{mark}","../precious"]]}}"#
            );
            fs::write(root.join("mine"), "y").unwrap();
            assert!(
                matches!(journal(&root, &text), Err(Error::Journal { .. })),
                "{mark}"
            );
        }
        // Of the right names, but without anything that we had put beside the file.
        let text = r#"{"version":1,"state":"committing","folders":[],"writes":[["../.precious.apidocs-new","../precious"]],"removals":[["../.precious.apidocs-gone","../precious"]]}"#;
        journal(&root, text).unwrap();
        assert_eq!(fs::read_to_string(&precious).unwrap(), "x");
        // Folders, too.
        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for outside in ["../empty", empty.to_str().unwrap()] {
            let text = format!(
                r#"{{"version":1,"state":"staging","folders":["{outside}"],"writes":[["{outside}/.x.apidocs-new","{outside}/x"]],"removals":[]}}"#
            );
            journal(&root, &text).unwrap();
            let text = format!(
                r#"{{"version":1,"state":"committing","folders":[],"writes":[],"removals":[["{outside}/.x.apidocs-gone","{outside}/x"]]}}"#
            );
            journal(&root, &text).unwrap();
            assert!(empty.is_dir(), "{outside}");
        }
    }

    #[test]
    fn an_unreadable_journal_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            journal(folder.path(), "{"),
            Err(Error::Journal { .. })
        ));
        let newer = r#"{"version":2,"state":"staging","folders":[],"writes":[],"removals":[]}"#;
        assert!(matches!(
            journal(folder.path(), newer),
            Err(Error::Journal { .. })
        ));
    }
}
