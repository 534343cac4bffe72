use super::*;
use crate::page::{Page, python};

fn page(title: &str, order: u32) -> Page {
    Page {
        title: title.to_owned(),
        sidebar_order: order,
        ..Page::default()
    }
}

fn file(page: &Page) -> String {
    format!("---\n# c\n{}\n---\n", python::dumps(&page.to_json()))
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.insert(*path, *text);
    }
    tree
}

fn told(imported: &Imported) -> Vec<String> {
    let told = imported.findings.iter().map(|finding| {
        let position = finding
            .position()
            .map(|at| format!(":{}:{}", at.line, at.column));
        format!(
            "{}{} {} {}",
            finding.file().unwrap_or_default(),
            position.unwrap_or_default(),
            finding.code,
            finding.message
        )
    });
    told.collect()
}

const INDEX_TEXT: &str = "---\n# i\ntitle: A &amp; B\n---\n\n\n";

fn link(title: &str, page: &str) -> String {
    format!("- [{title}]({{%- link _documentation/api/{page}.md -%}})\n")
}

#[test]
fn numbers_that_are_places_are_not_kept() {
    let (one, two) = (file(&page("One", 1)), file(&page("Two", 3)));
    let index = INDEX_TEXT.to_owned() + &link("One", "a/x") + &link("Two", "a/b");
    let imported = import(
        &tree(&[
            ("a/b.md", &two),
            ("a/x.md", &one),
            ("a/index.md", &index),
            (".hidden", ""),
        ]),
        "",
    );
    assert_eq!(told(&imported), Vec::<String>::new());
    let section = &imported.sections.sections[0];
    assert_eq!(
        (section.id.as_str(), section.title.as_str()),
        ("a", "A & B")
    );
    assert_eq!(section.endpoints, ["x", "b"]);
    let orders: Vec<_> = imported
        .documents
        .iter()
        .map(|(name, document)| (name.to_string(), document.sidebar_order))
        .collect();
    assert_eq!(
        orders,
        [("a/b".to_owned(), Some(3)), ("a/x".to_owned(), None)]
    );
    assert_eq!(imported.page_comment, ["c"]);
    assert_eq!(imported.index_comment, ["i"]);
}

#[test]
fn an_index_that_disagrees_is_told() {
    let pages = [
        file(&page("B", 1)),
        file(&page("C", 2)),
        file(&page("D", 3)),
    ];
    let index = INDEX_TEXT.to_owned()
        + &link("C", "a/c")
        + &link("B", "a/b")
        + &link("Cc", "a/c")
        + &link("E", "a/e")
        + "text\n";
    let files = [
        ("a/b.md", pages[0].as_str()),
        ("a/c.md", &pages[1]),
        ("a/d.md", &pages[2]),
        ("a/index.md", &index),
        ("z/y.md", &pages[0]),
    ];
    let imported = import(&tree(&files), "old");
    assert_eq!(imported.sections.sections[0].endpoints, ["b", "c", "d"]);
    assert_eq!(imported.sections.sections[1].title, "Z");
    assert_eq!(
        told(&imported),
        [
            "old/a/index.md:11:1 not-a-page the line is no link to a page",
            "old/a/index.md:9:1 index-order the index lists a/c a second time",
            "old/a/index.md:10:1 index-order the index lists a/e, which is no page of the section",
            "old/a/index.md:7:1 index-order a/c stands here out of the order of the pages' numbers",
            "old/a/index.md:9:1 index-title the index calls a/c \"Cc\", the page itself \"C\"",
            "old/a/index.md index-order the index does not list a/d",
            "old/z/y.md index-order section \"z\" has no index.md; its title is made of its name",
        ]
    );
}

#[test]
fn what_is_no_page_does_not_stop_the_others() {
    let good = file(&page("Good", 1));
    let half = good.replace("Good", "\\ud83d");
    let other_comment = good.replace("# c", "# d");
    let mut files = tree(&[
        ("README.md", ""),
        ("a/b/c.md", &good),
        ("a/good.md", &good),
        ("a/good2.md", &good),
        ("a/half.md", &half),
        ("a/notes.md", "# Notes\n"),
        ("a/other.md", &other_comment),
        ("a/nul.md", &good),
        ("a/picture.png", ""),
        ("a/index.md", "# Index\n"),
    ]);
    files.insert("a/latin.md", b"---\n\xe9".to_vec());
    let imported = import(&files, "");
    assert_eq!(imported.documents.len(), 3);
    assert_eq!(
        told(&imported),
        [
            "README.md not-a-page the file stands where no page does",
            "a/b/c.md not-a-page the file stands where no page does",
            "a/half.md:14:13 not-a-page `\\ud83d` is half of a surrogate pair",
            "a/index.md:1:1 not-a-page the file does not begin with a line `---`",
            "a/latin.md:2:1 not-a-page the file is not UTF-8",
            "a/notes.md:1:1 not-a-page the file does not begin with a line `---`",
            "a/nul.md unsafe-name \"nul\" is the name of a device on Windows",
            "a/picture.png not-a-page the file stands where no page does",
            "a/other.md mixed-comments the comment lines are not those of most files, which are kept",
            "a/good.md index-order section \"a\" has no index.md; its title is made of its name",
        ]
    );
}

#[test]
fn a_text_of_another_form_is_kept_and_told() {
    let mut odd = page("Odd", 1);
    odd.example_request = "curl http://localhost/".to_owned();
    let imported = import(&tree(&[("a/b.md", &file(&odd))]), "");
    let document = imported.documents.values().next().unwrap();
    assert_eq!(Page::of(document, 1), odd);
    let codes: Vec<_> = imported
        .findings
        .iter()
        .map(|finding| finding.code.id)
        .collect();
    assert_eq!(
        codes,
        ["index-order", "verbatim-example", "verbatim-example"]
    );
    assert_eq!(imported.findings[1].position().unwrap().line, 7);
}
