//! Reading files and folders.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use walkdir::WalkDir;

use super::Error;
use crate::document::Tree;
use crate::json::MAX_SIZE;

/// The files below a folder, and what was passed over.
#[derive(Debug, Default)]
pub struct Listing {
    /// The path below the folder (with `/`), and where the file is.
    pub files: Vec<(String, PathBuf)>,
    /// Links that leave the folder, turn in circles or lead nowhere, by their path below the folder.
    pub unread: Vec<(String, Error)>,
}

/// Lists the files below a folder whose path (relative, with `/`) is wanted, sorted. Links are followed while they stay
/// inside the folder.
///
/// # Errors
/// A folder that is not there, or that cannot be read.
pub fn list_files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Listing, Error> {
    let root = match fs::canonicalize(folder) {
        Ok(root) if root.is_dir() => root,
        _ => return Err(Error::NoFolder(folder.to_owned())),
    };
    let mut listing = Listing::default();
    let mut entries = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let shown = relative(folder, &path).unwrap_or_default();
                let is_loop = error.loop_ancestor().is_some();
                if is_loop {
                    listing.unread.push((shown, Error::LinkLoops(path)));
                } else if path.is_symlink() {
                    if wanted(&shown) {
                        let error = Error::io("read", &path)(error.into());
                        listing.unread.push((shown, error));
                    }
                } else {
                    return Err(Error::io("read", &path)(error.into()));
                }
                continue;
            }
        };
        let Some(shown) = relative(folder, entry.path()) else {
            continue;
        };
        let is_folder = entry.file_type().is_dir();
        if entry.path_is_symlink() {
            let target = fs::canonicalize(entry.path()).map_err(Error::io("read", entry.path()))?;
            if !target.starts_with(&root) {
                if is_folder {
                    entries.skip_current_dir();
                }
                if is_folder || wanted(&shown) {
                    let (path, folder) = (entry.path().to_owned(), folder.to_owned());
                    let error = Error::LinkLeaves { path, folder };
                    listing.unread.push((shown, error));
                }
                continue;
            }
        }
        if entry.file_type().is_file() && wanted(&shown) {
            listing.files.push((shown, entry.into_path()));
        }
    }
    Ok(listing)
}

/// Reads the files below a folder whose path (relative, with `/`) is wanted.
///
/// # Errors
/// A folder that is not there, what cannot be read, a link that leaves the folder or turns in circles.
pub fn read_tree(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Tree, Error> {
    let listing = list_files(folder, wanted)?;
    if let Some((_, error)) = listing.unread.into_iter().next() {
        return Err(error);
    }
    let mut tree = Tree::default();
    for (path, file) in listing.files {
        tree.insert(path, read_document(&file)?);
    }
    Ok(tree)
}

/// Reads a file. Of one larger than [`MAX_SIZE`] only so much is read as shows that it is.
pub fn read_document(path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path, MAX_SIZE as u64 + 1)
}

/// The same, into a buffer of which what was there before is dropped: for thousands of files, one after the other.
pub fn read_document_into(path: &Path, bytes: &mut Vec<u8>) -> Result<(), Error> {
    bytes.clear();
    let mut read = || {
        File::open(path)?
            .take(MAX_SIZE as u64 + 1)
            .read_to_end(bytes)
    };
    read().map(|_| ()).map_err(Error::io("read", path))
}

/// The files below a folder, as they stand in the way of what is written there: those that are wanted with their
/// contents, the others by name alone. A link is a file without contents: nothing is read or written through it.
pub fn list_tree(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let is_git = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name() == ".git";
    for entry in WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| !is_git(entry))
    {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            Error::io("read", &path)(error.into())
        })?;
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        if let Some(path) = relative(folder, entry.path()) {
            let contents = if kind.is_file() && wanted(&path) {
                read_file(entry.path(), u64::MAX)?
            } else {
                Vec::new()
            };
            tree.insert(path, contents);
        }
    }
    Ok(tree)
}

/// Up to that length, in bytes, room for a file is made before it is read.
const SHORT: u64 = 1024 * 1024;

/// Reads the first `limit` bytes of a file.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let read = || {
        let file = File::open(path)?;
        // A guess that saves growing: a file may be longer than it says, or endless.
        let length = file.metadata()?.len().min(limit).min(SHORT);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(Error::io("read", path))
}

/// Writes one file, whole: a report, say, that belongs to no set.
pub fn write_file(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || {
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        // As any other new file, not as a secret one; the umask still counts.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(contents)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(Error::io("write", path))
}

/// Adds to the end of a file that others add to as well: the summary of a job, say.
pub fn append_file(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let mut options = File::options();
    options
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(contents))
        .map_err(Error::io("write", path))
}

/// The path below a folder, with `/`. A name that is not Unicode is shown with replacements, so that it is told, not passed over.
fn relative(folder: &Path, path: &Path) -> Option<String> {
    // Most paths are those of the folder with more behind, letter by letter.
    if let (Some(folder), Some(path)) = (folder.to_str(), path.to_str())
        && let Some(inner) = path.strip_prefix(folder)
        && let Some(inner) = inner.strip_prefix('/').filter(|_| MAIN_SEPARATOR == '/')
        && !inner.starts_with('/')
    {
        return Some(inner.to_owned());
    }
    let path = path.strip_prefix(folder).ok()?;
    if let Some(path) = path.to_str().filter(|_| MAIN_SEPARATOR == '/') {
        return Some(path.to_owned());
    }
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    Some(parts.join("/"))
}
