//! Escapes in strings, as they are written.

/// The escape that begins with the backslash at the front of the bytes: its width, and the character that it means. Half of a
/// surrogate pair that stands alone means none.
pub(super) fn escape(bytes: &[u8]) -> (usize, Option<char>) {
    let unit = |at: usize| match bytes.get(at..at + 6)? {
        [b'\\', b'u', digits @ ..] => {
            let digits = std::str::from_utf8(digits).ok()?;
            let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            u32::from_str_radix(digits, 16).ok().filter(|_| are_digits)
        }
        _ => None,
    };
    match (unit(0), unit(6)) {
        (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            (12, char::from_u32(code))
        }
        (Some(unit), _) => (6, char::from_u32(unit)),
        // One letter, or none that JSON knows.
        (None, _) => (2, bytes.get(1).copied().map(char::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_one_character_and_a_half_is_none() {
        for (text, width, meant) in [
            (r"\n", 2, Some('n')),
            (r"\u00e9", 6, Some('é')),
            (r"\ud83d\ude00", 12, Some('😀')),
            (r"\ud83d\u0041", 6, None),
            (r"\ude00\ud83d", 6, None),
            (r"\ud83d", 6, None),
            (r"\u+123", 2, Some('u')),
            (r"\ud8", 2, Some('u')),
        ] {
            assert_eq!(escape(text.as_bytes()), (width, meant), "{text}");
        }
    }
}
