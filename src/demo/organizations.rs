//! Organizations, and what can be looked up in them.

use serde_json::{Value, json};

use super::auth;
use super::events;
use super::http::{Failure, Outcome, Reply};
use super::input::{Fields, slugify};
use super::issues;
use super::paging::{self, Style};
use super::projects;
use super::router::Call;
use super::state::{Kind, Organization, Role};
use super::teams;

const FEATURES: [&str; 6] = [
    "symbol-sources",
    "shared-issues",
    "open-membership",
    "advanced-search",
    "grouping-info",
    "invite-members",
];

/// An organization as others refer to it.
pub(crate) fn present(organization: &Organization) -> Value {
    json!({
        "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        "dateCreated": organization.created.text(),
        "features": FEATURES,
        "id": organization.id.to_string(),
        "isEarlyAdopter": false,
        "name": organization.name,
        "require2FA": false,
        "slug": organization.slug,
        "status": {"id": "active", "name": "active"},
    })
}

fn detailed(call: &Call, organization: &Organization) -> Value {
    let role = organization.role(call.user).unwrap_or(Role::Member);
    let mut body = present(organization);
    body["access"] = json!(auth::scopes(role));
    body["allowJoinRequests"] = json!(true);
    body["allowSharedIssues"] = json!(true);
    body["attachmentsRole"] = json!("member");
    body["availableRoles"] = json!([
        {"id": "member", "name": "Member"},
        {"id": "admin", "name": "Admin"},
        {"id": "manager", "name": "Manager"},
        {"id": "owner", "name": "Owner"},
    ]);
    body["dataScrubber"] = json!(false);
    body["dataScrubberDefaults"] = json!(false);
    body["defaultRole"] = json!("member");
    body["enhancedPrivacy"] = json!(false);
    body["experiments"] = json!({});
    body["isDefault"] = json!(false);
    body["onboardingTasks"] = tasks(call, organization);
    body["openMembership"] = json!(true);
    body["pendingAccessRequests"] = json!(0);
    body["quota"] =
        json!({"accountLimit": 0, "maxRate": null, "maxRateInterval": 60, "projectLimit": 100});
    body["role"] = json!(match role {
        Role::Owner => "owner",
        Role::Member => "member",
    });
    body["safeFields"] = json!([]);
    body["scrapeJavaScript"] = json!(true);
    body["scrubIPAddresses"] = json!(false);
    body["sensitiveFields"] = json!([]);
    body["storeCrashReports"] = json!(0);
    body["trustedRelays"] = json!([]);
    if call.request.parameter("detailed") != Some("0") {
        let projects = call.state.projects_of(organization.id);
        body["projects"] = projects
            .into_iter()
            .map(|project| projects::listed(call, project))
            .collect();
        let teams = call.state.teams_of(organization.id);
        body["teams"] = teams
            .into_iter()
            .map(|team| teams::present(call, team))
            .collect();
    }
    body
}

/// What is left of the welcome: who made a first project has done that task.
fn tasks(call: &Call, organization: &Organization) -> Value {
    let first = call
        .state
        .projects
        .iter()
        .find(|project| project.organization == organization.id);
    let task = first.map(|project| {
        json!({
            "data": {},
            "dateCompleted": project.created.text(),
            "status": "complete",
            "task": "create_project",
            "user": "",
        })
    });
    task.into_iter().collect()
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let owned = call.request.flag("owner");
    let mine: Vec<_> = call
        .state
        .organizations
        .iter()
        .filter(|organization| match organization.role(call.user) {
            Some(role) => role == Role::Owner || !owned,
            None => false,
        })
        .collect();
    let style = match (mine.first(), mine.last()) {
        (Some(first), Some(last)) => {
            Style::Times(first.created.millis(), last.created.millis() + 1)
        }
        _ => Style::Times(0, 0),
    };
    paging::page(call.request, style, mine.into_iter().map(present).collect())
}

pub(crate) fn create(call: &mut Call) -> Outcome {
    let mut fields = Fields::read(call.request)?;
    let name = fields.required("name", 64);
    let slug = fields.slug("slug");
    fields.flag("agreeTerms");
    let taken = |slug: &str| {
        call.state
            .organizations
            .iter()
            .any(|known| known.slug == slug)
    };
    if slug.as_deref().is_some_and(taken) {
        fields.fault("slug", "This slug is taken.");
    }
    fields.finish()?;
    let slug = slug.unwrap_or_else(|| free_slug(&slugify(&name), "organization", taken));
    let organization = Organization {
        id: call.state.next(Kind::Organization),
        slug,
        name,
        created: call.now,
        members: vec![(call.user, Role::Owner)],
    };
    let reply = present(&organization);
    call.state.organizations.push(organization);
    Ok(Reply::created(reply))
}

/// The slug itself, or with the first number behind it that makes it free.
pub(crate) fn free_slug(slug: &str, fallback: &str, taken: impl Fn(&str) -> bool) -> String {
    let slug = if slug.is_empty() { fallback } else { slug };
    if !taken(slug) {
        return slug.to_owned();
    }
    let mut number = 2u64;
    loop {
        let candidate = format!("{slug}-{number}");
        if !taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    Ok(Reply::ok(detailed(call, &organization)))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut organization = call.organization()?;
    let mut fields = Fields::read(call.request)?;
    organization.name = fields.text("name", 64).unwrap_or(organization.name);
    organization.slug = fields.slug("slug").unwrap_or(organization.slug);
    let mut others = call
        .state
        .organizations
        .iter()
        .filter(|other| other.id != organization.id);
    if others.any(|other| other.slug == organization.slug) {
        fields.fault("slug", "This slug is taken.");
    }
    fields.finish()?;
    for known in &mut call.state.organizations {
        if known.id == organization.id {
            *known = organization.clone();
        }
    }
    Ok(Reply::ok(detailed(call, &organization)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    call.state.remove_organization(organization.id);
    Ok(Reply::accepted())
}

pub(crate) fn projects(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    let projects = call.state.projects_of(organization.id);
    let items = projects
        .into_iter()
        .map(|project| projects::listed(call, project))
        .collect();
    paging::page(call.request, Style::Pages, items)
}

pub(crate) fn sent_first_event(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    let only_mine = call.request.flag("is_member");
    let wanted: Vec<_> = call
        .request
        .query
        .iter()
        .filter(|(name, _)| name == "project")
        .map(|(_, value)| value)
        .collect();
    if wanted.iter().any(|id| id.parse::<u64>().is_err()) {
        return Err(Failure::field("project", "Enter the number of a project."));
    }
    let sent = call
        .state
        .projects_of(organization.id)
        .into_iter()
        .filter(|project| {
            wanted.is_empty() || wanted.iter().any(|id| **id == project.id.to_string())
        })
        .filter(|project| {
            let team = call.state.team(project.team);
            !only_mine || team.is_some_and(|team| team.members.contains(&call.user))
        })
        .any(|project| {
            call.state
                .events
                .iter()
                .any(|event| event.project == project.id)
        });
    Ok(Reply::ok(json!({ "sentFirstEvent": sent })))
}

pub(crate) fn short_id(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    let wanted = call.parameter("short_id").to_uppercase();
    let found = call.state.issues.iter().find_map(|issue| {
        let project = call.state.project(issue.project)?;
        let fits = project.organization == organization.id
            && issues::short_id(&project.slug, issue) == wanted;
        fits.then_some((project, issue))
    });
    let (project, issue) = found.ok_or_else(Failure::not_found)?;
    Ok(Reply::ok(json!({
        "group": issues::present(call, issue),
        "groupId": issue.id.to_string(),
        "organizationSlug": organization.slug,
        "projectSlug": project.slug,
        "shortId": issues::short_id(&project.slug, issue),
    })))
}

pub(crate) fn event_id(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    let wanted = call.parameter("event_id").replace('-', "").to_lowercase();
    let found = call.state.events.iter().find_map(|event| {
        let project = call.state.project(event.project)?;
        let fits = project.organization == organization.id && event.id == wanted;
        fits.then_some((project, event))
    });
    let (project, event) = found.ok_or_else(Failure::not_found)?;
    let issue = call
        .state
        .issue(event.issue)
        .ok_or_else(Failure::not_found)?;
    Ok(Reply::ok(json!({
        "event": events::body(event, issue),
        "eventId": event.id,
        "groupId": issue.id.to_string(),
        "organizationSlug": organization.slug,
        "projectSlug": project.slug,
    })))
}
