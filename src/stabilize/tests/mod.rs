//! Each rule by the smallest pair that needs it.

pub(crate) mod properties;

use serde_json::{Value, json};

use super::*;
use crate::document::EndpointDocument;

fn document(examples: Value) -> DocumentView {
    let document: EndpointDocument = serde_json::from_value(json!({
        "title": "", "method": "GET", "api_path": "/api/0/issues/{issue_id}/", "description": "", "examples": examples
    }))
    .unwrap();
    DocumentView::of(&document)
}

fn example(name: &str, path: &str, headers: Value, body: Value) -> Value {
    json!({
        "name": name, "request": {"method": "GET", "path": path},
        "response": {"status": 200, "reason": "OK", "headers": headers, "body": body}
    })
}

fn with_body(body: Value) -> DocumentView {
    document(json!([example(
        "default",
        "/api/0/issues/1/",
        json!([]),
        body
    )]))
}

/// Where two documents differ in more than volatile values.
fn drift(old: &DocumentView, new: &DocumentView, rules: &Rules) -> Vec<String> {
    let paired = pair("a/b", old, new, rules);
    let mut places = Vec::new();
    for (_, delta) in &paired.examples {
        places_of(delta, String::new(), &mut places);
    }
    places
}

fn places_of(delta: &Delta, at: String, places: &mut Vec<String>) {
    match delta {
        Delta::Same(_) | Delta::Paired { .. } => {}
        Delta::Added(_) => places.push(format!("+{at}")),
        Delta::Removed(_) => places.push(format!("-{at}")),
        Delta::Replaced(..) => places.push(at),
        Delta::Renamed { value, .. } => places_of(value, at, places),
        Delta::Object(members) => {
            for (name, member) in members {
                places_of(member, format!("{at}/{name}"), places);
            }
        }
        Delta::Array(items) => {
            for (index, item) in items {
                places_of(item, format!("{at}/{index}"), places);
            }
        }
    }
}

fn is_noise(old: Value, new: Value) -> bool {
    drift(&with_body(old), &with_body(new), &Rules::default()).is_empty()
}

/// The places of drift in two bodies, relative to them.
fn differ(old: Value, new: Value) -> Vec<String> {
    let places = drift(&with_body(old), &with_body(new), &Rules::default());
    places
        .into_iter()
        .map(|place| place.replace("/response/body", ""))
        .collect()
}

const A: &str = "cbd1f80781a5d52db2ce323a7669b5c339dce255";
const B: &str = "4fbabfcf8ea7042126fa6888d9bf89d7473d7014";
const C: &str = "593e1e1f7222205faf2729e8d7766864717b48f6";

#[test]
fn a_key_that_stops_being_the_same_is_drift() {
    assert!(is_noise(json!({"a": A, "b": A}), json!({"a": B, "b": B})));
    assert_eq!(
        differ(json!({"a": A, "b": A}), json!({"a": A, "b": B})),
        ["/b"]
    );
    assert_eq!(
        differ(
            json!({"a": A, "b": A, "c": A}),
            json!({"a": B, "b": C, "c": B})
        ),
        ["/b"]
    );
    assert_eq!(
        differ(json!({"a": A, "b": B}), json!({"a": C, "b": C})),
        ["/b"],
        "two that became one"
    );
    assert_eq!(
        differ(json!({"a": A, "b": B}), json!({"a": B, "b": A})),
        ["/a", "/b"],
        "none comes again by chance"
    );
}

#[test]
fn keys_are_the_same_inside_of_longer_strings() {
    let body = |key: &str, in_url: &str| json!({"public": key, "dsn": format!("https://{in_url}@sentry.io/2"), "short": &key[..12]});
    assert!(is_noise(body(A, A), body(B, B)));
    assert_eq!(differ(body(A, A), body(B, C)), ["/dsn"]);
    let mut short = body(B, B);
    short["short"] = json!(&C[..12]);
    assert_eq!(
        differ(body(A, A), short),
        ["/short"],
        "an abbreviation follows its hash"
    );
    let uuid = "e65bee01-57a5-4267-9e0a-787f990bc53b";
    let other = "3a4a15df-5805-42fa-9362-b05ec8ad457e";
    let plain = |uuid: &str| uuid.replace('-', "");
    assert!(is_noise(
        json!({"a": uuid, "b": plain(uuid)}),
        json!({"a": other, "b": plain(other)})
    ));
    assert_eq!(
        differ(
            json!({"a": uuid, "b": plain(uuid)}),
            json!({"a": other, "b": plain(uuid)})
        ),
        ["/a"]
    );
}

#[test]
fn the_scope_is_the_document() {
    let version = |first: &str, second: &str| {
        document(json!([
            example(
                "default",
                &format!("/api/0/issues/{first}/"),
                json!([]),
                json!({"id": first})
            ),
            example(
                "other",
                "/api/0/issues/1/",
                json!([format!("Location: /x/{second}/")]),
                json!({})
            ),
        ]))
    };
    let none = Rules::default();
    assert!(drift(&version(A, A), &version(B, B), &none).is_empty());
    assert_eq!(
        drift(&version(A, A), &version(B, C), &none),
        ["/response/headers/location"]
    );
}

#[test]
fn numbers_are_ids_by_their_key_or_the_path_of_the_request() {
    let version = |id: u32, project: u32, url: u32, count: u32| {
        let body = json!({"id": id.to_string(), "project": project, "count": count, "url": format!("/api/0/issues/{url}/")});
        document(json!([example(
            "default",
            &format!("/api/0/issues/{id}/"),
            json!([]),
            body
        )]))
    };
    let none = Rules::default();
    let old = version(71, 71, 71, 3);
    assert!(drift(&old, &version(72, 72, 72, 3), &none).is_empty());
    assert_eq!(
        drift(&old, &version(72, 72, 73, 3), &none),
        ["/response/body/url"]
    );
    assert_eq!(
        drift(&old, &version(72, 72, 72, 4), &none),
        ["/response/body/count"]
    );
    assert_eq!(
        drift(&old, &version(72, 73, 72, 3), &none),
        ["/response/body/project"]
    );
    assert!(is_noise(
        json!({"user": {"id": 1}, "issue": {"id": 1}}),
        json!({"user": {"id": 1}, "issue": {"id": 2}})
    ));
    assert_eq!(
        differ(json!([{"id": 1}, {"id": 1}]), json!([{"id": 2}, {"id": 3}])),
        ["/1/id"]
    );
    assert_eq!(
        differ(json!({"url": "/api/0/x/"}), json!({"url": "/api/1/x/"})),
        ["/url"],
        "a version is no id"
    );
}

#[test]
fn times_pair_by_their_format() {
    let t = |text: &str| json!({ "t": text });
    assert!(is_noise(
        t("2020-03-10T05:57:38.583871Z"),
        t("2021-01-01T00:00:00.58387Z")
    ));
    for other in [
        "2021-01-01T00:00:00.583871",
        "2021-01-01T00:00:00.583871+02:00",
        "2021-01-01 00:00:00.583871Z",
        "2021-01-01T00:00:00Z",
        "2021-01-01T00:00:00.583Z",
    ] {
        assert_eq!(
            differ(t("2020-03-10T05:57:38.583871Z"), t(other)),
            ["/t"],
            "{other}"
        );
    }
    let two = |a: &str, b: &str| json!([{"t": a}, {"t": b}]);
    assert!(
        is_noise(
            two("2020-03-10T05:57:38.583871Z", "2020-03-10T05:57:39.1Z"),
            two("2020-03-10T05:57:38Z", "2020-03-10T05:57:38.100001Z")
        ),
        "one that lost its fraction may have had none"
    );
    assert!(
        is_noise(
            two("2020-03-10T05:57:38.5Z", "2020-03-10T05:57:39.5Z"),
            two("2020-03-10T05:57:38.5Z", "2020-03-10T05:57:38.5Z")
        ),
        "two may fall into one moment"
    );
    assert!(is_noise(
        json!({"a": 1583733600, "b": 1795380338063u64, "c": 1583733600.5}),
        json!({"a": 1583733601, "b": 1795380338064u64, "c": 1583733601.25})
    ));
    assert_eq!(
        differ(json!({"a": 1583733600}), json!({"a": 1583733600.5})),
        ["/a"]
    );
    assert_eq!(
        differ(json!({"a": 1583733600}), json!({"a": 1583733600000u64})),
        ["/a"]
    );
}

#[test]
fn series_pair_by_length_step_and_type() {
    let series = |points: &[(u64, u64)]| {
        json!(
            points
                .iter()
                .map(|(t, n)| json!([t, n]))
                .collect::<Vec<_>>()
        )
    };
    let old = series(&[(1583733600, 0), (1583737200, 1), (1583740800, 0)]);
    assert!(is_noise(
        old.clone(),
        series(&[(1583820000, 9), (1583823600, 0), (1583827200, 3)])
    ));
    assert_eq!(
        differ(old.clone(), series(&[(1583820000, 9), (1583823600, 0)])),
        ["-/2"]
    );
    assert_eq!(
        differ(
            old,
            series(&[(1583820000, 9), (1583820010, 0), (1583820020, 3)])
        ),
        [""]
    );
}

#[test]
fn headers_are_sets_and_the_length_is_no_evidence() {
    let none = Rules::default();
    let version = |headers: Value| {
        document(json!([example(
            "default",
            "/api/0/issues/1/",
            headers,
            json!({})
        )]))
    };
    let old = version(json!([
        "Vary: Accept, Cookie",
        "Content-Length: 12",
        "Date: Sun, 22 Nov 2026 20:45:37 GMT"
    ]));
    let same = version(json!([
        "date: Mon, 23 Nov 2026 20:45:37 GMT",
        "content-length: 13",
        "vary: Cookie, Accept"
    ]));
    assert!(drift(&old, &same, &none).is_empty());
    let less = version(json!([
        "Vary: Accept",
        "Date: Sun, 22 Nov 2026 20:45:37 GMT"
    ]));
    assert_eq!(
        drift(&old, &less, &none),
        [
            "-/response/headers/content-length",
            "/response/headers/vary"
        ]
    );
}

#[test]
fn an_item_in_front_is_one_addition_also_among_volatile_values() {
    let item = |key: &str, day: u32| json!({"key": key, "at": format!("2020-03-{day:02}T00:00:00Z"), "n": 1});
    let old = json!([item(A, 10), item(B, 10)]);
    let new = json!([item(C, 11), item(A, 12), item(B, 13)]);
    assert_eq!(differ(old.clone(), new), ["+/0"]);
    assert_eq!(
        differ(old.clone(), json!([item(B, 10), item(A, 10)])),
        ["/0/key", "/1/key"],
        "order is drift"
    );
    let mut counted = json!([item(C, 11), item(A, 12), item(B, 13)]);
    counted[2]["n"] = json!(2);
    assert_eq!(differ(old, counted), ["+/0", "/2/n"]);
}

#[test]
fn members_may_have_volatile_names() {
    assert!(is_noise(
        json!({A: {"n": 1}, "x": A}),
        json!({B: {"n": 1}, "x": B})
    ));
    assert_eq!(
        differ(json!({A: {"n": 1}}), json!({B: {"n": 2}})),
        [format!("/{B}/n")]
    );
    assert_eq!(differ(json!({A: 1, "x": A}), json!({B: 1, "x": C})), ["/x"]);
}

#[test]
fn text_is_compared_by_lines_and_ndjson_as_an_array() {
    let version = |text: Value, content_type: &str| {
        document(
            json!([{"name": "default", "request": {"method": "GET", "path": "/"},
            "response": {"status": 200, "reason": "OK", "headers": [format!("Content-Type: {content_type}")], "text": text}}]),
        )
    };
    let none = Rules::default();
    let old = version(json!([format!("key {A}"), "count 1", ""]), "text/plain");
    assert!(
        drift(
            &old,
            &version(json!([format!("key {B}"), "count 1", ""]), "text/plain"),
            &none
        )
        .is_empty()
    );
    assert_eq!(
        drift(
            &old,
            &version(
                json!(["new", format!("key {B}"), "count 2", ""]),
                "text/plain"
            ),
            &none
        ),
        ["+/response/text/0", "/response/text/2"]
    );
    let lines = |a: &str, b: &str| version(json!([a, b, ""]), "application/x-ndjson");
    let old = lines(r#"{"a": 1, "b": 2}"#, r#"{"a": 3}"#);
    assert!(drift(&old, &lines(r#"{"b": 2, "a": 1}"#, r#"{"a": 3}"#), &none).is_empty());
    assert_eq!(
        drift(&old, &lines(r#"{"a": 1, "b": 2}"#, r#"{"a": 4}"#), &none),
        ["/response/text/1/a"]
    );
}

#[test]
fn a_boundary_is_renamed_in_header_and_body() {
    let version = |in_header: &str, in_body: &str| {
        document(json!([{"name": "default",
            "request": {"method": "POST", "path": "/", "headers": [format!("Content-Type: multipart/form-data; boundary={in_header}")],
                "text": [format!("--{in_body}"), "x", format!("--{in_body}--")]},
            "response": {"status": 200, "reason": "OK"}}]))
    };
    let none = Rules::default();
    let (old, new) = ("==73308==", "==84091==");
    assert!(drift(&version(old, old), &version(new, new), &none).is_empty());
    assert!(!drift(&version(old, old), &version(new, old), &none).is_empty());
}

#[test]
fn status_reason_and_stable_values_are_never_noise() {
    let mut new = example("default", "/api/0/issues/1/", json!([]), json!({}));
    new["response"]["status"] = json!(201);
    new["response"]["reason"] = json!("Created");
    assert_eq!(
        drift(
            &with_body(json!({})),
            &document(json!([new])),
            &Rules::default()
        ),
        ["/response/status", "/response/reason"]
    );
    assert_eq!(
        differ(
            json!({"a": true, "b": "x", "c": 1, "d": 1}),
            json!({"a": false, "b": "y", "c": 2, "d": null})
        ),
        ["/a", "/b", "/c", "/d"]
    );
}

fn taught(versions: &[Value]) -> Lesson {
    let versions: Vec<_> = versions
        .iter()
        .map(|body| {
            [("a/b".to_owned(), with_body(body.clone()))]
                .into_iter()
                .collect()
        })
        .collect();
    learn(&versions, &Rules::default())
}

#[test]
fn what_varied_is_held_by_its_kind_and_what_did_not_must_match() {
    let body = |key: &str, size: u32, at: u32, ms: f64| json!({"key": key, "same": C, "size": size, "ms": ms, "at": format!("2020-03-{at:02}")});
    let lesson = taught(&[body(A, 7961, 10, 0.5), body(B, 7954, 11, 0.25)]);
    assert_eq!(
        serde_json::to_value(&lesson.rules.learned["a/b"]).unwrap(),
        json!({
            "varied": {"/response/body/at": "iso-8601", "/response/body/key": "hex", "/response/body/ms": "shape", "/response/body/size": "shape"},
            "stable": ["/response/body/same"]
        })
    );
    let compare = |new: Value| {
        drift(
            &with_body(body(A, 7961, 10, 0.5)),
            &with_body(new),
            &lesson.rules,
        )
    };
    assert!(compare(body(C.replace('5', "1").as_str(), 1, 12, 9.75)).is_empty());
    let mut other = body(A, 1, 10, 0.5);
    other["same"] = json!(B);
    other["size"] = json!(1.5);
    assert_eq!(
        compare(other),
        ["/response/body/same", "/response/body/size"]
    );
    let old = with_body(body(A, 7961, 10, 0.5));
    assert_eq!(
        pair("a/b", &old, &with_body(body(B, 1, 12, 0.75)), &lesson.rules).provisional(),
        0
    );
    assert_eq!(
        pair(
            "a/c",
            &old,
            &with_body(body(B, 7961, 12, 0.5)),
            &lesson.rules
        )
        .provisional(),
        2
    );
}

#[test]
fn orders_are_learned_and_structure_is_not() {
    let lesson = taught(&[
        json!({"names": ["a", "b"], "threads": [{"name": "x", "n": 1}, {"name": "y", "n": 2}]}),
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 3}, {"name": "x", "n": 4}], "more": 1, "t": 1}),
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 3}, {"name": "x", "n": 4}], "more": 1, "t": "1"}),
    ]);
    let varied = &lesson.rules.learned["a/b"].varied;
    assert_eq!(
        serde_json::to_value(varied).unwrap(),
        json!({"/response/body/names": "unordered", "/response/body/threads": "keyed by /name", "/response/body/threads/*/n": "shape"})
    );
    let codes: Vec<_> = lesson
        .findings
        .iter()
        .map(|finding| (finding.code.id, finding.address.as_deref().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            ("unstable-structure", "a/b#*/response/body/more"),
            ("unstable-structure", "a/b#*/response/body/t"),
            ("unstable-type", "a/b#*/response/body/t")
        ]
        .map(|(code, address)| (code, address))
    );
    let old =
        json!({"names": ["a", "b"], "threads": [{"name": "x", "n": 1}, {"name": "y", "n": 2}]});
    let new =
        json!({"names": ["b", "a"], "threads": [{"name": "y", "n": 5}, {"name": "x", "n": 6}]});
    assert!(drift(&with_body(old.clone()), &with_body(new), &lesson.rules).is_empty());
    let new =
        json!({"names": ["b", "c"], "threads": [{"name": "y", "n": 5}, {"name": "z", "n": 6}]});
    assert_eq!(
        drift(&with_body(old), &with_body(new), &lesson.rules),
        ["/response/body/names/1", "/response/body/threads/1/name"]
    );
}

#[test]
fn the_renaming_knows_the_older_spelling() {
    let (old, new) = (
        with_body(json!({"a": A, "b": C})),
        with_body(json!({"a": B, "b": C})),
    );
    let renaming = pair("a/b", &old, &new, &Rules::default()).renaming();
    assert_eq!(renaming.old_spelling(Kind::Hex, B), Some(A));
    assert_eq!(renaming.old_spelling(Kind::Hex, &B[..10]), Some(&A[..10]));
    assert_eq!(renaming.old_spelling(Kind::Hex, C), Some(C));
    assert_eq!(renaming.old_spelling(Kind::Hex, "0123456789abcdef"), None);
}
