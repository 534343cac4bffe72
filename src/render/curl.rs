//! A request as a `curl` command.

use crate::document::{Body, Header, Headers, Request};
use crate::json::{self, KeyOrder};

/// The host of a command where neither the example nor the settings know one.
const PLACEHOLDER: &str = "https://api.example.com";

/// A command for a POSIX shell that makes the request, an option a line. `host` (`https://host` or a bare host) counts
/// where the request has no `Host`.
///
/// A body that is not kept is read from `body.bin`; control characters are written in the `$'…'` form of bash and zsh.
pub(super) fn command(request: &Request, host: Option<&str>) -> String {
    let url = url(request, host);
    let mut options = Vec::new();
    let form = form(request);
    let is_form = form.is_some();
    let data = form.or_else(|| data(&request.body).map(|data| vec![data]));
    match (request.method.as_str(), &data) {
        ("GET", None) => {}
        ("HEAD", None) => options.push("--head".to_owned()),
        (method, _) => options.push(format!("-X {}", quote(method))),
    }
    // Otherwise curl reads brackets and braces as patterns, and takes `/../` out.
    if url.contains(['[', ']', '{', '}']) {
        options.push("--globoff".to_owned());
    }
    if url.contains("/./") || url.contains("/../") || url.ends_with("/.") || url.ends_with("/..") {
        options.push("--path-as-is".to_owned());
    }
    options.push(quote(&url));
    for header in &request.headers {
        // The host stands in the URL, curl counts for itself and chooses its own boundary; `@` would name a file.
        let own = header.is("host")
            || header.is("content-length")
            || (is_form && header.is("content-type"));
        if !own && !header.name.starts_with('@') {
            options.push(format!("-H {}", quote(&header_line(header))));
        }
    }
    if let Some(data) = data {
        if !is_form && request.headers.get("content-type").is_none() {
            // Curl would say that it is a form.
            let line = match request.body {
                Body::Json(_) => "Content-Type: application/json",
                _ => "Content-Type:",
            };
            options.push(format!("-H {}", quote(line)));
        }
        options.extend(data);
    }
    format!("curl {}", options.join(" \\\n  "))
}

fn url(request: &Request, host: Option<&str>) -> String {
    let path = &request.path;
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.clone();
    }
    let (scheme, configured) = match host.and_then(|host| host.split_once("://")) {
        Some((scheme, host)) => (scheme, Some(host)),
        None => ("https", host),
    };
    let named = request.headers.get("host").filter(|host| !host.is_empty());
    let slash = if path.starts_with('/') { "" } else { "/" };
    match named.or(configured) {
        Some(host) => format!("{scheme}://{}{slash}{path}", host.trim_end_matches('/')),
        None => format!("{PLACEHOLDER}{slash}{path}"),
    }
}

/// `Name;` is how curl is told to send an empty value: `Name:` would take the header out.
fn header_line(header: &Header) -> String {
    if header.value.is_empty() {
        format!("{};", header.name)
    } else {
        header.to_string()
    }
}

fn data(body: &Body) -> Option<String> {
    match body {
        Body::Empty => None,
        Body::Json(value) => {
            let text = json::write(value, KeyOrder::Sorted);
            Some(format!("--data-raw {}", quote(text.trim_end())))
        }
        // No argument of a program can hold a zero byte.
        Body::Text(lines) if lines.iter().any(|line| line.contains('\0')) => {
            Some("--data-binary @body.bin".to_owned())
        }
        Body::Text(lines) => Some(format!("--data-raw {}", quote(&lines.join("\n")))),
        Body::Bytes(_) => Some("--data-binary @body.bin".to_owned()),
    }
}

/// The options of a form with files (RFC 7578), where the text is one and curl would send the same values; the files are
/// read by their names. `None` for whatever curl could take for something else.
fn form(request: &Request) -> Option<Vec<String>> {
    let Body::Text(lines) = &request.body else {
        return None;
    };
    let media_type = request.headers.get("content-type")?;
    let (essence, boundary) = media_type.split_once("boundary=")?;
    if !essence.trim_start().starts_with("multipart/form-data") {
        return None;
    }
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let text = format!("\r\n{}", lines.join("\n"));
    let delimiter = format!("\r\n--{boundary}");
    let (parts, end) = text.strip_prefix(&delimiter)?.rsplit_once(&delimiter)?;
    if !matches!(end, "--" | "--\r\n") {
        return None;
    }
    parts
        .split(&delimiter)
        .map(|part| form_part(part.strip_prefix("\r\n")?))
        .collect()
}

fn form_part(part: &str) -> Option<String> {
    let (head, value) = part.split_once("\r\n\r\n")?;
    let headers = Headers::from_lines(head.split("\r\n"));
    let mut fields = headers.get("content-disposition")?.split("; ");
    if fields.next() != Some("form-data") {
        return None;
    }
    let name = unquoted(fields.next()?.strip_prefix("name=")?)?;
    let file = match fields.next() {
        Some(field) => Some(unquoted(field.strip_prefix("filename=")?)?),
        None => None,
    };
    let others = headers.0.len() - 1;
    match (file, headers.get("content-type")) {
        (None, None) if others == 0 => Some(format!(
            "--form-string {}",
            quote(&format!("{name}={value}"))
        )),
        (Some(file), None) if others == 0 => {
            Some(format!("-F {}", quote(&format!("{name}=@{file}"))))
        }
        (Some(file), Some(kind)) if others == 1 && plain(kind, "/; =") => Some(format!(
            "-F {}",
            quote(&format!("{name}=@{file};type={kind}"))
        )),
        _ => None,
    }
}

/// A quoted name that means nothing to curl.
fn unquoted(name: &str) -> Option<&str> {
    let name = name.strip_prefix('"')?.strip_suffix('"')?;
    (!name.is_empty() && plain(name, "[]")).then_some(name)
}

fn plain(text: &str, also: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c) || also.contains(c);
    text.chars().all(plain)
}

/// A word of a shell's command line.
fn quote(word: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return word.to_owned();
    }
    if word.chars().any(|c| c.is_control() && c != '\n') {
        return ansi_quote(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn ansi_quote(word: &str) -> String {
    let mut out = "$'".to_owned();
    for c in word.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(method: &str, path: &str, headers: &[&str], body: Body) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Headers::from_lines(headers),
            body,
        }
    }

    #[test]
    fn the_usual_request() {
        let headers = ["Host: sentry.io", "Authorization: Bearer <token>"];
        assert_eq!(
            command(
                &request("GET", "/api/0/?a=b&c", &headers, Body::Empty),
                None
            ),
            "curl 'https://sentry.io/api/0/?a=b&c' \\\n  -H 'Authorization: Bearer <token>'"
        );
        let body = Body::Json(json!({"name": "it's"}));
        assert_eq!(
            command(
                &request("POST", "/x/", &["Content-Length: 4"], body),
                Some("http://a:1")
            ),
            "curl -X POST \\\n  http://a:1/x/ \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '{\n  \"name\": \"it'\\''s\"\n}'"
        );
    }

    #[test]
    fn a_form_with_files_is_one() {
        let text = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n@x\r\ny\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"h.py\"\r\nContent-Type: text/x\r\n\r\nprint\r\n--b--\r\n";
        let headers = ["Host: a", "Content-Type: multipart/form-data; boundary=b"];
        assert_eq!(
            command(&request("POST", "/", &headers, Body::text(text)), None),
            "curl -X POST \\\n  https://a/ \\\n  --form-string $'n=@x\\r\\ny' \\\n  -F 'file=@h.py;type=text/x'"
        );
        // What curl could misread is sent as it is.
        for odd in [
            text.replace("h.py", "h;,.py"),
            text.replace("--b--", ""),
            text.replace("Content-Type", "X"),
        ] {
            let command = command(&request("POST", "/", &headers, Body::text(&odd)), None);
            assert!(command.contains("--data-raw $'--b"), "{command}");
        }
    }

    #[test]
    fn a_shell_gives_curl_what_was_meant() {
        let texts = [
            "",
            "a b",
            "it's",
            "$HOME `id` \\ \"!!\"",
            "a\nb\n",
            "\r\n\t\u{1}é\u{85}😀",
            "'",
            "\\'\u{7f}f",
        ];
        for text in texts {
            let headers = [format!("X: {text}").trim_end().replace(['\n', '\r'], "_")];
            let headers = [headers[0].as_str(), "Content-Type: text/plain"];
            let command = command(
                &request("PUT", "/a?b=$c&d", &headers, Body::text(text)),
                Some("h"),
            );
            let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}; {command}");
            let Ok(output) = std::process::Command::new("bash")
                .args(["-c", &script])
                .env("LC_ALL", "C.UTF-8")
                .output()
            else {
                eprintln!("skipped: there is no bash");
                return;
            };
            let output = String::from_utf8(output.stdout).unwrap();
            let header = match headers[0] {
                "X:" => "X;",
                header => header,
            };
            let expected = [
                "-X",
                "PUT",
                "https://h/a?b=$c&d",
                "-H",
                header,
                "-H",
                headers[1],
                "--data-raw",
                text,
                "",
            ];
            assert_eq!(
                output.split('\0').collect::<Vec<_>>(),
                expected,
                "{command}"
            );
        }
    }

    #[test]
    fn what_curl_would_misread_is_said() {
        assert_eq!(
            command(
                &request("HEAD", "/a/../[1]", &["X-Empty:", "@x: y"], Body::Empty),
                Some("a.b")
            ),
            "curl --head \\\n  --globoff \\\n  --path-as-is \\\n  'https://a.b/a/../[1]' \\\n  -H 'X-Empty;'"
        );
        let text = Body::text("a\r\n'b'\\\u{1}\u{85}");
        assert_eq!(
            command(&request("PUT", "x", &["Host: a"], text), None),
            "curl -X PUT \\\n  https://a/x \\\n  -H Content-Type: \\\n  --data-raw $'a\\r\\n\\'b\\'\\\\\\x01\\u0085'"
        );
        let nul = request("POST", "/", &["Content-Type: x/y"], Body::text("\0"));
        assert!(command(&nul, None).ends_with("--data-binary @body.bin"));
        assert!(command(&nul, None).contains("https://api.example.com/"));
    }
}
