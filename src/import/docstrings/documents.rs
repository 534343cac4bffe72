//! Listings as documents and sections, laid over those that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::endpoints::ClassEndpoint;
use super::{Extracted, Listing, Options};
use crate::document::{
    Collection, DocumentName, EndpointDocument, Origin, Section, Sections, key_order,
};
use crate::finding::{Finding, SourceFile, codes};
use crate::json;

/// An endpoint at a path; its place follows from all listings.
pub(super) fn listing(endpoint: &ClassEndpoint, path: &str, options: &Options) -> Listing {
    let docstring = &endpoint.docstring;
    let fields = &endpoint.fields;
    let text = match options.plain_text {
        true => &docstring.raw,
        false => &docstring.text,
    };
    let description = text.join("\n");
    // In plain text, what stands before the first word is indentation.
    let description = match options.plain_text {
        true => description.trim_end(),
        false => description.trim(),
    };
    let description = description.to_owned();
    let warning = docstring.warning.clone().filter(|_| !options.plain_text);
    let mut document = EndpointDocument {
        schema: Some(EndpointDocument::SCHEMA.to_owned()),
        title: docstring.title.clone(),
        method: endpoint.method.clone(),
        api_path: path.to_owned(),
        description,
        warning,
        authentication: fields.auth.first().cloned().unwrap_or_default(),
        path_parameters: fields.path.clone(),
        query_parameters: fields.query.clone(),
        parameters: fields.body.clone(),
        source: Some(Origin {
            internal_path: Some(endpoint.internal_path.clone()),
            scenarios: endpoint.scenarios.clone(),
            plain_text: options.plain_text,
            text: None,
        }),
        ..EndpointDocument::default()
    };
    // What follows from the rest of the document is not kept twice.
    if !options.plain_text
        && !document.text_lines().iter().eq(text.iter())
        && let Some(origin) = &mut document.source
    {
        origin.text = Some(text.clone());
    }
    Listing {
        name: endpoint.name.clone(),
        document,
        source: Arc::clone(&endpoint.source),
        span: endpoint.span.clone(),
    }
}

/// Gives each listing its place in its section: every listing counts.
pub(super) fn number(listings: &mut [Listing]) {
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    for listing in listings {
        let place = places.entry(listing.name.section().to_owned()).or_default();
        *place += 1;
        listing.document.sidebar_order = Some(*place);
    }
}

impl Extracted {
    /// The sections, with each endpoint once, where it is listed first.
    pub fn sections(&self) -> Sections {
        let mut sections: Vec<Section> = Vec::new();
        for (id, title) in &self.sections {
            if sections.iter().all(|section| section.id != *id) {
                sections.push(Section {
                    id: id.clone(),
                    title: title.clone(),
                    endpoints: Vec::new(),
                });
            }
        }
        for listing in &self.listings {
            let of = sections
                .iter_mut()
                .find(|section| section.id == listing.name.section());
            if let Some(section) = of
                && !section
                    .endpoints
                    .iter()
                    .any(|name| name == listing.name.name())
            {
                section.endpoints.push(listing.name.name().to_owned());
            }
        }
        Sections {
            schema: Some(Sections::SCHEMA.to_owned()),
            sections,
        }
    }

    /// The documents by name: the last listing of an endpoint counts. A place that follows from `sections` is not said.
    pub fn documents(&self, sections: &Sections) -> BTreeMap<DocumentName, Listing> {
        let mut documents = BTreeMap::new();
        for listing in &self.listings {
            let mut listing = listing.clone();
            let place = sections
                .place(&listing.name)
                .and_then(|place| u32::try_from(place).ok());
            if listing.document.sidebar_order == place {
                listing.document.sidebar_order = None;
            }
            documents.insert(listing.name.clone(), listing);
        }
        documents
    }
}

/// A document that does not say what the source says.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Its name.
    pub name: DocumentName,
    /// The keys that differ; empty where there is no document at all.
    pub keys: Vec<&'static str>,
    /// The Python file, and where the method's name stands in it.
    pub source: Arc<SourceFile>,
    /// Those bytes.
    pub span: Range<usize>,
}

impl Behind {
    /// What tells of it, at the method in the source.
    pub fn finding(&self, docs: &str) -> Finding {
        let file = match docs {
            "" | "." => self.name.file(),
            docs => format!("{docs}/{}", self.name.file()),
        };
        let message = if self.keys.is_empty() {
            format!("there is no document {} of this endpoint", self.name)
        } else {
            format!(
                "the document {} says another {} than the source",
                self.name,
                self.keys.join(", ")
            )
        };
        Finding::new(codes::BEHIND_SOURCE, message)
            .at(&self.source, self.span.clone())
            .about(&self.name)
            .help(format!(
                "`apidocs import docstrings` writes {file}, and so does `apidocs generate`"
            ))
    }
}

/// What a source makes of the documents that are there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Laid {
    /// The files that change, by path relative to the folder of documents.
    pub files: BTreeMap<String, String>,
    /// The documents that change.
    pub behind: Vec<Behind>,
    /// Whether `sections.json` says anything else than the source.
    pub sections_differ: bool,
    /// Documents that came from a source and are no longer in it, and those that cannot be read.
    pub findings: Vec<Finding>,
}

/// Lays what a source says over documents: examples, `no_example` and all that it does not write stay. Documents of
/// people stay too, behind those of the source in the order of their section.
pub fn lay_over(extracted: &Extracted, collection: &Collection) -> Laid {
    let mut laid = Laid::default();
    let mut sections = merged_sections(&extracted.sections(), &collection.order());
    if collection.sections.is_some() {
        sections.schema = collection.order().schema;
    }
    let documents = extracted.documents(&sections);
    for (name, listing) in &documents {
        let loaded = collection.endpoints.get(name);
        let (old, readable) = match loaded {
            Some(loaded) => (loaded.json.clone(), loaded.json.is_object()),
            None => (Value::Object(Map::new()), true),
        };
        if !readable {
            // Told by whoever reads the documents.
            continue;
        }
        let (new, keys) = merge(old, listing);
        if loaded.is_some() && keys.is_empty() {
            continue;
        }
        laid.files
            .insert(name.file(), json::write(&new, key_order::ENDPOINT));
        laid.behind.push(Behind {
            name: name.clone(),
            keys: loaded.map_or(Vec::new(), |_| keys),
            source: Arc::clone(&listing.source),
            span: listing.span.clone(),
        });
    }
    let json = json!(sections);
    let old = collection.sections.as_ref().map(|loaded| &loaded.json);
    if old != Some(&json) {
        laid.sections_differ = true;
        laid.files.insert(
            "sections.json".to_owned(),
            json::write(&json, key_order::SECTIONS),
        );
    }
    for (name, document) in collection.documents() {
        let origin = document.source.as_ref();
        let path = origin.and_then(|origin| origin.internal_path.as_deref());
        if let Some(path) = path.filter(|_| !documents.contains_key(name))
            && let Some(loaded) = collection.endpoints.get(name)
        {
            let message = format!("the source has no documented {path} any more");
            let finding = Finding::new(codes::NOT_IN_SOURCE, message);
            let finding = finding
                .at_pointer(&loaded.source, "/source/internal_path")
                .about(name);
            laid.findings.push(finding.help(
                "delete the document and its line in sections.json; without its `source` it is a document of your own",
            ));
        }
    }
    laid
}

/// The file of a document with what the source says, and the keys that differ.
fn merge(mut file: Value, listing: &Listing) -> (Value, Vec<&'static str>) {
    let new = json!(listing.document);
    let mut keys = Vec::new();
    let Some(object) = file.as_object_mut() else {
        return (file, keys);
    };
    // Python says nothing of headers, and knows the place of a document and where it comes from.
    let prose = EndpointDocument::PROSE.into_iter();
    let prose = prose.filter(|key| *key != "header_parameters");
    for key in prose.chain(["sidebar_order", "source"]) {
        let said = new.get(key).filter(|value| !value.is_null());
        let old = object.get(key).filter(|value| !value.is_null());
        // An empty text and none at all mean the same of what a document need not say.
        let is_empty = |value: Option<&Value>| {
            value.is_none_or(|value| key == "authentication" && value.as_str() == Some(""))
        };
        if said == old || (is_empty(said) && is_empty(old)) {
            continue;
        }
        keys.push(key);
        match new.get(key) {
            Some(value) => object.insert(key.to_owned(), value.clone()),
            None => object.remove(key),
        };
    }
    if object.get("examples").is_none() {
        // A new document has all keys, so that people see what there is.
        let mut whole = new.as_object().cloned().unwrap_or_default();
        whole.extend(std::mem::take(object));
        *object = whole;
    }
    (file, keys)
}

/// The sections of the source, with those documents and sections of people behind that it does not have.
fn merged_sections(source: &Sections, old: &Sections) -> Sections {
    let mut merged = source.clone();
    let mut listed: BTreeSet<(String, String)> = BTreeSet::new();
    for section in &source.sections {
        listed.extend(
            section
                .endpoints
                .iter()
                .map(|name| (section.id.clone(), name.clone())),
        );
    }
    for section in &old.sections {
        let others: Vec<String> = section
            .endpoints
            .iter()
            .filter(|name| !listed.contains(&(section.id.clone(), (*name).clone())))
            .cloned()
            .collect();
        match merged
            .sections
            .iter_mut()
            .find(|known| known.id == section.id)
        {
            Some(known) => known.endpoints.extend(others),
            None => merged.sections.push(Section {
                endpoints: others,
                ..section.clone()
            }),
        }
    }
    merged
}
