//! What a file of the folder of documents is, by its path.

use super::{Approvals, ContractName, DocumentName, NameError, check_file_name};
use crate::finding::spelling::nearest;

/// A file that is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// `sections.json`.
    Sections,
    /// `fixtures.json`.
    Fixtures,
    /// `approvals.json`.
    Approvals,
    /// `scenarios/<Ident>.json`.
    Scenario(String),
    /// `endpoints/<section>/<name>.json`.
    Endpoint(DocumentName),
    /// `contracts/<section>/<name>.<status>.schema.json`.
    Contract(ContractName),
}

/// Why a file is not read.
#[derive(Debug)]
pub(super) enum Misplaced {
    /// It looks like one of ours, and stands where none does.
    Stray,
    /// Its name is nearly that of one of ours, which is this.
    Misspelt(String),
    /// Its name cannot be used.
    Unsafe(NameError),
}

impl Place {
    /// What the file of that path is (relative to the folder of documents, with `/`); `None` where it is none of ours.
    pub fn of(path: &str) -> Result<Option<Self>, Misplaced> {
        let parts: Vec<&str> = path.split('/').collect();
        Ok(Some(match parts.as_slice() {
            ["sections.json"] => Self::Sections,
            ["fixtures.json"] => Self::Fixtures,
            [Approvals::FILE] => Self::Approvals,
            ["scenarios", file] if file.ends_with(".json") => {
                let ident = file.trim_end_matches(".json");
                check_file_name(ident).map_err(Misplaced::Unsafe)?;
                Self::Scenario(ident.to_owned())
            }
            ["endpoints", section, file] if file.ends_with(".json") => {
                let name = DocumentName::new(section, file.trim_end_matches(".json"));
                Self::Endpoint(name.map_err(Misplaced::Unsafe)?)
            }
            ["contracts", section, file] if file.ends_with(".json") => {
                match ContractName::new(section, file).map_err(Misplaced::Unsafe)? {
                    Some(name) => Self::Contract(name),
                    None => return Err(Misplaced::Stray),
                }
            }
            ["endpoints" | "scenarios" | "contracts", .., file] if file.ends_with(".json") => {
                return Err(Misplaced::Stray);
            }
            ["endpoints" | "scenarios" | "contracts", .., file] => match in_small_letters(file) {
                Some(small) => return Err(Misplaced::Misspelt(small)),
                None => return Ok(None),
            },
            [file] if !FILES.contains(file) => {
                let small = in_small_letters(file);
                let name = small.as_deref().unwrap_or(file);
                match nearest(name, FILES).filter(|_| name.ends_with(".json")) {
                    Some(meant) => return Err(Misplaced::Misspelt(meant.to_owned())),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        }))
    }
}

/// The files of the folder itself.
const FILES: [&str; 4] = [
    "approvals.json",
    "fixtures.json",
    "sections.json",
    "volatile.json",
];

/// The name with `.json` at its end, where its letters are others there.
fn in_small_letters(file: &str) -> Option<String> {
    let (name, extension) = file.rsplit_once('.')?;
    let is_other = extension != "json" && extension.eq_ignore_ascii_case("json");
    is_other.then(|| format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_one_of_ours_is_recognised() {
        let meant = |path: &str| match Place::of(path) {
            Err(Misplaced::Misspelt(meant)) => Some(meant),
            _ => None,
        };
        for (path, name) in [
            ("fixture.json", Some("fixtures.json")),
            ("section.JSON", Some("sections.json")),
            ("endpoints/a/get-b.JSON", Some("get-b.json")),
            ("scenarios/A.Json", Some("A.json")),
            ("volatile.json", None),
            ("sections.json", None),
            ("package.json", None),
            ("sections.toml", None),
            ("endpoints/a/b.png", None),
            ("notes/section.json", None),
        ] {
            assert_eq!(meant(path).as_deref(), name, "{path}");
        }
    }
}
