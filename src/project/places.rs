//! Where a value stands in a TOML text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::json::pointer;

/// The bytes of the value that a JSON Pointer names in a TOML text; where it is not there, of what is nearest around it.
///
/// ```
/// use apidocs::project::locate_toml;
/// let text = "[auth.me]\nvalue = 'x'\n";
/// assert_eq!(locate_toml(text, "/auth/me/value"), Some(18..21));
/// assert_eq!(locate_toml(text, "/auth/me/shown"), Some(0..9));
/// ```
pub fn locate_toml(text: &str, pointer: &str) -> Option<Range<usize>> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut place = None;
    let mut tokens = pointer::tokens(pointer);
    let first = tokens.next()?;
    let mut value = member(table.get_ref(), &first);
    while let Some(inner) = value {
        // A table that is only implied by the heading of an inner one has no text.
        place = Some(inner.span()).filter(|span| !span.is_empty()).or(place);
        let Some(token) = tokens.next() else {
            break;
        };
        value = match inner.get_ref() {
            DeValue::Table(table) => member(table, &token),
            DeValue::Array(items) => token.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
    }
    place
}

fn member<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    let mut members = table.iter();
    let (_, value) = members.find(|(known, _)| known.get_ref() == key)?;
    Some(value)
}
