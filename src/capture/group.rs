//! Everything that a process of ours started, found and stopped.
//!
//! The process group is the first means. What left it (`setsid`, daemons) is found on Linux by the
//! variable of the environment that we give to each process, and by its parents.

use std::process::Child;
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, test_kill_process_group,
    waitid,
};

use super::process::{End, until};

/// How long what was killed may take to be gone.
const AFTER_KILL: Duration = Duration::from_secs(2);

fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}

/// How a process ended; it stays there, so that its number is nobody else's.
pub(super) fn ended(child: &mut Child) -> Option<End> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(pid(child)?), options).ok()??;
    let words = match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("with status {code}"),
        (None, Some(signal)) => format!("by signal {signal}"),
        (None, None) => "for no reason that the system tells".to_owned(),
    };
    Some(End {
        success: status.exit_status() == Some(0),
        words,
    })
}

/// Stops a process with its group and with what left it: asks, waits, kills. `mark` is its variable.
pub(super) fn stop(child: &mut Child, mark: &str, grace: Duration) {
    let Some(group) = pid(child) else { return };
    // What is gone meanwhile is what we want: errors say no more than that.
    let mut strays = table::strays(group, mark);
    let _ = kill_process_group(group, Signal::TERM);
    table::signal(&strays, Signal::TERM);
    let gone = until(grace, || {
        strays = table::strays(group, mark);
        ended(child).is_some() && !has_others(group) && strays.is_empty()
    });
    if !gone {
        let _ = kill_process_group(group, Signal::KILL);
        until(AFTER_KILL, || {
            // Each round: one that is just being forked away is there in the next.
            strays = table::strays(group, mark);
            table::signal(&strays, Signal::KILL);
            ended(child).is_some() && !has_others(group) && strays.is_empty()
        });
    }
    let _ = child.wait();
}

/// Whether a process of the group runs. Those that have ended and that nobody has reaped do not
/// count: our own child, and, in a container whose first process reaps nobody, orphans.
#[cfg(target_os = "linux")]
fn has_others(group: Pid) -> bool {
    test_kill_process_group(group).is_ok()
        && table::all().any(|process| process.group == group.as_raw_nonzero().get())
}

/// Without a list of processes, the group lives as long as somebody in it can be signalled: also
/// our own child, until it is reaped.
#[cfg(not(target_os = "linux"))]
fn has_others(group: Pid) -> bool {
    // An ended child is all that is left when the system refuses to signal it.
    test_kill_process_group(group).is_ok()
}

/// Asks and then kills processes of an earlier run: those of the list that are still the same, with their groups,
/// and all that have its mark.
pub(super) fn stop_left_behind(
    processes: &[(u32, String)],
    mark: &str,
    grace: Duration,
) -> Vec<u32> {
    let left = || table::left_behind(processes, mark);
    let found = left();
    table::signal(&found, Signal::TERM);
    let gone = until(grace, || left().is_empty());
    if !gone {
        until(AFTER_KILL, || {
            let rest = left();
            table::signal(&rest, Signal::KILL);
            rest.is_empty()
        });
    }
    let numbers = found
        .iter()
        .filter_map(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok());
    numbers.collect()
}

/// Makes this process the parent of what loses its own one, so that nothing that was started escapes by cleaning its
/// environment. For a program whose own children are ours alone.
#[cfg(target_os = "linux")]
pub(super) fn adopt() {
    if rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_ok() {
        table::ADOPTS.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn adopt() {}

/// Kills what this process adopted, when nothing that it started runs on.
pub(super) fn stop_adopted() {
    until(AFTER_KILL, || {
        let adopted = table::adopted();
        table::signal(&adopted, Signal::KILL);
        for process in &adopted {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
            let _ = waitid(WaitId::Pid(*process), options);
        }
        adopted.is_empty()
    });
}

/// When a process started, in a form that differs between two that have the same number; `None` where there is no
/// such process.
pub(super) fn started(process: u32) -> Option<String> {
    table::started(process)
}

/// The system's list of processes.
#[cfg(target_os = "linux")]
mod table {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Pid, Signal, kill_process};

    /// Whether we are the parent of orphans.
    pub static ADOPTS: AtomicBool = AtomicBool::new(false);

    /// A process that runs.
    pub struct Process {
        pub pid: i32,
        pub parent: i32,
        pub group: i32,
        /// In ticks since the system started.
        started: String,
    }

    fn read(pid: i32) -> Option<Process> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // "pid (name) state parent group …"; the name may hold anything.
        let (_, rest) = stat.rsplit_once(") ")?;
        let fields: Vec<_> = rest.split(' ').collect();
        let number = |index: usize| fields.get(index)?.parse().ok();
        if matches!(fields.first(), Some(&("Z" | "X")) | None) {
            return None;
        }
        Some(Process {
            pid,
            parent: number(1)?,
            group: number(2)?,
            started: (*fields.get(19)?).to_owned(),
        })
    }

    /// Every process that runs, but those that have ended.
    pub fn all() -> impl Iterator<Item = Process> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?))
    }

    /// Whether a variable of the environment of a process begins like that.
    fn has_mark(pid: i32, mark: &str) -> bool {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| match mark.split_once('=') {
                // The whole one, or any value of that name.
                Some((_, value)) if !value.is_empty() => variable == mark.as_bytes(),
                _ => variable.starts_with(mark.as_bytes()),
            })
    }

    /// Those that a test accepts, with their descendants; never we ourselves.
    fn closure(root: Option<i32>, accepts: impl Fn(&Process) -> bool) -> Vec<Process> {
        let own = std::process::id().cast_signed();
        let processes: Vec<_> = all().filter(|process| process.pid != own).collect();
        let mut found: BTreeSet<i32> = root.into_iter().collect();
        found.extend(
            processes
                .iter()
                .filter(|process| accepts(process))
                .map(|process| process.pid),
        );
        loop {
            let before = found.len();
            for process in &processes {
                if found.contains(&process.parent) {
                    found.insert(process.pid);
                }
            }
            if found.len() == before {
                break;
            }
        }
        processes
            .into_iter()
            .filter(|process| found.contains(&process.pid))
            .collect()
    }

    fn pids(processes: Vec<Process>) -> Vec<Pid> {
        let pids = processes.iter();
        pids.filter_map(|process| Pid::from_raw(process.pid))
            .collect()
    }

    /// What a process started that is not in its group.
    pub fn strays(group: Pid, mark: &str) -> Vec<Pid> {
        let group = group.as_raw_nonzero().get();
        let mut found = closure(Some(group), |process| has_mark(process.pid, mark));
        found.retain(|process| process.group != group);
        pids(found)
    }

    /// What runs of an earlier run, wherever it went.
    pub fn left_behind(processes: &[(u32, String)], mark: &str) -> Vec<Pid> {
        let groups: Vec<_> = processes
            .iter()
            .filter(|(pid, at)| started(*pid).as_ref() == Some(at))
            .map(|(pid, _)| pid.cast_signed())
            .collect();
        pids(closure(None, |process| {
            groups.contains(&process.group) || has_mark(process.pid, mark)
        }))
    }

    /// Children that we did not start, in groups that are not ours.
    pub fn adopted() -> Vec<Pid> {
        if !ADOPTS.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let own = std::process::id().cast_signed();
        let Some(us) = read(own) else {
            return Vec::new();
        };
        pids(closure(None, |process| {
            process.parent == own && process.group != us.group
        }))
    }

    pub fn started(pid: u32) -> Option<String> {
        let process = read(pid.cast_signed())?;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(format!("{} {}", boot.trim(), process.started))
    }

    pub fn signal(processes: &[Pid], signal: Signal) {
        for process in processes {
            let _ = kill_process(*process, signal);
        }
    }
}

/// Elsewhere there is none that we can read: the process group is all.
#[cfg(not(target_os = "linux"))]
mod table {
    use super::{Pid, Signal, kill_process};

    pub fn strays(_: Pid, _: &str) -> Vec<Pid> {
        Vec::new()
    }

    pub fn left_behind(_: &[(u32, String)], _: &str) -> Vec<Pid> {
        Vec::new()
    }

    pub fn adopted() -> Vec<Pid> {
        Vec::new()
    }

    pub fn started(_: u32) -> Option<String> {
        None
    }

    pub fn signal(processes: &[Pid], signal: Signal) {
        for process in processes {
            let _ = kill_process(*process, signal);
        }
    }
}
