//! The formats of strings that JSON Schema knows (2020-12 Validation, section 7.3).

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The formats that are recognised, the narrowest first.
const NAMES: [&str; 5] = ["date-time", "date", "uuid", "email", "uri"];

/// Told by the validator itself, so that a body always fits what was inferred from it.
static VALIDATORS: LazyLock<Vec<Option<Validator>>> = LazyLock::new(|| {
    let compile = |name: &&str| {
        jsonschema::options()
            .should_validate_formats(true)
            .offline()
            .build(&json!({ "format": name }))
            .ok()
    };
    NAMES.iter().map(compile).collect()
});

/// A set of formats, by their place in [`NAMES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Forms(u8);

impl Forms {
    /// Those in both.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The narrowest of them.
    pub(super) fn name(self) -> Option<&'static str> {
        let mut names = (0..).zip(NAMES);
        names
            .find(|(index, _)| self.0 & (1 << index) != 0)
            .map(|(_, name)| name)
    }
}

/// The formats that a text has.
pub(super) fn of(text: &str) -> Forms {
    // None of them is shorter; most texts are prose.
    if text.len() < 5 || text.contains(char::is_whitespace) {
        return Forms::default();
    }
    let value = Value::from(text);
    let mut forms = 0;
    for (index, validator) in VALIDATORS.iter().enumerate() {
        // Anything with a colon in it may be a URI: `default:high`, say.
        let plausible = NAMES.get(index) != Some(&"uri") || text.contains("://");
        if plausible && validator.as_ref().is_some_and(|it| it.is_valid(&value)) {
            forms |= 1 << index;
        }
    }
    Forms(forms)
}

/// Whether a key is a value by its looks, not a name: a number, a date, a UUID, a long run of hexadecimal digits.
pub(super) fn is_value(key: &str) -> bool {
    let digits = key.bytes().any(|byte| byte.is_ascii_digit());
    let hex = key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    number || (hex && digits && key.len() >= 16) || of(key) != Forms::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised() {
        let name = |text| of(text).name();
        assert_eq!(name("2020-03-09T04:38:34.386005Z"), Some("date-time"));
        assert_eq!(name("2020-03-09T04:38:34"), None);
        assert_eq!(name("2020-03-09"), Some("date"));
        assert_eq!(name("9f0b3a6e-7f3c-4f0e-9d3a-0c4b9e3f2a11"), Some("uuid"));
        assert_eq!(name("a@example.com"), Some("email"));
        assert_eq!(name("https://example.com/a?b#c"), Some("uri"));
        assert_eq!(name("default:high"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn keys_may_be_values() {
        for key in ["1594", "2020-03-09", "a35645e81f674089831aa2eaf9051f2e"] {
            assert!(is_value(key), "{key}");
        }
        for key in ["", "id", "cafe", "deadbeefdeadbeefdead", "v1"] {
            assert!(!is_value(key), "{key}");
        }
    }
}
