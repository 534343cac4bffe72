//! `.http` files, as the REST clients of VS Code and JetBrains read them: what both have in common.

use std::sync::Arc;

use serde_json::Value;

use super::templates::{self, template};
use super::{Part, Payload, Request, Requests, at_line, body_of};
use crate::document::{essence, is_json_media_type};
use crate::finding::{SourceFile, codes};
use crate::import::naming;
use crate::json;

/// Reads a file of requests.
pub fn read(source: &Arc<SourceFile>) -> Requests {
    let mut out = Requests::default();
    let mut block: Vec<(usize, &str)> = Vec::new();
    let mut title = None;
    for (number, line) in source.text.lines().enumerate() {
        if let Some(rest) = line.strip_prefix("###") {
            request(source, &block, title.take(), &mut out);
            block.clear();
            title = Some(rest.trim().to_owned()).filter(|title| !title.is_empty());
        } else {
            block.push((number, line));
        }
    }
    request(source, &block, title, &mut out);
    if out.requests.is_empty() {
        let finding = at_line(source, 0, codes::NOT_REQUESTS, "the file holds no request");
        out.findings
            .push(finding.help("a request begins with its method and URL: GET https://…"));
    }
    templates::save_references(&source.text, &mut out);
    out
}

fn request(
    source: &Arc<SourceFile>,
    block: &[(usize, &str)],
    title: Option<String>,
    out: &mut Requests,
) {
    let mut request = Request {
        name: title,
        ..Request::default()
    };
    let mut lines = block.iter().copied().peekable();
    let mut found = false;
    for (number, line) in lines.by_ref() {
        let text = line.trim();
        let comment = text.strip_prefix('#').or_else(|| text.strip_prefix("//"));
        if let Some(comment) = comment {
            if let Some(name) = comment.trim().strip_prefix("@name") {
                request.name = Some(name.trim_start_matches([' ', '=']).to_owned());
            }
        } else if let Some((name, value)) =
            text.strip_prefix('@').and_then(|rest| rest.split_once('='))
        {
            let value = Value::from(template(value.trim()));
            out.variables.insert(naming::identifier(name.trim()), value);
        } else if text.starts_with('<') {
            unsupported(source, number, "a script before a request", out);
        } else if text.starts_with("curl ") {
            let message = "a command line of curl is left out";
            let finding = at_line(source, number, codes::LEFT_OUT, message);
            let help = "pipe it into `apidocs import curl`";
            out.findings.push(finding.help(help));
            return;
        } else if !text.is_empty() && !text.starts_with("%}") {
            line_of_request(text, &mut request);
            found = true;
            break;
        }
    }
    if !found {
        return;
    }
    let is_graphql = request.method == "GRAPHQL";
    while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim().is_empty()) {
        let text = line.trim();
        if text.starts_with(['?', '&']) {
            request.url.push_str(&template(without_version(text)));
        } else if !text.starts_with('#')
            && !text.starts_with("//")
            && let Some((name, value)) = text.split_once(':')
        {
            let header = (name.trim().to_owned(), template(value.trim()));
            request.headers.push(header);
        }
    }
    let body: Vec<(usize, &str)> = lines.collect();
    request.body = read_body(source, &body, &request, out);
    if is_graphql {
        request.method = "POST".to_owned();
        if let Payload::Text(text) = &request.body {
            request.body = graphql(text);
        }
    }
    out.requests.push(request);
}

/// A GraphQL document with what its variables are behind it, as it is sent (GraphQL over HTTP).
pub(super) fn graphql(text: &str) -> Payload {
    let variables = text.find("\nvariables").map(|at| {
        let behind = at + "\nvariables".len();
        (at, json::parse(&text[behind..]).ok())
    });
    let (query, variables) = match variables {
        Some((at, Some(variables))) => (&text[..at], Some(variables)),
        _ => (text, None),
    };
    let mut body = serde_json::Map::new();
    body.insert("query".to_owned(), query.trim().into());
    body.extend(variables.map(|variables| ("variables".to_owned(), variables)));
    Payload::Json(body.into())
}

fn without_version(text: &str) -> &str {
    match text.rsplit_once(" HTTP/") {
        Some((before, version)) if !version.contains(' ') => before,
        _ => text,
    }
}

/// `METHOD URL HTTP/1.1`, or a URL alone.
fn line_of_request(text: &str, request: &mut Request) {
    let text = without_version(text);
    let is_method = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    };
    let (method, url) = match text.split_once(char::is_whitespace) {
        Some((method, url)) if is_method(method) => (method, url.trim()),
        _ => ("GET", text),
    };
    request.method = method.to_owned();
    request.url = template(url);
}

fn unsupported(source: &Arc<SourceFile>, line: usize, what: &str, out: &mut Requests) {
    let message = format!("{what} has no counterpart, and is left out");
    out.findings
        .push(at_line(source, line, codes::UNKNOWN_OPTION, message));
}

fn media_of(request: &Request) -> Option<String> {
    let mut headers = request.headers.iter();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    header.map(|(_, value)| value.clone())
}

fn read_body(
    source: &Arc<SourceFile>,
    lines: &[(usize, &str)],
    request: &Request,
    out: &mut Requests,
) -> Payload {
    let mut text: Vec<&str> = Vec::new();
    let mut in_script = false;
    let media = media_of(request);
    let multipart = media
        .as_deref()
        .is_some_and(|media| essence(media) == "multipart/form-data");
    for (number, line) in lines {
        let trimmed = line.trim();
        if in_script {
            in_script = !trimmed.ends_with("%}");
        } else if let Some(rest) = trimmed.strip_prefix('>') {
            if !line.starts_with('>') {
                text.push(line);
                continue;
            }
            in_script = rest.trim_start().starts_with("{%") && !rest.trim_end().ends_with("%}");
            unsupported(source, *number, "a script behind a request", out);
        } else if line.starts_with("<>") {
            unsupported(source, *number, "a saved response", out);
        } else {
            text.push(line);
        }
    }
    if multipart {
        let boundary = media
            .as_deref()
            .and_then(|media| media.split("boundary=").nth(1));
        return Payload::Multipart(parts(&text, boundary.unwrap_or_default().trim_matches('"')));
    }
    let start = text.iter().position(|line| !line.trim().is_empty());
    let Some(start) = start else {
        return Payload::Empty;
    };
    if let Some(file) = text[start]
        .strip_prefix('<')
        .filter(|_| !text[start].contains('>'))
    {
        let file = file.trim_start_matches('@').trim();
        return Payload::File(file.to_owned());
    }
    templated_body(text[start..].join("\n").trim_end(), media.as_deref())
}

/// A body with templates in it: JSON also where a template stands for a value that is no text.
pub(super) fn templated_body(text: &str, media: Option<&str>) -> Payload {
    if !text.contains("{{") {
        return body_of(text, media);
    }
    let text = template(text);
    let json = media.is_none_or(is_json_media_type) && text.trim_start().starts_with(['{', '[']);
    if json {
        let quoted = quoted(&text);
        if let Some(value) = json::parse(&text)
            .ok()
            .or_else(|| json::parse(&quoted).ok())
        {
            return Payload::Json(value);
        }
    }
    if media.is_some_and(|media| essence(media) == "application/x-www-form-urlencoded") {
        return Payload::Form(super::url::pairs(&text.replace('\n', "")));
    }
    Payload::Text(text)
}

/// The text with quotes around templates that stand outside of strings.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    let mut in_string = false;
    let mut chars = text.char_indices().peekable();
    let mut until = 0;
    let closed = text.rfind("}}").unwrap_or(0);
    while let Some((at, c)) = chars.next() {
        if at < until {
            continue;
        }
        if !in_string && text[at..].starts_with("{{") && at < closed {
            let end = text[at..].find("}}").map_or(text.len(), |end| at + end + 2);
            out.push_str(&Value::from(&text[at..end]).to_string());
            until = end;
            continue;
        }
        out.push(c);
        match c {
            '\\' if in_string => {
                if let Some((_, next)) = chars.next() {
                    out.push(next);
                }
            }
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    out
}

fn parts(lines: &[&str], boundary: &str) -> Vec<(String, Part)> {
    let marker = format!("--{boundary}");
    let mut parts = Vec::new();
    for block in lines.split(|line| line.trim().starts_with(&marker)) {
        let mut lines = block.iter();
        let mut name = None;
        let mut media = None;
        for line in lines.by_ref().take_while(|line| !line.trim().is_empty()) {
            let (header, value) = line.split_once(':').unwrap_or((line, ""));
            if header.eq_ignore_ascii_case("content-disposition") {
                let quoted = value
                    .split("name=\"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                name = quoted.map(str::to_owned);
            } else if header.eq_ignore_ascii_case("content-type") {
                media = Some(value.trim().to_owned());
            }
        }
        let Some(name) = name else { continue };
        let text = lines.copied().collect::<Vec<_>>().join("\n");
        let part = match text.trim_start().strip_prefix('<') {
            Some(file) => Part::File(file.trim().to_owned(), media),
            None => Part::Text(template(&text)),
        };
        parts.push((name, part));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_outside_of_strings_are_quoted() {
        for (text, expected) in [
            (
                r#"{"a": {{ n }}, "b": "{{ n }}"}"#,
                r#"{"a": "{{ n }}", "b": "{{ n }}"}"#,
            ),
            (r#"{"a\"": {{ n }}}"#, r#"{"a\"": "{{ n }}"}"#),
            ("}} {{ n", "}} {{ n"),
            ("{{}}", "\"{{}}\""),
            ("{{}", "{{}"),
            ("{{{ n }}}", "\"{{{ n }}\"}"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn a_long_body_is_quoted_in_one_go() {
        for text in ["[{{ y }},", "[1,", "{{"] {
            let text = text.repeat(1_000_000 / text.len());
            let start = std::time::Instant::now();
            quoted(&format!("{text}{{{{ y }}}}]"));
            quoted(&format!("{{{{ y }}}}{text}"));
            assert!(start.elapsed().as_secs() < 5);
        }
    }
}
