//! `apidocs.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::locate_toml;
use crate::finding::{Finding, Severity, SourceFile};

/// The folder of documents unless the settings say another.
pub const DEFAULT_DOCS: &str = "api-docs";

/// The folder of rendered pages unless the settings say another.
pub const DEFAULT_OUTPUT: &str = "site";

/// The template set unless the settings say another: the original's pages.
pub const DEFAULT_TEMPLATE_SET: &str = "sentry";

/// What `apidocs.toml` says. Paths in it are relative to the file.
///
/// Strings of `base_url`, `[server]`, `[[services]]` and `[auth]` are templates: `{{ port }}` is a free
/// port of our choosing, `{{ port.NAME }}` another one, `{{ apidocs }}` the running program and
/// `{{ env.NAME }}` a variable of the environment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the API answers.
    pub base_url: Option<String>,
    /// What examples show wherever the real server appears: `https://host` or a bare host.
    pub host: Option<String>,
    /// The identity of requests that name none.
    pub identity: Option<String>,
    /// The folder of documents.
    pub docs: Option<PathBuf>,
    /// Response headers that examples do not show.
    pub drop_headers: Vec<String>,
    /// How long a whole response may take.
    #[serde(deserialize_with = "duration")]
    pub timeout: Duration,
    /// The largest response body that is read, in bytes.
    pub max_body: u64,
    /// The API's own process, where we start it.
    pub server: Option<Server>,
    /// What must run before the API.
    pub services: Vec<Service>,
    /// Who can make requests, by name.
    pub auth: BTreeMap<String, Auth>,
    /// Severities other than the default, by code.
    pub severity: BTreeMap<String, SeveritySetting>,
    /// How pages are made.
    pub render: Render,
    /// The file itself, where there is one.
    #[serde(skip)]
    pub source: Option<Arc<SourceFile>>,
}

/// How the API is started.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The program and its arguments.
    #[serde(deserialize_with = "command")]
    pub command: Vec<String>,
    /// The folder in which it runs.
    #[serde(default)]
    pub directory: Option<PathBuf>,
    /// Variables to set, beside our own environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// A path or URL that answers with less than 500 when it is ready; a `tcp://host:port` that
    /// accepts a connection. The base URL unless said otherwise.
    #[serde(default)]
    pub ready: Option<String>,
    /// How long it may take to be ready.
    #[serde(default = "ready_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
    /// Commands to run to their end before.
    #[serde(default, deserialize_with = "commands")]
    pub prepare: Vec<Vec<String>>,
}

/// A process that must run before the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name, for messages.
    pub name: String,
    /// How it is started; without `ready`, it counts as ready when it runs.
    pub server: Server,
}

/// An identity.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The header that carries the credential.
    #[serde(default = "authorization")]
    pub header: String,
    /// The header's value: a template over the environment, fixtures, and `{{ output }}` of the command.
    #[serde(default)]
    pub value: Option<String>,
    /// A command whose output is the credential.
    #[serde(default, deserialize_with = "optional_command")]
    pub command: Option<Vec<String>>,
    /// What examples show as the value.
    pub shown: String,
}

/// A severity in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeveritySetting {
    /// The finding is an error.
    Error,
    /// The finding is a warning.
    Warning,
    /// The finding is told.
    Info,
    /// The finding is dropped.
    Off,
}

/// How pages are made.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Render {
    /// The folder of the pages.
    pub output: Option<PathBuf>,
    /// The template set: `sentry`, `markdown` or one of the project.
    pub template_set: Option<String>,
    /// A folder with template sets of the project; a file in it replaces the embedded one of that path.
    pub templates: Option<PathBuf>,
    /// The comment lines of a page (set `sentry`).
    pub page_comment: Option<Vec<String>>,
    /// The comment lines of an index (set `sentry`).
    pub index_comment: Option<Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            host: None,
            identity: None,
            docs: None,
            drop_headers: vec!["Date".to_owned(), "Server".to_owned()],
            timeout: Duration::from_secs(30),
            max_body: 16 * 1024 * 1024,
            server: None,
            services: Vec::new(),
            auth: BTreeMap::new(),
            severity: BTreeMap::new(),
            render: Render::default(),
            source: None,
        }
    }
}

impl Settings {
    /// The finding at the value that a JSON Pointer names in the file, where there is a file.
    pub fn place(&self, finding: Finding, pointer: &str) -> Finding {
        let Some(source) = &self.source else {
            return finding;
        };
        let mut finding = match locate_toml(&source.text, pointer) {
            Some(span) => finding.at(source, span),
            None => finding.in_file(source),
        };
        finding.pointer = Some(pointer.to_owned());
        finding
    }
}

impl SeveritySetting {
    /// The severity, `None` where the finding is dropped.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Off => None,
        }
    }
}

impl<'de> Deserialize<'de> for Service {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(deserializer)?;
        let name = match table.remove("name") {
            Some(toml::Value::String(name)) => name,
            _ => return Err(D::Error::custom("a service needs a name")),
        };
        let server = Server::deserialize(table).map_err(D::Error::custom)?;
        Ok(Self { name, server })
    }
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn ready_timeout() -> Duration {
    Duration::from_secs(60)
}

/// `"30s"`, `"1m 30s"`, `"500ms"`.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let duration: jiff::SignedDuration = text.parse().map_err(|error| {
        D::Error::custom(format!(
            "{text:?} is not a duration such as \"30s\": {error}"
        ))
    })?;
    Duration::try_from(duration).map_err(|_| D::Error::custom("a duration cannot be negative"))
}

/// A command: an array, or a line that is split as a shell would.
#[derive(Deserialize)]
#[serde(untagged)]
enum Command {
    Line(String),
    Words(Vec<String>),
}

impl Command {
    fn words<E: serde::de::Error>(self) -> Result<Vec<String>, E> {
        let words = match self {
            Self::Line(line) => shell_words::split(&close_up(&line)).map_err(E::custom)?,
            Self::Words(words) => words,
        };
        if words.is_empty() {
            return Err(E::custom("a command needs a program"));
        }
        Ok(words)
    }
}

/// Takes the blanks out of `{{ port }}`, so that it stays one word.
fn close_up(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((head, tail)) = rest.split_once("{{") {
        let Some((name, behind)) = tail.split_once("}}") else {
            break;
        };
        out.push_str(&format!("{head}{{{{{}}}}}", name.trim()));
        rest = behind;
    }
    out + rest
}

fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Command::deserialize(deserializer)?.words()
}

fn optional_command<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    command(deserializer).map(Some)
}

fn commands<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<String>>, D::Error> {
    Vec::<Command>::deserialize(deserializer)?
        .into_iter()
        .map(Command::words)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_read() {
        let settings: Settings = toml::from_str(
            r#"
            base_url = "http://127.0.0.1:{{ port }}"
            timeout = "1m 30s"
            [server]
            command = "serve --port {{ port }} --name 'a b'"
            prepare = [["migrate"], "load data"]
            [[services]]
            name = "redis"
            command = ["redis-server"]
            ready = "tcp://127.0.0.1:{{ port.redis }}"
            [auth.admin]
            value = "Bearer {{ token }}"
            shown = "Bearer <token>"
            [severity]
            stray-file = "off"
            "#,
        )
        .unwrap();
        assert_eq!(settings.timeout, Duration::from_secs(90));
        let server = settings.server.unwrap();
        assert_eq!(
            server.command,
            ["serve", "--port", "{{port}}", "--name", "a b"]
        );
        assert_eq!(server.prepare, [vec!["migrate"], vec!["load", "data"]]);
        assert_eq!(settings.services[0].name, "redis");
        assert_eq!(settings.drop_headers, ["Date", "Server"]);
        assert_eq!(settings.auth["admin"].header, "Authorization");
        assert_eq!(settings.severity["stray-file"].severity(), None);
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<Settings>("bsae_url = ''").is_err());
        let error =
            toml::from_str::<Settings>("[[services]]\nname = 'x'\ncomand = 'y'").unwrap_err();
        assert!(error.message().contains("comand"), "{error}");
    }
}
