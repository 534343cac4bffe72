//! Which scenario runs when.
//!
//! Those that need the API for themselves run one after the other, in the order of their names; then the isolated ones
//! side by side. One that runs after others waits for them, and never runs where one of them failed. The order of the
//! former does not depend on how many of the latter run at once: every round first drains what can run side by side.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::json::STACK_SIZE;

/// A scenario, as far as its turn is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub isolated: bool,
    /// The indices of those after which it runs; `None` stands for one that is not there.
    pub after: Vec<Option<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// The scenarios and what became of them so far.
struct Queue<'a> {
    entries: &'a [Entry],
    order: Order,
    go_on: &'a (dyn Fn() -> bool + Sync),
    turns: Mutex<Vec<Turn>>,
    ended: Condvar,
    /// A scenario panicked: nothing begins any more.
    broken: AtomicBool,
}

/// The turn of a scenario, which ends however the scenario does: others wait for it.
struct Running<'q, 'a> {
    queue: &'q Queue<'a>,
    index: usize,
    succeeded: bool,
}

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.queue.broken.store(true, Ordering::Relaxed);
        }
        self.queue.end(self.index, self.succeeded);
    }
}

/// In which order isolated scenarios take their turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// That of their names.
    #[default]
    Forwards,
    /// The other way round: what depends on the order varies.
    Backwards,
}

/// Runs what can be run, and comes back when nothing is left that can: `work` makes a scenario and says whether it
/// succeeded; `go_on` is asked before each one. Where `work` panics, those that run come to their end, and so does this.
pub(super) fn run(
    entries: &[Entry],
    jobs: usize,
    order: Order,
    go_on: &(dyn Fn() -> bool + Sync),
    work: &(dyn Fn(usize) -> bool + Sync),
) {
    let queue = Queue {
        entries,
        order,
        go_on,
        turns: Mutex::new(vec![Turn::Waiting; entries.len()]),
        ended: Condvar::new(),
        broken: AtomicBool::new(false),
    };
    let work = |index| {
        let mut running = Running {
            queue: &queue,
            index,
            succeeded: false,
        };
        running.succeeded = work(index);
    };
    let side_by_side = entries.iter().filter(|entry| entry.isolated).count();
    loop {
        while let Some(index) = queue.next(false) {
            work(index);
        }
        let Some(first) = queue.next(true) else {
            return;
        };
        let first = Mutex::new(Some(first));
        std::thread::scope(|threads| {
            let turns = || {
                let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
                let mut next = first.or_else(|| queue.wait());
                while let Some(index) = next {
                    work(index);
                    next = queue.wait();
                }
            };
            for _ in 1..jobs.clamp(1, side_by_side.max(1)) {
                let builder = std::thread::Builder::new().stack_size(STACK_SIZE);
                // Where the system gives no thread more, the others do the work.
                let _ = builder.spawn_scoped(threads, turns);
            }
            turns();
        });
    }
}

impl Queue<'_> {
    fn turns(&self) -> MutexGuard<'_, Vec<Turn>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, isolated: bool) -> Option<usize> {
        self.take(&mut self.turns(), isolated)
    }

    /// The first one whose turn it is.
    fn take(&self, turns: &mut [Turn], isolated: bool) -> Option<usize> {
        if self.broken.load(Ordering::Relaxed) || !(self.go_on)() {
            return None;
        }
        let may_run = |&index: &usize| {
            let entry = &self.entries[index];
            let succeeded =
                |after: &Option<usize>| after.is_some_and(|after| turns[after] == Turn::Succeeded);
            turns[index] == Turn::Waiting
                && entry.isolated == isolated
                && entry.after.iter().all(succeeded)
        };
        let mut indices = 0..self.entries.len();
        let index = match (isolated, self.order) {
            (true, Order::Backwards) => indices.rev().find(may_run),
            _ => indices.find(may_run),
        }?;
        turns[index] = Turn::Running;
        Some(index)
    }

    fn end(&self, index: usize, succeeded: bool) {
        self.turns()[index] = if succeeded {
            Turn::Succeeded
        } else {
            Turn::Failed
        };
        self.ended.notify_all();
    }

    /// The next isolated one; waits while one that runs may make it another's turn.
    fn wait(&self) -> Option<usize> {
        let mut turns = self.turns();
        loop {
            if let Some(index) = self.take(&mut turns, true) {
                return Some(index);
            }
            if !turns.contains(&Turn::Running) {
                return None;
            }
            turns = self
                .ended
                .wait(turns)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    fn entry(isolated: bool, after: &[usize]) -> Entry {
        Entry {
            isolated,
            after: after.iter().copied().map(Some).collect(),
        }
    }

    fn ran(entries: &[Entry], jobs: usize, fails: &[usize]) -> Vec<usize> {
        let ran = Mutex::new(Vec::new());
        run(entries, jobs, Order::Forwards, &|| true, &|index| {
            ran.lock().unwrap().push(index);
            !fails.contains(&index)
        });
        ran.into_inner().unwrap()
    }

    #[test]
    fn the_isolated_ones_come_last_unless_another_one_waits_for_them() {
        let entries = [
            entry(true, &[]),
            entry(false, &[3]),
            entry(false, &[]),
            entry(true, &[2]),
            entry(true, &[]),
        ];
        assert_eq!(ran(&entries, 1, &[]), [2, 0, 3, 4, 1]);
        for jobs in 2..6 {
            let ran = ran(&entries, jobs, &[]);
            assert_eq!((ran[0], ran[4]), (2, 1), "{ran:?}");
        }
    }

    #[test]
    fn isolated_ones_run_backwards_as_far_as_others_do_not_wait() {
        let entries = [
            entry(true, &[]),
            entry(false, &[]),
            entry(true, &[]),
            entry(false, &[]),
            entry(true, &[0]),
        ];
        let ran = Mutex::new(Vec::new());
        run(&entries, 1, Order::Backwards, &|| true, &|index| {
            ran.lock().unwrap().push(index);
            true
        });
        assert_eq!(ran.into_inner().unwrap(), [1, 3, 2, 0, 4]);
    }

    #[test]
    fn what_waits_for_a_failure_a_stranger_or_itself_never_runs() {
        let mut entries = vec![
            entry(false, &[]),
            entry(true, &[0]),
            entry(true, &[1]),
            entry(true, &[4]),
            entry(true, &[3]),
            entry(true, &[]),
            entry(true, &[]),
        ];
        entries[5].after.push(None);
        for jobs in [1, 4] {
            assert_eq!(ran(&entries, jobs, &[0]), [0, 6]);
        }
    }

    #[test]
    fn jobs_run_at_once_and_no_more_than_that() {
        let entries = vec![entry(true, &[]); 12];
        let (now, most) = (Mutex::new(0), Mutex::new(0));
        run(&entries, 3, Order::Forwards, &|| true, &|_| {
            let running = {
                let mut now = now.lock().unwrap();
                *now += 1;
                *now
            };
            let mut seen = most.lock().unwrap();
            *seen = running.max(*seen);
            drop(seen);
            std::thread::sleep(Duration::from_millis(20));
            *now.lock().unwrap() -= 1;
            true
        });
        assert_eq!(*most.lock().unwrap(), 3);
    }

    #[test]
    fn a_panic_ends_the_run() {
        let (told, ended) = std::sync::mpsc::channel();
        // In a thread of its own, so that a run without end fails the test.
        std::thread::spawn(move || {
            let mut entries = vec![entry(true, &[]), entry(true, &[0])];
            entries.extend(vec![entry(true, &[]); 40]);
            let (ran, panics) = (AtomicUsize::new(0), AtomicBool::new(false));
            let made = std::panic::catch_unwind(|| {
                run(&entries, 3, Order::Forwards, &|| true, &|index| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    if index == 0 {
                        panics.store(true, Ordering::Relaxed);
                        // A panic without a message on the terminal.
                        std::panic::resume_unwind(Box::new("a scenario"));
                    }
                    while !panics.load(Ordering::Relaxed) {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    std::thread::sleep(Duration::from_millis(100));
                    true
                });
            });
            let _ = told.send((made.is_err(), ran.into_inner()));
        });
        let (panicked, ran) = ended.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(panicked);
        assert!(ran < 20, "{ran} ran");
    }

    #[test]
    fn nothing_begins_after_the_end() {
        let ran = Mutex::new(0);
        let entries = vec![entry(false, &[]); 5];
        run(
            &entries,
            1,
            Order::Forwards,
            &|| *ran.lock().unwrap() < 2,
            &|_| {
                *ran.lock().unwrap() += 1;
                true
            },
        );
        assert_eq!(*ran.lock().unwrap(), 2);
    }
}
