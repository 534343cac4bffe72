//! What a file of the folder of documents is, by its path.

use super::{Approvals, ContractName, DocumentName, NameError, check_file_name};

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
            _ => return Ok(None),
        }))
    }
}
