//! Response bodies against their contracts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::cut::Cut;
use super::keywords;
use super::misfit::{Misfit, Part};
use super::reach::{is_other_form, may_be_empty, says_nothing};
use super::schemas::Schema;
use crate::document::{
    Body, Collection, ContractName, DescribedContract, EndpointDocument, ExampleTarget, Loaded,
};
use crate::finding::spelling::quoted;
use crate::finding::{Finding, Label, SourceFile, codes};

/// Contracts by name.
type Contracts<'a> = BTreeMap<&'a ContractName, Contract<'a>>;

/// A contract, from its own file or from elsewhere.
#[derive(Clone, Copy)]
struct Contract<'a> {
    schema: &'a Value,
    source: &'a Arc<SourceFile>,
    /// Where it says it, of one from elsewhere.
    label: Option<&'a Label>,
}

impl<'a> Contract<'a> {
    fn of_file(file: &'a Loaded<Value>) -> Self {
        Self {
            schema: &file.json,
            source: &file.source,
            label: None,
        }
    }

    fn described(described: &'a DescribedContract) -> Self {
        Self {
            schema: &described.schema,
            source: &described.label.source,
            label: Some(&described.label),
        }
    }

    /// Which one it is.
    fn note(&self) -> String {
        let path = &self.source.path;
        match self.label {
            None => format!("the contract is {path}"),
            Some(Label {
                span: Some(span), ..
            }) => {
                let line = self.source.position(span.start).line;
                format!("the contract is the schema at {path}:{line}")
            }
            Some(_) => format!("the contract is a schema of {path}"),
        }
    }

    /// What to do about a body that does not fit it.
    fn help(&self) -> String {
        match self.label {
            None => "mend the API; or, if that is meant, the contract: edit it, or remove it and run `apidocs infer` when the new body is captured".to_owned(),
            Some(_) => format!("mend the API; or, if that is meant, the schema in {}", self.source.path),
        }
    }
}

/// What does not fit, of all bodies, and what is wrong with the contracts themselves. Those of `others` count in place of
/// files of the same name, and `wholes` in place of what an example shows of a body.
pub(super) fn findings(
    collection: &Collection,
    others: &BTreeMap<ContractName, DescribedContract>,
    wholes: &BTreeMap<ExampleTarget, Body>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_files = collection.contracts.iter();
    let of_files = of_files.map(|(name, file)| (name, Contract::of_file(file)));
    let others = others.iter();
    let others = others.map(|(name, other)| (name, Contract::described(other)));
    let contracts: Contracts<'_> = of_files.chain(others).collect();
    for (name, contract) in &contracts {
        // One from elsewhere does not stand in its file as it was compiled.
        if contract.label.is_none() {
            let misspelt = keywords::misspelt(contract.schema, contract.source).into_iter();
            findings.extend(misspelt.map(|finding| finding.about(&name.document)));
        }
        let schema = match Schema::contract(contract.schema.clone()) {
            Ok(schema) => Some(schema),
            Err(misfit) => {
                let told = match contract.label {
                    Some(label) => misfit.at(contract.source, label.span.clone()),
                    None => misfit.in_json(contract.source),
                };
                let help = told.help.clone().unwrap_or_else(|| {
                    "it must be a JSON Schema (2020-12) whose references stay within the file"
                        .to_owned()
                });
                findings.push(Finding {
                    code: codes::BROKEN_CONTRACT,
                    severity: codes::BROKEN_CONTRACT.default_severity(),
                    message: format!("the contract cannot be used: {}", told.message),
                    help: Some(help),
                    ..told.about(&name.document)
                });
                None
            }
        };
        match (collection.endpoints.get(&name.document), schema) {
            (None, _) => findings.push(orphan(name, contract)),
            (Some(document), Some(schema)) => {
                let is_own = |status| governing(&contracts, name, status);
                findings.append(&mut bodies(
                    name, contract, document, &schema, is_own, wholes,
                ));
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

fn orphan(name: &ContractName, contract: &Contract<'_>) -> Finding {
    let message = format!("there is no document `{}`", name.document);
    Finding::new(codes::ORPHAN_CONTRACT, message)
        .in_file(contract.source)
        .about(&name.document)
        .help("a contract is contracts/<section>/<name>.<status>.schema.json for endpoints/<section>/<name>.json: rename or remove it")
}

/// The bodies of the examples whose status is the contract's own.
fn bodies(
    name: &ContractName,
    contract: &Contract<'_>,
    document: &Loaded<EndpointDocument>,
    schema: &Schema,
    is_own: impl Fn(u16) -> bool,
    wholes: &BTreeMap<ExampleTarget, Body>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let examples = document.item.iter().flat_map(|item| &item.examples);
    let governed: Vec<_> = examples
        .enumerate()
        .filter_map(|(index, example)| {
            let response = example.response.parsed()?;
            is_own(response.status).then_some((index, example, response))
        })
        .collect();
    let in_json: BTreeSet<u16> = governed
        .iter()
        .filter(|(_, _, response)| matches!(response.body, Body::Json(_)))
        .map(|(_, _, response)| response.status)
        .collect();
    for (index, example, response) in governed {
        let at = format!("/examples/{index}/response");
        let about = format!("{}#{}", name.document, example.name);
        let request = example.request.parsed();
        let is_beside_json = in_json.contains(&response.status);
        let target = ExampleTarget {
            document: name.document.clone(),
            example: example.name.clone(),
        };
        let (body, cut) = match wholes.get(&target) {
            Some(whole) => (whole, Cut::NONE),
            None => (&response.body, Cut::new(&example.shortened)),
        };
        let told = match body {
            Body::Json(body) => schema
                .misfits_of_part(body, cut)
                .into_iter()
                .map(|mut misfit| {
                    misfit.pointer = format!("{at}/body{}", misfit.pointer);
                    shown(misfit, &document.source).in_json(&document.source)
                })
                .collect(),
            Body::Empty if may_be_empty(name.status, request, response.status) => Vec::new(),
            _ if says_nothing(contract.schema) => Vec::new(),
            _ if is_other_form(contract.schema, request, response, is_beside_json) => Vec::new(),
            _ => {
                let finding = Finding::new(codes::CONTRACT_MISMATCH, "expected a JSON body");
                vec![finding.at_key(&document.source, &at)]
            }
        };
        let body_at = format!("{at}/body");
        let told = told.into_iter().map(|finding| {
            // Where the line of the file is not shown, or the body is not in the file, the place must be told.
            let pointer = finding.pointer.as_deref();
            let place = pointer.and_then(|pointer| pointer.strip_prefix(&body_at));
            let place = place.filter(|place| !place.is_empty());
            let place = place.map(|place| format!(" at {}", quoted(place)));
            Finding {
                code: codes::CONTRACT_MISMATCH,
                severity: codes::CONTRACT_MISMATCH.default_severity(),
                message: format!(
                    "the body does not fit its contract{}: {}",
                    place.unwrap_or_default(),
                    finding.message
                ),
                help: Some(contract.help()),
                ..finding.about(&about).note(contract.note())
            }
        });
        findings.extend(told);
    }
    findings
}

/// What is wrong with an item that the example leaves out is told at the array.
fn shown(mut misfit: Misfit, source: &SourceFile) -> Misfit {
    while source.locate(&misfit.pointer).is_none() {
        let Some((outer, last)) = misfit.pointer.rsplit_once('/') else {
            break;
        };
        if let Ok(index) = last.parse::<usize>() {
            let number = index.saturating_add(1);
            let message = &misfit.message;
            misfit.message = format!("{message} (in item {number}, which is not shown)");
        }
        misfit.part = Part::Value;
        misfit.pointer = outer.to_owned();
    }
    misfit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{MEDIA_TYPES, Tree};
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
        let findings = findings(
            &Collection::from_tree(&tree, ""),
            &BTreeMap::new(),
            &BTreeMap::new(),
        );
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

    /// What is told of one example, by method, status, headers and body, with a contract of that name.
    fn told(contract: &str, json: &Value, examples: &[(&str, u16, &str, Value)]) -> Vec<String> {
        let examples = examples.iter().enumerate();
        let examples = examples.map(|(index, (method, status, media, body))| {
            let mut response = body.clone();
            response["status"] = json!(status);
            response["reason"] = json!("");
            if !media.is_empty() {
                response["headers"] = json!([format!("Content-Type: {media}")]);
            }
            json!({"name": index.to_string(), "response": response,
                "request": {"method": method, "path": "/", "headers": ["Accept: text/html, image/png"]}})
        });
        let document = json!({"title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": examples.collect::<Vec<_>>()});
        let mut tree = Tree::default();
        tree.insert("endpoints/a/b.json", document.to_string());
        tree.insert(
            format!("contracts/a/b.{contract}.schema.json"),
            json.to_string(),
        );
        let collection = Collection::from_tree(&tree, "");
        let findings = findings(&collection, &BTreeMap::new(), &BTreeMap::new());
        findings
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn what_has_no_body_is_held_to_none() {
        let contract = json!({"type": "object"});
        let empty = json!({});
        for (name, method, status, is_told) in [
            ("default", "DELETE", 204, false),
            ("204", "DELETE", 204, false),
            ("200", "HEAD", 200, false),
            ("2XX", "GET", 202, false),
            ("200", "GET", 200, true),
        ] {
            let told = told(name, &contract, &[(method, status, "", empty.clone())]);
            assert_eq!(!told.is_empty(), is_told, "{name} {method} {status}");
        }
    }

    #[test]
    fn a_contract_says_nothing_of_other_media_types() {
        let contract = json!({"type": "object"});
        let csv = (
            "GET",
            200,
            "text/csv; charset=utf-8",
            json!({"text": ["a,b"]}),
        );
        let html = ("GET", 200, "text/html", json!({"text": ["<p>"]}));
        let json_one = ("GET", 200, "application/json", json!({"body": {}}));
        // An API that answers with something else is told, unless that was meant.
        assert_eq!(told("200", &contract, std::slice::from_ref(&csv)).len(), 1);
        assert!(told("200", &contract, std::slice::from_ref(&html)).is_empty());
        assert!(told("200", &contract, &[csv.clone(), json_one]).is_empty());
        // Beside JSON of another status it is not meant.
        let gone = ("GET", 404, "application/json", json!({"body": {}}));
        assert_eq!(told("default", &contract, &[csv.clone(), gone]).len(), 1);
        for known in ["text/csv", "text/*", "*/*"] {
            let contract = json!({"type": "object", MEDIA_TYPES: [known]});
            assert!(told("200", &contract, std::slice::from_ref(&csv)).is_empty());
        }
        let free = json!({"$comment": "Nothing is said."});
        assert!(told("200", &free, &[("GET", 200, "", json!({"text": ["x"]}))]).is_empty());
        // What is JSON is held to the contract whatever its media type is called.
        let body = ("GET", 200, "text/csv", json!({"body": 1}));
        assert_eq!(told("200", &contract, &[body]).len(), 1);
    }

    /// What is told of an array of which an example shows two items of a hundred.
    fn told_of_part(contract: Value, whole: Option<Value>) -> Vec<String> {
        let document = json!({"title": "", "method": "GET", "api_path": "/", "description": "", "examples": [
            {"name": "default", "request": {"method": "GET", "path": "/"}, "shortened": {"/a": {"shown": 2, "of": 100}},
            "response": {"status": 200, "reason": "", "body": {"a": [1, 2]}}}]});
        let mut tree = Tree::default();
        tree.insert("endpoints/x/y.json", document.to_string());
        tree.insert("contracts/x/y.200.schema.json", contract.to_string());
        let target = "x/y".parse().unwrap();
        let wholes = whole.map(|whole| (target, Body::Json(whole)));
        let wholes = wholes.into_iter().collect();
        let collection = Collection::from_tree(&tree, "");
        let findings = findings(&collection, &BTreeMap::new(), &wholes);
        assert!(findings.iter().all(|finding| finding.position().is_some()));
        let message = |finding: Finding| {
            let (place, message) = finding.message.split_once(": ").unwrap();
            assert!(place.starts_with("the body does not fit its contract at `/a"));
            message.to_owned()
        };
        findings.into_iter().map(message).collect()
    }

    #[test]
    fn what_is_left_out_counts_as_unknown() {
        let none: [&str; 0] = [];
        for array in [
            json!({"minItems": 100}),
            json!({"contains": {"const": 7}}),
            json!({"contains": {"const": 1}, "minContains": 2}),
            json!({"anyOf": [{"type": "string"}, {"minItems": 100}]}),
            json!({"not": {"maxItems": 50}}),
            json!({"oneOf": [{"maxItems": 9}, {"maxItems": 5}]}),
            json!({"if": {"maxItems": 9}, "then": {"items": {"type": "string"}}}),
        ] {
            let contract = json!({"properties": {"a": array}});
            assert_eq!(told_of_part(contract.clone(), None), none, "{contract}");
        }
        for (array, message) in [
            (json!({"maxItems": 1}), "expected at most 1 item"),
            (
                json!({"items": {"maximum": 1}}),
                "expected at most 1, found 2",
            ),
            (
                json!({"anyOf": [{"minItems": 3, "items": {"maximum": 1}}]}),
                "expected at most 1, found 2",
            ),
        ] {
            let contract = json!({"properties": {"a": array}});
            assert_eq!(told_of_part(contract, None), [message]);
        }
    }

    #[test]
    fn the_whole_body_counts_where_it_is_known() {
        let contract = |array: Value| json!({"properties": {"a": array}});
        let whole = json!({"a": [1, 2, 3, "x"]});
        let none: [&str; 0] = [];
        assert_eq!(
            told_of_part(contract(json!({"minItems": 4})), Some(whole.clone())),
            none
        );
        for (array, message) in [
            (json!({"minItems": 5}), "expected at least 5 items"),
            (
                json!({"items": {"type": "integer"}}),
                "expected a whole number, found a string (in item 4, which is not shown)",
            ),
        ] {
            assert_eq!(
                told_of_part(contract(array), Some(whole.clone())),
                [message]
            );
        }
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
            assert_eq!(
                findings(&collection, &BTreeMap::new(), &BTreeMap::new()),
                [],
                "{contract}"
            );
        }
    }
}
