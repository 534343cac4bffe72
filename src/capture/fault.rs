//! Why there is no usable response, told so that somebody can mend it.

use std::io;
use std::time::Duration;

use super::base::BaseUrl;
use super::error::{Cause, Fault};
use super::link::Link;
use super::tap::Heard;
use super::tls;
use super::wire::{self, Looks, MAX_FIELDS};

/// How many bytes of what is no HTTP are shown.
const SHOWN: usize = 40;

/// What the client said, or what we found in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    TimedOut,
    /// Not even the first byte came in time.
    Silent,
    UnknownHost,
    Refused,
    /// The connection was closed in order.
    Closed,
    /// The connection was broken off.
    Reset,
    TooManyFields,
    LargeHead,
    /// Not HTTP/1.1, in the words of the client.
    Protocol(String),
    Tls(String),
    /// The body is larger than that.
    TooLarge(u64),
    /// More bytes came than `Content-Length` said.
    TooMuch {
        came: u64,
        length: u64,
    },
    /// The proxy did not connect us.
    Proxy(String),
    Other(String),
}

impl Said {
    /// What an error of the client means.
    pub fn of(error: &ureq::Error) -> Self {
        let text = error.to_string();
        match error {
            ureq::Error::Timeout(ureq::Timeout::RecvResponse) => Self::Silent,
            ureq::Error::Timeout(_) => Self::TimedOut,
            ureq::Error::ConnectProxyFailed(reason) => Self::Proxy(reason.clone()),
            ureq::Error::HostNotFound => Self::UnknownHost,
            ureq::Error::LargeResponseHeader(..) => Self::LargeHead,
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => {
                Self::Tls(text)
            }
            // The parser's own error has no public path; its words do.
            ureq::Error::Protocol(_) if text.contains("too many headers") => Self::TooManyFields,
            ureq::Error::Protocol(_) => Self::Protocol(text),
            ureq::Error::Io(error) => Self::of_io(error),
            // The body ended within the framing of a chunk.
            ureq::Error::BodyStalled => Self::Closed,
            _ => Self::Other(text),
        }
    }

    fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::UnexpectedEof => Self::Closed,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Reset,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            // The encryption has no error kind of its own.
            io::ErrorKind::InvalidData => Self::Tls(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// How far a response was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its head is not there.
    Head,
    /// Its body is awaited, of the length that the head gave.
    Body(Option<u64>),
}

/// What happened, from what the client said and what was heard.
pub(super) fn explain(
    said: &Said,
    heard: &Heard,
    base: &BaseUrl,
    link: &Link,
    stage: Stage,
) -> Fault {
    let cause = match said {
        Said::TimedOut | Said::Silent => Cause::Timeout,
        Said::UnknownHost | Said::Refused | Said::Closed | Said::Reset | Said::Proxy(_) => {
            Cause::Connection
        }
        _ => Cause::Answer,
    };
    told(said, heard, base, link, stage).because(cause)
}

fn told(said: &Said, heard: &Heard, base: &BaseUrl, link: &Link, stage: Stage) -> Fault {
    if let Some(fault) = by_proxy(said, heard, base, link) {
        return fault;
    }
    let looks = Looks::of(&heard.bytes);
    if looks != Looks::Http1 && !heard.bytes.is_empty() {
        return not_http(looks, heard);
    }
    let progress = Progress { heard, stage };
    match said {
        Said::TimedOut => {
            let message = if !heard.connected {
                let limit = seconds(link.connect.min(link.total));
                format!(
                    "no connection to {} could be made within {limit}",
                    base.place()
                )
            } else {
                let what = progress.missing("did not answer", "did not end its answer");
                format!("the server {what} within {}", seconds(link.total))
            };
            // The shorter one of the two is what ends a connection that is not there.
            let name = match heard.connected || link.total < link.connect {
                true => "timeout",
                false => "connect_timeout",
            };
            Fault::new(message)
                .with_help(format!("see what the server is doing, or raise `{name}`"))
        }
        Said::Silent => {
            let limit = seconds(link.first_byte.unwrap_or(link.total));
            Fault::new(format!("the server did not begin to answer within {limit}"))
                .with_help("see what the server is doing, or raise `first_byte_timeout`")
        }
        Said::UnknownHost => {
            let message = format!("no address is known for the host {}", base.host);
            Fault::new(message).with_help("see whether `base_url` is right")
        }
        Said::Refused => {
            let message = format!("nothing listens at {}: connection refused", base.place());
            Fault::new(message)
                .with_help("start the API, or let [server] start it, or mend `base_url`")
        }
        Said::Closed => {
            let what = progress.missing(
                "closed the connection without an answer",
                "closed the connection before its answer was whole",
            );
            let help = if heard.total == 0 && !base.is_tls() {
                "see the log of the server; if it speaks TLS alone, write https in `base_url`"
            } else {
                "see the log of the server"
            };
            Fault::new(format!("the server {what}")).with_help(help)
        }
        Said::Reset => {
            let what = progress.missing(
                "broke off the connection without an answer",
                "broke off the connection before its answer was whole",
            );
            Fault::new(format!("the server {what}")).with_help("see the log of the server")
        }
        Said::TooManyFields => Fault::new(format!(
            "the response has more than {MAX_FIELDS} header fields"
        )),
        Said::LargeHead => Fault::new("the head of the response is larger than 64 KiB"),
        Said::Protocol(words) => {
            let part = match stage {
                Stage::Head => "head",
                Stage::Body(_) => "body",
            };
            let broken = wire::broken_field(&heard.bytes).filter(|_| stage == Stage::Head);
            let words = broken.as_ref().unwrap_or(words);
            let message = format!("the {part} of the response is not HTTP/1.1: {words}");
            Fault::new(message).with_help("mend what the server writes: see RFC 9112")
        }
        Said::Tls(words) => tls::explain(words, link.roots.is_some()),
        Said::TooLarge(max) => {
            let message = format!("the response body is larger than {max} bytes");
            Fault::new(message)
                .with_help("ask for less in the scenario, or raise `max_body` in the settings")
        }
        Said::TooMuch { came, length } => Fault::new(format!(
            "the Content-Length is {length}, and {came} bytes of a body came"
        ))
        .with_help("mend the server: its clients read a part of the body"),
        Said::Proxy(words) => Fault::new(words.clone()),
        Said::Other(words) if heard.connected => Fault::new(words.clone()),
        Said::Other(words) => {
            let place = base.place();
            Fault::new(format!("no connection to {place} could be made: {words}"))
                .with_help("see whether `base_url` is right")
        }
    }
}

/// What happened before the proxy of the environment had connected us.
fn by_proxy(said: &Said, heard: &Heard, base: &BaseUrl, link: &Link) -> Option<Fault> {
    let proxy = link.proxies.of(base)?;
    let at = format!("{}:{}", proxy.host(), proxy.port());
    let to = base.authority();
    let message = match said {
        Said::Proxy(words) => format!("the proxy {at} did not connect us to {to}: {words}"),
        Said::Refused => format!("nothing listens at {at}, the proxy to {to}: connection refused"),
        Said::UnknownHost => format!("no address is known for the host of the proxy {at}"),
        Said::TimedOut if heard.total == 0 && heard.connection < 2 => {
            let limit = seconds(link.connect.min(link.total));
            format!("the proxy {at} did not connect us to {to} within {limit}")
        }
        _ => return None,
    };
    Some(Fault::new(message).with_help(
        "see HTTP_PROXY, HTTPS_PROXY and ALL_PROXY in the environment; NO_PROXY names hosts to ask without a proxy",
    ))
}

struct Progress<'a> {
    heard: &'a Heard,
    stage: Stage,
}

impl Progress<'_> {
    /// How far the answer came.
    fn missing(&self, nothing: &str, some: &str) -> String {
        if self.heard.total == 0 {
            return nothing.to_owned();
        }
        match self.stage {
            Stage::Head => format!("{some} (only a part of its head came)"),
            Stage::Body(None) => format!("{some} (the end of the body is missing)"),
            Stage::Body(Some(expected)) => {
                let end = self.heard.bytes.windows(4).position(|at| at == b"\r\n\r\n");
                let came = self.heard.total - end.map_or(0, |end| end as u64 + 4);
                format!("{some} ({came} of {expected} bytes of the body came)")
            }
        }
    }
}

fn not_http(looks: Looks, heard: &Heard) -> Fault {
    match looks {
        Looks::Http2 => Fault::definitive("the server speaks only HTTP/2; we speak HTTP/1.1")
            .with_help(
                "let the server speak HTTP/1.1 too, or put a proxy in front of it that does",
            ),
        Looks::Tls => Fault::definitive("the server speaks TLS, and `base_url` is http")
            .with_help("write https in `base_url`"),
        Looks::Http1 | Looks::Unknown => {
            let shown = &heard.bytes[..heard.bytes.len().min(SHOWN)];
            Fault::definitive(format!(
                "what the server answers is not HTTP: \"{}\"",
                shown.escape_ascii()
            ))
            .with_help("see whether another server listens on that port")
        }
    }
}

/// A duration as people write it.
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(said: &Said, bytes: &[u8], stage: Stage) -> String {
        let heard = Heard {
            bytes: bytes.to_vec(),
            total: bytes.len() as u64,
            connected: true,
            ..Heard::default()
        };
        let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
        let link = Link {
            connect: Duration::from_secs(3),
            first_byte: None,
            total: Duration::from_secs(3),
            max_body: 9,
            keep_alive: false,
            roots: None,
            proxies: Default::default(),
        };
        explain(said, &heard, &base, &link, stage).message
    }

    #[test]
    fn how_far_an_answer_came_is_told() {
        assert_eq!(
            message(&Said::Closed, b"", Stage::Head),
            "the server closed the connection without an answer"
        );
        assert!(message(&Said::Reset, b"HTTP/1.1 2", Stage::Head).contains("part of its head"));
        assert!(
            message(
                &Said::Closed,
                b"HTTP/1.1 200 OK\r\n\r\nabc",
                Stage::Body(Some(9))
            )
            .contains("3 of 9 bytes of the body")
        );
        assert_eq!(
            message(&Said::TimedOut, b"", Stage::Head),
            "the server did not answer within 3 s"
        );
    }

    #[test]
    fn the_shorter_time_out_is_the_one_to_raise() {
        let help = |connect, total| {
            let link = Link {
                connect: Duration::from_secs(connect),
                first_byte: None,
                total: Duration::from_secs(total),
                max_body: 9,
                keep_alive: false,
                roots: None,
                proxies: Default::default(),
            };
            let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
            let heard = Heard::default();
            explain(&Said::TimedOut, &heard, &base, &link, Stage::Head)
                .help
                .unwrap()
        };
        assert!(help(10, 1).contains("raise `timeout`"));
        assert!(help(1, 10).contains("raise `connect_timeout`"));
    }

    #[test]
    fn other_protocols_are_named_whatever_the_client_said() {
        let protocol = Said::Protocol("http parse fail".to_owned());
        assert!(message(&protocol, b"\0\0\x12\x04\0\0\0\0\0", Stage::Head).contains("HTTP/2"));
        assert!(message(&protocol, b"\x15\x03\x01\0\x02\x02\x46", Stage::Head).contains("TLS"));
        assert!(message(&protocol, b"hello \x1b[31m", Stage::Head).contains("\"hello \\x1b[31m\""));
        let tls = Said::Tls("received corrupt message of type InvalidContentType".to_owned());
        assert!(message(&tls, b"", Stage::Head).contains("does not speak TLS"));
    }
}
