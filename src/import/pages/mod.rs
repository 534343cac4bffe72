//! The original's pages: a folder a section, with its pages and an `index.md`.
//!
//! Nothing is lost: rendered with set `sentry`, documents and sections give the pages back. What cannot be
//! given back, or was not understood, is a finding.

mod order;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{DocumentName, EndpointDocument, Sections, Tree, check_file_name};
use crate::finding::{Finding, SourceFile, codes};
use crate::page::{FormError, Index, PageFile};

/// The file name of a section's index.
const INDEX: &str = "index.md";

/// What a tree of pages says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The endpoint documents.
    pub documents: BTreeMap<DocumentName, EndpointDocument>,
    /// The sections, by id, with the order of their documents.
    pub sections: Sections,
    /// The comment lines of the pages, without their `# `: those of most of them.
    pub page_comment: Vec<String>,
    /// The comment lines of the indexes, without their `# `: those of most of them.
    pub index_comment: Vec<String>,
    /// Files that are no pages, and what was not understood or will not come back.
    pub findings: Vec<Finding>,
}

/// A file and what it says.
struct Read<T> {
    source: Arc<SourceFile>,
    item: T,
}

/// A section while it is read.
#[derive(Default)]
struct Draft {
    index: Option<Read<Index>>,
    pages: BTreeMap<DocumentName, Read<PageFile>>,
}

/// Makes documents and sections of a tree of pages; `prefix` is put before the paths that findings show.
///
/// Paths are `<section>/<name>.md` and `<section>/index.md`; hidden files are passed over. A file that is no page
/// is a finding and does not stop the others.
pub fn import(tree: &Tree, prefix: &str) -> Imported {
    let mut imported = Imported::default();
    imported.sections.schema = Some(Sections::SCHEMA.to_owned());
    let drafts = read(tree, prefix, &mut imported.findings);

    let pages = drafts.values().flat_map(|draft| draft.pages.values());
    let comments = pages.map(|page| (&page.source, &page.item.comment));
    imported.page_comment = common_comment(comments, &mut imported.findings);
    let indexes = drafts.values().filter_map(|draft| draft.index.as_ref());
    let comments = indexes.map(|index| (&index.source, &index.item.comment));
    imported.index_comment = common_comment(comments, &mut imported.findings);

    for (id, draft) in drafts {
        let section = order::section(&id, &draft, &mut imported.findings);
        for (name, read) in draft.pages {
            let place = section
                .endpoints
                .iter()
                .position(|listed| listed == name.name())
                .and_then(|index| u32::try_from(index + 1).ok());
            let document = document(&name, &read, place.unwrap_or(0), &mut imported.findings);
            imported.documents.insert(name, document);
        }
        imported.sections.sections.push(section);
    }
    imported
}

fn read(tree: &Tree, prefix: &str, findings: &mut Vec<Finding>) -> BTreeMap<String, Draft> {
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for (path, bytes) in &tree.files {
        if path.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        let shown = if prefix.is_empty() {
            path.clone()
        } else {
            format!("{prefix}/{path}")
        };
        let source = SourceFile::new(shown, bytes);
        let parts: Vec<&str> = path.split('/').collect();
        let result = match parts.as_slice() {
            [section, INDEX] => read_index(section, bytes, &source, &mut drafts),
            [section, file] if file.ends_with(".md") => {
                read_page(section, file, bytes, &source, &mut drafts)
            }
            _ => Err(Box::new(
                not_a_page("the file stands where no page does", &source)
                    .help("pages are <section>/<name>.md; give the folder that holds the sections"),
            )),
        };
        if let Err(finding) = result {
            findings.push(*finding);
        }
    }
    drafts
}

fn read_index(
    section: &str,
    bytes: &[u8],
    source: &Arc<SourceFile>,
    drafts: &mut BTreeMap<String, Draft>,
) -> Result<(), Box<Finding>> {
    check_file_name(section).map_err(|error| unsafe_name(&error.to_string(), source))?;
    let text = utf8(bytes, source)?;
    let item = Index::parse(text).map_err(|error| misfit(error, source))?;
    let draft = drafts.entry(section.to_owned()).or_default();
    draft.index = Some(Read {
        source: Arc::clone(source),
        item,
    });
    Ok(())
}

fn read_page(
    section: &str,
    file: &str,
    bytes: &[u8],
    source: &Arc<SourceFile>,
    drafts: &mut BTreeMap<String, Draft>,
) -> Result<(), Box<Finding>> {
    let name = file.strip_suffix(".md").unwrap_or(file);
    let name = DocumentName::new(section, name)
        .map_err(|error| unsafe_name(&error.to_string(), source))?;
    let text = utf8(bytes, source)?;
    let item = PageFile::parse(text).map_err(|error| misfit(error, source))?;
    let draft = drafts.entry(section.to_owned()).or_default();
    let source = Arc::clone(source);
    draft.pages.insert(name, Read { source, item });
    Ok(())
}

fn document(
    name: &DocumentName,
    read: &Read<PageFile>,
    place: u32,
    findings: &mut Vec<Finding>,
) -> EndpointDocument {
    for key in read.item.page.verbatim_keys() {
        let finding = Finding::new(
            codes::VERBATIM_EXAMPLE,
            format!("`{key}` has another form than the original gives it, and is kept as text"),
        )
        .help("capture the endpoint, and the example is taken apart like any other")
        .about(name);
        findings.push(match read.item.locate(&read.source.text, key) {
            Some(span) => finding.at(&read.source, span),
            None => finding.in_file(&read.source),
        });
    }
    read.item.page.to_document(place)
}

/// The comment lines that most files have, the first of those that equally many have.
fn common_comment<'a>(
    comments: impl Iterator<Item = (&'a Arc<SourceFile>, &'a Vec<String>)>,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let comments: Vec<_> = comments.collect();
    let mut counts: Vec<(&Vec<String>, usize)> = Vec::new();
    for (_, comment) in &comments {
        match counts.iter_mut().find(|(known, _)| known == comment) {
            Some((_, count)) => *count += 1,
            None => counts.push((comment, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    let Some((common, _)) = counts.iter().find(|(_, count)| Some(*count) == most) else {
        return Vec::new();
    };
    for (source, comment) in &comments {
        if comment != common {
            let message = "the comment lines are not those of most files, which are kept";
            findings.push(Finding::new(codes::MIXED_COMMENTS, message).in_file(source));
        }
    }
    (*common).clone()
}

fn utf8<'a>(bytes: &'a [u8], source: &Arc<SourceFile>) -> Result<&'a str, Box<Finding>> {
    std::str::from_utf8(bytes).map_err(|error| {
        // Bytes that are not UTF-8 come only behind those that are: the place is that of the text too.
        let at = error.valid_up_to();
        let finding = Finding::new(codes::NOT_A_PAGE, "the file is not UTF-8").at(source, at..at);
        Box::new(finding.help("save it as UTF-8"))
    })
}

fn not_a_page(message: &str, source: &Arc<SourceFile>) -> Finding {
    Finding::new(codes::NOT_A_PAGE, message).in_file(source)
}

fn unsafe_name(reason: &str, source: &Arc<SourceFile>) -> Box<Finding> {
    let finding = Finding::new(codes::UNSAFE_NAME, reason).in_file(source);
    Box::new(finding.help("rename the file"))
}

fn misfit(error: FormError, source: &Arc<SourceFile>) -> Box<Finding> {
    let mut finding = Finding::new(codes::NOT_A_PAGE, error.message).at(source, error.span);
    finding.help = error.help;
    Box::new(finding)
}

#[cfg(test)]
mod tests;
