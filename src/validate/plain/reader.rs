//! Reading a text in canonical form, piece by piece.

use crate::json::is_written_so;
use crate::stabilize::secrets::Look;
use crate::validate::rules::spelling::{Counts, is_escaped_by_some};

/// A deeper document takes the long way.
pub(super) const DEEPEST: usize = 100;

/// A line break and the blanks of the deepest level.
const LINE: [u8; 1 + 2 * (DEEPEST + 1)] = {
    let mut line = [b' '; _];
    line[0] = b'\n';
    line
};

/// Reads a text, and looks for secrets in the bodies that it comes to. Where the answer is `None`, the text is not in canonical
/// form, or not plain.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    /// The byte that is next.
    pub at: usize,
    pub secrets: Look<'a>,
    /// What the length of the body that is being read consists of.
    pub counts: Counts,
    /// The level of that body.
    pub outer: usize,
}

/// What a byte says of the string in which it stands; see [`SIGNS`].
mod sign {
    /// The string ends here.
    pub const END: u8 = 1;
    /// With the byte behind it, it means another character.
    pub const ESCAPE: u8 = 2;
    /// No string holds it.
    pub const CONTROL: u8 = 4;
    /// See [`Look::is_mark`](super::Look::is_mark).
    pub const MARK: u8 = 8;
    /// See [`is_escaped_by_some`](super::is_escaped_by_some).
    pub const LONGER: u8 = 16;
}

/// By byte: most have no sign, and so have most strings.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut at = 0;
    while at < signs.len() {
        let byte = at as u8;
        signs[at] = match byte {
            b'"' => sign::END,
            b'\\' => sign::ESCAPE,
            0..b' ' => sign::CONTROL,
            _ => 0,
        };
        if Look::is_mark(byte) {
            signs[at] |= sign::MARK;
        }
        if is_escaped_by_some(byte) {
            signs[at] |= sign::LONGER;
        }
        at += 1;
    }
    signs
};

/// A string: its letters without the quotes, what they mean where they hold escapes, and the signs of all of them.
pub struct Text<'a> {
    pub raw: &'a str,
    pub meant: Option<String>,
    signs: u8,
}

impl Text<'_> {
    pub fn meaning(&self) -> &str {
        self.meant.as_deref().unwrap_or(self.raw)
    }

    /// Whether a secret may hide in it.
    pub fn is_marked(&self) -> bool {
        self.signs & sign::MARK != 0
    }

    /// Whether some writer may write it longer.
    pub fn may_be_longer(&self) -> bool {
        self.signs & sign::LONGER != 0
    }
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, secrets: Look<'a>) -> Self {
        Self {
            text,
            at: 0,
            secrets,
            counts: Counts::default(),
            outer: 0,
        }
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over what must stand here.
    pub fn take(&mut self, expected: &[u8]) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(expected)
            .then(|| self.at += expected.len())
    }

    /// Steps over a sign that must stand here.
    pub fn sign(&mut self, expected: u8) -> Option<()> {
        (self.peek()? == expected).then(|| self.at += 1)
    }

    /// Steps over a line break and the blanks of a level.
    pub fn line(&mut self, level: usize) -> Option<()> {
        self.take(LINE.get(..=2 * level)?)
    }

    /// From the opening bracket to the closing one, each inner value on a line of its own; gives how many there are.
    pub fn container(
        &mut self,
        level: usize,
        close: u8,
        mut inner: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<u64> {
        self.at += 1;
        let mut count = 0;
        if self.sign(close).is_some() {
            return Some(count);
        }
        loop {
            self.line(level + 1)?;
            inner(self)?;
            count += 1;
            if self.sign(b',').is_none() {
                break;
            }
        }
        self.line(level)?;
        self.sign(close)?;
        Some(count)
    }

    pub fn string(&mut self) -> Option<Text<'a>> {
        self.sign(b'"')?;
        let text = self.text;
        let mut rest = text.as_bytes().get(self.at..)?.iter();
        let mut signs = 0;
        loop {
            let sign = SIGNS[usize::from(*rest.next()?)];
            if sign & sign::END != 0 {
                break;
            }
            signs |= sign;
            if sign & sign::ESCAPE != 0 {
                rest.next()?;
            }
        }
        if signs & sign::CONTROL != 0 {
            return None;
        }
        let end = text.len() - rest.len();
        let raw = text.get(self.at..end - 1)?;
        let quoted = text.get(self.at - 1..end)?;
        self.at = end;
        let mut meant = None;
        if signs & sign::ESCAPE != 0 {
            let text: String = serde_json::from_str(quoted).ok()?;
            if !is_written_so(&text, quoted) {
                return None;
            }
            meant = Some(text);
        }
        Some(Text { raw, meant, signs })
    }

    /// A number as any writer leaves it, or a word.
    pub fn scalar(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let length = rest.bytes().position(|byte| matches!(byte, b',' | b'\n'))?;
        let scalar = rest.get(..length)?;
        if !matches!(scalar, "null" | "true" | "false") && !is_plain_number(scalar.as_bytes()) {
            return None;
        }
        self.at += length;
        Some(scalar)
    }
}

/// Digits, with a sign and a fraction where there is one. Exponents are rare.
fn is_plain_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = unsigned.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    digits(whole)
        && (whole.len() == 1 || whole.first() != Some(&b'0'))
        && parts.next().is_none_or(digits)
}
