//! The base URL of the settings, before a run.

use super::base::BaseUrl;
use super::template::{Expression, Template};
use crate::finding::{Finding, codes};
use crate::project::Settings;

/// A free port is asked for in vain.
pub(super) const NO_SERVER: &str =
    "`base_url` asks for a free port, and there is no [server] that would listen there";

/// What to do then.
pub(super) const NO_SERVER_HELP: &str =
    "write [server] with its command, or the port of an API that runs";

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
    let (message, help) = if has_own_port(url) && settings.server.is_none() {
        (NO_SERVER.to_owned(), NO_SERVER_HELP)
    } else {
        // What it is with the values of a run is told then.
        let is_whole = Template::parse(url).is_ok_and(|url| url.expressions().next().is_none());
        let reason = is_whole.then(|| BaseUrl::parse(url).err())??;
        (
            format!("`base_url`: {reason}"),
            "`apidocs explain base-url` says what it may be",
        )
    };
    let finding = Finding::new(codes::BASE_URL, message);
    Some(settings.place(finding, "/base_url").help(help))
}
