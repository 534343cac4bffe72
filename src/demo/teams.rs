//! Teams and the projects that they own.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::input::{Fields, slugify};
use super::organizations::{self, free_slug};
use super::paging::{self, Style};
use super::projects as project;
use super::router::Call;
use super::state::{Kind, Team};
use super::{auth, keys};

/// A team as others refer to it.
pub(crate) fn present(call: &Call, team: &Team) -> Value {
    json!({
        "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        "dateCreated": team.created.text(),
        "hasAccess": true,
        "id": team.id.to_string(),
        "isMember": team.members.contains(&call.user),
        "isPending": false,
        "memberCount": team.members.len(),
        "name": team.name,
        "slug": team.slug,
    })
}

fn with_projects(call: &Call, team: &Team) -> Value {
    let mut body = present(call, team);
    let projects = call.state.projects_of(team.organization);
    let projects = projects
        .into_iter()
        .filter(|project| project.team == team.id);
    body["projects"] = projects
        .map(|project| project::present(call, project))
        .collect();
    body
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let organization = call.organization()?.id;
    let brief = call.request.parameter("detailed") == Some("0");
    let teams = call.state.teams_of(organization).into_iter();
    let items = teams.map(|team| {
        if brief {
            present(call, team)
        } else {
            with_projects(call, team)
        }
    });
    paging::page(call.request, Style::Pages, items.collect())
}

pub(crate) fn mine(call: &mut Call) -> Outcome {
    let organization = call.organization()?.id;
    let teams = call.state.teams_of(organization).into_iter();
    let teams = teams.filter(|team| team.members.contains(&call.user));
    Ok(Reply::ok(
        teams.map(|team| with_projects(call, team)).collect(),
    ))
}

pub(crate) fn create(call: &mut Call) -> Outcome {
    let organization = call.organization()?.id;
    let mut fields = Fields::read(call.request)?;
    let (name, slug) = (fields.text("name", 64), fields.slug("slug"));
    if name.is_none() && slug.is_none() {
        fields.required("name", 64);
    }
    fields.finish()?;
    let taken = |slug: &str| {
        call.state
            .teams
            .iter()
            .any(|team| team.organization == organization && team.slug == slug)
    };
    if slug.as_deref().is_some_and(taken) {
        return Err(Failure::conflict("Another team has this slug."));
    }
    let name = name.or_else(|| slug.clone()).unwrap_or_default();
    let slug = slug.unwrap_or_else(|| free_slug(&slugify(&name), "team", taken));
    let team = Team {
        id: call.state.next(Kind::Team),
        organization,
        slug,
        name,
        created: call.now,
        members: vec![call.user],
    };
    let reply = present(call, &team);
    call.state.teams.push(team);
    Ok(Reply::created(reply))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let (team, organization) = (call.team()?, call.organization()?);
    let mut body = present(call, &team);
    body["organization"] = organizations::present(&organization);
    Ok(Reply::ok(body))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut team = call.team()?;
    let mut fields = Fields::read(call.request)?;
    team.name = fields.text("name", 64).unwrap_or(team.name);
    team.slug = fields.slug("slug").unwrap_or(team.slug);
    let mut others = call.state.teams.iter().filter(|other| other.id != team.id);
    if others.any(|other| other.organization == team.organization && other.slug == team.slug) {
        fields.fault("slug", "Another team has this slug.");
    }
    fields.finish()?;
    call.state
        .teams
        .iter_mut()
        .filter(|known| known.id == team.id)
        .for_each(|known| *known = team.clone());
    Ok(Reply::ok(present(call, &team)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let team = call.team()?;
    let owned: Vec<_> = call
        .state
        .projects
        .iter()
        .filter(|p| p.team == team.id)
        .map(|p| p.id)
        .collect();
    // Deleting a team deletes its projects too, which is a right of its own.
    if !owned.is_empty() {
        auth::permit(call.state, call.user, team.organization, "project:admin")?;
    }
    owned
        .into_iter()
        .for_each(|project| call.state.remove_project(project));
    call.state.teams.retain(|known| known.id != team.id);
    Ok(Reply::no_content())
}

pub(crate) fn projects(call: &mut Call) -> Outcome {
    let team = call.team()?;
    let projects = call.state.projects_of(team.organization).into_iter();
    let items = projects
        .filter(|project| project.team == team.id)
        .map(|project| project::listed(call, project));
    paging::page(call.request, Style::Pages, items.collect())
}

pub(crate) fn create_project(call: &mut Call) -> Outcome {
    let team = call.team()?;
    let mut fields = Fields::read(call.request)?;
    let (name, slug) = (fields.required("name", 64), fields.slug("slug"));
    fields.flag("default_rules");
    fields.finish()?;
    let taken = |slug: &str| {
        call.state
            .projects
            .iter()
            .any(|other| other.organization == team.organization && other.slug == slug)
    };
    if slug.as_deref().is_some_and(taken) {
        return Err(Failure::conflict("Another project has this slug."));
    }
    let slug = slug.unwrap_or_else(|| free_slug(&slugify(&name), "project", taken));
    let (organization, now) = (team.organization, call.now);
    let project = project::new(
        call.state,
        &mut call.draw,
        organization,
        team.id,
        &name,
        &slug,
        now,
    );
    let key = keys::new(call.state, &mut call.draw, project.id, "Default", now);
    let reply = project::present(call, &project);
    call.state.keys.push(key);
    call.state.projects.push(project);
    Ok(Reply::created(reply))
}
