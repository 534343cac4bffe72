use super::*;
use crate::finding::{DocumentStatus, Excerpt, Marked, codes};

#[test]
fn code_cannot_be_left() {
    assert_eq!(span("a"), "`a`");
    assert_eq!(span("`a``b"), "``` `a``b ```");
    assert_eq!(span("a\n\n# b"), "`a  # b`");
    assert_eq!(
        html_code("</code></summary>&@all"),
        "<code>&lt;/code&gt;&lt;/summary&gt;&amp;@all</code>"
    );
    let mut out = String::new();
    fence(&mut out, "diff", "+ ```\n+ ````");
    assert_eq!(out, "`````diff\n+ ```\n+ ````\n`````\n\n");
}

/// A document of which so many lines changed.
fn long(name: &str, lines: usize) -> DocumentChanges {
    let line = |index| {
        DiffLine::Old(Marked {
            text: format!("line {index} of {name}"),
            marks: Vec::new(),
        })
    };
    DocumentChanges {
        document: name.to_owned(),
        previous: None,
        endpoint: format!("GET /{name}/"),
        status: DocumentStatus::Drift,
        changes: Vec::new(),
        excerpts: vec![Excerpt {
            part: "#default".to_owned(),
            lines: (0..lines).map(line).collect(),
        }],
        provisional: 0,
    }
}

#[test]
fn a_large_document_is_cut_and_a_small_one_beside_it_shown() {
    let report = Report {
        documents: Some(vec![long("a/big", 100_000), long("a/small", 2)]),
        meant: Some(Meant::Command("apidocs generate".to_owned())),
        ..Report::default()
    };
    for (limit, shown) in [
        (COMMENT_LIMIT, 2_000),
        (JOB_SUMMARY_LIMIT, 2_000),
        (3_000, 50),
    ] {
        let text = markdown(&report, limit);
        assert!(text.len() <= limit);
        for told in ["GET /a/big/", "GET /a/small/", "- line 1 of a/small"] {
            assert!(text.contains(told), "{limit}: {told}");
        }
        assert_eq!(text.matches("of a/big\n").count(), shown);
        let more = format!("… and {} more changed lines", 100_000 - shown);
        assert!(text.contains(&more));
        assert_eq!(text.matches("**Meant?**").count(), 2);
    }
}

#[test]
fn what_is_too_large_at_its_least_does_not_hide_the_others() {
    let mut huge = long("a/huge", 1);
    huge.endpoint = "é".repeat(WIDTH);
    let documents = vec![huge, long("a/small", 1)];
    let report = Report {
        documents: Some(documents),
        ..Report::default()
    };
    let text = markdown(&report, 1_200);
    assert!(text.len() <= 1_200);
    assert!(
        text.contains("GET /a/small/") && !text.contains("a/huge"),
        "{text}"
    );
    assert!(text.contains("… and 1 more changed document, for which"));
}

#[test]
fn errors_are_shown_before_warnings() {
    let warning = |index: usize| Finding::new(codes::STRAY_FILE, format!("warning {index}"));
    let mut findings: Vec<_> = (0..1_000).map(warning).collect();
    findings.push(Finding::new(codes::SCHEMA, "an error"));
    let report = Report {
        findings,
        documents: Some(vec![long("a/b", 1_000)]),
        ..Report::default()
    };
    let text = markdown(&report, 20_000);
    let error = text.find("an error").unwrap();
    assert!(error < text.find("warning 0").unwrap());
    assert!(text.contains("GET /a/b/") && text.len() <= 20_000);
}

#[test]
fn warnings_are_something_to_mend_and_the_room_is_used() {
    let finding = |index: usize| {
        let message = format!("{index}: {}", "x".repeat(100));
        Finding::new(codes::STRAY_FILE, message)
    };
    let report = Report {
        findings: (0..200).map(finding).collect(),
        ..Report::default()
    };
    let text = markdown(&report, COMMENT_LIMIT);
    assert!(text.starts_with("### apidocs: 200 warnings\n"), "{text}");
    assert!(text.contains("199: x") && !text.contains("no room"));
    let text = markdown(&report, 10_000);
    assert!(text.contains("no room") && text.len() > 9_000 && text.len() <= 10_000);
    let nothing = markdown(&Report::default(), COMMENT_LIMIT);
    assert!(nothing.starts_with("### apidocs: nothing to mend\n"));
}
