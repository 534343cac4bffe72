//! Texts without their encodings, and the way back to the original bytes.

use std::ops::Range;

/// How many encodings are undone one within the other: JSON in a URL in a JSON string.
const DEPTH: usize = 2;

/// A text with an encoding undone.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub bytes: Vec<u8>,
    /// Where bytes of ours come from: each pair holds until the next one, byte by byte.
    runs: Vec<(usize, usize)>,
    /// The length of the original.
    end: usize,
}

/// An encoding that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// The escapes of JSON strings (RFC 8259, section 7).
    Json,
    /// Percent-encoding (RFC 3986, section 2.1).
    Percent,
    /// The same with `+` for a blank (application/x-www-form-urlencoded).
    Form,
    /// Character references of HTML that need no table: numbers, and the five of XML.
    Html,
}

impl Layer {
    /// The bytes of the original from which ours were made.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    fn place(&self, at: usize) -> usize {
        if at >= self.bytes.len() {
            return self.end;
        }
        let index = self.runs.partition_point(|(ours, _)| *ours <= at);
        match index.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some((ours, theirs)) => theirs + (at - ours),
            None => at,
        }
    }

    /// The same with the places of an outer layer's original.
    fn within(mut self, outer: &Self) -> Self {
        // A run of ours may span several of the outer one.
        let mut runs = Vec::new();
        for (index, (ours, theirs)) in self.runs.iter().enumerate() {
            let next = self
                .runs
                .get(index + 1)
                .map_or(self.bytes.len(), |(next, _)| *next);
            runs.push((*ours, outer.place(*theirs)));
            let from = outer.runs.partition_point(|(at, _)| at <= theirs);
            for (at, original) in outer.runs.iter().skip(from) {
                let place = ours + (at - theirs);
                if place >= next {
                    break;
                }
                runs.push((place, *original));
            }
        }
        self.runs = runs;
        self.end = outer.end;
        self
    }
}

/// The text in every reading that differs from it, at most two encodings deep.
pub(super) fn layers(text: &[u8]) -> Vec<Layer> {
    let mut out: Vec<Layer> = Vec::new();
    let mut from = 0;
    for depth in 0..DEPTH {
        let upto = out.len();
        if depth == 0 {
            out.extend(decode_all(text));
        } else {
            for index in from..upto {
                let inner = decode_all(&out[index].bytes);
                let inner: Vec<_> = inner
                    .into_iter()
                    .map(|layer| layer.within(&out[index]))
                    .collect();
                out.extend(inner);
            }
        }
        from = upto;
    }
    out
}

fn decode_all(text: &[u8]) -> Vec<Layer> {
    let mut marks = [false; 256];
    for byte in text {
        marks[usize::from(*byte)] = true;
    }
    let has = |mark: u8| marks[usize::from(mark)];
    let mut encodings = Vec::new();
    if has(b'\\') {
        encodings.push(Encoding::Json);
    }
    if has(b'%') {
        encodings.push(Encoding::Percent);
    }
    if has(b'+') {
        encodings.push(Encoding::Form);
    }
    if has(b'&') && has(b';') {
        encodings.push(Encoding::Html);
    }
    encodings
        .into_iter()
        .filter_map(|encoding| decode(text, encoding))
        .collect()
}

/// `None` where there is nothing to undo.
fn decode(text: &[u8], encoding: Encoding) -> Option<Layer> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut runs = vec![(0, 0)];
    let mut at = 0;
    let mut changed = false;
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let mut buffer = [0; 4];
        let unit: Option<(&[u8], usize)> = match (encoding, byte) {
            (Encoding::Json, b'\\') => {
                json(rest).map(|(unit, len)| (unit.encode_utf8(&mut buffer).as_bytes(), len))
            }
            (Encoding::Percent | Encoding::Form, b'%') => hex(rest.get(1..3)).map(|byte| {
                buffer[0] = byte;
                (&buffer[..1], 3)
            }),
            (Encoding::Form, b'+') => Some((b" ", 1)),
            (Encoding::Html, b'&') => {
                html(rest).map(|(unit, len)| (unit.encode_utf8(&mut buffer).as_bytes(), len))
            }
            _ => None,
        };
        match unit {
            Some((unit, len)) => {
                changed = true;
                runs.push((bytes.len(), at));
                // Each byte of a character comes from the beginning of its escape.
                for (index, byte) in unit.iter().enumerate() {
                    if index > 0 {
                        runs.push((bytes.len(), at));
                    }
                    bytes.push(*byte);
                }
                at += len;
                runs.push((bytes.len(), at));
            }
            None => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    changed.then_some(Layer {
        bytes,
        runs,
        end: text.len(),
    })
}

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The character of a JSON escape, and how many bytes it takes.
fn json(rest: &[u8]) -> Option<(char, usize)> {
    let unit = match rest.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = |at: usize| {
                let (high, low) = (hex(rest.get(at..at + 2))?, hex(rest.get(at + 2..at + 4))?);
                Some(u16::from_be_bytes([high, low]))
            };
            let first = unit(2)?;
            if let Some(character) = char::from_u32(first.into()) {
                return Some((character, 6));
            }
            let second = rest
                .get(6..8)
                .filter(|mark| mark == b"\\u")
                .and_then(|_| unit(8))?;
            let character = char::decode_utf16([first, second]).next()?.ok()?;
            return Some((character, 12));
        }
        _ => return None,
    };
    Some((unit, 2))
}

/// The character of a reference, and how many bytes it takes.
fn html(rest: &[u8]) -> Option<(char, usize)> {
    let end = rest.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[1..end]).ok()?;
    let unit = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    };
    Some((unit, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a text is found in the layers of another, as the bytes of that.
    fn found(text: &str, wanted: &str) -> Vec<String> {
        let mut found: Vec<_> = layers(text.as_bytes())
            .iter()
            .filter_map(|layer| {
                let decoded = String::from_utf8_lossy(&layer.bytes).into_owned();
                let at = decoded.find(wanted)?;
                Some(text[layer.original(&(at..at + wanted.len()))].to_owned())
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn the_way_back_leads_to_the_bytes_of_the_spelling() {
        for (text, wanted, spelled) in [
            (r#"x "a\"\u00e9\/b" y"#, "a\"é/b", r#"a\"\u00e9\/b"#),
            (r"\ud83d\ude00!x", "😀!", r"\ud83d\ude00!"),
            ("?q=a%2Fb%c3%A9&r", "a/bé", "a%2Fb%c3%A9"),
            ("q=a+b%2B", "a b+", "a+b%2B"),
            ("<b>a&amp;&#39;&#x3C;b</b>", "a&'<b", "a&amp;&#39;&#x3C;b"),
            (r"%22k%5C%22y%22", r#"k"y"#, r"k%5C%22y"),
            (
                r#"{\\\"p\\\":\\\"s\\\\\\\"t\\\"}"#,
                r#"p\":\"s"#,
                r#"p\\\":\\\"s"#,
            ),
            ("end%2F", "end/", "end%2F"),
        ] {
            let found = found(text, wanted);
            assert!(
                found.iter().any(|found| found == spelled),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_not_encoded_has_no_layer() {
        for text in ["plain", "100% sure", "a & b;", r"C:\dir", "a%zzb"] {
            assert!(layers(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
