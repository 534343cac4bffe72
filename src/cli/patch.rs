//! The patch of `apidocs check --patch`, and how it is applied.

use std::fs::canonicalize;
use std::path::Path;

use anyhow::Result;
use apidocs::project::{ChangeSet, Project, repository, way, write_file};

use super::context::{Context, absolute, current_folder};
use super::next::quoted;

/// Writes the patch. There is always a file, so that none of an earlier run is taken for this one's.
pub fn write(
    context: &Context,
    project: &Project,
    file: &Path,
    writes: Option<&ChangeSet>,
) -> Result<()> {
    let patch = match writes {
        Some(set) => set.patch(top(project))?,
        None => Vec::new(),
    };
    write_file(file, &patch)?;
    let why = match writes {
        None => "`apidocs generate` would refuse to write, for what is told as errors",
        Some(_) => "there is nothing to change",
    };
    if patch.is_empty() {
        context.say(format!("{} is empty: {why}", file.display()));
    }
    Ok(())
}

/// What is typed to apply a patch that was written, in the folder where we are. `git apply` passes over all that is not
/// below that folder, in silence, so that it must run in one that has all.
pub fn apply(project: &Project, file: &Path, writes: &ChangeSet) -> Result<String> {
    let top = top(project);
    let here = canonicalize(current_folder()?)?;
    // Outside of a repository the paths of a patch are those below the current folder.
    let is_repository = top.join(".git").exists();
    let (top, patch) = (canonicalize(top)?, canonicalize(absolute(file)?)?);
    let below = |path: &Path| {
        // A file may not be there yet.
        let there = path.ancestors().find_map(|part| canonicalize(part).ok());
        there.is_some_and(|there| there.starts_with(&here))
    };
    if here == top || is_repository && here.starts_with(&top) && writes.paths().all(below) {
        return Ok(format!("git apply {}", quoted(file.as_os_str())));
    }
    let patch = match file.is_absolute() {
        true => file.to_string_lossy().into_owned(),
        false => way(&top, &patch),
    };
    let top = way(&here, &top);
    Ok(format!(
        "git -C {} apply {}",
        quoted(top.as_ref()),
        quoted(patch.as_ref())
    ))
}

/// The folder that the paths of a patch are relative to.
fn top(project: &Project) -> &Path {
    repository(&project.root).unwrap_or(&project.root)
}
