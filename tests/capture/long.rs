//! Long documents, shown short.

use apidocs::document::{Body, Shortened};
use serde_json::json;

use crate::support::{Api, Project, example, finding, json_response, sides};

/// A thousand items, each with the secret that the last one gives away.
fn api() -> Api {
    Api::answering(|received| {
        let items: Vec<_> = (0..1000)
            .map(|id| json!({"id": id, "by": "s3cret-token"}))
            .collect();
        let body = match received.path() {
            "/bare" => json!(items),
            _ => json!({"items": items, "next": null}),
        };
        json_response("200 OK", &body.to_string())
    })
}

#[test]
fn the_first_items_are_shown_and_all_are_captured() {
    let api = api();
    let settings = "[auth.a]\nvalue = 'Bearer s3cret-token'\nshown = 'Bearer <token>'";
    let mut project = Project::at(&api, settings);
    let captured = project.run_one(json!({
        "request": "GET /", "as": "a", "show": {"/items": 3}, "save": {"last": "/items/999/id"}
    }));
    assert!(captured.is_complete(), "{captured:#?}");
    let (_, response) = sides(&captured);
    let item = |id: u32| json!({"id": id, "by": "<token>"});
    let shown = json!({"items": [item(0), item(1), item(2)], "next": null});
    assert_eq!(response.body, Body::Json(shown));
    let of = Shortened { shown: 3, of: 1000 };
    assert_eq!(
        example(&captured, "a/b").shortened,
        [("/items".to_owned(), of)].into()
    );

    let Some(Body::Json(whole)) = &captured.examples.values().next().unwrap().whole else {
        panic!("{captured:#?}");
    };
    assert_eq!(whole["items"].as_array().unwrap().len(), 1000);
    assert_eq!(whole["items"][999], item(999));
    // The headers are those of the whole response.
    let length = response.headers.get("Content-Length").unwrap();
    assert_eq!(length, whole.to_string().len().to_string());
    let exchange = &captured.scenarios[0].exchanges[0];
    assert_eq!(exchange.response.body, Body::Json(whole.clone()));
}

#[test]
fn a_body_that_is_short_enough_is_shown_whole() {
    let api = api();
    let captured = Project::at(&api, "").run_one(json!({"request": "GET /bare", "show": 1000}));
    assert!(example(&captured, "a/b").shortened.is_empty());
    assert_eq!(captured.examples.values().next().unwrap().whole, None);
}

#[test]
fn an_array_that_is_not_there_is_told_at_its_place() {
    let api = api();
    let found = finding(&Project::at(&api, "").run_one(json!({
        "request": "GET /", "show": {"/items": 3, "/next": 3}
    })));
    assert_eq!(found.code.id, "missing-array");
    assert_eq!(found.message, "the response body has no array at \"/next\"");
    assert_eq!(found.pointer.as_deref(), Some("/requests/0/show/~1next"));
    assert!(found.notes.contains(&"< 200 OK".to_owned()));
}
