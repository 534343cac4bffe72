//! The file operations of a commit, one by one.
//!
//! Each counts: a debug build kills itself before the one that `APIDOCS_TEST_KILL_AT` names, which is how
//! the tests see that a commit survives a kill anywhere.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder whose parent is there.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    checkpoint();
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        other => other,
    }
}

/// Writes a file that must be a new one, through to the disk. What stood there of an older run is removed first:
/// a link is never written through.
pub(super) fn write_new(path: &Path, contents: &[u8]) -> io::Result<()> {
    checkpoint();
    remove_file(path)?;
    checkpoint();
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    checkpoint();
    file.write_all(contents)?;
    checkpoint();
    file.sync_data()
}

/// Puts a file in its place.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint();
    fs::rename(from, to)
}

/// Removes a file, if it is there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    checkpoint();
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes a folder, if it is empty.
pub(super) fn remove_empty_folder(path: &Path) {
    checkpoint();
    // One that holds something is wanted.
    let _ = fs::remove_dir(path);
}

#[cfg(all(debug_assertions, unix))]
fn checkpoint() {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static KILL_AT: LazyLock<Option<usize>> =
        LazyLock::new(|| std::env::var("APIDOCS_TEST_KILL_AT").ok()?.parse().ok());
    static COUNT: AtomicUsize = AtomicUsize::new(0);

    if let Some(kill_at) = *KILL_AT
        && COUNT.fetch_add(1, Ordering::Relaxed) == kill_at
    {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    }
}

#[cfg(not(all(debug_assertions, unix)))]
fn checkpoint() {}
