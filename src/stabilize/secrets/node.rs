//! JSON values, as the search for secrets sees them.

use serde_json::Value;

/// A JSON value, in whatever way it is held in memory.
pub trait Node: Sized {
    /// What it is.
    fn view(&self) -> View<'_, Self>;

    /// The members of an object; anything else has none.
    fn members(&self) -> impl Iterator<Item = (&str, &Self)>;

    /// The string under a key.
    fn text_of(&self, key: &str) -> Option<&str> {
        let (_, member) = self.members().find(|(known, _)| *known == key)?;
        member.view().text()
    }
}

/// What a value is.
pub enum View<'v, N> {
    /// A string.
    Text(&'v str),
    /// A number, as it is written.
    Number(&'v str),
    /// An array.
    Array(&'v [N]),
    /// An object; see [`Node::members`].
    Object,
    /// A word: true, false or null.
    Word,
}

impl<'v, N> View<'v, N> {
    pub(super) fn text(self) -> Option<&'v str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Node for Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::String(text) => View::Text(text),
            Self::Number(number) => View::Number(number.as_str()),
            Self::Array(items) => View::Array(items),
            Self::Object(_) => View::Object,
            Self::Null | Self::Bool(_) => View::Word,
        }
    }

    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        let members = self.as_object().into_iter().flatten();
        members.map(|(key, member)| (key.as_str(), member))
    }
}
