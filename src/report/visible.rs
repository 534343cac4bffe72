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

/// As [`visible`], also without the two characters beyond those that XML 1.0 (section 2.2) does not allow.
pub(super) fn visible_in_xml(text: &str) -> String {
    visible(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}

/// A log without lines that GitHub Actions would read as its commands (`::name …::` where a line begins, `##[name]`
/// anywhere): what came from a server must not steer the workflow. Such a line has its mark as an escape.
pub(super) fn without_commands(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let bare = anstream::adapter::strip_str(line).to_string();
        let line = match bare.trim_start().starts_with("::") {
            true => line.replacen("::", "\\u{3a}:", 1),
            false => line.to_owned(),
        };
        out.push_str(&line.replace("##[", "\\u{23}#["));
    }
    Cow::Owned(out)
}

/// JSON with the hidden characters that it may hold as they are (those above U+007F) in the escapes of JSON: it says
/// the same, and can be looked at in a terminal.
pub(super) fn visible_in_json(text: String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            // None of them is beyond the basic plane.
            out.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            out.push(character);
        }
    }
    out
}

/// Text that carries our own colours, with the control characters above U+007F as escapes: some terminals read them as
/// the beginning of a command, and the renderer of findings leaves them in the lines of files.
pub(super) fn rendered(text: String) -> String {
    let is_c1 = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    if !text.contains(is_c1) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_c1(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

fn is_hidden(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && character != '\n' && character != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command() {
        let text = "a::b\n  \x1b[31m::set-env name=x::y\x1b[0m\n x ##[error]\n";
        assert_eq!(
            without_commands(text),
            "a::b\n  \x1b[31m\\u{3a}:set-env name=x::y\x1b[0m\n x \\u{23}#[error]\n"
        );
    }
}
