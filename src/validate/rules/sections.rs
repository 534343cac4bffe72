//! `sections.json` against the documents that are there.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::item;
use crate::document::{Collection, DocumentName, Section, Sections, check_file_name};
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

/// The names in `sections.json` are safe as file names, and do not differ in case alone.
pub(super) fn names(collection: &Collection) -> Vec<Finding> {
    let Some((source, sections)) = order(collection) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let ids = sections.sections.iter().map(|section| &section.id);
    let id_at = |index| item("/sections", index, ["id"]);
    check_names(source, ids, id_at, &mut findings);
    for (index, section) in sections.sections.iter().enumerate() {
        let at = |place| entry_at(index, place);
        check_names(source, section.endpoints.iter(), at, &mut findings);
    }
    findings
}

/// `at` gives the JSON Pointer of one of the names.
fn check_names<'a>(
    source: &Arc<SourceFile>,
    names: impl Iterator<Item = &'a String>,
    at: impl Fn(usize) -> String,
    findings: &mut Vec<Finding>,
) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (place, name) in names.enumerate() {
        if let Err(error) = check_file_name(name) {
            let finding = Finding::new(codes::UNSAFE_NAME, error.to_string());
            findings.push(
                finding
                    .at_pointer(source, &at(place))
                    .help("choose another name"),
            );
            continue;
        }
        match seen.insert(name.to_lowercase(), name) {
            Some(other) if other != name => {
                let message = format!(
                    "{} differs from {} in case alone",
                    quoted(name),
                    quoted(other)
                );
                let finding =
                    Finding::new(codes::CASE_CLASH, message).at_pointer(source, &at(place));
                findings.push(finding.help("rename one of the two"));
            }
            _ => {}
        }
    }
}

/// Every document is listed once in its section, and every listed one exists.
pub(super) fn listings(collection: &Collection) -> Vec<Finding> {
    let Some((source, sections)) = order(collection) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut ids = BTreeSet::new();
    let mut listed = HashSet::new();
    for (index, section) in sections.sections.iter().enumerate() {
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
                let finding = missing(collection, sections, &name);
                listed.insert(name.clone());
                finding.about(name)
            };
            findings.push(finding.at_pointer(source, &entry_at(index, place)));
        }
    }
    for name in collection.endpoints.keys() {
        if !listed.contains(name) {
            // Where the name is to be written, not where it is missing from.
            let its = |section: &Section| section.id == name.section();
            let at = match sections.sections.iter().position(its) {
                Some(index) => item("/sections", index, ["endpoints"]),
                None => "/sections".to_owned(),
            };
            let mut finding = unlisted(sections, name).at_key(source, &at);
            finding.fix = list(source, sections, name);
            findings.push(finding.about(name));
        }
    }
    findings
}

fn missing(collection: &Collection, sections: &Sections, name: &DocumentName) -> Finding {
    let message = format!("there is no document {}", quoted(&name.file()));
    let finding = Finding::new(codes::MISSING_DOCUMENT, message);
    let listed = |other: &DocumentName| {
        let mut of_section = sections
            .sections
            .iter()
            .filter(|section| section.id == other.section());
        of_section.any(|section| section.endpoints.iter().any(|entry| entry == other.name()))
    };
    let free = collection
        .endpoints
        .keys()
        .filter(|other| other.section() == name.section() && !listed(other));
    match nearest(name.name(), free.map(DocumentName::name)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("write the document, or remove the name"),
    }
}

fn unlisted(sections: &Sections, name: &DocumentName) -> Finding {
    let (entry, section) = (quoted(name.name()), quoted(name.section()));
    if sections.section(name.section()).is_some() {
        let message = format!("the document is not listed in its section {section}");
        Finding::new(codes::UNLISTED_DOCUMENT, message).help(format!(
            "add {entry} to the endpoints of {section} in sections.json"
        ))
    } else {
        let message = format!("the section {section} of the document is not in sections.json");
        Finding::new(codes::UNLISTED_DOCUMENT, message).help(format!(
            "add the section {section} with {entry} to sections.json"
        ))
    }
}

/// Puts a document at the end of its section, where there is one.
fn list(source: &Arc<SourceFile>, sections: &Sections, name: &DocumentName) -> Option<Fix> {
    let is_its = |section: &Section| section.id == name.section();
    let index = sections.sections.iter().position(is_its)?;
    let at = item("/sections", index, ["endpoints"]);
    let count = sections.sections.get(index)?.endpoints.len();
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

fn order(collection: &Collection) -> Option<(&Arc<SourceFile>, &Sections)> {
    let loaded = collection.sections.as_ref()?;
    Some((&loaded.source, loaded.item.as_ref()?))
}
