//! Command lines of curl, as terminals and browsers give them (source: the manual page of curl).

use std::sync::Arc;

use super::{Part, Payload, Request, Requests, body_of, secrets};
use crate::finding::{Finding, SourceFile, codes};
use crate::import::scenario::{encode, literal_text};

/// Options that change nothing of what is asked.
const SILENT: [&str; 34] = [
    "-s",
    "-S",
    "-v",
    "-i",
    "-k",
    "-L",
    "-f",
    "-g",
    "-N",
    "-#",
    "-q",
    "-4",
    "-6",
    "-J",
    "-O",
    "--silent",
    "--show-error",
    "--verbose",
    "--include",
    "--insecure",
    "--location",
    "--fail",
    "--globoff",
    "--no-buffer",
    "--progress-bar",
    "--compressed",
    "--http1.1",
    "--http2",
    "--http1.0",
    "--fail-with-body",
    "--location-trusted",
    "--path-as-is",
    "--no-progress-meter",
    "--ssl-reqd",
];

/// Such options with a value.
const SILENT_WITH_VALUE: [&str; 24] = [
    "-o",
    "-m",
    "-w",
    "-x",
    "-c",
    "-E",
    "-K",
    "--output",
    "--max-time",
    "--connect-timeout",
    "--write-out",
    "--retry",
    "--retry-delay",
    "--proxy",
    "--cookie-jar",
    "--cert",
    "--key",
    "--cacert",
    "--max-redirs",
    "--resolve",
    "--dump-header",
    "-D",
    "--limit-rate",
    "--interface",
];

/// Short and long names of the options that we understand; all of them take a value but the last four.
const KNOWN: [(&str, &str); 22] = [
    ("-X", "--request"),
    ("-H", "--header"),
    ("-d", "--data"),
    ("", "--data-ascii"),
    ("", "--data-raw"),
    ("", "--data-binary"),
    ("", "--data-urlencode"),
    ("-F", "--form"),
    ("", "--form-string"),
    ("-u", "--user"),
    ("-b", "--cookie"),
    ("", "--json"),
    ("-A", "--user-agent"),
    ("-e", "--referer"),
    ("", "--url"),
    ("-T", "--upload-file"),
    ("", "--oauth2-bearer"),
    ("", "--url-query"),
    ("-G", "--get"),
    ("-I", "--head"),
    ("", "--next"),
    ("-:", "--next"),
];

/// Reads command lines: each begins with `curl`.
pub fn read(source: &Arc<SourceFile>) -> Requests {
    let mut out = Requests::default();
    let words = match shell_words::split(&plain_quotes(&source.text)) {
        Ok(words) => words,
        Err(_) => {
            let finding = Finding::new(
                codes::NOT_REQUESTS,
                "a quote of the command line is not closed",
            );
            out.findings.push(
                finding
                    .in_file(source)
                    .help("give the command line as you would type it"),
            );
            return out;
        }
    };
    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut skipping = false;
    for word in words {
        if word == "curl" || word.ends_with("/curl") || word == "curl.exe" {
            commands.push(Vec::new());
            skipping = false;
        } else if ["|", "||", "&&", ";", "&", ">", "2>"].contains(&word.as_str()) {
            skipping = true;
        } else if let Some(command) = commands.last_mut().filter(|_| !skipping) {
            // The end of a command may stand right behind a word; within quotes it is part of what is sent.
            let plain = word.starts_with('-') || word.contains("://");
            let end = word.strip_suffix(';').filter(|_| plain);
            skipping = end.is_some();
            command.push(end.map_or_else(|| word.clone(), str::to_owned));
        }
    }
    if commands.is_empty() {
        let finding = Finding::new(
            codes::NOT_REQUESTS,
            "there is no command that begins with `curl`",
        );
        out.findings.push(
            finding
                .in_file(source)
                .help("pipe a command line into it: pbpaste | apidocs import curl"),
        );
    }
    for command in commands {
        for part in command.split(|word| word == "--next" || word == "-:") {
            Command::default().read(part, source, &mut out);
        }
    }
    out
}

/// `$'…'` (ANSI-C quoting of shells) as ordinary quotes; browsers write it.
fn plain_quotes(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '$') if chars.peek() == Some(&'\'') => {
                chars.next();
                out.push('\'');
                while let Some(c) = chars.next().filter(|c| *c != '\'') {
                    let c = if c == '\\' { escape(&mut chars) } else { c };
                    match c {
                        '\'' => out.push_str("'\\''"),
                        c => out.push(c),
                    }
                }
                out.push('\'');
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some('"'), '\\') => {
                out.push(c);
                if let Some(next) = chars.next() {
                    // A command line copied on Windows ends its lines so.
                    match (next, chars.peek()) {
                        ('\r', Some('\n')) => {}
                        _ => out.push(next),
                    }
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> char {
    let most = match chars.next() {
        Some('n') => return '\n',
        Some('t') => return '\t',
        Some('r') => return '\r',
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) => return c,
        None => return '\\',
    };
    let mut code = 0;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
            break;
        };
        code = code * 16 + digit;
        chars.next();
    }
    char::from_u32(code).unwrap_or('\u{fffd}')
}

/// One command while its words are read.
#[derive(Default)]
struct Command {
    method: Option<String>,
    urls: Vec<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    file: Option<String>,
    parts: Vec<(String, Part)>,
    queries: Vec<String>,
    get: bool,
    head: bool,
    upload: bool,
    json: bool,
}

impl Command {
    fn read(mut self, words: &[String], source: &Arc<SourceFile>, out: &mut Requests) {
        let mut words = words.iter();
        let mut unknown = Vec::new();
        while let Some(word) = words.next() {
            if !word.starts_with('-') || word == "-" {
                self.urls.push(word.clone());
                continue;
            }
            self.option(word, &mut words, &mut unknown);
        }
        for option in unknown {
            let message = format!("the option {option} is not understood");
            let finding = Finding::new(codes::UNKNOWN_OPTION, message).in_file(source);
            out.findings
                .push(finding.help("if it changes what is asked, complete the scenario by hand"));
        }
        if self.urls.is_empty() {
            let finding = Finding::new(codes::NOT_REQUESTS, "a command line names no URL");
            out.findings.push(finding.in_file(source));
        }
        for url in std::mem::take(&mut self.urls) {
            let request = self.request(&url);
            out.requests.push(request);
        }
    }

    fn option<'a>(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = &'a String>,
        unknown: &mut Vec<String>,
    ) {
        if word.starts_with("--") {
            let Some((_, name)) = KNOWN.iter().find(|(_, long)| *long == word) else {
                if SILENT_WITH_VALUE.contains(&word) {
                    words.next();
                } else if !SILENT.contains(&word) {
                    unknown.push(word.to_owned());
                }
                return;
            };
            if ["--get", "--head"].contains(name) {
                self.flag(name);
            } else {
                self.value(name, words.next().map_or("", String::as_str));
            }
            return;
        }
        // Short ones may stand together, the value of the last behind it: `-sSXPOST`.
        let mut rest = word.chars().skip(1);
        while let Some(letter) = rest.next() {
            let option = format!("-{letter}");
            let known = KNOWN.iter().find(|(short, _)| *short == option);
            let takes_value = SILENT_WITH_VALUE.contains(&option.as_str())
                || known.is_some_and(|(_, long)| !["--get", "--head"].contains(long));
            if takes_value {
                let behind: String = rest.collect();
                let next = match behind.is_empty() {
                    true => words.next().cloned().unwrap_or_default(),
                    false => behind,
                };
                if let Some((_, long)) = known {
                    self.value(long, &next);
                }
                return;
            }
            match known {
                Some((_, long)) => self.flag(long),
                None if SILENT.contains(&option.as_str()) => {}
                None => unknown.push(option),
            }
        }
    }

    fn flag(&mut self, name: &str) {
        match name {
            "--get" => self.get = true,
            _ => self.head = true,
        }
    }

    fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), literal_text(value)));
    }

    fn value(&mut self, name: &str, value: &str) {
        match name {
            "--request" => self.method = Some(value.to_ascii_uppercase()),
            "--header" => {
                // `Name:` takes a header of curl's own away, `Name;` sends it empty.
                if let Some((name, text)) = value.split_once(':') {
                    if !text.trim().is_empty() {
                        self.header(name.trim(), text.trim());
                    }
                } else if let Some(name) = value.strip_suffix(';') {
                    self.header(name.trim(), "");
                }
            }
            "--data" | "--data-ascii" | "--data-binary" if value.starts_with('@') => {
                self.file = Some(value[1..].to_owned());
            }
            "--data" | "--data-ascii" | "--data-raw" | "--data-binary" => {
                self.data.push(value.to_owned())
            }
            "--data-urlencode" => self.data.push(urlencoded(value)),
            "--url-query" => self.queries.push(urlencoded(value)),
            "--json" => {
                self.json = true;
                match value.strip_prefix('@') {
                    Some(file) => self.file = Some(file.to_owned()),
                    None => self.data.push(value.to_owned()),
                }
            }
            "--form" | "--form-string" => {
                let (field, text) = value.split_once('=').unwrap_or((value, ""));
                let part = match text.strip_prefix(['@', '<']).filter(|_| name == "--form") {
                    Some(file) => {
                        let mut pieces = file.split(';');
                        let path = pieces
                            .next()
                            .unwrap_or_default()
                            .trim_matches('"')
                            .to_owned();
                        let media = pieces.find_map(|piece| {
                            piece.trim().strip_prefix("type=").map(str::to_owned)
                        });
                        Part::File(path, media)
                    }
                    None => Part::Text(literal_text(text)),
                };
                self.parts.push((field.to_owned(), part));
            }
            "--user" => {
                let value = format!("Basic {}", secrets::basic(value));
                self.header("Authorization", &value);
            }
            "--oauth2-bearer" => self.header("Authorization", &format!("Bearer {value}")),
            "--cookie" if value.contains('=') => self.header("Cookie", value),
            "--user-agent" => self.header("User-Agent", value),
            "--referer" => self.header("Referer", value),
            "--url" => self.urls.push(value.to_owned()),
            "--upload-file" => {
                self.upload = true;
                self.file = Some(value.to_owned());
            }
            _ => {}
        }
    }

    fn request(&self, url: &str) -> Request {
        let mut url = literal_text(url);
        let mut queries = self.queries.clone();
        if self.get {
            queries.extend(self.data.iter().cloned());
        }
        for query in queries {
            let joint = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{joint}{query}");
        }
        let mut headers = self.headers.clone();
        let said = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let said = said.map(|(_, value)| value.clone());
        let data = self.data.join("&");
        let body = if self.get || (data.is_empty() && self.file.is_none() && self.parts.is_empty())
        {
            Payload::Empty
        } else if !self.parts.is_empty() {
            Payload::Multipart(self.parts.clone())
        } else if let Some(file) = &self.file {
            Payload::File(file.clone())
        } else {
            let default = if self.json {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            body_of(&data, Some(said.as_deref().unwrap_or(default)))
        };
        let default = match &body {
            Payload::File(_) if self.json => Some("application/json"),
            Payload::Text(_) | Payload::File(_) if !self.upload => {
                Some("application/x-www-form-urlencoded")
            }
            _ => None,
        };
        if let Some(media) = default.filter(|_| said.is_none()) {
            headers.push(("Content-Type".to_owned(), media.to_owned()));
        }
        let method = match &self.method {
            Some(method) => method.clone(),
            None if self.head => "HEAD".to_owned(),
            None if self.upload => "PUT".to_owned(),
            None if body != Payload::Empty => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        Request {
            method,
            url,
            headers,
            body,
            ..Request::default()
        }
    }
}

/// `name=content` with the content encoded, as `--data-urlencode` does.
fn urlencoded(value: &str) -> String {
    match value.split_once('=') {
        Some(("", content)) => encode(content),
        Some((name, content)) => format!("{name}={}", encode(content)),
        None => encode(value),
    }
}
