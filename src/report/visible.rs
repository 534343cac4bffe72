//! Control characters made visible.

use std::borrow::Cow;

/// The text with every control character (but line feed and tab) and every mark that turns the direction of
/// writing as an escape, as in `\u{1b}`.
///
/// ```
/// assert_eq!(apidocs::report::visible("a\x1b[31mb\n"), "a\\u{1b}[31mb\n");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn is_hidden(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && character != '\n' && character != '\t')
}
