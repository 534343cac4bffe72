//! Reports on the command line: which go where, and how much they tell.

use crate::support::{DOCUMENT, Sandbox, project, run};

/// With twelve findings.
fn broken() -> Sandbox {
    let sandbox = project();
    sandbox.run(&["fmt", "-q"]).exits(0);
    for index in 0..12 {
        sandbox.write(&format!("api-docs/scenarios/x/{index}.json"), "{}");
    }
    sandbox
}

#[test]
fn people_are_shown_so_many_findings_and_machines_all() {
    let sandbox = broken();
    let count = |text: &str| text.matches("warning[stray-file]").count();
    let arguments = ["validate", "--max-findings", "5"];
    let told = sandbox.run(&arguments).exits(0);
    assert_eq!(count(&told.stdout), 5);
    told.answers(&["… and 7 more\n", "\n12 warnings\n"]);
    assert_eq!(count(&sandbox.run(&["validate"]).stdout), 12);
    let told = sandbox.run(&["validate", "--max-findings", "0"]).exits(0);
    assert_eq!(count(&told.stdout), 0);
    let json = sandbox.run(&[&arguments[..], &["--report", "json"]].concat());
    assert_eq!(json.json()["findings"].as_array().unwrap().len(), 12);
    // A file for people has all as well, unless it is told otherwise.
    for index in 0..100 {
        sandbox.write(&format!("api-docs/scenarios/y/{index}.json"), "{}");
    }
    sandbox
        .run(&["validate", "--report", "human=all.txt"])
        .exits(0)
        .answers(&["… and 12 more"]);
    assert_eq!(count(&sandbox.read("all.txt")), 112);
    let few = [&arguments[..], &["--report", "human=few.txt"]].concat();
    sandbox.run(&few).exits(0);
    assert_eq!(count(&sandbox.read("few.txt")), 5);
}

#[test]
fn a_changed_line_is_shown_however_few_are() {
    let api = crate::support::Api::json("200 OK", b"{\"a\": 2, \"z\": {\"b\": 1}}");
    let sandbox = project();
    let settings = format!("base_url = 'http://127.0.0.1:{}'\n", api.port);
    sandbox.write("apidocs.toml", settings);
    sandbox.run(&["generate", "-q"]).exits(0);
    sandbox.edit(DOCUMENT, "\"a\": 2", "\"a\": 3");
    sandbox.edit(DOCUMENT, "\"b\": 1", "\"b\": 2");
    let told = sandbox.run(&["check", "--max-findings", "1"]).exits(1);
    told.answers(&[
        "-       \"a\": 3",
        "+       \"a\": 2",
        "… and 2 more changed lines\n",
    ]);
}

#[test]
fn no_report_overwrites_another_or_the_project() {
    let sandbox = broken();
    std::fs::create_dir(sandbox.path("out")).unwrap();
    for (arguments, told) in [
        (
            &["validate", "--report", "json=apidocs.toml"][..],
            "apidocs.toml is a file of the project",
        ),
        (
            &["validate", "--report", "json=out/../apidocs.toml"],
            "apidocs.toml is a file of the project",
        ),
        (
            &["check", "--patch", "api-docs/sections.json"],
            "sections.json is a file of the project",
        ),
        (
            &[
                "validate",
                "--report",
                "json=x",
                "--report",
                "sarif=out/../x",
            ],
            "out/../x cannot hold two things",
        ),
        (
            &["check", "--report", "json=x", "--patch", "x"],
            "x cannot hold two things",
        ),
    ] {
        crate::support::fails(&sandbox, arguments, 2, &[told, "help: name another file"]);
    }
    sandbox
        .run(&["validate", "--report", "json=api-docs.json"])
        .exits(0);
}

#[test]
fn the_form_of_a_file_is_told_at_its_line() {
    let sandbox = project();
    sandbox.run(&["fmt", "-q"]).exits(0);
    sandbox.edit(
        DOCUMENT,
        "  \"method\": \"GET\",\n  \"api",
        "   \"method\": \"GET\",\n  \"api",
    );
    let report = sandbox
        .run(&["fmt", "--check", "--report", "json"])
        .exits(1)
        .json();
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "not-canonical");
    assert_eq!(finding["line"], 3, "{finding}");
    let text = sandbox.read("api-docs/sections.json");
    sandbox.write("api-docs/sections.json", text.replace('\n', "\r\n"));
    let report = sandbox
        .run(&["fmt", "--check", "--report", "json"])
        .exits(1)
        .json();
    assert_eq!(report["findings"][1]["code"], "line-endings");
    assert_eq!(report["findings"][1]["line"], 1);
}

#[test]
fn several_reports_in_one_run() {
    let sandbox = broken();
    let names = ["human", "json", "sarif", "github", "junit", "markdown"];
    for one in names {
        let mut arguments = vec!["validate".to_owned(), format!("--report={one}")];
        arguments.extend(names.map(|name| format!("--report={name}=out/{name}")));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let told = sandbox.run(&arguments).exits(0);
        let in_file = sandbox.read(&format!("out/{one}"));
        assert_eq!(told.stdout, in_file, "{one}");
        // The log of a workflow is for people too.
        let logged = if one == "github" {
            sandbox.read("out/human")
        } else {
            String::new()
        };
        assert_eq!(told.stderr, logged, "{one}");
        let root = sandbox.root().to_str().unwrap();
        assert!(
            !in_file.contains(root) && !in_file.contains('\x1b'),
            "{one}"
        );
    }
    sandbox
        .run(&["validate", "--report", "json", "--report", "sarif"])
        .exits(2)
        .tells(&["two reports cannot both go to the standard output"]);
    sandbox
        .run(&["validate", "--report", "xml"])
        .exits(2)
        .tells(&["\"xml\" is no report format: human, json, sarif, github, junit, markdown"]);
}

#[test]
fn every_report_is_what_its_schema_says() {
    let schema = Sandbox::new().run(&["schema", "report"]).exits(0).json();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    let sandbox = broken();
    sandbox.write("api-docs/scenarios/Broken.json", "{");
    sandbox.write(
        "old/endpoints/things/x.json",
        crate::support::document("X", serde_json::json!(1)).to_string(),
    );
    for arguments in [
        &["validate"][..],
        &["fmt", "--check"],
        &["render", "--check"],
        &["diff", "old", "api-docs"],
        &["diff", "api-docs", "old"],
        &["diff", "api-docs", "api-docs"],
        &["check"],
        &["capture"],
        &["generate"],
        &["infer"],
    ] {
        let told = sandbox.run(&[arguments, &["--report", "json"]].concat());
        let report = told.json();
        let errors: Vec<_> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:?}\n{told}");
    }
}

#[test]
fn the_summary_of_a_job_has_an_end() {
    let sandbox = broken();
    let mut command = sandbox.command(&["validate", "--report", "github"]);
    command.env("GITHUB_STEP_SUMMARY", sandbox.path("summary.md"));
    // Another part of the step has nearly filled it.
    sandbox.write("summary.md", "x".repeat(1024 * 1024 - 1000));
    run(command)
        .exits(0)
        .answers(&["::warning file=api-docs/scenarios/x/0.json,title=stray-file::"]);
    let text = sandbox.read("summary.md");
    assert!(text.len() < 1024 * 1024, "{}", text.len());
    assert!(text.ends_with("12 warnings\n"));
    assert!(text.contains("more findings, for which there is no room here"));
}

#[test]
fn so_many_endpoints_must_have_an_example() {
    let sandbox = project();
    let line = "coverage: 1 of 1 endpoint has an example, 0 say no_example, 0 have neither\n";
    sandbox.run(&["validate"]).exits(0).answers(&[line]);
    let config = sandbox.read("apidocs.toml");
    sandbox.write("apidocs.toml", format!("{config}[coverage]\nminimum = 2\n"));
    sandbox.run(&["validate"]).exits(1).answers(&[
        "error[low-coverage]: 1 of the endpoints has an example; 2 must\n --> apidocs.toml:3:11\n",
        line,
    ]);
    sandbox.write(
        "apidocs.toml",
        format!("{config}[coverage]\nminimum = -1\n"),
    );
    sandbox
        .run(&["validate"])
        .exits(1)
        .answers(&["error[schema]: expected at least 0, found -1\n --> apidocs.toml:3:11"]);
}
