//! Against what the original wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::{Files, Sandbox, corpus, files};

/// Each tree of the corpus, with how many endpoint pages it has.
const TREES: [(&str, usize); 5] = [
    ("2018-09-19", 74),
    ("2018-09-20", 74),
    ("2020-03-09", 86),
    ("2020-03-10", 86),
    ("2020-03-10b", 86),
];

/// A page of the original, taken apart by hand.
struct Page {
    /// The fences and comment lines, with the place of the JSON between them.
    frame: Vec<String>,
    json: Value,
    keys: Vec<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let lines: Vec<_> = text.split('\n').collect();
        let open = lines.iter().position(|line| *line == "{").unwrap();
        let close = lines.iter().rposition(|line| *line == "}").unwrap();
        let json = lines[open..=close].join("\n");
        let mut frame: Vec<_> = lines[..open]
            .iter()
            .map(|line| (*line).to_owned())
            .collect();
        frame.push("{}".to_owned());
        frame.extend(lines[close + 1..].iter().map(|line| (*line).to_owned()));
        let json: Value = serde_json::from_str(&json).unwrap();
        let keys = json.as_object().unwrap().keys().cloned().collect();
        Self { frame, json, keys }
    }

    fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap()
    }
}

/// A response of a page: status line, headers, body.
struct Response {
    status: String,
    headers: Vec<String>,
    body: String,
}

impl Response {
    fn of(page: &Page) -> Self {
        let (head, body) = page.text("example_response").split_once("\n\n").unwrap();
        let mut lines = head.lines().map(str::to_owned);
        let status = lines.next().unwrap();
        let headers = lines.collect();
        let body = body.to_owned();
        Self {
            status,
            headers,
            body,
        }
    }

    /// The headers without the digits that may differ, in any order; so are the tokens of a set, which are sorted when they
    /// are written.
    fn stable_headers(&self) -> BTreeSet<String> {
        let stable = |line: &String| match line.split_once(": ") {
            Some(("Content-Length", _)) => "Content-Length: N".to_owned(),
            Some(("Link", _)) => numbers_masked(line, "cursor="),
            Some((name, value)) if name == "Allow" || name.starts_with("Access-Control-") => {
                let mut tokens: Vec<_> = value.split(", ").collect();
                tokens.sort_unstable();
                format!("{name}: {}", tokens.join(", "))
            }
            _ => line.clone(),
        };
        let headers: BTreeSet<_> = self.headers.iter().map(stable).collect();
        assert_eq!(headers.len(), self.headers.len(), "a header stands twice");
        headers
    }

    fn content_length(&self) -> usize {
        let mut headers = self.headers.iter();
        let length = headers.find_map(|line| line.strip_prefix("Content-Length: "));
        length.unwrap().parse().unwrap()
    }
}

/// The digits behind a mark as `N`.
fn numbers_masked(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(mark);
        let end = part
            .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '"'))
            .unwrap_or(part.len());
        let masked: String = part[..end]
            .chars()
            .map(|c| if c.is_ascii_digit() { 'N' } else { c })
            .collect();
        out.push_str(&masked);
        out.push_str(&part[end..]);
    }
    out
}

/// Every run of 32 hexadecimal digits as its number in order of appearance, every time stamp as `TIME`.
fn settled(body: &str) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = String::new();
    let mut rest = body;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let hex = bytes.iter().take_while(|byte| is_hex(**byte)).count();
        if hex == 32 {
            let next = names.len();
            let number = *names.entry(&rest[..32]).or_insert(next);
            out.push_str(&format!("<key {number}>"));
            rest = &rest[32..];
        } else if is_time(bytes) {
            out.push_str("TIME");
            rest = &rest[27..];
        } else {
            let step = hex.max(rest.chars().next().unwrap().len_utf8());
            // A time stamp begins with digits too: only letters are passed over at once.
            let step = if bytes[0].is_ascii_digit() { 1 } else { step };
            out.push_str(&rest[..step]);
            rest = &rest[step..];
        }
    }
    out
}

/// `2020-03-09T04:38:34.386005Z`
fn is_time(bytes: &[u8]) -> bool {
    const SHAPE: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
    bytes.len() >= SHAPE.len()
        && bytes.iter().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

#[test]
fn the_page_of_the_keys_is_the_original_one() {
    let Some(corpus) = corpus() else { return };
    let path = "projects/get-project-keys.md";
    let original = corpus.join("pages/2020-03-09").join(path);
    let original = Page::read(&std::fs::read_to_string(original).unwrap());

    let sandbox = Sandbox::demo();
    // Nothing of what was committed may help.
    let document = "api-docs/endpoints/projects/get-project-keys.json";
    let mut json: Value = serde_json::from_str(&sandbox.read(document)).unwrap();
    json["examples"] = Vec::<Value>::new().into();
    sandbox.write(document, json.to_string());
    sandbox
        .run(&["capture", "-q", "--only", "projects/get-project-keys"])
        .exits(0);
    sandbox
        .run(&["render", "-q", "--template-set", "sentry", "-o", "out"])
        .exits(0);
    let ours = Page::read(&sandbox.read(&format!("out/{path}")));

    assert_eq!(ours.frame, original.frame);
    assert_eq!(ours.keys, original.keys);
    assert_eq!(ours.keys.len(), 12);
    for key in [
        "api_path",
        "authentication",
        "example_request",
        "method",
        "parameters",
        "query_parameters",
        "title",
        "warning",
    ] {
        assert_eq!(ours.json[key], original.json[key], "{key}");
    }
    let names = |page: &Page| -> Vec<_> {
        let parameters = page.json["path_parameters"].as_array().unwrap();
        let shape = |parameter: &Value| (parameter["name"].clone(), parameter["type"].clone());
        parameters.iter().map(shape).collect()
    };
    assert_eq!(names(&ours), names(&original));

    let (our_response, response) = (Response::of(&ours), Response::of(&original));
    assert_eq!(our_response.status, response.status);
    assert_eq!(our_response.stable_headers(), response.stable_headers());
    assert_eq!(settled(&our_response.body), settled(&response.body));
    assert!(settled(&response.body).contains("https://<key 0>:<key 1>@sentry.io/2"));
    assert_ne!(
        our_response.body, response.body,
        "the keys are captured ones"
    );

    // The length is that of the body as the wire had it, with the host that is shown.
    for page in [&our_response, &response] {
        let body: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(page.content_length(), body.to_string().len());
    }
}

/// The comment lines of a file of the original.
fn comments(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(1);
    lines
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim_start().to_owned())
        .collect()
}

#[test]
fn the_trees_of_the_original_come_back() {
    let Some(corpus) = corpus() else { return };
    let sandbox = Sandbox::new();
    let (mut indexes, mut same_indexes, mut others) = (0, 0, Vec::new());
    for (name, count) in TREES {
        let tree = corpus.join("pages").join(name);
        let (docs, out) = (format!("{name}/docs"), format!("{name}/out"));
        sandbox
            .run(&["import", "pages", tree.to_str().unwrap(), "-o", &docs])
            .exits(0)
            .tells(&[&format!("{count} documents in 5 sections written to ")]);
        let mut render = sandbox.command(&["render", "-q", "--docs", &docs, "-o", &out]);
        render.args(["--template-set", "sentry"]);
        for line in comments(&tree.join("projects/get-project-keys.md")) {
            render.args(["--page-comment", &line]);
        }
        for line in comments(&tree.join("projects/index.md")) {
            render.args(["--index-comment", &line]);
        }
        crate::support::run(render).exits(0);

        let (original, ours) = (pages(&tree), pages(&sandbox.path(&out)));
        assert!(original.keys().eq(ours.keys()), "{name}");
        let mut endpoints = 0;
        for (path, contents) in original {
            let is_same = ours[&path] == contents;
            if path.ends_with("/index.md") {
                indexes += 1;
                same_indexes += usize::from(is_same);
                if !is_same {
                    others.push(format!("{name}/{path}"));
                }
            } else {
                assert!(is_same, "{name}/{path} is another page");
                endpoints += 1;
            }
        }
        assert_eq!(endpoints, count, "{name}");
    }
    assert_eq!((indexes, same_indexes), (25, 22));
    // There the original itself lists pages twice or out of order.
    assert_eq!(
        others,
        ["2020-03-09", "2020-03-10", "2020-03-10b"].map(|name| format!("{name}/events/index.md"))
    );
}

fn pages(folder: &Path) -> Files {
    let mut pages = files(folder);
    pages.retain(|path, contents| contents.is_some() && path.ends_with(".md"));
    pages
}

#[test]
fn what_is_masked_is_masked_alone() {
    let body = "\"2020-03-09T04:38:34.386005Z\" https://a35645e81f674089831aa2eaf9051f2e@x/2 \
                76891fdbfa4e442ab0fa9ac702e75cc1 a35645e81f674089831aa2eaf9051f2e abc 12";
    assert_eq!(
        settled(body),
        "\"TIME\" https://<key 0>@x/2 <key 1> <key 0> abc 12"
    );
    assert_eq!(
        numbers_masked("x?&cursor=5:100:0>; cursor=\"5:0:1\"", "cursor="),
        "x?&cursor=N:NNN:N>; cursor=\"N:N:N\""
    );
}
