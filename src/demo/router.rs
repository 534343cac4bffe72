//! The table of routes, and the way from a request to its handler.

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::auth::{self, ANYBODY, OPEN};
use super::http::{Failure, Outcome, Reply, Request};
use super::random::{Draw, Moment};
use super::state::{Issue, Organization, Project, Release, State, Team};
use super::{events, feedback, hooks, issues, keys, organizations, projects};
use super::{release_files, releases, stats, symbols, tags, teams};

type Handler = fn(&mut Call) -> Outcome;

/// What a route does for one HTTP method.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) scope: &'static str,
    handler: Handler,
}

/// An address, with `{names}` for the parts that vary.
pub(crate) struct Route {
    pub(crate) template: &'static str,
    pub(crate) methods: &'static [Method],
}

impl Route {
    /// The value of the `Allow` header.
    pub(crate) fn allow(&self) -> String {
        let mut names: Vec<_> = self.methods.iter().map(|method| method.name).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.push("OPTIONS");
        names.join(", ")
    }

    fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let (mut wanted, mut given) = (self.template.split('/'), path.split('/'));
        let mut parameters = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(wanted), Some(given)) => {
                    let name = wanted
                        .strip_prefix('{')
                        .and_then(|name| name.strip_suffix('}'));
                    match name {
                        Some(name) if !given.is_empty() => {
                            parameters.push((
                                name,
                                percent_decode_str(given).decode_utf8_lossy().into_owned(),
                            ));
                        }
                        _ if wanted == given => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

const fn get(scope: &'static str, handler: Handler) -> Method {
    Method {
        name: "GET",
        scope,
        handler,
    }
}

const fn post(scope: &'static str, handler: Handler) -> Method {
    Method {
        name: "POST",
        scope,
        handler,
    }
}

const fn put(scope: &'static str, handler: Handler) -> Method {
    Method {
        name: "PUT",
        scope,
        handler,
    }
}

const fn delete(scope: &'static str, handler: Handler) -> Method {
    Method {
        name: "DELETE",
        scope,
        handler,
    }
}

macro_rules! routes {
    ($($template:literal => [$($method:expr),+ $(,)?],)+) => {
        &[$(Route { template: $template, methods: &[$($method),+] }),+]
    };
}

/// Every address that the demo answers at, but `/health`.
#[rustfmt::skip]
pub(crate) static ROUTES: &[Route] = routes! {
    "/api/0/api-tokens/" => [post(OPEN, auth::log_in)],
    "/api/{project_id}/store/" => [post(OPEN, events::store)],

    "/api/0/issues/{issue_id}/" =>
        [get("event:read", issues::retrieve), put("event:write", issues::update), delete("event:admin", issues::remove)],
    "/api/0/issues/{issue_id}/events/" => [get("event:read", events::of_issue)],
    "/api/0/issues/{issue_id}/events/latest/" => [get("event:read", events::latest)],
    "/api/0/issues/{issue_id}/events/oldest/" => [get("event:read", events::oldest)],
    "/api/0/issues/{issue_id}/hashes/" => [get("event:read", events::hashes)],
    "/api/0/issues/{issue_id}/tags/{key}/" => [get("event:read", tags::retrieve)],
    "/api/0/issues/{issue_id}/tags/{key}/values/" => [get("event:read", tags::values)],

    "/api/0/organizations/" => [get(ANYBODY, organizations::list), post(ANYBODY, organizations::create)],
    "/api/0/organizations/{organization_slug}/" =>
        [get("org:read", organizations::retrieve), put("org:write", organizations::update), delete("org:admin", organizations::remove)],
    "/api/0/organizations/{organization_slug}/eventids/{event_id}/" => [get("event:read", organizations::event_id)],
    "/api/0/organizations/{organization_slug}/shortids/{short_id}/" => [get("event:read", organizations::short_id)],
    "/api/0/organizations/{organization_slug}/projects/" => [get("org:read", organizations::projects)],
    "/api/0/organizations/{organization_slug}/sent-first-event/" => [get("org:read", organizations::sent_first_event)],
    "/api/0/organizations/{organization_slug}/stats/" => [get("org:read", stats::of_organization)],
    "/api/0/organizations/{organization_slug}/teams/" => [get("team:read", teams::list), post("team:write", teams::create)],
    "/api/0/organizations/{organization_slug}/user-teams/" => [get("team:read", teams::mine)],

    "/api/0/organizations/{organization_slug}/releases/" => [get("project:read", releases::list), post("project:releases", releases::create)],
    "/api/0/organizations/{organization_slug}/releases/{version}/" =>
        [get("project:read", releases::retrieve), put("project:releases", releases::update), delete("project:releases", releases::remove)],
    "/api/0/organizations/{organization_slug}/releases/{version}/commits/" => [get("project:read", releases::commits)],
    "/api/0/organizations/{organization_slug}/releases/{version}/deploys/" =>
        [get("project:read", releases::deploys), post("project:releases", releases::deploy)],
    "/api/0/organizations/{organization_slug}/releases/{version}/files/" =>
        [get("project:read", release_files::list), post("project:releases", release_files::upload)],
    "/api/0/organizations/{organization_slug}/releases/{version}/files/{file_id}/" =>
        [get("project:read", release_files::retrieve), put("project:releases", release_files::update), delete("project:releases", release_files::remove)],

    "/api/0/projects/" => [get(ANYBODY, projects::list)],
    "/api/0/projects/{organization_slug}/{project_slug}/" =>
        [get("project:read", projects::retrieve), put("project:write", projects::update), delete("project:admin", projects::remove)],
    "/api/0/projects/{organization_slug}/{project_slug}/environments/" => [get("project:read", projects::environments)],
    "/api/0/projects/{organization_slug}/{project_slug}/events/" => [get("event:read", events::of_project)],
    "/api/0/projects/{organization_slug}/{project_slug}/events/{event_id}/" => [get("event:read", events::retrieve)],
    "/api/0/projects/{organization_slug}/{project_slug}/files/dsyms/" =>
        [get("project:read", symbols::list), post("project:releases", symbols::upload), delete("project:releases", symbols::remove)],
    "/api/0/projects/{organization_slug}/{project_slug}/hooks/" => [get("project:read", hooks::list), post("project:write", hooks::create)],
    "/api/0/projects/{organization_slug}/{project_slug}/hooks/{hook_id}/" =>
        [get("project:read", hooks::retrieve), put("project:write", hooks::update), delete("project:admin", hooks::remove)],
    "/api/0/projects/{organization_slug}/{project_slug}/issues/" =>
        [get("event:read", issues::list), put("event:write", issues::update_many), delete("event:admin", issues::remove_many)],
    "/api/0/projects/{organization_slug}/{project_slug}/keys/" => [get("project:read", keys::list), post("project:write", keys::create)],
    "/api/0/projects/{organization_slug}/{project_slug}/keys/{key_id}/" =>
        [get("project:read", keys::retrieve), put("project:write", keys::update), delete("project:admin", keys::remove)],
    "/api/0/projects/{organization_slug}/{project_slug}/releases/{version}/files/" =>
        [get("project:read", release_files::list), post("project:releases", release_files::upload)],
    "/api/0/projects/{organization_slug}/{project_slug}/releases/{version}/files/{file_id}/" =>
        [get("project:read", release_files::retrieve), put("project:releases", release_files::update), delete("project:releases", release_files::remove)],
    "/api/0/projects/{organization_slug}/{project_slug}/stats/" => [get("project:read", stats::of_project)],
    "/api/0/projects/{organization_slug}/{project_slug}/tags/{key}/values/" => [get("event:read", tags::of_project)],
    "/api/0/projects/{organization_slug}/{project_slug}/user-feedback/" =>
        [get("project:read", feedback::list), post("project:read", feedback::submit)],
    "/api/0/projects/{organization_slug}/{project_slug}/users/" => [get("project:read", projects::users)],

    "/api/0/teams/{organization_slug}/{team_slug}/" =>
        [get("team:read", teams::retrieve), put("team:write", teams::update), delete("team:admin", teams::remove)],
    "/api/0/teams/{organization_slug}/{team_slug}/projects/" => [get("team:read", teams::projects), post("project:write", teams::create_project)],
    "/api/0/teams/{organization_slug}/{team_slug}/stats/" => [get("team:read", stats::of_team)],
};

/// What a handler works on: the request, the world, and who asks.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    pub(crate) state: &'a mut State,
    pub(crate) draw: Draw,
    pub(crate) now: Moment,
    pub(crate) user: u64,
    organization: u64,
    parameters: Vec<(&'static str, String)>,
}

impl Call<'_> {
    /// A part of the path; the template of the route holds its name.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn organization(&self) -> Result<Organization, Failure> {
        self.state
            .organization(self.organization)
            .cloned()
            .ok_or_else(Failure::not_found)
    }

    pub(crate) fn project(&self) -> Result<Project, Failure> {
        let slug = self.parameter("project_slug");
        let mut projects = self.state.projects.iter();
        let found = projects
            .find(|project| project.organization == self.organization && project.slug == slug);
        found.cloned().ok_or_else(Failure::not_found)
    }

    pub(crate) fn team(&self) -> Result<Team, Failure> {
        let slug = self.parameter("team_slug");
        let mut teams = self.state.teams.iter();
        let found = teams.find(|team| team.organization == self.organization && team.slug == slug);
        found.cloned().ok_or_else(Failure::not_found)
    }

    /// The release of the path; where the path has a project, it is one of
    /// the project's.
    pub(crate) fn release(&self) -> Result<Release, Failure> {
        let version = self.parameter("version");
        let project = match self.parameter("project_slug") {
            "" => None,
            _ => Some(self.project()?.id),
        };
        let mut releases = self.state.releases.iter();
        let found = releases.find(|release| {
            release.organization == self.organization
                && release.version == version
                && project.is_none_or(|project| release.projects.contains(&project))
        });
        found.cloned().ok_or_else(Failure::not_found)
    }

    pub(crate) fn issue(&self) -> Result<Issue, Failure> {
        let found = self
            .parameter("issue_id")
            .parse()
            .ok()
            .and_then(|id| self.state.issue(id));
        found.cloned().ok_or_else(Failure::not_found)
    }

    /// The organization that the path is about, directly or through an issue.
    fn find_organization(&self) -> Result<u64, Failure> {
        let slug = self.parameter("organization_slug");
        if slug.is_empty() {
            let project = self.issue()?.project;
            return self
                .state
                .project(project)
                .map(|project| project.organization)
                .ok_or_else(Failure::not_found);
        }
        let mut organizations = self.state.organizations.iter();
        let found = organizations.find(|organization| organization.slug == slug);
        found
            .map(|organization| organization.id)
            .ok_or_else(Failure::not_found)
    }
}

/// Answers one request; the route is there for the headers of the reply.
pub(crate) fn answer(state: &mut State, request: &Request) -> (Reply, Option<&'static Route>) {
    if request.path == "/health" {
        let reply = match request.method.as_str() {
            "GET" | "HEAD" => Reply::ok(json!({"status": "ok"})),
            _ => Failure::new(405, "Only GET, please.").into(),
        };
        return (reply, None);
    }
    let found = ROUTES
        .iter()
        .find_map(|route| Some((route, route.matches(&request.path)?)));
    let Some((route, parameters)) = found else {
        return (Failure::not_found().into(), None);
    };
    (
        handle(state, request, route, parameters).unwrap_or_else(Reply::from),
        Some(route),
    )
}

fn handle(
    state: &mut State,
    request: &Request,
    route: &'static Route,
    parameters: Vec<(&'static str, String)>,
) -> Outcome {
    let now = state.clock.tick();
    let draw = state.draw(&request.method, &request.path);
    let name = match request.method.as_str() {
        "OPTIONS" => return Ok(Reply::empty()),
        "HEAD" => "GET",
        name => name,
    };
    let method = route.methods.iter().find(|method| method.name == name);
    let method =
        method.ok_or_else(|| Failure::new(405, &format!("This address does not know {name}.")))?;
    if percent_decode_str(&request.path).decode_utf8().is_err() {
        return Err(Failure::bad("The path is not valid UTF-8."));
    }
    let mut call = Call {
        request,
        state,
        draw,
        now,
        user: 0,
        organization: 0,
        parameters,
    };
    if method.scope != OPEN {
        call.user = auth::user(call.state, request)?;
    }
    if method.scope != OPEN && method.scope != ANYBODY {
        call.organization = call.find_organization()?;
        auth::permit(call.state, call.user, call.organization, method.scope)?;
    }
    (method.handler)(&mut call)
}

#[cfg(test)]
mod tests;
