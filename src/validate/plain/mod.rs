//! The short way to "nothing to tell", which most documents take.
//!
//! By far the most of a document is the bodies of its examples, and there is little that can be wrong with them: [`body`]
//! reads one as it stands in the file, without making values of it, and says whether it is plain. What is around them,
//! [`tree`] reads without copying it. A document whose bodies all are plain is then checked with `null` in their place, by
//! the same schema and rules as any other. Whatever is found, or not certain, sends it the long way: here no finding is ever
//! made, and none is missed, which a test holds over all cases and over mutated documents.

mod body;
mod reader;
mod schema;
mod tree;

use super::rules::private;
use super::rules::spelling::Counts;
use crate::finding::{Code, codes};
use crate::stabilize::secrets::{Look, Secrets};

use reader::Reader;

pub(super) use schema::{fits, get_ready};
pub(super) use tree::Tree;

/// What a document is known to be free of once it was read.
pub(super) const IS_KNOWN: &[Code] = &[
    codes::NOT_CANONICAL,
    codes::LINE_ENDINGS,
    codes::PRIVATE_PATH,
    // Told from the lengths that were counted.
    codes::CONTENT_LENGTH,
];

/// A longer text takes the long way.
const LONGEST: usize = 16 * 1024 * 1024;

/// A document, read the short way.
pub(super) struct Bodiless<'a> {
    /// With `null` in the place of each JSON body.
    pub json: Tree<'a>,
    /// What the lengths of the bodies consist of, in their order.
    pub lengths: Vec<Counts>,
}

impl<'a> Bodiless<'a> {
    /// `None` where the text is not in canonical form, or a body may have anything that a rule has to tell of.
    pub fn of(text: &'a str, secrets: &'a Secrets) -> Option<Self> {
        if text.len() > LONGEST || private::is_possible_in_json(text) {
            return None;
        }
        let mut lengths = Vec::new();
        let look = Look::at_json(text, secrets)?;
        let json = Reader::new(text, look).document(&mut lengths)?;
        Some(Self { json, lengths })
    }
}
