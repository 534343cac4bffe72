//! The text of a Python file (PEP 263).

/// The text of a file, and what is wrong with it.
///
/// UTF-8 is taken for what it is, whatever the file says of itself: Python 2 compared bytes, and the original decoded
/// docstrings as UTF-8. Otherwise Latin-1 is read where the file says so.
pub(super) fn decode(bytes: &[u8]) -> (String, Option<String>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), None);
    }
    match declared(bytes) {
        Some(name) if is_latin_1(&name) => {
            (bytes.iter().map(|byte| char::from(*byte)).collect(), None)
        }
        Some(name) => (
            String::from_utf8_lossy(bytes).into_owned(),
            Some(format!(
                "the file says that it is {name}, which is not read"
            )),
        ),
        None => (
            String::from_utf8_lossy(bytes).into_owned(),
            Some("the file is not UTF-8, and does not say what else it is".to_owned()),
        ),
    }
}

/// What a comment of the first two lines says: `coding: NAME` or `coding=NAME`.
fn declared(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2);
    lines.into_iter().find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let comment = line
            .trim_start_matches([' ', '\t', '\x0c'])
            .strip_prefix('#')?;
        let (_, behind) = comment.split_once("coding")?;
        let name = behind
            .strip_prefix([':', '='])?
            .trim_start_matches([' ', '\t']);
        let length = name
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c))
            .unwrap_or(name.len());
        let name = name.get(..length)?;
        (!name.is_empty()).then(|| name.to_owned())
    })
}

fn is_latin_1(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    ["latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1"].contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_1_is_read_where_the_file_says_so() {
        let (text, fault) = decode(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = '\xe9'\n");
        assert!(text.contains("'\u{e9}'"), "{text}");
        assert_eq!(fault, None);
        let (text, fault) = decode("# coding=latin-1\n'é'".as_bytes());
        assert!(text.ends_with("'é'"), "{text}");
        assert_eq!(fault, None);
    }

    #[test]
    fn anything_else_is_told() {
        let (text, fault) = decode(b"# coding: cp1251\n'\xe9'");
        assert!(text.contains('\u{fffd}'));
        assert!(fault.unwrap().contains("cp1251"));
        assert!(decode(b"'\xe9'").1.is_some());
        assert_eq!(decode(b"\xef\xbb\xbfx").0, "x");
    }
}
