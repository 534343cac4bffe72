//! Runs that nobody could clean up after.

use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use crate::run::{nothing_is_left, project};
use crate::support::{left_behind, mark, same, send};

#[test]
#[cfg(target_os = "linux")]
fn the_next_run_stops_what_a_killed_one_left() {
    let server = "prepare = [['sh', '-c', 'setsid sleep 1000 > /dev/null 2>&1 &']]";
    let sandbox = project("hangs", "timeout = '60s'", server, "", "");
    let before = sandbox.files();
    let temporary = tempfile::tempdir().unwrap();
    let mut command = sandbox.command(&["check", "-v"]);
    mark(&mut command, &sandbox);
    command.env("TMPDIR", temporary.path());
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    let stderr = child.stderr.as_mut().unwrap();
    while !String::from_utf8_lossy(&said).contains("Things: GET /things/") {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1);
        said.push(byte[0]);
    }
    let id = child.id();
    // While it lasts, another one leaves it alone.
    let other = sandbox.run(&["validate"]);
    assert!(!other.stderr.contains("was killed"), "{other}");
    send(Signal::KILL, i32::try_from(id).unwrap());
    child.wait().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    // The service with its child, the server, and what was forked away.
    assert!(
        left_behind(&sandbox).len() >= 4,
        "{:?}",
        left_behind(&sandbox)
    );
    let mut next = sandbox.command(&["validate"]);
    next.env("TMPDIR", temporary.path());
    let run = crate::support::run(next).exits(0);
    let told = format!(
        "note: an earlier run (process {id}) was killed; what it left running is stopped now"
    );
    run.tells(&[&told]);
    nothing_is_left(&sandbox);
    same(&before, &sandbox.files());
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
    // It is told once.
    let again = sandbox.run(&["validate"]).exits(0);
    assert!(!again.stderr.contains("was killed"), "{again}");
}
