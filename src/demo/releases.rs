//! Releases, their commits and their deploys.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::paging::{self, Style};
use super::random::Moment;
use super::router::Call;
use super::state::{Commit, Deploy, Kind, Release, State};

pub(crate) fn present(state: &State, release: &Release) -> Value {
    let mut times: Vec<_> = state
        .events
        .iter()
        .filter(|event| {
            release.projects.contains(&event.project)
                && event.release.as_ref() == Some(&release.version)
        })
        .map(|event| event.created)
        .collect();
    times.sort();
    let deploys: Vec<_> = state
        .deploys
        .iter()
        .filter(|deploy| deploy.release == release.id)
        .collect();
    let projects = state
        .projects
        .iter()
        .filter(|project| release.projects.contains(&project.id));
    let projects: Vec<_> = projects
        .map(|project| json!({"name": project.name, "slug": project.slug}))
        .collect();
    let mut authors: Vec<Value> = Vec::new();
    for (name, email) in release
        .commits
        .iter()
        .filter_map(|commit| commit.author.as_ref())
    {
        let author = json!({"email": email, "name": name});
        if !authors.contains(&author) {
            authors.push(author);
        }
    }
    let mut body = json!({
        "authors": authors,
        "commitCount": release.commits.len(),
        "data": {},
        "dateCreated": release.created.text(),
        "dateReleased": release.released.map(Moment::text),
        "deployCount": deploys.len(),
        "firstEvent": times.first().map(|time| time.short()),
        "lastCommit": release.commits.first().map(|commit| present_commit(release, commit)),
        "lastDeploy": deploys.last().map(|deploy| present_deploy(deploy)),
        "lastEvent": times.last().map(|time| time.short()),
        "newGroups": 0,
        "owner": null,
        "projects": projects,
        "ref": release.reference,
    });
    body["shortVersion"] = json!(release.version);
    body["url"] = json!(release.url);
    body["version"] = json!(release.version);
    body["versionInfo"] = version_info(&release.version);
    body
}

fn version_info(version: &str) -> Value {
    let is_hash = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    json!({
        "buildHash": is_hash.then_some(version),
        "description": if is_hash { &version[..12] } else { version },
        "package": null,
        "version": {"raw": version},
    })
}

fn present_commit(release: &Release, commit: &Commit) -> Value {
    json!({
        "author": commit.author.as_ref().map(|(name, email)| json!({"email": email, "name": name})),
        "dateCreated": commit.created.short(),
        "id": commit.id,
        "message": commit.message,
        "releases": [{
            "dateCreated": release.created.text(),
            "dateReleased": release.released.map(Moment::text),
            "ref": release.reference,
            "shortVersion": release.version,
            "url": release.url,
            "version": release.version,
        }],
        "repository": {
            "dateCreated": release.created.text(),
            "externalSlug": null,
            "id": "1",
            "integrationId": null,
            "name": commit.repository,
            "provider": {"id": "unknown", "name": "Unknown Provider"},
            "status": "active",
            "url": null,
        },
    })
}

fn present_deploy(deploy: &Deploy) -> Value {
    json!({
        "dateFinished": deploy.finished.text(),
        "dateStarted": deploy.started.map(Moment::text),
        "environment": deploy.environment,
        "id": deploy.id.to_string(),
        "name": deploy.name,
        "url": deploy.url,
    })
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let organization = call.organization()?.id;
    let query = call.request.parameter("query").unwrap_or("");
    let mut releases: Vec<_> = call
        .state
        .releases
        .iter()
        .filter(|release| {
            release.organization == organization && release.version.starts_with(query)
        })
        .collect();
    releases.sort_by_key(|release| std::cmp::Reverse((release.created, release.id)));
    let items = releases
        .into_iter()
        .map(|release| present(call.state, release))
        .collect();
    paging::page(call.request, Style::Pages, items)
}

/// The commits that a body lists, the latest first.
fn read_commits(fields: &mut Fields, now: Moment) -> Option<Vec<Commit>> {
    let items = match fields.raw("commits")?.clone() {
        Value::Array(items) => items,
        Value::Null => return None,
        _ => {
            fields.fault("commits", "Expected a list of objects.");
            return None;
        }
    };
    let mut commits = Vec::new();
    for item in items {
        let Value::Object(object) = item else {
            fields.fault("commits", "Expected a list of objects.");
            return None;
        };
        let mut inner = Fields::of(object);
        let author = inner
            .text("author_name", 128)
            .zip(inner.text("author_email", 75));
        commits.push(Commit {
            id: inner.required("id", 64),
            message: inner.text("message", 4_096),
            author,
            repository: inner
                .text("repository", 64)
                .unwrap_or_else(|| "unknown".to_owned()),
            created: inner.time("timestamp").unwrap_or(now),
        });
        if inner.finish().is_err() {
            fields.fault(
                "commits",
                "Every commit needs an id, and texts where texts belong.",
            );
            return None;
        }
    }
    Some(commits)
}

pub(crate) fn create(call: &mut Call) -> Outcome {
    let organization = call.organization()?.id;
    let mut fields = Fields::read(call.request)?;
    let version = fields.required("version", 250);
    if matches!(version.as_str(), "." | "..") || version.contains(['\n', '\r', '\t', '/']) {
        fields.fault("version", "A version holds no slashes and no line ends.");
    }
    let slugs = fields.texts("projects");
    let mut projects = Vec::new();
    for slug in slugs.iter().flatten() {
        let found = call
            .state
            .projects
            .iter()
            .find(|p| p.organization == organization && p.slug == *slug);
        match found {
            Some(project) => projects.push(project.id),
            None => fields.fault("projects", &format!("There is no project {slug:?}.")),
        }
    }
    if slugs.is_none() && !fields.has("projects") {
        fields.required("projects", 1);
    } else if slugs.is_some_and(|slugs| slugs.is_empty()) {
        fields.fault("projects", "Name one project at least.");
    }
    let release = Release {
        id: 0,
        organization,
        projects,
        version,
        reference: fields.text("ref", 250),
        url: fields.url("url"),
        created: call.now,
        released: fields.time("dateReleased"),
        commits: read_commits(&mut fields, call.now).unwrap_or_default(),
    };
    fields.finish()?;
    // Build scripts announce the same version more than once: that is no error.
    let known = call
        .state
        .releases
        .iter_mut()
        .find(|known| known.organization == organization && known.version == release.version);
    if let Some(known) = known {
        for project in release.projects {
            if !known.projects.contains(&project) {
                known.projects.push(project);
            }
        }
        if !release.commits.is_empty() {
            known.commits = release.commits;
        }
        let known = known.clone();
        let mut reply = Reply::ok(present(call.state, &known));
        reply.status = 208;
        return Ok(reply);
    }
    let release = Release {
        id: call.state.next(Kind::Release),
        ..release
    };
    let reply = present(call.state, &release);
    call.state.releases.push(release);
    Ok(Reply::created(reply))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let release = call.release()?;
    Ok(Reply::ok(present(call.state, &release)))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut release = call.release()?;
    let mut fields = Fields::read(call.request)?;
    release.reference = fields.text("ref", 250).or(release.reference);
    release.url = fields.url("url").or(release.url);
    release.released = fields.time("dateReleased").or(release.released);
    release.commits = read_commits(&mut fields, call.now).unwrap_or(release.commits);
    fields.finish()?;
    call.state
        .releases
        .iter_mut()
        .filter(|known| known.id == release.id)
        .for_each(|known| {
            *known = release.clone();
        });
    Ok(Reply::ok(present(call.state, &release)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let release = call.release()?;
    if call.state.events.iter().any(|event| {
        release.projects.contains(&event.project)
            && event.release.as_ref() == Some(&release.version)
    }) {
        return Err(Failure::bad(
            "This release has events and cannot be removed.",
        ));
    }
    call.state.remove_release(release.id);
    Ok(Reply::no_content())
}

pub(crate) fn commits(call: &mut Call) -> Outcome {
    let release = call.release()?;
    let items = release
        .commits
        .iter()
        .map(|commit| present_commit(&release, commit))
        .collect();
    paging::page(call.request, Style::Pages, items)
}

pub(crate) fn deploys(call: &mut Call) -> Outcome {
    let release = call.release()?;
    let deploys = call
        .state
        .deploys
        .iter()
        .rev()
        .filter(|deploy| deploy.release == release.id);
    paging::page(
        call.request,
        Style::Pages,
        deploys.map(present_deploy).collect(),
    )
}

pub(crate) fn deploy(call: &mut Call) -> Outcome {
    let release = call.release()?;
    let mut fields = Fields::read(call.request)?;
    let deploy = Deploy {
        id: 0,
        release: release.id,
        environment: fields.required("environment", 64),
        name: fields.text("name", 64),
        url: fields.url("url"),
        started: fields.time("dateStarted"),
        finished: fields.time("dateFinished").unwrap_or(call.now),
    };
    fields.finish()?;
    let deploy = Deploy {
        id: call.state.next(Kind::Deploy),
        ..deploy
    };
    let reply = present_deploy(&deploy);
    call.state.deploys.push(deploy);
    Ok(Reply::created(reply))
}
