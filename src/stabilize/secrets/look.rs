//! Looking for secrets in what passes by, string by string.

use super::scan::Scan;
use super::way::Way;
use super::{Glance, Secrets, glance, named};

/// Looks at the strings of captured JSON one by one, and says of each whether [`scan`](super::scan) would tell nothing of
/// it. Where the answer is no, `scan` may still tell nothing.
pub struct Look<'a>(Scan<'a>);

impl<'a> Look<'a> {
    /// `None` where the text that holds all the strings needs a closer look.
    pub fn at_json(text: &str, secrets: &'a Secrets) -> Option<Self> {
        let glance = Glance::of_json(text);
        (secrets.knows_none() && glance.is_free()).then(|| Self(Scan::new(secrets, glance)))
    }

    /// Whether a string with that byte may hold what it does not show at once; see `is_marked` below.
    pub const fn is_mark(byte: u8) -> bool {
        glance::is_mark(byte)
    }

    /// A key whose value is no string; `is_marked` says here and below whether the string holds a
    /// [mark](Self::is_mark).
    pub fn key(&mut self, key: &str, is_marked: bool) -> bool {
        !is_marked || !self.0.text(key, &Way::begin(""), false)
    }

    /// A string in an array, or alone.
    pub fn item(&mut self, text: &str, is_marked: bool) -> bool {
        // It may say what the next one is.
        !named::is_header(text) && (!is_marked || !self.0.text(text, &Way::begin(""), true))
    }

    /// The string under a name, or one in an array under it; the key is looked at by itself.
    pub fn member(&mut self, name: &str, text: &str, is_marked: bool) -> bool {
        !is_marked && !self.0.names(name) || self.0.member(name, text, &Way::begin(""), true)
    }

    /// Whether the name of an array counts for the strings in it.
    pub fn names_items(&self, name: &str) -> bool {
        self.0.names(name)
    }

    /// Whether the string under a key says what the `value` beside it is; of several, the last one in the order of keys.
    pub fn names_value(key: &str) -> bool {
        named::NAMES.contains(&key)
    }
}
