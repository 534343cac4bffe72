//! The schemas accept what the program reads: samples, each with the verdict on it.

use std::collections::BTreeMap;

use apidocs::document::{EndpointDocument, Fixtures, Scenario, Sections};
use apidocs::project::Settings;
use apidocs::validate::schema_text;
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn validator(name: &str) -> Validator {
    let schema = serde_json::from_str(schema_text(name).unwrap()).unwrap();
    jsonschema::options().offline().build(&schema).unwrap()
}

/// What a schema accepts must be read, and a sample that is read must be accepted.
fn agree<T: DeserializeOwned>(name: &str, samples: &[(bool, Value)]) {
    let validator = validator(name);
    for (good, sample) in samples {
        assert_eq!(validator.is_valid(sample), *good, "{name}: {sample}");
        let read = serde_json::from_value::<T>(sample.clone());
        if *good {
            assert!(read.is_ok(), "{name}: {sample}: {:?}", read.err());
        }
    }
}

fn with(base: &Value, key: &str, value: Value) -> Value {
    let mut all = base.clone();
    all[key] = value;
    all
}

#[test]
fn endpoint_documents_are_read_as_their_schema_says() {
    let base = json!({"title": "", "method": "GET", "api_path": "/", "description": ""});
    let example = |request: Value, response: Value| {
        with(
            &base,
            "examples",
            json!([{"request": request, "response": response}]),
        )
    };
    let request = json!({"method": "GET", "path": "/?a=b"});
    let response = json!({"status": 200, "reason": ""});
    let bytes = json!({"media_type": "", "size": 18_446_744_073_709_551_615_u64, "digest": format!("sha-256={}", "a".repeat(64))});
    let parameter = json!({"name": "", "type": "", "description": ""});
    let mut samples = vec![
        (true, base.clone()),
        (false, json!([])),
        (
            false,
            json!({"title": "", "method": "GET", "api_path": "/"}),
        ),
        (true, with(&base, "$schema", json!("x"))),
        (true, with(&base, "warning", Value::Null)),
        (true, with(&base, "warning", json!("x"))),
        (false, with(&base, "authentication", Value::Null)),
        (true, with(&base, "parameters", Value::Null)),
        (true, with(&base, "parameters", json!([parameter]))),
        (
            false,
            with(
                &base,
                "parameters",
                json!([with(&parameter, "x", json!(1))]),
            ),
        ),
        (false, with(&base, "parameters", json!([{"name": ""}]))),
        (true, with(&base, "sidebar_order", json!(4_294_967_295_u32))),
        (
            false,
            with(&base, "sidebar_order", json!(4_294_967_296_u64)),
        ),
        (false, with(&base, "sidebar_order", json!(-1))),
        (false, with(&base, "no_example", json!(""))),
        (true, with(&base, "no_example", json!("x"))),
        (true, with(&base, "source", json!({}))),
        (
            true,
            with(
                &base,
                "source",
                json!({"internal_path": "a.B:get", "scenarios": ["x"], "plain_text": true, "text": [""]}),
            ),
        ),
        (false, with(&base, "source", Value::Null)),
        (false, with(&base, "source", json!({"x": 1}))),
        (true, with(&base, "method", json!("M-SEARCH"))),
        (false, with(&base, "method", json!("get"))),
        (false, with(&base, "api_path", json!("/a?b"))),
        (false, with(&base, "examples", Value::Null)),
        (true, example(request.clone(), response.clone())),
        (
            true,
            example(json!({"verbatim": []}), json!({"verbatim": ["a", ""]})),
        ),
        (false, example(json!({"verbatim": null}), response.clone())),
        (
            false,
            example(json!({"verbatim": ["a\nb"]}), response.clone()),
        ),
        (false, example(json!({}), response.clone())),
        (
            false,
            example(request.clone(), with(&response, "reason", Value::Null)),
        ),
        (
            true,
            example(
                with(&request, "headers", json!(["A: b", "X-Y: "])),
                response.clone(),
            ),
        ),
        (
            false,
            example(with(&request, "headers", json!(["A"])), response.clone()),
        ),
        (
            false,
            example(with(&request, "path", json!("a")), response.clone()),
        ),
        (
            true,
            example(request.clone(), with(&response, "body", Value::Null)),
        ),
        (
            true,
            example(request.clone(), with(&response, "text", json!(["a"]))),
        ),
        (
            true,
            example(request.clone(), with(&response, "bytes", bytes.clone())),
        ),
        (
            false,
            example(
                request.clone(),
                with(&response, "bytes", with(&bytes, "x", json!(1))),
            ),
        ),
        (
            false,
            example(
                request.clone(),
                with(&with(&response, "body", json!(1)), "text", json!([])),
            ),
        ),
        (
            false,
            example(
                request.clone(),
                with(&with(&response, "text", json!([])), "bytes", bytes),
            ),
        ),
        (
            true,
            example(request.clone(), with(&response, "status", json!(599))),
        ),
        (
            false,
            example(request, with(&response, "status", json!(600))),
        ),
    ];
    for (good, name) in [
        (true, "v1.2_x-y"),
        (true, "a"),
        (false, ""),
        (false, "a."),
        (false, "Con"),
        (false, "nul.x"),
        (true, "con1"),
        (false, "COM1"),
        (true, "com"),
        (true, "console"),
        (false, "-a"),
        (false, "é"),
    ] {
        assert_eq!(
            apidocs::document::check_file_name(name).is_ok(),
            good,
            "{name}"
        );
        let example =
            json!([{"name": name, "request": {"verbatim": []}, "response": {"verbatim": []}}]);
        samples.push((good, with(&base, "examples", example)));
    }
    agree::<EndpointDocument>("endpoint", &samples);
}

#[test]
fn scenarios_and_fixtures_are_read_as_their_schemas_say() {
    let step = json!({"request": "GET /"});
    let mut steps = vec![
        (true, step.clone()),
        (true, json!({"request": "POST  /a b/{{ c }}?d=e"})),
        (false, json!({"request": "GET"})),
        (false, json!({"request": "GET x"})),
        (false, json!({"request": "GET /\n"})),
        (false, json!({})),
        (false, json!("GET /")),
    ];
    for (good, key, value) in [
        (true, "as", Value::Null),
        (true, "as", json!("admin")),
        (false, "as", json!(1)),
        (true, "headers", json!(["A: {{ b }}"])),
        (true, "json", Value::Null),
        (true, "json", json!({"a": [1.0]})),
        (true, "form", json!({"a": [1, "b", true], "c": "d"})),
        (false, "form", json!({"a": {"b": "c"}})),
        (false, "form", json!([])),
        (
            true,
            "multipart",
            json!({"a": "b", "c": {"path": "d"}, "e": ["f", {"path": "g", "filename": "h", "type": "i"}]}),
        ),
        (false, "multipart", json!({"a": 1})),
        (false, "multipart", json!({"a": {}})),
        (false, "multipart", json!({"a": [["b"]]})),
        (false, "multipart", json!({"a": {"path": "b", "c": "d"}})),
        (true, "text", json!("")),
        (false, "file", json!("")),
        (true, "file", json!("a")),
        (true, "status", json!(100)),
        (false, "status", json!("200")),
        (true, "title", json!("x")),
        (
            true,
            "save",
            json!({"a": "", "b": "/c/~0~1", "d": {"header": "E"}, "f": {"pointer": "/g", "secret": true}}),
        ),
        (false, "save", json!({"a": "b"})),
        (false, "save", json!({"a": "/~2"})),
        (false, "save", json!({"a": {}})),
        (false, "save", json!({"a": {"pointer": "", "header": "b"}})),
        (false, "save", json!({"a": Value::Null})),
        (false, "save", json!({"a-b": "/c"})),
        (false, "unknown", json!(1)),
    ] {
        steps.push((good, with(&step, key, value)));
    }
    for two in [
        ["json", "text"],
        ["form", "multipart"],
        ["text", "file"],
        ["file", "multipart"],
    ] {
        let mut both = step.clone();
        for key in two {
            both[key] = if key == "text" || key == "file" {
                json!("x")
            } else {
                json!({})
            };
        }
        steps.push((false, both));
    }
    for (good, target) in [
        (true, "a/b"),
        (true, "a/b#c"),
        (true, "a.b/c-d#e_f"),
        (false, "a"),
        (false, "../b"),
        (false, "a/b/c"),
        (false, "a/b#"),
        (false, "a/nul"),
        (false, "con/b"),
        (false, "a/b#aux"),
        (false, "a/b."),
        (false, "a/b#c#d"),
        (false, "a/con.x#b"),
        (true, "a/com10"),
    ] {
        assert_eq!(
            target.parse::<apidocs::document::ExampleTarget>().is_ok(),
            good,
            "{target}"
        );
        steps.push((good, with(&step, "example", json!(target))));
    }
    let longest = "x".repeat(100);
    for (good, name) in [(true, longest.clone()), (false, longest + "x")] {
        steps.push((
            good,
            with(&step, "example", json!(format!("{name}/a#{name}"))),
        ));
    }

    let mut scenarios = vec![
        (true, json!({"requests": []})),
        (false, json!({})),
        (
            true,
            json!({"$schema": "x", "title": "", "isolated": true, "setup": [], "requests": [], "teardown": []}),
        ),
        (false, json!({"requests": [], "title": null})),
        (false, json!({"requests": [], "variables": {}})),
    ];
    let mut fixtures = vec![
        (true, json!({})),
        (
            true,
            json!({"$schema": "x", "title": "", "variables": {"a": [1], "b": null}, "requests": [], "teardown": []}),
        ),
        (false, json!({"setup": []})),
        (false, json!({"variables": {"a b": 1}})),
    ];
    for (good, step) in steps {
        scenarios.push((good, json!({"requests": [step]})));
        scenarios.push((good, json!({"requests": [], "setup": [step]})));
        fixtures.push((good, json!({"teardown": [step]})));
    }
    agree::<Scenario>("scenario", &scenarios);
    agree::<Fixtures>("fixtures", &fixtures);
}

#[test]
fn sections_are_read_as_their_schema_says() {
    agree::<Sections>(
        "sections",
        &[
            (true, json!({"sections": []})),
            (
                true,
                json!({"$schema": "x", "sections": [{"id": "a", "title": "", "endpoints": ["b"]}]}),
            ),
            (false, json!({})),
            (false, json!([])),
            (false, json!({"sections": [{"id": "a", "title": ""}]})),
            (
                false,
                json!({"sections": [{"id": "a", "title": "", "endpoints": [1]}]}),
            ),
            (false, json!({"sections": [], "x": 1})),
        ],
    );
}

#[test]
fn settings_are_read_as_their_schema_says() {
    let validator = validator("settings");
    let command = "[server]\ncommand = 'x'\n";
    let samples: BTreeMap<String, bool> = [
        ("", true),
        ("base_url = 'x'\nhost = 'x'\nidentity = 'x'\ndocs = 'x'\ndrop_headers = []\nmax_body = 0", true),
        ("max_body = -1", false),
        ("max_body = '1'", false),
        ("max_body = 9223372036854775807", true),
        ("drop_headers = 'Date'", false),
        ("'$schema' = 'x'", false),
        ("[render]\noutput = 'x'\ntemplate_set = 'x'\ntemplates = 'x'\npage_comment = ['x']\nindex_comment = []", true),
        ("[render]\npage_comment = 'x'", false),
        ("[severity]\nnot-nfc = 'off'", true),
        ("[severity]\nnot-nfc = 'fatal'", false),
        ("[auth.x]\nshown = 'x'", true),
        ("[auth.x]\nshown = 'x'\nheader = 'x'\nvalue = 'x'\ncommand = 'x'", true),
        ("[auth.x]\nvalue = 'x'", false),
        ("[auth]\nx = 'x'", false),
        ("[server]", false),
        ("[server]\ncommand = ''", false),
        ("[server]\ncommand = ' '", false),
        ("[server]\ncommand = []", false),
        ("[server]\ncommand = ['x', 1]", false),
        ("[server]\ncommand = ['x', 'y']", true),
        ("[[services]]\nname = 'x'\ncommand = 'x'\nready = 'x'\nprepare = []", true),
        ("[[services]]\ncommand = 'x'", false),
        ("[[services]]\nname = 'x'\ncommand = 'x'\nidentity = 'x'", false),
        ("[services]\nname = 'x'\ncommand = 'x'", false),
        ("[source]\nkind = 'docstrings'", true),
        ("[source]\nkind = 'docstrings'\npaths = ['x']\nurls = 'x'\nprefix = '/'\nbase_classes = ['x.*']\nsection_attribute = 'x'\ndefault_section = 'x'\nclass_suffix = ''\nmethods = ['get']\nplain_text = true\nattach_decorator = 'x'\nscenario_decorator = 'x'", true),
        ("[source]\nkind = 'docstrings'\n[source.fields]\npath = ['x']\nquery = []\nbody = ['x', 'y']\nauth = ['x']", true),
        ("[source]\nkind = 'docstrings'\n[source.fields]\npath = 'x'", false),
        ("[source]\nkind = 'docstrings'\nprefix = 'v1'", false),
        ("[source]\nkind = 'docstrings'\nurl = 'x'", false),
        ("[source]\nkind = 'x'", false),
        ("[source]\npaths = ['x']", false),
    ]
    .map(|(text, good)| (text.to_owned(), good))
    .into_iter()
    .chain(
        [
            ("directory = 'x'", true),
            ("ready = '/x'", true),
            ("env = { A = 'x' }", true),
            ("env = { A = 1 }", false),
            ("timeout = '1m'", true),
            ("timeout = 1", false),
            ("prepare = ['x', ['y', 'z']]", true),
            ("prepare = 'x'", false),
            ("prepare = [[]]", false),
        ]
        .map(|(line, good)| (format!("{command}{line}"), good)),
    )
    .chain(
        [
            ("30s", true), ("1m 30s", true), ("1m30s", true), ("500ms", true), ("1.5h", true), ("2 hours", true), ("1 hour, 2 minutes", true), ("1hr 2min 3sec", true), ("1hrs 2mins 3secs 4msecs", true),
            ("1 minute 1 second 1 millisecond", true), ("3 seconds 4 milliseconds", true), ("5millis", true), ("", false), ("soon", false), ("30", false), ("-1s", false), ("1d", false), ("1s ago", false),
        ]
        .map(|(value, good)| (format!("timeout = '{value}'"), good)),
    )
    .collect();
    for (text, good) in samples {
        let value: toml::Value = toml::from_str(&text).unwrap();
        let value = serde_json::to_value(value).unwrap();
        assert_eq!(validator.is_valid(&value), good, "{text}");
        let read = toml::from_str::<Settings>(&text);
        if good {
            assert!(read.is_ok(), "{text}: {:?}", read.err());
        }
        let source = apidocs::finding::SourceFile::new("apidocs.toml", text.as_bytes());
        assert_eq!(
            apidocs::validate::settings(&source).is_empty(),
            good,
            "{text}"
        );
    }
}
