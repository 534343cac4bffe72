//! The short way of the checks against the long one: what the one calls plain, the other has nothing to tell of.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apidocs::document::{Collection, DocumentName, Tree};
use apidocs::finding::SourceFile;
use apidocs::project::{Location, Project};
use apidocs::validate::Checks;
use walkdir::WalkDir;

/// Holds a file to that, by its path in the folder of documents. Gives whether it is plain.
pub fn check(checks: &Checks, path: &str, bytes: &[u8]) -> bool {
    let Some(name) = DocumentName::of_file(path) else {
        return false;
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let Some(short) = checks.plain(&name, text, SourceFile::new(path, bytes)) else {
        return false;
    };
    let mut tree = Tree::default();
    tree.insert(path, bytes);
    let mut collection = Collection::from_tree(&tree, "");
    assert_eq!(collection.findings, [], "{path}: {text}");
    let whole = collection.endpoints.get_mut(&name).unwrap();
    assert_eq!(checks.document(&name, whole), [], "{path}: {text}");
    Arc::make_mut(whole).keep_outline();
    assert_eq!(short.item, whole.item, "{path}: {text}");
    true
}

/// The endpoint documents of a folder: paths within it, and bytes.
fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = WalkDir::new(folder.join("endpoints")).into_iter();
    let files = files.filter_map(Result::ok);
    files
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "json"))
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            (
                path.to_str().unwrap().replace('\\', "/"),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_short_way_misses_nothing_in_the_cases() {
    let cases = fs::read_dir(root().join("tests/cases/validate")).unwrap();
    let mut checked = 0;
    for case in cases {
        for (path, bytes) in documents(&case.unwrap().path().join("docs")) {
            check(&Checks::default(), &path, &bytes);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn the_documents_of_the_demo_take_the_short_way() {
    let documents = documents(&root().join("api-docs"));
    let project = Project::find(&root(), &Location::default()).unwrap();
    let checks = Checks::new(&project.settings);
    let long: Vec<_> = documents
        .iter()
        .filter(|(path, bytes)| !check(&checks, path, bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(long.len() * 10 < documents.len(), "{long:?}");
}

/// Bodies of one document: those with something to tell take the long way, one cause each.
#[test]
fn a_body_takes_the_short_way_where_there_is_nothing_to_tell() {
    let path = "endpoints/projects/get-key.json";
    let file = root().join("tests/cases/validate/clean/docs").join(path);
    let text = fs::read_to_string(file).unwrap();
    // `~` is a line break in the document, with the blanks of the body's level.
    let is_plain = |header: &str, body: &str| {
        let kind = r#""Content-Type: application/json""#;
        let body = format!(r#""body": {body}"#).replace('~', "\n        ");
        let text = text
            .replace(&format!("{kind}\n"), &format!("{kind}{header}\n"))
            .replace(r#""body": []"#, &body);
        assert!(text.contains(&body) && text.contains(header));
        check(&Checks::default(), path, text.as_bytes())
    };
    let long = "0aB1".repeat(6);
    for body in [
        "[]",
        "{}",
        "null",
        "-0.50",
        r#""a\n\"b\"""#,
        r#"{~  "name": "a slug"~}"#,
        r#"{~  "url": "https://a.example/?page=2&x=%20"~}"#,
        r#"{~  "token": "<token>"~}"#,
        r#"{~  "name": "browser",~  "value": "Chrome"~}"#,
        r#"{~  "Authorization": [~    "Bearer <token>"~  ],~  "keys": [],~  "tokens": [~    "a"~  ]~}"#,
        r#"{~  "password": [~    "This field may not be blank.",~    1~  ]~}"#,
        r#"{~  "é": [~    1,~    true~  ]~}"#,
    ] {
        assert!(is_plain("", body), "{body}");
    }
    for body in [
        // Not as it is written.
        "[ ]",
        r#""\u0061""#,
        "[~  1~  ]",
        r#"{~  "b": 1,~  "a": 2~}"#,
        r#"{~  "a": 1,~  "a": 2~}"#,
        // Not JSON.
        "01",
        "1.",
        "nul",
        "\"\t\"",
        "[~  1,~]",
        // Secrets and home folders.
        r#"{~  "password": "hunter2"~}"#,
        r#"{~  "url": "https://a.example/?access_token=abc123"~}"#,
        r#"{~  "log": "Cookie: sid=abc123"~}"#,
        &format!(r#"{{~  "key": "sk_live_{long}"~}}"#),
        &format!(r#"{{~  "log": "first line\nsk_live_{long}"~}}"#),
        r#"{~  "file": "/home/alice/app/x.py"~}"#,
        r#"{~  "file": "C:\\Users\\Alice\\x"~}"#,
        r#"[~  "Authorization",~  "Bearer abc123def"~]"#,
        r#"{~  "name": "password",~  "value": "hunter2"~}"#,
        r#"{~  "X-Api-Key": [~    1,~    "hunter2"~  ]~}"#,
        r#"{~  "name": "password",~  "value": [~    "hunter2"~  ]~}"#,
    ] {
        assert!(!is_plain("", body), "{body}");
    }
    for (length, fits) in [(7, true), (8, true), (9, true), (40, false)] {
        let header = format!(",\n          \"Content-Length: {length}\"");
        assert_eq!(is_plain(&header, r#"{~  "a": 1~}"#), fits, "{length}");
    }
}

/// What is around the bodies: one change each to a document without fault.
#[test]
fn a_document_takes_the_short_way_where_there_is_nothing_to_tell() {
    let path = "endpoints/projects/get-key.json";
    let file = root().join("tests/cases/validate/clean/docs").join(path);
    let clean = fs::read_to_string(file).unwrap();
    let is_plain = |from: &str, to: &str| {
        assert!(clean.contains(from), "{from}");
        check(
            &Checks::default(),
            path,
            clean.replacen(from, to, 1).as_bytes(),
        )
    };
    let keys = r#""Return the keys.""#;
    for (from, to) in [
        ("", ""),
        (keys, r#""Return\n\"the\" `keys`: é \\ €.""#),
        (keys, r#""The Users, and /homes.""#),
        (r#""sidebar_order": 3"#, r#""sidebar_order": 4294967295"#),
        ("?full=1", "?full=1&page=%20"),
        ("X-Empty: ", "Set-Cookie: sid=<secret>; Path=/"),
        ("X-Empty: ", "Authorization: Bearer <token>"),
        (r#""gone""#, r#""Cookie: gone=<secret>""#),
    ] {
        assert!(is_plain(from, to), "{to}");
    }
    let method = "  \"method\": \"GET\",\n";
    for (from, to) in [
        // Not as it is written.
        (method, "  \"method\": \"GET\", \n"),
        (method, "   \"method\": \"GET\",\n"),
        (method, "  \"method\" : \"GET\",\n"),
        (method, "  \"method\": \"GET\",\r\n"),
        (method, ""),
        (method, &method.repeat(2)),
        ("\"GET\"", r#""\u0047ET""#),
        (
            r#"  "title": "List Keys","#,
            &format!("{method}  \"title\": \"List Keys\","),
        ),
        (keys, r#""Return the \/keys.""#),
        ("]\n}\n", "]\n}"),
        ("]\n}\n", "]\n}\n\n"),
        ("]\n}\n", "]\n}\nx"),
        ("{\n  \"$schema\"", "\u{feff}{\n  \"$schema\""),
        (r#""sidebar_order": 3"#, r#""sidebar_order": 3e0"#),
        // Not as the schema says.
        (method, "  \"method\": \"get\",\n"),
        (method, "  \"method\": null,\n"),
        (r#""sidebar_order": 3"#, r#""sidebar_order": 3.0"#),
        (r#""sidebar_order": 3"#, r#""sidebar_order": 4294967296"#),
        (
            r#""sidebar_order": 3"#,
            r#""$serde_json::private::Number": "3""#,
        ),
        (r#""name": "unknown""#, r#""name": "con""#),
        (r#""reason": """#, r#""unknown": """#),
        (r#""body": []"#, "\"body\": [],\n        \"text\": []"),
        // What the rules tell.
        ("{key}/", "{slug}/"),
        ("/keys/a%2Fb/", "/keys/"),
        (r#""name": "unknown""#, r#""name": "default""#),
        ("application/json", "text/html"),
        (r#""status": 200"#, r#""status": 500"#),
        (keys, r#""Return the <b>keys.""#),
        (keys, r#""Return the `keys.""#),
        (keys, r#""Return the {keys}.""#),
        (keys, "\"Return the e\u{301}.\""),
        (keys, "\"Return the \u{200b}keys.\""),
        (keys, r#""Return the \u001bkeys.""#),
        (keys, r#""See /home/alice/keys.""#),
        (keys, r#""See C:\\Users\\Alice\\keys.""#),
        ("?full=1", "?access_token=abc123"),
        ("?full=1", "?full=1&access%5Ftoken=abc123"),
        ("X-Empty: ", "Set-Cookie: sid=abc123; Path=/"),
        ("X-Empty: ", "authorization: Bearer abc123def"),
        (r#""gone""#, r#""Cookie: gone=abc123""#),
    ] {
        assert!(!is_plain(from, to), "{from} {to}");
    }
}
