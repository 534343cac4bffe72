//! Examples as HTTP text, the way the original shows them, in both directions.
//!
//! A start line, the header lines, and, where the body is more than nothing, an empty line and the body as
//! Python's `json.dumps` has it; a body that is no JSON is dumped as one string.

use serde_json::Value;

use super::python;
use crate::document::{Body, Headers, Recorded, Request, Response, is_json_media_type};
use crate::json;

/// Start line and header lines of a request, without a line end behind them.
pub fn request_head(request: &Request) -> String {
    head(
        format!("{} {} HTTP/1.1", request.method, request.path),
        &request.headers,
    )
}

/// Start line and header lines of a response, without a line end behind them.
pub fn response_head(response: &Response) -> String {
    head(
        format!("HTTP/1.1 {} {}", response.status, response.reason),
        &response.headers,
    )
}

/// A request as the original's page has it.
pub fn request_text(request: &Recorded<Request>) -> String {
    match request {
        Recorded::Verbatim { verbatim } => verbatim.join("\n"),
        Recorded::Parsed(request) => message(request_head(request), &request.body),
    }
}

/// A response as the original's page has it.
pub fn response_text(response: &Recorded<Response>) -> String {
    match response {
        Recorded::Verbatim { verbatim } => verbatim.join("\n"),
        Recorded::Parsed(response) => message(response_head(response), &response.body),
    }
}

/// Reads what [`request_text`] writes; any other text is kept as its lines, so that nothing is lost.
pub fn parse_request(text: &str) -> Recorded<Request> {
    let parsed = read_request(text).map(Recorded::Parsed);
    lossless(text, parsed, request_text)
}

/// Reads what [`response_text`] writes; any other text is kept as its lines, so that nothing is lost.
pub fn parse_response(text: &str) -> Recorded<Response> {
    let parsed = read_response(text).map(Recorded::Parsed);
    lossless(text, parsed, response_text)
}

/// What is told of a body that cannot be shown; `None` for any other.
pub fn told(body: &Body) -> Option<String> {
    match body {
        Body::Bytes(bytes) => Some(format!(
            "<{} bytes of {}, {}>",
            bytes.size, bytes.media_type, bytes.digest
        )),
        Body::Empty | Body::Json(_) | Body::Text(_) => None,
    }
}

fn head(start_line: String, headers: &Headers) -> String {
    let mut text = start_line;
    for header in headers {
        text.push('\n');
        text.push_str(&header.to_string());
    }
    text
}

fn message(head: String, body: &Body) -> String {
    let body = match body {
        Body::Json(value) if python::is_truthy(value) => python::dumps(value),
        Body::Text(lines) if !lines.iter().all(String::is_empty) || lines.len() > 1 => {
            python::dumps(&Value::from(lines.join("\n")))
        }
        Body::Bytes(_) => told(body).unwrap_or_default(),
        Body::Empty | Body::Json(_) | Body::Text(_) => return head,
    };
    format!("{head}\n\n{body}")
}

fn lossless<T>(
    text: &str,
    parsed: Option<Recorded<T>>,
    write: impl Fn(&Recorded<T>) -> String,
) -> Recorded<T> {
    match parsed {
        Some(parsed) if write(&parsed) == text => parsed,
        _ => Recorded::Verbatim {
            verbatim: text.split('\n').map(str::to_owned).collect(),
        },
    }
}

fn read_request(text: &str) -> Option<Request> {
    let (start_line, headers, body) = read_message(text)?;
    let (method, rest) = start_line.split_once(' ')?;
    Some(Request {
        method: method.to_owned(),
        path: rest.strip_suffix(" HTTP/1.1")?.to_owned(),
        headers,
        body,
    })
}

fn read_response(text: &str) -> Option<Response> {
    let (start_line, headers, body) = read_message(text)?;
    let (status, reason) = start_line.strip_prefix("HTTP/1.1 ")?.split_once(' ')?;
    Some(Response {
        status: status.parse().ok()?,
        reason: reason.to_owned(),
        headers,
        body,
    })
}

fn read_message(text: &str) -> Option<(&str, Headers, Body)> {
    let (head, body) = match text.split_once("\n\n") {
        Some((head, body)) => (head, Some(body)),
        None => (text, None),
    };
    let (start_line, lines) = match head.split_once('\n') {
        Some((start_line, lines)) => (start_line, Some(lines)),
        None => (head, None),
    };
    let headers = Headers::from_lines(lines.into_iter().flat_map(|lines| lines.split('\n')));
    let body = match body.map(json::parse) {
        None => Body::Empty,
        // The original dumps text as a JSON string; the media type tells which of the two it was.
        Some(Ok(Value::String(text)))
            if !headers.get("content-type").is_some_and(is_json_media_type) =>
        {
            Body::text(&text)
        }
        Some(Ok(value)) => Body::Json(value),
        Some(Err(_)) => return None,
    };
    Some((start_line, headers, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed<T>(recorded: Recorded<T>) -> T {
        match recorded {
            Recorded::Parsed(parsed) => parsed,
            Recorded::Verbatim { verbatim } => panic!("kept as it was: {verbatim:?}"),
        }
    }

    #[test]
    fn the_usual_form_is_parsed() {
        let text = "POST /a b?c HTTP/1.1\nHost: sentry.io\nX-Empty: \nx: a: b\n\n{\n  \"n\": 1.0, \n  \"z\": []\n}";
        let request = parsed(parse_request(text));
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/a b?c")
        );
        assert_eq!(request.headers.get("x"), Some("a: b"));
        assert_eq!(
            request.body,
            Body::Json(json::parse(r#"{"n":1.0,"z":[]}"#).unwrap())
        );

        let response = parsed(parse_response("HTTP/1.1 204 "));
        assert_eq!((response.status, response.reason.as_str()), (204, ""));
        assert_eq!(response.body, Body::Empty);
    }

    #[test]
    fn a_string_is_text_unless_the_media_type_says_json() {
        let text = "HTTP/1.1 200 OK\nContent-Type: text/plain\n\n\"a\\r\\nb\"";
        assert_eq!(
            parsed(parse_response(text)).body,
            Body::Text(vec!["a\r".to_owned(), "b".to_owned()])
        );
        let text =
            "HTTP/1.1 200 OK\nContent-Type: application/problem+json; charset=utf-8\n\n\"a\"";
        assert_eq!(
            parsed(parse_response(text)).body,
            Body::Json(Value::from("a"))
        );
    }

    #[test]
    fn any_other_form_is_kept() {
        for text in [
            "",
            "GET /",
            "GET / HTTP/1.1\nHost:x",
            "GET / HTTP/1.1\nHost",
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\nHost: x",
            "GET / HTTP/1.1\n\n{\"a\": 1}",
            "GET / HTTP/1.1\n\n[]",
            "GET / HTTP/1.1\n\n\"\\ud800\"",
            "GET / HTTP/1.1\n\nNaN",
            "GET / HTTP/1.1\n\n",
            "GET / HTTP/1.0",
        ] {
            let request = parse_request(text);
            assert!(request.parsed().is_none(), "{text:?}");
            assert_eq!(request_text(&request), text);
        }
        for text in [
            "HTTP/1.1 0200 OK",
            "HTTP/1.1 200",
            "HTTP/1.1 99999 X",
            "HTTP/2 200 OK",
        ] {
            let response = parse_response(text);
            assert!(response.parsed().is_none(), "{text:?}");
            assert_eq!(response_text(&response), text);
        }
    }

    #[test]
    fn what_python_takes_for_false_is_not_shown() {
        for body in [
            Body::Json(json!([])),
            Body::Json(json!(0)),
            Body::text(""),
            Body::Empty,
        ] {
            let request = Request {
                method: "GET".to_owned(),
                path: "/".to_owned(),
                body,
                ..Request::default()
            };
            assert_eq!(request_text(&Recorded::Parsed(request)), "GET / HTTP/1.1");
        }
        let request = Request {
            body: Body::text("\n"),
            ..Request::default()
        };
        assert_eq!(
            request_text(&Recorded::Parsed(request)),
            "  HTTP/1.1\n\n\"\\n\""
        );
    }
}
