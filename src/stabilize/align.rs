//! Which items of two arrays belong together.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp};

/// How many comparisons the exact search may cost; beyond it, items that are there once on either side are anchors.
const EXACT: usize = 1 << 22;

/// A step through two arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// These two items belong together.
    Both(usize, usize),
    /// An item that is gone.
    Old(usize),
    /// An item that is new.
    New(usize),
}

/// Lays two arrays over one another by numbers that stand for their items, first by the finer ones, and where these
/// find nothing by the coarser ones; what is left is paired in order.
pub(super) fn align(fine: [&[u64]; 2], coarse: impl FnOnce() -> [Vec<u64>; 2]) -> Vec<Step> {
    if fine[0] == fine[1] {
        return (0..fine[0].len()).map(|at| Step::Both(at, at)).collect();
    }
    let coarse = coarse();
    let mut steps = Vec::with_capacity(fine[0].len().max(fine[1].len()));
    for block in blocks(fine[0], fine[1]) {
        match block {
            Block::Same(old, new, len) => {
                steps.extend((0..len).map(|at| Step::Both(old + at, new + at)));
            }
            Block::Other(old, new) => {
                let (coarse_old, coarse_new) = (&coarse[0][old.clone()], &coarse[1][new.clone()]);
                for inner in blocks(coarse_old, coarse_new) {
                    match inner {
                        Block::Same(o, n, len) => steps.extend(
                            (0..len).map(|at| Step::Both(old.start + o + at, new.start + n + at)),
                        ),
                        Block::Other(o, n) => in_order(
                            old.start + o.start..old.start + o.end,
                            new.start + n.start..new.start + n.end,
                            &mut steps,
                        ),
                    }
                }
            }
        }
    }
    steps
}

/// A run of both arrays.
enum Block {
    Same(usize, usize, usize),
    Other(Range<usize>, Range<usize>),
}

fn in_order(old: Range<usize>, new: Range<usize>, steps: &mut Vec<Step>) {
    let pairs = old.len().min(new.len());
    steps.extend((0..pairs).map(|at| Step::Both(old.start + at, new.start + at)));
    steps.extend((old.start + pairs..old.end).map(Step::Old));
    steps.extend((new.start + pairs..new.end).map(Step::New));
}

fn blocks(old: &[u64], new: &[u64]) -> Vec<Block> {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let suffix = old[prefix..]
        .iter()
        .rev()
        .zip(new[prefix..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let middle = (prefix..old.len() - suffix, prefix..new.len() - suffix);
    let mut blocks = Vec::new();
    if prefix > 0 {
        blocks.push(Block::Same(0, 0, prefix));
    }
    search(old, new, middle.clone(), &mut blocks);
    if suffix > 0 {
        blocks.push(Block::Same(middle.0.end, middle.1.end, suffix));
    }
    blocks
}

fn search(
    old: &[u64],
    new: &[u64],
    (olds, news): (Range<usize>, Range<usize>),
    blocks: &mut Vec<Block>,
) {
    if olds.is_empty() && news.is_empty() {
        return;
    }
    if olds.is_empty() || news.is_empty() {
        blocks.push(Block::Other(olds, news));
        return;
    }
    let (a, b) = (&old[olds.clone()], &new[news.clone()]);
    if a.len().saturating_mul(b.len()) <= EXACT {
        let ops = similar::capture_diff_slices(Algorithm::Myers, a, b);
        let ops: Vec<_> = ops.into_iter().map(|op| shift(op, &olds, &news)).collect();
        return merge(ops, blocks);
    }
    let mut at = (olds.start, news.start);
    let mut ops = Vec::new();
    for (o, n) in anchors(a, b) {
        let (o, n) = (olds.start + o, news.start + n);
        ops.push((at.0..o, at.1..n, false));
        ops.push((o..o + 1, n..n + 1, true));
        at = (o + 1, n + 1);
    }
    ops.push((at.0..olds.end, at.1..news.end, false));
    merge(ops, blocks);
}

type Op = (Range<usize>, Range<usize>, bool);

fn shift(op: DiffOp, olds: &Range<usize>, news: &Range<usize>) -> Op {
    let (old, new) = (op.old_range(), op.new_range());
    (
        olds.start + old.start..olds.start + old.end,
        news.start + new.start..news.start + new.end,
        matches!(op, DiffOp::Equal { .. }),
    )
}

/// A removal beside an addition is one block.
fn merge(ops: Vec<Op>, blocks: &mut Vec<Block>) {
    let mut open: Option<(Range<usize>, Range<usize>)> = None;
    for (old, new, same) in ops {
        if same {
            if let Some((old, new)) = open.take() {
                blocks.push(Block::Other(old, new));
            }
            blocks.push(Block::Same(old.start, new.start, old.len()));
        } else if !(old.is_empty() && new.is_empty()) {
            open = Some(match open {
                Some((before_old, before_new)) => {
                    (before_old.start..old.end, before_new.start..new.end)
                }
                None => (old, new),
            });
        }
    }
    if let Some((old, new)) = open {
        blocks.push(Block::Other(old, new));
    }
}

/// Items that are there once on either side and stand in one order: the longest row of them.
fn anchors(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let once = |items: &[u64]| {
        let mut places: HashMap<u64, Option<usize>> = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            places
                .entry(*item)
                .and_modify(|place| *place = None)
                .or_insert(Some(at));
        }
        places
    };
    let places = once(new);
    let mut pairs: Vec<(usize, usize)> = once(old)
        .into_iter()
        .filter_map(|(item, at)| Some((at?, (*places.get(&item)?)?)))
        .collect();
    pairs.sort_unstable();
    // Patience sorting: the ends of the best rows of each length, and who stands in front of whom.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (index, (_, n)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *n);
        before[index] = length.checked_sub(1).map(|length| ends[length]);
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut row = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(index) = next {
        row.push(pairs[index]);
        next = before[index];
    }
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(old: &[u64], new: &[u64]) -> Vec<Step> {
        align([old, new], || [old.to_vec(), new.to_vec()])
    }

    #[test]
    fn an_item_in_front_is_one_addition() {
        use Step::{Both, New};
        assert_eq!(steps(&[1, 2], &[0, 1, 2]), [New(0), Both(0, 1), Both(1, 2)]);
    }

    #[test]
    fn coarser_numbers_decide_where_finer_ones_find_nothing() {
        use Step::{Both, New};
        let coarse = || [vec![7, 8], vec![9, 7, 8]];
        let found = align([&[1, 2], &[3, 4, 5]], coarse);
        assert_eq!(found, [New(0), Both(0, 1), Both(1, 2)]);
    }

    #[test]
    fn large_arrays_are_laid_over_one_another_in_no_time() {
        let old: Vec<u64> = (0..200_000).collect();
        let mut new: Vec<u64> = old.iter().map(|item| item + 1_000_000).collect();
        assert_eq!(steps(&old, &new).len(), 200_000);
        new[100_000] = 50;
        new.insert(0, 99);
        new.reverse();
        let start = std::time::Instant::now();
        steps(&old, &new);
        assert!(start.elapsed().as_secs() < 5);
        let mut front = old.clone();
        front.insert(0, 1_000_000);
        front[150_000] = 2_000_000;
        let found = steps(&old, &front);
        let new = found.iter().filter(|step| matches!(step, Step::New(_)));
        assert_eq!(new.count(), 1);
    }
}
