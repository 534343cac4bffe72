//! A process that we start, and that does not outlive us.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::{Error, ErrorKind};
use super::log::{self, Log, Shared};

/// How long a process may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// How a process is started.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// What it is, for messages: `server`, `service redis`.
    pub what: &'a str,
    /// The program and its arguments.
    pub command: &'a [String],
    /// The folder in which it runs.
    pub directory: &'a Path,
    /// Variables beside our own environment.
    pub env: &'a BTreeMap<String, String>,
    /// Where its output goes, both streams, if anywhere.
    pub log: Option<PathBuf>,
    /// What must not stand there.
    pub secrets: &'a Shared,
    /// Whether its standard output is an answer to us, and no log.
    pub answers: bool,
}

/// A process and everything that it started: what stays in its process group, and, on Linux, what left it.
///
/// It is stopped when this is dropped: first asked, then killed. The process itself is not reaped
/// before, so that its number, which is that of the group, can be nobody else's meanwhile.
#[derive(Debug)]
pub(super) struct Process {
    what: String,
    command: String,
    child: Child,
    /// The variable of the environment by which what it started is known.
    mark: String,
    log: Log,
    answer: Option<Answer>,
    stopped: bool,
}

/// What a process answers, in memory alone.
#[derive(Debug)]
struct Answer {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Process {
    /// Starts a program, in a process group of its own, without input.
    pub fn start(start: &Start<'_>) -> Result<Self, Error> {
        let Start { what, .. } = start;
        let [program, arguments @ ..] = start.command else {
            return Err(Error::settings(format!("the {what} has no command")));
        };
        if !start.directory.is_dir() {
            return Err(Error::new(
                ErrorKind::Command,
                format!(
                    "the folder {} of the {what} does not exist",
                    start.directory.display()
                ),
            )
            .with_help("mend `directory` in apidocs.toml"));
        }
        let pipe = || io::pipe().map_err(|error| Error::new(ErrorKind::Io, error.to_string()));
        let (log, errors) = pipe()?;
        let (answer, output) = if start.answers {
            let (reader, writer) = pipe()?;
            (Some(reader), writer)
        } else {
            // One pipe for both streams, so that their order stays.
            let writer = errors.try_clone();
            (
                None,
                writer.map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?,
            )
        };
        let log = Log::new(log, start.log.as_deref(), start.secrets)?;
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        // A relative path is meant from the folder in which the program runs; the standard library
        // leaves open which one it takes.
        let relative = program.contains('/') && Path::new(program).is_relative();
        let mut command = if relative {
            let joined = start.directory.join(program);
            Command::new(std::path::absolute(&joined).unwrap_or(joined))
        } else {
            Command::new(program)
        };
        command
            .args(arguments)
            .current_dir(start.directory)
            .envs(start.env)
            .env(mark_name(), number.to_string())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => "there is no such program".to_owned(),
                io::ErrorKind::PermissionDenied => "it may not be run".to_owned(),
                _ => error.to_string(),
            };
            Error::new(
                ErrorKind::Command,
                format!("the command {program:?} of the {what} cannot be run: {reason}"),
            )
            .with_help("install it, or mend the command in apidocs.toml")
        })?;
        // It holds our ends of the pipes, which must be closed to see their end.
        drop(command);
        let answer = answer.map(|pipe| {
            let bytes = Arc::new(Mutex::new(Vec::new()));
            let into = Arc::clone(&bytes);
            let reader = log::drain(pipe, move |bytes| {
                let mut into = into.lock().unwrap_or_else(PoisonError::into_inner);
                into.extend_from_slice(bytes);
            });
            Answer { bytes, reader }
        });
        Ok(Self {
            what: (*what).to_owned(),
            command: shell_words::join(start.command),
            child,
            mark: format!("{}={number}", mark_name()),
            log,
            answer,
            stopped: false,
        })
    }

    /// What it is, for messages.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Its number, by which the system knows it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The command as a shell would take it.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// How it ended (`with status 1`), once it has; those that it started may still run.
    pub fn ended(&mut self) -> Option<End> {
        ended(&mut self.child)
    }

    /// Waits until it ends; `None` where it has not by then.
    pub fn wait(
        &mut self,
        limit: Duration,
        interrupted: &AtomicBool,
    ) -> Result<Option<End>, Error> {
        let mut end = None;
        until(limit, || {
            end = self.ended();
            end.is_some() || interrupted.load(Ordering::Relaxed)
        });
        if end.is_none() && interrupted.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        Ok(end)
    }

    /// The last lines of its output, without secrets.
    pub fn log_tail(&self) -> Vec<String> {
        self.log.tail()
    }

    /// What it answered, once it has ended.
    pub fn answer(&self) -> Vec<u8> {
        let Some(Answer { bytes, reader }) = &self.answer else {
            return Vec::new();
        };
        log::ended(reader);
        bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the group: asks (SIGTERM), waits a little, kills (SIGKILL).
    pub fn stop(&mut self) {
        if std::mem::replace(&mut self.stopped, true) {
            return;
        }
        stop(&mut self.child, &self.mark, GRACE);
        self.log.close();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How many processes were started.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// The name of the variable that marks what this program started, and nothing else in the world.
pub(super) fn mark_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| format!("{MARK}{}", super::scope::uuid().replace('-', "")))
}

/// What the names of such variables begin with.
pub(super) const MARK: &str = "APIDOCS_RUN_";

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// Whether it ended with status 0.
    pub success: bool,
    /// In words that follow `it ended`.
    pub words: String,
}

/// Waits in steps that grow, so that a quick end is seen at once and a slow one costs nothing.
pub(super) fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    let mut step = Duration::from_millis(2);
    loop {
        if done() {
            return true;
        }
        if started.elapsed() >= limit {
            return false;
        }
        std::thread::sleep(step);
        step = (step * 2).min(Duration::from_millis(50));
    }
}

#[cfg(unix)]
use super::group::{ended, stop};

#[cfg(not(unix))]
fn ended(child: &mut Child) -> Option<End> {
    let status = child.try_wait().ok()??;
    Some(End {
        success: status.success(),
        words: format!("with {status}"),
    })
}

#[cfg(not(unix))]
fn stop(child: &mut Child, _: &str, grace: Duration) {
    let _ = child.kill();
    until(grace, || matches!(child.try_wait(), Ok(Some(_))));
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn start(script: &str, folder: &Path) -> Process {
        let command = ["sh", "-c", script].map(str::to_owned);
        Process::start(&Start {
            what: "server",
            command: &command,
            directory: folder,
            env: &BTreeMap::new(),
            log: Some(folder.join("log")),
            secrets: &Shared::default(),
            answers: false,
        })
        .unwrap()
    }

    fn runs(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// The number that a script wrote into a file.
    fn written(file: &Path) -> String {
        let mut text = String::new();
        assert!(until(Duration::from_secs(5), || {
            text = std::fs::read_to_string(file).unwrap_or_default();
            text.ends_with('\n')
        }));
        text
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_whole_group_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = start("sleep 1000 & echo $! > pid; exec sleep 1000", folder.path());
        let other = written(&folder.path().join("pid"));
        assert!(runs(&other));
        assert_eq!(process.ended(), None);
        process.stop();
        assert!(!runs(&other));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_process_left_behind_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = start(
            "sleep 1000 & echo $! > pid; echo bye; exit 3",
            folder.path(),
        );
        let other = written(&folder.path().join("pid"));
        assert!(until(Duration::from_secs(5), || process.ended().is_some()));
        assert_eq!(process.ended().unwrap().words, "with status 3");
        assert_eq!(process.log_tail(), ["bye"]);
        assert!(runs(&other));
        drop(process);
        assert!(!runs(&other));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_left_the_group_is_stopped_too() {
        let folder = tempfile::tempdir().unwrap();
        let away = "setsid sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 0.05; done' & sleep 1000";
        let process = start(away, folder.path());
        let other = written(&folder.path().join("pid"));
        assert!(runs(&other));
        let mut process = process;
        let started = Instant::now();
        stop(
            &mut process.child,
            &process.mark,
            Duration::from_millis(200),
        );
        process.stopped = true;
        assert!(!runs(&other));
        assert!(started.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn one_that_does_not_want_to_stop_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let script = "trap '' TERM; echo ready > pid; while :; do sleep 0.05; done";
        let mut process = start(script, folder.path());
        written(&folder.path().join("pid"));
        stop(
            &mut process.child,
            &process.mark,
            Duration::from_millis(200),
        );
        process.stopped = true;
        assert!(process.child.try_wait().unwrap().is_some());
    }

    #[test]
    fn a_command_that_does_not_exist_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let command = ["./no-such-program".to_owned()];
        let mut start = Start {
            what: "server",
            command: &command,
            directory: folder.path(),
            env: &BTreeMap::new(),
            log: None,
            secrets: &Shared::default(),
            answers: false,
        };
        let error = Process::start(&start).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Command);
        assert!(error.to_string().contains("no such program"), "{error}");
        let missing = folder.path().join("nowhere");
        start.directory = &missing;
        let error = Process::start(&start).unwrap_err();
        assert!(error.to_string().contains("does not exist"), "{error}");
    }
}
