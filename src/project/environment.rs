//! `[env.NAME]`: another place where the API answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Auth, Settings};
use crate::json::pointer;

/// What is different in an environment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// Where the API answers.
    pub base_url: Option<String>,
    /// What examples show wherever the real server appears.
    pub host: Option<String>,
    /// The identity of requests that name none.
    pub identity: Option<String>,
    /// Identities that are others there, by name.
    pub auth: BTreeMap<String, Auth>,
    /// Whether we start the server, by `[server]`.
    pub server: bool,
    /// The methods that are sent to a server that we did not start.
    #[serde(deserialize_with = "super::written::methods")]
    pub methods: Vec<String>,
    /// Names that scenarios see, in the place of what `fixtures.json` makes elsewhere.
    pub variables: Map<String, Value>,
    /// What responses are held to.
    pub compare: Compare,
}

/// What responses are held to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// Every value.
    #[default]
    Exact,
    /// Status, media type, structure and types.
    Shape,
}

/// The environment that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// NAME of `[env.NAME]`.
    pub name: String,
    /// The methods that may be sent; all of them where we start the server.
    pub methods: Option<Vec<String>>,
    /// Names that scenarios see.
    pub variables: Map<String, Value>,
    /// What responses are held to.
    pub compare: Compare,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            base_url: None,
            host: None,
            identity: None,
            auth: BTreeMap::new(),
            server: false,
            methods: ["GET", "HEAD"].map(str::to_owned).to_vec(),
            variables: Map::new(),
            compare: Compare::default(),
        }
    }
}

impl Chosen {
    /// Whether a request with that method may be sent.
    pub fn allows(&self, method: &str) -> bool {
        let methods = self.methods.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|other| other == method))
    }

    /// Whether the server is one that we did not start: its data are somebody's.
    pub fn is_foreign(&self) -> bool {
        self.methods.is_some()
    }
}

impl Settings {
    /// The settings as they are in an environment; `None` where there is none of that name.
    pub fn in_environment(&self, name: &str) -> Option<Self> {
        let environment = self.env.get(name)?.clone();
        let mut settings = self.clone();
        settings.base_url = environment.base_url.or(settings.base_url);
        settings.host = environment.host.or(settings.host);
        settings.identity = environment.identity.or(settings.identity);
        settings.auth.extend(environment.auth);
        if !environment.server {
            settings.server = None;
            settings.services.clear();
        }
        settings.environment = Some(Chosen {
            name: name.to_owned(),
            methods: (!environment.server).then_some(environment.methods),
            variables: environment.variables,
            compare: environment.compare,
        });
        Some(settings)
    }

    /// The place of a setting that counts: that of the chosen environment, where it says something else.
    pub(super) fn in_force(&self, pointer: &str) -> String {
        let chosen = self.environment.as_ref();
        let own = chosen.and_then(|chosen| Some((&chosen.name, self.env.get(&chosen.name)?)));
        let mut tokens = pointer::tokens(pointer);
        match (own, tokens.next().as_deref(), tokens.next()) {
            (Some((name, own)), Some(setting), inner) if own.says(setting, inner.as_deref()) => {
                format!("{}{pointer}", pointer::join("/env", name))
            }
            _ => pointer.to_owned(),
        }
    }
}

impl Environment {
    /// Whether it says something of a setting.
    fn says(&self, setting: &str, inner: Option<&str>) -> bool {
        match setting {
            "base_url" => self.base_url.is_some(),
            "host" => self.host.is_some(),
            "identity" => self.identity.is_some(),
            "auth" => inner.is_some_and(|name| self.auth.contains_key(name)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_overrides_what_it_says_and_starts_nothing() {
        let settings: Settings = toml::from_str(
            "base_url = 'http://127.0.0.1:{{ port }}'\nhost = 'a'\nidentity = 'me'\n\
             [server]\ncommand = 'serve'\n[auth.me]\nvalue = 'x'\nshown = 'y'\n\
             [env.staging]\nbase_url = 'https://staging.test'\ncompare = 'shape'\n\
             [env.staging.auth.me]\nvalue = 'z'\nshown = 'y'\n\
             [env.local]\nserver = true",
        )
        .unwrap();
        let staging = settings.in_environment("staging").unwrap();
        assert_eq!(
            staging.in_force("/auth/me/value"),
            "/env/staging/auth/me/value"
        );
        assert_eq!(staging.in_force("/auth/you/value"), "/auth/you/value");
        assert_eq!(staging.in_force("/base_url"), "/env/staging/base_url");
        assert_eq!(staging.in_force("/identity"), "/identity");
        assert_eq!(settings.in_force("/base_url"), "/base_url");
        assert_eq!(staging.base_url.as_deref(), Some("https://staging.test"));
        assert_eq!(staging.host.as_deref(), Some("a"));
        assert_eq!(staging.auth["me"].value.as_deref(), Some("z"));
        assert_eq!(staging.server, None);
        let chosen = staging.environment.unwrap();
        assert!(chosen.allows("GET") && chosen.allows("HEAD") && !chosen.allows("POST"));
        assert_eq!(chosen.compare, Compare::Shape);
        let local = settings.in_environment("local").unwrap();
        assert!(local.server.is_some());
        assert!(local.environment.unwrap().allows("DELETE"));
        assert_eq!(settings.in_environment("production"), None);
    }
}
