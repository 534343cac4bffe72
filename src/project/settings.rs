//! `apidocs.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Chosen, Environment, Retry, locate_toml, written};
use crate::finding::{Finding, Impact, Severity, SourceFile};

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
    #[serde(deserialize_with = "written::limit")]
    pub timeout: Duration,
    /// How long it may take to connect.
    #[serde(deserialize_with = "written::limit")]
    pub connect_timeout: Duration,
    /// How long the first byte of a response may take; as long as the whole one unless said.
    #[serde(deserialize_with = "written::optional_limit")]
    pub first_byte_timeout: Option<Duration>,
    /// The largest response body that is read, in bytes, on the wire and decompressed.
    pub max_body: u64,
    /// A PEM file with the certificates of the authorities that are trusted, in the place of the public ones.
    pub cacert: Option<PathBuf>,
    /// Whether requests of a scenario that change nothing share a connection.
    pub keep_alive: bool,
    /// When a request is made once more.
    pub retry: Retry,
    /// The API's own process, where we start it.
    pub server: Option<Server>,
    /// What must run before the API.
    pub services: Vec<Service>,
    /// Who can make requests, by name.
    pub auth: BTreeMap<String, Auth>,
    /// Other places where the API answers, by name.
    pub env: BTreeMap<String, Environment>,
    /// The one of them that was chosen.
    #[serde(skip)]
    pub environment: Option<Chosen>,
    /// Severities other than the default, by code.
    pub severity: BTreeMap<String, SeveritySetting>,
    /// Impacts of changes other than the default, by code.
    pub impact: BTreeMap<String, Impact>,
    /// How pages are made.
    pub render: Render,
    /// What is a secret by its name, and what is shown in its place.
    pub secrets: SecretSettings,
    /// The file itself, where there is one.
    #[serde(skip)]
    pub file: Option<Arc<SourceFile>>,
    /// How many endpoints must have an example.
    pub coverage: CoverageSettings,
    /// Who writes the prose of the documents.
    pub source: Option<Source>,
}

/// How many endpoints must have an example.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoverageSettings {
    /// So many at least.
    pub minimum: Option<usize>,
}

/// Secrets: what is shown in their place, and which names say that a value is one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretSettings {
    /// What stands in the place of a password, a key, a cookie.
    pub placeholder: String,
    /// What stands in the place of a token.
    pub token_placeholder: String,
    /// Names whose values are secrets, beside those that we know.
    pub add: Vec<NamedReason>,
    /// Names whose values are none, although we would take them for secrets.
    pub keep: Vec<NamedReason>,
}

/// The name of a header, key or parameter, and why it is in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedReason {
    /// The name; case, hyphens and underscores do not matter.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Default for SecretSettings {
    fn default() -> Self {
        Self {
            placeholder: "<secret>".to_owned(),
            token_placeholder: "<token>".to_owned(),
            add: Vec::new(),
            keep: Vec::new(),
        }
    }
}

/// How the API is started.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The program and its arguments.
    #[serde(deserialize_with = "written::command")]
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
    #[serde(default = "ready_timeout", deserialize_with = "written::limit")]
    pub timeout: Duration,
    /// Commands to run to their end before.
    #[serde(default, deserialize_with = "written::commands")]
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
    #[serde(default, deserialize_with = "written::optional_command")]
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

/// Who writes the prose of the documents.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// Docstrings of Python classes behind Django's URL patterns.
    Docstrings(Box<Docstrings>),
    /// An OpenAPI document.
    Openapi(OpenApi),
}

/// Where the OpenAPI document is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApi {
    /// The document, JSON or YAML.
    pub file: PathBuf,
}

/// Where the docstrings are, and what things are called; what is not said is as in the original.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Docstrings {
    /// The folders below which the packages are; the folder of the settings unless said otherwise.
    pub paths: Option<Vec<PathBuf>>,
    /// The module of the URL patterns.
    pub urls: Option<String>,
    /// What stands before every path.
    pub prefix: Option<String>,
    /// The classes that endpoints inherit from.
    pub base_classes: Option<Vec<String>>,
    /// The attribute that says the section of a class.
    pub section_attribute: Option<String>,
    /// The section of classes that say none.
    pub default_section: Option<String>,
    /// What is cut off the name of a class.
    pub class_suffix: Option<String>,
    /// The HTTP methods, in the order in which a class lists them.
    pub methods: Option<Vec<String>>,
    /// The words of fields.
    pub fields: Fields,
    /// Whether the description is everything behind the title as it stands.
    pub plain_text: bool,
    /// The decorator that attaches scenarios to a method.
    pub attach_decorator: Option<String>,
    /// The decorator that names a scenario.
    pub scenario_decorator: Option<String>,
}

/// The words with which the fields of a docstring begin.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// For values in the path.
    pub path: Option<Vec<String>>,
    /// For values in the query.
    pub query: Option<Vec<String>>,
    /// For values in the body.
    pub body: Option<Vec<String>>,
    /// For what is asked of the caller.
    pub auth: Option<Vec<String>>,
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
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: None,
            max_body: 16 * 1024 * 1024,
            cacert: None,
            keep_alive: true,
            retry: Retry::default(),
            server: None,
            services: Vec::new(),
            auth: BTreeMap::new(),
            env: BTreeMap::new(),
            environment: None,
            severity: BTreeMap::new(),
            impact: BTreeMap::new(),
            render: Render::default(),
            secrets: SecretSettings::default(),
            file: None,
            coverage: CoverageSettings::default(),
            source: None,
        }
    }
}

impl Settings {
    /// The finding at the value that a JSON Pointer names in the file, where there is a file.
    pub fn place(&self, finding: Finding, pointer: &str) -> Finding {
        let Some(source) = &self.file else {
            return finding;
        };
        let pointer = &self.in_force(pointer);
        let mut finding = match locate_toml(&source.text, pointer) {
            Some(span) => finding.at(source, span),
            None => finding.in_file(source),
        };
        finding.pointer = Some(pointer.clone());
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
            [source]
            kind = "docstrings"
            paths = ["src"]
            fields = { path = ["in_path"] }
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
        let Some(Source::Docstrings(source)) = settings.source else {
            panic!("{:?}", settings.source);
        };
        assert_eq!(source.paths, Some(vec![PathBuf::from("src")]));
        assert_eq!(source.fields.path, Some(vec!["in_path".to_owned()]));
    }

    #[test]
    fn unknown_keys_are_refused() {
        for bad in [
            "bsae_url = ''",
            "[source]\nkind = 'docstrings'\nurl = 'x'",
            "[source]\nkind = 'prose'",
        ] {
            assert!(toml::from_str::<Settings>(bad).is_err(), "{bad}");
        }
        let error =
            toml::from_str::<Settings>("[[services]]\nname = 'x'\ncomand = 'y'").unwrap_err();
        assert!(error.message().contains("comand"), "{error}");
    }
}
