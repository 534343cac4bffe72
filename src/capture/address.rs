//! The base URL of the settings, before a run.

use std::fmt::Display;

use super::base::BaseUrl;
use super::template::{Expression, Template, TemplateError};
use crate::finding::spelling::nearest;
use crate::finding::{Finding, codes};
use crate::project::Settings;

/// A free port is asked for in vain.
pub(super) const NO_SERVER: &str =
    "`base_url` asks for a free port, and there is no [server] that would listen there";

/// What to do then.
pub(super) const NO_SERVER_HELP: &str =
    "write [server] with its command, or the port of an API that runs";

const EXPLAINED: &str = "`apidocs explain base-url` says what it may be";

/// Whether the base URL has a free port of our choosing.
pub(super) fn has_own_port(url: &str) -> bool {
    Template::parse(url).is_ok_and(|template| {
        let mut names = template.expressions();
        names.any(|name| matches!(name, Expression::Port(_)))
    })
}

/// What is wrong with the base URL, as far as it needs no value that only a run has.
pub(super) fn check(settings: &Settings) -> Option<Finding> {
    let url = settings.base_url.as_deref()?;
    let chosen = settings.environment.iter();
    let given: Vec<_> = chosen
        .flat_map(|chosen| chosen.variables.keys().map(String::as_str))
        .collect();
    let (message, help) = fault(url, settings.server.is_some(), &given)?;
    let finding = Finding::new(codes::BASE_URL, message);
    Some(settings.place(finding, "/base_url").help(help))
}

/// The fault and its help; `given` are the variables of the environment that was chosen.
fn fault(url: &str, has_server: bool, given: &[&str]) -> Option<(String, String)> {
    let told = |reason: &dyn Display, help: &str| {
        let message = format!("`base_url`: {reason}");
        Some((message, help.to_owned()))
    };
    let template = match Template::parse(url) {
        Ok(template) => template,
        Err(error) => return told(&error, EXPLAINED),
    };
    // Scenarios and fixtures run when the address is known: no name of theirs has a value here.
    let unknown = template.expressions().find_map(|name| match name {
        Expression::Variable(name) if !given.contains(&name.as_str()) => Some(name),
        _ => None,
    });
    if let Some(name) = unknown {
        let known = ["port", "apidocs"].iter().chain(given).copied();
        let help = match nearest(name, known) {
            Some(meant) => format!("did you mean `{{{{ {meant} }}}}`?"),
            None => "`{{ port }}` is a free port, `{{ env.NAME }}` a variable of the environment"
                .to_owned(),
        };
        return told(&TemplateError::Unknown(name.clone()), &help);
    }
    if has_own_port(url) && !has_server {
        return Some((NO_SERVER.to_owned(), NO_SERVER_HELP.to_owned()));
    }
    // What it is with the values of a run is told then.
    let is_whole = template.expressions().next().is_none();
    let reason = is_whole.then(|| BaseUrl::parse(url).err())??;
    told(&reason, EXPLAINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_run_defines_are_told() {
        let told = |url: &str| {
            fault(url, true, &["region"]).map(|(message, help)| format!("{message}; {help}"))
        };
        assert_eq!(
            told("http://127.0.0.1:{{ prt }}").unwrap(),
            "`base_url`: nothing defines `prt`; did you mean `{{ port }}`?"
        );
        assert!(told("http://{{ machine }}").unwrap().contains("env.NAME"));
        assert!(
            told("http://{{ regoin }}")
                .unwrap()
                .contains("{{ region }}")
        );
        assert!(told("http://{{ port").unwrap().contains("not closed"));
        for good in [
            "http://127.0.0.1:{{ port }}",
            "{{ env.API }}/v1",
            "https://{{ region }}.test",
        ] {
            assert_eq!(told(good), None);
        }
    }
}
