//! Header fields, in the order and the case of the wire.

use serde::{Deserialize, Serialize};

/// One header field (RFC 9110, section 5), as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Header {
    /// The name, in the case of the wire.
    pub name: String,
    /// The value, without the white space around it.
    pub value: String,
}

/// The header fields of a message, repeated ones repeated.
///
/// In a file they are an array of `Name: value` lines.
///
/// ```
/// use apidocs::document::Headers;
/// let headers = Headers::from_lines(["Vary: Cookie", "Link: </a>", "link: </b>"]);
/// assert_eq!(headers.get("vary"), Some("Cookie"));
/// assert_eq!(headers.get_all("Link").collect::<Vec<_>>(), ["</a>", "</b>"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Headers(pub Vec<Header>);

impl Header {
    /// A field of that name and value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }

    /// Whether the field has that name; names are compared without case (RFC 9110, section 5.1).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn from_line(line: &str) -> Self {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        Self::new(name, value.strip_prefix(' ').unwrap_or(value))
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl Headers {
    /// Reads `Name: value` lines; a line without a colon is a name with an empty value.
    pub fn from_lines<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Self {
        Self(
            lines
                .into_iter()
                .map(|line| Header::from_line(line.as_ref()))
                .collect(),
        )
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let header = self.0.iter().find(|header| header.is(name))?;
        Some(&header.value)
    }

    /// The values of all fields of that name, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |header| header.is(name))
            .map(|header| header.value.as_str())
    }

    /// All fields, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// Puts a field behind the others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push(Header::new(name, value));
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<String>> for Headers {
    fn from(lines: Vec<String>) -> Self {
        Self::from_lines(lines)
    }
}

impl From<Headers> for Vec<String> {
    fn from(headers: Headers) -> Self {
        headers.0.iter().map(Header::to_string).collect()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
