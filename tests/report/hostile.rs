//! What comes from a server neither steers a log nor becomes markup.

use apidocs::report::{COMMENT_LIMIT, Report, github, human, markdown};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::support::{document, report};

const HOSTILE: [&str; 9] = [
    "```\n</details>\n# Ours\n@everyone [x](https://evil.example)",
    "~~~~\n<script>alert(1)</script>",
    "`` ` ``` ` a",
    "`",
    "a | b | c \\| d",
    "</code></summary></details><img src=x onerror=alert(1)>",
    "https://evil.example/ @someone #1 deadbeef",
    "\n\n---\n\n- [ ] task\n\n<!--",
    "**bold** _it_ &lt;b&gt; \\` \\<b>",
];

/// Everything that a reader would take for our own words or markup.
fn outside_of_code(text: &str) -> String {
    let mut out = String::new();
    let mut fences = 0;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => fences += 1,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => fences -= 1,
            Event::Text(text) if fences == 0 => out.push_str(&text),
            Event::Html(html) | Event::InlineHtml(html) => {
                // `<code>` holds nothing but text: no markup is left in it.
                let mut rest = &html[..];
                while let Some((before, code)) = rest.split_once("<code>") {
                    let (inner, after) = code.split_once("</code>").expect("it is closed");
                    assert!(!inner.contains(['<', '>', '\n']), "{html}");
                    out.push_str(before);
                    rest = after;
                }
                out.push_str(rest);
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link in\n{text}"),
            _ => {}
        }
    }
    out
}

#[test]
fn a_comment_holds_hostile_text_as_code_alone() {
    let known = outside_of_code(&markdown(&report("text"), COMMENT_LIMIT));
    for word in [
        "Meant?",
        "<details open><summary>",
        "coverage: 1 of 2 endpoints",
    ] {
        assert!(known.contains(word), "{word} in {known}");
    }
    for text in HOSTILE {
        let comment = markdown(&report(text), COMMENT_LIMIT);
        assert_eq!(outside_of_code(&comment), known, "{text}\n{comment}");
    }
}

#[test]
fn what_a_change_is_known_by_and_why_it_passes_is_told() {
    let mut report = Report {
        approvable: true,
        ..report("text")
    };
    let changes = report.documents.as_mut().unwrap();
    changes[0].changes[0].approved = Some("a | `b`\n</details>".to_owned());
    changes[0].changes[1].fingerprint = "0123456789ab".to_owned();
    let comment = markdown(&report, COMMENT_LIMIT);
    assert!(
        comment.contains(" approved: ``a \\| `b` </details>`` |"),
        "{comment}"
    );
    assert!(comment.contains(" [`0123456789ab`] |"), "{comment}");
    // What is approved does not fail.
    let commands = github(&report);
    assert!(commands.contains("::notice file="), "{commands}");
    assert!(commands.contains("(breaking, approved: a | `b`%0A</details>)"));
}

#[test]
fn a_comment_has_an_end() {
    let (changes, _) = document("things/get-things", &"`x | ".repeat(20_000));
    let many = vec![changes; 500];
    for findings in [0, 2_000] {
        let report = Report {
            findings: vec![report("x").findings[0].clone(); findings],
            documents: Some(many.clone()),
            ..report("x")
        };
        let text = markdown(&report, COMMENT_LIMIT);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains("more changed documents, for which there is no room here"));
        // The counts stay, and no part is cut in two.
        assert!(
            text.ends_with("documents: 500 changed, 1 not captured, 0 unchanged\n") || findings > 0
        );
        assert_eq!(
            text.matches("<details").count(),
            text.matches("</details>").count()
        );
    }
    let (changes, _) = document("things/get-things", &"💥".repeat(200_000));
    let report = Report {
        documents: Some(vec![changes]),
        ..Report::default()
    };
    assert!(markdown(&report, COMMENT_LIMIT).len() < 65_536);
}

#[test]
fn no_line_is_a_command_of_the_host() {
    for text in [
        "::set-env name=x::y",
        "a\n  ::stop-commands::x",
        "##[add-path]x",
        "x\r\n::error::",
    ] {
        let log = anstream::adapter::strip_str(&human(&report(text), 100)).to_string();
        for line in log.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
        }
        // Ours are as many as there are things to tell, each on one line.
        let commands = github(&report(text));
        assert_eq!(commands.lines().count(), 6, "{commands}");
        for line in commands.lines() {
            let ours = ["::error ", "::warning ", "::notice "];
            assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
        }
    }
}
