//! Who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::error::{Error, ErrorKind};
use super::log::known;
use super::process::{Process, Start};
use super::scope::Scope;
use super::server::{Launch, text_of};
use super::template::{Template, TemplateError};
use crate::document::Identity;
use crate::project::{Auth, Settings};

/// How long a command may take to give a credential.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// The name under which the value of an identity sees the output of its command.
pub(super) const OUTPUT: &str = "output";

/// What says who asks, and how examples show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    pub header: String,
    pub value: String,
    pub shown: String,
}

/// The identities of the settings, with what their commands gave.
#[derive(Debug)]
pub(super) struct Identities<'a> {
    settings: &'a Settings,
    outputs: BTreeMap<String, String>,
}

/// The name of an identity, `None` for nobody.
pub(super) fn name_of<'a>(identity: &'a Identity, settings: &'a Settings) -> Option<&'a str> {
    match identity {
        Identity::Default => settings.identity.as_deref(),
        Identity::Nobody => None,
        Identity::Named(name) => Some(name),
    }
}

/// The value of an identity, a template: what the settings say, or the output of the command.
pub(super) fn value_of(auth: &Auth) -> &str {
    auth.value.as_deref().unwrap_or("{{ output }}")
}

impl<'a> Identities<'a> {
    /// Runs the commands of the identities that are used.
    pub fn new(
        settings: &'a Settings,
        used: &BTreeSet<&str>,
        launch: &Launch<'_>,
    ) -> Result<Self, Error> {
        let mut outputs = BTreeMap::new();
        for (name, auth) in &settings.auth {
            if auth.value.is_none() && auth.command.is_none() {
                return Err(Error::settings(format!(
                    "[auth.{name}] has neither `value` nor `command`"
                ))
                .with_help("write where the credential comes from"));
            }
            if let Some(command) = auth
                .command
                .as_ref()
                .filter(|_| used.contains(name.as_str()))
            {
                let output = run(name, command, launch)?;
                outputs.insert(name.clone(), output);
            }
        }
        Ok(Self { settings, outputs })
    }

    /// The credential of an identity; the error tells that a name is not known (yet).
    pub fn credential(&self, name: &str, scope: &Scope) -> Result<Credential, TemplateError> {
        let auth = self
            .settings
            .auth
            .get(name)
            .ok_or_else(|| TemplateError::Unknown(format!("[auth.{name}]")))?;
        let template = Template::parse(value_of(auth))?;
        let value = match self.outputs.get(name) {
            Some(output) => template.text(&scope.with(OUTPUT, output.as_str())),
            None => template.text(scope),
        }?;
        Ok(Credential {
            header: auth.header.clone(),
            value,
            shown: auth.shown.clone(),
        })
    }
}

/// Runs the command of an identity where the server runs that we started, and with its variables: a program that
/// makes tokens is often one of the server's, and needs its settings.
fn run(name: &str, command: &[String], launch: &Launch<'_>) -> Result<String, Error> {
    let what = format!("command of [auth.{name}]");
    let command = command
        .iter()
        .map(|word| text_of(&what, word, launch.scope))
        .collect::<Result<Vec<_>, _>>()?;
    let (directory, env) = match &launch.settings.server {
        Some(server) => launch.surroundings("[server]", server)?,
        None => (launch.root.to_owned(), BTreeMap::new()),
    };
    let mut process = Process::start(&Start {
        what: &what,
        command: &command,
        directory: &directory,
        env: &env,
        log: launch
            .logs
            .map(|logs| logs.join(format!("auth-{name}.log"))),
        secrets: launch.secrets,
        answers: true,
    })?;
    let fault = match process.wait(COMMAND_TIMEOUT, launch.interrupted)? {
        Some(end) if end.success => None,
        Some(end) => Some(format!("the {what} ended {}", end.words)),
        None => Some(format!(
            "the {what} had not ended after {COMMAND_TIMEOUT:?}"
        )),
    };
    if let Some(message) = fault {
        return Err(Error::new(ErrorKind::Command, message)
            .with_help("run it by hand: its output must be the credential")
            .with_notes(process.log_tail()));
    }
    let text = String::from_utf8(process.answer()).map_err(|_| {
        let message = format!("the output of the {what} is not UTF-8");
        Error::new(ErrorKind::Command, message)
    })?;
    let text = text.trim();
    // What it says of its own on the way may hold it too.
    known(launch.secrets).add(text);
    if text.is_empty() {
        return Err(
            Error::new(ErrorKind::Command, format!("the {what} wrote nothing"))
                .with_help("it must write the credential on its standard output"),
        );
    }
    Ok(text.to_owned())
}
