//! Folders of captures: a shard, or all of them put together.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use apidocs::capture::{self, CAPTURE_FILE, Share};
use apidocs::document::Tree;
use apidocs::project::{ChangeSet, list_tree, read_tree};

use super::context::{Context, absolute};
use super::exit::Advice;

/// What was captured into a folder.
pub fn read(context: &Context, folder: &Path) -> Result<Share> {
    let path = absolute(folder)?;
    if !path.is_dir() {
        let what = match path.exists() {
            true => "is no folder",
            false => "does not exist",
        };
        return Err(Advice {
            message: format!("{} {what}", folder.display()),
            help: "name the folder of a capture: `apidocs capture -o DIR` makes one".to_owned(),
        }
        .into());
    }
    context.recover(&path)?;
    let tree = read_tree(&path, |path| path.ends_with(".json"))?;
    Share::from_tree(&tree).with_context(|| folder.display().to_string())
}

/// Writes what was captured into a folder: a new one, an empty one, or one that held a capture before.
pub fn write(context: &Context, folder: &Path, share: &Share) -> Result<()> {
    let target = absolute(folder)?;
    context.recover(&target)?;
    let before = match target.exists() {
        true => list_tree(&target, |_| false)?,
        false => Tree::default(),
    };
    if !before.files.is_empty() && !before.files.contains_key(CAPTURE_FILE) {
        return Err(Advice {
            message: format!("{} holds files, and no capture", folder.display()),
            help: "name another folder with -o".to_owned(),
        }
        .into());
    }
    let tree = share.to_tree();
    let mut set = ChangeSet::default();
    let is_old = |path: &&String| {
        let ours = path.starts_with("scenarios/") || !path.contains('/');
        ours && path.ends_with(".json") && !tree.files.contains_key(*path)
    };
    for path in before.files.keys().filter(is_old) {
        set.remove(target.join(path));
    }
    for (path, bytes) in tree.files {
        set.write(target.join(path), bytes);
    }
    context.go_on()?;
    set.commit(&target)?;
    Ok(())
}

/// Refuses a folder that is not for captures before anything is captured.
pub fn refuse(folder: &Path, docs: &Path) -> Result<()> {
    if absolute(folder)?.starts_with(docs) {
        return Err(Advice {
            message: format!("{} is in the folder of documents", folder.display()),
            help: "name another folder with -o".to_owned(),
        }
        .into());
    }
    Ok(())
}

/// The shares of several folders, put together.
pub fn merged(context: &Context, folders: &[PathBuf]) -> Result<Share> {
    let shares: Result<Vec<_>> = folders
        .iter()
        .map(|folder| Ok((folder.display().to_string(), read(context, folder)?)))
        .collect();
    Ok(capture::merge(shares?)?)
}
