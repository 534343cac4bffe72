//! Reading `multipart/form-data`.

/// One part of a form.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Only files have one.
    pub(crate) filename: Option<String>,
    pub(crate) content: Vec<u8>,
}

impl Part {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

/// Takes a body apart, or says what is wrong with it.
pub(crate) fn parts(content_type: &str, body: &[u8]) -> Result<Vec<Part>, &'static str> {
    if !content_type
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
    {
        return Err("A file must be sent as multipart/form-data.");
    }
    let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or("The content type names no boundary.")?;
    let opening = format!("--{boundary}");
    let closing = format!("\r\n--{boundary}");

    let start = find(body, opening.as_bytes()).ok_or("The body does not contain its boundary.")?;
    let mut rest = &body[start + opening.len()..];
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = rest
            .strip_prefix(b"\r\n")
            .ok_or("A boundary is not followed by a line end.")?;
        let end = find(rest, closing.as_bytes()).ok_or("The last part has no end.")?;
        parts.push(part(&rest[..end])?);
        rest = &rest[end + closing.len()..];
    }
}

fn part(bytes: &[u8]) -> Result<Part, &'static str> {
    let (head, content) = match find(bytes, b"\r\n\r\n") {
        Some(at) => (&bytes[..at], &bytes[at + 4..]),
        None => return Err("A part has no empty line after its headers."),
    };
    let head = String::from_utf8_lossy(head);
    let disposition = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
        .map(|(_, value)| value);
    let disposition = disposition.ok_or("A part has no Content-Disposition.")?;
    Ok(Part {
        name: parameter(disposition, "name").ok_or("A part has no name.")?,
        filename: parameter(disposition, "filename"),
        content: content.to_vec(),
    })
}

/// A parameter of a header: `name=value` or `name="value"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let value;
        if let Some(quoted) = after.trim_start().strip_prefix('"') {
            let mut text = String::new();
            let mut end = quoted.len();
            let mut escaped = false;
            for (at, c) in quoted.char_indices() {
                match c {
                    _ if escaped => {
                        text.push(c);
                        escaped = false;
                    }
                    '\\' => escaped = true,
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    _ => text.push(c),
                }
            }
            value = text;
            rest = quoted[end..].trim_start().trim_start_matches(';');
        } else {
            let (text, tail) = after.split_once(';').unwrap_or((after, ""));
            value = text.trim().to_owned();
            rest = tail;
        }
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; charset=utf-8; boundary=\"b 1\"";

    #[test]
    fn parts_come_whole() {
        let body =
            b"preamble\r\n--b 1\r\nContent-Disposition: form-data; name=\"header\"\r\n\r\nA:b\r\n\
            --b 1\r\ncontent-disposition: form-data; name=file; filename=\"a; \\\"b\\\".txt\"\r\n\
            Content-Type: text/plain\r\n\r\nline\r\n--b\r\n\xff\r\n--b 1--\r\n";
        let parts = parts(TYPE, body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].name.as_str(), parts[0].text().as_str()),
            ("header", "A:b")
        );
        assert_eq!(parts[1].filename.as_deref(), Some("a; \"b\".txt"));
        assert_eq!(parts[1].content, b"line\r\n--b\r\n\xff");
    }

    #[test]
    fn broken_bodies_are_refused() {
        for body in [
            "",
            "--b 1",
            "--b 1\r\n",
            "--b 1\r\n\r\n--b 1--",
            "--b 1\r\nX: y\r\n\r\n1\r\n--b 1--",
        ] {
            assert!(parts(TYPE, body.as_bytes()).is_err(), "{body}");
        }
        assert!(parts("multipart/form-data", b"--\r\n").is_err());
        assert!(parts("application/json", b"{}").is_err());
        assert!(parts("multipart/form-data; boundary", b"").is_err());
        assert!(parts("multipart/form-data; boundary=\"", b"--").is_err());
        assert_eq!(parts(TYPE, b"--b 1--\r\n"), Ok(Vec::new()));
    }
}
