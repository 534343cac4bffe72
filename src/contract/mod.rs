//! Response contracts: the JSON Schema (2020-12) of a response body, inferred from bodies that were captured.
//!
//! ```text
//!  bodies ─► evidence (what was seen, merged) ─► schema (what that says, and no more)
//! ```
//!
//! A body from which a schema was inferred always fits it.

mod evidence;
mod forms;
mod schema;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Body, ContractName, ContractStatus, DocumentName, EndpointDocument};
use evidence::Evidence;

/// The contracts that the examples of documents speak for: one for each status with a JSON body.
pub fn infer<'a>(
    documents: impl IntoIterator<Item = (&'a DocumentName, &'a EndpointDocument)>,
) -> BTreeMap<ContractName, Value> {
    let mut contracts = BTreeMap::new();
    for (name, document) in documents {
        let mut bodies: BTreeMap<u16, Vec<&Value>> = BTreeMap::new();
        for example in &document.examples {
            if let Some(response) = example.response.parsed()
                && let Body::Json(body) = &response.body
            {
                bodies.entry(response.status).or_default().push(body);
            }
        }
        for (status, bodies) in bodies {
            let title = format!("{}: {status}", document.title);
            let contract = ContractName {
                document: name.clone(),
                status: ContractStatus::Exactly(status),
            };
            contracts.insert(contract, of_bodies(&title, &bodies));
        }
    }
    contracts
}

/// The schema of some bodies.
///
/// ```
/// use serde_json::json;
/// let (one, two) = (json!({"id": 1, "note": null}), json!({"id": 2, "note": "x"}));
/// let schema = apidocs::contract::of_bodies("Notes", &[&one, &two]);
/// assert_eq!(schema["properties"]["note"], json!({"type": ["string", "null"]}));
/// assert_eq!(schema["required"], json!(["id", "note"]));
/// ```
pub fn of_bodies(title: &str, bodies: &[&Value]) -> Value {
    let mut evidence = Evidence::default();
    for body in bodies {
        evidence.see(body);
    }
    schema::of_file(title, &evidence)
}
