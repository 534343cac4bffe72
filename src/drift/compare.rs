//! Two versions of all documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use similar::{Algorithm, DiffOp};

use super::classify::{self, change};
use super::{causes, excerpt, renames};
use crate::document::{DocumentName, EndpointDocument, Sections};
use crate::finding::{Change, DocumentChanges, DocumentStatus, Excerpt, codes};
use crate::stabilize::{Delta, DocumentView, Rules, exact, pair, view};

/// One version of all documents.
#[derive(Debug, Clone, Default)]
pub struct Version<'a> {
    /// The documents by name.
    pub documents: BTreeMap<&'a DocumentName, &'a EndpointDocument>,
    /// The order of sections and of their endpoints.
    pub sections: Sections,
}

impl<'a> Version<'a> {
    /// A version of these documents in that order.
    pub fn new(
        documents: impl IntoIterator<Item = (&'a DocumentName, &'a EndpointDocument)>,
        sections: Sections,
    ) -> Self {
        let documents = documents.into_iter().collect();
        Self {
            documents,
            sections,
        }
    }
}

/// Compares two versions: every document of either, by name; `rules` tell which values vary.
pub fn compare(old: &Version, new: &Version, rules: &Rules) -> Vec<DocumentChanges> {
    let comparison = Comparison::new(old, new, rules);
    let names = comparison.names().iter();
    names.map(|name| comparison.document(name)).collect()
}

/// Two versions that are compared a document at a time, in any order or side by side.
pub struct Comparison<'a> {
    old: &'a Version<'a>,
    new: &'a Version<'a>,
    rules: &'a Rules,
    /// Newer name to older one.
    renamed: BTreeMap<&'a DocumentName, &'a DocumentName>,
    moved: BTreeMap<DocumentName, Change>,
    names: Vec<&'a DocumentName>,
}

impl<'a> Comparison<'a> {
    /// Looks which documents were renamed or moved; `rules` tell which values vary.
    pub fn new(old: &'a Version<'a>, new: &'a Version<'a>, rules: &'a Rules) -> Self {
        let renamed = renames::find(old, new);
        let previous: BTreeSet<_> = renamed.values().copied().collect();
        let names: BTreeSet<_> = old
            .documents
            .keys()
            .chain(new.documents.keys())
            .copied()
            .filter(|name| !previous.contains(name))
            .collect();
        Self {
            old,
            new,
            rules,
            renamed,
            moved: find_moved(&old.sections, &new.sections),
            names: names.into_iter().collect(),
        }
    }

    /// The documents of either version in order, those that were renamed under their newer names.
    pub fn names(&self) -> &[&'a DocumentName] {
        &self.names
    }

    /// What became of a document, one cause told once; one that neither version has is unchanged.
    pub fn document(&self, name: &DocumentName) -> DocumentChanges {
        let mut compared = self.place_by_place(name);
        compared.changes = causes::told_once(&compared.document, compared.changes);
        compared
    }

    /// The same with a change for each place; [`told_once`](super::told_once) joins those of one cause.
    pub fn place_by_place(&self, name: &DocumentName) -> DocumentChanges {
        let older = self.old.documents.get(name);
        match (older, self.new.documents.get(name)) {
            (Some(before), Some(after)) => {
                let mut changes = document(name, [before, after], self.rules);
                changes.changes.extend(self.moved.get(name).cloned());
                if !changes.changes.is_empty() {
                    changes.status = DocumentStatus::Drift;
                }
                changes
            }
            (Some(before), None) => one_sided(name, before, DocumentStatus::Removed),
            (None, Some(after)) => match self.renamed.get(name) {
                Some(older) => rename(older, name, [self.old.documents[older], after], self.rules),
                None => one_sided(name, after, DocumentStatus::Added),
            },
            (None, None) => unchanged(name, String::new()),
        }
    }
}

/// Documents that have another place among those which both versions list.
fn find_moved<'a>(old: &'a Sections, new: &'a Sections) -> BTreeMap<DocumentName, Change> {
    let mut moved = BTreeMap::new();
    for section in &new.sections {
        let Some(older) = old.section(&section.id) else {
            continue;
        };
        let [old_places, new_places] = [&older.endpoints, &section.endpoints].map(|names| {
            let places = names.iter().enumerate().rev();
            let places = places.map(|(index, name)| (name, index + 1));
            places.collect::<HashMap<_, _>>()
        });
        let common = |names: &'a [String], others: &HashMap<&String, usize>| -> Vec<&'a String> {
            let names = names.iter();
            names.filter(|name| others.contains_key(name)).collect()
        };
        let before = common(&older.endpoints, &new_places);
        let after = common(&section.endpoints, &old_places);
        for op in similar::capture_diff_slices(Algorithm::Myers, &before, &after) {
            let (DiffOp::Insert {
                new_index, new_len, ..
            }
            | DiffOp::Replace {
                new_index, new_len, ..
            }) = op
            else {
                continue;
            };
            for name in after[new_index..new_index + new_len].iter().copied() {
                let Ok(document) = DocumentName::new(&section.id, name) else {
                    continue;
                };
                let (from, to) = (json!(old_places.get(name)), json!(new_places.get(name)));
                let change = change(
                    codes::ORDER_CHANGED,
                    "/order".to_owned(),
                    Some(&from),
                    Some(&to),
                );
                moved.insert(document, change);
            }
        }
    }
    moved
}

/// Method and path.
pub(super) fn endpoint(document: &EndpointDocument) -> String {
    format!("{} {}", document.method, document.api_path)
}

fn unchanged(name: &DocumentName, endpoint: String) -> DocumentChanges {
    DocumentChanges {
        document: name.to_string(),
        previous: None,
        endpoint,
        status: DocumentStatus::Unchanged,
        changes: Vec::new(),
        excerpts: Vec::new(),
        provisional: 0,
    }
}

fn one_sided(
    name: &DocumentName,
    document: &EndpointDocument,
    status: DocumentStatus,
) -> DocumentChanges {
    let told = json!(endpoint(document));
    let change = match status {
        DocumentStatus::Removed => {
            change(codes::DOCUMENT_REMOVED, String::new(), Some(&told), None)
        }
        _ => change(codes::DOCUMENT_ADDED, String::new(), None, Some(&told)),
    };
    DocumentChanges {
        status,
        changes: vec![change],
        ..unchanged(name, endpoint(document))
    }
}

fn rename(
    older: &DocumentName,
    name: &DocumentName,
    versions: [&EndpointDocument; 2],
    rules: &Rules,
) -> DocumentChanges {
    let mut changes = document(name, versions, rules);
    let (from, to) = (json!(older.to_string()), json!(name.to_string()));
    let renamed = change(
        codes::DOCUMENT_RENAMED,
        String::new(),
        Some(&from),
        Some(&to),
    );
    changes.changes.insert(0, renamed);
    changes.previous = Some(older.to_string());
    changes.status = DocumentStatus::Renamed;
    changes
}

fn document(
    name: &DocumentName,
    [old, new]: [&EndpointDocument; 2],
    rules: &Rules,
) -> DocumentChanges {
    let mut compared = unchanged(name, endpoint(new));
    if old == new {
        return compared;
    }
    let mut tell = |part: String, delta: &Delta, told: Vec<Change>| {
        let lines = match delta {
            // One that is gone is told by its status line.
            Delta::Removed(_) => Vec::new(),
            Delta::Added(example) => excerpt::added(example),
            delta if !told.is_empty() => excerpt::lines(delta),
            _ => Vec::new(),
        };
        if !lines.is_empty() {
            compared.excerpts.push(Excerpt { part, lines });
        }
        compared.changes.extend(told);
    };
    let (before, after) = (view::prose(old), view::prose(new));
    let prose = exact(&before, &after);
    tell("prose".to_owned(), &prose, classify::prose(&prose));

    let (before, after) = (DocumentView::of(old), DocumentView::of(new));
    let paired = pair(&name.to_string(), &before, &after, rules);
    for (example, delta) in &paired.examples {
        let address = format!("#{example}");
        let told = match delta {
            Delta::Removed(old) => vec![change(
                codes::EXAMPLE_REMOVED,
                address,
                Some(&summary(old)),
                None,
            )],
            Delta::Added(new) => vec![change(
                codes::EXAMPLE_ADDED,
                address,
                None,
                Some(&summary(new)),
            )],
            _ => classify::example(example, delta),
        };
        tell(format!("#{example}"), delta, told);
    }
    compared.provisional = paired.provisional();
    compared.status = if !compared.changes.is_empty() {
        DocumentStatus::Drift
    } else if paired.examples.iter().all(|(_, delta)| delta.is_same()) {
        DocumentStatus::Unchanged
    } else {
        DocumentStatus::Noise
    };
    compared
}

/// What a change says of a whole example: its status line.
fn summary(example: &Value) -> Value {
    let response = &example["response"];
    let text = format!(
        "{} {}",
        response["status"],
        response["reason"].as_str().unwrap_or_default()
    );
    json!(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Example, Headers, Recorded, Request, Response, Section};

    fn name(text: &str) -> DocumentName {
        text.parse().unwrap()
    }

    fn named(title: &str, path: &str) -> EndpointDocument {
        EndpointDocument {
            title: title.to_owned(),
            method: "GET".to_owned(),
            api_path: path.to_owned(),
            ..EndpointDocument::default()
        }
    }

    fn sections(endpoints: &[&str]) -> Sections {
        let endpoints = endpoints.iter().map(ToString::to_string).collect();
        let section = Section {
            id: "a".to_owned(),
            title: "A".to_owned(),
            endpoints,
        };
        Sections {
            schema: None,
            sections: vec![section],
        }
    }

    #[test]
    fn documents_come_go_and_get_other_names() {
        let (same, old, new, gone, fresh) = (
            name("a/same"),
            name("a/old"),
            name("b/new"),
            name("a/gone"),
            name("a/fresh"),
        );
        let documents = [
            named("S", "/s"),
            named("O", "/o"),
            named("N", "/o"),
            named("G", "/g"),
            named("F", "/f"),
        ];
        let before = Version::new(
            [
                (&same, &documents[0]),
                (&old, &documents[1]),
                (&gone, &documents[3]),
            ],
            Sections::default(),
        );
        let after = Version::new(
            [
                (&same, &documents[0]),
                (&new, &documents[2]),
                (&fresh, &documents[4]),
            ],
            Sections::default(),
        );
        let told: Vec<_> = compare(&before, &after, &Rules::default())
            .into_iter()
            .map(|changes| {
                let codes: Vec<_> = changes
                    .changes
                    .iter()
                    .map(|change| change.code.id)
                    .collect();
                (changes.document, changes.status, codes.join(" "))
            })
            .collect();
        assert_eq!(
            told,
            [
                (
                    "a/fresh".to_owned(),
                    DocumentStatus::Added,
                    "document-added".to_owned()
                ),
                (
                    "a/gone".to_owned(),
                    DocumentStatus::Removed,
                    "document-removed".to_owned()
                ),
                (
                    "a/same".to_owned(),
                    DocumentStatus::Unchanged,
                    String::new()
                ),
                (
                    "b/new".to_owned(),
                    DocumentStatus::Renamed,
                    "document-renamed prose-changed".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_repeated_header_is_told_with_its_values() {
        let example = |cookie: &str| {
            let response = Response {
                headers: Headers::from_lines(["Set-Cookie: a=1", cookie]),
                ..Response::default()
            };
            let request = Recorded::Parsed(Request::default());
            let response = Recorded::Parsed(response);
            Example {
                name: "default".to_owned(),
                title: None,
                request,
                response,
                shortened: Default::default(),
            }
        };
        let with = |cookie| EndpointDocument {
            examples: vec![example(cookie)],
            ..named("T", "/t")
        };
        let (old, new) = (with("Set-Cookie: b=1"), with("Set-Cookie: b=2"));
        let changes = document(&name("a/t"), [&old, &new], &Rules::default()).changes;
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].address, "#default/response/headers/set-cookie");
        assert_eq!(changes[0].old, Some(json!("a=1\nb=1")));
        assert_eq!(changes[0].new, Some(json!("a=1\nb=2")));
    }

    #[test]
    fn an_endpoint_that_was_put_in_front_moves_no_other() {
        let (x, y, z) = (name("a/x"), name("a/y"), name("a/z"));
        let documents = [named("X", "/x"), named("Y", "/y"), named("Z", "/z")];
        let all = || {
            [
                (&x, &documents[0]),
                (&y, &documents[1]),
                (&z, &documents[2]),
            ]
        };
        let moved = |before: &[&str], after: &[&str]| -> Vec<String> {
            let (old, new) = (
                Version::new(all(), sections(before)),
                Version::new(all(), sections(after)),
            );
            let moved = compare(&old, &new, &Rules::default())
                .into_iter()
                .filter(|changes| !changes.changes.is_empty());
            moved.map(|changes| changes.document).collect()
        };
        assert!(moved(&["x", "y"], &["z", "x", "y"]).is_empty());
        assert_eq!(moved(&["x", "y", "z"], &["y", "z", "x"]), ["a/x"]);
    }

    #[test]
    fn thousands_of_documents_are_put_in_order_in_one_go() {
        let mut names: Vec<_> = (0..20_000).map(|at| format!("document-{at:06}")).collect();
        let section = |endpoints: &[String]| {
            let mut sections = sections(&[]);
            sections.sections[0].endpoints = endpoints.to_vec();
            sections
        };
        let before = section(&names);
        names.rotate_left(1);
        let after = section(&names);
        let start = std::time::Instant::now();
        let moved = find_moved(&before, &after);
        assert!(start.elapsed().as_secs() < 4);
        assert_eq!(moved[&name("a/document-000000")].old, Some(json!(1)));
        assert_eq!(moved.len(), 1);
    }
}
