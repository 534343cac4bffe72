//! What is written after a capture.

use super::*;
use crate::document::{Body, Exchange, Headers, Recorded, Request, Response, Shortened};
use serde_json::json;

fn example(name: &str, headers: [&str; 2], status: u16) -> Example {
    let request = Request::default();
    let response = Response {
        status,
        headers: Headers::from_lines(headers),
        body: Body::Json(json!({"a": 1})),
        ..Response::default()
    };
    let example = Example::from(Exchange { request, response });
    Example {
        name: name.to_owned(),
        ..example
    }
}

fn document(examples: &[Example]) -> EndpointDocument {
    EndpointDocument {
        api_path: "/".to_owned(),
        examples: examples.to_vec(),
        ..EndpointDocument::default()
    }
}

fn settled(committed: &[Example], captured: Vec<Example>) -> Settled {
    settle(
        "a/b",
        &document(committed),
        captured,
        &Rules::default(),
        &|_| 0,
        &|_| false,
    )
}

fn with_body(path: &str, link: &str, body: Value) -> Example {
    let request = Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        ..Request::default()
    };
    let length = format!("Content-Length: {}", body.to_string().len());
    let response = Response {
        status: 200,
        headers: Headers::from_lines([&length, "Vary: B, a", link]),
        body: Body::Json(body),
        ..Response::default()
    };
    Example::from(Exchange { request, response })
}

fn body(example: &Example) -> &Value {
    match &example.response.parsed().unwrap().body {
        Body::Json(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_capture_that_says_the_same_changes_no_byte() {
    let committed = [example("default", ["A: 1", "B: 2"], 200)];
    let captured = settled(&committed, vec![example("default", ["b: 2", "a: 1"], 200)]);
    assert_eq!(captured.status, DocumentStatus::Noise);
    assert_eq!(captured.examples, committed);
}

/// The same answer of two machines, with an id, a time and more.
fn run(id: &str, at: &str, more: Value) -> Example {
    let mut body = json!({"id": id, "at": at, "url": format!("https://h/{id}/"), "n": 1});
    body.as_object_mut()
        .unwrap()
        .insert("more".to_owned(), more);
    with_body(
        &format!("/{id}/"),
        &format!("Link: <https://h/{id}/?x>"),
        body,
    )
}

#[test]
fn a_fresh_example_is_the_same_on_every_machine_and_again() {
    let one = run(
        "cbd1f80781a5",
        "2026-03-10T05:57:38.38Z",
        json!({"k": "kJ8dn3Ks0aQx7Lw2ZpVt", "t": 1783733600}),
    );
    let other = run(
        "abd1f80781a6",
        "2027-11-10T15:57:38.386Z",
        json!({"k": "Qx7Lw2ZpVtkJ8dn3Ks0a", "t": 1893733600}),
    );
    let first = settled(&[], vec![one.clone()]);
    assert_eq!(first.examples, settled(&[], vec![other.clone()]).examples);
    let fresh = &first.examples[0];
    let id = body(fresh)["id"].as_str().unwrap();
    assert_ne!(id, "cbd1f80781a5");
    let request = fresh.request.parsed().unwrap();
    assert_eq!(request.path, format!("/{id}/"));
    assert_eq!(body(fresh)["url"], format!("https://h/{id}/"));
    assert_eq!(
        (&body(fresh)["n"], &body(fresh)["at"]),
        (&json!(1), &json!("2020-01-01T12:00:00.000Z"))
    );
    let headers = &fresh.response.parsed().unwrap().headers;
    assert_eq!(
        headers.get("Link"),
        Some(format!("<https://h/{id}/?x>").as_str())
    );
    assert_eq!(headers.get("Vary"), Some("a, B"));
    assert_eq!(
        headers.get("Content-Length"),
        Some(body(fresh).to_string().len().to_string().as_str())
    );
    // What was written pairs with both, and settling it again changes nothing.
    for again in [one, other, fresh.clone()] {
        let kept = settled(&first.examples, vec![again.clone()]);
        assert_ne!(kept.status, DocumentStatus::Drift);
        assert_eq!(kept.examples, first.examples);
    }
    assert_eq!(settled(&[], vec![fresh.clone()]).examples, first.examples);
}

#[test]
fn what_rules_call_stable_is_written_as_it_is() {
    let one = run(
        "cbd1f80781a5",
        "2026-03-10T05:57:38Z",
        json!("abd1f80781a6"),
    );
    let rules: Rules = serde_json::from_value(json!({
        "learned": {"a/b": {"stable": ["/response/body/more"]}}
    }))
    .unwrap();
    let document = EndpointDocument::default();
    let fresh = settle("a/b", &document, vec![one], &rules, &|_| 0, &|_| false);
    let fresh = body(&fresh.examples[0]);
    assert_eq!(fresh["more"], "abd1f80781a6");
    assert_ne!(fresh["id"], "cbd1f80781a5");
}

/// The examples of two machines, settled by the same rules; asserts that they are the same and keep still.
fn on_two_machines(varied: Value, machines: [Example; 2]) -> Example {
    let rules: Rules =
        serde_json::from_value(json!({"learned": {"a/b": {"varied": varied}}})).unwrap();
    let settled = |committed: &[Example], captured: &Example| {
        let document = EndpointDocument {
            api_path: "/things/{id}/".to_owned(),
            ..document(committed)
        };
        // A scenario has any short number somewhere.
        let is_said = |value: &str| value.len() < 5;
        settle(
            "a/b",
            &document,
            vec![captured.clone()],
            &rules,
            &|_| 0,
            &is_said,
        )
    };
    let [one, other] = machines
        .each_ref()
        .map(|machine| settled(&[], machine).examples);
    assert_eq!(one, other);
    for captured in &machines {
        assert_eq!(settled(&one, captured).status, DocumentStatus::Noise);
    }
    assert_eq!(settled(&[], &one[0]).examples, one);
    one[0].clone()
}

#[test]
fn what_varies_without_a_kind_is_written_alike_on_every_machine() {
    let machine = |load: Value, took: &str, up: bool| {
        let body = json!({"load": load, "took": took, "up": up, "size": 3});
        with_body("/things/x/", "Server: 1.2.3", body)
    };
    let varied = json!({
        "/response/body/load": "shape", "/response/body/took": "shape", "/response/body/up": "shape"
    });
    let machines = [
        machine(json!(7), "0.5 ms of 9", true),
        machine(json!(1234), "12.25 ms of 10", false),
    ];
    let shown = on_two_machines(varied.clone(), machines);
    let [load, took, up] = ["load", "took", "up"].map(|name| body(&shown)[name].clone());
    assert!(load.to_string().len() == 2 && up == true, "{load} {up}");
    let took = took.as_str().unwrap().to_owned();
    assert!(
        took.ends_with(char::is_numeric) && took.contains(" ms of "),
        "{took}"
    );
    assert_eq!(body(&shown)["size"], 3);
    let headers = &shown.response.parsed().unwrap().headers;
    let length = body(&shown).to_string().len().to_string();
    assert_eq!(headers.get("Content-Length"), Some(length.as_str()));
    assert_eq!(headers.get("Server"), Some("1.2.3"));
    let machines = [
        machine(json!(0.5), "1 ms of 9", true),
        machine(json!(1e-7), "2 ms of 1", true),
    ];
    let load = body(&on_two_machines(varied, machines))["load"].to_string();
    assert!(load.contains('.'), "{load}");
}

#[test]
fn ids_that_vary_are_one_id_in_all_of_their_places() {
    let machine = |id: u64, key: &str| {
        let body = json!({"id": id, "number": id, "other_id": "2", "key": key});
        with_body(
            &format!("/things/{id}/?x_id={id}"),
            &format!("Link: </things/{id}/>"),
            body,
        )
    };
    let varied = json!({
        "/request/path": "id", "/response/headers/link": "id", "/response/body/id": "id",
        "/response/body/number": "id", "/response/body/key": "hex"
    });
    // By chance, a key has no letter.
    let machines = [machine(7, "12345678"), machine(4012, "abcd1234")];
    let shown = on_two_machines(varied, machines);
    let id = body(&shown)["id"].to_string();
    assert_eq!(id.len(), 4);
    assert_eq!(body(&shown)["number"], body(&shown)["id"]);
    assert_eq!(body(&shown)["other_id"], "2");
    let path = &shown.request.parsed().unwrap().path;
    assert_eq!(*path, format!("/things/{id}/?x_id={id}"));
    let link = format!("</things/{id}/>");
    assert_eq!(
        shown.response.parsed().unwrap().headers.get("Link"),
        Some(&*link)
    );
}

#[test]
fn a_line_keeps_what_its_pattern_says() {
    let machine = |count: &str| {
        let request = Request {
            path: "/things/x/".to_owned(),
            ..Request::default()
        };
        let response = Response {
            status: 200,
            headers: Headers::from_lines(["Content-Type: text/plain"]),
            body: Body::Text(vec![
                format!("bucket{{le=\"0.5\"}} {count}"),
                "total 3".to_owned(),
            ]),
            ..Response::default()
        };
        Example::from(Exchange { request, response })
    };
    let varied = json!({"/response/text/bucket{le=\"0.5\"} *": "shape"});
    let shown = on_two_machines(varied, [machine("7"), machine("2.5e-05")]);
    let Body::Text(lines) = &shown.response.parsed().unwrap().body else {
        panic!("{shown:?}");
    };
    assert!(
        lines[0].starts_with("bucket{le=\"0.5\"} ") && lines[0].len() < 24,
        "{lines:?}"
    );
    assert_eq!(lines[1], "total 3");
}

#[test]
fn where_it_drifted_only_that_changes() {
    let committed = run("cbd1f80781a5", "2026-03-10T05:57:38Z", json!("x"));
    let mut captured = run(
        "abd1f80781a6",
        "2027-03-10T05:57:38Z",
        json!("see abd1f80781a6 and 123abc456def"),
    );
    captured.response = match captured.response {
        Recorded::Parsed(mut response) => {
            response.headers.0.reverse();
            Recorded::Parsed(response)
        }
        other => other,
    };
    let after = settled(std::slice::from_ref(&committed), vec![captured]);
    assert_eq!(after.status, DocumentStatus::Drift);
    let after = &after.examples[0];
    assert_eq!(after.request, committed.request);
    let (old, new) = (body(&committed), body(after));
    for key in ["id", "at", "url", "n"] {
        assert_eq!(new[key], old[key], "{key}");
    }
    let more = new["more"].as_str().unwrap();
    assert!(
        more.starts_with("see cbd1f80781a5 and ") && !more.contains("123abc456def"),
        "{more}"
    );
    let names = |example: &Example| -> Vec<_> {
        let headers = &example.response.parsed().unwrap().headers;
        headers.iter().map(|header| header.name.clone()).collect()
    };
    assert_eq!(names(after), names(&committed));
    let length = after
        .response
        .parsed()
        .unwrap()
        .headers
        .get("Content-Length")
        .unwrap()
        .to_owned();
    assert_eq!(length, new.to_string().len().to_string());
}

#[test]
fn an_example_that_is_whole_now_has_the_length_of_what_it_shows() {
    let whole = with_body("/a/", "", json!([1, 2, 3]));
    let mut short = whole.clone();
    let shortened = Shortened { shown: 3, of: 1000 };
    short.shortened.insert(String::new(), shortened);
    if let Recorded::Parsed(response) = &mut short.response {
        let length = Headers::from_lines(["Content-Length: 4900"]);
        response.headers.0[0] = length.0[0].clone();
    }
    for (committed, captured) in [(&short, &whole), (&whole, &short)] {
        let after = settled(std::slice::from_ref(committed), vec![captured.clone()]);
        assert_eq!(&after.examples[0], captured);
    }
}

#[test]
fn lines_of_json_stay_lines_of_json() {
    let stream = |lines: [&str; 3]| {
        let request = Request::default();
        let response = Response {
            status: 200,
            headers: Headers::from_lines(["Content-Type: application/x-ndjson"]),
            body: Body::Text(lines.map(str::to_owned).to_vec()),
            ..Response::default()
        };
        Example::from(Exchange { request, response })
    };
    let lines = |example: &Example| match &example.response.parsed().unwrap().body {
        Body::Text(lines) => lines.clone(),
        other => panic!("{other:?}"),
    };
    let committed = stream([r#"{"n": 1, "a": "x"}"#, r#"{"n": 2}"#, "\"said\""]);
    let captured = stream([r#"{"n":1, "a":"x"}"#, r#"{ "n": 3 }"#, "\"said\""]);
    let after = settled(std::slice::from_ref(&committed), vec![captured]);
    assert_eq!(
        lines(&after.examples[0]),
        [r#"{"n": 1, "a": "x"}"#, r#"{ "n": 3 }"#, "\"said\""]
    );
    // New ids are other ones, and the lines are JSON still.
    let fresh = stream([r#"{"id": "cbd1f80781a5"}"#, r#"{"n": 2}"#, ""]);
    let after = settled(&[], vec![fresh.clone()]);
    let shown = lines(&after.examples[0]);
    assert!(shown[0].starts_with(r#"{"id":""#) && !shown[0].contains("cbd1f"));
    assert_eq!(shown[1..], lines(&fresh)[1..]);
}

#[test]
fn a_series_keeps_its_steps() {
    let series = |from: i64, counts: [i64; 3]| {
        json!([
            [from, counts[0]],
            [from + 3600, counts[1]],
            [from + 7200, counts[2]]
        ])
    };
    let fresh = |from, counts| {
        let fresh = settled(&[], vec![with_body("/", "A: b", series(from, counts))]);
        body(&fresh.examples[0]).clone()
    };
    let idle = fresh(1_783_731_600, [0, 0, 0]);
    assert_eq!(idle, series(1_577_880_000, [0, 0, 0]));
    // How much there was to count is chance.
    let busy = fresh(1_783_731_600, [1, 0, 5]);
    assert_eq!(busy, fresh(1_893_731_600, [0, 120, 7]));
    assert_eq!(busy[2][0], 1_577_880_000 + 7200);
}

#[test]
fn how_many_items_are_left_out_is_no_difference() {
    let shortened = |shown, of| {
        let mut example = example("default", ["A: 1", "B: 2"], 200);
        example.shortened = [("/a".to_owned(), Shortened { shown, of })].into();
        example
    };
    let committed = [shortened(2, 10)];
    let captured = settled(&committed, vec![shortened(2, 11)]);
    assert_eq!(captured.status, DocumentStatus::Noise);
    assert_eq!(captured.examples, committed);
    let whole = example("default", ["A: 1", "B: 2"], 200);
    assert_eq!(
        settled(&committed, vec![whole]).status,
        DocumentStatus::Drift
    );
}

#[test]
fn the_default_example_comes_first() {
    let committed = [example("gone", ["A: 1", "B: 2"], 404)];
    let new = vec![
        example("other", ["A: 1", "B: 2"], 400),
        example("default", ["A: 1", "B: 2"], 200),
    ];
    let names: Vec<_> = settled(&committed, new)
        .examples
        .into_iter()
        .map(|e| e.name)
        .collect();
    assert_eq!(names, ["default", "gone", "other"]);
}

#[test]
fn what_one_state_says_of_a_value_does_not_bind_another() {
    let thing = |name: &str, id: u32| Example {
        name: name.to_owned(),
        ..with_body(&format!("/things/{id}"), "", json!({"id": id}))
    };
    let committed = EndpointDocument {
        api_path: "/things/{id}".to_owned(),
        ..document(&[thing("a", 1), thing("b", 2)])
    };
    let status = |captured: &[Example], state: &dyn Fn(&str) -> usize| {
        let rules = Rules::default();
        let captured = captured.to_vec();
        settle("a/b", &committed, captured, &rules, state, &|_| false).status
    };
    let both = [thing("a", 1), thing("b", 1)];
    assert_eq!(status(&both, &|_| 0), DocumentStatus::Drift);
    let apart = |example: &str| usize::from(example == "b");
    assert_eq!(status(&both, &apart), DocumentStatus::Noise);
    // What was not captured says nothing.
    assert_eq!(status(&both[1..], &|_| 0), DocumentStatus::Noise);
}
