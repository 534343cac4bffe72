//! The short way to "nothing to tell", which most documents take.
//!
//! By far the most of a document is the bodies of its examples, and there is little that can be wrong with them: [`body`]
//! reads one as it stands in the file, without making values of it, and says whether it is plain. A document whose bodies
//! all are is then checked with `null` in their place, by the same schema and rules as any other. Whatever is found, or
//! not certain, sends it the long way: here no finding is ever made, and none is missed, which a test holds over all cases
//! and over mutated documents.

mod body;

use memchr::memmem;

use super::rules::length::Counts;
use crate::finding::{Code, codes};
use crate::stabilize::secrets::Secrets;

/// What a document whose text was written again just so, and whose bodies were looked at, is known to be free of.
pub(super) const IS_KNOWN: &[Code] = &[
    codes::NOT_CANONICAL,
    codes::LINE_ENDINGS,
    codes::PRIVATE_PATH,
    // Told from the lengths that were counted.
    codes::CONTENT_LENGTH,
];

/// The text of a document with `null` in the place of each JSON body.
pub(super) struct Bodiless {
    pub text: String,
    /// What the lengths of the bodies consist of, in their order.
    pub lengths: Vec<Counts>,
}

/// How the line with a body begins, in the canonical form: four levels deep.
const BODY: &str = "\n        \"body\": ";
const LEVEL: usize = 4;

/// A longer text takes the long way.
const LONGEST: usize = 16 * 1024 * 1024;

impl Bodiless {
    /// `None` where a body is not plain: not in canonical form, or with anything that a rule may have to tell of.
    pub fn of(text: &str, secrets: &Secrets) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut look = body::Look::at(text, secrets)?;
        let mut out = Self {
            text: String::with_capacity(text.len().min(4096)),
            lengths: Vec::new(),
        };
        let mut copied = 0;
        let finder = memmem::Finder::new(BODY);
        while let Some(at) = finder.find(text.as_bytes().get(copied..)?) {
            let start = copied + at + BODY.len();
            let (end, length) = look.body(start, LEVEL)?;
            out.text.push_str(text.get(copied..start)?);
            out.text.push_str("null");
            out.lengths.push(length);
            copied = end;
        }
        out.text.push_str(text.get(copied..)?);
        Some(out)
    }
}
