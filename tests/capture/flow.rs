//! Requests that are repeated, redirected, or made until something holds; cookies.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apidocs::capture::Captured;
use apidocs::document::Body;
use serde_json::json;

use crate::support::{Api, Project, broken, finding, get, json_response, sides};

fn redirect(status: &str, location: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

#[test]
fn redirects_are_followed_where_a_request_says_so() {
    let api = Api::answering(|received| match received.path() {
        "/v1/old" => redirect("301 Moved Permanently", "new?a=%2F"),
        "/v1/new?a=%2F" => redirect("307 Temporary Redirect", "/v1/newest"),
        _ => json_response("200 OK", "{\"at\":1}"),
    });
    let settings =
        "identity = 'me'\n[auth.me]\nvalue = 'Bearer s3cret-token'\nshown = 'Bearer <token>'";
    let mut project = Project::at(&api, settings);
    let base = format!("{}/v1", project.settings.base_url.take().unwrap());
    project.settings.base_url = Some(base);
    let request = json!({"request": "PUT /old", "json": {"x": 1}, "follow": true});
    let captured = project.run_one(request);
    // The example is the last exchange, and each hop is one.
    let (request, response) = sides(&captured);
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("PUT", "/v1/newest")
    );
    assert_eq!(response.body, Body::Json(json!({"at": 1})));
    let statuses: Vec<_> = captured.scenarios[0]
        .exchanges
        .iter()
        .map(|exchange| (exchange.request.path.as_str(), exchange.response.status))
        .collect();
    assert_eq!(
        statuses,
        [
            ("/v1/old", 301),
            ("/v1/new?a=%2F", 307),
            ("/v1/newest", 200)
        ]
    );
    for received in api.received.lock().unwrap().iter() {
        assert_eq!(
            received.header("authorization"),
            Some("Bearer s3cret-token")
        );
        assert_eq!(received.text(), "{\"x\":1}");
    }
}

#[test]
fn a_redirect_may_turn_a_request_into_a_get() {
    for (status, method) in [
        ("302 Found", "GET"),
        ("303 See Other", "GET"),
        ("308 Permanent Redirect", "POST"),
    ] {
        let api = Api::answering(move |received| match received.path() {
            "/" => redirect(status, "/next"),
            _ => json_response("200 OK", "{}"),
        });
        let request = json!({"request": "POST /", "text": "a", "headers": ["Content-Type: text/plain"], "follow": true});
        Project::at(&api, "").run_one(request);
        let received = api.received.lock().unwrap();
        assert_eq!(received[1].line, format!("{method} /next HTTP/1.1"));
        let kept = method == "POST";
        assert_eq!(received[1].header("content-type").is_some(), kept);
        assert_eq!(received[1].text().is_empty(), !kept);
    }
}

#[test]
fn a_token_never_goes_to_another_server() {
    let other = Api::answering(|_| json_response("200 OK", "{}"));
    let port = other.port;
    let api =
        Api::answering(move |_| redirect("302 Found", &format!("http://127.0.0.1:{port}/steal")));
    let settings =
        "identity = 'me'\n[auth.me]\nvalue = 'Bearer s3cret-token'\nshown = 'Bearer <token>'";
    let request = json!({"request": "GET /", "follow": true});
    let told = broken(&Project::at(&api, settings).run_one(request));
    assert!(
        told.contains(&format!("another server, http://127.0.0.1:{port}")),
        "{told}"
    );
    assert_eq!(other.lines(), Vec::<String>::new());
}

#[test]
fn redirects_in_a_circle_end() {
    let api = Api::answering(|_| redirect("302 Found", "/"));
    let request = json!({"request": "GET /", "follow": true});
    let told = broken(&Project::at(&api, "").run_one(request));
    assert!(told.contains("more than 10 redirects"), "{told}");
    assert_eq!(api.lines().len(), 11);
}

#[test]
fn cookies_are_kept_within_a_scenario_that_asks_for_it() {
    let api = Api::answering(|received| {
        match received.path() {
        "/login" => b"HTTP/1.1 200 OK\r\nSet-Cookie: session=0123456789abcdef; HttpOnly\r\nContent-Length: 0\r\n\r\n".to_vec(),
        _ => {
            let cookie = received.header("cookie").unwrap_or("none");
            json_response("200 OK", &format!("{{\"asked\":\"{cookie}\"}}"))
        }
    }
    });
    let scenario = |cookies: bool| {
        json!({"cookies": cookies, "requests": [
            {"request": "POST /login"}, {"request": "GET /me", "example": "a/b"},
            {"request": "GET /other", "headers": ["Cookie: mine=1"]}
        ]})
    };
    let mut project = Project::at(&api, "");
    project.scenario("A", &scenario(true));
    let captured = project.run().unwrap();
    assert!(captured.is_complete(), "{captured:#?}");
    let (request, response) = sides(&captured);
    assert_eq!(request.headers.get("cookie"), Some("session=<cookie>"));
    assert_eq!(
        response.body,
        Body::Json(json!({"asked": "session=<cookie>"}))
    );
    let login = &captured.scenarios[0].exchanges[0].response;
    assert_eq!(
        login.headers.get("set-cookie"),
        Some("session=<cookie>; HttpOnly")
    );
    {
        let received = api.received.lock().unwrap();
        assert_eq!(
            received[1].header("cookie"),
            Some("session=0123456789abcdef")
        );
        // Those of the request itself win.
        assert_eq!(received[2].header("cookie"), Some("mine=1"));
    }
    project.scenario("A", &scenario(false));
    let captured = project.run().unwrap();
    assert_eq!(sides(&captured).0.headers.get("cookie"), None);
}

#[test]
fn a_cookie_for_another_domain_breaks_a_scenario_that_keeps_cookies() {
    let api = Api::answering(|_| {
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Domain=example.com\r\nContent-Length: 0\r\n\r\n"
            .to_vec()
    });
    let mut project = Project::at(&api, "");
    project.scenario("A", &json!({"cookies": true, "requests": [get()]}));
    let told = broken(&project.run().unwrap());
    assert!(told.contains("another domain, \"example.com\""), "{told}");
    project.scenario("A", &json!({"requests": [get()]}));
    assert!(project.run().unwrap().is_complete());
}

/// Answers with `first` so many times, then with an empty object.
fn later(times: usize, first: Vec<u8>) -> Api {
    let asked = AtomicUsize::new(0);
    Api::answering(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        asked if asked < times => first.clone(),
        _ => json_response("200 OK", "{\"state\":\"done\"}"),
    })
}

#[test]
fn what_the_settings_list_is_repeated() {
    let busy = json_response("503 Busy", "{}");
    for (first, reasons) in [(busy.clone(), "503"), (Vec::new(), "'connection'")] {
        let api = later(2, first.clone());
        let retry = format!("[retry]\non = [{reasons}]\nwait = '10ms'");
        let captured = Project::at(&api, &retry).run_one(get());
        assert!(captured.is_complete(), "{captured:#?}");
        assert_eq!(api.lines().len(), 3);
        // Not what is not listed, and not what may change something.
        for (settings, method) in [("[retry]\non = [500]", "GET"), (retry.as_str(), "POST")] {
            let api = later(2, first.clone());
            let request = json!({"request": format!("{method} /")});
            assert!(!Project::at(&api, settings).run_one(request).is_complete());
            assert_eq!(api.lines().len(), 1);
        }
    }
    // What the settings list as methods takes the place of the usual ones.
    for (method, times) in [("PUT", 3), ("GET", 1)] {
        let api = later(2, busy.clone());
        let retry = "[retry]\non = [503]\nwait = '10ms'\nmethods = ['PUT']";
        let request = json!({"request": format!("{method} /")});
        Project::at(&api, retry).run_one(request);
        assert_eq!(api.lines().len(), times, "{method}");
    }
    // What a request expects is no failure.
    let api = later(1, busy.clone());
    let retry = "[retry]\non = [503]\nwait = '10ms'";
    let request = json!({"request": "GET /", "status": 503});
    assert!(Project::at(&api, retry).run_one(request).is_complete());
    assert_eq!(api.lines().len(), 1);
    // In the end it is told how often.
    let api = later(9, Vec::new());
    let settings = "[retry]\non = ['connection']\nwait = '10ms'\nattempts = 2";
    let told = broken(&Project::at(&api, settings).run_one(get()));
    assert!(told.contains("without an answer (2 attempts)"), "{told}");
}

#[test]
fn a_number_is_waited_for_however_it_is_written() {
    let api = Api::answering(|_| json_response("200 OK", "{\"n\":3.0}"));
    let until = json!({"pointer": "/n", "is": 3, "within": "300ms", "every": "10ms"});
    let request = json!({"request": "GET /", "until": until});
    assert!(Project::at(&api, "").run_one(request).is_complete());
}

#[test]
fn a_server_says_when_to_come_back() {
    let busy = b"HTTP/1.1 429 Slow Down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    let api = later(1, busy.to_vec());
    let settings = "[retry]\non = [429]\nwait = '1ms'";
    let started = Instant::now();
    assert!(Project::at(&api, settings).run_one(get()).is_complete());
    assert!(started.elapsed() >= Duration::from_secs(1));
    // A pause that is too long is none.
    let api = later(1, busy.to_vec());
    let settings = "[retry]\non = [429]\nwait = '1ms'\nlongest = '100ms'";
    let found = finding(&Project::at(&api, settings).run_one(get()));
    assert_eq!(found.code.id, "unexpected-status");
    assert_eq!(api.lines().len(), 1);
}

fn state(captured: &Captured) -> Body {
    sides(captured).1.body.clone()
}

#[test]
fn a_request_waits_until_its_response_holds_a_value() {
    let done = Body::Json(json!({"state": "done"}));
    for (first, until) in [
        (
            json_response("200 OK", "{\"state\":\"new\"}"),
            json!({"pointer": "/state", "is": "done", "every": "5ms"}),
        ),
        (
            json_response("200 OK", "{\"state\":null}"),
            json!({"pointer": "/state", "every": "5ms"}),
        ),
        (
            json_response("404 Not Found", "{}"),
            json!({"pointer": "/state", "every": "5ms"}),
        ),
    ] {
        let api = later(3, first);
        let captured = Project::at(&api, "").run_one(json!({"request": "GET /", "until": until}));
        assert_eq!(state(&captured), done);
        assert_eq!(api.lines().len(), 4);
        assert_eq!(captured.scenarios[0].exchanges.len(), 1);
    }
}

#[test]
fn waiting_in_vain_is_told() {
    let until = json!({"pointer": "/state", "is": "done", "every": "5ms", "within": "60ms"});
    let request = json!({"request": "GET /", "until": until});
    let api = later(1000, json_response("200 OK", "{\"state\":\"new\"}"));
    let found = finding(&Project::at(&api, "").run_one(request.clone()));
    assert_eq!(found.code.id, "condition-not-met");
    assert_eq!(
        found.message,
        "GET / did not answer with \"done\" at \"/state\" within 60 ms: there is \"new\""
    );
    assert_eq!(found.pointer.as_deref(), Some("/requests/0/until"));
    assert_eq!(found.notes[0], "> GET /");
    assert_eq!(found.notes[2], "< 200 OK");
    let api = later(1000, json_response("404 Not Found", "{}"));
    let found = finding(&Project::at(&api, "").run_one(request));
    assert_eq!(found.code.id, "unexpected-status");
}

#[test]
fn a_pause_ends_when_somebody_asks_us_to_stop() {
    let api = later(1000, json_response("200 OK", "{}"));
    let mut project = Project::at(&api, "");
    let until = json!({"pointer": "/state", "every": "20s", "within": "1m"});
    project.scenario(
        "A",
        &json!({"requests": [{"request": "GET /", "until": until}]}),
    );
    project.interrupt_after(200);
    let started = Instant::now();
    assert!(project.run().unwrap_err().is_interrupted());
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn the_time_to_wait_is_used_to_its_end() {
    // As long a pause as there is time, and one more request.
    for until in [
        json!({"pointer": "/state", "is": "done", "within": "300ms"}),
        json!({"pointer": "/state", "is": "done", "within": "300ms", "every": "20s"}),
    ] {
        let api = later(1, json_response("200 OK", "{\"state\":\"new\"}"));
        let started = Instant::now();
        let captured = Project::at(&api, "").run_one(json!({"request": "GET /", "until": until}));
        assert!(captured.is_complete(), "{captured:#?}");
        assert!(started.elapsed() >= Duration::from_millis(300));
        assert_eq!(api.lines().len(), 2);
    }
}

/// Answers with a state that is not the one so many times, and then takes its time.
fn slow_after(times: usize) -> Api {
    let asked = AtomicUsize::new(0);
    Api::serving(move |_, stream| {
        if asked.fetch_add(1, Ordering::Relaxed) >= times {
            std::thread::sleep(Duration::from_secs(5));
        }
        let _ = stream.write_all(&json_response("200 OK", "{\"state\":\"new\"}"));
    })
}

#[test]
fn a_slow_answer_gets_no_more_time_than_there_is() {
    let until = json!({"pointer": "/state", "is": "done", "within": "500ms", "every": "10ms"});
    let request = json!({"request": "GET /", "until": until});
    let started = Instant::now();
    let told = broken(&Project::at(&slow_after(0), "").run_one(request.clone()));
    assert!(
        told.ends_with("GET /: the server did not answer within 500 ms"),
        "{told}"
    );
    let found = finding(&Project::at(&slow_after(2), "").run_one(request));
    assert_eq!(
        found.message,
        "GET / did not answer with \"done\" at \"/state\" within 500 ms: there is \"new\""
    );
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_retry_does_not_outlast_the_time_to_wait() {
    let api = later(1000, json_response("503 Busy", "{}"));
    let until = json!({"pointer": "/state", "within": "300ms", "every": "10ms"});
    let settings = "[retry]\non = [503]\nwait = '20s'\nlongest = '1m'\nattempts = 9";
    let started = Instant::now();
    let found =
        finding(&Project::at(&api, settings).run_one(json!({"request": "GET /", "until": until})));
    assert_eq!(found.code.id, "unexpected-status");
    assert!(started.elapsed() < Duration::from_secs(4));
}
