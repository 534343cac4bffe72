//! What git knows: where a repository is, which files it tracks, and the documents of a revision.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Error;
use crate::document::Tree;

/// Reads the JSON files below `folder` as they were at a revision.
///
/// # Errors
/// A folder outside a work tree, an unknown revision, and one that a shallow clone lacks.
pub fn read_revision(folder: &Path, revision: &str) -> Result<Tree, Error> {
    // The folder itself may be gone from the working tree.
    let existing = folder.ancestors().find(|path| path.is_dir());
    let git = Git {
        folder: existing.unwrap_or(Path::new(".")),
        revision,
    };
    let commit = git.resolve()?;
    let top = git.line(&["rev-parse", "--show-toplevel"])?;
    let absolute = std::path::absolute(folder).map_err(Error::io("find", folder))?;
    let absolute = std::fs::canonicalize(&absolute).unwrap_or(absolute);
    let below = absolute
        .strip_prefix(&top)
        .map_err(|_| git.error("the folder of documents is outside the repository"))?;
    let below = below.to_string_lossy().replace('\\', "/");
    let prefix = if below.is_empty() {
        String::new()
    } else {
        format!("{below}/")
    };

    let listing = git.output(&["ls-tree", "-r", "-z", "--full-tree", &commit], None)?;
    let mut names = Vec::new();
    for entry in listing.split(|byte| *byte == 0) {
        // <mode> SP <type> SP <object> TAB <path>
        let entry = String::from_utf8_lossy(entry);
        let Some((meta, path)) = entry.split_once('\t') else {
            continue;
        };
        let object = meta.rsplit(' ').next().unwrap_or_default();
        let is_file = meta.starts_with("100");
        if let Some(path) = path.strip_prefix(&prefix)
            && is_file
            && path.ends_with(".json")
        {
            names.push((path.to_owned(), object.to_owned()));
        }
    }
    git.blobs(&names)
}

/// The top folder of the repository that a folder is in; `None` where it is in none.
pub fn repository(folder: &Path) -> Option<&Path> {
    // In a linked work tree and in a submodule `.git` is a file.
    folder.ancestors().find(|path| path.join(".git").exists())
}

/// Whether git tracks a file. Not where there is no repository, or no git.
pub fn is_tracked(path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return false;
    };
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["ls-files", "--error-unmatch", "--"])
        .arg(name)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

struct Git<'a> {
    folder: &'a Path,
    revision: &'a str,
}

impl Git<'_> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::Git {
            revision: self.revision.to_owned(),
            message: message.into(),
        }
    }

    fn output(&self, arguments: &[&str], input: Option<String>) -> Result<Vec<u8>, Error> {
        let mut child = Command::new("git")
            // Its words are looked at.
            .env("LC_ALL", "C")
            .arg("-C")
            .arg(self.folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.error(format!("git cannot be started: {error}")))?;
        let stdin = child.stdin.take();
        // From a thread of its own: git answers while it still reads.
        let writer = std::thread::spawn(move || {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // A git that stops reading says why on its standard error.
                let _ = stdin.write_all(input.as_bytes());
            }
        });
        let output = child
            .wait_with_output()
            .map_err(|error| self.error(error.to_string()))?;
        let _ = writer.join();
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        let lines = || message.lines().rev();
        let fatal = lines().find(|line| line.starts_with("fatal: "));
        let message = fatal.or(lines().next()).unwrap_or("no reason given");
        Err(self.error(message.trim_start_matches("fatal: ")))
    }

    fn line(&self, arguments: &[&str]) -> Result<String, Error> {
        let output = self.output(arguments, None)?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    fn resolve(&self) -> Result<String, Error> {
        let commit = format!("{}^{{commit}}", self.revision);
        let arguments = ["rev-parse", "--verify", "--end-of-options", &commit];
        self.line(&arguments).map_err(|error| {
            let shallow = self.line(&["rev-parse", "--is-shallow-repository"]);
            if shallow.is_ok_and(|answer| answer == "true") {
                return Error::Shallow(self.revision.to_owned());
            }
            if matches!(&error, Error::Git { message, .. } if message == "Needed a single revision")
            {
                return self.error("there is no such revision");
            }
            error
        })
    }

    /// The contents of many objects by one process.
    fn blobs(&self, names: &[(String, String)]) -> Result<Tree, Error> {
        let input: String = names
            .iter()
            .map(|(_, object)| format!("{object}\n"))
            .collect();
        let output = self.output(&["cat-file", "--batch"], Some(input))?;
        let mut tree = Tree::default();
        let mut rest = output.as_slice();
        for (path, _) in names {
            // <object> SP <type> SP <size> LF <contents> LF
            let contents = next_blob(&mut rest)
                .ok_or_else(|| self.error(format!("{path} could not be read")))?;
            tree.insert(path.clone(), contents);
        }
        Ok(tree)
    }
}

fn next_blob<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let newline = rest.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&rest[..newline]).ok()?;
    let size: usize = header.rsplit(' ').next()?.parse().ok()?;
    let start = newline + 1;
    let contents = rest.get(start..start + size)?;
    *rest = rest.get(start + size + 1..)?;
    Some(contents)
}
