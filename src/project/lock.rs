//! One commit at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::journal::FOLDER;
use super::{Error, atomic};

/// Held while a commit or a recovery runs. The system lets go of it when the process ends, however it ends.
pub(super) struct Lock {
    folder: PathBuf,
    file: File,
}

impl Lock {
    pub(super) fn take(anchor: &Path) -> Result<Self, Error> {
        let folder = anchor.join(FOLDER);
        let path = folder.join("lock");
        loop {
            fs::create_dir_all(&folder).map_err(Error::io("make the folder", &folder))?;
            let opened = File::options().create(true).append(true).open(&path);
            let file = match opened {
                Ok(file) => file,
                // Another run tidied up in between.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("write", &path)(error)),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::Locked(anchor.to_owned())),
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
            }
            if is_still_there(&file, &path) {
                return Ok(Self { folder, file });
            }
        }
    }
}

/// Whether the file that we locked is the one that others would lock.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}

/// A file that is open cannot be removed.
#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

impl Drop for Lock {
    /// Leaves no trace, unless there is a journal.
    fn drop(&mut self) {
        let _ = atomic::remove_file(&self.folder.join("journal.new"));
        if !self.folder.join("journal.json").exists() {
            let _ = atomic::remove_file(&self.folder.join("lock"));
            atomic::remove_empty_folder(&self.folder);
        }
        let _ = self.file.unlock();
    }
}
