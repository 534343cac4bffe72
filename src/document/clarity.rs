//! Whether files say what they were meant to say. From what a broken file does not say, nothing follows for the others.

use serde_json::Value;

use super::{Collection, DocumentName, Fixtures, Loaded, Scenario};

/// The keys of a scenario.
const SCENARIO: &[&str] = &[
    "$schema", "title", "isolated", "after", "cookies", "setup", "requests", "teardown",
];

/// The keys of `fixtures.json`.
const FIXTURES: &[&str] = &["$schema", "title", "variables", "requests", "teardown"];

/// The keys of a request of either.
const STEP: &[&str] = &[
    "request",
    "as",
    "headers",
    "json",
    "form",
    "multipart",
    "text",
    "file",
    "status",
    "follow",
    "until",
    "example",
    "title",
    "show",
    "save",
    "todo",
];

impl Collection {
    /// Whether the file of that path is there and could not be read, itself or the folder in which it is.
    pub fn is_unread(&self, path: &str) -> bool {
        let holds = |unread: &String| {
            let rest = path.strip_prefix(unread.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.unread.iter().any(holds)
    }

    /// Whether `fixtures.json` is not there, or says what it was meant to say.
    pub fn are_fixtures_clear(&self) -> bool {
        !self.is_unread("fixtures.json")
            && self
                .fixtures
                .as_ref()
                .is_none_or(|loaded| loaded.is_clear())
    }

    /// Whether there is no scenario of that name, or one that says what it was meant to say.
    pub fn is_scenario_clear(&self, ident: &str) -> bool {
        let scenario = self.scenarios.get(ident);
        !self.is_unread(&scenario_file(ident)) && scenario.is_none_or(|loaded| loaded.is_clear())
    }

    /// Whether all scenarios are clear.
    pub fn are_scenarios_clear(&self) -> bool {
        let mut unread = self.unread.iter();
        !unread.any(|path| path == "scenarios" || path.starts_with("scenarios/"))
            && self.scenarios.values().all(|loaded| loaded.is_clear())
    }

    /// Whether there is a scenario of that name, readable or not.
    pub fn has_scenario(&self, ident: &str) -> bool {
        self.scenarios.contains_key(ident) || self.is_unread(&scenario_file(ident))
    }

    /// How many endpoint documents are there and not understood.
    pub fn unclear_documents(&self) -> usize {
        let unread = self.unread.iter();
        let not_understood = self.endpoints.values();
        unread
            .filter(|path| DocumentName::of_file(path).is_some())
            .count()
            + not_understood
                .filter(|loaded| loaded.item.is_none())
                .count()
    }
}

fn scenario_file(ident: &str) -> String {
    format!("scenarios/{ident}.json")
}

impl Loaded<Scenario> {
    /// Whether it is understood, with every key: one that is not known may be another one, misspelt.
    pub fn is_clear(&self) -> bool {
        self.item.is_some() && has_known_keys(&self.json, SCENARIO)
    }
}

impl Loaded<Fixtures> {
    /// As of a scenario.
    pub fn is_clear(&self) -> bool {
        self.item.is_some() && has_known_keys(&self.json, FIXTURES)
    }
}

fn has_known_keys(file: &Value, known: &[&str]) -> bool {
    let only = |value: &Value, known: &[&str]| {
        let mut keys = value
            .as_object()
            .into_iter()
            .flat_map(|object| object.keys());
        keys.all(|key| known.contains(&key.as_str()))
    };
    let lists = ["setup", "requests", "teardown"].into_iter();
    let lists = lists.filter_map(|list| file.get(list)?.as_array());
    only(file, known) && lists.flatten().all(|step| only(step, STEP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;

    fn collection(files: &[(&str, &str)]) -> Collection {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.insert(*path, *text);
        }
        Collection::from_tree(&tree, "api-docs")
    }

    #[test]
    fn keys_are_those_of_the_schemas() {
        let keys = |text: &str| -> (Vec<String>, Vec<String>) {
            let schema: Value = serde_json::from_str(text).unwrap();
            let keys = |at: &str| {
                let properties = schema.pointer(at).and_then(Value::as_object).unwrap();
                properties.keys().cloned().collect()
            };
            (keys("/properties"), keys("/$defs/step/properties"))
        };
        let sorted = |names: &[&str]| {
            let mut names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort();
            names
        };
        for (text, known) in [
            (include_str!("../../schemas/scenario.schema.json"), SCENARIO),
            (include_str!("../../schemas/fixtures.schema.json"), FIXTURES),
        ] {
            let (mut file, mut step) = keys(text);
            file.sort();
            step.sort();
            assert_eq!((file, step), (sorted(known), sorted(STEP)));
        }
    }

    #[test]
    fn what_is_broken_or_misspelt_is_not_clear() {
        let good = r#"{"requests": [{"request": "GET /a/"}]}"#;
        let fine = collection(&[("scenarios/A.json", good), ("fixtures.json", "{}")]);
        assert!(fine.are_scenarios_clear() && fine.are_fixtures_clear());
        for bad in [
            "{",
            r#"{"request": []}"#,
            r#"{"requests": [], "aftr": ["B"]}"#,
            r#"{"requests": [{"request": "GET /a/", "svae": {}}]}"#,
        ] {
            let broken = collection(&[("scenarios/A.json", bad), ("fixtures.json", bad)]);
            assert!(
                !broken.is_scenario_clear("A") && broken.has_scenario("A"),
                "{bad}"
            );
            assert!(
                broken.is_scenario_clear("B") && !broken.has_scenario("B"),
                "{bad}"
            );
            assert!(!broken.are_scenarios_clear() && !broken.are_fixtures_clear());
        }
        let files = [
            ("endpoints/a/x.json", "{"),
            ("endpoints/a/y.json", "[]"),
            ("endpoints/a/z.json", "{\"title\": 1}"),
            ("sections.json", "["),
        ];
        let broken = collection(&files);
        assert_eq!(broken.unclear_documents(), 3);
        assert!(broken.is_unread("endpoints/a/x.json") && !broken.is_unread("endpoints/a/y.json"));
        let mut linked = Collection::default();
        linked.add_unread("scenarios", "x", "");
        assert!(linked.has_scenario("A") && !linked.are_scenarios_clear());
    }
}
