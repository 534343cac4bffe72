//! Values with identity: ids, hashes, keys.

/// The fewest hexadecimal digits that are taken for a hash: what `git` abbreviates to.
pub const MIN_HEX: usize = 7;

/// The fewest characters of a random key.
const MIN_KEY: usize = 16;

/// The fewest characters of a random key of letters of one case and digits.
const MIN_LOWER_KEY: usize = 12;

/// The fewest letters of a case between separators that are taken for a word.
const MIN_WORD: usize = 3;

/// Longer runs are keys by their start: it is not worth looking at all of it.
const LOOKED_AT: usize = 512;

/// Whether a text consists of decimal digits and is no longer than a 128-bit number.
pub fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.len() <= 39 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a run of letters and digits is a hash: hexadecimal, of one case, with a letter and a digit (`defaced` is a
/// word, `20200310` a number).
pub fn is_hex(run: &str) -> bool {
    if run.len() < MIN_HEX {
        return false;
    }
    let (mut digit, mut lower, mut upper) = (false, false, false);
    for byte in run.bytes() {
        match byte {
            b'0'..=b'9' => digit = true,
            b'a'..=b'f' => lower = true,
            b'A'..=b'F' => upper = true,
            _ => return false,
        }
    }
    // The nil hash and its like, too.
    (digit && lower != upper) || (digit && run.len() >= 32 && !(lower && upper))
}

/// The length of the UUID at the start of a text.
pub fn uuid(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..36)?;
    let fits = bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some(36)
}

/// Whether a run of letters and digits is a ULID: its first character holds three bits.
pub fn is_ulid(run: &str) -> bool {
    run.len() == 26
        && matches!(run.as_bytes().first(), Some(b'0'..=b'7'))
        && run.bytes().any(|byte| byte.is_ascii_alphabetic())
        && run.bytes().all(|byte| {
            byte.is_ascii_digit()
                || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'L' | b'O' | b'U'))
        })
}

/// A byte is in the URL-safe alphabet of base64.
const URL_SAFE: u8 = 1;

/// A byte is in that alphabet, or in the standard one, or is one of the separators that keys have where no URL is meant.
const STANDARD: u8 = 2;

/// The alphabets of each byte: all texts are looked at by them.
const ALPHABETS: [u8; 256] = {
    let mut alphabets = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        alphabets[byte as usize] = match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' => URL_SAFE | STANDARD,
            b'+' | b'/' | b'.' | b'~' => STANDARD,
            _ => 0,
        };
        byte += 1;
    }
    alphabets
};

fn is_in(alphabet: u8, byte: u8) -> bool {
    ALPHABETS[usize::from(byte)] & alphabet != 0
}

/// Whether a byte may be part of a key, padding included.
pub fn is_in_key(byte: u8) -> bool {
    is_in(STANDARD, byte) || byte == b'='
}

/// Where runs of bytes of one class end in a text that is read from left to right: each is walked along once, however
/// many places in it are asked for.
#[derive(Default)]
pub struct RunEnd {
    start: usize,
    end: usize,
}

impl RunEnd {
    /// Where the run that a place lies in ends; the place itself where its byte is not of the class.
    fn of(&mut self, bytes: &[u8], at: usize, is_in: impl Fn(u8) -> bool) -> usize {
        if !(self.start..self.end).contains(&at) {
            let run = bytes.iter().skip(at).take_while(|byte| is_in(**byte));
            (self.start, self.end) = (at, at + run.count());
        }
        self.end
    }
}

/// The runs that the three parts of a JSON Web Token are.
#[derive(Default)]
pub struct JwtParts([RunEnd; 3]);

impl JwtParts {
    /// The length of the token at a byte of a text: its first part is base64 of `{"`.
    pub fn length(&mut self, text: &str, at: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        if !bytes.get(at..)?.starts_with(b"eyJ") {
            return None;
        }
        let mut end = at;
        for (part, runs) in self.0.iter_mut().enumerate() {
            let start = end;
            end = runs.of(bytes, start, |byte| is_in(URL_SAFE, byte));
            if part == 2 {
                break;
            }
            if end - start < 4 || bytes.get(end) != Some(&b'.') {
                return None;
            }
            end += 1;
        }
        Some(end - at)
    }
}

/// The cursor at the start of a text, whose number has so many digits at least: `1583819858583:0:1`, its colons maybe
/// percent-encoded.
pub fn cursor(text: &str, least: usize) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let colon = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        [":", "%3A", "%3a"]
            .iter()
            .find(|colon| rest.starts_with(**colon))
            .map(|colon| at + colon.len())
    };
    let number = digits(0);
    if !(least..=20).contains(&number) {
        return None;
    }
    let offset = colon(number)?;
    let length = digits(offset);
    let direction = colon(offset + length).filter(|_| length > 0)?;
    let last = digits(direction);
    (last == 1).then_some(direction + last)
}

/// What follows the number of a cursor: offset and direction are no volatile values.
pub fn cursor_tail(cursor: &str) -> &str {
    cursor.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// The runs that password hashes are looked for in.
#[derive(Default)]
pub struct PasswordHashes(RunEnd);

impl PasswordHashes {
    /// The length of the password hash at a byte of a text: `$2b$12$…`, `$argon2id$v=19$…` (the PHC string format).
    pub fn length(&mut self, text: &str, at: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut name = bytes.get(at..)?.strip_prefix(b"$")?.iter().take(21);
        let id = name.position(|byte| *byte == b'$').filter(|id| *id > 0)?;
        let is_name = bytes[at + 1..at + 1 + id]
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
        if !is_name {
            return None;
        }
        let end = self.0.of(bytes, at, |byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'$' | b'.' | b'/' | b'+' | b'=' | b',' | b'-')
        });
        let mut dollars = bytes[at..end].iter().filter(|byte| **byte == b'$');
        (end - at >= 30 && dollars.nth(2).is_some()).then_some(end - at)
    }
}

/// How far the characters of a key reach from the start of a text; `standard` allows those of the standard alphabet,
/// which URLs use as separators.
fn key_run(bytes: &[u8], standard: bool) -> usize {
    let alphabet = if standard { STANDARD } else { URL_SAFE };
    let body = bytes.iter().take_while(|byte| is_in(alphabet, **byte));
    let body = body.count();
    // A full stop ends a sentence.
    let trailing = bytes[..body]
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b'.' | b'/' | b'-'))
        .count();
    let trailing = if trailing == body { 0 } else { trailing };
    if standard && bytes[body - trailing..body].contains(&b'.') {
        return body - trailing;
    }
    let padding = bytes[body..]
        .iter()
        .take_while(|byte| **byte == b'=')
        .count();
    let ends = |at: usize| !bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if (1..=2).contains(&padding) && ends(body + padding) {
        body + padding
    } else {
        body
    }
}

/// Where the characters of a key end that a letter or digit of a text is part of, wherever in it that stands.
pub fn key_end(text: &str, at: usize, standard: bool) -> usize {
    at + key_run(&text.as_bytes()[at..], standard)
}

/// Whether a run of characters is a random key.
pub fn is_key(run: &str) -> bool {
    run.len() >= MIN_LOWER_KEY && looks_random(run.as_bytes())
}

/// Whether characters look as if drawn by chance: words have few changes between letters and digits, small and
/// capital; and no part of a key is a word.
fn looks_random(run: &[u8]) -> bool {
    let run = &run[..run.len().min(LOOKED_AT)];
    let (mut digits, mut lowers, mut uppers, mut others) = (0usize, 0usize, 0usize, 0usize);
    let mut changes = 0usize;
    // Capitals in a row, letters behind a digit: what words in camel case do not have.
    let mut unlike_words = 0usize;
    let mut previous = 0;
    // The length of the part since the last separator, and the class that all of it has.
    let (mut part, mut one_class) = (0usize, 0);
    let mut word = false;
    for byte in run {
        let class = match byte {
            b'0'..=b'9' => 1,
            b'a'..=b'z' => 2,
            b'A'..=b'Z' => 3,
            _ => 0,
        };
        match class {
            1 => digits += 1,
            2 => lowers += 1,
            3 => uppers += 1,
            _ => others += 1,
        }
        if class == 0 {
            word |= part >= MIN_WORD && one_class >= 2;
            part = 0;
            continue;
        }
        if part == 0 {
            one_class = class;
        } else if one_class != class {
            one_class = 0;
        }
        part += 1;
        if previous != 0 && previous != class {
            changes += 1;
        }
        unlike_words += usize::from(previous == 1 && class >= 2 || previous == 3 && class == 3);
        previous = class;
    }
    word |= part >= MIN_WORD && one_class >= 2 && part < run.len();
    let letters_and_digits = digits + lowers + uppers;
    if word || digits == 0 || unlike_words == 0 || others * 4 > run.len() {
        return false;
    }
    if lowers > 0 && uppers > 0 {
        // Drawn from 62 characters, 62% of the neighbours differ in class; in words of five letters with a
        // capital each, 40%.
        run.len() >= MIN_KEY && changes * 100 >= letters_and_digits * 42
    } else {
        // Drawn from 36 characters, 40% do.
        lowers + uppers > 0 && others == 0 && changes * 100 >= letters_and_digits * 28
    }
}

fn case_of(text: &str) -> (bool, bool) {
    (
        text.bytes().any(|byte| byte.is_ascii_lowercase()),
        text.bytes().any(|byte| byte.is_ascii_uppercase()),
    )
}

/// Whether two identities have one length, separators in one place and letters of one case; one of them may be all
/// digits.
pub(super) fn have_one_alphabet(old: &str, new: &str) -> bool {
    let separators = |text: &str| {
        text.bytes()
            .map(|byte| byte.is_ascii_alphanumeric())
            .collect::<Vec<_>>()
    };
    let (old_case, new_case) = (case_of(old), case_of(new));
    let one_case = old_case == new_case || old_case == (false, false) || new_case == (false, false);
    old.len() == new.len() && one_case && separators(old) == separators(new)
}

/// Whether two keys have about one length, and letters of one case: what is encoded in a key may be a digit longer.
pub(super) fn are_keys_of_one_form(old: &str, new: &str) -> bool {
    let prefix = |text: &str| -> String {
        // What stands in front of the last `$` or `_` of a prefixed key (`ghp_…`, `$2b$12$…`) is its type.
        text.split_inclusive('$')
            .take(3)
            .filter(|part| part.ends_with('$'))
            .collect()
    };
    old.len().abs_diff(new.len()) <= old.len() / 16
        && prefix(old) == prefix(new)
        && case_of(old).1 == case_of(new).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_no_hashes() {
        for yes in [
            "cbd1f80",
            "CBD1F80781A5",
            "fa4a97b8df1911350952658435e3a36d",
            "00000000000000000000000000000001",
        ] {
            assert!(is_hex(yes), "{yes}");
        }
        for no in [
            "defaced",
            "1234567",
            "cbd1f8",
            "cbd1f80g",
            "Cbd1f80",
            "1795380338063",
        ] {
            assert!(!is_hex(no), "{no}");
        }
    }

    #[test]
    fn keys_are_told_from_words() {
        for yes in [
            "R2n7EqpP052BR9okZVEQxOwzuHBoNK0y",
            "eyJsYXN0X29iamVjdCI6eyJsYXN0X21vZGlmaWVkIjoxNzk1MzgwMzM4OTA3fX0=",
            "V1StGXR8_Z5jdHi6B-myT",
            "k3j4h5z2j3h4q9",
            "dGhpcyBpcyBub3QgYSB3b3JkIDEyMw==",
        ] {
            assert_eq!(key_end(yes, 0, true), yes.len());
            assert!(is_key(yes), "{yes}");
        }
        for no in [
            "the-interstellar-jurisdiction",
            "AuthenticationFailedException2",
            "getProjectKeysByIdV2",
            "application/vnd.sentry.v2+json",
            "io.sentry.example.ApiRequest",
            "ThreadPoolExecutor-1_0",
            "etcd_debugging_mvcc_db_total",
            "PUMP-STATION-1-2-3-4-5",
            "2020-03-10-2020-03-11",
            "x86_64-unknown-linux-gnu",
        ] {
            assert!(!is_key(no), "{no}");
        }
    }

    #[test]
    fn tokens_with_a_structure_of_their_own_are_known() {
        assert_eq!(uuid("e65bee01-57a5-4267-9e0a-787f990bc53b/"), Some(36));
        assert_eq!(uuid("e65bee01-57a5-4267-9e0a-787f990bc53"), None);
        assert!(is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        assert!(!is_ulid("81ARZ3NDEKTSV4RRFFQ69G5FAV"));
        let jwt = |text, at| JwtParts::default().length(text, at);
        assert_eq!(
            jwt("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 x", 0),
            Some(43)
        );
        assert_eq!(jwt("eyJhbGciOiJIUzI1NiJ9", 0), None);
        assert_eq!(jwt("-eyJh.eyJz.", 1), Some(10));
        assert_eq!(jwt("-eyJh.eyJz.", 0), None);
        assert_eq!(cursor("1583819858583:0:1>", 10), Some(17));
        assert_eq!(cursor("1583819858583%3A0%3A1&", 10), Some(21));
        assert_eq!(cursor("20:45:37", 10), None);
        let bcrypt = "$2b$12$R2n7EqpP052BR9okZVEQxOwzuHBoNK0y7CEwann/ElJNw7wSAAeq6";
        let password_hash = |text| PasswordHashes::default().length(text, 0);
        assert_eq!(password_hash(bcrypt), Some(bcrypt.len()));
        assert_eq!(password_hash("$ref$x"), None);
    }
}
