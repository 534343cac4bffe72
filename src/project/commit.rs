//! A set of files that is written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{Journal, State};
use super::lock::Lock;
use super::{Error, atomic};

/// Files to write and to remove, all of them or none.
///
/// Every file is always whole on disk: it is staged beside its place and renamed. The set is guarded by a
/// journal in the folder `.apidocs` of the anchor, so that after a kill [`super::recover`] finishes or
/// undoes it.
#[derive(Debug, Default)]
pub struct ChangeSet {
    writes: Vec<Write>,
    removals: Vec<PathBuf>,
}

#[derive(Debug)]
struct Write {
    path: PathBuf,
    contents: Vec<u8>,
    /// What we read there before, where that matters.
    before: Option<Vec<u8>>,
}

impl ChangeSet {
    /// Writes a file, whatever stands there.
    pub fn write(&mut self, path: PathBuf, contents: impl Into<Vec<u8>>) {
        self.writes.push(Write {
            path,
            contents: contents.into(),
            before: None,
        });
    }

    /// Writes a file that we have read: the commit is refused if somebody changed it meanwhile.
    pub fn replace(&mut self, path: PathBuf, before: &[u8], contents: impl Into<Vec<u8>>) {
        self.writes.push(Write {
            path,
            contents: contents.into(),
            before: Some(before.to_owned()),
        });
    }

    /// Writes a file unless it is as it must be already.
    pub fn write_if_different(&mut self, path: PathBuf, contents: impl Into<Vec<u8>>) {
        let contents = contents.into();
        if fs::read(&path).is_ok_and(|now| now == contents) {
            return;
        }
        self.write(path, contents);
    }

    /// The files to write that are there already.
    pub fn replaced(&self) -> impl Iterator<Item = &Path> {
        let paths = self.writes.iter().map(|write| write.path.as_path());
        paths.filter(|path| path.exists())
    }

    /// The files that are written or removed.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.changes().map(|(path, _)| path)
    }

    /// The files as they would be, in the order in which they were added: `None` for those to be removed.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&Path, Option<&[u8]>)> {
        let writes = self.writes.iter();
        let writes = writes.map(|write| (write.path.as_path(), Some(write.contents.as_slice())));
        let removals = self.removals.iter().map(|path| (path.as_path(), None));
        writes.chain(removals)
    }

    /// Removes a file, and its folder if that is empty then.
    pub fn remove(&mut self, path: PathBuf) {
        self.removals.push(path);
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.removals.is_empty()
    }

    /// Commits the set. The journal stands in `anchor/.apidocs` meanwhile.
    ///
    /// # Errors
    /// On an error before the first rename everything is as it was. A rename that fails leaves the
    /// journal, so that the next command can finish.
    pub fn commit(self, anchor: &Path) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let lock = Lock::take(anchor)?;
        self.check_unchanged()?;
        let mut journal = Journal::new(anchor);
        for write in &self.writes {
            journal.add_write(&write.path)?;
        }
        for path in &self.removals {
            journal.add_removal(path)?;
        }
        if let Err(error) = self.stage(&mut journal) {
            journal.undo();
            return Err(error);
        }
        journal
            .finish()
            .map_err(|error| Error::Unfinished(Box::new(error)))?;
        drop(lock);
        Ok(())
    }

    fn check_unchanged(&self) -> Result<(), Error> {
        for write in &self.writes {
            let Some(before) = &write.before else {
                continue;
            };
            let now = fs::read(&write.path).map_err(Error::io("read", &write.path))?;
            if now != *before {
                return Err(Error::ChangedMeanwhile(write.path.clone()));
            }
        }
        Ok(())
    }

    /// Up to the commit point: from then on the journal is finished, before it is undone.
    fn stage(&self, journal: &mut Journal) -> Result<(), Error> {
        journal.save(State::Staging)?;
        for (mark, folder) in journal.folders() {
            mark.map_or(Ok(()), |mark| atomic::write_new(&mark, b""))
                .and_then(|()| atomic::make_folder(folder))
                .map_err(Error::io("make the folder", folder))?;
        }
        for (write, (staged, target)) in self.writes.iter().zip(journal.writes()) {
            stage_file(staged, target, &write.contents).map_err(Error::io("write", &write.path))?;
        }
        for (mark, path) in journal.removals() {
            stage_file(mark, path, b"").map_err(Error::io("remove", path))?;
        }
        journal.save(State::Committing)
    }
}

fn stage_file(staged: &Path, target: &Path, contents: &[u8]) -> io::Result<()> {
    if target.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    atomic::write_new(staged, contents)?;
    if let Ok(metadata) = fs::metadata(target) {
        fs::set_permissions(staged, metadata.permissions())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("old.md"), "old").unwrap();
        let mut set = ChangeSet::default();
        set.write(root.join("a/b/new.md"), "new");
        set.replace(root.join("old.md"), b"old", "changed");
        set.commit(root).unwrap();
        assert_eq!(fs::read_to_string(root.join("a/b/new.md")).unwrap(), "new");
        assert_eq!(fs::read_to_string(root.join("old.md")).unwrap(), "changed");

        let mut set = ChangeSet::default();
        set.remove(root.join("a/b/new.md"));
        set.commit(root).unwrap();
        assert!(root.join("a").exists() && !root.join("a/b").exists());
        assert!(!root.join(".apidocs").exists());
    }

    #[test]
    fn a_set_that_cannot_be_staged_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("taken")).unwrap();
        let mut set = ChangeSet::default();
        set.write(root.join("a/new.md"), "new");
        set.write(root.join("taken"), "a folder stands here");
        assert!(set.commit(root).is_err());
        let left: Vec<_> = fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["taken"]);
    }

    #[test]
    fn what_somebody_wrote_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "edited").unwrap();
        let mut set = ChangeSet::default();
        set.replace(path.clone(), b"as we read it", "ours");
        assert!(matches!(
            set.commit(folder.path()),
            Err(Error::ChangedMeanwhile(_))
        ));
        assert_eq!(fs::read_to_string(path).unwrap(), "edited");
    }
}
