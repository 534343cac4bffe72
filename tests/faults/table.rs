//! One row a fault.

use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use crate::run::{Watched, at, fails, project};

/// A fault, what the project says beside it, and what must be told: parts with `…` between them.
struct Case {
    fault: &'static str,
    settings: &'static str,
    scenario: &'static str,
    step: &'static str,
    told: &'static str,
}

const fn case(fault: &'static str, told: &'static str) -> Case {
    Case {
        fault,
        settings: "",
        scenario: "",
        step: "",
        told,
    }
}

const CASES: [Case; 21] = [
    case("never answers", "the server did not answer within 1 s"),
    Case {
        settings: "first_byte_timeout = '500ms'",
        ..case("hangs", "the server did not begin to answer within 500 ms")
    },
    case(
        "closes before the head",
        "the server closed the connection without an answer",
    ),
    case(
        "closes within the head",
        "the server closed the connection before its answer was whole (only a part of its head came)",
    ),
    case(
        "closes after the head",
        "the server closed the connection before its answer was whole (0 of 10 bytes of the body came)",
    ),
    case(
        "Content-Length too large",
        "the server closed the connection before its answer was whole (3 of 10 bytes of the body came)",
    ),
    case(
        "Content-Length too small",
        "the Content-Length is 3, and 10 bytes of a body came",
    ),
    case(
        "chunk without end",
        "the server did not end its answer (the end of the body is missing) within 1 s",
    ),
    case(
        "one byte a second",
        "the server did not end its answer (only a part of its head came) within 1 s",
    ),
    case(
        "header of 1 MB",
        "the head of the response is larger than 64 KiB",
    ),
    case(
        "10,000 headers",
        "the response has more than 128 header fields",
    ),
    case(
        "body without end",
        "the response body is larger than 16777216 bytes",
    ),
    case(
        "invalid UTF-8 in JSON",
        "the response body is not JSON that we can keep: the body is not UTF-8 (line 1, column 8 of the body)",
    ),
    case(
        "wrong charset",
        "the body is not utf-8, the charset that its media type names",
    ),
    Case {
        // Time enough to make the bomb.
        settings: "timeout = '30s'",
        ..case(
            "gzip bomb",
            "the response body is larger than 16777216 bytes",
        )
    },
    Case {
        step: " \"follow\": true,",
        ..case(
            "redirect loop",
            "more than 10 redirects, the last one to /things/",
        )
    },
    Case {
        step: " \"follow\": true,",
        ..case(
            "redirect to another host",
            "the answer redirects to another server, http://elsewhere.test: it was not followed",
        )
    },
    Case {
        scenario: " \"cookies\": true,",
        ..case(
            "Set-Cookie for another domain",
            "127.0.0.1 set the cookie \"id\" for another domain, \"elsewhere.test\": it was refused",
        )
    },
    case(
        "reset",
        "the server broke off the connection without an answer",
    ),
    case(
        "dies",
        "the server ended with status 9 before the answer was there",
    ),
    case(
        "never accepts",
        "no connection to … could be made within 500 ms",
    ),
];

/// A place that accepts no more connections: its queue is full. It lasts as long as what comes with it.
fn full_queue() -> (u16, (TcpListener, Vec<TcpStream>)) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
    }
    (address.port(), (listener, waiting))
}

fn row(case: &Case) -> (String, Watched) {
    let queue;
    let sandbox = if case.fault == "never accepts" {
        let (port, waiting) = full_queue();
        queue = Some(waiting);
        let settings = format!("base_url = 'http://127.0.0.1:{port}'\nconnect_timeout = '500ms'");
        at(&settings, "", "")
    } else {
        queue = None;
        let settings =
            match case.settings.contains("\ntimeout") || case.settings.starts_with("timeout") {
                true => case.settings.to_owned(),
                false => format!("timeout = '1s'\n{}", case.settings),
            };
        project(case.fault, &settings, "", case.scenario, case.step)
    };
    let watched = fails(&sandbox, 3, Duration::from_secs(40));
    drop(queue);
    assert!(watched.took < Duration::from_secs(20), "{}", case.fault);
    let run = &watched.run;
    for part in case.told.split('…') {
        assert!(run.stderr.contains(part), "{}: {run}", case.fault);
    }
    if case.fault == "dies" {
        assert!(run.stderr.contains("about to die"), "{run}");
    }
    let place = "api-docs/scenarios/Things.json:4:17";
    assert!(run.stderr.contains(place), "{}: {run}", case.fault);
    assert!(run.stderr.contains("GET /things/: "), "{run}");
    let line = format!("| {} | 3 | {} |", case.fault, case.told);
    (line, watched)
}

const BEGIN: &str = "<!-- faults: cargo test --test faults writes this table -->\n";
const END: &str = "<!-- end of faults -->\n";

#[test]
fn every_fault_is_told_and_nothing_is_left() {
    let rows: Vec<Mutex<Option<String>>> = CASES.iter().map(|_| Mutex::default()).collect();
    let next = Mutex::new(CASES.iter().zip(&rows));
    std::thread::scope(|threads| {
        // Most of them wait.
        for _ in 0..4 {
            threads.spawn(|| {
                loop {
                    let Some((case, slot)) = next.lock().unwrap().next() else {
                        break;
                    };
                    let (line, watched) = row(case);
                    println!(
                        "{line} {:.1} s, {} MB",
                        watched.took.as_secs_f32(),
                        watched.memory / 1_000_000
                    );
                    *slot.lock().unwrap() = Some(line);
                }
            });
        }
    });
    let rows = rows
        .into_iter()
        .map(|row| row.into_inner().unwrap().unwrap());
    let lines: Vec<String> = rows.collect();
    let table = format!(
        "| fault | exit code | what is told |\n| --- | --- | --- |\n{}\n",
        lines.join("\n")
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (head, rest) = readme.split_once(BEGIN).unwrap();
    let (old, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
    } else {
        assert_eq!(
            old, table,
            "UPDATE=1 cargo test --test faults writes the table of the README"
        );
    }
}
