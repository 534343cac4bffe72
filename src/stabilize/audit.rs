//! Rules that say nothing, and rules that say too much.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::pairing::DocumentView;
use super::rules::{Holds, Rules, is_like};
use crate::finding::{Code, Finding, SourceFile, codes};
use crate::json::pointer;

/// What is wrong with rules, for documents as they are; `source` is their file.
///
/// A rule that matches nothing is out of date. One is too broad that lets go of what never varies by itself (status,
/// structure), or of more than half of the members or lines of a document at once.
pub fn audit(
    rules: &Rules,
    documents: &BTreeMap<String, DocumentView>,
    source: &Arc<SourceFile>,
) -> Vec<Finding> {
    let mut audit = Audit {
        documents,
        source,
        findings: Vec::new(),
    };
    for (index, rule) in rules.by_hand.iter().enumerate() {
        let place = format!("/by_hand/{index}");
        audit.rule(&rule.document, &rule.at, Some(&rule.kind), &place);
    }
    for (document, learned) in &rules.learned {
        let place = pointer::join("/learned", document);
        if !documents.contains_key(document) {
            let message = format!("there is no document {document}");
            audit.tell(codes::UNUSED_RULE, message, &place);
            continue;
        }
        for (at, holds) in &learned.varied {
            let place = pointer::join(&format!("{place}/varied"), at);
            audit.rule(document, at, Some(holds), &place);
        }
        for (index, at) in learned.stable.iter().enumerate() {
            audit.rule(document, at, None, &format!("{place}/stable/{index}"));
        }
    }
    audit.findings
}

struct Audit<'a> {
    documents: &'a BTreeMap<String, DocumentView>,
    source: &'a Arc<SourceFile>,
    findings: Vec<Finding>,
}

/// What a rule reaches.
#[derive(Default)]
struct Reach<'a> {
    values: Vec<&'a Value>,
    /// For each `*` that stood for member names: those it stood for, and how many there are in all.
    names: BTreeSet<&'a str>,
    of: usize,
    lines: (usize, usize),
}

impl Audit<'_> {
    fn rule(&mut self, document: &str, at: &str, holds: Option<&Holds>, place: &str) {
        let tokens: Vec<String> = pointer::tokens(at).collect();
        let mut reach = Reach::default();
        for (name, view) in self.documents {
            if !is_like(document, name) {
                continue;
            }
            for (_, example) in view.examples() {
                follow(example, &tokens, false, &mut reach);
            }
        }
        if reach.values.is_empty() {
            let message = format!("nothing is at {at} in {document}");
            return self.tell(codes::UNUSED_RULE, message, place);
        }
        let Some(holds) = holds else { return };
        if holds.is_order() {
            return;
        }
        let is_container =
            |value: &&Value| value.is_object() || (value.is_array() && holds.is_free());
        let message = if is_fixed(&tokens) {
            format!("{at} never varies by itself")
        } else if reach.values.iter().all(is_container) {
            format!("{at} is no value: what is in it would not be compared")
        } else if holds.is_free() && reach.names.len() > 1 && reach.names.len() * 2 > reach.of {
            format!("{at} lets go of {} different members", reach.names.len())
        } else if holds.is_free() && reach.lines.0 > 1 && reach.lines.0 * 2 > reach.lines.1 {
            format!(
                "{at} lets go of {} of {} lines",
                reach.lines.0, reach.lines.1
            )
        } else {
            return;
        };
        self.tell(codes::BROAD_RULE, message, place);
    }

    fn tell(&mut self, code: Code, message: String, place: &str) {
        let help = match code {
            codes::UNUSED_RULE => "remove it, or learn again: `apidocs learn DIR DIR -o FILE`",
            _ => "name the values that vary, each by a rule of its own",
        };
        let finding = Finding::new(code, message).at_pointer(self.source, place);
        self.findings.push(finding.help(help));
    }
}

/// What has no volatile parts.
fn is_fixed(tokens: &[String]) -> bool {
    let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
    matches!(
        tokens.as_slice(),
        [] | [_] | ["request", "method"] | ["response", "status" | "reason"] | [_, "*"]
    )
}

fn follow<'a>(value: &'a Value, tokens: &[String], in_text: bool, reach: &mut Reach<'a>) {
    let Some((token, rest)) = tokens.split_first() else {
        reach.values.push(value);
        return;
    };
    match value {
        Value::Object(members) if token == "*" => {
            for (name, member) in members {
                let before = reach.values.len();
                follow(member, rest, false, reach);
                if reach.values.len() > before {
                    reach.names.insert(name);
                }
            }
            reach.of = reach.of.max(members.len());
        }
        Value::Object(members) => {
            if let Some(member) = members.get(token) {
                follow(member, rest, is_text(token), reach);
            }
        }
        Value::Array(items) if in_text => {
            for item in items {
                let Value::String(line) = item else {
                    follow(item, rest, false, reach);
                    continue;
                };
                if rest.is_empty() && is_like(token, line) {
                    reach.values.push(item);
                    reach.lines.0 += 1;
                }
            }
            reach.lines.1 += items.len();
        }
        Value::Array(items) if token == "*" => {
            items
                .iter()
                .for_each(|item| follow(item, rest, false, reach));
        }
        _ => {}
    }
}

/// The member of a message that holds lines.
fn is_text(name: &str) -> bool {
    matches!(name, "text" | "verbatim")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EndpointDocument;
    use serde_json::json;

    fn told(rule: &Value) -> Vec<&'static str> {
        let document: EndpointDocument = serde_json::from_value(json!({
            "title": "", "method": "GET", "api_path": "/", "description": "",
            "examples": [{"name": "default", "request": {"method": "GET", "path": "/"},
                "response": {"status": 200, "reason": "OK", "headers": ["A: 1", "B: 2"],
                    "body": {"list": [{"size": 1, "name": "x"}], "stats": {"a": 1, "b": 2, "c": 3}}}}]
        }))
        .unwrap();
        let documents = BTreeMap::from([("a/b".to_owned(), DocumentView::of(&document))]);
        let rules: Rules = serde_json::from_value(json!({ "by_hand": [rule] })).unwrap();
        let source = SourceFile::new("volatile.json", b"{}");
        let findings = audit(&rules, &documents, &source);
        findings.iter().map(|finding| finding.code.id).collect()
    }

    fn rule(document: &str, at: &str, kind: &str) -> Value {
        json!({"document": document, "at": at, "kind": kind, "reason": "r"})
    }

    #[test]
    fn rules_that_match_nothing_or_too_much_are_told() {
        let fine = [
            rule("a/b", "/response/body/list/*/size", "shape"),
            rule("*", "/response/headers/a", "shape"),
            rule("a/*", "/response/body/list", "unordered"),
            rule("a/b", "/response/body/stats/*", "hex"),
        ];
        for rule in &fine {
            assert!(told(rule).is_empty(), "{rule}");
        }
        let unused = [
            rule("a/c", "/response/body/list/*/size", "shape"),
            rule("a/b", "/response/body/list/*/sise", "shape"),
        ];
        for rule in &unused {
            assert_eq!(told(rule), ["unused-volatile-rule"], "{rule}");
        }
        let broad = [
            rule("a/b", "/response/status", "type"),
            rule("a/b", "/response/body", "type"),
            rule("a/b", "/response/body/list", "shape"),
            rule("a/b", "/response/body/stats/*", "type"),
            rule("a/b", "/response/headers/*", "shape"),
        ];
        for rule in &broad {
            assert_eq!(told(rule), ["broad-volatile-rule"], "{rule}");
        }
    }
}
