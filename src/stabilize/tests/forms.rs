//! Times, series, headers, arrays, texts; and what is never noise.

use serde_json::json;

use super::*;

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
