//! The demo API, filled with what it would hold after some use: it gives back what it was told in bodies, in the names
//! of members, in the `Link` header and in messages, and logs the paths that it was asked for.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{SPELLINGS, Secret, contents, found, percent, secrets, tell};
use crate::support::{APIDOCS, Run, Sandbox, same};

/// Why a value is a secret.
const SOURCES: [&str; 10] = [
    "credential of an identity",
    "credential in a header of its own",
    "{{ env.X }}",
    "saved as secret",
    "response key by name",
    "request header by name",
    "request key by name",
    "parameter by name",
    "form field by name",
    "token by form",
];

const ORG: &str = "the-interstellar-jurisdiction";

/// The demo, and the file with its log.
struct Demo {
    process: Child,
    port: u16,
    token: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Demo {
    fn start(log: &std::path::Path) -> Self {
        let mut command = Command::new(APIDOCS);
        command
            .args(["demo", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(log).unwrap());
        let mut process = command.spawn().unwrap();
        let port = loop {
            let said = std::fs::read_to_string(log).unwrap();
            if let Some(line) = said.lines().next().filter(|_| said.contains('\n')) {
                break line
                    .trim_end_matches('/')
                    .rsplit(':')
                    .next()
                    .unwrap()
                    .parse()
                    .unwrap();
            }
            assert!(
                process.try_wait().unwrap().is_none(),
                "the demo ended: {said}"
            );
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        let mut demo = Self {
            process,
            port,
            token: String::new(),
        };
        let login = json!({"username": "john@interstellar.invalid", "password": "dummy"});
        let answer = demo.post("/api/0/api-tokens/", &login);
        demo.token = answer["token"].as_str().unwrap().to_owned();
        demo
    }

    fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> String {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: {media_type}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.token,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{path}: {answer}");
        answer
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.send(
            "POST",
            path,
            "application/json",
            body.to_string().as_bytes(),
        );
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    /// What it holds of a case: what a user said, and a release whose file has a header.
    fn hold(&self, index: usize, secret: &Secret) {
        let (slug, spelled) = (format!("case-{index}"), secret.spelled());
        let projects = format!("/api/0/teams/{ORG}/powerful-abolitionist/projects/");
        self.post(&projects, &json!({"name": slug, "slug": slug}));
        let feedback = json!({
            "event_id": format!("{index:032x}"), "name": secret.value, "email": "jane@example.com",
            "comments": format!("It said {spelled}!"),
        });
        self.post(
            &format!("/api/0/projects/{ORG}/{slug}/user-feedback/"),
            &feedback,
        );
        let releases = format!("/api/0/organizations/{ORG}/releases/");
        let url = format!("https://example.com/?from={}", percent(&spelled, true));
        let release = json!({"version": slug, "projects": [slug], "url": url, "ref": spelled});
        self.post(&releases, &release);
        let mut form = String::new();
        let by_name = match secret.source {
            "response key by name" => format!("X-Api-Key:{}", secret.value),
            _ => "Content-Type:text/plain".to_owned(),
        };
        for (name, value) in [
            ("header", format!("held as {}:1", spelled.replace(':', ";"))),
            ("header", by_name),
        ] {
            form.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        form.push_str(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n1\r\n--b--\r\n",
        );
        self.send(
            "POST",
            &format!("{releases}{slug}/files/"),
            "multipart/form-data; boundary=b",
            form.as_bytes(),
        );
    }
}

/// The requests of a case: what they save first is what the others send. Each echoes it in another place.
fn requests(index: usize, secret: &Secret) -> Vec<Value> {
    let (project, case) = (
        format!("/api/0/projects/{ORG}/case-{index}"),
        format!("#case-{index}"),
    );
    let release = format!("/api/0/organizations/{ORG}/releases");
    let example = |document: &str| format!("{document}{case}");
    let given = match secret.source {
        "saved as secret" => json!({"pointer": "/0/name", "secret": true}),
        _ => json!("/0/name"),
    };
    let known = match secret.source {
        "{{ env.X }}" | "credential of an identity" | "credential in a header of its own" => {
            format!("{{{{ env.SECRET_{index} }}}}")
        }
        _ => "{{ given }}".to_owned(),
    };
    let parameter = match secret.source {
        "parameter by name" => "&access_token={{ given }}",
        _ => "",
    };
    let mut requests = vec![
        // The body of a response.
        json!({
            "request": format!("GET {project}/user-feedback/"),
            "example": example("projects/get-project-user-reports"),
            "save": {"given": given, "said": "/0/comments"},
        }),
        json!({
            "request": format!("GET {release}/case-{index}/"),
            "example": example("releases/get-organization-release-details"),
        }),
        // The name of a member.
        json!({
            "request": format!("GET {release}/case-{index}/files/"),
            "example": example("releases/get-organization-release-files"),
        }),
        // The path, in the log too.
        json!({
            "request": format!("GET {release}/{known}/"), "status": 404,
            "example": example("releases/get-organization-release-details") + "-path",
        }),
        // The query, and a header of the response.
        json!({
            "request": format!("GET {project}/user-feedback/?query={{{{ said }}}}&since={known}{parameter}"),
            "example": example("projects/get-project-user-reports") + "-query",
        }),
        // A body, and a message about it.
        json!({
            "request": format!("POST {release}/"), "status": 400,
            "json": {"version": "1", "projects": [format!("for {known}, {{{{ said }}}}")]},
            "example": example("releases/post-organization-releases"),
        }),
        // A form.
        json!({
            "request": format!("POST {project}/user-feedback/"),
            "form": {"event_id": format!("{index:032x}"), "name": known, "email": "jane@example.com", "comments": "{{ said }}"},
            "example": example("projects/post-project-user-reports"),
        }),
    ];
    let by_header = match secret.source {
        "credential in a header of its own" => Some(("as", json!(format!("a{index}")))),
        "credential of an identity" => {
            requests.push(json!({
                "request": format!("GET {project}/"), "as": format!("a{index}"), "status": 401,
                "example": example("projects/get-project-details"),
            }));
            None
        }
        "{{ env.X }}" => Some(("headers", json!([format!("X-Thing: {known}")]))),
        "request header by name" => Some(("headers", json!(["Cookie: sid={{ given }}"]))),
        "request key by name" => {
            requests[5]["json"]["password"] = "{{ given }}".into();
            None
        }
        "form field by name" => {
            requests[6]["form"]["password"] = "{{ given }}".into();
            None
        }
        _ => None,
    };
    if let Some((key, value)) = by_header {
        requests[4][key] = value;
        if key == "as" {
            requests[4]["headers"] = json!(["Authorization: Bearer {{ admin_token }}"]);
        }
    }
    // Half of the cases for half of the places, for the time that it takes. What says that the value is a secret comes
    // second: a run that fails before that knows of none.
    let naming = match secret.source {
        "response key by name" => 2,
        "request header by name" | "parameter by name" => 4,
        "request key by name" => 5,
        "form field by name" => 6,
        _ => requests.len() - 1,
    };
    let places = match index / (SOURCES.len() * SPELLINGS.len()) {
        0 => [1, 2, 3],
        _ => [4, 5, 6],
    };
    let rest = places.into_iter().filter(|place| *place != naming);
    let chosen = [0, naming].into_iter().chain(rest);
    chosen.map(|at| requests[at].clone()).collect()
}

/// The demo project with a scenario for each secret. Where it `fails`, one request of each expects another status.
fn project(port: u16, log: &str, fails: bool) -> Sandbox {
    let sandbox = Sandbox::demo();
    std::fs::remove_dir_all(sandbox.path("api-docs/scenarios")).unwrap();
    let mut settings = sandbox.read("apidocs.toml");
    let server = settings.find("[server]").unwrap()..settings.find("[auth.admin]").unwrap();
    settings.replace_range(server, "");
    settings = settings.replace("{{ port }}", &port.to_string());
    settings.push_str(&format!(
        "[[services]]\nname = 'demo'\ncommand = ['tail', '-n', '+1', '-f', '{log}']\n"
    ));
    for (index, secret) in secrets(&SOURCES).iter().enumerate() {
        let header = match secret.source {
            "credential of an identity" => {
                "value = 'Bearer {{ env.SECRET_N }}'\nshown = 'Bearer <token>'"
            }
            "credential in a header of its own" => {
                "header = 'X-Sentry-Auth'\nvalue = '{{ env.SECRET_N }}'\nshown = '<token>'"
            }
            _ => "",
        };
        if !header.is_empty() {
            let header = header.replace("SECRET_N", &format!("SECRET_{index}"));
            settings.push_str(&format!("[auth.a{index}]\n{header}\n"));
        }
        let mut requests = requests(index, secret);
        if fails {
            let wrong = 1 + index % (requests.len() - 1);
            requests[wrong]["status"] = 418.into();
        }
        let scenario = json!({
            "title": format!("Case {index}"), "isolated": true, "requests": requests
        });
        sandbox.write(
            &format!("api-docs/scenarios/Case{index}.json"),
            scenario.to_string(),
        );
    }
    sandbox.write("apidocs.toml", settings);
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(arguments);
    for (index, secret) in secrets(&SOURCES).into_iter().enumerate() {
        command.env(format!("SECRET_{index}"), secret.value);
    }
    crate::support::run(command)
}

const REPORTS: [&str; 5] = ["human", "json", "sarif", "junit", "markdown"];

/// The arguments of a run that leaves everything behind that a run can.
fn arguments<'a>(verb: &'a str, reports: &'a [String]) -> Vec<&'a str> {
    let mut arguments = vec![
        verb, "-v", "-j", "4", "--logs", "logs", "--report", "github",
    ];
    for report in reports {
        arguments.extend(["--report", report]);
    }
    arguments
}

#[test]
fn no_secret_that_the_demo_knows_is_found_in_anything_that_is_written() {
    let wires = tempfile::tempdir().unwrap();
    let log = wires.path().join("demo.log");
    let demo = Demo::start(&log);
    let secrets = secrets(&SOURCES);
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut told = Vec::new();
    for (index, secret) in secrets.iter().enumerate() {
        demo.hold(index, secret);
    }
    let mut wire = Vec::new();
    for index in 0..secrets.len() {
        for path in [
            format!("/api/0/projects/{ORG}/case-{index}/user-feedback/"),
            format!("/api/0/organizations/{ORG}/releases/case-{index}/"),
            format!("/api/0/organizations/{ORG}/releases/case-{index}/files/"),
        ] {
            wire.push(demo.send("GET", &path, "text/plain", b"").into_bytes());
        }
    }
    let planted = found(&secrets, &wire, &mut Vec::new());
    assert!(planted.iter().all(|count| *count >= 20 * 3), "{planted:?}");
    rows.insert("(on the wire)".to_owned(), planted);

    for fails in [false, true] {
        let name = if fails { "fails" } else { "works" };
        let sandbox = project(demo.port, log.to_str().unwrap(), fails);
        let before = sandbox.files();
        let mut row = |what: &str, texts: &[Vec<u8>]| {
            rows.insert(format!("{name}: {what}"), found(&secrets, texts, &mut told));
        };
        let reports = REPORTS.map(|format| format!("{format}=reports/{format}"));
        std::fs::create_dir(sandbox.path("reports")).unwrap();

        let mut check = arguments("check", &reports);
        check.extend(["--patch", "reports/x.patch"]);
        let output = run(&sandbox, &check).exits(1);
        if !fails {
            let patch = sandbox.read("reports/x.patch");
            assert!(patch.contains("<secret>"), "{output}");
        }
        row(
            "check: output",
            &[output.stdout.into_bytes(), output.stderr.into_bytes()],
        );
        row("check: reports and patch", &contents(&sandbox, "reports"));
        row("check: logs", &contents(&sandbox, "logs"));
        assert!(sandbox.read("logs/service-demo.log").contains("releases/"));

        let share = run(&sandbox, &["capture", "-q", "-j", "4", "-o", "share"]).exits(fails.into());
        row(
            "capture -o: output",
            &[share.stdout.into_bytes(), share.stderr.into_bytes()],
        );
        row("capture -o: share", &contents(&sandbox, "share"));

        let mut generate = arguments("generate", &reports);
        if fails {
            generate.push("--keep-going");
        } else {
            generate.extend(["--output-path", "original"]);
        }
        let output = run(&sandbox, &generate).exits(fails.into());
        row(
            "generate: output",
            &[output.stdout.into_bytes(), output.stderr.into_bytes()],
        );
        row("the whole tree", &contents(&sandbox, "."));
        if fails {
            let mut after = sandbox.files();
            after.retain(|path, _| before.contains_key(path));
            same(&before, &after);
            continue;
        }
        for document in [
            "projects/get-project-user-reports",
            "releases/get-organization-release-files",
            "releases/get-organization-release-details",
            "releases/post-organization-releases",
        ] {
            let document = sandbox.read(&format!("api-docs/endpoints/{document}.json"));
            let document: Value = serde_json::from_str(&document).unwrap();
            let examples = document["examples"].as_array().unwrap().iter();
            let cases =
                examples.filter(|example| example["name"].as_str().unwrap().starts_with("case-"));
            let mut count = 0;
            for example in cases {
                let text = example.to_string();
                assert!(
                    text.contains("<secret>") || text.contains("<token>"),
                    "{text}"
                );
                count += 1;
            }
            assert!(count >= 100, "{count}");
        }
        let check = run(&sandbox, &["check", "-j", "4"]).exits(0);
        row(
            "check again",
            &[check.stdout.into_bytes(), check.stderr.into_bytes()],
        );
    }
    tell(&rows, &told);
}
