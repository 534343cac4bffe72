//! The documents in the order of the site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Input, RenderError};
use crate::document::{DocumentName, EndpointDocument, check_file_name};

/// All sections.
pub(super) struct Site<'a> {
    pub sections: Vec<SitedSection<'a>>,
}

/// A section with its documents.
pub(super) struct SitedSection<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub documents: Vec<SitedDocument<'a>>,
}

/// A document in its place.
pub(super) struct SitedDocument<'a> {
    pub name: &'a DocumentName,
    pub document: &'a Arc<EndpointDocument>,
    /// The place within the section, from 1.
    pub place: u32,
}

impl<'a> Site<'a> {
    /// Listed documents where they are listed, the others behind them. What is listed and is not there keeps its place
    /// free: the numbers of the others do not depend on it.
    pub(super) fn arrange(input: Input<'a>) -> Result<Self, RenderError> {
        let mut unlisted: BTreeMap<&str, BTreeSet<&DocumentName>> = BTreeMap::new();
        for name in input.documents.keys() {
            unlisted.entry(name.section()).or_default().insert(name);
        }
        let mut sections = Vec::new();
        for section in &input.sections.sections {
            check_file_name(&section.id).map_err(RenderError::SectionId)?;
            let mut rest = unlisted.remove(section.id.as_str()).unwrap_or_default();
            let mut documents = Vec::new();
            for (index, endpoint) in section.endpoints.iter().enumerate() {
                let name = rest.iter().find(|name| name.name() == endpoint).copied();
                // Listed twice, it keeps its first place.
                if let Some(name) = name.filter(|name| rest.remove(name)) {
                    documents.extend(sited(input, name, index));
                }
            }
            let unlisted = rest.into_iter().enumerate();
            documents.extend(
                unlisted.filter_map(|(index, name)| {
                    sited(input, name, section.endpoints.len() + index)
                }),
            );
            sections.push(SitedSection {
                id: &section.id,
                title: &section.title,
                documents,
            });
        }
        for (id, names) in unlisted {
            let names = names.into_iter().enumerate();
            sections.push(SitedSection {
                id,
                title: id,
                documents: names
                    .filter_map(|(index, name)| sited(input, name, index))
                    .collect(),
            });
        }
        Ok(Self { sections })
    }
}

fn sited<'a>(input: Input<'a>, name: &'a DocumentName, index: usize) -> Option<SitedDocument<'a>> {
    Some(SitedDocument {
        name,
        document: input.documents.get(name)?,
        place: u32::try_from(index + 1).unwrap_or(u32::MAX),
    })
}
