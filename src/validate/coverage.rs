//! How many endpoints have an example, against what the settings ask for.

use std::sync::Arc;

use super::settings::at_setting;
use crate::document::Collection;
use crate::finding::{Finding, SourceFile, codes};
use crate::project::Settings;

/// The finding that fewer endpoints have an example than `[coverage]` asks for. `source` is the text of the settings.
pub fn coverage(
    collection: &Collection,
    settings: &Settings,
    source: Option<&Arc<SourceFile>>,
) -> Option<Finding> {
    let minimum = settings.coverage.minimum?;
    let documents = collection.documents();
    let covered = documents
        .filter(|(_, document)| !document.examples.is_empty())
        .count();
    // A document that is not understood may have one.
    if covered + collection.unclear_documents() >= minimum || collection.is_unread("endpoints") {
        return None;
    }
    let verb = if covered == 1 { "has" } else { "have" };
    let message = format!("{covered} of the endpoints {verb} an example; {minimum} must");
    let finding = Finding::new(codes::LOW_COVERAGE, message);
    let all = collection.documents().count();
    let finding = if all < minimum {
        let there = match all {
            1 => "is 1 endpoint".to_owned(),
            all => format!("are {all} endpoints"),
        };
        finding.help(format!(
            "there {there} in all: write a number that they can have, or document more of them"
        ))
    } else {
        finding.help("capture examples for more of them: a request of a scenario names the document as its `example`")
    };
    Some(match source {
        Some(source) => at_setting(finding, source, "/coverage/minimum"),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;

    #[test]
    fn too_few_examples_are_told_where_the_settings_ask_for_them() {
        let mut tree = Tree::default();
        let with = r#"{"title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": [{"request": {"method": "GET", "path": "/"}, "response": {"status": 200, "reason": ""}}]}"#;
        let without = r#"{"title": "", "method": "GET", "api_path": "/", "description": "", "no_example": "x"}"#;
        tree.insert("endpoints/a/with.json", with);
        tree.insert("endpoints/a/without.json", without);
        let collection = Collection::from_tree(&tree, "");
        let told = |minimum: usize| {
            let text = format!("[coverage]\nminimum = {minimum}\n");
            let settings: Settings = toml::from_str(&text).unwrap();
            let source = SourceFile::new("apidocs.toml", text.as_bytes());
            coverage(&collection, &settings, Some(&source))
        };
        assert_eq!(told(1), None);
        let finding = told(2).unwrap();
        let position = finding.position().unwrap();
        assert_eq!((position.line, position.column), (2, 11));
        assert_eq!(finding.message, "1 of the endpoints has an example; 2 must");
        assert!(finding.help.unwrap().starts_with("capture examples"));
        let help = told(3).unwrap().help.unwrap();
        assert!(help.starts_with("there are 2 endpoints in all"), "{help}");
    }
}
