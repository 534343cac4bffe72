//! Which scenarios run after which.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Collection, Scenario};
use crate::finding::{Finding, SourceFile, codes};

/// The scenarios after which one runs, as far as they are there and understood.
fn after<'a>(collection: &'a Collection, ident: &str) -> impl Iterator<Item = &'a str> {
    let scenario = collection
        .scenarios
        .get(ident)
        .and_then(|loaded| loaded.item.as_ref());
    scenario
        .into_iter()
        .flat_map(|scenario| scenario.after.iter().map(String::as_str))
}

/// All scenarios that must have run before one, itself aside unless it is one of them.
pub(super) fn ancestors<'a>(collection: &'a Collection, ident: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = after(collection, ident).collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(after(collection, name));
        }
    }
    found
}

/// What is wrong with the `after` of a scenario.
pub(super) fn check(
    collection: &Collection,
    ident: &str,
    source: &Arc<SourceFile>,
    scenario: &Scenario,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, name) in scenario.after.iter().enumerate() {
        let pointer = format!("/after/{index}");
        if !collection.has_scenario(name) {
            let message = format!("there is no scenario named {name:?}");
            findings.push(
                Finding::new(codes::UNKNOWN_SCENARIO, message)
                    .at_pointer(source, &pointer)
                    .help("scenarios are named by their file: <Ident> of scenarios/<Ident>.json"),
            );
        } else if let Some(circle) = circle(collection, ident, name) {
            let (message, help) = match name == ident {
                true => ("the scenario waits for itself".to_owned(), "remove it"),
                false => (
                    format!("scenarios wait for each other: {}", circle.join(" after ")),
                    "remove one of these from the `after` of the one before it",
                ),
            };
            findings.push(
                Finding::new(codes::SCENARIO_CYCLE, message)
                    .at_pointer(source, &pointer)
                    .help(help),
            );
        }
    }
    findings
}

/// The shortest way from a scenario over one of those before it back to itself.
fn circle<'a>(collection: &'a Collection, ident: &'a str, first: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from = BTreeMap::from([(first, ident)]);
    let mut open = std::collections::VecDeque::from([first]);
    while let Some(name) = open.pop_front() {
        if name == ident {
            break;
        }
        for next in after(collection, name) {
            came_from.entry(next).or_insert_with(|| {
                open.push_back(next);
                name
            });
        }
    }
    let mut way = vec![ident];
    let mut at = *came_from.get(ident)?;
    while at != ident {
        way.push(at);
        at = *came_from.get(at)?;
    }
    way.push(ident);
    way.reverse();
    Some(way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;
    use serde_json::json;

    fn collection(scenarios: &[(&str, &[&str])]) -> Collection {
        let mut tree = Tree::default();
        for (ident, after) in scenarios {
            let scenario = json!({"after": after, "requests": []}).to_string();
            tree.insert(format!("scenarios/{ident}.json"), scenario);
        }
        Collection::from_tree(&tree, "")
    }

    fn told(collection: &Collection, ident: &str) -> Vec<(&'static str, String)> {
        let loaded = &collection.scenarios[ident];
        let scenario = loaded.item.as_ref().unwrap();
        check(collection, ident, &loaded.source, scenario)
            .into_iter()
            .map(|finding| (finding.code.id, finding.message))
            .collect()
    }

    #[test]
    fn ancestors_are_found_over_others() {
        let collection =
            collection(&[("A", &[]), ("B", &["A"]), ("C", &["B", "D"]), ("D", &["A"])]);
        assert_eq!(Vec::from_iter(ancestors(&collection, "C")), ["A", "B", "D"]);
        assert!(ancestors(&collection, "A").is_empty());
        assert_eq!(told(&collection, "C"), []);
    }

    #[test]
    fn circles_and_strangers_are_told() {
        let collection = collection(&[
            ("A", &["C"]),
            ("B", &["A"]),
            ("C", &["B"]),
            ("D", &["A", "D", "a", "Nobody"]),
        ]);
        assert_eq!(
            told(&collection, "B"),
            [(
                "scenario-cycle",
                "scenarios wait for each other: B after A after C after B".to_owned()
            )]
        );
        let message = |index: usize| told(&collection, "D")[index].clone();
        assert_eq!(message(0).1, "the scenario waits for itself");
        assert_eq!(message(1).1, "there is no scenario named \"a\"");
        assert_eq!(told(&collection, "D").len(), 3);
    }
}
