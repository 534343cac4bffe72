//! The demo API from outside: real requests over real sockets.
#![cfg(feature = "demo")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use apidocs::demo::{Options, Server};
use serde_json::{Value, json};

const ORG: &str = "/api/0/organizations/the-interstellar-jurisdiction";
const PUMP: &str = "/api/0/projects/the-interstellar-jurisdiction/pump-station";
const TEAM: &str = "/api/0/teams/the-interstellar-jurisdiction/powerful-abolitionist";

/// A running server; it ends with the test's process.
struct Demo {
    port: u16,
    admin: String,
    member: String,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    head: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One request on a connection of its own, sent as it is.
fn raw(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.write_all(bytes).expect("a request that can be sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("an end of the head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("a head of text");
    let status = head[9..12].parse().expect("a status");
    let headers = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let headers = headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Answer {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
        head,
    }
}

impl Demo {
    fn start(seed: Option<u64>) -> Demo {
        let server = Server::bind(&Options { port: 0, seed }).expect("a free port");
        let mut demo = Demo {
            port: server.port(),
            admin: String::new(),
            member: String::new(),
        };
        std::thread::spawn(move || server.run());
        demo.admin = demo.log_in("john@interstellar.invalid");
        demo.member = demo.log_in("jane@interstellar.invalid");
        demo
    }

    fn log_in(&self, name: &str) -> String {
        let answer = self.send(
            "POST",
            "/api/0/api-tokens/",
            "",
            &json!({"username": name, "password": "dummy"}),
        );
        assert_eq!(answer.status, 201);
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        assert_eq!(token.len(), 64);
        token
    }

    fn request(&self, method: &str, path: &str, token: &str, headers: &str, body: &[u8]) -> Answer {
        let token = if token.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {token}\r\n")
        };
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{token}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        )
        .into_bytes();
        bytes.extend(body);
        raw(self.port, &bytes)
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        self.request(method, path, token, headers, body.to_string().as_bytes())
    }

    fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &self.admin, "", b"")
    }

    /// A project of its own with one issue, and the id of that issue.
    fn project(&self, name: &str) -> (String, String) {
        let answer = self.send(
            "POST",
            &format!("{TEAM}/projects/"),
            &self.admin,
            &json!({"name": name}),
        );
        assert_eq!(answer.status, 201, "{}", answer.head);
        let slug = answer.json()["slug"].as_str().expect("a slug").to_owned();
        let path = format!("/api/0/projects/the-interstellar-jurisdiction/{slug}");
        let key = self.get(&format!("{path}/keys/")).json()[0].clone();
        let store = format!(
            "/api/{}/store/?sentry_key={}",
            key["projectId"],
            key["public"].as_str().unwrap()
        );
        assert_eq!(
            self.send("POST", &store, "", &json!({"message": "It broke"}))
                .status,
            200
        );
        let issue = self.get(&format!("{path}/issues/")).json()[0]["id"]
            .as_str()
            .expect("an issue")
            .to_owned();
        (path, issue)
    }
}

#[test]
fn the_list_of_keys_has_the_headers_of_the_seed_page() {
    let demo = Demo::start(Some(1));
    let answer = demo.get(&format!("{PUMP}/keys/"));
    let port = demo.port;
    let link = format!("http://127.0.0.1:{port}{PUMP}/keys/?&cursor=");
    let expected = [
        ("Content-Length", answer.body.len().to_string()),
        ("X-XSS-Protection", "1; mode=block".into()),
        ("X-Content-Type-Options", "nosniff".into()),
        ("Content-Language", "en".into()),
        ("Access-Control-Expose-Headers", "X-Sentry-Error, Retry-After".into()),
        ("Vary", "Accept-Language, Cookie".into()),
        ("Access-Control-Allow-Methods", "GET, POST, HEAD, OPTIONS".into()),
        (
            "Link",
            format!(
                "<{link}5:0:1>; rel=\"previous\"; results=\"false\"; cursor=\"5:0:1\", \
                 <{link}5:100:0>; rel=\"next\"; results=\"false\"; cursor=\"5:100:0\""
            ),
        ),
        ("Allow", "GET, POST, HEAD, OPTIONS".into()),
        ("Access-Control-Allow-Origin", "*".into()),
        (
            "Access-Control-Allow-Headers",
            "X-Sentry-Auth, X-Requested-With, Origin, Accept, Content-Type, Authentication, Authorization".into(),
        ),
        ("Content-Type", "application/json".into()),
        ("X-Frame-Options", "deny".into()),
    ];
    let headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| name != "Server" && name != "Date")
        .collect();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    assert_eq!(headers, expected);
    assert!(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));

    let keys = answer.json();
    let (public, secret) = (
        keys[0]["public"].as_str().unwrap(),
        keys[0]["secret"].as_str().unwrap(),
    );
    let host = format!("127.0.0.1:{port}");
    let key = json!([{
        "browserSdk": {"choices": [["latest", "latest"], ["5.x", "5.x"], ["4.x", "4.x"]]},
        "browserSdkVersion": "5.x",
        "dateCreated": keys[0]["dateCreated"],
        "dsn": {
            "cdn": format!("http://{host}/js-sdk-loader/{public}.min.js"),
            "csp": format!("http://{host}/api/2/csp-report/?sentry_key={public}"),
            "minidump": format!("http://{host}/api/2/minidump/?sentry_key={public}"),
            "public": format!("http://{public}@{host}/2"),
            "secret": format!("http://{public}:{secret}@{host}/2"),
            "security": format!("http://{host}/api/2/security/?sentry_key={public}"),
            "unreal": format!("http://{host}/api/2/unreal/{public}/"),
        },
        "id": public,
        "isActive": true,
        "label": "Fabulous Key",
        "name": "Fabulous Key",
        "projectId": 2,
        "public": public,
        "rateLimit": null,
        "secret": secret,
    }]);
    assert_eq!(keys, key);
    assert_eq!((public.len(), secret.len()), (32, 32));
    assert!(!answer.body.contains(&b'\n') && !answer.body.windows(2).any(|two| two == b": "));
}

#[test]
fn urls_lead_back_to_the_host_of_the_request() {
    let demo = Demo::start(Some(1));
    let request = format!(
        "GET {PUMP}/keys/ HTTP/1.1\r\nhost: docs.invalid\r\nAuthorization: bearer {}\r\nConnection: close\r\n\r\n",
        demo.admin
    );
    let answer = raw(demo.port, request.as_bytes());
    assert!(
        answer
            .header("Link")
            .unwrap()
            .starts_with("<http://docs.invalid/api/0/")
    );
    assert!(
        answer.json()[0]["dsn"]["secret"]
            .as_str()
            .unwrap()
            .ends_with("@docs.invalid/2")
    );
}

#[test]
fn every_refusal_has_its_status() {
    let demo = Demo::start(Some(1));
    let keys = format!("{PUMP}/keys/");
    let nobody = demo.request("GET", &keys, "", "", b"");
    assert_eq!(
        (nobody.status, nobody.header("WWW-Authenticate")),
        (401, Some("Bearer realm=\"api\""))
    );
    assert!(nobody.json()["detail"].is_string());
    assert_eq!(
        demo.request("GET", &keys, "no-such-token", "", b"").status,
        401
    );
    let wrong = json!({"username": "john@interstellar.invalid", "password": "?"});
    assert_eq!(
        demo.send("POST", "/api/0/api-tokens/", "", &wrong).status,
        401
    );

    for (method, path) in [
        ("DELETE", format!("{PUMP}/")),
        ("PUT", format!("{ORG}/")),
        ("DELETE", format!("{ORG}/")),
        ("POST", keys),
    ] {
        let answer = demo.send(method, &path, &demo.member, &json!({}));
        assert_eq!(answer.status, 403, "{method} {path}");
        assert!(answer.json()["detail"].is_string());
    }
    for path in [
        "/api/0/projects/the-interstellar-jurisdiction/nowhere/keys/",
        "/api/0/projects/nobodys-jurisdiction/pump-station/keys/",
        "/api/0/issues/4000000/",
        "/api/0/issues/x/",
        "/api/0/",
        "/",
        "/api/0/projects",
    ] {
        let answer = demo.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["detail"].is_string());
    }

    let answer = demo.send("POST", &format!("{ORG}/teams/"), &demo.admin, &json!({}));
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({"name": ["This field is required."]}))
    );
    let answer = demo.get(&format!("{ORG}/stats/?stat=nonsense"));
    assert_eq!(
        (answer.status, answer.json()["stat"].is_array()),
        (400, true)
    );
    let answer = demo.send("PATCH", &format!("{PUMP}/keys/"), &demo.admin, &json!({}));
    assert_eq!(
        (answer.status, answer.header("Allow")),
        (405, Some("GET, POST, HEAD, OPTIONS"))
    );
    let answer = demo.send("POST", "/health", "", &json!({}));
    assert_eq!(
        (answer.status, answer.header("Allow")),
        (405, Some("GET, HEAD"))
    );
}

#[test]
fn strange_requests_are_survived() {
    let demo = Demo::start(Some(1));
    let teams = format!("{ORG}/teams/");
    let json = "Content-Type: application/json\r\n";
    let deep = "[".repeat(100_000);
    for body in [
        "{",
        "[]",
        "nul",
        "{\"name\": 1e400}",
        "\u{feff}{}",
        "\"",
        deep.as_str(),
    ] {
        let answer = demo.request("POST", &teams, &demo.admin, json, body.as_bytes());
        assert!(
            matches!(answer.status, 201 | 400),
            "{} {}",
            answer.status,
            &body[..body.len().min(20)]
        );
    }
    assert_eq!(
        demo.request("POST", &teams, &demo.admin, json, b"{\"name\": \"\xff\"}")
            .status,
        400
    );
    assert_eq!(demo.get(&format!("{ORG}/shortids/%FF%FE/")).status, 400);
    assert_eq!(demo.get(&format!("{ORG}/shortids/%zz%/")).status, 404);
    assert_eq!(
        demo.get(&format!("{ORG}/shortids/{}/", "x".repeat(60_000)))
            .status,
        404
    );
    assert_eq!(
        demo.get(&format!("{ORG}/teams/?cursor=%00&per_page=%FF"))
            .status,
        400
    );

    let files = format!("{ORG}/releases/1/files/");
    let huge = vec![b'x'; 20 * 1024 * 1024 + 1];
    assert_eq!(
        demo.request("POST", &files, &demo.admin, "", &huge).status,
        413
    );
    // The same without an announcement of its size.
    let mut chunked = format!(
        "POST {files} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n",
        huge.len()
    )
    .into_bytes();
    chunked.extend(&huge);
    chunked.extend(b"\r\n0\r\n\r\n");
    assert_eq!(raw(demo.port, &chunked).status, 413);

    assert_eq!(demo.get("/health").json(), json!({"status": "ok"}));
}

#[test]
fn head_and_options_have_no_body() {
    let demo = Demo::start(Some(1));
    let get = demo.get(&format!("{PUMP}/keys/"));
    let head = demo.request("HEAD", &format!("{PUMP}/keys/"), &demo.admin, "", b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("Content-Length"), get.header("Content-Length"));
    let options = demo.request("OPTIONS", &format!("{PUMP}/keys/"), "", "", b"");
    assert_eq!(
        (options.status, options.header("Content-Length")),
        (200, Some("0"))
    );
    assert_eq!(options.header("Allow"), Some("GET, POST, HEAD, OPTIONS"));
    assert_eq!(options.header("Content-Type"), None);
}

#[test]
fn pages_can_be_followed_to_the_end() {
    let demo = Demo::start(Some(1));
    for i in 0..4 {
        let body = json!({"name": format!("Team {i}")});
        assert_eq!(
            demo.send("POST", &format!("{ORG}/teams/"), &demo.admin, &body)
                .status,
            201
        );
    }
    let mut path = format!("{ORG}/teams/?per_page=2");
    let mut slugs = Vec::new();
    loop {
        let answer = demo.get(&path);
        slugs.extend(
            answer
                .json()
                .as_array()
                .unwrap()
                .iter()
                .map(|team| team["slug"].to_string()),
        );
        let link = answer.header("Link").unwrap();
        let next = link.split(", <").nth(1).unwrap();
        if next.contains("results=\"false\"") {
            break;
        }
        let url = next.split('>').next().unwrap();
        path = url
            .strip_prefix(&format!("http://127.0.0.1:{}", demo.port))
            .unwrap()
            .to_owned();
    }
    assert_eq!(slugs.len(), 5);
    assert_eq!(slugs.iter().collect::<BTreeSet<_>>().len(), 5);
}

#[test]
fn files_are_uploaded_renamed_and_removed() {
    let demo = Demo::start(Some(1));
    let version = demo.get(&format!("{ORG}/releases/")).json()[0]["version"]
        .as_str()
        .unwrap()
        .to_owned();
    let files = format!("{ORG}/releases/{version}/files/");
    let body = b"--xyz\r\nContent-Disposition: form-data; name=\"header\"\r\n\r\nContent-Type:text/plain; encoding=utf-8\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n/demo/readme.txt\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"readme.txt\"\r\n\r\nHello World!\r\n--xyz--\r\n";
    let multipart = "Content-Type: multipart/form-data; boundary=xyz\r\n";
    let answer = demo.request("POST", &files, &demo.admin, multipart, body);
    assert_eq!(answer.status, 201);
    let file = answer.json();
    assert_eq!(file["sha1"], "2ef7bde608ce5404e97d5f042f95f89f1c232871");
    assert_eq!(file["size"], 12);
    assert_eq!(
        file["headers"],
        json!({"Content-Type": "text/plain; encoding=utf-8"})
    );
    assert_eq!(
        demo.request("POST", &files, &demo.admin, multipart, body)
            .status,
        409
    );
    assert_eq!(
        demo.request("POST", &files, &demo.admin, multipart, b"--xyz--\r\n")
            .status,
        400
    );
    assert_eq!(
        demo.send("POST", &files, &demo.admin, &json!({"file": "x"}))
            .status,
        400
    );

    let one = format!("{files}{}/", file["id"].as_str().unwrap());
    let renamed = demo.send(
        "PUT",
        &one,
        &demo.admin,
        &json!({"name": "/demo/goodbye.txt"}),
    );
    assert_eq!(
        (renamed.status, renamed.json()["name"].as_str()),
        (200, Some("/demo/goodbye.txt"))
    );
    let removed = demo.request("DELETE", &one, &demo.admin, "", b"");
    assert_eq!(
        (removed.status, removed.header("Content-Length")),
        (204, Some("0"))
    );
    assert_eq!(removed.header("Content-Type"), None);
    assert_eq!(demo.get(&one).status, 404);
}

#[test]
fn an_issue_lives_and_dies() {
    let demo = Demo::start(Some(1));
    let (project, issue) = demo.project("Plain Proxy");
    let path = format!("/api/0/issues/{issue}/");
    let answer = demo.send(
        "PUT",
        &path,
        &demo.member,
        &json!({"status": "resolved", "assignedTo": "user:2"}),
    );
    assert_eq!(
        (answer.status, answer.json()["status"].as_str()),
        (200, Some("resolved"))
    );
    assert_eq!(
        answer.json()["assignedTo"]["email"],
        "jane@interstellar.invalid"
    );
    assert_eq!(demo.get(&format!("{project}/issues/")).json(), json!([]));
    assert_eq!(
        demo.get(&format!("{project}/issues/?query="))
            .header("X-Hits"),
        Some("1")
    );
    assert_eq!(
        demo.send("PUT", &path, &demo.admin, &json!({"status": "gone"}))
            .status,
        400
    );
    let bulk = demo.send(
        "PUT",
        &format!("{project}/issues/?id={issue}"),
        &demo.admin,
        &json!({"isPublic": true}),
    );
    assert_eq!(
        (bulk.status, bulk.json()["isPublic"].as_bool()),
        (200, Some(true))
    );
    assert_eq!(
        demo.request("DELETE", &path, &demo.member, "", b"").status,
        403
    );
    assert_eq!(
        demo.request("DELETE", &path, &demo.admin, "", b"").status,
        202
    );
    assert_eq!(demo.get(&path).status, 404);
    assert_eq!(
        demo.request("DELETE", &format!("{project}/"), &demo.admin, "", b"")
            .status,
        204
    );
    assert_eq!(demo.get(&format!("{project}/")).status, 404);
}

#[test]
fn a_seed_makes_two_servers_answer_the_same_bytes() {
    let run = |seed| {
        let demo = Demo::start(seed);
        let mut answers = vec![demo.admin.clone(), demo.member.clone()];
        let (project, issue) = demo.project("Plain Proxy");
        for path in [
            format!("{PUMP}/keys/"),
            format!("{project}/keys/"),
            format!("/api/0/issues/{issue}/"),
            format!("{ORG}/stats/"),
            format!("{ORG}/releases/"),
        ] {
            let answer = demo.get(&path);
            let text = answer.head + &String::from_utf8(answer.body).unwrap();
            answers.push(text.replace(&demo.port.to_string(), "PORT"));
        }
        answers
    };
    let first = run(Some(7));
    assert_eq!(first, run(Some(7)));
    // Tokens, keys and counts depend on the seed; what does not may be equal.
    for other in [run(Some(8)), run(None)] {
        for place in [0, 1, 2, 3, 5, 6] {
            assert!(first[place] != other[place], "{}", other[place]);
        }
    }
}

#[test]
fn a_port_in_use_is_an_error() {
    let demo = Demo::start(Some(1));
    let error = apidocs::demo::serve(&Options {
        port: demo.port,
        seed: None,
    })
    .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn clients_side_by_side_keep_their_random_values() {
    let demo = Demo::start(Some(1));
    let paths: Vec<String> = (0..8)
        .map(|i| format!("{ORG}/shortids/PUMP-STATION-{i}/"))
        .collect();
    std::thread::scope(|scope| {
        for path in &paths {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert!(matches!(demo.get(path).status, 200 | 404));
                }
            });
        }
    });
    let name = json!({"name": "Quite Positive Key"});
    let key = demo
        .send("POST", &format!("{PUMP}/keys/"), &demo.admin, &name)
        .json()["id"]
        .clone();
    let alone = Demo::start(Some(1));
    assert_eq!(
        key,
        alone
            .send("POST", &format!("{PUMP}/keys/"), &alone.admin, &name)
            .json()["id"]
    );
}
