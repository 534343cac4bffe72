//! Input that is too large, too deep, or not there.

use crate::support::run;

/// What an import of a file says; it must write nothing.
fn refused(name: &str, contents: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), contents).unwrap();
    let run = run(
        folder.path(),
        &["import", "openapi", name, "-o", "out"],
        b"",
    )
    .exits(2);
    assert!(!folder.path().join("out").exists());
    run.stderr
}

#[test]
fn a_document_of_a_hundred_megabytes_is_refused() {
    let mut text = b"{\"openapi\": \"3.0.0\", \"x\": \"".to_vec();
    text.resize(100 * 1024 * 1024, b'a');
    let told = refused("api.json", &text);
    assert!(told.contains("larger than 64 MiB"), "{told}");
    assert!(told.contains("help: "), "{told}");
}

#[test]
fn a_document_of_twenty_megabytes_is_read() {
    let mut text =
        "{\"openapi\": \"3.0.0\", \"paths\": {\"/a\": {\"get\": {\"responses\": {}}}}, \"x\": ["
            .to_owned();
    while text.len() < 20 * 1024 * 1024 {
        text.push_str("{\"name\": \"value\", \"list\": [1, 2, 3]},\n");
    }
    text.push_str("0]}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("api.json"), text).unwrap();
    run(
        folder.path(),
        &["import", "openapi", "api.json", "-o", "out"],
        b"",
    )
    .exits(0);
}

#[test]
fn nesting_without_end_is_refused() {
    for (name, open) in [
        ("api.json", "["),
        ("api.yaml", "["),
        ("b.yaml", "{a: "),
        ("c.yaml", "- "),
    ] {
        let told = refused(name, open.repeat(50_000).as_bytes());
        assert!(told.contains(&format!("{name}:1:")), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = run(folder.path(), &["import", "openapi", "gone.yaml"], b"").exits(2);
    assert!(
        told.stderr.contains("gone.yaml cannot be read"),
        "{}",
        told.stderr
    );
    let told = refused("api.yaml", b"openapi: 3.0.0\npaths: \xff\n");
    assert!(
        told.contains("api.yaml:2:8") && told.contains("UTF-8"),
        "{told}"
    );
    for (text, part) in [
        ("openapi: 4.0.0", "OpenAPI 4.0.0 cannot be read"),
        ("swagger: 1.2", "Swagger 1.2 cannot be read"),
        ("openapi: 3.0.0\npaths: {}", "describes no operation"),
        ("[]", "neither `openapi` nor `swagger`"),
        ("", "neither `openapi` nor `swagger`"),
        (
            "# A: b\n\nc\n\n## d\n",
            "give an OpenAPI 3.0 or 3.1 document",
        ),
        ("a: b\nc\n", "give an OpenAPI 3.0 or 3.1 document"),
    ] {
        let told = refused("api.yaml", text.as_bytes());
        assert!(told.contains(part), "{told}");
    }
}
