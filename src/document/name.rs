//! Names of documents and examples, and what makes a name safe as a file name.

use std::fmt;
use std::str::FromStr;

use super::DEFAULT_EXAMPLE;

/// The name of an endpoint document: `<section>/<name>`, both safe as file names everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentName {
    section: String,
    name: String,
}

/// Where a scenario puts an exchange: `<section>/<name>` or `<section>/<name>#<example>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExampleTarget {
    /// The document.
    pub document: DocumentName,
    /// The example in it.
    pub example: String,
}

/// Why something is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} {reason}")]
pub struct NameError {
    name: String,
    reason: &'static str,
}

/// Names that Windows keeps for devices, whatever their extension.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Whether a name is safe as a file name on every platform: ASCII letters, digits, `-`, `_` and `.`,
/// beginning with a letter or digit, no longer than 100 characters, and no device name of Windows.
pub fn check_file_name(name: &str) -> Result<(), NameError> {
    let reason = if name.is_empty() {
        "is empty"
    } else if name.len() > 100 {
        "is longer than 100 characters"
    } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "must begin with a letter or digit"
    } else if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    {
        "may hold only ASCII letters, digits, `-`, `_` and `.`"
    } else if name.ends_with('.') {
        "must not end with `.`"
    } else if is_device(name) {
        "is the name of a device on Windows"
    } else {
        return Ok(());
    };
    Err(NameError {
        name: name.to_owned(),
        reason,
    })
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let digitless = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    RESERVED.contains(&digitless)
        && match digitless {
            "com" | "lpt" => stem.len() == 4,
            _ => stem == digitless,
        }
}

impl DocumentName {
    /// A name of safe parts.
    pub fn new(section: &str, name: &str) -> Result<Self, NameError> {
        check_file_name(section)?;
        check_file_name(name)?;
        Ok(Self {
            section: section.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The name of the document in a file, by its path in the folder of documents; `None` where no document may stand.
    pub fn of_file(path: &str) -> Option<Self> {
        let (section, file) = path.strip_prefix("endpoints/")?.split_once('/')?;
        Self::new(section, file.strip_suffix(".json")?).ok()
    }

    /// The section's id.
    pub fn section(&self) -> &str {
        &self.section
    }

    /// The name within the section.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, relative to the folder of documents.
    ///
    /// ```
    /// let name: apidocs::document::DocumentName = "projects/get-project-keys".parse().unwrap();
    /// assert_eq!(name.file(), "endpoints/projects/get-project-keys.json");
    /// ```
    pub fn file(&self) -> String {
        format!("endpoints/{}/{}.json", self.section, self.name)
    }
}

impl FromStr for DocumentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (section, name) = text.split_once('/').ok_or_else(|| NameError {
            name: text.to_owned(),
            reason: "is not of the form <section>/<name>",
        })?;
        Self::new(section, name)
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.section, self.name)
    }
}

impl FromStr for ExampleTarget {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (document, example) = text.split_once('#').unwrap_or((text, DEFAULT_EXAMPLE));
        check_file_name(example)?;
        Ok(Self {
            document: document.parse()?,
            example: example.to_owned(),
        })
    }
}

impl fmt::Display for ExampleTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.document, self.example)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_folder_are_refused() {
        for bad in [
            "../x", "x", "a/../b", "/a", "a/", "a/b/c", "a/.b", "a/b\\c", "a/nul", "a/COM1.x",
            "a/b.", "a/b c", "a/é",
        ] {
            assert!(bad.parse::<DocumentName>().is_err(), "{bad}");
        }
        for good in [
            "a/b",
            "projects/get-project-keys",
            "A1/console",
            "a/comma",
            "a/v1.2",
        ] {
            assert!(good.parse::<DocumentName>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_target_without_example_is_the_default() {
        let target: ExampleTarget = "a/b".parse().unwrap();
        assert_eq!(target.to_string(), "a/b#default");
        let target: ExampleTarget = "a/b#gone".parse().unwrap();
        assert_eq!(target.example, "gone");
    }
}
