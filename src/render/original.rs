//! The original's output tree: `json/` with endpoints, scenarios and sections, and `markdown/` with the pages.
//!
//! Source: `output_json`, `dump_json` and `output_markdown` of the original's `generator.py`, and `Runner` of its
//! `apidocs.py`, in their last version.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::site::{Site, SitedDocument};
use super::{Input, Options, RenderError, SENTRY_SET, render};
use crate::document::{
    Body, DocumentName, EndpointDocument, Exchange, Headers, Parameter, Request, Response, Tree,
};
use crate::page::{http_text, python};

/// Which parts of the tree are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// `json/` alone.
    Json,
    /// `markdown/` alone.
    Markdown,
    /// Both.
    Both,
}

/// A scenario as it was run.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioRun<'a> {
    /// Its name.
    pub ident: &'a str,
    /// What it is about; may be empty.
    pub title: &'a str,
    /// The documents that it makes examples for.
    pub documents: &'a [DocumentName],
    /// What its requests gave, in order.
    pub exchanges: &'a [Exchange],
}

/// Makes the original's output tree. `options` count for `markdown/`, but for its template set, which is the original's.
///
/// `json/endpoints/` has no sections in it, as in the original. What only the source of the API knows is taken from the
/// document's `source`, and is null where it has none; the examples of the documents are in `markdown/`, the exchanges of
/// the scenarios in `json/`.
///
/// # Errors
/// Those of [`render`], and documents of one name in different sections.
pub fn output_tree(
    input: Input<'_>,
    scenarios: &[ScenarioRun<'_>],
    format: OutputFormat,
    options: &Options,
) -> Result<Tree, RenderError> {
    let mut tree = Tree::default();
    if format != OutputFormat::Markdown {
        json_tree(&mut tree, input, scenarios)?;
    }
    if format != OutputFormat::Json {
        let options = Options {
            template_set: SENTRY_SET.to_owned(),
            templates: Tree::default(),
            ..options.clone()
        };
        for (path, bytes) in render(input, &options)?.files {
            tree.insert(format!("markdown/{path}"), bytes);
        }
    }
    Ok(tree)
}

fn json_tree(
    tree: &mut Tree,
    input: Input<'_>,
    scenarios: &[ScenarioRun<'_>],
) -> Result<(), RenderError> {
    for scenario in scenarios {
        let path = format!("json/scenarios/{}.json", scenario.ident);
        tree.insert(path, dump(&scenario_json(scenario)));
    }
    let mut taken: BTreeMap<String, &DocumentName> = BTreeMap::new();
    let mut sections = Map::new();
    for section in Site::arrange(input)?.sections {
        let mut entries = Map::new();
        for sited in &section.documents {
            let name = sited.name;
            let path = format!("json/endpoints/{}.json", name.name());
            if let Some(other) = taken.insert(path.to_lowercase(), name) {
                return Err(RenderError::Collision {
                    first: other.to_string(),
                    second: name.to_string(),
                    path,
                });
            }
            entries.insert(
                name.name().to_owned(),
                Value::from(sited.document.title.as_str()),
            );
            tree.insert(path, dump(&endpoint_json(sited, scenarios)));
        }
        let listing = json!({ "title": section.title, "entries": entries });
        sections.insert(section.id.to_owned(), listing);
    }
    tree.insert("json/sections.json", dump(&json!({ "sections": sections })));
    Ok(())
}

/// As `dump_json`: Python's JSON without the blanks at the ends of lines, and with a final newline.
fn dump(value: &Value) -> String {
    let text = python::dumps(value);
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn endpoint_json(sited: &SitedDocument<'_>, scenarios: &[ScenarioRun<'_>]) -> Value {
    let document = sited.document;
    let origin = document.source.clone().unwrap_or_default();
    let mut idents: Vec<&str> = origin.scenarios.iter().map(String::as_str).collect();
    for scenario in scenarios {
        if scenario.documents.contains(sited.name) && !idents.contains(&scenario.ident) {
            idents.push(scenario.ident);
        }
    }
    json!({
        "endpoint_name": sited.name.name(),
        "internal_path": origin.internal_path,
        "method": document.method,
        "params": params(document),
        "path": document.api_path,
        "scenarios": idents,
        "section": sited.name.section(),
        "text": document.text_lines(),
        "title": document.title,
        "warning": document.warning,
    })
}

/// The parameters by their kind; a kind without any is not there.
fn params(document: &EndpointDocument) -> Value {
    let mut params = Map::new();
    for (kind, parameters) in [
        ("path", &document.path_parameters),
        ("query", &document.query_parameters),
        ("param", &document.parameters),
    ] {
        if let Some(parameters) = parameters {
            let parameters: Vec<Value> = parameters.iter().map(param).collect();
            params.insert(kind.to_owned(), Value::from(parameters));
        }
    }
    if !document.authentication.is_empty() {
        let auth = json!({ "name": "", "type": "", "description": document.authentication });
        params.insert("auth".to_owned(), json!([auth]));
    }
    Value::Object(params)
}

fn param(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "type": parameter.kind,
        "description": parameter.description,
    })
}

fn scenario_json(scenario: &ScenarioRun<'_>) -> Value {
    let requests: Vec<Value> = scenario
        .exchanges
        .iter()
        .map(|exchange| {
            json!({
                "request": request_json(&exchange.request),
                "response": response_json(&exchange.response),
            })
        })
        .collect();
    json!({
        "ident": scenario.ident,
        "params": {},
        "requests": requests,
        "text": [],
        "title": Some(scenario.title).filter(|title| !title.is_empty()),
        "warning": null,
    })
}

/// `Host` and `Authorization` are put in by the page, and are not among the headers.
fn request_json(request: &Request) -> Value {
    let shown = request
        .headers
        .iter()
        .filter(|header| !header.is("host") && !header.is("authorization"));
    let is_json = matches!(request.body, Body::Empty | Body::Json(_));
    json!({
        "data": data(&request.body, Value::Null),
        "headers": headers(&Headers(shown.cloned().collect())),
        "is_json": is_json,
        "method": request.method,
        "path": request.path,
    })
}

fn response_json(response: &Response) -> Value {
    json!({
        "data": data(&response.body, Value::from("")),
        "headers": headers(&response.headers),
        "is_json": matches!(response.body, Body::Json(_)),
        "reason": response.reason,
        "status": response.status,
    })
}

fn data(body: &Body, nothing: Value) -> Value {
    match body {
        Body::Empty => nothing,
        Body::Json(value) => value.clone(),
        Body::Text(lines) => Value::from(lines.join("\n")),
        Body::Bytes(_) => Value::from(http_text::told(body)),
    }
}

/// Headers as an object: the values of repeated ones are joined under the first name (RFC 9110, section 5.3), as
/// Python's `requests` does.
fn headers(headers: &Headers) -> Value {
    let mut object = Map::new();
    for (index, header) in headers.0.iter().enumerate() {
        if headers.0[..index]
            .iter()
            .all(|earlier| !earlier.is(&header.name))
        {
            let values: Vec<_> = headers.get_all(&header.name).collect();
            object.insert(header.name.clone(), Value::from(values.join(", ")));
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::{Bytes, Section, Sections};

    fn exchange() -> Exchange {
        Exchange {
            request: Request {
                method: "POST".to_owned(),
                path: "/a/?b".to_owned(),
                headers: Headers::from_lines([
                    "host: x",
                    "Authorization: y",
                    "Content-Type: application/json",
                ]),
                body: Body::Json(json!({"é": [1, 2]})),
            },
            response: Response {
                status: 201,
                reason: "Created".to_owned(),
                headers: Headers::from_lines(["Vary: a", "X: 1", "vary: b"]),
                body: Body::Bytes(Bytes {
                    media_type: "image/png".to_owned(),
                    size: 3,
                    digest: "sha-256=00".to_owned(),
                }),
            },
        }
    }

    fn tree(format: OutputFormat, names: &[&str]) -> Result<Tree, RenderError> {
        let document = EndpointDocument {
            title: "Make".to_owned(),
            method: "POST".to_owned(),
            api_path: "/a/".to_owned(),
            description: "One.\n\nTwo.".to_owned(),
            authentication: "required".to_owned(),
            query_parameters: Some(Vec::new()),
            ..EndpointDocument::default()
        };
        let names: Vec<DocumentName> = names.iter().map(|name| name.parse().unwrap()).collect();
        let documents = names
            .iter()
            .map(|name| (name.clone(), Arc::new(document.clone())))
            .collect();
        let sections = Sections {
            schema: None,
            sections: vec![Section {
                id: "s".to_owned(),
                title: "Ss".to_owned(),
                endpoints: vec!["post-a".to_owned()],
            }],
        };
        let run = ScenarioRun {
            ident: "MakeA",
            title: "",
            documents: &names[..1],
            exchanges: &[exchange()],
        };
        let input = Input {
            documents: &documents,
            sections: &sections,
        };
        output_tree(input, &[run], format, &Options::default())
    }

    fn text(tree: &Tree, path: &str) -> String {
        String::from_utf8(tree.files[path].clone()).unwrap()
    }

    #[test]
    fn the_tree_has_the_files_of_the_original() {
        let both = tree(OutputFormat::Both, &["s/post-a"]).unwrap();
        let paths: Vec<_> = both.files.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "json/endpoints/post-a.json",
                "json/scenarios/MakeA.json",
                "json/sections.json",
                "markdown/s/index.md",
                "markdown/s/post-a.md",
            ]
        );
        let json = tree(OutputFormat::Json, &["s/post-a"]).unwrap();
        let markdown = tree(OutputFormat::Markdown, &["s/post-a"]).unwrap();
        assert_eq!((json.files.len(), markdown.files.len()), (3, 2));
        assert_eq!(
            text(&json, "json/sections.json"),
            "{\n  \"sections\": {\n    \"s\": {\n      \"entries\": {\n        \"post-a\": \"Make\"\n      },\n      \"title\": \"Ss\"\n    }\n  }\n}\n"
        );
    }

    #[test]
    fn endpoints_and_scenarios_have_the_keys_of_the_original() {
        let tree = tree(OutputFormat::Json, &["s/post-a"]).unwrap();
        let endpoint = crate::json::parse(&text(&tree, "json/endpoints/post-a.json")).unwrap();
        assert_eq!(
            endpoint,
            json!({
                "endpoint_name": "post-a", "internal_path": null, "method": "POST",
                "params": {"auth": [{"name": "", "type": "", "description": "required"}], "query": []},
                "path": "/a/", "scenarios": ["MakeA"], "section": "s",
                "text": ["One.", "", "Two."], "title": "Make", "warning": null,
            })
        );
        let scenario = text(&tree, "json/scenarios/MakeA.json");
        assert!(scenario.contains("\"\\u00e9\": [\n"), "{scenario}");
        assert_eq!(
            crate::json::parse(&scenario).unwrap(),
            json!({
                "ident": "MakeA", "params": {}, "text": [], "title": null, "warning": null,
                "requests": [{
                    "request": {
                        "data": {"é": [1, 2]}, "headers": {"Content-Type": "application/json"},
                        "is_json": true, "method": "POST", "path": "/a/?b",
                    },
                    "response": {
                        "data": "<3 bytes of image/png, sha-256=00>",
                        "headers": {"Vary": "a, b", "X": "1"},
                        "is_json": false, "reason": "Created", "status": 201,
                    },
                }],
            })
        );
    }

    #[test]
    fn one_name_in_two_sections_is_refused() {
        let error = tree(OutputFormat::Json, &["s/post-a", "t/post-a"]).unwrap_err();
        assert!(
            error.to_string().contains("json/endpoints/post-a.json"),
            "{error}"
        );
    }
}
