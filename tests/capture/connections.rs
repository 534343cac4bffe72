//! Connections that requests share, and what becomes of a request where one breaks.

use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apidocs::capture::Captured;
use serde_json::json;

use crate::support::{Api, Project, Received, broken, json_response};

/// A server that keeps connections: for each request the number of its connection. It closes a connection
/// behind so many requests, without saying so.
fn keeping(requests: usize) -> (Api, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let log = Arc::new(Mutex::new(Vec::new()));
    let number = AtomicUsize::new(0);
    let entries = Arc::clone(&log);
    std::thread::spawn(move || {
        // One connection after the other: a second one that is open waits.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let number = number.fetch_add(1, Ordering::Relaxed);
            for _ in 0..requests {
                if Received::read(&mut stream).is_none() {
                    break;
                }
                entries.lock().unwrap().push(number);
                let _ = stream.write_all(&json_response("200 OK", "{}"));
            }
        }
    });
    let api = Api {
        port,
        received: Arc::default(),
    };
    (api, log)
}

#[test]
fn connections_are_shared_unless_the_settings_say_otherwise() {
    let steps = json!([
        {"request": "GET /1"}, {"request": "GET /2"}, {"request": "POST /3"}, {"request": "GET /4"}
    ]);
    let run = |settings: &str, requests: usize| {
        let (api, log) = keeping(requests);
        let mut project = Project::at(&api, &format!("timeout = '5s'\n{settings}"));
        // The session of the fixtures is there all the time.
        project.file(
            "fixtures.json",
            &json!({"requests": [{"request": "GET /0"}]}),
        );
        project.scenario("One", &json!({"requests": steps}));
        let captured = project.run().unwrap();
        assert!(captured.is_complete(), "{captured:#?}");
        let log = log.lock().unwrap().clone();
        assert_eq!(log.len(), 5);
        log
    };
    assert_eq!(run("keep_alive = false", 9), [0, 1, 2, 3, 4]);
    // A request that may change something has a connection that nobody can have closed.
    assert_eq!(run("", 9), [0, 1, 1, 2, 2]);
    // One that was closed meanwhile is no fault.
    assert_eq!(run("", 1), [0, 1, 2, 3, 4]);
}

/// A server that keeps connections, and the paths that it was asked for. `answer` gets a path and how many requests came
/// before on the same connection; without an answer the connection is closed.
fn kept(
    answer: impl Fn(&str, usize) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Api, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let api = Api::serving(move |first, stream| {
        let mut next = Some(first.clone());
        let mut before = 0;
        while let Some(received) = next {
            log.lock().unwrap().push(received.path().to_owned());
            let Some(bytes) = answer(received.path(), before) else {
                return;
            };
            let _ = stream.write_all(&bytes);
            before += 1;
            next = Received::read(stream);
        }
    });
    (api, asked)
}

fn run_paths(api: &Api, settings: &str, requests: &[&str]) -> Captured {
    let steps = requests.iter().map(|line| json!({"request": line}));
    let mut project = Project::at(api, settings);
    let steps: Vec<_> = steps.collect();
    project.scenario("One", &json!({"requests": steps}));
    project.run().unwrap()
}

#[test]
fn a_connection_that_was_just_closed_is_replaced_once() {
    let first = |_: &str, before: usize| (before == 0).then(|| json_response("200 OK", "{}"));
    let (api, asked) = kept(first);
    let captured = run_paths(&api, "timeout = '5s'", &["GET /1", "GET /2", "POST /3"]);
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2", "/3"]);
    // Where the new one is closed, too, that is the answer.
    let (api, asked) = kept(move |path, before| first(path, before).filter(|_| path == "/1"));
    let told = broken(&run_paths(&api, "timeout = '5s'", &["GET /1", "GET /2"]));
    assert!(told.contains("without an answer"), "{told}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2"]);
}

#[test]
fn a_time_out_on_a_kept_connection_repeats_nothing() {
    for (settings, told) in [
        ("timeout = '600ms'", "did not answer within 600 ms"),
        (
            "timeout = '20s'\nfirst_byte_timeout = '600ms'",
            "did not begin to answer within 600 ms",
        ),
    ] {
        let (api, asked) = kept(|path, _| {
            if path == "/slow" {
                std::thread::sleep(Duration::from_secs(20));
            }
            Some(json_response("200 OK", "{}"))
        });
        let begins = Instant::now();
        let message = broken(&run_paths(&api, settings, &["GET /fast", "GET /slow"]));
        assert!(message.contains(told), "{message}");
        assert_eq!(*asked.lock().unwrap(), ["/fast", "/slow"], "{settings}");
        assert!(begins.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_request_that_is_repeated_has_no_more_time() {
    let (api, asked) = kept(|path, before| {
        if path == "/2" {
            std::thread::sleep(Duration::from_millis(1200));
        }
        (before == 0).then(|| json_response("200 OK", "{}"))
    });
    let settings = "timeout = '2s'";
    let told = broken(&run_paths(&api, settings, &["GET /1", "GET /2"]));
    assert!(told.contains("did not answer within 2 s"), "{told}");
    assert_eq!(*asked.lock().unwrap(), ["/1", "/2", "/2"]);
}

#[test]
fn a_server_of_one_connection_at_a_time_serves_scenarios_side_by_side() {
    let (api, log) = keeping(9);
    let mut project = Project::at(&api, "timeout = '5s'");
    project.jobs = 4;
    for ident in ["One", "Two", "Three"] {
        let steps = json!([{"request": "GET /1"}, {"request": "POST /2"}, {"request": "GET /3"}]);
        project.scenario(ident, &json!({"isolated": true, "requests": steps}));
    }
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    assert_eq!(log.lock().unwrap().len(), 9);
}
