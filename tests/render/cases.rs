//! Golden cases: every folder of `tests/cases/render` is a small project with the pages that it must give.
//!
//! `apidocs.toml` (its `[render]`), `api-docs/` and `templates/` go in; `site/` or `error.txt` must come out. Run with
//! `UPDATE=1` to write what comes out; then read the difference.

use std::path::Path;

use apidocs::document::{Collection, Tree};
use apidocs::finding::LocatedError;
use apidocs::project::Settings;
use apidocs::render::{Input, Options, RenderError, render};

use crate::support::read;

fn made(case: &Tree) -> Result<Tree, RenderError> {
    let settings = case
        .files
        .get("apidocs.toml")
        .map_or("", |bytes| std::str::from_utf8(bytes).unwrap());
    let settings: Settings = toml::from_str(settings).unwrap();
    let collection = Collection::from_tree(&case.below("api-docs"), "api-docs");
    assert_eq!(collection.findings, []);
    assert!(
        collection
            .endpoints
            .values()
            .all(|loaded| loaded.item.is_some())
    );
    let documents = collection.shared_documents();
    let mut options = Options {
        templates: case.below("templates"),
        host: settings.host,
        ..Options::default()
    };
    if let Some(set) = settings.render.template_set {
        options.template_set = set;
    }
    if let Some(comment) = settings.render.page_comment {
        options.page_comment = comment;
    }
    if let Some(comment) = settings.render.index_comment {
        options.index_comment = comment;
    }
    let sections = collection.order();
    let input = Input {
        documents: &documents,
        sections: &sections,
    };
    render(input, &options)
}

fn told(error: &RenderError) -> Tree {
    let help = error
        .located()
        .and_then(|error: &LocatedError| error.help.clone());
    let mut tree = Tree::default();
    tree.insert(
        "error.txt",
        format!(
            "{error}\n{}",
            help.map(|help| help + "\n").unwrap_or_default()
        ),
    );
    tree
}

#[test]
fn every_case_gives_its_pages() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/render");
    let update = std::env::var_os("UPDATE").is_some();
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(cases).unwrap() {
        let root = entry.unwrap().path();
        let case = read(&root);
        let mut out = Tree::default();
        match made(&case) {
            Ok(site) => {
                for (path, bytes) in site.files {
                    out.insert(format!("site/{path}"), bytes);
                }
            }
            Err(error) => out = told(&error),
        }
        let expected = case
            .files
            .keys()
            .filter(|path| path.starts_with("site/") || *path == "error.txt");
        for path in expected.chain(out.files.keys()) {
            let (old, new) = (case.files.get(path), out.files.get(path));
            if old == new {
                continue;
            }
            let text = |bytes: Option<&Vec<u8>>| {
                String::from_utf8(bytes.cloned().unwrap_or_default()).unwrap()
            };
            let diff = similar::TextDiff::from_lines(text(old), text(new))
                .unified_diff()
                .to_string();
            wrong.push(format!("{}/{path}\n{diff}", root.display()));
            if let (true, Some(new)) = (update, new) {
                let file = root.join(path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, new).unwrap();
            } else if update {
                std::fs::remove_file(root.join(path)).unwrap();
            }
        }
        count += 1;
    }
    assert!(count > 0);
    assert!(wrong.is_empty() || update, "{}", wrong.join("\n"));
}
