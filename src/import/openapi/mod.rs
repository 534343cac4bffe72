//! OpenAPI 3.0 and 3.1, and Swagger 2.0, as JSON or YAML.
//!
//! [`Source::read`] reads a document and the local files that it refers to; nothing is fetched. [`import`] makes of it
//! documents, sections, contracts and scenarios to be completed. What of the source has no place in any of them is
//! counted and told: nothing is lost in silence.

mod body;
mod contracts;
mod discriminator;
mod document;
mod matching;
mod operation;
mod parameters;
mod schema;
mod security;
mod skeleton;
mod source;
mod standing;
mod types;
mod unplaced;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{ContractName, DocumentName, EndpointDocument, Sections};
use crate::finding::Finding;

pub use contracts::{Contracts, contracts, live_contracts};
pub use operation::Operation;
pub use skeleton::Skeletons;
pub use source::{Load, Source, Version};
pub use standing::{Laid, lay_over, unknown};
pub use unplaced::Unplaced;

pub(crate) use document::{BODY_AT, DEPRECATED, placeholders};
pub(crate) use operation::{EXTENSION, METHODS};
pub(crate) use parameters::{TYPE_WORDS, WHOLE_BODY};

/// What an OpenAPI document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The endpoint documents: one an operation.
    pub documents: BTreeMap<DocumentName, EndpointDocument>,
    /// The sections: one a tag.
    pub sections: Sections,
    /// What the JSON body of a response must be (JSON Schema 2020-12).
    pub contracts: BTreeMap<ContractName, Value>,
    /// Requests for the documents.
    pub skeletons: Skeletons,
    /// What has no place in any of these.
    pub unplaced: Vec<Unplaced>,
    /// What could not be understood or resolved.
    pub findings: Vec<Finding>,
}

/// Makes documents, sections, contracts and scenarios of an OpenAPI document.
pub fn import(source: &Source) -> Imported {
    let mut findings = source.findings.clone();
    let root = source.root();
    for version in ["openapi", "swagger"] {
        root.value(version);
    }
    let operations = source.operations_with(&mut findings);
    let mut imported = Imported {
        sections: document::sections(&root, &operations),
        documents: document::others(&root, &mut findings),
        ..Imported::default()
    };
    for operation in &operations {
        let document = document::document(operation, &mut findings);
        imported.documents.insert(operation.name.clone(), document);
        for (status, schema) in contracts::of_operation(operation) {
            let document = operation.name.clone();
            let name = ContractName { document, status };
            imported.contracts.insert(name, schema);
        }
    }
    imported.skeletons = skeleton::skeletons(&operations, &imported.sections);
    imported.unplaced = unplaced::unplaced(source);
    imported.findings = findings;
    imported
}
