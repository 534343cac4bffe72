//! Readers of our output that go away.

use serde_json::json;

use crate::support::{Sandbox, document, ended, sections};

/// A project without error, whose files are not canonical.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    let file = "api-docs/endpoints/things/get-things.json";
    sandbox.write("apidocs.toml", "");
    sandbox.write(file, document("Things", json!({"a": 1})).to_string());
    let order = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    sandbox
}

/// Who reads our output may stop before its end.
#[test]
fn a_reader_that_has_had_enough() {
    let sandbox = project();
    for (arguments, code) in [
        (&["schema", "endpoint"][..], 0),
        (&["schema"], 0),
        (&["completions", "bash"], 0),
        (&["man"], 0),
        (&["--help"], 0),
        (&["validate", "--report", "json"], 0),
        (&["validate"], 0),
        (&["diff", "api-docs", "api-docs"], 0),
        (&["fmt", "--check"], 1),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sandbox.command(arguments);
        let output = command.stdout(writer).stderr(std::process::Stdio::piped());
        let run = ended(output.spawn().unwrap().wait_with_output().unwrap());
        let told = run.exits(code);
        assert!(!told.stderr.contains("panicked"), "{arguments:?} {told}");
        assert!(!told.stderr.contains("error"), "{arguments:?} {told}");
    }
    // What was found still counts.
    sandbox.write("api-docs/scenarios/Things.json", "{}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sandbox.command(&["validate", "-q"]);
    assert_eq!(command.stdout(writer).status().unwrap().code(), Some(1));
    // Nor is a closed standard error a reason to stop half-way.
    let sandbox = project();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sandbox.command(&["render", "-o", "out"]);
    assert_eq!(command.stderr(writer).status().unwrap().code(), Some(0));
    assert!(sandbox.path("out/things/get-things.md").exists());
}
