//! The same work on many things, side by side.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use apidocs::json::STACK_SIZE;

/// Fewer things are not worth a thread.
const FEW: usize = 8;

/// What `work` makes of each of the things, in their order.
pub fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let parts = shares(things, Vec::new, |done, index, thing| {
        done.push((index, work(thing)));
    });
    let mut done: Vec<_> = parts.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, made)| made).collect()
}

/// What each thread makes of those of the things, told with their places, that it comes to.
pub fn shares<T: Sync, S: Send>(
    things: &[T],
    empty: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, &T) + Sync,
) -> Vec<S> {
    let threads = match things.len() {
        ..FEW => 1,
        _ => thread::available_parallelism().map_or(1, NonZero::get),
    };
    let next = AtomicUsize::new(0);
    let turns = || {
        let mut share = empty();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match things.get(index) {
                Some(thing) => work(&mut share, index, thing),
                None => return share,
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .filter_map(|_| {
                let builder = thread::Builder::new().stack_size(STACK_SIZE);
                // Where the system gives no thread more, the others do the work.
                builder.spawn_scoped(scope, turns).ok()
            })
            .collect();
        let mut shares = vec![turns()];
        for other in others {
            match other.join() {
                Ok(share) => shares.push(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        shares
    })
}

/// Two things at once, the second one on this thread.
pub fn both<A: Send, B>(other: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK_SIZE);
        match builder.spawn_scoped(scope, &other) {
            Ok(thread) => {
                let here = here();
                match thread.join() {
                    Ok(other) => (other, here),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            // Where the system gives no thread more, one comes after the other.
            Err(_) => (other(), here()),
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_that_of_the_things() {
        for count in [0, 1, 7, 8, 1_000] {
            let things: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&things, |thing| *thing), things);
        }
    }
}
