//! The logs of processes that we start.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How many lines of a log are shown.
const LINES: usize = 20;

/// How much of the end of a log is read for them, and kept of one that is too large.
const BYTES: u64 = 64 * 1024;

/// Keeps a log from filling the disk.
#[derive(Debug)]
pub(super) struct Keeper {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// How often it looks.
    const EVERY: Duration = Duration::from_millis(50);

    /// Watches a log until it is dropped; without a limit there is nothing to watch.
    pub fn start(log: &Path, limit: u64) -> Option<Self> {
        if limit == u64::MAX {
            return None;
        }
        let done = Arc::new(AtomicBool::new(false));
        let (over, log) = (Arc::clone(&done), log.to_owned());
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                std::thread::park_timeout(Self::EVERY);
                if log.metadata().is_ok_and(|log| log.len() > limit) {
                    // A disk that refuses this is full for the process too.
                    let _ = shorten(&log);
                }
            }
        });
        Some(Self {
            done,
            thread: Some(thread),
        })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// The last bytes of a log.
fn end_of(log: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Leaves the end of a log: the process goes on writing behind it.
fn shorten(log: &Path) -> io::Result<()> {
    let end = end_of(log)?;
    let mut file = File::options().append(true).open(log)?;
    file.set_len(0)?;
    file.write_all(b"(the beginning was thrown away)\n")?;
    file.write_all(&end)
}

/// The last lines of a log.
pub(super) fn last_lines(log: &Path) -> Vec<String> {
    let bytes = end_of(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines[lines.len().saturating_sub(LINES)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_grows_without_end_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        std::fs::write(&log, "x".repeat(200_000)).unwrap();
        let mut writer = File::options().append(true).open(&log).unwrap();
        let keeper = Keeper::start(&log, 100_000);
        assert!((0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            log.metadata().unwrap().len() < 100_000
        }));
        drop(keeper);
        writer.write_all(b"the end\n").unwrap();
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.starts_with("(the beginning was thrown away)\nxxx"));
        assert!(text.ends_with("xthe end\n"));
    }
}
