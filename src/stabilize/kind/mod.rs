//! What kinds of volatile values there are.

pub mod identity;
pub mod time;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A form that volatile values have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Hexadecimal digits, seven and more: hashes, their abbreviations, ids of 128 bits.
    Hex,
    /// A UUID with its dashes (RFC 9562).
    Uuid,
    /// A ULID: 26 characters of Crockford's base 32.
    Ulid,
    /// A random key in base64, base62 or base36, or a password hash.
    Key,
    /// A JSON Web Token (RFC 7519).
    Jwt,
    /// A decimal number where it is an id.
    Id,
    /// A position in a list, `number:offset:direction`.
    Cursor,
    /// The boundary of a multipart body (RFC 2046, section 5.1.1).
    Boundary,
    /// Date and time, or a date, of any precision and zone (ISO 8601).
    Iso8601,
    /// The date of HTTP headers (RFC 9110, section 5.6.7), which is that of RFC 1123.
    HttpDate,
    /// Seconds since 1970, ten digits.
    EpochSeconds,
    /// Milliseconds since 1970, thirteen digits.
    EpochMilliseconds,
    /// Seconds since 1970 with a fraction.
    EpochFloat,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Hex,
        Self::Uuid,
        Self::Ulid,
        Self::Key,
        Self::Jwt,
        Self::Id,
        Self::Cursor,
        Self::Boundary,
        Self::Iso8601,
        Self::HttpDate,
        Self::EpochSeconds,
        Self::EpochMilliseconds,
        Self::EpochFloat,
    ];

    /// The name that rules and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Uuid => "uuid",
            Self::Ulid => "ulid",
            Self::Key => "key",
            Self::Jwt => "jwt",
            Self::Id => "id",
            Self::Cursor => "cursor",
            Self::Boundary => "boundary",
            Self::Iso8601 => "iso-8601",
            Self::HttpDate => "http-date",
            Self::EpochSeconds => "epoch-seconds",
            Self::EpochMilliseconds => "epoch-milliseconds",
            Self::EpochFloat => "epoch-float",
        }
    }

    /// Whether it is a time: times have a form and no identity.
    pub fn is_time(self) -> bool {
        matches!(
            self,
            Self::Iso8601
                | Self::HttpDate
                | Self::EpochSeconds
                | Self::EpochMilliseconds
                | Self::EpochFloat
        )
    }

    /// Whether the same value in two places must stay the same value in both.
    pub fn has_identity(self) -> bool {
        !self.is_time()
    }

    /// Whether two spellings have one form: the length, alphabet and case of identities, the format and zone of times.
    ///
    /// The precision of times is not asked for here: trailing zeros may have been cut off.
    ///
    /// ```
    /// use apidocs::stabilize::Kind;
    /// assert!(Kind::Hex.has_form_of("cbd1f80", "1234567"));
    /// assert!(!Kind::Hex.has_form_of("cbd1f80", "CBD1F80"));
    /// assert!(!Kind::Iso8601.has_form_of("2020-03-10T05:57:38Z", "2020-03-10T05:57:38"));
    /// ```
    pub fn has_form_of(self, old: &str, new: &str) -> bool {
        match self {
            Self::Hex | Self::Uuid | Self::Ulid => identity::have_one_alphabet(old, new),
            Self::Key | Self::Jwt => identity::are_keys_of_one_form(old, new),
            Self::Id => identity::is_decimal(old) && identity::is_decimal(new),
            Self::Cursor => identity::cursor_tail(old) == identity::cursor_tail(new),
            Self::Boundary => true,
            Self::Iso8601 => {
                let format = |text| time::Iso::parse(text).map(|iso| iso.format());
                format(old) == format(new)
            }
            Self::HttpDate => old.len() == new.len(),
            Self::EpochSeconds | Self::EpochMilliseconds => old.len() == new.len(),
            Self::EpochFloat => old.contains('.') == new.contains('.'),
        }
    }

    /// The spelling by which values of kinds with identity are the same: a UUID is the same value without its dashes.
    pub fn normal_form(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Uuid | Self::Hex
                if text
                    .bytes()
                    .any(|byte| byte == b'-' || byte.is_ascii_uppercase()) =>
            {
                Cow::Owned(text.replace('-', "").to_ascii_lowercase())
            }
            _ => Cow::Borrowed(text),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no kind has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of volatile values named {0:?}")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_they_are_read_by() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("uid".parse::<Kind>().is_err());
    }

    #[test]
    fn a_uuid_is_the_same_value_without_dashes() {
        let dashed = "E65BEE01-57a5-4267-9e0a-787f990bc53b";
        assert_eq!(
            Kind::Uuid.normal_form(dashed),
            "e65bee0157a542679e0a787f990bc53b"
        );
    }
}
