//! Projects and what is seen in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::digest;
use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::issues::PLATFORMS;
use super::organizations;
use super::paging::{self, Style};
use super::random::{Draw, Moment};
use super::releases;
use super::router::Call;
use super::samples::Sample;
use super::state::{Event, Kind, Project, Release, State};

pub(crate) fn new(
    state: &mut State,
    draw: &mut Draw,
    organization: u64,
    team: u64,
    name: &str,
    slug: &str,
    created: Moment,
) -> Project {
    Project {
        id: state.next(Kind::Project),
        organization,
        team,
        slug: slug.to_owned(),
        name: name.to_owned(),
        platform: None,
        color: format!("#{}", &digest::fingerprint(slug)[..6]),
        created,
        bookmarked_by: Vec::new(),
        origins: vec!["*".to_owned()],
        digests: (300, 1800),
        token: draw.hex(32),
        issue_count: 0,
    }
}

fn features(call: &Call, project: &Project) -> Value {
    let mut features = vec!["servicehooks", "data-forwarding", "rate-limits"];
    if latest_release(call, project).is_some() {
        features.push("releases");
    }
    features.push("minidump");
    json!(features)
}

fn latest_release<'a>(call: &'a Call, project: &Project) -> Option<&'a Release> {
    call.state
        .releases
        .iter()
        .rev()
        .find(|release| release.projects.contains(&project.id))
}

fn events<'a>(call: &'a Call, project: &Project) -> impl Iterator<Item = &'a Event> {
    let id = project.id;
    call.state
        .events
        .iter()
        .filter(move |event| event.project == id)
}

fn environment_names(call: &Call, project: &Project) -> BTreeSet<String> {
    events(call, project)
        .map(|event| event.environment.clone())
        .collect()
}

fn is_member(call: &Call, project: &Project) -> bool {
    call.state
        .team(project.team)
        .is_some_and(|team| team.members.contains(&call.user))
}

/// A project as others refer to it.
pub(crate) fn present(call: &Call, project: &Project) -> Value {
    json!({
        "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        "color": project.color,
        "dateCreated": project.created.text(),
        "features": features(call, project),
        "firstEvent": events(call, project).next().map(|event| event.created.text()),
        "hasAccess": true,
        "id": project.id.to_string(),
        "isBookmarked": project.bookmarked_by.contains(&call.user),
        "isInternal": false,
        "isMember": is_member(call, project),
        "isPublic": false,
        "name": project.name,
        "platform": project.platform,
        "slug": project.slug,
        "status": "active",
    })
}

/// A project as the lists of an organization and of a team show it.
pub(crate) fn listed(call: &Call, project: &Project) -> Value {
    let team = call.state.team(project.team);
    let team = json!(
        team.map(|team| json!({"id": team.id.to_string(), "name": team.name, "slug": team.slug}))
    );
    let release = latest_release(call, project).map(|release| json!({"version": release.version}));
    json!({
        "dateCreated": project.created.text(),
        "environments": environment_names(call, project),
        "features": features(call, project),
        "firstEvent": events(call, project).next().map(|event| event.created.text()),
        "hasAccess": true,
        "hasUserReports": call.state.reports.iter().any(|report| report.project == project.id),
        "id": project.id.to_string(),
        "isBookmarked": project.bookmarked_by.contains(&call.user),
        "isMember": is_member(call, project),
        "latestDeploys": null,
        "latestRelease": release,
        "name": project.name,
        "platform": project.platform,
        "platforms": platforms(call, project),
        "slug": project.slug,
        "team": team,
        "teams": [team],
    })
}

fn platforms(call: &Call, project: &Project) -> BTreeSet<String> {
    let issues = call
        .state
        .issues
        .iter()
        .filter(|issue| issue.project == project.id);
    issues.map(|issue| issue.platform.clone()).collect()
}

/// Everything about a project.
fn detailed(call: &Call, project: &Project) -> Value {
    let release =
        latest_release(call, project).map(|release| releases::present(call.state, release));
    let team = listed(call, project)["team"].take();
    let organization = call
        .state
        .organization(project.organization)
        .map(organizations::present);
    let mut body = present(call, project);
    body["allowedDomains"] = json!(project.origins);
    body["builtinSymbolSources"] = json!(["ios", "microsoft", "android"]);
    body["dataScrubber"] = json!(true);
    body["dataScrubberDefaults"] = json!(true);
    body["defaultEnvironment"] = Value::Null;
    body["digestsMaxDelay"] = json!(project.digests.1);
    body["digestsMinDelay"] = json!(project.digests.0);
    body["fingerprintingRules"] = json!("");
    body["groupingConfig"] = json!("newstyle:2019-10-29");
    body["groupingEnhancements"] = json!("");
    body["groupingEnhancementsBase"] = json!("common:2019-03-23");
    body["latestRelease"] = json!(release);
    body["options"] = json!({
        "feedback:branding": true,
        "filters:blacklisted_ips": "",
        "filters:error_messages": "",
        "filters:releases": "",
        "sentry:csp_ignored_sources": "",
        "sentry:csp_ignored_sources_defaults": true,
        "sentry:reprocessing_active": false,
    });
    body["organization"] = json!(organization);
    body["platforms"] = json!(platforms(call, project));
    body["plugins"] = json!([web_hooks()]);
    body["processingIssues"] = json!(0);
    body["relayPiiConfig"] = Value::Null;
    body["resolveAge"] = json!(0);
    body["safeFields"] = json!([]);
    body["scrapeJavaScript"] = json!(true);
    body["scrubIPAddresses"] = json!(false);
    body["securityToken"] = json!(project.token);
    body["securityTokenHeader"] = Value::Null;
    body["sensitiveFields"] = json!([]);
    body["storeCrashReports"] = json!(0);
    body["subjectPrefix"] = json!("[Sentry] ");
    body["subjectTemplate"] = json!("$shortID - $title");
    body["symbolSources"] = Value::Null;
    body["teams"] = json!([team]);
    body["team"] = team;
    body["verifySSL"] = json!(false);
    body
}

fn web_hooks() -> Value {
    json!({
        "assets": [],
        "author": {"name": "The Interstellar Jurisdiction", "url": "https://interstellar.invalid/"},
        "canDisable": true,
        "contexts": [],
        "description": "Calls a URL for every event.",
        "doc": "",
        "enabled": false,
        "featureDescriptions": [{"description": "Calls out when a rule fires.", "featureGate": "alert-rule"}],
        "features": ["alert-rule"],
        "hasConfiguration": true,
        "id": "webhooks",
        "isHidden": false,
        "isTestable": true,
        "metadata": {},
        "name": "WebHooks",
        "resourceLinks": [{"title": "Report Issue", "url": "https://interstellar.invalid/issues"}],
        "shortName": "WebHooks",
        "slug": "webhooks",
        "status": "unknown",
        "type": "notification",
        "version": "10.1.0",
    })
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let mut projects: Vec<_> = call
        .state
        .projects
        .iter()
        .filter_map(|project| Some((project, call.state.organization(project.organization)?)))
        .filter(|(_, organization)| organization.role(call.user).is_some())
        .collect();
    projects.sort_by_key(|(project, _)| std::cmp::Reverse((project.created, project.id)));
    let style = match (projects.first(), projects.last()) {
        (Some((first, _)), Some((last, _))) => {
            Style::Times(first.created.millis(), last.created.millis())
        }
        _ => Style::Times(0, 0),
    };
    let items = projects.into_iter().map(|(project, organization)| {
        let mut body = present(call, project);
        body["organization"] = organizations::present(organization);
        body
    });
    paging::page(call.request, style, items.collect())
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let project = call.project()?;
    Ok(Reply::ok(detailed(call, &project)))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut project = call.project()?;
    let mut fields = Fields::read(call.request)?;
    project.name = fields.text("name", 64).unwrap_or(project.name);
    project.slug = fields.slug("slug").unwrap_or(project.slug);
    let mut others = call
        .state
        .projects
        .iter()
        .filter(|other| other.id != project.id);
    if others.any(|other| other.organization == project.organization && other.slug == project.slug)
    {
        fields.fault("slug", "Another project has this slug.");
    }
    project.platform = fields.choice("platform", PLATFORMS).or(project.platform);
    if let Some(slug) = fields.text("team", 50) {
        let mut teams = call
            .state
            .teams
            .iter()
            .filter(|team| team.organization == project.organization);
        match teams.find(|team| team.slug == slug) {
            Some(team) => project.team = team.id,
            None => fields.fault("team", "There is no such team."),
        }
    }
    if let Some(wanted) = fields.flag("isBookmarked") {
        project.bookmarked_by.retain(|user| *user != call.user);
        if wanted {
            project.bookmarked_by.push(call.user);
        }
    }
    let shortest = fields
        .number("digestsMinDelay", 60, 3600)
        .unwrap_or(project.digests.0);
    let longest = fields
        .number("digestsMaxDelay", 60, 3600)
        .unwrap_or(project.digests.1);
    if shortest > longest {
        fields.fault(
            "digestsMinDelay",
            "It must not be longer than digestsMaxDelay.",
        );
    }
    project.digests = (shortest, longest);
    match fields.raw("options").cloned() {
        None | Some(Value::Null) => {}
        Some(Value::Object(options)) => {
            if let Some(origins) = options.get("sentry:origins").and_then(Value::as_str) {
                project.origins = origins.split_whitespace().map(str::to_owned).collect();
            }
        }
        Some(_) => fields.fault("options", "Expected an object."),
    }
    fields.finish()?;
    call.state
        .projects
        .iter_mut()
        .filter(|known| known.id == project.id)
        .for_each(|known| {
            *known = project.clone();
        });
    Ok(Reply::ok(detailed(call, &project)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let project = call.project()?;
    call.state.remove_project(project.id);
    Ok(Reply::no_content())
}

pub(crate) fn environments(call: &mut Call) -> Outcome {
    let project = call.project()?;
    let hidden = match call.request.parameter("visibility").unwrap_or("visible") {
        "visible" | "all" => false,
        "hidden" => true,
        _ => {
            return Err(Failure::field(
                "visibility",
                "Choose one of: visible, hidden, all.",
            ));
        }
    };
    // Nothing hides an environment here, so that the hidden ones are none.
    let names = environment_names(call, &project)
        .into_iter()
        .filter(|_| !hidden);
    let items = names
        .enumerate()
        .map(|(i, name)| json!({"id": (i + 1).to_string(), "isHidden": false, "name": name}));
    Ok(Reply::ok(items.collect()))
}

pub(crate) fn users(call: &mut Call) -> Outcome {
    let project = call.project()?;
    let query = call.request.parameter("query").unwrap_or("");
    let (field, wanted) = query.split_once(':').unwrap_or(("", query));
    let field = match field {
        "" | "id" | "email" | "username" => field,
        "ip" => "ip_address",
        _ => {
            return Err(Failure::field(
                "query",
                "Prefix the search with one of: id, email, username, ip.",
            ));
        }
    };
    let mut users: Vec<Value> = Vec::new();
    for event in events(call, &project) {
        let Some(issue) = call.state.issue(event.issue) else {
            continue;
        };
        let user = Sample::of(&issue.platform).user();
        let fits = |name: &str| user[name].as_str().is_some_and(|value| value == wanted);
        let fits = match field {
            "" => {
                wanted.is_empty()
                    || ["id", "email", "username", "ip_address"]
                        .into_iter()
                        .any(fits)
            }
            field => fits(field),
        };
        let hash = digest::fingerprint(&user["username"].to_string());
        if !fits || users.iter().any(|known| known["hash"] == hash.as_str()) {
            continue;
        }
        let identifier = user["id"].as_str().map_or_else(
            || format!("username:{}", user["username"].as_str().unwrap_or("")),
            |id| format!("id:{id}"),
        );
        let name = user["name"].as_str().or(user["username"].as_str());
        users.push(json!({
            "avatarUrl": format!("https://secure.gravatar.com/avatar/{hash}?s=32&d=mm"),
            "dateCreated": event.created.text(),
            "email": user["email"],
            "hash": hash,
            "id": (users.len() + 1).to_string(),
            "identifier": user["id"],
            "ipAddress": user["ip_address"],
            "name": name,
            "tagValue": identifier,
            "username": user["username"],
        }));
    }
    paging::page(call.request, Style::Offset, users)
}
