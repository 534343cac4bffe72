//! A project from `init` to `check`.

use serde_json::Value;

use crate::support::{Sandbox, codes, differing, files, same, times};

const KEYS: &str = "api-docs/endpoints/projects/get-project-keys.json";
const STATS: &str = "api-docs/endpoints/teams/get-team-stats.json";

#[test]
fn the_demo_project_works_and_stays_as_it_is() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["init", "--demo"]).exits(0);
    run.tells(&["files written to ", "next: `apidocs generate`"]);
    let written = sandbox.files();
    for path in [
        "apidocs.toml",
        "api-docs/sections.json",
        "schemas/endpoint.schema.json",
        KEYS,
    ] {
        assert!(written.contains_key(path), "{path}");
    }

    sandbox.run(&["generate"]).exits(0).tells(&[
        "ListClientKeys: done",
        "; documents: 5 unchanged, 68 noise, 0 drift; 0 failed\n",
        "pages written to site/, 0 unchanged",
        "no findings",
        "next: apidocs check",
    ]);
    let (generated, when) = (sandbox.files(), times(sandbox.root()));
    assert!(generated.contains_key("site/projects/get-project-keys.md"));
    let documents = differing(&written, &generated);
    assert!(
        documents.iter().all(|path| path.starts_with("site")),
        "the documents are not as committed: {documents:?}"
    );

    sandbox
        .run(&["generate"])
        .exits(0)
        .tells(&["0 documents written; 0 pages written to site/"]);
    let run = sandbox.run(&["check"]).exits(0);
    let coverage =
        "coverage: 73 of 73 endpoints have an example, 0 say no_example, 0 have neither\n";
    assert_eq!(run.stdout, format!("{coverage}73 documents unchanged\n"));
    let run = sandbox.run(&["validate"]).exits(0);
    assert_eq!(
        run.stdout,
        format!("{coverage}no findings\nnext: apidocs check\n")
    );
    sandbox
        .run(&["fmt", "--check"])
        .exits(0)
        .tells(&["0 files would change"]);
    sandbox.run(&["render", "--check"]).exits(0);
    same(&generated, &sandbox.files());
    assert_eq!(when, times(sandbox.root()));
}

#[test]
fn init_keeps_what_is_there() {
    let sandbox = Sandbox::new();
    sandbox.write("README.md", "mine");
    sandbox.write("apidocs.toml", "host = 'https://mine.example.com'\n");
    let before = sandbox.files();
    for arguments in [&["init"][..], &["init", "--demo"]] {
        sandbox.run(arguments).exits(2).tells(&[
            "error: ",
            " already holds apidocs.toml\n",
            "nothing was written; name an empty folder: `apidocs init DIR`",
        ]);
        same(&before, &sandbox.files());
    }
    sandbox.run(&["init", "new/folder"]).exits(0);
    assert!(sandbox.path("new/folder/apidocs.toml").is_file());
    sandbox
        .run(&["init", "new/folder"])
        .exits(2)
        .tells(&["already holds apidocs.toml and ", " more of its files"]);
}

#[test]
fn a_new_project_lacks_nothing_but_its_example() {
    let sandbox = Sandbox::new();
    sandbox
        .run(&["init"])
        .exits(0)
        .tells(&["next: say in apidocs.toml how your API is started, then `apidocs generate`"]);
    assert!(sandbox.path(".github/workflows/api-docs.yml").is_file());
    // Its scenario is there: the example waits for the first capture, which is no error.
    let run = sandbox.run(&["validate", "--report", "json"]).exits(0);
    assert_eq!(codes(&run.json()), ["missing-example"]);
    // Without the scenario, nothing will ever bring one.
    let scenarios = sandbox.path("api-docs/scenarios");
    std::fs::remove_dir_all(scenarios).unwrap();
    let run = sandbox.run(&["validate", "--report", "json"]).exits(1);
    assert_eq!(codes(&run.json()), ["missing-example"]);
    sandbox.run(&["fmt", "--check"]).exits(0);
}

#[test]
fn a_renamed_field_is_drift() {
    let sandbox = Sandbox::demo();
    sandbox.edit(KEYS, "\"isActive\": true", "\"isLive\": true");
    let before = sandbox.files();
    let run = sandbox.run(&["check"]).exits(1);
    let run = run.answers(&[
        "projects/get-project-keys  GET /api/0/projects/{organization_slug}/{project_slug}/keys/  breaking\n",
        "  #default\n",
        "    -         \"isLive\": true,\n    +         \"isActive\": true,\n",
        "  field-removed        breaking #default/response/body/0/isLive  true\n",
        "  field-added          additive #default/response/body/0/isActive  true\n",
        "documents: 1 changed, 72 unchanged\n",
        "  Meant?  `apidocs generate`, then commit what it writes\n",
        "  Not?    mend the API; the request is api-docs/scenarios/ListClientKeys.json:7\n",
    ]);
    assert!(!run.stdout.contains("get-project-keys#not-signed-in"));
    assert!(!run.stdout.contains('\x1b') && !run.stderr.contains('\x1b'));
    same(&before, &sandbox.files());
}

#[test]
fn a_changed_status_is_drift() {
    let sandbox = Sandbox::demo();
    sandbox.edit(KEYS, "\"status\": 404", "\"status\": 410");
    let before = sandbox.files();
    sandbox.run(&["check"]).exits(1).answers(&[
        "projects/get-project-keys  GET ",
        "  #unknown-project\n",
        "    -     \"status\": 410,\n    +     \"status\": 404,\n",
        "status-changed       breaking ",
        "#unknown-project/response/status  410 → 404\n",
    ]);
    same(&before, &sandbox.files());
    // The cure that it names works.
    sandbox.run(&["generate", "-q"]).exits(0);
    assert!(sandbox.read(KEYS).contains("\"status\": 404"));
    sandbox.run(&["check"]).exits(0);
}

#[test]
fn the_report_for_machines() {
    let sandbox = Sandbox::demo();
    sandbox.edit(KEYS, "\"isActive\": true", "\"isLive\": true");
    let check = |more: &[&str]| {
        let arguments = [&["check", "--report", "json"], more].concat();
        sandbox.run(&arguments).exits(1)
    };
    let first = check(&[]);
    for again in [
        check(&[]),
        check(&["--color", "always"]),
        check(&["-j", "4"]),
    ] {
        assert_eq!(first.stdout, again.stdout);
    }
    assert!(!first.stdout.contains('\x1b'));
    assert!(!first.stdout.contains(sandbox.root().to_str().unwrap()));

    let report = first.json();
    let documents = report["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 73);
    let (changed, others): (Vec<_>, Vec<_>) = documents
        .iter()
        .partition(|document| document["document"] == "projects/get-project-keys");
    let nothing = Value::from(Vec::<Value>::new());
    for document in others {
        assert_eq!(document["status"], "unchanged");
        assert_eq!(document["changes"], nothing);
    }
    assert_eq!(changed[0]["status"], "drift");
    let mut changes = changed[0]["changes"].clone();
    for change in changes.as_array_mut().unwrap() {
        let fingerprint = change.as_object_mut().unwrap().remove("fingerprint");
        assert_eq!(fingerprint.unwrap().as_str().unwrap().len(), 12);
    }
    assert_eq!(
        changes,
        serde_json::json!([
            {"code": "field-removed", "impact": "breaking", "places": 1,
             "address": "#default/response/body/0/isLive", "old": true, "new": null, "line": 82, "column": 13},
            {"code": "field-added", "impact": "additive", "places": 1,
             "address": "#default/response/body/0/isActive", "old": null, "new": true, "line": 53, "column": 11},
        ])
    );
    let summary = &report["summary"];
    assert_eq!(
        (&summary["errors"], &summary["warnings"]),
        (&0.into(), &0.into())
    );
    let counts = &summary["documents"];
    assert_eq!(counts["drift"], 1);
    assert_eq!(counts["unchanged"], 72);
    assert_eq!(counts["breaking"], 1);
    assert_eq!(counts["additive"], 1);

    // Into a file, with the words for people on the terminal.
    let run = sandbox
        .run(&["check", "--report", "json=out/report.json"])
        .exits(1);
    run.answers(&["field-removed"]);
    assert_eq!(sandbox.read("out/report.json"), first.stdout);
}

#[test]
fn capture_of_one_scenario() {
    let sandbox = Sandbox::demo();
    let keys = sandbox.read(KEYS);
    sandbox.edit(KEYS, "\"isActive\": true", "\"isLive\": true");
    sandbox.edit(STATS, "\"status\": 200", "\"status\": 299");
    let before = sandbox.files();
    sandbox
        .run(&["capture", "--only", "ListClientKeys"])
        .exits(0)
        .tells(&[
            "1 scenario, 3 examples captured; documents: 0 unchanged, 0 noise, 1 drift; 0 failed\n",
            "1 document written\n",
            "next: apidocs render\n",
        ]);
    assert_eq!(differing(&before, &sandbox.files()), [KEYS]);
    assert_eq!(sandbox.read(KEYS), keys);

    sandbox
        .run(&["capture", "--only", "NoSuchScenario"])
        .exits(2)
        .tells(&["error: ", "NoSuchScenario"]);
}

#[test]
fn jobs_change_no_byte() {
    let sandbox = Sandbox::seeded_demo();
    // As for a project whose examples were never captured.
    let documents = sandbox.path("api-docs/endpoints");
    for (path, contents) in files(&documents) {
        let Some(contents) = contents else { continue };
        let mut document: Value = serde_json::from_slice(&contents).unwrap();
        document["examples"] = Vec::<Value>::new().into();
        sandbox.write(
            &format!("api-docs/endpoints/{path}"),
            serde_json::to_vec(&document).unwrap(),
        );
    }
    let bare = files(&documents);
    let captured = ["1", "4"].map(|jobs| {
        for (path, contents) in &bare {
            if let Some(contents) = contents {
                sandbox.write(&format!("api-docs/endpoints/{path}"), contents);
            }
        }
        sandbox.run(&["generate", "-q", "-j", jobs]).exits(0);
        sandbox.files()
    });
    same(&captured[0], &captured[1]);
    assert!(sandbox.read(KEYS).contains("\"isActive\": true"));
}

#[test]
fn the_original_output_tree() {
    let sandbox = Sandbox::seeded_demo();
    let first_folders = |folder: &str| -> Vec<String> {
        let names = files(&sandbox.path(folder)).into_keys();
        names.filter(|name| !name.contains('/')).collect()
    };
    for (format, expected) in [
        ("json", &[".apidocs-manifest.json", "json"][..]),
        ("markdown", &[".apidocs-manifest.json", "markdown"]),
        ("both", &[".apidocs-manifest.json", "json", "markdown"]),
    ] {
        sandbox
            .run(&[
                "generate",
                "-q",
                "--output-path",
                format,
                "--output-format",
                format,
            ])
            .exits(0);
        assert_eq!(first_folders(format), expected);
    }
    let (json, markdown) = (
        files(&sandbox.path("json/json")),
        files(&sandbox.path("markdown/markdown")),
    );
    same(&json, &files(&sandbox.path("both/json")));
    same(&markdown, &files(&sandbox.path("both/markdown")));

    for path in [
        "sections.json",
        "scenarios/ListClientKeys.json",
        "endpoints",
        "scenarios",
    ] {
        assert!(json.contains_key(path), "{path}");
    }
    let scenario: Value =
        serde_json::from_str(&sandbox.read("both/json/scenarios/ListClientKeys.json")).unwrap();
    assert!(
        scenario.to_string().contains("Fabulous Key"),
        "no recorded response: {scenario}"
    );
    let page = sandbox.read("both/markdown/projects/get-project-keys.md");
    assert!(page.contains("  \"title\": \"List a Project's Client Keys\", \n"));

    let run = sandbox
        .run(&["generate", "--output-format", "json"])
        .exits(2);
    run.tells(&["--output-path"]);
}
