//! Reading and checking many documents side by side, without holding them all.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;
use apidocs::document::{Collection, ContractName, DocumentName, Tree, below};
use apidocs::finding::{Finding, SourceFile};
use apidocs::json::STACK_SIZE;
use apidocs::project::{Error, Listing, Project, read_document};
use apidocs::stabilize::Rules;
use apidocs::validate::Checks;

use super::parallel;

/// How many files are read in one go.
const FILES: usize = 16;

/// The same as [`Collection::from_tree`], with the files side by side.
pub fn read_tree(tree: &Tree, prefix: &str) -> Collection {
    let files: Vec<_> = tree.files.iter().collect();
    let parts: Vec<_> = files.chunks(FILES).collect();
    let read = parallel::map(&parts, |files| {
        let mut part = Collection::default();
        for (path, bytes) in *files {
            part.add(path, (*bytes).clone(), prefix);
        }
        part
    });
    let mut whole = Collection::default();
    read.into_iter().for_each(|part| whole.merge(part));
    for (path, reason) in &tree.unread {
        whole.add_unread(path, reason, prefix);
    }
    whole.find_case_clashes();
    whole
}

/// What one thread has read, and found in it.
#[derive(Default)]
struct Part {
    collection: Collection,
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
        // Rules for volatile values are held to all examples, and an OpenAPI document to what was captured.
        let all = listing.files.iter().any(|(path, _)| path == Rules::FILE);
        if all || project.settings.source.is_some() {
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
    part: Part,
}

impl Reader<'_> {
    fn read(&mut self, path: &str, file: &Path) -> Result<(), Error> {
        let bytes = read_document(file)?;
        let name = DocumentName::of_file(path);
        let name = name.filter(|name| !self.whole.wants(name));
        if let Some(name) = name
            && let Ok(text) = std::str::from_utf8(&bytes)
            && let Some(mut loaded) = self.checks.plain(&name, text)
        {
            let file = file.to_owned();
            // The text is wanted where something is told of several documents together, which is rare.
            let again = move || read_document(&file).unwrap_or_default();
            loaded.source = SourceFile::later(below(self.prefix, path), again);
            self.part.collection.endpoints.insert(name, loaded);
            return Ok(());
        }
        let Some(name) = self.part.collection.add(path, bytes, self.prefix) else {
            return Ok(());
        };
        if let Some(loaded) = self.part.collection.endpoints.get_mut(&name) {
            self.part
                .findings
                .extend(self.checks.document(&name, loaded));
            if !self.whole.wants(&name) {
                loaded.keep_outline();
            }
        }
        Ok(())
    }
}

/// Reads the documents of a project and checks each. Of most endpoint documents only the outline is kept, which is what
/// [`Checks::together`] asks for. The findings are in no particular order.
pub fn checked(project: &Project, checks: &Checks) -> Result<(Collection, Vec<Finding>)> {
    let listing = project.listing()?;
    let prefix = project.shown(&project.docs);
    let whole = Whole::new(project, &listing);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut reader = Reader {
            checks,
            whole: &whole,
            prefix: &prefix,
            part: Part::default(),
        };
        while let Some((path, file)) = listing.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            reader.read(path, file)?;
        }
        Ok::<_, Error>(reader.part)
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let parts = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(listing.files.len()))
            .filter_map(|_| {
                let builder = thread::Builder::new().stack_size(STACK_SIZE);
                // Where the system gives no thread more, the others do the work.
                builder.spawn_scoped(scope, work).ok()
            })
            .collect();
        let own = work();
        let others = others.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(own).chain(others).collect::<Vec<_>>()
    });
    let mut whole = Part::default();
    for part in parts {
        let part = part?;
        whole.collection.merge(part.collection);
        whole.findings.extend(part.findings);
    }
    for (path, error) in &listing.unread {
        let reason = error.reason();
        whole.collection.add_unread(path, &reason, &prefix);
    }
    whole.collection.find_case_clashes();
    Ok((whole.collection, whole.findings))
}
