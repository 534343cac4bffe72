use super::*;

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.insert(*path, *text);
    }
    tree
}

fn digests(files: &[(&str, &str)]) -> Digests {
    let digests = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), digest(text.as_bytes())));
    digests.collect()
}

fn manifest(files: &[(&str, &str)]) -> String {
    write_manifest(&digests(files))
}

/// Removals, paths of writes, findings.
fn told(plan: &Plan) -> (Vec<&str>, Vec<&str>, Vec<String>) {
    (
        plan.removals.iter().map(String::as_str).collect(),
        plan.writes.iter().map(|(path, _)| path.as_str()).collect(),
        plan.findings
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.file().unwrap_or_default()))
            .collect(),
    )
}

#[test]
fn a_new_folder_gets_all_and_then_nothing() {
    let pages = tree(&[("a/b.md", "1"), ("a/c.md", "2")]);
    let first = plan(&pages, &Digests::new(), None, "out").unwrap();
    assert_eq!(
        told(&first),
        (vec![], vec!["a/b.md", "a/c.md", MANIFEST], vec![])
    );
    let written = first.writes.last().unwrap().1.clone();
    assert_eq!(
        String::from_utf8(written.clone()).unwrap(),
        manifest(&[("a/b.md", "1"), ("a/c.md", "2")])
    );

    let there = digests(&[("a/b.md", "1"), ("a/c.md", "2")]);
    let second = plan(&pages, &there, Some(&written), "out").unwrap();
    assert!(second.writes.is_empty() && second.removals.is_empty());
    assert_eq!(second.unchanged, 2);
    assert_eq!(
        plan(&Tree::default(), &Digests::new(), None, "").unwrap(),
        Plan::default()
    );
}

#[test]
fn line_ends_that_git_wrote_are_no_edit() {
    let old = manifest(&[("a.md", "1\n2\n"), ("b.md", "1\n"), ("c.md", "1\n2\n")]);
    let old = old.replace('\n', "\r\n");
    let there = digests(&[
        ("a.md", "1\r\n2\r\n"),
        ("b.md", "1\r\n"),
        ("c.md", "1\r2\r\n"),
    ]);
    let same = tree(&[("a.md", "1\n2\n"), ("b.md", "1\n"), ("c.md", "1\n2\n")]);
    let nothing = plan(&same, &there, Some(old.as_bytes()), "").unwrap();
    assert_eq!(nothing.unchanged, 2);
    assert_eq!(
        told(&nothing),
        (vec![], vec!["c.md"], vec!["edited-page c.md".to_owned()])
    );
    let other = tree(&[("b.md", "2\n")]);
    let plan = plan(&other, &there, Some(old.as_bytes()), "").unwrap();
    let kept = vec!["edited-page c.md".to_owned()];
    assert_eq!(told(&plan), (vec!["a.md"], vec!["b.md", MANIFEST], kept));
}

#[test]
fn only_what_changed_is_written_and_what_is_ours_is_removed() {
    let pages = tree(&[
        ("a/new.md", "n"),
        ("a/changed.md", "2"),
        ("a/same.md", "s"),
        ("a/lost.md", "l"),
    ]);
    let before = [
        ("a/changed.md", "1"),
        ("a/same.md", "s"),
        ("a/gone.md", "g"),
        ("a/deleted.md", "d"),
        ("a/lost.md", "l"),
    ];
    let there = digests(&[
        ("a/changed.md", "1"),
        ("a/same.md", "s"),
        ("a/gone.md", "g"),
        ("notes.txt", "x"),
    ]);
    let plan = plan(&pages, &there, Some(manifest(&before).as_bytes()), "").unwrap();
    assert_eq!(
        told(&plan),
        (
            vec!["a/gone.md"],
            vec!["a/changed.md", "a/lost.md", "a/new.md", MANIFEST],
            vec![]
        )
    );
    assert_eq!(plan.unchanged, 1);
}

#[test]
fn edited_pages_are_told() {
    let pages = tree(&[("backed.md", "new"), ("undone.md", "u")]);
    let before = [("backed.md", "old"), ("orphan.md", "o"), ("undone.md", "v")];
    let there = digests(&[
        ("backed.md", "edit"),
        ("orphan.md", "edit"),
        ("undone.md", "u"),
    ]);
    let plan = plan(&pages, &there, Some(manifest(&before).as_bytes()), "out").unwrap();
    assert_eq!(
        told(&plan),
        (
            vec![],
            vec!["backed.md", MANIFEST],
            vec![
                "edited-page out/orphan.md".to_owned(),
                "edited-page out/backed.md".to_owned()
            ]
        )
    );
    // The orphan is told until somebody decides.
    let text = String::from_utf8(plan.writes[1].1.clone()).unwrap();
    assert_eq!(
        text,
        manifest(&[("backed.md", "new"), ("orphan.md", "o"), ("undone.md", "u")])
    );
}

#[test]
fn files_of_others_are_never_touched() {
    let pages = tree(&[
        ("a/b.md", "1"),
        ("a/c.md", "2"),
        ("a/d.md", "3"),
        ("e/f.md", "4"),
        ("g.md", "5"),
    ]);
    let there = digests(&[
        ("a/b.md", "1"),
        ("a/c.md", "x"),
        ("A/D.md", "x"),
        ("E", "x"),
        ("g.md/h", "x"),
    ]);
    let plan = plan(&pages, &there, None, "").unwrap();
    let (removals, writes, mut findings) = told(&plan);
    findings.sort();
    assert_eq!((removals, writes), (vec![], vec![MANIFEST]));
    assert_eq!(
        findings,
        [
            "foreign-page A/D.md",
            "foreign-page E",
            "foreign-page a/c.md",
            "foreign-page g.md/h"
        ]
    );
    let text = String::from_utf8(plan.writes[0].1.clone()).unwrap();
    assert_eq!(text, manifest(&[("a/b.md", "1")]));
}

#[test]
fn a_page_renamed_in_case_alone_is_removed_and_written() {
    let there = [("a/B.md", "1")];
    let plan = plan(
        &tree(&[("a/b.md", "1")]),
        &digests(&there),
        Some(manifest(&there).as_bytes()),
        "",
    )
    .unwrap();
    assert_eq!(
        told(&plan),
        (vec!["a/B.md"], vec!["a/b.md", MANIFEST], vec![])
    );
}

#[test]
fn paths_that_cannot_be_are_refused() {
    let refused = |files: &[(&str, &str)]| {
        plan(&tree(files), &Digests::new(), None, "")
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[("../x.md", "")]).starts_with("../x.md cannot be written"));
    assert!(refused(&[(MANIFEST, "")]).contains("must begin with a letter"));
    assert_eq!(
        refused(&[("a/B.md", ""), ("a/b.md", "")]),
        "a/B.md and a/b.md cannot both be written; rename one of them"
    );
    assert_eq!(
        refused(&[("A", ""), ("a/b.md", "")]),
        "A and a/b.md cannot both be written; rename one of them"
    );
}

#[test]
fn a_manifest_that_is_none_is_an_error() {
    for (text, expected) in [
        ("", "out/.apidocs-manifest.json:1:1: the file is empty"),
        (
            "{}",
            "out/.apidocs-manifest.json: the manifest has no object \"files\"",
        ),
        (
            "{\"files\": {\"a\": 1}}",
            "out/.apidocs-manifest.json:1:17: a digest must be a string",
        ),
        (
            "{\"files\": {\"../a\": \"\"}}",
            "out/.apidocs-manifest.json:1:20: \"..\" must begin with a letter or digit",
        ),
    ] {
        let error = plan(
            &Tree::default(),
            &Digests::new(),
            Some(text.as_bytes()),
            "out",
        )
        .unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
