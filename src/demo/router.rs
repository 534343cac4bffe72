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
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_paths() {
        let route = Route {
            template: "/a/{x}/b/{y}/",
            methods: &[],
        };
        assert_eq!(
            route.matches("/a/1%2F2/b/%FF/"),
            Some(vec![("x", "1/2".into()), ("y", "\u{fffd}".into())])
        );
        for path in ["/a/1/b/2", "/a//b/2/", "/a/1/c/2/", "/a/1/b/2/3/", "", "/"] {
            assert_eq!(route.matches(path), None, "{path}");
        }
    }

    #[test]
    fn no_two_routes_claim_one_path() {
        for route in ROUTES {
            let path = route.template.replace(['{', '}'], "");
            let matching: Vec<_> = ROUTES
                .iter()
                .filter(|other| other.matches(&path).is_some())
                .collect();
            assert_eq!(matching.len(), 1, "{path}");
            assert!(route.template.ends_with('/'));
        }
    }

    #[test]
    fn allow_names_head_where_there_is_get() {
        let allow = |template| {
            ROUTES
                .iter()
                .find(|route| route.template == template)
                .map(Route::allow)
        };
        assert_eq!(
            allow("/api/0/organizations/").as_deref(),
            Some("GET, POST, HEAD, OPTIONS")
        );
        assert_eq!(
            allow("/api/0/api-tokens/").as_deref(),
            Some("POST, OPTIONS")
        );
    }

    /// A world with one thing of every kind, and the paths to them.
    fn furnished() -> (State, String, Vec<(&'static str, String)>) {
        let mut state = State::new(Some(1));
        let mut ask = |path: &str, token: &str, content_type: &str, body: &str| {
            let mut request = Request {
                method: "POST".into(),
                body: body.into(),
                ..Request::default()
            };
            request
                .headers
                .push(("Authorization".into(), format!("Bearer {token}")));
            request
                .headers
                .push(("Content-Type".into(), content_type.into()));
            request.target(path);
            let (reply, _) = answer(&mut state, &request);
            assert!(reply.status < 300, "{path} {reply:?}");
            reply.body.unwrap_or_default()
        };
        let (json, form) = ("application/json", "multipart/form-data; boundary=x");
        let login = r#"{"username": "john@interstellar.invalid", "password": "dummy"}"#;
        let token = ask("/api/0/api-tokens/", "", json, login)["token"]
            .as_str()
            .unwrap_or("")
            .to_owned();
        let upload =
            "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n1\r\n--x--\r\n";
        let projects = "/api/0/projects/the-interstellar-jurisdiction/pump-station";
        let hook = r#"{"url": "https://example.com/", "events": ["event.alert"]}"#;
        let hook = ask(&format!("{projects}/hooks/"), &token, json, hook)["id"].clone();
        ask(&format!("{projects}/files/dsyms/"), &token, form, upload);
        let releases = "/api/0/organizations/the-interstellar-jurisdiction/releases/";
        ask(
            releases,
            &token,
            json,
            r#"{"version": "1", "projects": ["pump-station"]}"#,
        );
        let file = ask(&format!("{releases}1/files/"), &token, form, upload)["id"].clone();
        let text = |value: serde_json::Value| value.as_str().unwrap_or("").to_owned();
        let values = vec![
            (
                "organization_slug",
                "the-interstellar-jurisdiction".to_owned(),
            ),
            ("project_slug", "pump-station".to_owned()),
            ("team_slug", "powerful-abolitionist".to_owned()),
            ("project_id", "2".to_owned()),
            ("issue_id", "1".to_owned()),
            ("event_id", state.events[0].id.clone()),
            ("short_id", "PUMP-STATION-1".to_owned()),
            ("key", "browser".to_owned()),
            ("key_id", state.keys[0].public.clone()),
            ("version", "1".to_owned()),
            ("hook_id", text(hook)),
            ("file_id", text(file)),
        ];
        (state, token, values)
    }

    #[test]
    fn every_route_answers_in_a_furnished_world() {
        for route in ROUTES {
            for method in route.methods {
                let (mut state, token, values) = furnished();
                let mut path = route.template.to_owned();
                for (name, value) in values {
                    path = path.replace(&format!("{{{name}}}"), &value);
                }
                assert!(!path.contains('{'), "{path}");
                let mut request = Request {
                    method: method.name.into(),
                    ..Request::default()
                };
                request
                    .headers
                    .push(("Authorization".into(), format!("Bearer {token}")));
                request.target(&format!("{path}?id=1"));
                let (reply, found) = answer(&mut state, &request);
                assert!(
                    !matches!(reply.status, 404 | 405 | 500),
                    "{} {path} {reply:?}",
                    method.name
                );
                assert_eq!(found.map(|found| found.template), Some(route.template));
                if method.name == "GET" {
                    assert_eq!(reply.status, 200, "{path} {reply:?}");
                }
            }
        }
    }

    #[test]
    fn every_route_but_the_open_ones_wants_a_token() {
        for route in ROUTES {
            for method in route.methods.iter().filter(|method| method.scope != OPEN) {
                let mut request = Request {
                    method: method.name.into(),
                    ..Request::default()
                };
                request.target(&route.template.replace(['{', '}'], ""));
                let (reply, _) = answer(&mut State::new(Some(1)), &request);
                assert_eq!(reply.status, 401, "{} {}", method.name, route.template);
            }
        }
    }

    #[test]
    fn every_route_is_documented_and_every_document_has_its_route() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("api-docs/endpoints");
        let entries = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
            let entries = std::fs::read_dir(folder).expect("the documents of the demo project");
            entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .collect()
        };
        let mut documented: Vec<String> = Vec::new();
        for file in entries(&folder).iter().flat_map(|section| entries(section)) {
            let text = std::fs::read_to_string(&file).expect("a readable document");
            let document: serde_json::Value = serde_json::from_str(&text).expect("a JSON document");
            let field = |name: &str| document[name].as_str().unwrap_or("").to_owned();
            documented.push(format!("{} {}", field("method"), field("api_path")));
        }
        documented.sort();
        let undocumented = [
            // The door and the letter box: they are there for the scenarios.
            "POST /api/0/api-tokens/",
            "POST /api/{project_id}/store/",
            // The original documents no single key either.
            "GET /api/0/projects/{organization_slug}/{project_slug}/keys/{key_id}/",
        ];
        let mut served: Vec<String> = ROUTES
            .iter()
            .flat_map(|route| {
                route
                    .methods
                    .iter()
                    .map(move |method| format!("{} {}", method.name, route.template))
            })
            .filter(|route| !undocumented.contains(&route.as_str()))
            .collect();
        served.sort();
        assert_eq!(documented, served);
    }
}
