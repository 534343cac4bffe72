//! The original's pages, imported and rendered again: byte for byte.
//!
//! Between the two, documents are written and read as the command does.
//!
//! Every folder of `tests/cases/pages` is a tree of pages of our own making that shows a form of the original in small.
//! The five trees of the corpus are read where they are there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use apidocs::document::{Collection, DocumentName, EndpointDocument, Sections, Tree, key_order};
use apidocs::import::pages::{Imported, import};
use apidocs::json;
use apidocs::render::{Input, Options, render};

use crate::support::{corpus, read};

/// The pages of what was imported, and the paths of the files that did not come back, out of how many.
struct Again {
    imported: Imported,
    pages: (usize, Vec<String>),
    indexes: (usize, Vec<String>),
}

fn again(tree: &Tree) -> Again {
    let imported = import(tree, "");
    let options = Options {
        page_comment: imported.page_comment.clone(),
        index_comment: imported.index_comment.clone(),
        ..Options::default()
    };
    let (documents, sections) = written(&imported);
    let input = Input {
        documents: &documents,
        sections: &sections,
    };
    let rendered = render(input, &options).unwrap();
    let mut pages = (0, Vec::new());
    let mut indexes = (0, Vec::new());
    for (path, bytes) in &tree.files {
        let kind = if path.ends_with("/index.md") {
            &mut indexes
        } else {
            &mut pages
        };
        kind.0 += 1;
        if rendered.files.get(path) != Some(bytes) {
            kind.1.push(path.clone());
        }
    }
    assert!(
        rendered
            .files
            .keys()
            .all(|path| tree.files.contains_key(path))
    );
    Again {
        imported,
        pages,
        indexes,
    }
}

/// Documents and sections as they are read from the files that an import writes.
fn written(imported: &Imported) -> (BTreeMap<DocumentName, Arc<EndpointDocument>>, Sections) {
    let mut files = Tree::default();
    for (name, document) in &imported.documents {
        let text = json::write(&serde_json::json!(document), key_order::ENDPOINT);
        files.insert(name.file(), text);
    }
    let text = json::write(&serde_json::json!(imported.sections), key_order::SECTIONS);
    files.insert("sections.json", text);
    let collection = Collection::from_tree(&files, "");
    assert_eq!(collection.findings, []);
    let documents = collection.shared_documents();
    assert_eq!(documents.len(), imported.documents.len());
    assert_eq!(collection.order(), imported.sections);
    (documents, collection.order())
}

#[test]
fn pages_of_the_corpus_come_back() {
    let Some(corpus) = corpus() else { return };
    let mut indexes = 0;
    for (name, pages) in [
        ("2018-09-19", 74),
        ("2018-09-20", 74),
        ("2020-03-09", 86),
        ("2020-03-10", 86),
        ("2020-03-10b", 86),
    ] {
        let again = again(&read(&corpus.join("pages").join(name)));
        assert_eq!(again.pages, (pages, Vec::new()), "{name}");
        assert_eq!(again.indexes.0, 5, "{name}");
        indexes += again.indexes.0 - again.indexes.1.len();
        // In 2020 the original lists events twice or out of the order of its own numbers.
        let wrong: &[&str] = if name.starts_with("2020") {
            &["events/index.md"]
        } else {
            &[]
        };
        assert_eq!(again.indexes.1, wrong, "{name}");
        for finding in &again.imported.findings {
            assert_eq!(
                finding.code.id, "index-order",
                "{name}: {}",
                finding.message
            );
            assert_eq!(finding.file(), Some("events/index.md"), "{name}");
        }
        assert_eq!(
            again.imported.findings.is_empty(),
            wrong.is_empty(),
            "{name}"
        );
        assert_eq!(again.imported.documents.len(), pages, "{name}");
        // Nothing of the corpus is of an odd form: every example is taken apart.
        for (document_name, document) in &again.imported.documents {
            for example in &document.examples {
                assert!(example.request.parsed().is_some(), "{document_name}");
                assert!(example.response.parsed().is_some(), "{document_name}");
            }
        }
    }
    assert_eq!(indexes, 22);
}

#[test]
fn pages_of_our_own_come_back() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/pages");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let again = again(&read(&path));
        assert!(again.pages.0 > 0, "{name}");
        assert_eq!(again.pages.1, Vec::<String>::new(), "{name}");
        let told: Vec<_> = again
            .imported
            .findings
            .iter()
            .map(|finding| finding.code.id)
            .collect();
        match name.as_str() {
            "listed-twice" => {
                assert_eq!(again.indexes.1, ["things/index.md"], "{name}");
                assert_eq!(told, ["index-order"; 2], "{name}");
            }
            "odd-examples" => {
                assert!(again.indexes.1.is_empty(), "{name}");
                assert_eq!(told, ["verbatim-example"; 3], "{name}");
            }
            _ => {
                assert!(again.indexes.1.is_empty(), "{name}");
                assert_eq!(told, Vec::<&str>::new(), "{name}");
            }
        }
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["2018", "2020", "listed-twice", "odd-examples"]);
}
