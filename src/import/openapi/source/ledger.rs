//! What of a document was read and understood, so that the rest can be told.

use std::collections::{BTreeSet, HashSet};

use super::{Node, Source};

/// Which values were understood, whole, by file and pointer.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub used: HashSet<(usize, String)>,
    pub reached: BTreeSet<(usize, String)>,
}

/// A value of which nothing was used.
#[derive(Debug)]
pub(in crate::import::openapi) struct Unused<'s> {
    pub node: Node<'s>,
    /// How many bytes of its pointer lead to what a reference from another file names.
    pub within: usize,
}

impl Source {
    /// What was not understood: the topmost values of which nothing was used. Of other files than the first, only what
    /// is referred to counts.
    pub(in crate::import::openapi) fn unused(&self) -> Vec<Unused<'_>> {
        let ledger = self.ledger.borrow();
        let mut roots = vec![(0, String::new())];
        let others = ledger.reached.iter().filter(|(file, _)| *file != 0);
        roots.extend(others.filter(|root| !ledger.is_within(root)).cloned());
        let mut unused = Vec::new();
        for (file, pointer) in roots {
            let Some(node) = self.node(file, &pointer) else {
                continue;
            };
            let mut inner = Vec::new();
            sweep(node, &ledger, &mut inner);
            let within = pointer.len();
            unused.extend(inner.into_iter().map(|node| Unused { node, within }));
        }
        unused
    }
}

impl Ledger {
    /// Whether a place lies within another one that was reached.
    fn is_within(&self, (file, pointer): &(usize, String)) -> bool {
        let ends = pointer.match_indices('/').map(|(at, _)| at);
        let mut around = ends.map(|end| (*file, pointer[..end].to_owned()));
        around.any(|around| self.reached.contains(&around))
    }
}

/// Collects the topmost values of which nothing was used; whether something was.
fn sweep<'s>(node: Node<'s>, ledger: &Ledger, unused: &mut Vec<Node<'s>>) -> bool {
    if ledger.used.contains(&(node.file, node.pointer.clone())) {
        return true;
    }
    let mut inner = Vec::new();
    let mut any = false;
    for child in node.children() {
        any |= sweep(child, ledger, &mut inner);
    }
    if any {
        unused.append(&mut inner);
    } else {
        unused.push(node);
    }
    any
}
