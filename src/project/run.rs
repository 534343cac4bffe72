//! What is written down of a run while it lasts, for the case that it is killed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal::FOLDER;

/// A process of a run: its number, and when it started.
pub type Process = (u32, String);

/// The record of a run: `.apidocs/run-<number>.json`, removed when the run ends in order.
#[derive(Debug)]
pub struct RunRecord {
    path: PathBuf,
    file: RecordFile,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    version: u32,
    run: Process,
    mark: String,
    processes: Vec<Process>,
}

/// A run that did not remove its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftRun {
    /// The run's own process.
    pub run: Process,
    /// The variable of the environment that all of its processes have.
    pub mark: String,
    /// The processes that it had started.
    pub processes: Vec<Process>,
    path: PathBuf,
}

impl RunRecord {
    /// Writes down that a run began. A folder that cannot be written is no reason not to run: then there is no record.
    pub fn begin(root: &Path, run: Process, mark: &str) -> Option<Self> {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).ok()?;
        let record = Self {
            path: folder.join(format!("run-{}.json", run.0)),
            file: RecordFile {
                version: 1,
                run,
                mark: mark.to_owned(),
                processes: Vec::new(),
            },
        };
        record.write().ok()?;
        Some(record)
    }

    /// Writes down that a process was started.
    pub fn add(&mut self, process: Process) {
        self.file.processes.push(process);
        // As above.
        let _ = self.write();
    }

    fn write(&self) -> std::io::Result<()> {
        let text = serde_json::to_string(&self.file)?;
        let new = self.path.with_extension("new");
        fs::write(&new, text)?;
        fs::rename(&new, &self.path)
    }
}

impl Drop for RunRecord {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

impl LeftRun {
    /// The records of the project, also those of runs that last.
    pub fn all(root: &Path) -> Vec<Self> {
        let entries = fs::read_dir(root.join(FOLDER)).into_iter().flatten();
        let mut records: Vec<_> = entries
            .flatten()
            .filter_map(|entry| Self::read(entry.path()))
            .collect();
        records.sort_by_key(|record| record.run.0);
        records
    }

    fn read(path: PathBuf) -> Option<Self> {
        let is_whole = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if !is_record(path.file_name()?) || !is_whole {
            return None;
        }
        let file: RecordFile = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        (file.version == 1).then_some(Self {
            run: file.run,
            mark: file.mark,
            processes: file.processes,
            path,
        })
    }

    /// Removes the record, when nothing of the run is left.
    pub fn remove(self) {
        remove(&self.path);
    }
}

/// Whether a file in the folder of the journal is a record of a run, whole or being written.
pub(super) fn is_record(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("run-"))
}

fn remove(path: &Path) {
    let _ = fs::remove_file(path.with_extension("new"));
    let _ = fs::remove_file(path);
    if let Some(folder) = path.parent() {
        // One that holds something is wanted.
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_there_while_a_run_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let mut record = RunRecord::begin(root, (7, "now".to_owned()), "MARK").unwrap();
        record.add((8, "then".to_owned()));
        let left = LeftRun::all(root);
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].run.0, left[0].mark.as_str()), (7, "MARK"));
        assert_eq!(left[0].processes, [(8, "then".to_owned())]);
        drop(record);
        assert!(!root.join(FOLDER).exists());
        assert_eq!(LeftRun::all(root), []);
    }

    #[test]
    fn other_files_are_no_records() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        for name in ["run-1.json", "journal.json", "run-2.new"] {
            fs::write(folder.path().join(FOLDER).join(name), "{}").unwrap();
        }
        assert_eq!(LeftRun::all(folder.path()), []);
    }
}
