//! Values with identity.

use serde_json::json;

use super::*;

#[test]
fn cursors_of_one_millisecond_are_one_and_two_the_next_time() {
    let cursors = |first: u64, last: u64| json!([format!("{first}:0:1"), format!("{last}:0:1")]);
    assert!(is_noise(
        cursors(1_583_819_858_583, 1_583_819_858_583),
        cursors(1_683_819_858_583, 1_683_819_858_590)
    ));
    assert!(is_noise(
        cursors(1_583_819_858_583, 1_583_819_858_590),
        cursors(1_683_819_858_583, 1_683_819_858_583)
    ));
    assert_eq!(
        differ(
            cursors(1_583_819_858_583, 1_583_819_858_583),
            cursors(1_683_819_858_583, 1_693_819_858_583)
        ),
        ["/1"]
    );
}

#[test]
fn short_numbers_are_ids_and_cursors_by_the_names_of_a_query() {
    let url = |id: u64, cursor: u64| json!(format!("https://h/?id={id}&cursor={cursor}:100:0&n=2"));
    assert!(is_noise(url(7, 12), url(4012, 3)));
    let other = json!("https://h/?id=7&cursor=12:100:0&n=3");
    assert_eq!(differ(url(7, 12), other), [""]);
    let other = json!("https://h/?id=7&cursor=12:200:0&n=2");
    assert_eq!(differ(url(7, 12), other), [""]);
}

#[test]
fn an_abbreviation_may_have_no_letter() {
    let hash = |first: &str| format!("{first}d52db2ce323a7669b5c339dce255a1a1");
    let body = |first: &str| json!({"version": hash(first), "short": first});
    assert!(is_noise(body("12345678"), body("87654321")));
    assert!(is_noise(body("12345678"), body("cbd1f807")));
    let mut other = body("87654321");
    other["short"] = json!("87654322");
    assert_eq!(differ(body("12345678"), other), ["/short"]);
}

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
