//! An OpenAPI document with the local files that it refers to, and what of it was understood.

mod ledger;
mod load;
mod node;
mod references;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::yaml;
use crate::finding::{Code, Finding, Label, LocatedError, SourceFile};
use crate::json::Place;
use ledger::Ledger;
use load::read_file;
use references::{Target, normal, target};

pub(super) use ledger::Unused;
pub(super) use node::Node;

/// Gives the contents of a file by its path: that of the document, or one relative to it by which a `$ref` names another.
pub type Load<'a> = dyn Fn(&str) -> std::io::Result<Vec<u8>> + 'a;

/// Which specification a document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Swagger 2.0.
    Swagger2,
    /// OpenAPI 3.0.
    V30,
    /// OpenAPI 3.1 and what follows it: schemas are JSON Schema 2020-12.
    V31,
}

/// An OpenAPI 3.0 or 3.1 document, or one of Swagger 2.0, with every local file that it refers to.
///
/// Nothing is fetched: a `$ref` that leads to the network is a finding. What was read and understood is marked, so that
/// the rest can be told.
#[derive(Debug)]
pub struct Source {
    /// References that lead nowhere or to the network, and files that cannot be read.
    pub findings: Vec<Finding>,
    pub(super) version: Version,
    files: Vec<File>,
    /// Which file has a path; `None` of one that could not be read.
    by_path: HashMap<String, Option<usize>>,
    ledger: RefCell<Ledger>,
}

const WANTED: &str = "give an OpenAPI 3.0 or 3.1 document, or one of Swagger 2.0, as JSON or YAML";

#[derive(Debug)]
struct File {
    source: Arc<SourceFile>,
    value: Value,
    is_yaml: bool,
    places: OnceCell<HashMap<String, Place>>,
}

impl Source {
    /// Reads a document and the local files that it refers to.
    ///
    /// # Errors
    /// The file itself cannot be read, is neither JSON nor YAML, or no OpenAPI document. What is wrong with the files
    /// that it refers to is told by [`Source::findings`].
    pub fn read(path: &str, load: &Load<'_>) -> Result<Self, LocatedError> {
        let (source, parsed) = read_file(path, load);
        let (value, is_yaml) = parsed.map_err(|finding| {
            let span = finding.label.and_then(|label| label.span);
            let mut error = LocatedError::new(&source, span, finding.message);
            error.help = finding.help.or_else(|| Some(WANTED.to_owned()));
            error
        })?;
        let version = version(&value)
            .map_err(|message| LocatedError::new(&source, None, message).help(WANTED))?;
        let mut read = Self::with(version, File::new(source, value, is_yaml));
        read.load_all(load);
        Ok(read)
    }

    /// A document without a file, whose references stay within it.
    pub(crate) fn of(value: Value) -> Result<Self, String> {
        let version = version(&value)?;
        let file = File::new(SourceFile::new("", b""), value, false);
        Ok(Self::with(version, file))
    }

    fn with(version: Version, file: File) -> Self {
        let path = normal(&file.source.path);
        Self {
            findings: Vec::new(),
            version,
            files: vec![file],
            by_path: HashMap::from([(path, Some(0))]),
            ledger: RefCell::default(),
        }
    }

    /// The file of the document itself.
    pub fn file(&self) -> Option<&Arc<SourceFile>> {
        self.files.first().map(|file| &file.source)
    }

    pub(super) fn root(&self) -> Node<'_> {
        self.node(0, "").unwrap_or(Node {
            source: self,
            file: 0,
            pointer: String::new(),
            value: &Value::Null,
        })
    }

    fn node(&self, file: usize, pointer: &str) -> Option<Node<'_>> {
        let value = self.files.get(file)?.value.pointer(pointer)?;
        Some(Node {
            source: self,
            file,
            pointer: pointer.to_owned(),
            value,
        })
    }

    fn resolve(&self, file: usize, reference: &str) -> Option<Node<'_>> {
        let path = &self.files.get(file)?.source.path;
        let Target::Local { path, pointer } = target(path, reference) else {
            return None;
        };
        let file = self.by_path.get(&path).copied().flatten()?;
        self.node(file, &pointer)
    }

    fn finding(&self, file: usize, at: &str, code: Code, message: &str) -> Finding {
        let mut finding = Finding::new(code, message);
        finding.label = self.label(file, at);
        finding.pointer = finding.label.is_some().then(|| at.to_owned());
        finding
    }

    fn label(&self, file: usize, at: &str) -> Option<Label> {
        let file = self.files.get(file)?;
        Some(Label {
            source: Arc::clone(&file.source),
            span: file.place(at).map(|place| place.value),
        })
    }
}

impl File {
    fn new(source: Arc<SourceFile>, value: Value, is_yaml: bool) -> Self {
        Self {
            source,
            value,
            is_yaml,
            places: OnceCell::new(),
        }
    }

    /// The place of a value; that of what is around it where an alias repeats it.
    fn place(&self, at: &str) -> Option<Place> {
        if !self.is_yaml {
            return self.source.locate(at);
        }
        let places = self.places.get_or_init(|| yaml::places(&self.source.text));
        let mut at = at;
        loop {
            if let Some(place) = places.get(at) {
                return Some(place.clone());
            }
            at = &at[..at.rfind('/')?];
        }
    }
}

fn version(value: &Value) -> Result<Version, String> {
    // YAML reads an unquoted version as a number.
    let text = |key: &str| match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    if let Some(version) = text("swagger") {
        if version.starts_with("2.") || version == "2" {
            return Ok(Version::Swagger2);
        }
        return Err(format!("Swagger {version} cannot be read"));
    }
    let Some(version) = text("openapi") else {
        return Err(
            "this is no OpenAPI document: it has neither `openapi` nor `swagger`".to_owned(),
        );
    };
    match version.split('.').collect::<Vec<_>>().as_slice() {
        ["3", "0", ..] => Ok(Version::V30),
        ["3", _, ..] => Ok(Version::V31),
        _ => Err(format!("OpenAPI {version} cannot be read")),
    }
}
