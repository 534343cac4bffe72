//! Contracts, the JSON Schemas of response bodies, and their names.

use std::fmt;

use serde_json::Value;

use super::{DocumentName, NameError};
use crate::finding::Label;

/// The key under which a contract names the media types, beside JSON, that a response may be of; `text/*` names several. Of
/// bodies in them it says nothing.
pub const MEDIA_TYPES: &str = "x-media-types";

/// The `$comment` of a contract that stands for a status of which an OpenAPI document says nothing of JSON, so that a wider one
/// does not count there. Such a contract lets every body pass.
pub const NOTHING_SAID: &str = "Nothing is said of JSON for this status.";

/// Which bodies a contract is for: those of an endpoint's responses with a status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractName {
    /// The endpoint document.
    pub document: DocumentName,
    /// The status of the response.
    pub status: ContractStatus,
}

/// A contract that has no file of its own: what a description of the API says of a response.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedContract {
    /// The JSON Schema.
    pub schema: Value,
    /// Where the description says it.
    pub label: Label,
}

/// The statuses that a contract is for, in the words of OpenAPI (3.1, "Responses Object"), the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractStatus {
    /// One: `200`.
    Exactly(u16),
    /// All that begin with a digit: `4XX`.
    Class(u16),
    /// All others: `default`.
    Default,
}

impl ContractName {
    /// The name that a file of `contracts/<section>/` stands for; `None` where it is none of a contract.
    ///
    /// # Errors
    /// Section or name are not safe as file names.
    pub fn new(section: &str, file: &str) -> Result<Option<Self>, NameError> {
        let parts = file
            .strip_suffix(".schema.json")
            .and_then(|stem| stem.rsplit_once('.'));
        let Some((name, status)) = parts else {
            return Ok(None);
        };
        let Some(status) = ContractStatus::parse(status) else {
            return Ok(None);
        };
        let document = DocumentName::new(section, name)?;
        Ok(Some(Self { document, status }))
    }

    /// The file, relative to the folder of documents.
    ///
    /// ```
    /// use apidocs::document::ContractName;
    /// let name = ContractName::new("keys", "get-keys.200.schema.json").unwrap().unwrap();
    /// assert_eq!(name.file(), "contracts/keys/get-keys.200.schema.json");
    /// assert_eq!(name.to_string(), "keys/get-keys 200");
    /// ```
    pub fn file(&self) -> String {
        format!(
            "contracts/{}/{}.{}.schema.json",
            self.document.section(),
            self.document.name(),
            self.status
        )
    }
}

impl ContractStatus {
    /// `200`, `4XX` or `default`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        let first = text
            .bytes()
            .next()
            .filter(|byte| (b'1'..=b'5').contains(byte))?;
        if text.get(1..) == Some("XX") {
            return Some(Self::Class(u16::from(first - b'0')));
        }
        let is_status = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_status).map(Self::Exactly)
    }

    /// Whether it speaks of a status.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Exactly(own) => own == status,
            Self::Class(class) => status / 100 == class,
            Self::Default => true,
        }
    }
}

impl fmt::Display for ContractStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => write!(f, "{status}"),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl fmt::Display for ContractName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document, self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_openapi() {
        for text in ["100", "200", "599", "4XX", "default"] {
            let status = ContractStatus::parse(text).unwrap();
            assert_eq!(status.to_string(), text);
        }
        for text in ["", "20", "2000", "600", "4xx", "XX", "+20", "é0", "Default"] {
            assert_eq!(ContractStatus::parse(text), None, "{text}");
        }
        assert!(ContractStatus::Class(4).covers(404) && !ContractStatus::Class(4).covers(500));
        assert!(ContractStatus::Exactly(200) < ContractStatus::Class(2));
    }
}
