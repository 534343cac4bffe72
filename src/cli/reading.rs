//! Reading and checking many documents side by side, without holding them all.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::Result;
use apidocs::document::{
    Collection, ContractName, DocumentName, EndpointDocument, Loaded, Tree, below,
};
use apidocs::finding::{Finding, SourceFile};
use apidocs::project::{Error, Listing, Project, read_document, read_document_into};
use apidocs::stabilize::Rules;
use apidocs::validate::Checks;

use super::parallel;

/// The same as [`Project::tree`], with the files side by side.
pub fn read_files(project: &Project) -> Result<Tree> {
    let listing = project.listing()?;
    let read = parallel::map(&listing.files, |(_, file)| read_document(file));
    let mut tree = Tree::default();
    for ((path, _), bytes) in listing.files.into_iter().zip(read) {
        tree.insert(path, bytes?);
    }
    for (path, error) in listing.unread {
        tree.unread.insert(path, error.reason());
    }
    Ok(tree)
}

/// The same as [`Collection::from_tree`], with the files side by side.
pub fn read_tree(tree: &Tree, prefix: &str) -> Collection {
    let files: Vec<_> = tree.files.iter().collect();
    let parts = parallel::shares(&files, Collection::default, |part, _, (path, bytes)| {
        part.add(path, (*bytes).clone(), prefix);
    });
    let mut whole = Collection::default();
    parts.into_iter().for_each(|part| whole.merge(part));
    for (path, reason) in &tree.unread {
        whole.add_unread(path, reason, prefix);
    }
    whole.find_case_clashes();
    whole
}

/// The same as [`Project::collection`], with the files side by side.
pub fn read_collection(project: &Project) -> Result<Collection> {
    Ok(read_tree(
        &read_files(project)?,
        &project.shown(&project.docs),
    ))
}

/// What one thread has read, and found in it.
#[derive(Default)]
struct Part {
    collection: Collection,
    /// The documents that took the short way, in the order of their names.
    plain: Vec<(DocumentName, Arc<Loaded<EndpointDocument>>)>,
    findings: Vec<Finding>,
}

/// The documents that are needed whole when all were read.
enum Whole {
    All,
    /// Those with contracts, for their bodies.
    Some(BTreeSet<DocumentName>),
}

impl Whole {
    fn new(project: &Project, listing: &Listing) -> Self {
        // Rules for volatile values are held to all examples, an OpenAPI document to what was captured, and the project's own
        // templates are tried on all documents.
        let all = listing.files.iter().any(|(path, _)| path == Rules::FILE);
        let settings = &project.settings;
        if all || settings.source.is_some() || settings.render.templates.is_some() {
            return Self::All;
        }
        let paths = listing.files.iter().map(|(path, _)| path.as_str());
        let contracts = paths.filter_map(|path| {
            let (section, file) = path.strip_prefix("contracts/")?.split_once('/')?;
            Some(ContractName::new(section, file).ok()??.document)
        });
        Self::Some(contracts.collect())
    }

    fn wants(&self, name: &DocumentName) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => names.contains(name),
        }
    }
}

/// Reads and checks what one thread gets hold of.
struct Reader<'a> {
    checks: &'a Checks,
    whole: &'a Whole,
    /// Before the paths that findings show.
    prefix: &'a str,
    /// The file that is being read.
    bytes: Vec<u8>,
    part: Part,
}

impl Reader<'_> {
    fn read(&mut self, path: &str, file: &Path) -> Result<(), Error> {
        read_document_into(file, &mut self.bytes)?;
        let name = DocumentName::of_file(path);
        let name = name.filter(|name| !self.whole.wants(name));
        if let Some(name) = name
            && let Ok(text) = std::str::from_utf8(&self.bytes)
        {
            let file = file.to_owned();
            // The text is wanted where something is told of several documents together, which is rare.
            let again = move || read_document(&file).unwrap_or_default();
            let source = SourceFile::later(below(self.prefix, path), again);
            if let Some(loaded) = self.checks.plain(&name, text, source) {
                self.part.plain.push((name, Arc::new(loaded)));
                return Ok(());
            }
        }
        let bytes = std::mem::take(&mut self.bytes);
        let Some(name) = self.part.collection.add(path, bytes, self.prefix) else {
            return Ok(());
        };
        if let Some(loaded) = self.part.collection.endpoints.get_mut(&name) {
            self.part
                .findings
                .extend(self.checks.document(&name, loaded));
            if !self.whole.wants(&name) {
                Arc::make_mut(loaded).keep_outline();
            }
        }
        Ok(())
    }
}

/// Reads the documents of a project and checks each. Of most endpoint documents only the outline is kept, which is what
/// [`Checks::together`] asks for. The findings are in no particular order.
pub fn checked(project: &Project, checks: &Checks) -> Result<(Collection, Vec<Finding>)> {
    let listing = thread::scope(|scope| {
        // Where the system gives no thread more, the first document waits.
        let _ = thread::Builder::new().spawn_scoped(scope, || checks.get_ready());
        project.listing()
    })?;
    let prefix = project.shown(&project.docs);
    let whole = Whole::new(project, &listing);
    let empty = || {
        Ok(Reader {
            checks,
            whole: &whole,
            prefix: &prefix,
            bytes: Vec::new(),
            part: Part {
                // The half, where there are two at work.
                plain: Vec::with_capacity(listing.files.len() / 2),
                ..Part::default()
            },
        })
    };
    let readers = parallel::shares(&listing.files, empty, |reader, _, (path, file)| {
        if let Ok(going) = reader
            && let Err(error) = going.read(path, file)
        {
            *reader = Err(error);
        }
    });
    let (mut all, mut findings) = (Collection::default(), Vec::new());
    let mut documents = Vec::with_capacity(listing.files.len());
    for reader in readers {
        let mut part = reader?.part;
        documents.append(&mut part.plain);
        documents.extend(std::mem::take(&mut part.collection.endpoints));
        all.merge(part.collection);
        findings.append(&mut part.findings);
    }
    // A map of all at once is built faster than it grows.
    all.endpoints = documents.into_iter().collect();
    for (path, error) in &listing.unread {
        let reason = error.reason();
        all.add_unread(path, &reason, &prefix);
    }
    all.find_case_clashes();
    Ok((all, findings))
}
