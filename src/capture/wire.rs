//! The head of a response, as it was on the wire.

use crate::document::{Headers, ends_with_head};

/// The most header fields that a response may have: the client's parser takes no more.
pub(super) const MAX_FIELDS: usize = 128;

/// Status line and header fields (RFC 9112, sections 4 and 5): names in their case and order, repeated
/// ones repeated, the reason phrase as the server wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
}

/// What the first bytes of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// The beginning of an HTTP/1.x response.
    Http1,
    /// HTTP/2 (RFC 9113), or a status line that says so.
    Http2,
    /// A TLS record (RFC 8446, section 5.1).
    Tls,
    /// Anything else.
    Unknown,
}

impl Head {
    /// Reads the head of the final response; interim ones (RFC 9110, section 15.2) are skipped.
    ///
    /// With it comes where the body begins. `None` where the bytes end before, or are none that we understand.
    pub fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut rest = bytes;
        loop {
            let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
            let mut response = httparse::Response::new(&mut fields);
            let httparse::Status::Complete(len) = response.parse(rest).ok()? else {
                return None;
            };
            let status = response.code?;
            if status != 101 && (100..200).contains(&status) {
                rest = &rest[len..];
                continue;
            }
            let mut headers = Headers::default();
            for field in response.headers.iter() {
                headers.push(field.name, text(field.value).trim());
            }
            let head = Self {
                status,
                reason: reason(rest),
                headers,
            };
            return Some((head, bytes.len() - rest.len() + len));
        }
    }
}

/// What a server has said to a request that it does not read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Early {
    /// The head of an answer that does not ask for the rest (RFC 9112, section 9.5).
    Refusal,
    /// A whole answer, which may have been given before the request was of use.
    Whole,
}

impl Early {
    /// Tells from the first bytes of an answer, and how many came in all. `None` where more is to come: interim
    /// responses, a part of a head, the beginning of a body.
    pub fn of(bytes: &[u8], total: u64) -> Option<Self> {
        let (head, end) = Head::parse(bytes)?;
        if head.status >= 300 {
            return Some(Self::Refusal);
        }
        let body = bytes.get(end..).unwrap_or_default();
        let is_whole = match head.headers.get("Content-Length") {
            Some(length) => length
                .parse::<u64>()
                .is_ok_and(|length| total.saturating_sub(end as u64) >= length),
            None if head.headers.get("Transfer-Encoding").is_some() => {
                body == b"0\r\n\r\n" || body.ends_with(b"\r\n0\r\n\r\n")
            }
            None => ends_with_head(head.status),
        };
        is_whole.then_some(Self::Whole)
    }
}

/// What is wrong with the first header field of a head that cannot be read (RFC 9112, section 5).
pub(super) fn broken_field(head: &[u8]) -> Option<String> {
    let lines = head.split(|&byte| byte == b'\n').skip(1);
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut last = String::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return Some(format!(
                "the header field {last:?} goes on in the next line"
            ));
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            let line = text(line);
            return Some(format!("{line:?} is no header field: it has no colon"));
        };
        let (name, value) = line.split_at(colon);
        last = text(name);
        if name.ends_with(b" ") || name.ends_with(b"\t") {
            return Some(format!(
                "a blank stands behind the name of the header field {last:?}"
            ));
        }
        let is_token =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        if name.is_empty() || !name.iter().all(is_token) {
            return Some(format!("{last:?} is no name of a header field"));
        }
        let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
        if let Some(byte) = value.iter().find(|byte| is_control(byte)) {
            return Some(format!(
                "the header field {last:?} holds the control character {byte:#04x}"
            ));
        }
    }
    None
}

/// A transfer coding that is not `chunked` (RFC 9112, section 7): the body is not what it looks like.
pub(super) fn unknown_transfer_coding(headers: &Headers) -> Option<String> {
    headers
        .iter()
        .filter(|header| header.is("Transfer-Encoding"))
        .flat_map(|header| header.value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .find(|coding| !["", "chunked", "identity"].contains(&coding.as_str()))
}

/// The reason phrase, from the status line itself: the parser gives none that is not ASCII.
fn reason(head: &[u8]) -> String {
    let start = head
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let line = head[start..].split(|&byte| byte == b'\n').next();
    let line = line.unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let phrase = line.splitn(3, |&byte| byte == b' ').nth(2);
    text(phrase.unwrap_or_default()).trim().to_owned()
}

/// Bytes of a head as text: UTF-8, or else ISO 8859-1, in which every byte means something.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| bytes.iter().copied().map(char::from).collect(),
        str::to_owned,
    )
}

impl Looks {
    /// Tells from the first bytes what speaks.
    pub fn of(bytes: &[u8]) -> Self {
        let starts = |wanted: &[u8]| {
            let len = wanted.len().min(bytes.len());
            len > 0 && bytes[..len] == wanted[..len]
        };
        if starts(b"HTTP/1.") {
            return Self::Http1;
        }
        if starts(b"HTTP/2") || starts(b"PRI * HTTP/2") {
            return Self::Http2;
        }
        match bytes {
            // A frame of type SETTINGS or GOAWAY on stream 0 (RFC 9113, section 4.1).
            [0, _, _, 4 | 7, _, _, 0, 0, 0, ..] => Self::Http2,
            // An alert or a handshake of version 3.x.
            [0x15 | 0x16, 3, 0..=4, ..] => Self::Tls,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Head> {
        Head::parse(bytes).map(|(head, _)| head)
    }

    #[test]
    fn case_order_and_repeats_are_those_of_the_wire() {
        let head = read(
            b"HTTP/1.1 200 Alles gut\r\nx-b: 1\r\nX-A:2 \r\nSet-Cookie: a\r\nset-cookie: b\r\nEmpty:\r\n\r\nbody",
        )
        .unwrap();
        assert_eq!((head.status, head.reason.as_str()), (200, "Alles gut"));
        let lines: Vec<_> = head.headers.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "x-b: 1",
                "X-A: 2",
                "Set-Cookie: a",
                "set-cookie: b",
                "Empty: "
            ]
        );
    }

    #[test]
    fn interim_responses_are_skipped() {
        let head = read(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n",
        )
        .unwrap();
        assert_eq!(head.status, 204);
        assert_eq!(head.headers.get("link"), None);
        assert_eq!(read(b"HTTP/1.1 103 Early Hints\r\n\r\n"), None);
        let (_, end) = Head::parse(b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody").unwrap();
        assert_eq!(end, 37);
    }

    #[test]
    fn what_came_before_the_request_was_sent_is_told_apart() {
        let told = |text: &str| Early::of(text.as_bytes(), text.len() as u64);
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (text, expected) in [
            ("", None),
            ("HTTP/1.1 413 Too L", None),
            ("HTTP/1.1 100 Continue\r\n\r\n", None),
            (
                "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 413 T\r\nContent-Length: 9\r\n\r\n",
                Some(Early::Refusal),
            ),
            ("HTTP/1.1 302 Found\r\n\r\n", Some(Early::Refusal)),
            ("HTTP/1.1 200 OK\r\n\r\nabc", None),
            ("HTTP/1.1 204 No Content\r\n\r\n", Some(Early::Whole)),
            (length, None),
            (&format!("{length}ab"), Some(Early::Whole)),
            (chunked, None),
            (&format!("{chunked}1\r\na\r\n"), None),
            (&format!("{chunked}1\r\na\r\n0\r\n\r\n"), Some(Early::Whole)),
            (&format!("{chunked}0\r\n\r\n"), Some(Early::Whole)),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
        assert_eq!(Early::of(b"\x17\x03\x03\x01\x00", 5), None);
    }

    #[test]
    fn a_field_that_cannot_be_read_is_named() {
        for (fields, expected) in [
            (
                "A: 1\r\n  and 2\r\n",
                "the header field \"A\" goes on in the next line",
            ),
            (
                "A: 1\r\nB : 2\r\n",
                "a blank stands behind the name of the header field \"B \"",
            ),
            (
                "A: 1\x01\r\n",
                "the header field \"A\" holds the control character 0x01",
            ),
            ("A\r\n", "\"A\" is no header field: it has no colon"),
            ("A(: 1\r\n", "\"A(\" is no name of a header field"),
        ] {
            let head = format!("HTTP/1.1 200 OK\r\nX: y\r\n{fields}\r\nB: in the body\x01");
            assert_eq!(broken_field(head.as_bytes()).as_deref(), Some(expected));
        }
        assert_eq!(
            broken_field(b"HTTP/1.1 200 OK\r\nA:\t1\r\n\r\n: body"),
            None
        );
    }

    #[test]
    fn transfer_codings_but_chunked_are_unknown() {
        let of = |line: &str| unknown_transfer_coding(&Headers::from_lines([line]));
        assert_eq!(of("Transfer-Encoding: Chunked"), None);
        assert_eq!(
            of("Transfer-Encoding: gzip, chunked").as_deref(),
            Some("gzip")
        );
    }

    #[test]
    fn reasons_need_not_be_ascii() {
        let reason = |bytes: &[u8]| read(bytes).unwrap().reason;
        assert_eq!(reason("HTTP/1.1 200 Größe\r\n\r\n".as_bytes()), "Größe");
        assert_eq!(reason(b"HTTP/1.1 200 Gr\xf6\xdfe\r\n\r\n"), "Größe");
        assert_eq!(reason(b"HTTP/1.1 200\r\n\r\n"), "");
        assert_eq!(reason(b"HTTP/1.0 200 \r\n\r\n"), "");
    }

    #[test]
    fn other_protocols_are_recognised() {
        assert_eq!(Looks::of(b"HTTP/1.1 200"), Looks::Http1);
        assert_eq!(Looks::of(b"HT"), Looks::Http1);
        assert_eq!(Looks::of(b"\0\0\x12\x04\0\0\0\0\0\0\x03"), Looks::Http2);
        assert_eq!(Looks::of(b"HTTP/2 200"), Looks::Http2);
        assert_eq!(Looks::of(b"\x15\x03\x01\0\x02\x02\x46"), Looks::Tls);
        assert_eq!(Looks::of(b"SSH-2.0-"), Looks::Unknown);
        assert_eq!(Looks::of(b""), Looks::Unknown);
    }
}
