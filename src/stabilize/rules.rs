//! What a project knows about its volatile values: `volatile.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Kind;
use crate::json::pointer;

/// Which values vary, and which do not although they look as if they would.
///
/// Addresses are JSON Pointers into the examples of a document, `*` for any item or member:
/// `/response/body/*/dsn/public`. A line of text is addressed by a pattern: `/response/text/go_threads *`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Where an editor finds the schema.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What people know; it wins over what was learned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<HandRule>,
    /// What was learned, by document.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub learned: BTreeMap<String, Learned>,
}

/// A rule of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandRule {
    /// The document, `*` for any run of characters.
    pub document: String,
    /// The address in its examples.
    pub at: String,
    /// How the value is held.
    pub kind: Holds,
    /// Why.
    pub reason: String,
}

/// What was learned of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// The places that differed, and how they are held.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub varied: BTreeMap<String, Holds>,
    /// The places that look volatile and did not differ: they must match exactly.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stable: BTreeSet<String>,
}

/// How a value that varies is held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// It pairs by its kind; values of other kinds in it must match.
    Kind(Kind),
    /// `[[time, number], …]`: held to length, step and types.
    Series,
    /// No kind is known: held to its type and shape.
    Shape,
    /// Held to its type alone.
    Type,
    /// The order of the items means nothing.
    Unordered,
    /// Items are the same item where the value at this JSON Pointer is.
    KeyedBy(String),
}

/// One or more ways to hold a value; in a file one name, or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holds(pub BTreeSet<Hold>);

impl Rules {
    /// The file in the folder of documents.
    pub const FILE: &str = "volatile.json";

    /// The reference from the file to its schema.
    pub const SCHEMA: &str = "../schemas/volatile.schema.json";

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.by_hand.is_empty() && self.learned.is_empty()
    }
}

impl Hold {
    fn name(&self) -> String {
        match self {
            Self::Kind(kind) => kind.name().to_owned(),
            Self::Series => "series".to_owned(),
            Self::Shape => "shape".to_owned(),
            Self::Type => "type".to_owned(),
            Self::Unordered => "unordered".to_owned(),
            Self::KeyedBy(pointer) => format!("keyed by {pointer}"),
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "series" => Self::Series,
            "shape" => Self::Shape,
            "type" => Self::Type,
            "unordered" => Self::Unordered,
            _ => match name.strip_prefix("keyed by ") {
                Some(pointer) if pointer.starts_with('/') => Self::KeyedBy(pointer.to_owned()),
                Some(_) => return None,
                None => Self::Kind(name.parse().ok()?),
            },
        })
    }
}

impl Holds {
    /// Whether the value is free but for its type, maybe its shape.
    pub fn is_free(&self) -> bool {
        self.0.contains(&Hold::Shape) || self.0.contains(&Hold::Type)
    }

    /// Whether it says how items stand to one another, and nothing about a value.
    pub fn is_order(&self) -> bool {
        self.0
            .iter()
            .all(|hold| matches!(hold, Hold::Unordered | Hold::KeyedBy(_)))
    }
}

impl FromIterator<Hold> for Holds {
    fn from_iter<I: IntoIterator<Item = Hold>>(holds: I) -> Self {
        Self(holds.into_iter().collect())
    }
}

impl Serialize for Holds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names: Vec<_> = self.0.iter().map(Hold::name).collect();
        match names.as_slice() {
            [one] => serializer.serialize_str(one),
            names => serializer.collect_seq(names),
        }
    }
}

impl<'de> Deserialize<'de> for Holds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Names {
            One(String),
            Several(Vec<String>),
        }
        let names = match Names::deserialize(deserializer)? {
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        };
        names
            .iter()
            .map(|name| {
                Hold::named(name).ok_or_else(|| {
                    D::Error::custom(format!("{name:?} is no kind of volatile values"))
                })
            })
            .collect()
    }
}

/// The rules for one document, by address.
#[derive(Debug, Default)]
pub(super) struct DocumentRules<'a> {
    nodes: Vec<Node<'a>>,
}

/// A place that rules reach.
#[derive(Debug, Default)]
struct Node<'a> {
    members: BTreeMap<String, usize>,
    rule: Option<Rule<'a>>,
}

/// What is said of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule<'a> {
    /// It must match exactly.
    Stable,
    /// It varies.
    Varies(&'a Holds),
}

impl<'a> DocumentRules<'a> {
    /// The rules that are about a document.
    pub fn of(rules: &'a Rules, document: &str) -> Self {
        let mut compiled = Self::default();
        if let Some(learned) = rules.learned.get(document) {
            for (address, holds) in &learned.varied {
                compiled.insert(address, Rule::Varies(holds));
            }
            for address in &learned.stable {
                compiled.insert(address, Rule::Stable);
            }
        }
        for rule in &rules.by_hand {
            if is_like(&rule.document, document) {
                compiled.insert(&rule.at, Rule::Varies(&rule.kind));
            }
        }
        compiled
    }

    fn insert(&mut self, address: &str, rule: Rule<'a>) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for token in pointer::tokens(address) {
            at = match self.nodes[at].members.get(&token) {
                Some(next) => *next,
                None => {
                    let next = self.nodes.len();
                    self.nodes.push(Node::default());
                    self.nodes[at].members.insert(token, next);
                    next
                }
            };
        }
        self.nodes[at].rule = Some(rule);
    }

    /// Whether the place, or one around it, must match exactly.
    pub fn is_stable(&self, pointer: &str) -> bool {
        self.at(pointer) == Some(Rule::Stable)
    }

    /// What is said of the place at a JSON Pointer: that it is stable, also of one around it.
    pub fn at(&self, pointer: &str) -> Option<Rule<'a>> {
        let mut places = self.start();
        for token in pointer::tokens(pointer) {
            if self.rule(&places) == Some(Rule::Stable) {
                return Some(Rule::Stable);
            }
            places = self.below(&places, &token);
        }
        self.rule(&places)
    }

    /// What is said of the line of a text at a JSON Pointer, and the parts of it that the pattern leaves open. `None` for
    /// what is no line, and for a line that fits no pattern.
    pub fn line_at(&self, pointer: &str, line: &str) -> Option<(Rule<'a>, Vec<Range<usize>>)> {
        let (text, _) = pointer.rsplit_once('/')?;
        let mut tokens = pointer::tokens(text);
        tokens.next();
        if tokens.next()? != "text" || tokens.next().is_some() {
            return None;
        }
        let mut places = self.start();
        for token in pointer::tokens(text) {
            places = self.below(&places, &token);
        }
        let nodes = places.iter().filter_map(|at| self.nodes.get(*at));
        nodes
            .flat_map(|node| &node.members)
            .filter(|(pattern, _)| *pattern != "*")
            .find_map(|(pattern, next)| {
                Some((self.nodes.get(*next)?.rule?, open_parts(pattern, line)?))
            })
    }

    /// Where one begins.
    pub fn start(&self) -> Vec<usize> {
        if self.nodes.is_empty() {
            Vec::new()
        } else {
            vec![0]
        }
    }

    /// The places below some places: those of that name first.
    pub fn below(&self, places: &[usize], name: &str) -> Vec<usize> {
        if places.is_empty() {
            return Vec::new();
        }
        let find = |name: &str| {
            places
                .iter()
                .filter_map(|at| self.nodes.get(*at)?.members.get(name).copied())
                .collect::<Vec<_>>()
        };
        let mut found = find(name);
        if name != "*" {
            found.extend(find("*"));
        }
        found
    }

    /// What is said of a place.
    pub fn rule(&self, places: &[usize]) -> Option<Rule<'a>> {
        places.iter().find_map(|at| self.nodes.get(*at)?.rule)
    }

    /// What is said of a line of text: the first pattern that both versions of it fit.
    pub fn line_rule(&self, places: &[usize], old: &str, new: &str) -> Option<Rule<'a>> {
        places
            .iter()
            .filter_map(|at| self.nodes.get(*at))
            .flat_map(|node| &node.members)
            // That for any line comes last.
            .filter(|(pattern, _)| {
                *pattern != "*" && is_like(pattern, old) && is_like(pattern, new)
            })
            .find_map(|(_, next)| self.nodes.get(*next)?.rule)
    }
}

/// Whether a text fits a pattern in which `*` stands for any run of characters.
///
/// ```
/// use apidocs::stabilize::rules::is_like;
/// assert!(is_like("projects/*", "projects/get-keys") && is_like("*", "") && is_like("a*c*e", "abcde"));
/// assert!(!is_like("a*c", "abcd"));
/// ```
pub fn is_like(pattern: &str, text: &str) -> bool {
    open_parts(pattern, text).is_some()
}

/// The parts of a text that the `*` of a pattern stand for; `None` where it does not fit.
fn open_parts(pattern: &str, text: &str) -> Option<Vec<Range<usize>>> {
    let mut parts = pattern.split('*');
    let first = parts.next()?;
    let mut at = text.starts_with(first).then_some(first.len())?;
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return (at == text.len()).then(Vec::new);
    };
    let mut open = Vec::new();
    for part in parts {
        let found = at + text.get(at..)?.find(part)?;
        open.push(at..found);
        at = found + part.len();
    }
    let end = text
        .len()
        .checked_sub(last.len())
        .filter(|end| *end >= at)?;
    (text.get(end..) == Some(last)).then(|| {
        open.push(at..end);
        open
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_is_read_and_written_alike() {
        let file = json!({
            "by_hand": [{"document": "*", "at": "/response/headers/x-load", "kind": "shape", "reason": "the load"}],
            "learned": {"a/b": {
                "varied": {"/response/body/*": "keyed by /name", "/response/headers/link": ["cursor", "hex"]},
                "stable": ["/response/body/*/id"]
            }}
        });
        let rules: Rules = serde_json::from_value(file.clone()).unwrap();
        let written = serde_json::to_value(&rules).unwrap();
        let mut expected = file;
        // Kinds are written in their own order.
        expected["learned"]["a/b"]["varied"]["/response/headers/link"] = json!(["hex", "cursor"]);
        assert_eq!(written, expected);
        let unknown =
            json!({"by_hand": [{"document": "*", "at": "", "kind": "hexx", "reason": ""}]});
        assert!(serde_json::from_value::<Rules>(unknown).is_err());
    }

    #[test]
    fn the_name_wins_over_the_star_and_people_over_what_was_learned() {
        let rules: Rules = serde_json::from_value(json!({
            "by_hand": [{"document": "a/*", "at": "/x/id", "kind": "uuid", "reason": "r"}],
            "learned": {"a/b": {"varied": {"/x/*": "shape"}, "stable": ["/x/id"]}}
        }))
        .unwrap();
        let compiled = DocumentRules::of(&rules, "a/b");
        let x = compiled.below(&compiled.start(), "x");
        let rule = |name| compiled.rule(&compiled.below(&x, name));
        let uuid: Holds = [Hold::Kind(Kind::Uuid)].into_iter().collect();
        let shape: Holds = [Hold::Shape].into_iter().collect();
        assert_eq!(rule("id"), Some(Rule::Varies(&uuid)));
        assert_eq!(rule("other"), Some(Rule::Varies(&shape)));
        let elsewhere = DocumentRules::of(&rules, "c/d");
        assert!(elsewhere.start().is_empty());
    }
}
