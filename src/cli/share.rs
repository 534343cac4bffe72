//! Folders of captures: a shard, or all of them put together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use apidocs::capture::{self, CAPTURE_FILE, FIXTURES_FILE, Share};
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

/// Writes what was captured into a folder: a new one, an empty one, or one that held a capture before. Of the files in it,
/// only those that a capture wrote are replaced and removed.
pub fn write(context: &Context, folder: &Path, share: &Share) -> Result<()> {
    let target = absolute(folder)?;
    let before = before(context, folder)?;
    let tree = share.to_tree();
    let mut set = ChangeSet::default();
    for path in written(folder, &before)? {
        if !tree.files.contains_key(path) {
            set.remove(target.join(path));
        }
    }
    for (path, bytes) in tree.files {
        set.write(target.join(path), bytes);
    }
    context.go_on()?;
    set.commit(&target)?;
    Ok(())
}

/// The files in a folder for captures.
fn before(context: &Context, folder: &Path) -> Result<Tree> {
    let target = absolute(folder)?;
    context.recover(&target)?;
    Ok(match target.exists() {
        true => list_tree(&target, |path| {
            [CAPTURE_FILE, FIXTURES_FILE].contains(&path)
        })?,
        false => Tree::default(),
    })
}

/// Those of them that a capture wrote.
fn written<'t>(folder: &Path, before: &'t Tree) -> Result<BTreeSet<&'t str>> {
    Share::files_before(before).with_context(|| folder.display().to_string())
}

/// Refuses a folder that is not for captures before anything is captured.
pub fn refuse(context: &Context, folder: &Path, docs: &Path) -> Result<()> {
    if absolute(folder)?.starts_with(docs) {
        return Err(Advice {
            message: format!("{} is in the folder of documents", folder.display()),
            help: "name another folder with -o".to_owned(),
        }
        .into());
    }
    written(folder, &before(context, folder)?)?;
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
