//! Response bodies against their contracts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schemas::Schema;
use crate::document::{Body, Collection, ContractName, EndpointDocument, Loaded};
use crate::finding::{Finding, codes};

/// Contracts by name.
type Contracts<'a> = BTreeMap<&'a ContractName, &'a Loaded<Value>>;

/// What does not fit, of all bodies, and what is wrong with the contracts themselves. Those of `others` count in place of
/// files of the same name.
pub(super) fn findings(
    collection: &Collection,
    others: &BTreeMap<ContractName, Loaded<Value>>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let contracts: Contracts<'_> = collection.contracts.iter().chain(others).collect();
    for (name, contract) in &contracts {
        let schema = match Schema::contract(contract.json.clone()) {
            Ok(schema) => Some(schema),
            Err(reason) => {
                findings.push(
                    Finding::new(
                        codes::BROKEN_CONTRACT,
                        format!("the contract cannot be used: {reason}"),
                    )
                    .in_file(&contract.source)
                    .about(&name.document)
                    .help(
                        "it must be a JSON Schema (2020-12) whose references stay within the file",
                    ),
                );
                None
            }
        };
        match (collection.endpoints.get(&name.document), schema) {
            (None, _) => findings.push(orphan(name, contract)),
            (Some(document), Some(schema)) => {
                let is_own = |status| governing(&contracts, name, status);
                findings.append(&mut bodies(name, contract, document, &schema, is_own));
            }
            (Some(_), None) => {}
        }
    }
    findings
}

/// Whether a contract is the one for a status: the narrowest of those of its document.
fn governing(contracts: &Contracts<'_>, name: &ContractName, status: u16) -> bool {
    let mut others = contracts.keys();
    let narrower = others.any(|other| {
        other.document == name.document && other.status < name.status && other.status.covers(status)
    });
    name.status.covers(status) && !narrower
}

fn orphan(name: &ContractName, contract: &Loaded<Value>) -> Finding {
    let message = format!("there is no document `{}`", name.document);
    Finding::new(codes::ORPHAN_CONTRACT, message)
        .in_file(&contract.source)
        .about(&name.document)
        .help("a contract is contracts/<section>/<name>.<status>.schema.json for endpoints/<section>/<name>.json: rename or remove it")
}

/// The bodies of the examples whose status is the contract's own.
fn bodies(
    name: &ContractName,
    contract: &Loaded<Value>,
    document: &Loaded<EndpointDocument>,
    schema: &Schema,
    is_own: impl Fn(u16) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let examples = document.item.iter().flat_map(|item| &item.examples);
    for (index, example) in examples.enumerate() {
        let Some(response) = example.response.parsed() else {
            continue;
        };
        if !is_own(response.status) {
            continue;
        }
        let at = format!("/examples/{index}/response");
        let about = format!("{}#{}", name.document, example.name);
        let told = match &response.body {
            Body::Json(body) => schema
                .misfits(body)
                .into_iter()
                .map(|mut misfit| {
                    misfit.pointer = format!("{at}/body{}", misfit.pointer);
                    misfit.in_json(&document.source)
                })
                .collect(),
            _ => {
                let finding = Finding::new(codes::CONTRACT_MISMATCH, "expected a JSON body");
                vec![finding.at_key(&document.source, &at)]
            }
        };
        let told = told.into_iter().map(|finding| Finding {
            code: codes::CONTRACT_MISMATCH,
            severity: codes::CONTRACT_MISMATCH.default_severity(),
            message: format!("the body does not fit its contract: {}", finding.message),
            help: Some(
                "mend the API; or, if that is meant, the contract: edit it, or remove it and run `apidocs infer` when the new body is captured"
                    .to_owned(),
            ),
            ..finding
                .about(&about)
                .note(format!("the contract is {}", contract.source.path))
        });
        findings.extend(told);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;
    use serde_json::json;

    fn found(files: &[(&str, Value)]) -> Vec<String> {
        let mut tree = Tree::default();
        let example = |name: &str, status: u16| {
            json!({"name": name, "request": {"method": "GET", "path": "/"},
                "response": {"status": status, "reason": "", "body": status}})
        };
        let document = json!({"title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": [example("ok", 200), example("gone", 404), example("broken", 500)]});
        tree.insert("endpoints/a/b.json", document.to_string());
        for (path, contract) in files {
            tree.insert(
                format!("contracts/a/{path}.schema.json"),
                contract.to_string(),
            );
        }
        let findings = findings(&Collection::from_tree(&tree, ""), &BTreeMap::new());
        let mut told: Vec<_> = findings
            .iter()
            .filter_map(|it| it.address.clone())
            .collect();
        told.sort();
        told
    }

    #[test]
    fn the_narrowest_contract_counts() {
        let (no, yes) = (json!(false), json!(true));
        assert_eq!(found(&[("b.404", no.clone())]), ["a/b#gone"]);
        assert_eq!(found(&[("b.4XX", no.clone())]), ["a/b#gone"]);
        assert_eq!(
            found(&[("b.default", no.clone()), ("b.200", yes.clone())]),
            ["a/b#broken", "a/b#gone"]
        );
        assert_eq!(
            found(&[
                ("b.default", no.clone()),
                ("b.4XX", yes.clone()),
                ("b.2XX", no.clone()),
                ("b.200", yes.clone())
            ]),
            ["a/b#broken"]
        );
        assert_eq!(found(&[("b.4xx", no)]), Vec::<String>::new());
    }

    /// A contract that refers to itself without end says nothing, and must not end the program.
    #[test]
    fn circles_end() {
        for contract in [
            json!({"$ref": "#"}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            json!({"allOf": [{"anyOf": [{"$ref": "#"}]}]}),
        ] {
            let mut tree = Tree::default();
            let document = json!({"title": "", "method": "GET", "api_path": "/", "description": "", "examples": [
                {"request": {"method": "GET", "path": "/"}, "response": {"status": 200, "reason": "", "body": {"a": 1}}}]});
            tree.insert("endpoints/a/b.json", document.to_string());
            tree.insert("contracts/a/b.200.schema.json", contract.to_string());
            let collection = Collection::from_tree(&tree, "");
            assert_eq!(findings(&collection, &BTreeMap::new()), [], "{contract}");
        }
    }
}
