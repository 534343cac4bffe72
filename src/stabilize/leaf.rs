//! Two texts laid over one another: literal parts must be equal, volatile tokens of one form pair.

use std::ops::Range;

use super::kind::Kind;
use super::tokens::{Context, Token, tokens};

/// Two tokens in one place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub old: Range<usize>,
    pub new: Range<usize>,
    pub kind: Kind,
}

/// The tokens of two texts, one by one; `None` where a literal part differs or two tokens have not one form.
///
/// Where only one of two tokens was recognised (a hash may happen to be all digits), it decides for both.
pub(super) fn lay_over(old: &str, new: &str, contexts: [Context<'_>; 2]) -> Option<Vec<Match>> {
    let (before, after) = (tokens(old, contexts[0]), tokens(new, contexts[1]));
    if before.is_empty() && after.is_empty() {
        return None;
    }
    let found = follow((old, &before), (new, &after)).or_else(|| {
        let mut found = follow((new, &after), (old, &before))?;
        for found in &mut found {
            std::mem::swap(&mut found.old, &mut found.new);
        }
        Some(found)
    })?;
    let have_one_form = found.iter().all(|found| {
        let (old, new) = (&old[found.old.clone()], &new[found.new.clone()]);
        old == new || found.kind.has_form_of(old, new)
    });
    have_one_form.then_some(found)
}

/// Walks along the tokens of the first text.
fn follow(first: (&str, &[Token]), second: (&str, &[Token])) -> Option<Vec<Match>> {
    let (a, b) = (first.0, second.0);
    let (mut at_a, mut at_b) = (0, 0);
    let mut rest = second.1.iter().peekable();
    let mut found = Vec::with_capacity(first.1.len());
    for token in first.1 {
        let literal = a.get(at_a..token.span.start)?;
        if !b.get(at_b..)?.starts_with(literal) {
            return None;
        }
        at_b += literal.len();
        while rest.next_if(|other| other.span.start < at_b).is_some() {}
        let end = match rest.peek() {
            Some(other) if other.span.start == at_b && are_alike(token.kind, other.kind) => {
                other.span.end
            }
            _ => at_b + unrecognised(token.kind, &a[token.span.clone()], b.get(at_b..)?)?,
        };
        found.push(Match {
            old: token.span.clone(),
            new: at_b..end,
            kind: token.kind,
        });
        at_a = token.span.end;
        at_b = end;
    }
    (a.get(at_a..)? == b.get(at_b..)?).then_some(found)
}

/// Whether values of two kinds may be told for one another, by chance of their digits.
fn are_alike(a: Kind, b: Kind) -> bool {
    let is_random = |kind| matches!(kind, Kind::Hex | Kind::Key | Kind::Ulid);
    a == b || (is_random(a) && is_random(b))
}

/// The length of a token at the start of a text that does not look like one by itself, as one like it was expected.
fn unrecognised(kind: Kind, like: &str, text: &str) -> Option<usize> {
    let belongs = |byte: u8| match kind {
        Kind::Key => byte.is_ascii_alphanumeric() || b"-_+/.=$~".contains(&byte),
        Kind::Hex | Kind::Ulid | Kind::Id => byte.is_ascii_alphanumeric(),
        _ => false,
    };
    let bytes = text.as_bytes().get(..like.len())?;
    let fits = match kind {
        // A number of another length is an id, too; one digit looks like any other.
        Kind::Id => return None,
        Kind::Hex => bytes.iter().all(u8::is_ascii_hexdigit),
        Kind::Key => {
            // Letters of both cases, or a digit among the letters: a word is no key.
            bytes.iter().all(|byte| belongs(*byte))
                && bytes.iter().any(u8::is_ascii_lowercase)
                && bytes
                    .iter()
                    .skip(1)
                    .any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        _ => bytes.iter().all(|byte| belongs(*byte)),
    };
    let ends = !text
        .as_bytes()
        .get(like.len())
        .is_some_and(u8::is_ascii_alphanumeric);
    // Words are hexadecimal, too (`defaced`), but no long ones.
    let is_word = like.len() < 12 && bytes.iter().all(u8::is_ascii_alphabetic);
    (fits && ends && !is_word).then_some(like.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(old: &str, new: &str) -> Option<usize> {
        lay_over(old, new, [Context::default(); 2]).map(|found| found.len())
    }

    #[test]
    fn literal_parts_must_be_equal() {
        assert_eq!(
            pairs("https://cbd1f80781a5@x/2", "https://abd1f80781a5@x/2"),
            Some(1)
        );
        assert_eq!(
            pairs("https://cbd1f80781a5@x/2", "https://abd1f80781a5@y/2"),
            None
        );
        assert_eq!(pairs("cbd1f80781a5 a", "abd1f80781a5 b"), None);
        assert_eq!(pairs("a", "b"), None);
    }

    #[test]
    fn forms_must_be_one() {
        assert_eq!(
            pairs("2020-03-10T05:57:38.5Z", "2021-03-10T05:57:38.512Z"),
            Some(1)
        );
        assert_eq!(
            pairs("2020-03-10T05:57:38.5Z", "2021-03-10T05:57:38.512"),
            None
        );
        assert_eq!(
            pairs("2020-03-10T05:57:38Z", "2021-03-10T05:57:38+02:00"),
            None
        );
        assert_eq!(pairs("cbd1f80781a5", "cbd1f80781a5d"), None);
        assert_eq!(
            pairs("1583819858583:0:1", "1583819858584:0:0"),
            None,
            "the direction of a cursor is no volatile value"
        );
    }

    #[test]
    fn a_hash_may_happen_to_be_a_number() {
        assert_eq!(pairs("cbd1f80", "1234567"), Some(1));
        assert_eq!(pairs("/1234567/", "/cbd1f80/"), Some(1));
        assert_eq!(pairs("cbd1f80", "defaced"), None);
    }
}
