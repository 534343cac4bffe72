//! `validate` with its flags, `explain`, and documents at the limits.

use serde_json::{Value, json};

use crate::support::{Sandbox, codes, document, fails, sections};

/// A document and a list of it.
fn project(document: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("api-docs/endpoints/things/get-things.json", document);
    let sections = sections(&[("things", &["get-things"])]);
    sandbox.write("api-docs/sections.json", sections.to_string());
    sandbox
}

#[test]
fn fix_mends_what_has_one_right_fix_and_leaves_the_rest() {
    let text = "\u{feff}{\"title\": \"Cafe\u{301}\", \"method\": \"get\",\r\n\"api_path\": \"/x/\", \"description\": \"a ` b\", \"no_example\": \"x\",}";
    let sandbox = project(text);
    sandbox.write(
        "api-docs/endpoints/things/more.json",
        document("More", json!([])).to_string(),
    );
    let told = sandbox.run(&["validate"]).exits(1);
    told.answers(&["next: apidocs validate --fix"]);
    let run = sandbox
        .run(&["validate", "--fix", "--report", "json"])
        .exits(0);
    let left = run.json();
    assert_eq!(codes(&left), ["unbalanced-backticks"]);
    run.tells(&[
        "fixed api-docs/endpoints/things/get-things.json: removes the byte order mark",
        "removes the comma",
        "writes the method in capitals",
        "writes the text in form NFC",
        "fixed api-docs/sections.json: lists things/more at the end of its section",
        "3 files fixed",
    ]);
    assert_eq!(
        sandbox.read("api-docs/endpoints/things/get-things.json"),
        "{\n  \"title\": \"Café\",\n  \"method\": \"GET\",\n  \"api_path\": \"/x/\",\n  \"description\": \"a ` b\",\n  \"no_example\": \"x\"\n}\n"
    );
    // What is fixed stays as it is.
    let before = sandbox.files();
    sandbox
        .run(&["validate", "--fix"])
        .exits(0)
        .tells(&["nothing to fix"]);
    sandbox.run(&["fmt", "--check"]).exits(0);
    assert!(sandbox.files() == before);
}

#[test]
fn a_method_in_small_letters_is_told_once() {
    let text = r#"{"title": "Things", "method": "get", "api_path": "/x/", "description": "x", "no_example": "y"}"#;
    let told = project(text)
        .run(&["validate", "--report", "json"])
        .exits(1);
    let told = told.json();
    let mut codes = codes(&told);
    codes.retain(|code| *code != "not-canonical");
    assert_eq!(codes, ["schema"]);
}

/// What `next:` says, as arguments of the binary.
#[track_caller]
fn next(run: &crate::support::Run) -> Vec<String> {
    let line = run
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("next: "));
    let line = line.unwrap_or_else(|| panic!("no next step in {run}"));
    let words = shell_words::split(line).unwrap();
    assert_eq!(words[0], "apidocs", "{line}");
    words[1..].to_vec()
}

#[test]
fn the_next_step_works_where_it_is_typed() {
    let fixable = "{\"title\": \"x\", \"method\": \"GET\", \"api_path\": \"/\", \"description\": \"d\", \"no_example\": \"x\"}";
    let sandbox = project(fixable);
    std::fs::rename(sandbox.path("api-docs"), sandbox.path("my docs")).unwrap();
    sandbox.write("own.json", "{\"required\": [\"title\"]}");
    let typed = ["validate", "--docs", "my docs", "--schema", "own.json"];
    let run = sandbox.run(&typed).exits(0);
    let fix = next(&run);
    assert_eq!(
        fix,
        [
            "validate", "--fix", "--docs", "my docs", "--schema", "own.json"
        ]
    );
    let fix: Vec<_> = fix.iter().map(String::as_str).collect();
    let run = sandbox.run(&fix).exits(0).tells(&["2 files fixed"]);
    // Clean: there is no API to ask.
    assert_eq!(next(&run), ["render", "--docs", "my docs"]);

    sandbox.write("set.toml", "docs = 'my docs'\n");
    sandbox.write("my docs/scenarios/x/y.json", "{}");
    let run = sandbox.run(&["validate", "--config", "set.toml"]).exits(0);
    run.answers(&[
        "next: mend what is told above, then `apidocs validate --config set.toml`; `apidocs explain stray-file` says more\n",
    ]);

    // Nothing can be fixed while the settings have faults.
    sandbox.write("my docs/endpoints/things/get-things.json", fixable);
    sandbox.write("set.toml", "docs = 'my docs'\n[rendr]\n");
    let run = sandbox.run(&["validate", "--config", "set.toml"]).exits(1);
    run.answers(&["next: mend what is told above, then `apidocs validate --config set.toml`; `apidocs explain schema`"]);

    let sandbox = crate::support::project();
    sandbox.run(&["fmt", "-q"]).exits(0);
    assert_eq!(next(&sandbox.run(&["validate"]).exits(0)), ["check"]);
}

#[test]
fn the_next_step_of_generate_is_quoted() {
    let api = crate::support::Api::json("200 OK", b"{\"a\": 2}");
    let sandbox = crate::support::project();
    let settings = format!(
        "base_url = 'http://127.0.0.1:{}'\ndocs = 'my docs'\n",
        api.port
    );
    sandbox.write("apidocs.toml", settings);
    std::fs::rename(sandbox.path("api-docs"), sandbox.path("my docs")).unwrap();
    sandbox.write("sub/x", "");
    let folder = sandbox.path("sub");
    let run = crate::support::run(crate::support::command(&folder, &["generate"]));
    run.exits(0).tells(&["next: git diff '../my docs'\n"]);
}

#[test]
fn that_a_text_has_more_faults_is_told() {
    for (sign, code) in [
        ("{ ", "template-delimiters"),
        ("\u{200b}", "control-character"),
    ] {
        let notes = |count: usize| {
            let text = json!({"title": "x", "method": "GET", "api_path": "/", "no_example": "x", "description": sign.repeat(count)});
            let report = project(&text.to_string())
                .run(&["validate", "--report", "json"])
                .json();
            let findings = report["findings"].as_array().unwrap().iter();
            let findings = findings.filter(|finding| finding["code"] == code);
            findings
                .map(|finding| finding["notes"].clone())
                .collect::<Vec<_>>()
        };
        let (all, cut) = (notes(100), notes(101));
        assert_eq!((all.len(), &all[99]), (100, &json!([])), "{code}");
        let more = json!(["the text has more of them: of one text 100 are told"]);
        assert_eq!(
            (cut.len(), &cut[98], &cut[99]),
            (100, &json!([]), &more),
            "{code}"
        );
    }
}

#[test]
fn fix_does_not_touch_what_the_settings_switch_off() {
    let sandbox = project(
        "{\"title\": \"x\", \"method\": \"GET\", \"api_path\": \"/\", \"description\": \"d\", \"no_example\": \"x\"}",
    );
    sandbox.write("apidocs.toml", "[severity]\nnot-canonical = \"off\"\n");
    let before = sandbox.files();
    sandbox
        .run(&["validate", "--fix"])
        .exits(0)
        .tells(&["nothing to fix"]);
    assert!(sandbox.files() == before);
}

#[test]
fn the_page_of_a_file_that_cannot_be_read_stays_whatever_the_settings_say() {
    for (setting, broken) in [
        ("json-syntax = 'off'", "{"),
        ("trailing-comma = 'off'", "{\"title\": \"x\",}"),
        (
            "duplicate-key = 'warning'",
            "{\"title\": \"x\", \"title\": \"y\"}",
        ),
        ("schema = 'off'", "{\"title\": 1}"),
        ("schema = 'info'", "[]"),
    ] {
        let sandbox = crate::support::project();
        sandbox.write("api-docs/endpoints/things/others.json", broken);
        let config = sandbox.read("apidocs.toml");
        sandbox.write("apidocs.toml", format!("{config}[severity]\n{setting}\n"));
        sandbox.write(crate::support::DOCUMENT, broken);
        let before = sandbox.files();
        // What would make requests cannot with such settings.
        for (verb, code) in [("validate", 1), ("render", 1), ("generate", 2)] {
            let run = sandbox.run(&[verb]).exits(code);
            let code = setting.split(' ').next().unwrap();
            let told = format!("{}{}", run.stdout, run.stderr);
            assert!(told.contains(&format!("error[{code}]")), "{verb}: {run}");
        }
        crate::support::same(&before, &sandbox.files());
        let run = sandbox.run(&["validate"]);
        let code = setting.split(' ').next().unwrap();
        run.answers(&[
            &format!(
                "`{code}` is always an error: it tells of what cannot be read\n --> apidocs.toml:3:"
            ),
            "help: remove it",
        ]);
    }
    let run = Sandbox::new().run(&["explain", "duplicate-key"]).exits(0);
    run.answers(&["Severity: error. No setting changes it"]);
}

#[test]
fn fix_leaves_a_misspelt_listing_to_people() {
    let sandbox = project(&document("Things", json!([])).to_string());
    let misspelt = sections(&[("things", &["get-tihngs"])]);
    let text = serde_json::to_string_pretty(&misspelt).unwrap() + "\n";
    sandbox.write("api-docs/sections.json", &text);
    let run = sandbox.run(&["validate", "--fix"]).exits(1);
    run.answers(&[
        "did you mean `get-things`?",
        "write `get-things` in the place of `get-tihngs`",
    ]);
    assert_eq!(sandbox.read("api-docs/sections.json"), text);
}

#[test]
fn fix_keeps_the_names_of_parameters() {
    // Both in the form NFD, as the API takes them.
    let sandbox = project(
        "{\"title\": \"Cafe\u{301}\", \"method\": \"GET\", \"api_path\": \"/{cafe\u{301}}/\", \"description\": \"d\", \"no_example\": \"x\",
            \"path_parameters\": [{\"name\": \"cafe\u{301}\", \"type\": \"string\", \"description\": \"a\"}]}",
    );
    let run = sandbox.run(&["validate", "--fix", "--report", "json"]);
    let report = run.exits(0).json();
    let told: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["code"], "not-nfc");
    assert_eq!(told[0]["pointer"], "/path_parameters/0/name");
    let text = sandbox.read("api-docs/endpoints/things/get-things.json");
    assert!(text.contains("Caf\u{e9}") && text.contains("\"name\": \"cafe\u{301}\""));
}

#[test]
fn fix_mends_the_rules_for_volatile_values_too() {
    let document = document("Things", json!([])).to_string();
    for broken in [
        "\u{feff}{\n  \"learned\": {}\n}\n",
        "{\n  \"learned\": {},\n}\n",
        "{\r\n  \"learned\": {}\r\n}\r\n",
        "{\"learned\": {}}",
        "\u{feff}{\"learned\": {},}\r\n",
    ] {
        let sandbox = project(&document);
        sandbox.write("api-docs/volatile.json", broken);
        let run = sandbox.run(&["validate"]);
        run.answers(&[
            "--> api-docs/volatile.json:",
            "next: apidocs validate --fix\n",
        ]);
        let run = sandbox.run(&["validate", "--fix"]);
        let run = run.tells(&["fixed api-docs/volatile.json: "]);
        assert!(!run.stdout.contains("api-docs/volatile.json"), "{run}");
        assert_eq!(
            sandbox.read("api-docs/volatile.json"),
            "{\n  \"learned\": {}\n}\n"
        );
    }
}

#[test]
fn a_schema_of_the_project_is_added() {
    let sandbox = project(&document("Things", json!([])).to_string());
    sandbox.write(
        "checks/endpoint.json",
        r#"{"required": ["owner"], "properties": {"title": {"$ref": "types/title.json"}}}"#,
    );
    sandbox.write(
        "checks/types/title.json",
        r#"{"type": "string", "maxLength": 3}"#,
    );
    let run = sandbox
        .run(&[
            "validate",
            "--schema",
            "checks/endpoint.json",
            "--report",
            "json",
        ])
        .exits(1);
    let report = run.json();
    let told: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "schema")
        .inspect(|finding| {
            assert_eq!(
                finding["notes"],
                json!(["the schema is checks/endpoint.json"])
            );
        })
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        ["`owner` is missing", "expected at most 3 characters"]
    );

    for (schema, expected) in [
        (
            r#"{"$ref": "https://example.com/x.json"}"#,
            "nothing is fetched",
        ),
        (
            r#"{"$ref": "../api-docs/sections.json"}"#,
            "is not in the folder of the schema",
        ),
        (r#"{"type": 1}"#, "cannot be used: "),
        (
            r#"{"type": "#,
            "checks/endpoint.json:1:9: the file ends where a value must stand",
        ),
    ] {
        sandbox.write("checks/endpoint.json", schema);
        fails(
            &sandbox,
            &["validate", "--schema", "checks/endpoint.json"],
            2,
            &[expected, "help: "],
        );
    }
    #[cfg(unix)]
    {
        sandbox.write("outside.json", "{}");
        let link = sandbox.path("checks/link.json");
        std::os::unix::fs::symlink(sandbox.path("outside.json"), link).unwrap();
        sandbox.write("checks/endpoint.json", r#"{"$ref": "link.json"}"#);
        fails(
            &sandbox,
            &["validate", "--schema", "checks/endpoint.json"],
            2,
            &["link.json is a link out of the folder of the schema"],
        );
    }
}

#[test]
fn codes_are_explained() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["explain", "path-parameters"]).exits(0);
    run.answers(&[
        "## Why",
        "## Before",
        "## After",
        "path-parameters = \"error\"",
    ]);
    let run = sandbox.run(&["explain", "field-removed"]).exits(0);
    run.answers(&["Impact: breaking.", "[impact]\n    field-removed = "]);
    let run = sandbox.run(&["explain"]).exits(0);
    run.answers(&["path-parameters ", "real-email ", "  off "]);
    fails(
        &sandbox,
        &["explain", "path-paramters"],
        2,
        &["help: did you mean `path-parameters`?"],
    );
    fails(
        &sandbox,
        &["explain", "frobnicate"],
        2,
        &["help: `apidocs explain` lists all codes"],
    );
}

/// A document whose body is nested so deeply that the whole file has so many levels.
fn deep(levels: usize, leaf: &str) -> String {
    // The file, its list of examples, the example and the response are four.
    let half = (levels - 4) / 2;
    let body = "[{\"a\":".repeat(half) + leaf + &"}]".repeat(half);
    let document = document("Deep", Value::from("BODY"));
    document.to_string().replace("\"BODY\"", &body)
}

#[test]
fn a_thousand_levels_are_worked_on_and_more_are_told() {
    let sandbox = project(&deep(1_000, "1"));
    sandbox.write("old/endpoints/things/get-things.json", deep(1_000, "2"));
    sandbox.write("old/sections.json", sandbox.read("api-docs/sections.json"));
    sandbox.run(&["validate"]).exits(0);
    let report = sandbox
        .run(&["diff", "old", "--report", "json"])
        .exits(0)
        .json();
    assert_eq!(
        report["documents"][0]["changes"][0]["code"],
        "value-changed"
    );
    sandbox.run(&["fmt"]).exits(0);
    sandbox.run(&["fmt", "--check"]).exits(0);
    sandbox
        .run(&["validate"])
        .exits(0)
        .answers(&["no findings"]);
    for set in ["sentry", "markdown"] {
        sandbox
            .run(&["render", "--template-set", set, "-o", set])
            .exits(0);
        assert!(sandbox.read(&format!("{set}/things/get-things.md")).len() > 500_000);
    }
    let sandbox = project(&deep(1_002, "1"));
    for verb in ["validate", "fmt", "render"] {
        let run = sandbox.run(&[verb]).exits(1);
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(
            told.contains("the nesting is deeper than 1000 levels"),
            "{run}"
        );
    }
}
