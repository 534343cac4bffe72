//! Command lines of curl, as terminals and browsers give them (source: the manual page of curl).

mod options;
mod words;

use std::sync::Arc;

use super::{Part, Payload, Request, Requests, body_of, secrets};
use crate::finding::{Finding, SourceFile, codes};
use crate::import::scenario::{encode, literal_text};
use options::{FLAGS, KNOWN, NOT_UNDERSTOOD_WITH_VALUE, SILENT, SILENT_WITH_VALUE};

/// Reads command lines: each begins with `curl`.
pub fn read(source: &Arc<SourceFile>) -> Requests {
    let mut out = Requests::default();
    let Ok(commands) = words::commands(&source.text) else {
        let message = "a quote of the command line is not closed";
        let finding = Finding::new(codes::NOT_REQUESTS, message).in_file(source);
        out.findings
            .push(finding.help("give the command line as you would type it"));
        return out;
    };
    if commands.curl.is_empty() {
        let message = "there is no command that begins with `curl`";
        let finding = Finding::new(codes::NOT_REQUESTS, message).in_file(source);
        let help = "pipe a command line into it: pbpaste | apidocs import curl";
        out.findings.push(finding.help(help));
    }
    if commands.others > 0 {
        let message = format!("other commands than curl are left out: {}", commands.others);
        let finding = Finding::new(codes::LEFT_OUT, message);
        out.findings.push(finding.in_file(source));
    }
    for command in commands.curl {
        for part in command.split(|word| word == "--next" || word == "-:") {
            Command::default().read(part, source, &mut out);
        }
    }
    out
}

/// What texts make of the `-` and `--` before an option.
const DASHES: [char; 3] = ['\u{2013}', '\u{2014}', '\u{2212}'];

const KEYBOARD: &str = "give each value an option, written with the `-` of the keyboard";

/// One command while its words are read.
#[derive(Default)]
struct Command {
    method: Option<String>,
    urls: Vec<String>,
    /// Words behind options that we do not know: their values, or URLs.
    doubtful: Vec<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    file: Option<String>,
    parts: Vec<(String, Part)>,
    queries: Vec<String>,
    get: bool,
    head: bool,
    follow: bool,
    no_glob: bool,
    upload: bool,
    json: bool,
}

impl Command {
    fn read(mut self, words: &[String], source: &Arc<SourceFile>, out: &mut Requests) {
        let mut words = words.iter();
        let mut unknown = Vec::new();
        let mut follows_unknown = false;
        while let Some(word) = words.next() {
            if word.starts_with(DASHES) {
                // The word itself may hold a secret.
                let message = "a word with a typographic dash is no option, and is left out";
                let finding = Finding::new(codes::UNKNOWN_OPTION, message).in_file(source);
                out.findings.push(finding.help(KEYBOARD));
                follows_unknown = true;
                continue;
            }
            if !word.starts_with('-') || word == "-" {
                let is_doubtful = std::mem::take(&mut follows_unknown) && !word.contains("://");
                if is_url(word) {
                    let words = match is_doubtful {
                        true => &mut self.doubtful,
                        false => &mut self.urls,
                    };
                    words.push(word.clone());
                } else {
                    // The word itself may hold a secret.
                    let message = "a word with blanks is no URL, and is left out";
                    let finding = Finding::new(codes::UNKNOWN_OPTION, message).in_file(source);
                    out.findings.push(finding.help(KEYBOARD));
                }
                continue;
            }
            follows_unknown = self.option(word, &mut words, &mut unknown);
        }
        // An option that we do not know may take no value.
        if self.urls.is_empty() {
            self.urls.append(&mut self.doubtful);
        }
        if !self.doubtful.is_empty() {
            // The word itself may hold a secret.
            let message = "a word behind an option that is not understood is taken for its value";
            let finding = Finding::new(codes::UNKNOWN_OPTION, message).in_file(source);
            let help = "write a URL with its scheme, or before the options";
            out.findings.push(finding.help(help));
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
            let ranges = url
                .split('[')
                .skip(1)
                .any(|range| range.starts_with(|c: char| c.is_ascii_alphanumeric()));
            if (ranges || url.contains('{')) && !self.no_glob {
                // The URL itself may hold a secret.
                let message =
                    "a URL with braces or brackets stands for several, and is taken as one";
                let finding = Finding::new(codes::UNKNOWN_OPTION, message).in_file(source);
                let help = "give each URL a command of its own, or --globoff where it is one";
                out.findings.push(finding.help(help));
            }
            let request = self.request(&url);
            out.requests.push(request);
        }
    }

    /// Whether the next word may be the value of an option that we do not know.
    fn option<'a>(
        &mut self,
        word: &'a str,
        words: &mut impl Iterator<Item = &'a String>,
        unknown: &mut Vec<String>,
    ) -> bool {
        if word.starts_with("--") {
            return self.long_option(word, words, unknown);
        }
        // Short ones may stand together, the value of the last behind it: `-sSXPOST`.
        let mut rest = word.chars().skip(1);
        let mut is_unknown = false;
        while let Some(letter) = rest.next() {
            let option = format!("-{letter}");
            let known = KNOWN.iter().find(|(short, _)| *short == option);
            let is_told = NOT_UNDERSTOOD_WITH_VALUE.contains(&option.as_str());
            let takes_value = is_told
                || SILENT_WITH_VALUE.contains(&option.as_str())
                || known.is_some_and(|(_, long)| !FLAGS.contains(long));
            if is_told {
                unknown.push(option.clone());
            }
            if takes_value {
                let behind: String = rest.collect();
                let next = match behind.is_empty() {
                    true => words.next().cloned().unwrap_or_default(),
                    false => behind,
                };
                if let Some((_, long)) = known {
                    self.value(long, &next);
                }
                return false;
            }
            match known {
                Some((_, long)) => self.flag(long),
                None if SILENT.contains(&option.as_str()) => {}
                None => {
                    unknown.push(option);
                    is_unknown = true;
                }
            }
        }
        is_unknown
    }

    fn long_option<'a>(
        &mut self,
        word: &'a str,
        words: &mut impl Iterator<Item = &'a String>,
        unknown: &mut Vec<String>,
    ) -> bool {
        // `--header=VALUE`: curl itself knows no such spelling, but it can mean one thing only.
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let is_known = KNOWN.iter().any(|(_, long)| *long == name);
        let is_flag = FLAGS.contains(&name) || SILENT.contains(&name);
        let is_silent = SILENT.contains(&name) || SILENT_WITH_VALUE.contains(&name);
        let is_understood = (is_known || is_silent) && !(is_flag && joined.is_some());
        if !is_understood {
            // What stands behind the name may be a secret.
            let is_name = |c: &char| c.is_ascii_alphanumeric() || "-.".contains(*c);
            unknown.push(name.chars().take_while(is_name).collect());
        }
        let takes_value = is_understood || NOT_UNDERSTOOD_WITH_VALUE.contains(&name);
        if !is_flag && takes_value {
            let value = joined.or_else(|| words.next().map(String::as_str));
            self.value(name, value.unwrap_or_default());
        } else if is_known && is_understood {
            self.flag(name);
        }
        !takes_value && joined.is_none()
    }

    fn flag(&mut self, name: &str) {
        match name {
            "--get" => self.get = true,
            "--head" => self.head = true,
            "--globoff" => self.no_glob = true,
            _ => self.follow = true,
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
                    None => Part::Text(literal_text(without_type(name, text))),
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
        let mut url = url.replace('{', "%7B").replace('}', "%7D");
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
            follow: self.follow,
            ..Request::default()
        }
    }
}

/// Whether a word may be a URL. The value of an option that is written wrongly is none: `–H "Accept: */*"` with a dash.
fn is_url(word: &str) -> bool {
    let scheme = word.split("://").next().unwrap_or_default();
    word.contains("{{") || !scheme.contains(char::is_whitespace)
}

/// `name=content` with the content encoded, as `--data-urlencode` does.
fn urlencoded(value: &str) -> String {
    match value.split_once('=') {
        Some(("", content)) => encode(content),
        Some((name, content)) => format!("{name}={}", encode(content)),
        None => encode(value),
    }
}

/// The text of a part without the media type behind it: a scenario says one of files alone.
fn without_type<'a>(option: &str, text: &'a str) -> &'a str {
    match text.rsplit_once(";type=") {
        Some((text, media)) if option == "--form" && !media.contains(['"', '}', ' ']) => text,
        _ => text,
    }
}
