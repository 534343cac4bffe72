//! `sections.json` against the documents that are there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use super::item;
use crate::document::{Collection, DocumentName, Section, check_file_name};
use crate::finding::spelling::{nearest, quoted};
use crate::finding::{Finding, Fix, SourceFile, codes};

/// A project has endpoints, and an order of them.
pub(super) fn presence(collection: &Collection) -> Vec<Finding> {
    if collection.endpoints.is_empty() {
        let broken = collection.findings.iter();
        let broken = broken
            .filter_map(Finding::file)
            .any(|file| file.contains("endpoints/"));
        if broken {
            return Vec::new();
        }
        let finding = Finding::new(codes::NO_ENDPOINTS, "there is no endpoint document")
            .help("write one as endpoints/<section>/<name>.json in the folder of documents");
        return vec![finding];
    }
    if collection.sections.is_some() || collection.is_unread("sections.json") {
        return Vec::new();
    }
    let message =
        "there is no sections.json, which gives the order of sections and their endpoints";
    let ids: BTreeSet<_> = collection
        .endpoints
        .keys()
        .map(DocumentName::section)
        .collect();
    let ids: Vec<_> = ids.into_iter().map(quoted).collect();
    vec![Finding::new(codes::MISSING_SECTIONS, message).help(format!(
        "write it into the folder of documents, with {}",
        crate::finding::spelling::list(&ids, "and")
    ))]
}

/// A section has a title.
pub(super) fn titles(collection: &Collection) -> Vec<Finding> {
    let Some(order) = Order::of(collection) else {
        return Vec::new();
    };
    let sections = order.sections.iter();
    let blank = sections.filter(|(_, section)| section.title.trim().is_empty());
    blank
        .map(|(index, _)| {
            Finding::new(codes::EMPTY_TITLE, "the title of the section is empty")
                .at_pointer(order.source, &item("/sections", *index, ["title"]))
                .help("say what its endpoints have in common")
        })
        .collect()
}

/// The names in `sections.json` are safe as file names, and do not differ in case alone.
pub(super) fn names(collection: &Collection) -> Vec<Finding> {
    let Some(order) = Order::of(collection) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let sections = order.sections.iter();
    let ids = sections.map(|(index, section)| (item("/sections", *index, ["id"]), &section.id));
    check_names(order.source, ids, &mut findings);
    for (index, section) in &order.sections {
        let entries = section.endpoints.iter().enumerate();
        let entries = entries.map(|(place, entry)| (entry_at(*index, place), entry));
        check_names(order.source, entries, &mut findings);
    }
    findings
}

/// The names with their JSON Pointers.
fn check_names<'a>(
    source: &Arc<SourceFile>,
    names: impl Iterator<Item = (String, &'a String)>,
    findings: &mut Vec<Finding>,
) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (at, name) in names {
        if let Err(error) = check_file_name(name) {
            let finding = Finding::new(codes::UNSAFE_NAME, error.to_string());
            findings.push(finding.at_pointer(source, &at).help("choose another name"));
            continue;
        }
        match seen.insert(name.to_lowercase(), name) {
            Some(other) if other != name => {
                let message = format!(
                    "{} differs from {} in case alone",
                    quoted(name),
                    quoted(other)
                );
                let finding = Finding::new(codes::CASE_CLASH, message).at_pointer(source, &at);
                findings.push(finding.help("rename one of the two"));
            }
            _ => {}
        }
    }
}

/// Every document is listed once in its section, and every listed one exists.
pub(super) fn listings(collection: &Collection) -> Vec<Finding> {
    let Some(order) = Order::of(collection) else {
        return Vec::new();
    };
    let source = order.source;
    let mut findings = Vec::new();
    let mut ids = BTreeSet::new();
    let mut listed = HashSet::new();
    // What misspelt names stand for.
    let mut meant = BTreeMap::new();
    for (index, section) in &order.sections {
        let index = *index;
        if !ids.insert(section.id.as_str()) {
            let message = format!("the section {} is listed twice", quoted(&section.id));
            let finding = Finding::new(codes::DUPLICATE_LISTING, message)
                .at_pointer(source, &item("/sections", index, ["id"]));
            findings.push(finding.help("make one section of the two"));
        }
        for (place, entry) in section.endpoints.iter().enumerate() {
            // A name that is not safe has its own finding.
            let Ok(name) = DocumentName::new(&section.id, entry) else {
                continue;
            };
            let finding = if listed.contains(&name) {
                Finding::new(
                    codes::DUPLICATE_LISTING,
                    format!("{} is listed twice", quoted(entry)),
                )
                .help("remove one of the two")
            } else if exists(collection, &name) {
                listed.insert(name);
                continue;
            } else {
                let stands_for = near(collection, &order, &name);
                let finding = missing(&name, stands_for);
                if let Some(document) = stands_for {
                    meant.insert(document, entry.as_str());
                }
                listed.insert(name.clone());
                finding.about(name)
            };
            findings.push(finding.at_pointer(source, &entry_at(index, place)));
        }
    }
    for name in collection.endpoints.keys() {
        if listed.contains(name) {
            continue;
        }
        // Where the name is to be written, not where it is missing from.
        let (finding, at) = match order.section(name) {
            Some((index, _)) => (unlisted(name), item("/sections", index, ["endpoints"])),
            // It may be the one that is not understood.
            None if !order.is_whole => continue,
            None => (of_no_section(name), "/sections".to_owned()),
        };
        let mut finding = finding.at_key(source, &at).about(name);
        match meant.get(name) {
            // Which of the two is right, and where, only people know.
            Some(entry) => {
                let (entry, name) = (quoted(entry), quoted(name.name()));
                finding.help = Some(format!(
                    "write {name} in the place of {entry}, if that is what is meant, or add it to the endpoints"
                ));
            }
            None => finding.fix = list(&order, name),
        }
        findings.push(finding);
    }
    findings
}

/// The document that a name stands for which is none, as far as anybody can tell: one of its section that is not listed.
fn near<'a>(
    collection: &'a Collection,
    order: &Order<'_>,
    name: &DocumentName,
) -> Option<&'a DocumentName> {
    let listed = |other: &DocumentName| {
        let mut of_section = order
            .sections
            .iter()
            .filter(|(_, section)| section.id == other.section());
        of_section.any(|(_, section)| section.endpoints.iter().any(|entry| entry == other.name()))
    };
    let free = || {
        let documents = collection.endpoints.keys();
        documents.filter(|other| other.section() == name.section() && !listed(other))
    };
    let meant = nearest(name.name(), free().map(DocumentName::name))?;
    free().find(|other| other.name() == meant)
}

fn missing(name: &DocumentName, meant: Option<&DocumentName>) -> Finding {
    let message = format!("there is no document {}", quoted(&name.file()));
    let finding = Finding::new(codes::MISSING_DOCUMENT, message);
    match meant {
        Some(meant) => finding.help(format!("did you mean `{}`?", meant.name())),
        None => finding.help("write the document, or remove the name"),
    }
}

fn unlisted(name: &DocumentName) -> Finding {
    let (entry, section) = (quoted(name.name()), quoted(name.section()));
    let message = format!("the document is not listed in its section {section}");
    Finding::new(codes::UNLISTED_DOCUMENT, message).help(format!(
        "add {entry} to the endpoints of {section} in sections.json"
    ))
}

fn of_no_section(name: &DocumentName) -> Finding {
    let (entry, section) = (quoted(name.name()), quoted(name.section()));
    let message = format!("the section {section} of the document is not in sections.json");
    Finding::new(codes::UNLISTED_DOCUMENT, message).help(format!(
        "add the section {section} with {entry} to sections.json"
    ))
}

/// Puts a document at the end of its section, where there is one.
fn list(order: &Order<'_>, name: &DocumentName) -> Option<Fix> {
    let (index, section) = order.section(name)?;
    let source = order.source;
    let at = item("/sections", index, ["endpoints"]);
    let count = section.endpoints.len();
    let entry = serde_json::Value::from(name.name()).to_string();
    let what = format!("lists {name} at the end of its section");
    Some(match count.checked_sub(1) {
        Some(last) => {
            let last = source.locate(&format!("{at}/{last}"))?.value.end;
            Fix::new(what, source, last..last, format!(", {entry}"))
        }
        None => {
            let place = source.locate(&at)?.value;
            Fix::new(what, source, place, format!("[{entry}]"))
        }
    })
}

fn exists(collection: &Collection, name: &DocumentName) -> bool {
    collection.endpoints.contains_key(name) || collection.is_unread(&name.file())
}

/// The JSON Pointer of the name of a section's document.
fn entry_at(index: usize, place: usize) -> String {
    item("/sections", index, ["endpoints", &place.to_string()])
}

/// The sections that are understood.
struct Order<'a> {
    source: &'a Arc<SourceFile>,
    /// Each with its place in the file.
    sections: Vec<(usize, Cow<'a, Section>)>,
    /// Whether these are all.
    is_whole: bool,
}

impl<'a> Order<'a> {
    fn of(collection: &'a Collection) -> Option<Self> {
        let loaded = collection.sections.as_ref()?;
        let (source, item) = (&loaded.source, &loaded.item);
        let sections: Vec<_> = match item {
            Some(item) => (0..).zip(item.sections.iter().map(Cow::Borrowed)).collect(),
            // One that does not fit its schema has its own findings, and hides none of the others.
            None => (0..)
                .zip(loaded.json.get("sections")?.as_array()?)
                .filter_map(|(index, json)| {
                    Some((index, Cow::Owned(Section::deserialize(json).ok()?)))
                })
                .collect(),
        };
        Some(Self {
            source,
            sections,
            is_whole: item.is_some(),
        })
    }

    /// The first section of a document.
    fn section(&self, name: &DocumentName) -> Option<(usize, &Section)> {
        let mut sections = self.sections.iter();
        let (index, section) = sections.find(|(_, section)| section.id == name.section())?;
        Some((*index, section))
    }
}
