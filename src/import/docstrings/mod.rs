//! Endpoint documents out of Python source, without Python: what the original's `iter_endpoints` gave by importing it.
//!
//! ```text
//!  urlpatterns ─► routes ─► classes ─► methods with a docstring ─► listings ─► documents and sections
//!  (urls, regex)            (modules, classes, sections)   (docstring, fields, rst)   (documents)
//! ```
//!
//! Nothing is executed: `parse` reads the syntax through tree-sitter, `modules` follows names through imports.
//! What shows only when a program runs is a finding.
//!
//! Source: `iter_endpoints` of `sentry/utils/apidocs.py` and `output_markdown` of `api-docs/generator.py`.

mod classes;
mod docstring;
mod documents;
mod encoding;
mod endpoints;
mod fields;
mod literal;
mod modules;
mod names;
mod parse;
mod regex;
mod rst;
mod sections;
mod syntax;
mod urls;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::document::{DocumentName, EndpointDocument};
use crate::finding::{Finding, SourceFile, codes};

pub use documents::{Behind, Laid, lay_over};
pub use fields::FieldWords;

use endpoints::ClassEndpoints;
use modules::{ClassRef, Modules};
use urls::Urls;

/// Reads a file by its path, a root of [`Options`] and what lies below it; `None` where there is none.
pub type ReadFile<'a> = dyn Fn(&str) -> io::Result<Option<Vec<u8>>> + Sync + 'a;

/// Where the endpoints are, and what things are called. The names are those of the original unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folders below which the packages are, as findings show them.
    pub roots: Vec<String>,
    /// The module whose `urlpatterns` lead to all endpoints.
    pub urls: String,
    /// What stands before every path.
    pub prefix: String,
    /// The classes that endpoints inherit from; `module.*` names all classes of a module.
    pub base_classes: Vec<String>,
    /// The attribute of a class that says its section.
    pub section_attribute: String,
    /// The section of classes that say none; without it, they have no documents.
    pub default_section: Option<String>,
    /// What is cut off the name of a class.
    pub class_suffix: String,
    /// The HTTP methods, in the order in which a class lists them.
    pub methods: Vec<String>,
    /// The words of fields.
    pub fields: FieldWords,
    /// Whether the text is everything behind the title as it stands, fields and all, as the original's versions up to
    /// 2018 took it.
    pub plain_text: bool,
    /// The decorator that attaches scenarios to a method.
    pub attach_decorator: String,
    /// The decorator that names a scenario.
    pub scenario_decorator: String,
}

impl Default for Options {
    fn default() -> Self {
        let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];
        Self {
            roots: vec![".".to_owned()],
            urls: "sentry.api.urls".to_owned(),
            prefix: "/api/0/".to_owned(),
            base_classes: vec!["sentry.api.base.Endpoint".to_owned()],
            section_attribute: "doc_section".to_owned(),
            default_section: None,
            class_suffix: "Endpoint".to_owned(),
            methods: methods.map(str::to_owned).to_vec(),
            fields: FieldWords::default(),
            plain_text: false,
            attach_decorator: "attach_scenarios".to_owned(),
            scenario_decorator: "scenario".to_owned(),
        }
    }
}

/// An endpoint at one of its paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The name of its document.
    pub name: DocumentName,
    /// The document, without examples; its place is that of the listing.
    pub document: EndpointDocument,
    /// The Python file.
    pub source: Arc<SourceFile>,
    /// Where the method's name stands.
    pub span: Range<usize>,
}

/// What a source says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// The endpoints in the order of the URL patterns, once for each path.
    pub listings: Vec<Listing>,
    /// Ids and titles of the sections, in order.
    pub sections: Vec<(String, String)>,
    /// What was not read, or not understood.
    pub findings: Vec<Finding>,
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that is there and cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such module.
    #[error("there is no module {module} below {}", roots.join(", "))]
    NoUrls {
        /// The module that was asked for.
        module: String,
        /// Where it was looked for.
        roots: Vec<String>,
    },
}

/// Reads the endpoints of a source. `threads` of them read classes side by side.
///
/// That there is no endpoint at all is a finding of severity error, never a clean result.
///
/// # Errors
/// No module of URL patterns, a file that cannot be read.
pub fn extract(options: &Options, read: &ReadFile<'_>, threads: usize) -> Result<Extracted, Error> {
    let modules = Modules::new(&options.roots, read);
    let Some(root) = modules.get(&options.urls) else {
        modules.into_findings()?;
        let (module, roots) = (options.urls.clone(), options.roots.clone());
        return Err(Error::NoUrls { module, roots });
    };
    let urls = Urls::of(&modules, &root);
    let mut extracted = Extracted {
        findings: urls.findings,
        ..Extracted::default()
    };
    let mut classes: Vec<&ClassRef> = Vec::new();
    let mut indexes: HashMap<String, usize> = HashMap::new();
    for route in &urls.routes {
        indexes.entry(route.class.path()).or_insert_with(|| {
            classes.push(&route.class);
            classes.len() - 1
        });
    }
    let read = read_classes(&modules, options, &classes, threads);
    for class in &read {
        extracted.findings.extend(class.findings.iter().cloned());
        let sections = class.section.iter().flat_map(|section| &section.all);
        for section in sections {
            if !extracted.sections.contains(section) {
                extracted.sections.push(section.clone());
            }
        }
    }
    let mut strange = BTreeSet::new();
    for route in &urls.routes {
        let class = indexes
            .get(&route.class.path())
            .and_then(|index| read.get(*index));
        let endpoints = class.map(|class| class.endpoints.as_slice());
        let path = regex::path(&options.prefix, &route.pieces);
        for endpoint in endpoints.unwrap_or_default() {
            extracted
                .listings
                .push(documents::listing(endpoint, &path, options));
            if regex::is_strange(&path) && strange.insert(path.clone()) {
                let message = format!("the pattern is more than a path can say: it becomes {path}");
                let finding = Finding::new(codes::COMPUTED_URLS, message);
                let finding = finding.at(&route.module.source, route.span.clone());
                extracted
                    .findings
                    .push(finding.help("write the pattern with groups that have names"));
            }
        }
    }
    documents::number(&mut extracted.listings);
    extracted.findings.extend(clashes(&extracted.listings));
    if extracted.listings.is_empty() {
        let finding = nothing(options, &read, urls.routes.len());
        extracted.findings.push(finding.in_file(&root.source));
    }
    extracted.findings.extend(modules.into_findings()?);
    extracted.findings.sort_by(Finding::order);
    extracted.findings.dedup();
    Ok(extracted)
}

/// Reads classes side by side; the order is kept.
fn read_classes(
    modules: &Modules<'_>,
    options: &Options,
    classes: &[&ClassRef],
    threads: usize,
) -> Vec<ClassEndpoints> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match classes.get(index) {
                Some(class) => done.push((index, endpoints::of(modules, options, class))),
                None => return done,
            }
        }
    };
    let mut read = BTreeMap::new();
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        read.extend(work());
        for other in others {
            match other.join() {
                Ok(done) => read.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    read.into_values().collect()
}

/// Endpoints of one name, each name once: the last one takes the place of the others.
fn clashes(listings: &[Listing]) -> Vec<Finding> {
    let mut told: BTreeSet<&DocumentName> = BTreeSet::new();
    let mut known: BTreeMap<&DocumentName, (&str, &str)> = BTreeMap::new();
    let mut findings = Vec::new();
    for listing in listings {
        let origin = listing.document.source.as_ref();
        let path = origin.and_then(|origin| origin.internal_path.as_deref());
        let this = (listing.document.method.as_str(), path.unwrap_or_default());
        let other = known.insert(&listing.name, this);
        if let Some((method, path)) = other.filter(|other| *other != this)
            && told.insert(&listing.name)
        {
            let message = format!(
                "{} of {} and {method} of {path} are both {}: the last one counts",
                this.0, this.1, listing.name
            );
            let finding = Finding::new(codes::NAME_CLASH, message);
            findings.push(
                finding
                    .at(&listing.source, listing.span.clone())
                    .about(&listing.name)
                    .help("give the classes, or the methods, names of their own"),
            );
        }
    }
    findings
}

/// What tells that there is no endpoint, and what was found instead.
fn nothing(options: &Options, classes: &[ClassEndpoints], routes: usize) -> Finding {
    let of_base = classes.iter().filter(|class| class.is_endpoint).count();
    let message = format!(
        "the source has no endpoint: {routes} URL patterns lead to {} classes; {of_base} of them inherit from {}, and none of those has both `{}` and a method with a docstring",
        classes.len(),
        options.base_classes.join(" or "),
        options.section_attribute,
    );
    Finding::new(codes::NO_SOURCE_ENDPOINTS, message).help(
        "`urls`, `base_classes` and `section_attribute` in [source] say what these are called in your project",
    )
}
