//! Runs of the binary in folders of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use serde_json::Value;

/// The binary under test.
pub const APIDOCS: &str = env!("CARGO_BIN_EXE_apidocs");

/// A folder that is removed at the end.
pub struct Sandbox(tempfile::TempDir);

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Files and folders by path; a folder has no contents.
pub type Files = BTreeMap<String, Option<Vec<u8>>>;

impl Sandbox {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the demo project.
    pub fn demo() -> Self {
        let sandbox = Self::new();
        sandbox.run(&["init", "--demo", "-q"]).exits(0);
        sandbox
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        command(self.root(), arguments)
    }

    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Changes what stands exactly once in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}:\n{text}");
        self.write(path, text.replace(from, to));
    }

    pub fn files(&self) -> Files {
        files(self.root())
    }
}

/// The binary in a folder, whatever the environment of the tests says.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(APIDOCS);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    clean(&mut command);
    command
}

/// Takes away the variables that change what the binary and `git` do.
pub fn clean(command: &mut Command) {
    let changes = |name: &str| {
        name.starts_with("APIDOCS_")
            || name.starts_with("GIT_")
            || name.to_ascii_lowercase().ends_with("_proxy")
            || ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"].contains(&name)
    };
    for (name, _) in std::env::vars_os() {
        if changes(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
}

pub fn run(mut command: Command) -> Run {
    ended(command.output().unwrap())
}

pub fn ended(output: Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output holds all of these.
    #[track_caller]
    pub fn answers(self, fragments: &[&str]) -> Self {
        for fragment in fragments {
            assert!(self.stdout.contains(fragment), "no {fragment:?} in {self}");
        }
        self
    }

    /// Standard error holds all of these.
    #[track_caller]
    pub fn tells(self, fragments: &[&str]) -> Self {
        for fragment in fragments {
            assert!(self.stderr.contains(fragment), "no {fragment:?} in {self}");
        }
        self
    }

    /// The report on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code;
        write!(
            f,
            "exit code {code:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        )
    }
}

/// The codes of the findings in a report.
pub fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let codes = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap());
    codes.collect()
}

/// Everything below a folder, `.git` aside.
pub fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    walk(folder, &mut |path, below| {
        let contents = match path.is_dir() {
            true => None,
            false => Some(std::fs::read(path).unwrap_or_default()),
        };
        files.insert(below, contents);
    });
    files
}

/// When each file was last written.
pub fn times(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut times = BTreeMap::new();
    walk(folder, &mut |path, below| {
        let metadata = std::fs::symlink_metadata(path).unwrap();
        if metadata.is_file() {
            times.insert(below, metadata.modified().unwrap());
        }
    });
    times
}

fn walk(folder: &Path, see: &mut dyn FnMut(&Path, String)) {
    fn below(root: &Path, folder: &Path, see: &mut dyn FnMut(&Path, String)) {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap() != ".git")
            .collect();
        entries.sort();
        for path in entries {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            see(&path, name);
            if path.is_dir() && !path.is_symlink() {
                below(root, &path, see);
            }
        }
    }
    below(folder, folder, see);
}

/// That two trees are the same; names what differs.
#[track_caller]
pub fn same(old: &Files, new: &Files) {
    let differing = differing(old, new);
    assert!(differing.is_empty(), "these differ: {differing:?}");
}

pub fn differing<'a>(old: &'a Files, new: &'a Files) -> Vec<&'a str> {
    let names: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(String::as_str)
        .collect()
}

pub fn copy(from: &Path, to: &Path) {
    walk(from, &mut |path, below| {
        let target = to.join(below);
        if path.is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(path, target).unwrap();
        }
    });
}

/// The corpus of the original's output, where it is there.
pub fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("APIDOCS_CORPUS").map_or(beside, PathBuf::from);
    if folder.join("pages").is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no corpus at {}", folder.display());
    None
}
