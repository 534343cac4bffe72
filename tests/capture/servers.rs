//! Servers that we start, and that never outlive us.
//!
//! The server is this test program itself: `{{ apidocs }}` is the running program.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use apidocs::capture::ErrorKind;
use serde_json::json;

use crate::support::{Project, broken, get, wait_for};

/// Not a test: the server, when a test starts it.
#[test]
fn helper() {
    let Ok(mode) = std::env::var("APIDOCS_TEST_SERVER") else {
        return;
    };
    if mode == "exits" {
        for line in 0..30 {
            eprintln!("line {line}");
        }
        std::process::exit(3);
    }
    if mode == "never" {
        std::thread::sleep(Duration::from_secs(60));
    }
    if mode == "slow" {
        std::thread::sleep(Duration::from_millis(300));
    }
    if let Ok(socket) = std::env::var("SOCKET") {
        let listener = UnixListener::bind(socket).unwrap();
        for stream in listener.incoming() {
            serve(stream.unwrap(), &mode);
        }
    }
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    for stream in listener.incoming() {
        serve(stream.unwrap(), &mode);
    }
}

fn serve(mut stream: impl Read + Write, mode: &str) {
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).unwrap_or(0);
    let head = String::from_utf8_lossy(&bytes[..length]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let answer = match (mode, path) {
        ("garbage", _) => "* OK IMAP4 ready\r\n",
        ("hangs", _) => {
            std::thread::sleep(Duration::from_secs(60));
            ""
        }
        (_, "/die") => {
            eprintln!("I die");
            std::process::exit(9);
        }
        (_, "/slow") => {
            std::thread::sleep(Duration::from_millis(2100));
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        }
        (_, "/broken") => "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n",
        (_, "/hang") => {
            std::thread::sleep(Duration::from_secs(60));
            ""
        }
        _ => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    };
    let _ = stream.write_all(answer.as_bytes());
}

/// A project whose server has that mode, and a child in its group that would outlive it.
fn project(mode: &str, more: &str) -> Project {
    let script = r#"sleep 1000 & echo $! > kid; exec "$0" --exact servers::helper --nocapture"#;
    let mut project = Project::new(&format!(
        "base_url = 'http://127.0.0.1:{{{{ port }}}}'
         host = 'https://api.example.com'
         [server]
         command = ['sh', '-c', '''{script}''', '{{{{ apidocs }}}}']
         env = {{ PORT = '{{{{ port }}}}', APIDOCS_TEST_SERVER = '{mode}' }}
         {more}"
    ));
    project.scenario(
        "One",
        &json!({"requests": [{"request": "GET /", "example": "a/b"}]}),
    );
    project
}

fn runs(pid: &str) -> bool {
    let pid = pid.trim();
    if cfg!(target_os = "linux") {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        return stat.is_ok_and(|stat| !stat.contains(") Z "));
    }
    let ps = std::process::Command::new("ps")
        .args(["-o", "stat=", "-p", pid])
        .output();
    let stat = String::from_utf8_lossy(&ps.unwrap().stdout)
        .trim()
        .to_owned();
    !stat.is_empty() && !stat.starts_with('Z')
}

fn nothing_is_left(project: &Project) {
    let kid = wait_for(&project.path().join("kid"));
    assert!(!runs(&kid), "{kid} still runs");
}

#[test]
fn a_server_is_started_asked_and_stopped() {
    for mode in ["ok", "slow"] {
        let project = project(mode, "");
        let captured = project.run().unwrap();
        assert!(captured.is_complete(), "{captured:#?}");
        let shown = captured.examples.values().next().unwrap();
        let request = shown.example.request.parsed().unwrap();
        assert_eq!(request.headers.get("host"), Some("api.example.com"));
        nothing_is_left(&project);
    }
}

#[test]
fn what_took_long_is_not_run_again_to_see_whether_it_could_be_isolated() {
    let mut project = project("ok", "");
    project.scenario("Slow", &json!({"requests": [{"request": "GET /slow"}]}));
    project.scenario("Two", &json!({"requests": [{"request": "GET /two"}]}));
    project.jobs = 2;
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    let could_be: Vec<_> = captured.idle_jobs.into_iter().flatten().collect();
    assert_eq!(could_be, ["One", "Two"]);
}

#[test]
fn a_server_at_a_unix_socket_is_started_and_stopped() {
    let mut project = Project::new(
        "base_url = 'unix:api.sock'
         host = 'api.example.com'
         [server]
         command = ['{{ apidocs }}', '--exact', 'servers::helper', '--nocapture']
         env = { SOCKET = 'api.sock', APIDOCS_TEST_SERVER = 'slow' }
         timeout = '30s'",
    );
    let captured = project.run_one(get());
    assert!(captured.is_complete(), "{captured:#?}");
    // Nobody listens any more, and the file that is left is in nobody's way but the server's.
    let socket = project.path().join("api.sock");
    assert!(std::os::unix::net::UnixStream::connect(socket).is_err());
}

#[test]
fn an_early_exit_is_told_at_once_with_the_end_of_the_log() {
    let project = project("exits", "timeout = '30s'");
    let started = Instant::now();
    let error = project.run().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(error.to_string(), "the server ended with status 3");
    assert!(error.is_no_response());
    assert_eq!(error.notes().len(), 20);
    assert_eq!(error.notes().last().unwrap(), "line 29");
    nothing_is_left(&project);
}

#[test]
fn a_server_that_is_never_ready() {
    for (mode, expected) in [
        (
            "never",
            "was not ready within 400 ms: nothing listens at 127.0.0.1:",
        ),
        (
            "hangs",
            "was not ready within 3 s: the server did not answer",
        ),
        (
            "garbage",
            "started, but what the server answers is not HTTP",
        ),
    ] {
        // The start of the test program is part of the time.
        let timeout = match mode {
            "garbage" => "20s",
            "hangs" => "3s",
            _ => "400ms",
        };
        let project = project(mode, &format!("timeout = '{timeout}'"));
        let error = project.run().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.is_no_response());
        nothing_is_left(&project);
    }
}

#[test]
fn a_failed_scenario_leaves_nothing_behind() {
    let mut project = project("ok", "");
    project.scenario("One", &json!({"requests": [{"request": "GET /broken"}]}));
    assert!(!project.run().unwrap().is_complete());
    nothing_is_left(&project);
}

#[test]
fn a_server_that_dies_ends_the_run() {
    let mut project = project("ok", "");
    project.scenario(
        "One",
        &json!({"requests": [{"request": "GET /die"}], "teardown": [{"request": "GET /"}]}),
    );
    project.scenario("Two", &json!({"requests": [get()]}));
    let captured = project.run().unwrap();
    assert_eq!(
        broken(&captured),
        "api-docs/scenarios/One.json:1:25: GET /die: the server ended with status 9 before the answer was there"
    );
    let error = captured.stopped.unwrap();
    assert_eq!(error.kind(), ErrorKind::ServerDied);
    assert!(error.is_no_response());
    assert_eq!(error.to_string(), "the server ended with status 9");
    assert!(
        error.notes().iter().any(|line| line == "I die"),
        "{:?}",
        error.notes()
    );
    nothing_is_left(&project);
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    // While it starts, and while a request waits.
    let starting = project("never", "");
    let mut waiting = project("ok", "");
    waiting.scenario(
        "One",
        &json!({"requests": [{"request": "GET /hang"}], "teardown": [{"request": "GET /hang"}]}),
    );
    for project in [starting, waiting] {
        project.interrupt_after(700);
        let started = Instant::now();
        let error = project.run().unwrap_err();
        assert!(error.is_interrupted() && !error.is_no_response(), "{error}");
        assert!(started.elapsed() < Duration::from_secs(4));
        nothing_is_left(&project);
    }
}

#[test]
fn a_port_in_use_is_told() {
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let mut project = project("ok", "");
    project.settings.base_url = Some(format!("http://127.0.0.1:{port}"));
    let error = project.run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PortInUse);
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}")),
        "{error}"
    );
    assert!(!project.path().join("kid").exists());
}

#[test]
fn what_the_settings_lack_is_told() {
    for (settings, expected) in [
        ("", "no `base_url`"),
        ("base_url = 'http://127.0.0.1:{{ port }}'", "no [server]"),
        ("base_url = 'ftp://x'", "neither an http"),
        ("base_url = 'http://{{ nix }}'", "nothing defines `nix`"),
        (
            "base_url = 'http://127.0.0.1:1'\n[auth.x]\nshown = ''",
            "neither `value` nor `command`",
        ),
        (
            "base_url = 'http://127.0.0.1:{{ port }}'\n[server]\ncommand = 'no-such-program-of-ours'",
            "there is no such program",
        ),
        (
            "base_url = 'http://127.0.0.1:{{ port }}'\n[server]\ncommand = 'true'\nprepare = [['sh', '-c', 'echo no; exit 4']]",
            "the prepare command 1 of the server ended with status 4",
        ),
    ] {
        let mut project = Project::new(settings);
        project.scenario("One", &json!({"requests": [get()]}));
        let error = project.run().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.is_no_response(), expected.contains("status 4"));
    }
}

#[test]
fn the_command_of_an_identity_runs_where_the_server_does() {
    let mut project = Project::new(
        "base_url = 'http://127.0.0.1:{{ port }}'
         identity = 'me'
         [server]
         command = ['{{ apidocs }}', '--exact', 'servers::helper']
         directory = 'inner'
         env = { PORT = '{{ port }}', APIDOCS_TEST_SERVER = 'ok', SIGNED_WITH = 'port {{ port }}' }
         [auth.me]
         command = ['sh', '-c', 'pwd > ../told; echo \"$SIGNED_WITH\" >> ../told; echo s3cret-token']
         shown = '<token>'",
    );
    std::fs::create_dir(project.path().join("inner")).unwrap();
    project.scenario("One", &json!({"requests": [get()]}));
    assert!(project.run().unwrap().is_complete());
    let told = std::fs::read_to_string(project.path().join("told")).unwrap();
    let (folder, signed) = told.split_once('\n').unwrap();
    let inner = project.path().join("inner").canonicalize().unwrap();
    assert_eq!(std::path::Path::new(folder), inner);
    let port: u16 = signed
        .trim()
        .strip_prefix("port ")
        .unwrap()
        .parse()
        .unwrap();
    assert_ne!(port, 0);
}

#[test]
fn services_and_preparations_run_before() {
    let more = "ready = '/broken'
        timeout = '30s'
        prepare = [['sh', '-c', 'echo first > order'], 'sh -c \"test -s service\"']
        [[services]]
        name = 'db'
        command = ['{{ apidocs }}', '--exact', 'servers::helper']
        env = { PORT = '{{ port.db }}', APIDOCS_TEST_SERVER = 'slow' }
        ready = 'tcp://127.0.0.1:{{ port.db }}'
        prepare = [['sh', '-c', 'echo {{ port.db }} > service']]";
    let mut project = project("ok", &more.replace("/broken", "/fine"));
    project.scenario(
        "One",
        &json!({"requests": [{"request": "GET /{{ port.db }}", "example": "a/b"}]}),
    );
    let captured = project.run().unwrap();
    let port = wait_for(&project.path().join("service"));
    let shown = captured.examples.values().next().unwrap();
    let request = shown.example.request.parsed().unwrap();
    assert_eq!(request.path, format!("/{}", port.trim()));
    assert!(std::net::TcpStream::connect(("127.0.0.1", port.trim().parse().unwrap())).is_err());
    nothing_is_left(&project);
}

#[test]
fn a_server_that_answers_with_errors_alone_is_not_ready() {
    let project = project("ok", "ready = '/broken'\ntimeout = '3s'");
    let error = project.run().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("GET /broken answered 500 Broken"),
        "{error}"
    );
    nothing_is_left(&project);
}
