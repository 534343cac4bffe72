//! `sections.json`: the order of sections and of their endpoints.

use serde::{Deserialize, Serialize};

use super::DocumentName;

/// All sections, in the order of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sections {
    /// Where an editor finds the schema.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A group of endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The folder of its documents and pages.
    pub id: String,
    /// What readers see.
    pub title: String,
    /// The names of its endpoint documents, in order.
    pub endpoints: Vec<String>,
}

impl Sections {
    /// The reference from `sections.json` to its schema.
    pub const SCHEMA: &str = "../schemas/sections.schema.json";

    /// The section of that id.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// The place of a document within its section, from 1: the original's `sidebar_order`.
    pub fn place(&self, document: &DocumentName) -> Option<usize> {
        let endpoints = &self.section(document.section())?.endpoints;
        let index = endpoints.iter().position(|name| name == document.name())?;
        Some(index + 1)
    }
}
