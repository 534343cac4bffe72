//! What an OpenAPI document says of responses, as contracts of a project's documents.

use std::collections::BTreeMap;

use serde_json::Value;

use super::matching::Known;
use super::{Operation, Source};
use crate::document::{Collection, ContractName, ContractStatus, DescribedContract, has_no_body};
use crate::finding::{Finding, Severity, codes};

/// Contracts for the documents that a project has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contracts {
    /// What the JSON body of a response must be (JSON Schema 2020-12).
    pub schemas: BTreeMap<ContractName, Value>,
    /// The operations that no document is about, as warnings, and what is wrong with the source.
    pub findings: Vec<Finding>,
}

/// The contracts of an OpenAPI document, for the documents that are about the same methods and paths.
pub fn contracts(source: &Source, collection: &Collection) -> Contracts {
    let mut contracts = Contracts {
        findings: source.findings.clone(),
        ..Contracts::default()
    };
    let known = Known::new(collection);
    for operation in source.operations_with(&mut contracts.findings) {
        match known.get(&operation.method, &operation.path) {
            Some((name, _)) => {
                for (status, schema) in of_operation(&operation) {
                    let document = name.clone();
                    let name = ContractName { document, status };
                    contracts.schemas.entry(name).or_insert(schema);
                }
            }
            None => contracts.findings.push(Finding {
                severity: Severity::Warning,
                ..undocumented(&operation).help("`apidocs import openapi` makes a document of it")
            }),
        }
    }
    contracts
}

/// The contracts of a project as they stand in the OpenAPI document, with their places in it.
pub fn live_contracts(
    source: &Source,
    collection: &Collection,
) -> BTreeMap<ContractName, DescribedContract> {
    let mut schemas = contracts(source, collection).schemas;
    let known = Known::new(collection);
    let mut live = BTreeMap::new();
    for operation in source.operations() {
        let Some((document, _)) = known.get(&operation.method, &operation.path) else {
            continue;
        };
        for written in operation.statuses() {
            let name = parse(written).map(|status| ContractName {
                document: document.clone(),
                status,
            });
            let label = operation.schema_label(written);
            if let (Some(name), Some(label)) = (name, label.or_else(|| operation.node.label()))
                && let Some(schema) = schemas.remove(&name)
            {
                live.insert(name, DescribedContract { schema, label });
            }
        }
    }
    live
}

/// A status as a contract names it. Not every key is one; some write `4xx` for `4XX`.
fn parse(status: &str) -> Option<ContractStatus> {
    ContractStatus::parse(status).or_else(|| ContractStatus::parse(&status.to_ascii_uppercase()))
}

/// The contract of each status of an operation that has one. A status that is there without JSON has one that lets every body
/// pass where a wider one would speak of it otherwise.
pub(super) fn of_operation(
    operation: &Operation<'_>,
) -> impl Iterator<Item = (ContractStatus, Value)> {
    let statuses = operation.statuses().into_iter();
    let statuses =
        statuses.filter_map(|status| Some((parse(status)?, status, operation.schema(status))));
    let statuses: Vec<_> = statuses.collect();
    let spoken = statuses.iter().filter(|(_, _, schema)| schema.is_some());
    let spoken: Vec<_> = spoken.map(|(own, _, _)| *own).collect();
    let is_covered = move |own: ContractStatus| match own {
        ContractStatus::Exactly(status) => {
            !has_no_body(status) && spoken.iter().any(|other| other.covers(status))
        }
        ContractStatus::Class(_) => spoken.contains(&ContractStatus::Default),
        ContractStatus::Default => false,
    };
    statuses
        .into_iter()
        .filter_map(move |(own, status, schema)| {
            let free = || is_covered(own).then(|| operation.without_json(status));
            Some((own, schema.or_else(free)?))
        })
}

/// That no document is about an operation.
pub(super) fn undocumented(operation: &Operation<'_>) -> Finding {
    let (method, path) = (&operation.method, &operation.path);
    let message = format!("{method} {path} has no document");
    operation
        .node
        .finding(codes::UNDOCUMENTED_OPERATION, &message)
}
