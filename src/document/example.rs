//! Exchanges, and examples: exchanges as an endpoint document keeps them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Headers, Shown};

/// The name of an example that gives none.
pub const DEFAULT_EXAMPLE: &str = "default";

/// What a message carries.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// JSON, under `body`.
    Json(Value),
    /// Text that is not JSON, under `text`: the lines between `\n`, so that joining them gives it back.
    Text(Vec<String>),
    /// Anything else, under `bytes`: told, not kept.
    Bytes(Bytes),
}

/// What is told of a body that is neither JSON nor text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// The media type as the message gave it.
    pub media_type: String,
    /// How many bytes.
    pub size: u64,
    /// The digest, as `sha-256=<hex>`.
    pub digest: String,
}

/// A request, as an example shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "RequestFile", into = "RequestFile")]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// Path and query, percent-encoded, as on the request line.
    pub path: String,
    /// The fields that readers are shown.
    pub headers: Headers,
    /// What was sent.
    pub body: Body,
}

/// A response, as an example shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "ResponseFile", into = "ResponseFile")]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase of the server; may be empty.
    pub reason: String,
    /// The fields that readers are shown.
    pub headers: Headers,
    /// What was received.
    pub body: Body,
}

/// One request with its response.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
}

/// A side of an example: parsed, or, where an imported text was not of the usual form, its lines as they were.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Recorded<T> {
    /// Lines of a text that could not be parsed without loss.
    Verbatim {
        /// The lines between `\n`.
        verbatim: Vec<String>,
    },
    /// The usual case.
    Parsed(T),
}

/// An exchange as an endpoint document keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Its name within the document, [`DEFAULT_EXAMPLE`] unless said otherwise.
    #[serde(default = "default_name")]
    pub name: String,
    /// What it shows, for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was sent.
    pub request: Recorded<Request>,
    /// What came back.
    pub response: Recorded<Response>,
    /// The arrays of the response body of which it shows the first items alone.
    #[serde(default, skip_serializing_if = "Shown::is_empty")]
    pub shortened: Shown,
}

fn default_name() -> String {
    DEFAULT_EXAMPLE.to_owned()
}

impl Body {
    /// Text as its lines.
    pub fn text(text: &str) -> Self {
        Self::Text(text.split('\n').map(str::to_owned).collect())
    }
}

impl<T> Recorded<T> {
    /// The parsed side, if it is parsed.
    pub fn parsed(&self) -> Option<&T> {
        match self {
            Self::Parsed(side) => Some(side),
            Self::Verbatim { .. } => None,
        }
    }
}

impl From<Exchange> for Example {
    fn from(exchange: Exchange) -> Self {
        Self {
            name: default_name(),
            title: None,
            request: Recorded::Parsed(exchange.request),
            response: Recorded::Parsed(exchange.response),
            shortened: Shown::new(),
        }
    }
}

/// By hand, since serde's `untagged` cannot read a number of arbitrary precision as an integer, and reads twice.
impl<'de, T: Message> Deserialize<'de> for Recorded<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = T::RecordedFile::deserialize(deserializer)?;
        file.try_into().map_err(serde::de::Error::missing_field)
    }
}

/// A request or a response.
trait Message: Sized {
    /// Either form of it, as a file has it. The error is the key that is missing.
    type RecordedFile: DeserializeOwned + TryInto<Recorded<Self>, Error = &'static str>;
}

/// The keys by which a file tells a body; at most one is there (the schema sees to that).
#[derive(Default)]
struct BodyFile {
    body: Option<Value>,
    text: Option<Vec<String>>,
    bytes: Option<Bytes>,
}

impl From<BodyFile> for Body {
    fn from(file: BodyFile) -> Self {
        if let Some(value) = file.body {
            Self::Json(value)
        } else if let Some(lines) = file.text {
            Self::Text(lines)
        } else {
            file.bytes.map_or(Self::Empty, Self::Bytes)
        }
    }
}

impl From<Body> for BodyFile {
    fn from(body: Body) -> Self {
        let mut file = Self::default();
        match body {
            Body::Empty => {}
            Body::Json(value) => file.body = Some(value),
            Body::Text(lines) => file.text = Some(lines),
            Body::Bytes(bytes) => file.bytes = Some(bytes),
        }
        file
    }
}

/// What is there is read as it is: `null` is a body like any other JSON, not a missing one.
fn some<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

macro_rules! message_file {
    ($file:ident, $recorded:ident for $message:ident { $($field:ident: $type:ty),* $(,)? }) => {
        // Written out, since `flatten` loses the digits of numbers.
        #[derive(Serialize, Deserialize)]
        struct $file {
            $($field: $type,)*
            #[serde(default, skip_serializing_if = "Headers::is_empty")]
            headers: Headers,
            #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
            body: Option<Value>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            text: Option<Vec<String>>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            bytes: Option<Bytes>,
        }

        #[derive(Deserialize)]
        struct $recorded {
            #[serde(default, deserialize_with = "some")]
            verbatim: Option<Vec<String>>,
            $(#[serde(default, deserialize_with = "some")] $field: Option<$type>,)*
            #[serde(default)]
            headers: Headers,
            #[serde(default, deserialize_with = "some")]
            body: Option<Value>,
            #[serde(default)]
            text: Option<Vec<String>>,
            #[serde(default)]
            bytes: Option<Bytes>,
        }

        impl Message for $message {
            type RecordedFile = $recorded;
        }

        impl TryFrom<$recorded> for Recorded<$message> {
            type Error = &'static str;

            fn try_from(file: $recorded) -> Result<Self, &'static str> {
                let $recorded { verbatim, $($field,)* headers, body, text, bytes } = file;
                if let Some(verbatim) = verbatim {
                    return Ok(Self::Verbatim { verbatim });
                }
                Ok(Self::Parsed($message {
                    $($field: $field.ok_or(stringify!($field))?,)*
                    headers,
                    body: BodyFile { body, text, bytes }.into(),
                }))
            }
        }

        impl From<$file> for $message {
            fn from(file: $file) -> Self {
                let $file { $($field,)* headers, body, text, bytes } = file;
                Self { $($field,)* headers, body: BodyFile { body, text, bytes }.into() }
            }
        }

        impl From<$message> for $file {
            fn from(message: $message) -> Self {
                let $message { $($field,)* headers, body } = message;
                let BodyFile { body, text, bytes } = body.into();
                Self { $($field,)* headers, body, text, bytes }
            }
        }
    };
}

message_file!(RequestFile, RecordedRequest for Request { method: String, path: String });
message_file!(ResponseFile, RecordedResponse for Response { status: u16, reason: String });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_keep_their_digits_and_null_is_a_body() {
        let text = r#"{"name":"default","request":{"method":"GET","path":"/"},"response":{"status":200,"reason":"OK","body":{"a":[1.0,18446744073709551616,null]}}}"#;
        let example: Example = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&example).unwrap(), text);

        let null = r#"{"status":200,"reason":"","body":null}"#;
        let response: Response = serde_json::from_str(null).unwrap();
        assert_eq!(response.body, Body::Json(Value::Null));
        assert_eq!(serde_json::to_string(&response).unwrap(), null);
    }

    #[test]
    fn verbatim_lines_survive() {
        let text = r#"{"name":"default","request":{"verbatim":["not HTTP",""]},"response":{"status":204,"reason":"No Content"}}"#;
        let example: Example = serde_json::from_str(text).unwrap();
        assert!(example.request.parsed().is_none());
        assert_eq!(serde_json::to_string(&example).unwrap(), text);
    }
}
