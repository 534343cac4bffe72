//! A request as handlers see it, and what they answer.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// A request whose body has been read.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as the client wrote it, still percent-encoded.
    pub(crate) path: String,
    /// What followed the question mark, as the client wrote it.
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Where we listen, for clients that send no `Host`.
    pub(crate) authority: String,
}

impl Request {
    /// Takes a request target apart: `/path?query`, or a whole URL.
    pub(crate) fn target(&mut self, target: &str) {
        let target = match target.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
                rest.find(['/', '?']).map_or("/", |at| &rest[at..])
            }
            _ => target,
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.path = path.to_owned();
        self.raw_query = query.to_owned();
        self.query = form_pairs(query);
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a query parameter switches something on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.parameter(name), Some("1" | "true" | "True"))
    }

    /// `http://` and the host that the client used, so that URLs in bodies
    /// lead back to us by the way the client came.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.header("Host").unwrap_or(&self.authority))
    }

    /// The media type of the body, without its parameters.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("Content-Type").unwrap_or("");
        value
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase()
    }
}

/// The pairs of a query string or of a URL-encoded form.
pub(crate) fn form_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        percent_decode_str(&part.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// What a handler answers when all went well.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// No body at all, and so no `Content-Type`, where there is none.
    pub(crate) body: Option<Value>,
    /// The `Link` header of a list.
    pub(crate) link: Option<String>,
    /// The number of matches, where a list counts them.
    pub(crate) hits: Option<usize>,
}

impl Reply {
    fn with(status: u16, body: Option<Value>) -> Reply {
        Reply {
            status,
            body,
            link: None,
            hits: None,
        }
    }

    pub(crate) fn ok(body: Value) -> Reply {
        Reply::with(200, Some(body))
    }

    pub(crate) fn created(body: Value) -> Reply {
        Reply::with(201, Some(body))
    }

    /// The work goes on after the answer.
    pub(crate) fn accepted() -> Reply {
        Reply::with(202, None)
    }

    pub(crate) fn no_content() -> Reply {
        Reply::with(204, None)
    }

    pub(crate) fn empty() -> Reply {
        Reply::with(200, None)
    }
}

/// What a handler answers when it could not do what was asked.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Failure {
    pub(crate) fn new(status: u16, detail: &str) -> Failure {
        Failure {
            status,
            body: json!({ "detail": detail }),
        }
    }

    pub(crate) fn bad(detail: &str) -> Failure {
        Failure::new(400, detail)
    }

    /// One message about one field.
    pub(crate) fn field(name: &str, message: &str) -> Failure {
        Failure {
            status: 400,
            body: json!({ name: [message] }),
        }
    }

    pub(crate) fn not_found() -> Failure {
        Failure::new(404, "There is nothing at this address.")
    }

    pub(crate) fn conflict(detail: &str) -> Failure {
        Failure::new(409, detail)
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Reply {
        Reply::with(failure.status, Some(failure.body))
    }
}

/// What every handler returns.
pub(crate) type Outcome = Result<Reply, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_taken_apart() {
        let mut request = Request::default();
        request.target("/a/b?x=1&y=a+b%21&%zz=%FF");
        assert_eq!(
            (request.path.as_str(), request.parameter("y")),
            ("/a/b", Some("a b!"))
        );
        assert_eq!(request.parameter("%zz"), Some("\u{fffd}"));
        request.target("http://host:1/a?b");
        assert_eq!(
            (request.path.as_str(), request.raw_query.as_str()),
            ("/a", "b")
        );
        request.target("http://host");
        assert_eq!(request.path, "/");
        request.target("/a?to=http://b");
        assert_eq!(request.path, "/a");
    }

    #[test]
    fn the_base_is_the_host_of_the_request() {
        let mut request = Request {
            authority: "127.0.0.1:9".into(),
            ..Request::default()
        };
        assert_eq!(request.base(), "http://127.0.0.1:9");
        request.headers.push(("host".into(), "sentry.io".into()));
        assert_eq!(request.base(), "http://sentry.io");
    }
}
