//! Table 4: what a comparison costs, as a ratio to reading and parsing both trees.

use std::time::{Duration, Instant};

use apidocs::document::{Collection, DocumentName, EndpointDocument, Sections, Tree, key_order};
use apidocs::drift::{Version, compare};
use apidocs::finding::DocumentStatus;
use apidocs::json::write;
use apidocs::project::read_tree;
use apidocs::stabilize::Rules;
use serde_json::{Value, json};

/// How many documents there are in either tree.
const DOCUMENTS: u64 = 10_000;

/// How often it is measured; the quickest counts.
const ROUNDS: usize = 3;

/// A value that another capture spells otherwise.
fn hash(document: u64, number: u64, version: u64) -> String {
    let mut mixed = document * 1_000_003 + number * 7919 + version * 104_729;
    let words = (0..3).map(|_| {
        mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        format!("{:016x}", mixed ^ (mixed >> 32))
    });
    words.collect::<String>()[..40].to_owned()
}

fn time(document: u64, version: u64) -> String {
    format!(
        "202{version}-03-10T05:57:{:02}.{:06}Z",
        document % 60,
        100_000 + document * 7 + version
    )
}

/// A document as captures make them: a list of items, each with ids, times, URLs and a few stable values.
fn document(number: u64, version: u64) -> Value {
    let items: Vec<_> = (0..6)
        .map(|item| {
            let key = hash(number, item, version);
            json!({
                "id": key, "name": format!("Project {item}"), "slug": format!("project-{item}"),
                "dateCreated": time(number + item, version), "lastSeen": time(number + item + 1, version),
                "isActive": item % 2 == 0, "status": "active", "platform": null, "features": ["releases", "data-forwarding"],
                "dsn": {"public": format!("https://{key}@sentry.io/{item}"), "csp": format!("https://sentry.io/api/{item}/csp-report/?sentry_key={key}")},
                "version": hash(number, item + 10, version),
                "stats": {"24h": (0..4).map(|hour| json!([1_583_733_600 + version * 86_400 + hour * 3600, hour + version])).collect::<Vec<_>>()}
            })
        })
        .collect();
    json!({
        "title": "List items", "method": "GET", "api_path": format!("/api/0/items-{number}/"),
        "description": "Returns a list of items.", "warning": null, "authentication": "", "path_parameters": null,
        "query_parameters": null, "parameters": null,
        "examples": [{"name": "default",
            "request": {"method": "GET", "path": format!("/api/0/items-{number}/")},
            "response": {"status": 200, "reason": "OK",
                "headers": ["Content-Type: application/json", "Vary: Accept-Language, Cookie", format!("Date: Sun, 2{version} Nov 2026 20:45:37 GMT"),
                    format!("Link: <https://sentry.io/?cursor=158381985858{version}:0:1>; rel=\"next\"")],
                "body": items}}]
    })
}

fn tree(version: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for number in 0..DOCUMENTS {
        let section = folder
            .path()
            .join(format!("endpoints/section-{}", number % 50));
        std::fs::create_dir_all(&section).expect("a folder can be made");
        let text = write(&document(number, version), key_order::ENDPOINT);
        std::fs::write(section.join(format!("get-{number}.json")), text)
            .expect("a file can be written");
    }
    folder
}

fn read(folder: &tempfile::TempDir) -> Tree {
    read_tree(folder.path(), |path| path.ends_with(".json")).expect("the tree can be read")
}

fn version(collection: &Collection) -> Version<'_> {
    let documents: Vec<(&DocumentName, &EndpointDocument)> = collection.documents().collect();
    Version::new(documents, Sections::default())
}

pub fn print() -> bool {
    let folders = [tree(0), tree(1)];
    let (mut reading, mut comparing) = (Duration::MAX, Duration::MAX);
    let mut noise = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let collections =
            [0, 1].map(|side: usize| Collection::from_tree(&read(&folders[side]), ""));
        reading = reading.min(start.elapsed());
        let start = Instant::now();
        let changed = compare(
            &version(&collections[0]),
            &version(&collections[1]),
            &Rules::default(),
        );
        comparing = comparing.min(start.elapsed());
        noise = changed
            .iter()
            .filter(|document| document.status == DocumentStatus::Noise)
            .count();
    }
    let ratio = (reading + comparing).as_secs_f64() / reading.as_secs_f64();
    println!(
        "4. {DOCUMENTS} documents against as many captured again: {noise} differ in noise alone"
    );
    println!(
        "   reading and parsing both trees  {:>6} ms",
        reading.as_millis()
    );
    println!(
        "   comparing them                  {:>6} ms",
        comparing.as_millis()
    );
    println!("   diffing (both) is {ratio:.2} times the cost of reading and parsing");
    noise as u64 == DOCUMENTS && ratio <= 3.0
}
