//! The original's JSON output of 2015: our output tree writes it in the same way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use apidocs::document::{Body, Exchange, Headers, Request, Response, Sections};
use apidocs::json;
use apidocs::page::python;
use apidocs::render::original::{OutputFormat, ScenarioRun, output_tree};
use apidocs::render::{Input, Options};
use serde_json::Value;

use crate::support::corpus;

fn cache() -> Option<PathBuf> {
    Some(corpus()?.join("cache-2015"))
}

fn headers(value: &Value, first: &[&str]) -> Headers {
    let mut headers = Headers::from_lines(first);
    for (name, value) in value.as_object().unwrap() {
        headers.push(name, value.as_str().unwrap());
    }
    headers
}

fn body(side: &Value) -> Body {
    match &side["data"] {
        Value::Null => Body::Empty,
        Value::String(text) if side["is_json"] == false && text.is_empty() => Body::Empty,
        Value::String(text) if side["is_json"] == false => Body::text(text),
        data => Body::Json(data.clone()),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn exchange(value: &Value) -> Exchange {
    let (request, response) = (&value["request"], &value["response"]);
    Exchange {
        request: Request {
            method: text(&request["method"]),
            path: text(&request["path"]),
            headers: headers(
                &request["headers"],
                &["Host: sentry.io", "Authorization: Bearer x"],
            ),
            body: body(request),
        },
        response: Response {
            status: response["status"].as_u64().unwrap().try_into().unwrap(),
            reason: text(&response["reason"]),
            headers: headers(&response["headers"], &[]),
            body: body(response),
        },
    }
}

#[test]
fn scenarios_are_written_as_in_2015() {
    let Some(cache) = cache() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(cache.join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let ident = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let file = std::fs::read_to_string(&path).unwrap();
        let old = json::parse(&file).unwrap();
        let exchanges: Vec<Exchange> = old["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(exchange)
            .collect();
        let run = ScenarioRun {
            ident: &ident,
            title: old["title"].as_str().unwrap_or_default(),
            documents: &[],
            exchanges: &exchanges,
        };
        let input = Input {
            documents: &BTreeMap::new(),
            sections: &Sections::default(),
        };
        let tree = output_tree(input, &[run], OutputFormat::Json, &Options::default()).unwrap();
        let new = &tree.files[&format!("json/scenarios/{ident}.json")];
        // Two keys came later; the rest is the same, byte for byte.
        let new = String::from_utf8(new.clone()).unwrap();
        let new = new.replace("  \"params\": {},\n", "").replace(
            "  \"title\": null,\n  \"warning\": null\n",
            "  \"title\": null\n",
        );
        assert_eq!(new, file, "{ident}");
        count += 1;
    }
    assert_eq!(count, 42);
}

#[test]
fn every_file_is_as_python_wrote_it() {
    let Some(cache) = cache() else { return };
    let mut count = 0;
    for entry in walkdir::WalkDir::new(cache) {
        let entry = entry.unwrap();
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let file = std::fs::read_to_string(entry.path()).unwrap();
            let text = python::dumps(&json::parse(&file).unwrap());
            let text: String = text
                .lines()
                .map(|line| format!("{}\n", line.trim_end()))
                .collect();
            assert_eq!(text, file, "{}", entry.path().display());
            count += 1;
        }
    }
    assert_eq!(count, 89);
}
