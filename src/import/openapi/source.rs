//! An OpenAPI document with the local files that it refers to, and what of it was understood.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::yaml;
use crate::finding::{Finding, LocatedError, SourceFile, codes};
use crate::json::{self, MAX_SIZE, Place, pointer};

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
    ledger: RefCell<Ledger>,
}

#[derive(Debug)]
struct File {
    source: Arc<SourceFile>,
    value: Value,
    is_yaml: bool,
    places: OnceCell<HashMap<String, Place>>,
}

/// Which values were understood, whole, by file and pointer.
#[derive(Debug, Default)]
struct Ledger {
    used: HashSet<(usize, String)>,
    reached: BTreeSet<(usize, String)>,
}

/// A value of the document with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'s> {
    pub source: &'s Source,
    pub file: usize,
    pub pointer: String,
    pub value: &'s Value,
}

/// Where a `$ref` leads.
enum Target {
    Local { path: String, pointer: String },
    Remote,
    Strange,
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
            error.help = finding.help;
            error
        })?;
        let version = version(&value).map_err(|message| {
            LocatedError::new(&source, None, message)
                .help("give an OpenAPI 3.0 or 3.1 document, or one of Swagger 2.0, as JSON or YAML")
        })?;
        let file = File {
            source,
            value,
            is_yaml,
            places: OnceCell::new(),
        };
        let mut read = Self {
            findings: Vec::new(),
            version,
            files: vec![file],
            ledger: RefCell::default(),
        };
        read.load_all(load);
        Ok(read)
    }

    /// A document without a file, whose references stay within it.
    pub(crate) fn of(value: Value) -> Result<Self, String> {
        let version = version(&value)?;
        let file = File {
            source: SourceFile::new("", b""),
            value,
            is_yaml: false,
            places: OnceCell::new(),
        };
        Ok(Self {
            findings: Vec::new(),
            version,
            files: vec![file],
            ledger: RefCell::default(),
        })
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

    /// Loads what is referred to, files of files too, and tells what leads nowhere.
    fn load_all(&mut self, load: &Load<'_>) {
        let mut next = 0;
        let mut known: HashMap<String, Option<usize>> = HashMap::new();
        if let Some(file) = self.files.first() {
            known.insert(normal(&file.source.path), Some(0));
        }
        let mut pending = Vec::new();
        while let Some(file) = self.files.get(next) {
            let path = file.source.path.clone();
            let mut references = Vec::new();
            references_of(&file.value, "", &mut references);
            for (at, reference) in references {
                if let Target::Local { path, .. } = target(&path, &reference)
                    && !known.contains_key(&path)
                {
                    let (source, parsed) = read_file(&path, load);
                    let index = match parsed {
                        Ok((value, is_yaml)) => {
                            let places = OnceCell::new();
                            let file = File {
                                source,
                                value,
                                is_yaml,
                                places,
                            };
                            self.files.push(file);
                            Some(self.files.len() - 1)
                        }
                        Err(finding) => {
                            let from = self.finding_at(next, &at, *finding);
                            self.findings.push(from);
                            None
                        }
                    };
                    known.insert(path, index);
                }
                pending.push((next, at, reference));
            }
            next += 1;
        }
        for (file, at, reference) in pending {
            if let Some(finding) = self.dead_end(file, &at, &reference, &known) {
                self.findings.push(finding);
            }
        }
    }

    /// A file that could not be read is told where it is named; one that could, at its own fault.
    fn finding_at(&self, file: usize, at: &str, finding: Finding) -> Finding {
        if finding
            .label
            .as_ref()
            .is_some_and(|label| label.span.is_some())
        {
            return finding;
        }
        let mut told = self.finding(file, at, codes::UNRESOLVED_REFERENCE, &finding.message);
        told.help = finding.help;
        told
    }

    fn dead_end(
        &self,
        file: usize,
        at: &str,
        reference: &str,
        known: &HashMap<String, Option<usize>>,
    ) -> Option<Finding> {
        let unresolved = |message: &str| {
            let finding = self.finding(file, at, codes::UNRESOLVED_REFERENCE, message);
            Some(finding)
        };
        let path = &self.files.get(file)?.source.path;
        match target(path, reference) {
            Target::Remote => Some(
                self.finding(
                    file,
                    at,
                    codes::REMOTE_REFERENCE,
                    &format!("{reference} is on the network, and nothing is fetched"),
                )
                .help("put the file beside the document, and refer to it there"),
            ),
            Target::Strange => unresolved(&format!(
                "{reference:?} is no reference to a file or a place"
            )),
            Target::Local { path, pointer } => {
                // Of a file that could not be read, that is what was told.
                let target = known.get(&path).copied().flatten()?;
                let Some(mut node) = self.node(target, &pointer) else {
                    return unresolved(&format!("{reference} leads to nothing"));
                };
                let mut seen = HashSet::new();
                while let Some(reference) = node.reference() {
                    if !seen.insert((node.file, node.pointer.clone())) {
                        return unresolved(&format!("{reference} leads in a circle"));
                    }
                    node = self.resolve(node.file, reference)?;
                }
                None
            }
        }
    }

    fn resolve(&self, file: usize, reference: &str) -> Option<Node<'_>> {
        let path = &self.files.get(file)?.source.path;
        let Target::Local { path, pointer } = target(path, reference) else {
            return None;
        };
        let file = self
            .files
            .iter()
            .position(|file| normal(&file.source.path) == path)?;
        self.node(file, &pointer)
    }

    fn finding(&self, file: usize, at: &str, code: crate::finding::Code, message: &str) -> Finding {
        let finding = Finding::new(code, message);
        let Some(file) = self.files.get(file) else {
            return finding;
        };
        let mut finding = match file.place(at) {
            Some(place) => finding.at(&file.source, place.value),
            None => finding.in_file(&file.source),
        };
        finding.pointer = Some(at.to_owned());
        finding
    }

    /// What was not understood, as the pointers of the topmost values of which nothing was used.
    pub(super) fn unused(&self) -> Vec<Node<'_>> {
        let ledger = self.ledger.borrow();
        let mut unused = Vec::new();
        if let Some(root) = self.node(0, "") {
            sweep(root, &ledger, &mut unused);
        }
        // Of other files, only what was reached counts.
        let mut last: Option<&(usize, String)> = None;
        for reached in ledger.reached.iter().filter(|(file, _)| *file != 0) {
            let within = last.is_some_and(|(file, pointer)| {
                *file == reached.0 && reached.1.starts_with(&format!("{pointer}/"))
            });
            if within {
                continue;
            }
            last = Some(reached);
            if let Some(node) = self.node(reached.0, &reached.1) {
                sweep(node, &ledger, &mut unused);
            }
        }
        unused
    }
}

/// Collects the topmost values of which nothing was used; whether something was.
fn sweep<'s>(node: Node<'s>, ledger: &Ledger, unused: &mut Vec<Node<'s>>) -> bool {
    if ledger.used.contains(&(node.file, node.pointer.clone())) {
        return true;
    }
    let mut inner = Vec::new();
    let mut any = false;
    for child in node.children() {
        any |= sweep(child, ledger, &mut inner);
    }
    if any {
        unused.append(&mut inner);
    } else {
        unused.push(node);
    }
    any
}

impl File {
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

impl<'s> Node<'s> {
    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.as_object()?.get(key)?;
        Some(self.child(key, value))
    }

    fn child(&self, key: &str, value: &'s Value) -> Self {
        Self {
            source: self.source,
            file: self.file,
            pointer: pointer::join(&self.pointer, key),
            value,
        }
    }

    /// The members of an object or the items of an array.
    pub fn children(&self) -> Vec<Self> {
        match self.value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| self.child(key, value))
                .collect(),
            Value::Array(items) => (0..)
                .zip(items)
                .map(|(index, value): (usize, _)| self.child(&index.to_string(), value))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The value at a JSON Pointer within this one.
    pub fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.value.pointer(pointer)?;
        Some(Self {
            pointer: format!("{}{pointer}", self.pointer),
            value,
            ..self.clone()
        })
    }

    /// The items of the array of that name.
    pub fn list(&self, key: &str) -> Vec<Self> {
        let list = self.get(key).filter(|list| list.value.is_array());
        list.map(|list| list.children()).unwrap_or_default()
    }

    /// The members of the object of that name.
    pub fn members(&self, key: &str) -> Vec<(&'s str, Self)> {
        let members = self.get(key).and_then(|node| node.own_members());
        members.unwrap_or_default()
    }

    /// The members, of an object.
    pub fn own_members(&self) -> Option<Vec<(&'s str, Self)>> {
        let members = self.value.as_object()?;
        let with_key =
            |(key, value): (&'s String, &'s Value)| (key.as_str(), self.child(key, value));
        Some(members.iter().map(with_key).collect())
    }

    /// Marks the value as understood, with all that is in it.
    pub fn take(&self) -> &'s Value {
        let mut ledger = self.source.ledger.borrow_mut();
        ledger.used.insert((self.file, self.pointer.clone()));
        self.value
    }

    /// The member of that name, understood.
    pub fn value(&self, key: &str) -> Option<&'s Value> {
        self.get(key).map(|node| node.take())
    }

    /// The text of that name, understood.
    pub fn text(&self, key: &str) -> Option<&'s str> {
        let node = self.get(key)?;
        let text = node.value.as_str()?;
        node.take();
        Some(text)
    }

    /// The flag of that name, understood.
    pub fn flag(&self, key: &str) -> Option<bool> {
        let node = self.get(key)?;
        let flag = node.value.as_bool()?;
        node.take();
        Some(flag)
    }

    /// Where the `$ref` of this value leads, as it is written.
    pub fn reference(&self) -> Option<&'s str> {
        self.value.as_object()?.get("$ref")?.as_str()
    }

    /// The value itself, or what its `$ref` leads to; `None` where it leads nowhere, which was told.
    pub fn follow(&self) -> Option<Self> {
        let mut node = self.clone();
        // Longer chains than this are circles.
        for _ in 0..64 {
            let Some(reference) = node.reference() else {
                return Some(node);
            };
            if let Some(reference) = node.get("$ref") {
                reference.take();
            }
            node = self.source.resolve(node.file, reference)?;
            let mut ledger = self.source.ledger.borrow_mut();
            ledger.reached.insert((node.file, node.pointer.clone()));
        }
        None
    }

    /// What the `$ref` of this value leads to, one step.
    pub fn step(&self) -> Option<Self> {
        let node = self.source.resolve(self.file, self.reference()?)?;
        self.value("$ref");
        let mut ledger = self.source.ledger.borrow_mut();
        ledger.reached.insert((node.file, node.pointer.clone()));
        drop(ledger);
        Some(node)
    }

    /// A finding about the value.
    pub fn finding(&self, code: crate::finding::Code, message: &str) -> Finding {
        self.source.finding(self.file, &self.pointer, code, message)
    }
}

type Parsed = Result<(Value, bool), Box<Finding>>;

fn read_file(path: &str, load: &Load<'_>) -> (Arc<SourceFile>, Parsed) {
    let bytes = match load(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let source = SourceFile::new(path, b"");
            let message = format!("{path} cannot be read: {error}");
            return (
                source,
                Err(Box::new(Finding::new(codes::UNRESOLVED_REFERENCE, message))),
            );
        }
    };
    if bytes.len() > MAX_SIZE {
        let message = format!(
            "{path} is larger than {} MiB, the most that is read",
            MAX_SIZE >> 20
        );
        let finding = Finding::new(codes::JSON_TOO_LARGE, message)
            .help("split the document, and refer from one file to the other with `$ref`");
        return (SourceFile::new(path, b""), Err(Box::new(finding)));
    }
    let source = SourceFile::new(path, &bytes);
    let parsed = parse(path, &bytes, &source);
    (source, parsed)
}

fn parse(path: &str, bytes: &[u8], source: &Arc<SourceFile>) -> Parsed {
    let named_yaml = [".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    let looks_like_json = bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|byte| b"{[".contains(byte));
    if !named_yaml && (looks_like_json || path.ends_with(".json")) {
        let value = json::parse_bytes(bytes).map_err(|fault| Box::new(source.fault(fault)))?;
        return Ok((value, false));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let finding = Finding::new(codes::JSON_ENCODING, "the file is not UTF-8");
        Box::new(finding.at(source, at..at).help("save it as UTF-8"))
    })?;
    let value = yaml::parse(text).map_err(|fault| {
        let mut finding =
            Finding::new(fault.code, fault.message).at(source, fault.offset..fault.offset);
        finding.help = fault.help.map(str::to_owned);
        Box::new(finding)
    })?;
    Ok((value, true))
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

/// Keys under which anything may stand, so that a `$ref` is no reference.
const FREE: [&str; 6] = ["example", "examples", "default", "enum", "const", "value"];

/// Where the references of a value stand, and what they say.
fn references_of(value: &Value, at: &str, references: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push((pointer::join(at, "$ref"), reference.clone()));
            }
            let is_map = ["/properties", "/examples"]
                .iter()
                .any(|end| at.ends_with(end));
            for (key, value) in members {
                let is_free = FREE.contains(&key.as_str()) || key.starts_with("x-");
                // Named examples may be references; a property may have any name.
                if !is_free || is_map || (key == "examples" && value.is_object()) {
                    references_of(value, &pointer::join(at, key), references);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references_of(item, &pointer::join(at, &index.to_string()), references);
            }
        }
        _ => {}
    }
}

/// Where a reference of that file leads.
fn target(file: &str, reference: &str) -> Target {
    let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let lower = path.to_ascii_lowercase();
    if ["http:", "https:", "//"]
        .iter()
        .any(|start| lower.starts_with(start))
    {
        return Target::Remote;
    }
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
    };
    let (Ok(path), Ok(pointer)) = (decode(path), decode(fragment)) else {
        return Target::Strange;
    };
    let is_url = path
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'));
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    if is_url || path.starts_with('/') || !is_pointer {
        return Target::Strange;
    }
    if path.is_empty() {
        let path = normal(file);
        return Target::Local { path, pointer };
    }
    let folder = file.rfind('/').map_or("", |end| &file[..=end]);
    let path = normal(&format!("{folder}{path}"));
    Target::Local { path, pointer }
}

/// A path without `.` and without `..` that could be resolved.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !["", ".."].contains(last)) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_files_and_places() {
        let local = |file: &str, reference: &str| match target(file, reference) {
            Target::Local { path, pointer } => format!("{path} {pointer}"),
            Target::Remote => "remote".to_owned(),
            Target::Strange => "strange".to_owned(),
        };
        assert_eq!(local("a/api.yaml", "#/x/y~1z"), "a/api.yaml /x/y~1z");
        assert_eq!(local("./a/api.yaml", "../b.json#/c%20d"), "b.json /c d");
        assert_eq!(local("api.yaml", "../b.json"), "../b.json ");
        assert_eq!(local("api.yaml", "HTTPS://example.com/x#/y"), "remote");
        assert_eq!(local("api.yaml", "//example.com/x"), "remote");
        for strange in ["/etc/passwd", "file:///etc/passwd", "#anchor", "%ff"] {
            assert_eq!(local("api.yaml", strange), "strange", "{strange}");
        }
    }
}
