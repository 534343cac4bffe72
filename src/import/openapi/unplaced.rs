//! What of a source has no place in a document, a contract or a scenario.

use super::operation::METHODS;
use super::source::{Source, Unused};
use crate::finding::{Finding, codes};
use crate::json::pointer;

/// Things of one kind that have no place.
#[derive(Debug, Clone, PartialEq)]
pub struct Unplaced {
    /// Where they are, as a JSONPath (RFC 9535): `$.paths.*.*.externalDocs`.
    pub path: String,
    /// How many.
    pub count: usize,
    /// The first of them, in the source.
    pub finding: Finding,
}

/// Keys whose members people name: which one it is does not matter.
const NAMED: [&str; 25] = [
    "paths",
    "properties",
    "patternProperties",
    "responses",
    "content",
    "headers",
    "schemas",
    "examples",
    "requestBodies",
    "securitySchemes",
    "definitions",
    "securityDefinitions",
    "callbacks",
    "links",
    "encoding",
    "mapping",
    "variables",
    "scopes",
    "webhooks",
    "pathItems",
    "$defs",
    "flows",
    "dependentSchemas",
    "parameters",
    "x-examples",
];

/// What was not understood, by kind, the kinds in the order of the source.
pub(super) fn unplaced(source: &Source) -> Vec<Unplaced> {
    let mut kinds: Vec<Unplaced> = Vec::new();
    for unused in source.unused() {
        let path = kind_of(&unused);
        match kinds.iter_mut().find(|kind| kind.path == path) {
            Some(kind) => kind.count += 1,
            None => {
                let finding = unused.node.finding(codes::UNPLACED, "");
                kinds.push(Unplaced {
                    path,
                    count: 1,
                    finding,
                });
            }
        }
    }
    for kind in &mut kinds {
        let times = match kind.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        kind.finding.message = format!("`{}` has no place in a document{times}", kind.path);
    }
    kinds
}

/// The JSONPath of a value, with `*` for what people name and for the places of lists. How people arrange what one file
/// takes from another is their own choice.
fn kind_of(Unused { node, within }: &Unused<'_>) -> String {
    let mut path = "$".to_owned();
    let tokens: Vec<String> = pointer::tokens(&node.pointer).collect();
    let arranged = node.pointer[..*within].matches('/').count();
    path.push_str(&".*".repeat(arranged));
    for (index, token) in tokens.iter().enumerate().skip(arranged) {
        let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
        let is_number = token.bytes().all(|byte| byte.is_ascii_digit());
        let named = before(1).is_some_and(|key| NAMED.contains(&key.as_str()));
        let of_item = METHODS.contains(&token.as_str())
            && before(2).is_some_and(|key| key == "paths" || key == "pathItems");
        // A list, or an object of that name whose keys people choose.
        let lists = before(1).is_some_and(|key| key == "parameters" || key == "examples");
        if is_number && (!named || lists) {
            path.push_str("[*]");
        } else if named || of_item {
            path.push_str(".*");
        } else if token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            path.push_str(&format!(".{token}"));
        } else {
            path.push_str(&format!("['{}']", token.replace('\'', "\\'")));
        }
    }
    path
}
