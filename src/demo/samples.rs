//! What a program sends along with its errors: the part of an event that
//! depends on its platform alone.

use serde_json::{Value, json};

const BROWSERS: [(&str, &str, &str, &str); 2] = [
    ("Chrome", "28.0.1500", "Windows", "8"),
    ("Chrome", "60.0.3112", "Mac OS X", "10.12.6"),
];

/// One of the two programs whose errors the demo knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sample {
    /// A script that logs a message with a stack trace.
    Script,
    /// A service that throws exceptions.
    Service,
}

impl Sample {
    pub(crate) fn of(platform: &str) -> Sample {
        if platform == "java" {
            Sample::Service
        } else {
            Sample::Script
        }
    }

    pub(crate) fn culprit(self) -> &'static str {
        match self {
            Sample::Script => "pump_station.pressure in check",
            Sample::Service => "interstellar.jurisdiction.InspectorGate in open",
        }
    }

    pub(crate) fn location(self) -> Option<&'static str> {
        (self == Sample::Service).then_some("InspectorGate.java")
    }

    /// The type of the event.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Sample::Script => "default",
            Sample::Service => "error",
        }
    }

    pub(crate) fn title(self, message: &str) -> String {
        match self {
            Sample::Script => message.to_owned(),
            Sample::Service => format!("GateException: {message}"),
        }
    }

    pub(crate) fn metadata(self, message: &str) -> Value {
        match self {
            Sample::Script => json!({"title": message}),
            Sample::Service => {
                json!({"filename": "InspectorGate.java", "function": "open", "type": "GateException", "value": message})
            }
        }
    }

    pub(crate) fn sdk(self) -> Value {
        match self {
            Sample::Script => Value::Null,
            Sample::Service => json!({"name": "sentry-java", "version": "1.4.0-3ded0"}),
        }
    }

    pub(crate) fn sdk_updates(self) -> Value {
        match self {
            Sample::Script => json!([]),
            Sample::Service => json!([{
                "enables": [],
                "newSdkVersion": "1.6.4",
                "sdkName": "sentry-java",
                "sdkUrl": "https://docs.sentry.io/clients/java/",
                "type": "updateSdk",
            }]),
        }
    }

    fn browser(self) -> (&'static str, &'static str, &'static str, &'static str) {
        BROWSERS[usize::from(self == Sample::Service)]
    }

    pub(crate) fn contexts(self) -> Value {
        let (browser, version, os, release) = self.browser();
        json!({
            "browser": {"name": browser, "type": "browser", "version": version},
            "client_os": {"name": os, "type": "os", "version": release},
        })
    }

    /// The tags that every event of this kind has, in order.
    pub(crate) fn tags(
        self,
        environment: &str,
        release: Option<&str>,
    ) -> Vec<(&'static str, String)> {
        let (browser, version, os, os_version) = self.browser();
        let mut tags = vec![
            ("browser", format!("{browser} {version}")),
            ("browser.name", browser.to_owned()),
            ("client_os", format!("{os} {os_version}")),
            ("client_os.name", os.to_owned()),
        ];
        if self == Sample::Service {
            tags.push(("device", "Other".to_owned()));
        }
        tags.push(("environment", environment.to_owned()));
        tags.push(("level", "error".to_owned()));
        if self == Sample::Service {
            tags.push(("os", format!("{os} {os_version}")));
        }
        tags.extend(release.map(|release| ("release", release.to_owned())));
        let (server, url, user) = match self {
            Sample::Script => (
                "pump01.interstellar.invalid",
                "http://example.com/pumps",
                "id:1",
            ),
            Sample::Service => (
                "gate1.interstellar.invalid",
                "http://example.com/gate",
                "username:inspector",
            ),
        };
        tags.push(("server_name", server.to_owned()));
        tags.push(("url", url.to_owned()));
        tags.push(("user", user.to_owned()));
        tags
    }

    /// The search that finds the events of the same user.
    pub(crate) fn user_query(self) -> &'static str {
        match self {
            Sample::Script => "user.id:\"1\"",
            Sample::Service => "user.username:\"inspector\"",
        }
    }

    pub(crate) fn user(self) -> Value {
        match self {
            Sample::Script => json!({
                "data": null,
                "email": "keeper@example.com",
                "id": "1",
                "ip_address": "198.51.100.7",
                "name": "Keeper",
                "username": "keeper",
            }),
            Sample::Service => json!({
                "data": {"account_level": "premium"},
                "email": "inspector@example.com",
                "id": null,
                "ip_address": "2001:db8:0:0:0:0:0:1",
                "name": null,
                "username": "inspector",
            }),
        }
    }

    pub(crate) fn entries(self, message: &str) -> Value {
        match self {
            Sample::Script => json!([
                {"data": {"formatted": message}, "type": "message"},
                {"data": script_trace(), "type": "stacktrace"},
                {"data": script_request(), "type": "request"},
            ]),
            Sample::Service => json!([
                {"data": {"formatted": message}, "type": "message"},
                {"data": exception(message), "type": "exception"},
                {"data": breadcrumbs(), "type": "breadcrumbs"},
                {"data": service_request(), "type": "request"},
            ]),
        }
    }
}

/// What the program says about itself beyond the error.
pub(crate) fn context() -> Value {
    json!({
        "emptyList": [],
        "emptyMap": {},
        "length": 10_837_790,
        "results": [1, 2, 3, 4, 5],
        "session": {"foo": "bar"},
        "unauthorized": false,
        "url": "http://example.org/foo/bar/",
    })
}

fn frame(file: &str, module: &str, function: &str, line: u32, in_app: bool) -> Value {
    json!({
        "absPath": file,
        "colNo": null,
        "context": [],
        "errors": null,
        "filename": file,
        "function": function,
        "inApp": in_app,
        "instructionAddr": null,
        "lineNo": line,
        "module": module,
        "package": null,
        "platform": null,
        "rawFunction": null,
        "symbol": null,
        "symbolAddr": null,
        "trust": null,
        "vars": null,
    })
}

fn script_trace() -> Value {
    let mut main = frame(
        "pump_station/main.py",
        "pump_station.main",
        "run",
        31,
        false,
    );
    main["absPath"] = "/srv/pump/pump_station/main.py".into();
    main["context"] = json!([
        [29, "def run(pumps):"],
        [30, "    for pump in pumps:"],
        [31, "        check(pump)"],
        [32, ""]
    ]);
    main["vars"] =
        json!({"'pump'": "<Pump 'north'>", "'pumps'": ["<Pump 'north'>", "<Pump 'south'>"]});
    let mut check = frame(
        "pump_station/pressure.py",
        "pump_station.pressure",
        "check",
        12,
        false,
    );
    check["absPath"] = "/srv/pump/pump_station/pressure.py".into();
    check["context"] = json!([
        [10, "def check(pump):"],
        [11, "    if pump.pressure > pump.limit:"],
        [12, "        log.error(TOO_HIGH, extra={'pump': pump.name})"],
    ]);
    check["vars"] = json!({
        "'pump'": {"'limit'": 4.5, "'load'": [0.37255859375, 0.5341796875], "'name'": "'north'", "'valve'": null},
    });
    json!({"frames": [main, check], "framesOmitted": null, "hasSystemFrames": false, "registers": null})
}

fn script_request() -> Value {
    json!({
        "cookies": [["foo", "bar"], ["biz", "baz"]],
        "data": {"hello": "world"},
        "env": {"ENV": "prod"},
        "fragment": null,
        "headers": [["Content-Type", "application/json"], ["Referer", "http://example.com"]],
        "inferredContentType": "application/json",
        "method": "GET",
        "query": [["foo", "bar"]],
        "url": "http://example.com/pumps",
    })
}

fn exception(message: &str) -> Value {
    let frames = json!([
        frame("Thread.java", "java.lang.Thread", "run", 748, false),
        frame(
            "Gatehouse.java",
            "interstellar.jurisdiction.Gatehouse",
            "admit",
            102,
            true
        ),
        frame(
            "InspectorGate.java",
            "interstellar.jurisdiction.InspectorGate",
            "open",
            8,
            true
        ),
    ]);
    json!({
        "excOmitted": null,
        "hasSystemFrames": true,
        "values": [{
            "mechanism": null,
            "module": "interstellar.jurisdiction",
            "rawStacktrace": null,
            "stacktrace": {"frames": frames, "framesOmitted": null, "hasSystemFrames": true, "registers": null},
            "threadId": null,
            "type": "GateException",
            "value": message,
        }],
    })
}

fn breadcrumbs() -> Value {
    let crumb = |level: &str, message: &str| {
        json!({
            "category": null,
            "data": null,
            "event_id": null,
            "level": level,
            "message": message,
            "timestamp": "2017-08-03T22:25:39Z",
            "type": "default",
        })
    };
    json!({"values": [
        crumb("debug", "Somebody rang at the gate."),
        crumb("info", "The register knows the inspector."),
        crumb("warning", "The register is not in the cache; asking the archive."),
    ]})
}

fn service_request() -> Value {
    json!({
        "cookies": [],
        "data": {"logged_in": ["1"]},
        "env": {"LOCAL_NAME": "gate1", "LOCAL_PORT": 8080, "REMOTE_USER": null, "REQUEST_SECURE": false},
        "fragment": null,
        "headers": [["Accept-Language", "en-US,en;q=0.8"], ["Host", "example.com"]],
        "inferredContentType": "application/json",
        "method": "GET",
        "query": [["logged_in", "1"]],
        "url": "http://example.com/gate",
    })
}
