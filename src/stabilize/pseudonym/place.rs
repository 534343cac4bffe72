//! What rules say of the place where a value stands.

use std::iter::once;
use std::ops::Range;

use crate::stabilize::kind::Kind;
use crate::stabilize::kind::identity::MIN_HEX;
use crate::stabilize::rules::{DocumentRules, Hold, Holds, Rule};
use crate::stabilize::tokens::Token;

/// The fewest characters of a text that is one random value as a whole because a rule says so.
const MIN_WHOLE: usize = 12;

/// A place, and the text that stands there.
pub(super) struct Place<'p> {
    /// `EXAMPLE/response/…`.
    pub address: &'p str,
    /// Whether what stands there must match exactly.
    pub is_stable: bool,
    /// The parts of the text of which a rule says that they vary, and no kind.
    pub free: Vec<Range<usize>>,
    holds: Option<&'p Holds>,
}

impl<'p> Place<'p> {
    pub fn new(rules: &'p DocumentRules<'_>, address: &'p str, text: &str) -> Self {
        let mut place = Self {
            address,
            is_stable: false,
            free: Vec::new(),
            holds: None,
        };
        let pointer = address.find('/').map_or("", |at| &address[at..]);
        let (rule, parts) = match rules.line_at(pointer, text) {
            Some((rule, parts)) => (Some(rule), parts),
            None => (rules.at(pointer), once(0..text.len()).collect()),
        };
        match rule {
            Some(Rule::Stable) => place.is_stable = true,
            Some(Rule::Varies(holds)) if !holds.is_order() => {
                if holds.is_free() {
                    place.free = parts;
                }
                place.holds = Some(holds);
            }
            _ => {}
        }
        place
    }

    /// Whether a rule says that values of this kind vary here.
    pub fn varies(&self, kind: Kind) -> bool {
        self.holds
            .is_some_and(|holds| holds.0.contains(&Hold::Kind(kind)))
    }

    /// The tokens of a text; one whole token where a rule knows the kind of what does not look like it, by chance of its
    /// digits.
    pub fn whole(&self, text: &str, found: Vec<Token>) -> Vec<Token> {
        if let [one] = found.as_slice()
            && one.span == (0..text.len())
        {
            return found;
        }
        let belongs = |kind: &Kind| match kind {
            Kind::Hex => text.len() >= MIN_HEX && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Kind::Key | Kind::Ulid => {
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
                text.len() >= MIN_WHOLE && text.bytes().all(allowed)
            }
            _ => false,
        };
        let mut kinds = [Kind::Hex, Kind::Ulid, Kind::Key].into_iter();
        match kinds.find(|kind| self.varies(*kind) && belongs(kind)) {
            Some(kind) => vec![Token {
                span: 0..text.len(),
                kind,
            }],
            None => found,
        }
    }
}
