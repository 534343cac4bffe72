//! Values made of digits that follow from a seed.

use serde_json::Number;
use sha2::{Digest as _, Sha256};

use crate::stabilize::kind::{Kind, identity};

/// Digits that follow from a seed.
pub(super) struct Digits {
    seed: String,
    block: Vec<u8>,
    blocks: usize,
}

impl Digits {
    pub fn new(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
            block: Vec::new(),
            blocks: 0,
        }
    }

    fn of(&mut self, alphabet: &[u8]) -> char {
        if self.block.is_empty() {
            self.blocks += 1;
            self.block = Sha256::digest(format!("{}\n{}", self.seed, self.blocks)).to_vec();
        }
        let byte = usize::from(self.block.pop().unwrap_or_default());
        alphabet
            .get(byte % alphabet.len().max(1))
            .map_or('0', |byte| char::from(*byte))
    }

    fn run(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| self.of(alphabet)).collect()
    }
}

const DECIMAL: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BOTH: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A value of that kind and length. Which characters of an alphabet a random value has, is chance: none of it stays.
pub(super) fn shaped(kind: Kind, like: &str, digits: &mut Digits) -> String {
    let upper = like.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = like.bytes().any(|byte| byte.is_ascii_lowercase());
    let letters = match (upper, lower) {
        (true, true) => BOTH,
        (true, false) => UPPER,
        _ => LOWER,
    };
    match kind {
        Kind::Hex => {
            let text = digits.run(like.len(), HEX);
            if upper { text.to_uppercase() } else { text }
        }
        Kind::Uuid => {
            let text = like.char_indices().map(|(at, character)| match at {
                8 | 13 | 18 | 23 => character,
                // A random one (RFC 9562, version 4): ids of other makers have any digit there.
                14 => '4',
                19 => 'a',
                _ => digits.of(HEX),
            });
            let text: String = text.collect();
            if upper {
                text.to_uppercase()
            } else {
                text.to_lowercase()
            }
        }
        Kind::Ulid => format!("0{}", digits.run(like.len().saturating_sub(1), CROCKFORD)),
        Kind::Id => format!("1{}", digits.run(like.len().saturating_sub(1), DECIMAL)),
        Kind::Cursor => {
            let tail = identity::cursor_tail(like);
            let length = like.len() - tail.len();
            format!("1{}{tail}", digits.run(length.saturating_sub(1), DECIMAL))
        }
        Kind::Jwt => {
            let parts: Vec<_> = like
                .split('.')
                .enumerate()
                .map(|(index, part)| match index {
                    0 => format!("eyJ{}", digits.run(part.len().saturating_sub(3), BOTH)),
                    _ => digits.run(part.len(), BOTH),
                })
                .collect();
            parts.join(".")
        }
        _ => {
            // `$2b$12$` and its like say how a password was hashed; `=` fills up.
            let head = match like.starts_with('$') {
                true => like.match_indices('$').nth(2).map_or(0, |(at, _)| at + 1),
                false => 0,
            };
            let tail = like.len() - like.trim_end_matches('=').len();
            let length = like.len() - head - tail;
            format!(
                "{}{}{}",
                &like[..head],
                digits.run(length, letters),
                "=".repeat(tail)
            )
        }
    }
}

/// A decimal number of so many digits.
pub(super) fn number(length: usize, digits: &mut Digits) -> String {
    let first = digits.of(b"123456789");
    format!("{first}{}", digits.run(length.saturating_sub(1), DECIMAL))
}

/// A JSON number of which only the type and the shape are known, whole or with a fraction. How many digits it has is
/// chance, as they are: always as many.
pub(super) fn free(like: &Number, digits: &mut Digits) -> Option<Number> {
    let text = match like.as_str().contains(['.', 'e', 'E']) {
        // A zero at the end would be cut off by some.
        true => format!("{}.{}", number(1, digits), digits.of(b"123456789")),
        false => number(2, digits),
    };
    text.parse().ok()
}
