//! `[source]` as the author of the prose, for `generate` and `check`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::Sandbox;

const VIEW: &str = "src/shop/views.py";
const DOCUMENT: &str = "api-docs/endpoints/things/get-thing.json";

/// A project whose server is the demo API and whose prose is a docstring.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "apidocs.toml",
        r#"base_url = "http://127.0.0.1:{{ port }}"
[server]
command = ["{{ apidocs }}", "demo", "--port", "{{ port }}", "--seed", "1"]
ready = "/health"
[render]
template_set = "markdown"
[source]
kind = "docstrings"
paths = ["src"]
urls = "shop.urls"
prefix = "/"
base_classes = ["shop.base.Endpoint"]
section_attribute = "section"
"#,
    );
    sandbox.write("src/shop/__init__.py", "");
    sandbox.write("src/shop/base.py", "class Endpoint(object):\n    pass\n");
    sandbox.write(
        "src/shop/urls.py",
        "from shop.views import ThingEndpoint\n\nurlpatterns = [url(r'^health$', ThingEndpoint.as_view())]\n",
    );
    sandbox.write(
        VIEW,
        "from shop.base import Endpoint\n\n\nclass ThingEndpoint(Endpoint):\n    section = 'things'\n\n    def get(self, request):\n        \"\"\"\n        See how it is\n        -------------\n\n        As it was.\n\n        :auth: none\n        \"\"\"\n",
    );
    sandbox.write(
        "api-docs/scenarios/Health.json",
        "{\n  \"title\": \"Health\",\n  \"requests\": [\n    {\n      \"request\": \"GET /health\",\n      \"example\": \"things/get-thing\"\n    }\n  ]\n}\n",
    );
    sandbox
}

fn document(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read(DOCUMENT)).unwrap()
}

#[test]
fn generate_and_check_keep_prose_and_source_together() {
    let sandbox = project();
    // There is no document yet: `check` says so at the method, `generate` writes it with its example.
    let run = sandbox.run(&["check", "--report", "json"]).exits(1);
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    let codes: Vec<_> = findings
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["behind-source", "behind-source"], "{run}");
    assert_eq!(findings[0]["file"], "api-docs/sections.json");
    let finding = &findings[1];
    assert_eq!(finding["file"], VIEW);
    assert_eq!(
        (finding["line"].as_u64(), finding["column"].as_u64()),
        (Some(7), Some(9))
    );
    assert!(!Path::new(&sandbox.path(DOCUMENT)).exists());

    sandbox.run(&["generate"]).exits(0);
    let first = document(&sandbox);
    assert_eq!(first["description"], "As it was.");
    assert_eq!(first["examples"][0]["response"]["status"], 200);
    sandbox.run(&["check"]).exits(0);
    sandbox.run(&["fmt", "--check"]).exits(0);

    // The docstring changes: `check` names the document, the keys and the place; the example stays.
    sandbox.edit(VIEW, "As it was.", "As it is.");
    let run = sandbox.run(&["check"]).exits(1);
    run.answers(&[
        "behind-source",
        "the document things/get-thing says another description than the source",
        "src/shop/views.py:7:9",
        "api-docs/endpoints/things/get-thing.json",
    ]);
    let before = sandbox.files();
    sandbox.run(&["check", "-q"]).exits(1);
    assert_eq!(sandbox.files(), before);
    sandbox
        .run(&["generate"])
        .exits(0)
        .tells(&["1 document written"]);
    let second = document(&sandbox);
    assert_eq!(second["description"], "As it is.");
    assert_eq!(second["examples"], first["examples"]);
    sandbox.run(&["check"]).exits(0);

    // A hand in the prose is behind as well.
    sandbox.edit(DOCUMENT, "See how it is", "See how it was");
    sandbox
        .run(&["check"])
        .exits(1)
        .answers(&["says another title"]);
}

#[test]
fn a_new_endpoint_without_example_says_what_to_do() {
    let sandbox = project();
    sandbox.run(&["generate"]).exits(0);
    sandbox.edit(
        VIEW,
        "    def get",
        "    def post(self):\n        'Make it'\n\n    def get",
    );
    let before = sandbox.files();
    sandbox
        .run(&["generate"])
        .exits(1)
        .tells(&["missing-example", "next: apidocs import docstrings"]);
    assert_eq!(sandbox.files(), before);
    sandbox.run(&["import", "docstrings"]).exits(0);
    let document = "api-docs/endpoints/things/post-thing.json";
    sandbox.edit(
        document,
        "\"examples\"",
        "\"no_example\": \"costs money\",\n  \"examples\"",
    );
    sandbox.run(&["generate"]).exits(0);
    sandbox.run(&["check"]).exits(0);
    assert!(sandbox.read(document).contains("costs money"));
}

#[test]
fn a_source_without_endpoints_stops_everything() {
    let sandbox = project();
    sandbox.run(&["generate"]).exits(0);
    sandbox.edit(
        "src/shop/urls.py",
        "url(r'^health$', ThingEndpoint.as_view())",
        "",
    );
    let before = sandbox.files();
    for verb in ["generate", "check"] {
        let run = sandbox.run(&[verb, "--report", "json"]).exits(1);
        assert!(run.stdout.contains("no-source-endpoints"), "{run}");
        assert_eq!(sandbox.files(), before, "{verb}");
    }
}

#[test]
fn a_document_that_cannot_be_read_is_never_replaced() {
    let sandbox = project();
    sandbox.write(DOCUMENT, "{\"title\": \"mine\"");
    for verb in [&["generate"][..], &["check"], &["import", "docstrings"]] {
        let run = sandbox.run(verb).exits(1);
        assert!(format!("{run}").contains("json-syntax"), "{run}");
        assert_eq!(sandbox.read(DOCUMENT), "{\"title\": \"mine\"");
    }
    sandbox.write(DOCUMENT, "{}");
    sandbox.write("api-docs/sections.json", "{\"sections\": 1}");
    sandbox
        .run(&["import", "docstrings"])
        .exits(1)
        .tells(&["schema"]);
    assert_eq!(sandbox.read("api-docs/sections.json"), "{\"sections\": 1}");
}

#[test]
fn what_the_original_knew_comes_to_its_output_tree() {
    let sandbox = project();
    sandbox.write(
        "src/shop/scenarios.py",
        "@scenario('ReadThing')\ndef read_thing(runner):\n    pass\n",
    );
    sandbox.edit(
        VIEW,
        "    def get",
        "    @attach_scenarios([read_thing])\n    def get",
    );
    sandbox.edit(
        VIEW,
        "from shop.base",
        "from shop.scenarios import read_thing\nfrom shop.base",
    );
    sandbox.run(&["generate", "--output-path", "out"]).exits(0);
    let endpoint: Value =
        serde_json::from_str(&sandbox.read("out/json/endpoints/get-thing.json")).unwrap();
    assert_eq!(
        endpoint,
        json!({
            "endpoint_name": "get-thing",
            "internal_path": "shop.views.ThingEndpoint:get",
            "method": "GET",
            "params": {"auth": [{"name": "", "type": "", "description": "none"}]},
            "path": "/health",
            "scenarios": ["ReadThing", "Health"],
            "section": "things",
            "text": ["", "As it was.", ""],
            "title": "See how it is",
            "warning": null,
        })
    );
}

#[test]
fn flags_win_over_the_settings() {
    let sandbox = project();
    sandbox
        .run(&[
            "import",
            "docstrings",
            "--prefix",
            "/v2/",
            "--plain-text",
            "-o",
            "elsewhere",
        ])
        .exits(0)
        .tells(&[
            "1 endpoint at 1 path in 1 section read from src",
            "1 document written to elsewhere",
        ]);
    let text = sandbox.read("elsewhere/endpoints/things/get-thing.json");
    assert!(
        text.contains("\"/v2/health\"") && text.contains(":auth: none"),
        "{text}"
    );
    assert!(!sandbox.path(DOCUMENT).exists());
    sandbox
        .run(&[
            "import",
            "docstrings",
            "--base-class",
            "shop.base.Nothing",
            "-o",
            "never",
        ])
        .exits(1)
        .tells(&["no-source-endpoints", "shop.base.Nothing"]);
    assert!(!sandbox.path("never").exists());
}
