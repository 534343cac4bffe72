//! A JSON body as it stands in the file: in canonical form, and without anything to tell.

use crate::json::{RESERVED_KEY, is_written_so};
use crate::stabilize::secrets::{Look as SecretLook, Secrets};
use crate::validate::rules::length::{Counts, is_escaped_by_some};
use crate::validate::rules::private;

/// A deeper body takes the long way.
const DEEPEST: usize = 100;

/// A line break and the blanks of the deepest level.
const LINE: [u8; 1 + 2 * (DEEPEST + 1)] = {
    let mut line = [b' '; _];
    line[0] = b'\n';
    line
};

/// Looks at the bodies in a text.
pub(super) struct Look<'a> {
    text: &'a str,
    secrets: SecretLook<'a>,
}

impl<'a> Look<'a> {
    /// `None` where the strings of the text, as a whole, need a closer look.
    pub fn at(text: &'a str, secrets: &'a Secrets) -> Option<Self> {
        if private::is_possible_in_json(text) {
            return None;
        }
        let secrets = SecretLook::at_json(text, secrets)?;
        Some(Self { text, secrets })
    }

    /// The end of the body that begins at a byte, on that level of the document, and what its length consists of; `None`
    /// where it is not plain.
    pub fn body(&mut self, start: usize, level: usize) -> Option<(usize, Counts)> {
        let mut body = Body {
            look: self,
            at: start,
            outer: level,
            counts: Counts::default(),
        };
        body.value(level)?;
        Some((body.at, body.counts))
    }
}

struct Body<'l, 'a> {
    look: &'l mut Look<'a>,
    at: usize,
    /// The level of the whole body.
    outer: usize,
    counts: Counts,
}

/// What a byte says of the string in which it stands; see [`SIGNS`].
mod sign {
    /// The string ends here.
    pub const END: u8 = 1;
    /// With the byte behind it, it means another character.
    pub const ESCAPE: u8 = 2;
    /// No string holds it.
    pub const CONTROL: u8 = 4;
    /// See [`SecretLook::is_mark`](super::SecretLook::is_mark).
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
        if SecretLook::is_mark(byte) {
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
struct Text<'a> {
    raw: &'a str,
    meant: Option<String>,
    signs: u8,
}

impl Text<'_> {
    fn meaning(&self) -> &str {
        self.meant.as_deref().unwrap_or(self.raw)
    }

    fn is_marked(&self) -> bool {
        self.signs & sign::MARK != 0
    }
}

impl<'a> Body<'_, 'a> {
    fn peek(&self) -> Option<u8> {
        self.look.text.as_bytes().get(self.at).copied()
    }

    /// Steps over what must stand here.
    fn take(&mut self, expected: &[u8]) -> Option<()> {
        let rest = self.look.text.as_bytes().get(self.at..)?;
        rest.starts_with(expected)
            .then(|| self.at += expected.len())
    }

    /// Steps over a sign that must stand here.
    fn sign(&mut self, expected: u8) -> Option<()> {
        (self.peek()? == expected).then(|| self.at += 1)
    }

    /// Steps over a line break and the blanks of a level.
    fn line(&mut self, level: usize) -> Option<()> {
        self.take(LINE.get(..=2 * level)?)
    }

    fn value(&mut self, level: usize) -> Option<()> {
        if level > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(level),
            b'[' => self.array(level),
            b'"' => {
                let text = self.string()?;
                let is_marked = text.is_marked();
                self.look
                    .secrets
                    .item(text.meaning(), is_marked)
                    .then_some(())
            }
            _ => self.scalar(),
        }
    }

    fn object(&mut self, level: usize) -> Option<()> {
        let mut before: Option<&str> = None;
        let mut name: Option<Text<'_>> = None;
        let members = self.container(level, b'}', |body| {
            let key = body.string()?;
            // Sorted, and so none of them twice. Which of two comes first where there are escapes is not plain.
            if key.meant.is_some() || before.is_some_and(|before| before >= key.raw) {
                return None;
            }
            if key.raw == RESERVED_KEY {
                return None;
            }
            before = Some(key.raw);
            body.take(b": ")?;
            let is_plain = body.look.secrets.key(key.raw, key.is_marked());
            let text = is_plain.then(|| body.member(key.raw, name.as_ref(), level + 1))??;
            if SecretLook::names_value(key.raw) && text.is_some() {
                name = text;
            }
            Some(())
        })?;
        self.counts.object(members, self.depth(level));
        Some(())
    }

    /// The value of a member, which is given where it is a string.
    fn member(
        &mut self,
        key: &str,
        name: Option<&Text<'_>>,
        level: usize,
    ) -> Option<Option<Text<'a>>> {
        if self.peek()? != b'"' {
            return self.value(level).map(|()| None);
        }
        let text = self.string()?;
        let name = name.map(Text::meaning);
        let is_marked = text.is_marked();
        let secrets = &mut self.look.secrets;
        let is_plain = secrets.member(key, name, text.meaning(), is_marked);
        is_plain.then_some(Some(text))
    }

    fn array(&mut self, level: usize) -> Option<()> {
        let items = self.container(level, b']', |body| body.value(level + 1))?;
        self.counts.array(items, self.depth(level));
        Some(())
    }

    /// From the opening bracket to the closing one, each inner value on a line of its own; gives how many there are.
    fn container(
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

    /// As the rule counts levels: from 1.
    fn depth(&self, level: usize) -> u64 {
        (level - self.outer + 1) as u64
    }

    fn string(&mut self) -> Option<Text<'a>> {
        self.sign(b'"')?;
        let text = self.look.text;
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
        let text = Text { raw, meant, signs };
        if signs & sign::LONGER == 0 {
            self.counts.plain_text(text.raw);
        } else {
            self.counts.text(text.meaning());
        }
        Some(text)
    }

    /// A number as any writer leaves it, or a word.
    fn scalar(&mut self) -> Option<()> {
        let rest = self.look.text.as_bytes().get(self.at..)?;
        let length = rest.iter().position(|byte| matches!(byte, b',' | b'\n'))?;
        let scalar = rest.get(..length)?;
        if !matches!(scalar, b"null" | b"true" | b"false") && !is_plain_number(scalar) {
            return None;
        }
        self.at += length;
        self.counts.scalar(length as u64);
        Some(())
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
