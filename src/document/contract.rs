//! Names of contracts: the JSON Schemas of response bodies.

use std::fmt;

use super::{DocumentName, NameError};

/// Which body a contract is for: that of an endpoint's responses with a status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractName {
    /// The endpoint document.
    pub document: DocumentName,
    /// The status of the response.
    pub status: u16,
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
        let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        let Some(status) = status.parse().ok().filter(|_| is_status) else {
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

impl fmt::Display for ContractName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document, self.status)
    }
}
