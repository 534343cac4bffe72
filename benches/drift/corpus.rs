//! The corpus: real pages and captures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use apidocs::document::{
    Body, DocumentName, EndpointDocument, Example, Exchange, Headers, Request, Response, Sections,
    Tree,
};
use apidocs::drift::{Version, compare};
use apidocs::finding::DocumentChanges;
use apidocs::stabilize::{DocumentView, Rules};

/// A version of documents by name.
pub type Documents = BTreeMap<DocumentName, EndpointDocument>;

/// The folder of the corpus; says so where there is none.
pub fn folder(table: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("APIDOCS_CORPUS").map_or(beside, PathBuf::from);
    if corpus.is_dir() {
        return Some(corpus);
    }
    println!(
        "{table}: skipped, there is no corpus in {}",
        corpus.display()
    );
    None
}

fn read(root: &Path) -> Tree {
    let mut tree = Tree::default();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.expect("the corpus can be read");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).expect("it is below");
            let path = path.to_string_lossy().replace('\\', "/");
            tree.insert(
                path,
                std::fs::read(entry.path()).expect("the corpus can be read"),
            );
        }
    }
    tree
}

/// The pages of a run of the original.
pub fn pages(corpus: &Path, run: &str) -> Documents {
    let tree = read(&corpus.join("pages").join(run));
    apidocs::import::pages::import(&tree, run).documents
}

/// The captures of one start of all servers, each exchange as a document of its own.
pub fn captures(corpus: &Path, run: &str) -> Documents {
    let mut documents = Documents::new();
    for server in ["kinto", "bugsink", "etcd", "datasette"] {
        let folder = corpus.join("captures").join(server);
        let text = std::fs::read(folder.join("requests.json")).expect("requests.json is there");
        let requests = apidocs::json::parse_bytes(&text).expect("requests.json is JSON");
        for request in requests.as_array().expect("requests.json is an array") {
            let name = request["name"].as_str().expect("a request has a name");
            let file = folder.join(run).join(format!("{name}.http"));
            let wire = std::fs::read(file).expect("the capture is there");
            let method = request["method"].as_str().unwrap_or("GET");
            let response = response(&wire, method);
            let document = document(method, response);
            let name = DocumentName::new(server, name).expect("the name is safe");
            documents.insert(name, document);
        }
    }
    documents
}

fn document(method: &str, response: Response) -> EndpointDocument {
    // What was sent is known of one run alone.
    let request = Request {
        method: method.to_owned(),
        path: "/".to_owned(),
        ..Request::default()
    };
    let example = Example::from(Exchange { request, response });
    EndpointDocument {
        method: method.to_owned(),
        api_path: "/".to_owned(),
        examples: vec![example],
        ..EndpointDocument::default()
    }
}

fn response(wire: &[u8], method: &str) -> Response {
    let mut slots = [httparse::EMPTY_HEADER; 128];
    let mut head = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(start) = head.parse(wire).expect("the capture is HTTP") else {
        panic!("a capture ends in its head");
    };
    let mut headers = Headers::default();
    for header in head.headers.iter() {
        headers.push(header.name, String::from_utf8_lossy(header.value));
    }
    let rest = &wire[start..];
    let chunked = headers
        .get("transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    let bytes = if method == "HEAD" {
        Vec::new()
    } else if chunked {
        unchunk(rest)
    } else {
        rest.to_vec()
    };
    let body = if bytes.is_empty() {
        Body::Empty
    } else if let Ok(json) = apidocs::json::parse_bytes(&bytes) {
        Body::Json(json)
    } else if let Ok(text) = std::str::from_utf8(&bytes) {
        Body::text(text)
    } else {
        Body::Bytes(apidocs::document::Bytes {
            media_type: headers.get("content-type").unwrap_or_default().to_owned(),
            size: 0,
            digest: String::new(),
        })
    };
    Response {
        status: head.code.unwrap_or_default(),
        reason: head.reason.unwrap_or_default().to_owned(),
        headers,
        body,
    }
}

/// The bytes of the chunks, as far as they came.
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(rest) {
        let length = usize::try_from(length).expect("a chunk fits");
        let Some(chunk) = rest
            .get(start..start + length)
            .filter(|chunk| !chunk.is_empty())
        else {
            break;
        };
        bytes.extend_from_slice(chunk);
        rest = rest.get(start + length + 2..).unwrap_or_default();
    }
    bytes
}

/// What changed in one document.
pub fn changes(
    name: &DocumentName,
    old: &EndpointDocument,
    new: &EndpointDocument,
    rules: &Rules,
) -> DocumentChanges {
    let old = Version::new([(name, old)], Sections::default());
    let new = Version::new([(name, new)], Sections::default());
    compare(&old, &new, rules)
        .pop()
        .expect("there is one document")
}

/// The documents as learning takes them.
pub fn views(documents: &Documents) -> BTreeMap<String, DocumentView> {
    documents
        .iter()
        .map(|(name, document)| (name.to_string(), DocumentView::of(document)))
        .collect()
}
