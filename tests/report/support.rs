//! Reports to tell.

use std::collections::BTreeMap;

use apidocs::finding::{
    Change, Code, DiffLine, DocumentChanges, DocumentStatus, Excerpt, Finding, Impact, Label,
    Marked, SourceFile, codes,
};
use apidocs::report::{Coverage, Endpoint, Meant, Report};
use serde_json::{Value, json};

/// A file of a document whose one example has that body.
fn source(name: &str, body: &Value) -> std::sync::Arc<SourceFile> {
    let file = json!({"examples": [{"name": "default", "response": {"headers": ["X-Total: 1"], "body": body}}]});
    let text = apidocs::json::write(&file, apidocs::json::KeyOrder::Kept);
    SourceFile::new(format!("api-docs/endpoints/{name}.json"), text.as_bytes())
}

fn change(code: Code, impact: Impact, address: &str, old: Value, new: Value) -> Change {
    let value = |value: Value| (!value.is_null()).then_some(value);
    Change {
        code,
        impact,
        address: address.to_owned(),
        at: address.to_owned(),
        places: 1,
        old: value(old),
        new: value(new),
        fingerprint: "5d41402abc4b".to_owned(),
        approved: None,
    }
}

/// A document of which a text was removed, so that it stands in an excerpt and in a change.
pub fn document(name: &str, text: &str) -> (DocumentChanges, Endpoint) {
    let source = source(name, &json!({ "total": text }));
    let line = |text: String| Marked {
        text,
        marks: Vec::new(),
    };
    let changes = DocumentChanges {
        document: name.to_owned(),
        previous: None,
        endpoint: format!("GET /{text}"),
        status: DocumentStatus::Drift,
        provisional: 0,
        changes: vec![
            change(
                codes::FIELD_REMOVED,
                Impact::Breaking,
                "#default/response/body/total",
                json!(text),
                Value::Null,
            ),
            change(
                codes::HEADER_ADDED,
                Impact::Additive,
                "#default/response/headers/x-new",
                Value::Null,
                json!(text),
            ),
        ],
        excerpts: vec![Excerpt {
            part: "#default".to_owned(),
            lines: vec![
                DiffLine::Both(text.to_owned()),
                DiffLine::Old(line(text.to_owned())),
                DiffLine::New(line("short".to_owned())),
                DiffLine::Skipped(7),
            ],
        }],
    };
    let scenario = SourceFile::new("api-docs/scenarios/S.json", b"{\n\n  \"requests\": []}");
    let label = Label {
        source: scenario,
        span: Some(4..14),
    };
    let requests = BTreeMap::from([("default".to_owned(), label)]);
    (changes, Endpoint { source, requests })
}

/// A report with that text wherever one may come from a server, in a document and in findings with and without place.
pub fn report(text: &str) -> Report {
    let (changes, endpoint) = document("things/get-things", text);
    let name = changes.document.clone();
    let findings = vec![
        Finding::new(codes::SCHEMA, text)
            .at_pointer(&endpoint.source, "/examples/0/response/body/total")
            .help(text)
            .note(text),
        Finding::new(codes::STRAY_FILE, "a file stands here")
            .in_file(&SourceFile::new("a b/é#%.json", b"x")),
        Finding::new(codes::NO_RESPONSE, text).help(text).note(text),
        Finding::new(codes::VERBATIM_EXAMPLE, text).about(&name),
    ];
    Report {
        findings,
        documents: Some(vec![changes]),
        not_captured: 1,
        approvable: false,
        endpoints: BTreeMap::from([
            (name, endpoint),
            ("things/others".to_owned(), document("things/others", "x").1),
        ]),
        coverage: Some(Coverage {
            endpoints: 2,
            with_example: 1,
            no_example: 0,
            neither: 1,
            unread: 0,
        }),
        fails_on: Some(Impact::Docs),
        meant: Some(Meant::Command("git apply 'a `b`.patch'".to_owned())),
        base: "services/api".to_owned(),
    }
}
