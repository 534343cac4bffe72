//! In which order the keys of our files are written.

use super::Approvals;
use crate::json::KeyOrder;

const PARAMETERS: KeyOrder = KeyOrder::Items(&KeyOrder::Fixed(&[
    ("name", KeyOrder::Kept),
    ("type", KeyOrder::Kept),
    ("description", KeyOrder::Kept),
    ("in", KeyOrder::Kept),
    ("required", KeyOrder::Kept),
    ("format", KeyOrder::Kept),
    ("enum", KeyOrder::Kept),
    ("default", KeyOrder::Kept),
    ("constraints", KeyOrder::Sorted),
]));

const BYTES: KeyOrder = KeyOrder::Fixed(&[
    ("media_type", KeyOrder::Kept),
    ("size", KeyOrder::Kept),
    ("digest", KeyOrder::Kept),
]);

const EXAMPLE: KeyOrder = KeyOrder::Fixed(&[
    ("name", KeyOrder::Kept),
    ("title", KeyOrder::Kept),
    (
        "request",
        KeyOrder::Fixed(&[
            ("method", KeyOrder::Kept),
            ("path", KeyOrder::Kept),
            ("headers", KeyOrder::Kept),
            ("body", KeyOrder::Sorted),
            ("text", KeyOrder::Kept),
            ("bytes", BYTES),
        ]),
    ),
    (
        "response",
        KeyOrder::Fixed(&[
            ("status", KeyOrder::Kept),
            ("reason", KeyOrder::Kept),
            ("headers", KeyOrder::Kept),
            ("body", KeyOrder::Sorted),
            ("text", KeyOrder::Kept),
            ("bytes", BYTES),
        ]),
    ),
    ("shortened", KeyOrder::Kept),
]);

const STEPS: KeyOrder = KeyOrder::Items(&KeyOrder::Fixed(&[
    ("request", KeyOrder::Kept),
    ("as", KeyOrder::Kept),
    ("headers", KeyOrder::Kept),
    ("json", KeyOrder::Kept),
    ("form", KeyOrder::Kept),
    ("multipart", KeyOrder::Kept),
    ("text", KeyOrder::Kept),
    ("file", KeyOrder::Kept),
    ("status", KeyOrder::Kept),
    ("follow", KeyOrder::Kept),
    ("until", KeyOrder::Kept),
    ("example", KeyOrder::Kept),
    ("title", KeyOrder::Kept),
    ("show", KeyOrder::Kept),
    ("save", KeyOrder::Kept),
    ("todo", KeyOrder::Kept),
]));

/// The order of an endpoint document.
pub const ENDPOINT: KeyOrder = KeyOrder::Fixed(&[
    ("$schema", KeyOrder::Kept),
    ("title", KeyOrder::Kept),
    ("method", KeyOrder::Kept),
    ("api_path", KeyOrder::Kept),
    ("description", KeyOrder::Kept),
    ("warning", KeyOrder::Kept),
    ("authentication", KeyOrder::Kept),
    ("path_parameters", PARAMETERS),
    ("query_parameters", PARAMETERS),
    ("header_parameters", PARAMETERS),
    ("parameters", PARAMETERS),
    ("sidebar_order", KeyOrder::Kept),
    ("no_example", KeyOrder::Kept),
    (
        "source",
        KeyOrder::Fixed(&[
            ("internal_path", KeyOrder::Kept),
            ("scenarios", KeyOrder::Kept),
            ("plain_text", KeyOrder::Kept),
            ("text", KeyOrder::Kept),
        ]),
    ),
    ("examples", KeyOrder::Items(&EXAMPLE)),
]);

/// The order of a scenario and of `fixtures.json`.
pub const SCENARIO: KeyOrder = KeyOrder::Fixed(&[
    ("$schema", KeyOrder::Kept),
    ("title", KeyOrder::Kept),
    ("isolated", KeyOrder::Kept),
    ("after", KeyOrder::Kept),
    ("cookies", KeyOrder::Kept),
    ("variables", KeyOrder::Kept),
    ("setup", STEPS),
    ("requests", STEPS),
    ("teardown", STEPS),
]);

/// The order of a file of that path, relative to the folder of documents; `None` where it is none of ours.
pub fn of_file(path: &str) -> Option<KeyOrder> {
    if !path.ends_with(".json") {
        return None;
    }
    let parts: Vec<_> = path.split('/').collect();
    match parts.as_slice() {
        ["sections.json"] => Some(SECTIONS),
        [Approvals::FILE] => Some(APPROVALS),
        ["fixtures.json"] | ["scenarios", _] => Some(SCENARIO),
        ["endpoints", _, _] => Some(ENDPOINT),
        ["volatile.json"] | ["contracts", _, _] => Some(KeyOrder::Kept),
        _ => None,
    }
}

/// The order of `approvals.json`.
pub const APPROVALS: KeyOrder = KeyOrder::Fixed(&[
    ("$schema", KeyOrder::Kept),
    (
        "approvals",
        KeyOrder::Items(&KeyOrder::Fixed(&[
            ("document", KeyOrder::Kept),
            ("code", KeyOrder::Kept),
            ("address", KeyOrder::Kept),
            ("fingerprint", KeyOrder::Kept),
            ("reason", KeyOrder::Kept),
            ("until", KeyOrder::Kept),
        ])),
    ),
]);

/// The order of `sections.json`.
pub const SECTIONS: KeyOrder = KeyOrder::Fixed(&[
    ("$schema", KeyOrder::Kept),
    (
        "sections",
        KeyOrder::Items(&KeyOrder::Fixed(&[
            ("id", KeyOrder::Kept),
            ("title", KeyOrder::Kept),
            ("endpoints", KeyOrder::Kept),
        ])),
    ),
]);
