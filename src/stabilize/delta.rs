//! Two JSON values laid over one another.

use serde_json::Value;

/// What became of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta<'a> {
    /// It is the same.
    Same(&'a Value),
    /// It is the same but for volatile values, which pair up; or two spellings that mean the same.
    Paired {
        /// The older spelling.
        old: &'a Value,
        /// The newer one.
        new: &'a Value,
        /// Which comparison of two values it was, of those of the document.
        leaf: usize,
    },
    /// There was none.
    Added(&'a Value),
    /// There is none any more.
    Removed(&'a Value),
    /// It is another one.
    Replaced(&'a Value, &'a Value),
    /// The members of both objects, in an order that both agree with as far as they can.
    Object(Vec<(&'a str, Delta<'a>)>),
    /// A member whose name is a volatile value, which pairs up.
    Renamed {
        /// The older value.
        old: &'a Value,
        /// The newer one.
        new: &'a Value,
        /// The comparison of the names.
        leaf: usize,
        /// What became of the value.
        value: Box<Delta<'a>>,
    },
    /// The items of both arrays; the index is that in the newer one, for removed items that in the older one.
    Array(Vec<(usize, Delta<'a>)>),
}

impl Delta<'_> {
    /// Whether nothing differs, not even volatile values.
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Whether something differs that is no volatile value.
    pub fn is_drift(&self) -> bool {
        match self {
            Self::Same(_) | Self::Paired { .. } => false,
            Self::Added(_) | Self::Removed(_) | Self::Replaced(..) => true,
            Self::Renamed { value, .. } => value.is_drift(),
            Self::Object(members) => members.iter().any(|(_, member)| member.is_drift()),
            Self::Array(items) => items.iter().any(|(_, item)| item.is_drift()),
        }
    }

    /// Gives other numbers to its comparisons of two values.
    pub(super) fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        match self {
            Self::Paired { leaf, .. } => *leaf = number(*leaf),
            Self::Renamed { leaf, value, .. } => {
                *leaf = number(*leaf);
                value.renumber(number);
            }
            Self::Object(members) => members
                .iter_mut()
                .for_each(|(_, member)| member.renumber(number)),
            Self::Array(items) => items.iter_mut().for_each(|(_, item)| item.renumber(number)),
            Self::Same(_) | Self::Added(_) | Self::Removed(_) | Self::Replaced(..) => {}
        }
    }

    /// Makes drift of the comparisons that turned out not to pair.
    pub(super) fn resolve(&mut self, is_drift: &dyn Fn(usize) -> bool) {
        match self {
            Self::Paired { old, new, leaf } if is_drift(*leaf) => *self = Self::Replaced(old, new),
            Self::Renamed { old, new, leaf, .. } if is_drift(*leaf) => {
                *self = Self::Replaced(old, new);
            }
            Self::Renamed { value, .. } => value.resolve(is_drift),
            Self::Object(members) => members
                .iter_mut()
                .for_each(|(_, member)| member.resolve(is_drift)),
            Self::Array(items) => items
                .iter_mut()
                .for_each(|(_, item)| item.resolve(is_drift)),
            _ => {}
        }
    }
}
