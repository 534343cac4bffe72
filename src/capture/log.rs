//! What a process writes, without secrets.
//!
//! A server may log a token before it answers with it, and we learn of it from the answer. So the end of a log is held back
//! in memory; what is written before all is known is written anew at the end, without what was learned since.

use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::{Error, ErrorKind};
use super::process::until;
use crate::stabilize::secrets::Secrets;

/// How many bytes are held back.
const HELD: usize = 1 << 20;

/// How many bytes of its end are shown at most.
const SHOWN: usize = 64 * 1024;

/// How many lines of a log are shown.
const LINES: usize = 20;

/// How long we wait for the end of what a process that has ended wrote: another one may hold its output open.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The secrets of a run, which grow while it goes on.
pub(super) type Shared = Arc<Mutex<Secrets>>;

/// The secrets that are known now.
pub(super) fn known(secrets: &Shared) -> MutexGuard<'_, Secrets> {
    secrets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The output of a process: its end, and a file where somebody wants one.
#[derive(Debug)]
pub(super) struct Log {
    state: Arc<Mutex<State>>,
    reader: Option<JoinHandle<()>>,
    secrets: Shared,
}

#[derive(Debug)]
struct State {
    /// Not written yet.
    held: Held,
    /// Where the rest goes, and went.
    file: Option<(PathBuf, File)>,
    /// What was known when the first of it was written.
    written_with: Option<Secrets>,
    /// Nothing more is taken.
    closed: bool,
}

/// Reads a pipe to its end, in a thread of its own.
pub(super) fn drain(
    mut pipe: PipeReader,
    mut take: impl FnMut(&[u8]) + Send + 'static,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => take(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    })
}

/// Waits for the end of a pipe, but not for ever.
pub(super) fn ended(reader: &JoinHandle<()>) -> bool {
    until(LAST_WORDS, || reader.is_finished())
}

impl Log {
    /// Takes what comes through the pipe; keeps it in the file, where there is one.
    pub fn new(pipe: PipeReader, path: Option<&Path>, secrets: &Shared) -> Result<Self, Error> {
        let file = match path {
            Some(path) => {
                let file = File::create(path).map_err(|error| {
                    let message = format!("{} cannot be written: {error}", path.display());
                    Error::new(ErrorKind::Io, message)
                })?;
                Some((path.to_owned(), file))
            }
            None => None,
        };
        let state = Arc::new(Mutex::new(State {
            held: Held::default(),
            file,
            written_with: None,
            closed: false,
        }));
        let (inner, known) = (Arc::clone(&state), Arc::clone(secrets));
        let reader = drain(pipe, move |bytes| {
            let mut state = inner.lock().unwrap_or_else(PoisonError::into_inner);
            if !state.closed {
                state.take(bytes, &known);
            }
        });
        Ok(Self {
            state,
            reader: Some(reader),
            secrets: Arc::clone(secrets),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last lines, without secrets.
    pub fn tail(&self) -> Vec<String> {
        if let Some(reader) = &self.reader {
            ended(reader);
        }
        let state = self.state();
        let text = String::from_utf8_lossy(&state.held.bytes);
        let text = known(&self.secrets).redact(&text).into_owned();
        let from = text.len().saturating_sub(SHOWN);
        let from = (from..=text.len()).find(|at| text.is_char_boundary(*at));
        let text = from.and_then(|from| text.get(from..)).unwrap_or_default();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[lines.len().saturating_sub(LINES)..].to_vec()
    }

    /// Writes what is left, and takes no more. The process has been stopped.
    pub fn close(&mut self) {
        let Some(reader) = self.reader.take() else {
            return;
        };
        ended(&reader);
        let mut state = self.state();
        state.closed = true;
        let secrets = known(&self.secrets).clone();
        // A log that cannot be written must not fail a run whose answers are all there.
        let _ = state.finish(&secrets);
    }
}

impl State {
    fn take(&mut self, bytes: &[u8], secrets: &Shared) {
        self.held.add(bytes);
        if !self.held.is_full() {
            return;
        }
        let Some((_, file)) = &mut self.file else {
            // Nobody will see it, nor what it cuts in two: of the end, only so much is shown.
            let front = self.held.bytes.len() - HELD;
            self.held.bytes.drain(..front);
            return;
        };
        let secrets = known(secrets).clone();
        let text = self.held.front(&secrets);
        self.written_with.get_or_insert(secrets);
        let _ = file.write_all(&text);
    }

    fn finish(&mut self, secrets: &Secrets) -> io::Result<()> {
        let Some((path, mut file)) = self.file.take() else {
            return Ok(());
        };
        file.write_all(&redact(&self.held.bytes, secrets))?;
        drop(file);
        if self
            .written_with
            .take()
            .is_some_and(|then| !then.covers(secrets))
        {
            rewrite(&path, secrets)?;
        }
        Ok(())
    }
}

/// The end of a log, held back until it is known which secrets are in it.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// The last secret that was taken away went to the end of what was there: the rest of its line belongs to it.
    within_secret: bool,
}

impl Held {
    fn add(&mut self, mut bytes: &[u8]) {
        if self.within_secret {
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                return;
            };
            self.within_secret = false;
            bytes = bytes.get(end..).unwrap_or_default();
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= 2 * HELD
    }

    /// Takes away what is no longer held back, and gives it without secrets.
    fn front(&mut self, secrets: &Secrets) -> Vec<u8> {
        let upto = self.bytes.len().saturating_sub(HELD);
        let (text, taken) = redact_front(&self.bytes, upto, secrets);
        self.within_secret = taken == self.bytes.len();
        self.bytes.drain(..taken);
        text
    }
}

/// The text of bytes without secrets; what is no UTF-8 stays as it is.
fn redact(bytes: &[u8], secrets: &Secrets) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(secrets.redact(chunk.valid()).as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

/// The same of about as many bytes as are asked for, cut where no secret is, and how many they are: all of them only
/// where a secret goes to their end.
fn redact_front(bytes: &[u8], upto: usize, secrets: &Secrets) -> (Vec<u8>, usize) {
    let (mut out, mut taken) = (Vec::new(), 0);
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        if taken + text.len() > upto {
            let (shown, length) = secrets.redact_lines(text, upto - taken);
            out.extend_from_slice(shown.as_bytes());
            return (out, taken + length);
        }
        out.extend_from_slice(secrets.redact(text).as_bytes());
        out.extend_from_slice(chunk.invalid());
        taken += text.len() + chunk.invalid().len();
        if taken >= upto {
            break;
        }
    }
    (out, taken)
}

/// Writes a log anew without secrets that were learned after it was written.
fn rewrite(path: &Path, secrets: &Secrets) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut out = tempfile::NamedTempFile::new_in(folder)?;
    let mut file = File::open(path)?;
    let mut held = Held::default();
    let mut buffer = vec![0; HELD];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        held.add(&buffer[..length]);
        if held.is_full() {
            out.write_all(&held.front(secrets))?;
        }
    }
    out.write_all(&redact(&held.bytes, secrets))?;
    out.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &str, path: &Path, secrets: &Shared, learn: impl FnOnce()) -> String {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut log = Log::new(reader, Some(path), secrets).unwrap();
        writer.write_all(lines.as_bytes()).unwrap();
        drop(writer);
        assert!(log.reader.as_ref().is_none_or(ended));
        learn();
        log.close();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_secret_that_was_learned_later_is_in_no_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.log");
        for filler in [0, 4 * HELD] {
            let secrets = Shared::default();
            let filler = "line of a log\n".repeat(filler / 14);
            let lines = format!("gave out hunter2hunter2\n{filler}and hunter2hunter2 again\n");
            let text = written(&lines, &path, &secrets, || {
                known(&secrets).add("hunter2hunter2")
            });
            assert_eq!(text, lines.replace("hunter2hunter2", "<secret>"));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_written_before_the_end_has_no_known_secret() {
        let secrets = Shared::default();
        known(&secrets).add("hunter2hunter2");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.log");
        let mut state = State {
            held: Held::default(),
            file: Some((path.clone(), File::create(&path).unwrap())),
            written_with: None,
            closed: false,
        };
        let line = b"\xffhunter2hunter2\n";
        for _ in 0..(3 * HELD / line.len()) {
            state.take(line, &secrets);
            assert!(state.held.bytes.len() < 2 * HELD);
        }
        drop(state.file.take());
        let text = std::fs::read(&path).unwrap();
        assert!(text.len() > HELD / 2 && text.starts_with(b"\xff<secret>\n"));
        assert!(!text.windows(7).any(|text| text == b"hunter2"));
        // Cut between lines, or behind what is no UTF-8.
        assert!(state.held.bytes.starts_with(line) || state.held.bytes.starts_with(&line[1..]));
    }

    /// What is written of chunks of a log that ends with `end`, while no more than so much is held back.
    fn written_of(chunks: impl Iterator<Item = Vec<u8>>, end: &[u8]) -> String {
        let secrets = Shared::default();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.log");
        let mut state = State {
            held: Held::default(),
            file: Some((path.clone(), File::create(&path).unwrap())),
            written_with: None,
            closed: false,
        };
        for chunk in chunks {
            state.take(&chunk, &secrets);
            assert!(state.held.bytes.len() < 2 * HELD);
        }
        state.take(end, &secrets);
        state.finish(&known(&secrets)).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_private_key_without_end_does_not_hold_back_all_that_follows() {
        let begin = b"-----BEGIN PRIVATE KEY-----\nMIIE\n".to_vec();
        let line = b"line of a log\n".repeat(600);
        let lines = std::iter::repeat_n(line, 4 * HELD / 8192);
        let text = written_of(std::iter::once(begin).chain(lines), b"the end\n");
        assert!(text.starts_with("<secret>"), "{}", &text[..80]);
        assert!(text.ends_with("\nline of a log\nthe end\n"));
        assert!(text.len() > 3 * HELD);
    }

    #[test]
    fn a_secret_without_end_is_not_held_back_for_ever() {
        let begin = b"gave out ghp_".to_vec();
        let more = std::iter::repeat_n(b"0aB1".repeat(2048), 5 * HELD / 8192);
        let text = written_of(std::iter::once(begin).chain(more), b"0aB1\nthe end\n");
        assert_eq!(text, "gave out <token>\nthe end\n");
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let (reader, mut writer) = io::pipe().unwrap();
        let secrets = Shared::default();
        known(&secrets).add("hunter2hunter2");
        let log = Log::new(reader, None, &secrets).unwrap();
        writer.write_all("line\n".repeat(30).as_bytes()).unwrap();
        writer.write_all(b"the end: hunter2hunter2").unwrap();
        drop(writer);
        let tail = log.tail();
        assert_eq!((tail.len(), tail[19].as_str()), (20, "the end: <secret>"));
    }

    #[test]
    fn a_log_without_end_is_not_kept_whole() {
        let secrets = Shared::default();
        let mut state = State {
            held: Held::default(),
            file: None,
            written_with: None,
            closed: false,
        };
        for _ in 0..64 {
            state.take(&[b'x'; HELD / 8], &secrets);
            assert!(state.held.bytes.len() < 2 * HELD);
        }
        // One line of a mebibyte is shown by its end.
        let log = Log {
            state: Arc::new(Mutex::new(state)),
            reader: None,
            secrets,
        };
        assert_eq!(log.tail(), ["x".repeat(SHOWN)]);
    }
}
