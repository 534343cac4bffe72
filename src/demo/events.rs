//! Events: single errors as programs reported them.

use serde_json::{Value, json};

use super::digest;
use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::issues;
use super::paging::{self, Style};
use super::random::Moment;
use super::releases;
use super::router::Call;
use super::samples::{Sample, context};
use super::state::{Activity, Event, Issue, Kind, State};

/// An event on its way in.
pub(crate) struct Incoming {
    pub(crate) id: String,
    pub(crate) project: u64,
    pub(crate) platform: String,
    pub(crate) message: String,
    pub(crate) environment: String,
    pub(crate) release: Option<String>,
    pub(crate) at: Moment,
}

/// Keeps an event, and opens an issue unless it belongs to one.
pub(crate) fn record(state: &mut State, event: Incoming) {
    let known = state.issues.iter_mut().find(|issue| {
        issue.project == event.project
            && issue.platform == event.platform
            && issue.message == event.message
    });
    let issue = match known {
        Some(issue) => {
            issue.last_seen = event.at;
            issue.id
        }
        None => {
            let id = state.next(Kind::Issue);
            let number = state
                .projects
                .iter_mut()
                .find(|project| project.id == event.project)
                .map(|project| {
                    project.issue_count += 1;
                    project.issue_count
                });
            state.issues.push(Issue {
                id,
                project: event.project,
                number: number.unwrap_or(0),
                platform: event.platform,
                message: event.message,
                status: "unresolved".to_owned(),
                status_details: serde_json::Map::new(),
                assigned: None,
                public: false,
                share: None,
                seen_by: Vec::new(),
                bookmarked_by: Vec::new(),
                subscribed: Vec::new(),
                first_seen: event.at,
                last_seen: event.at,
                activity: vec![Activity {
                    id: 0,
                    kind: "first_seen",
                    user: None,
                    at: event.at,
                }],
            });
            id
        }
    };
    state.events.push(Event {
        id: event.id,
        project: event.project,
        issue,
        environment: event.environment,
        release: event.release,
        created: event.at,
    });
}

/// The checksum that put an event into its issue.
pub(crate) fn fingerprint(issue: &Issue) -> String {
    digest::fingerprint(&format!(
        "{} {} {}",
        issue.project, issue.platform, issue.message
    ))
}

fn tags(event: &Event, issue: &Issue, meta: bool) -> Value {
    let sample = Sample::of(&issue.platform);
    let tags = sample.tags(&event.environment, event.release.as_deref());
    let tags = tags.into_iter().map(|(key, value)| {
        let mut tag = json!({"key": key, "value": value});
        if meta {
            tag["_meta"] = Value::Null;
            if key == "user" {
                tag["query"] = sample.user_query().into();
            }
        }
        tag
    });
    tags.collect()
}

/// An event as lists show it.
fn summary(event: &Event, issue: &Issue) -> Value {
    let sample = Sample::of(&issue.platform);
    json!({
        "crashFile": null,
        "culprit": sample.culprit(),
        "dateCreated": event.created.short(),
        "event.type": sample.kind(),
        "eventID": event.id,
        "groupID": issue.id.to_string(),
        "id": event.id,
        "location": sample.location(),
        "message": issue.message,
        "platform": issue.platform,
        "projectID": issue.project.to_string(),
        "tags": tags(event, issue, false),
        "title": sample.title(&issue.message),
        "user": sample.user(),
    })
}

/// An event with everything that was sent along.
pub(crate) fn body(event: &Event, issue: &Issue) -> Value {
    let sample = Sample::of(&issue.platform);
    let mut body = json!({
        "_meta": {
            "context": null,
            "contexts": null,
            "entries": {},
            "message": null,
            "packages": null,
            "sdk": null,
            "tags": {},
            "user": null,
        },
        "context": context(),
        "contexts": sample.contexts(),
        "crashFile": null,
        "culprit": sample.culprit(),
        "dateCreated": event.created.text(),
        "dateReceived": event.created.text(),
        "dist": null,
        "entries": sample.entries(&issue.message),
        "errors": [],
        "eventID": event.id,
        "fingerprints": [fingerprint(issue)],
        "groupID": issue.id.to_string(),
        "groupingConfig": {"enhancements": "eJybzDhxY3J-bm5-npWRgaGlroGxrpHxBABcTQcY", "id": "newstyle:2019-10-29"},
        "id": event.id,
    });
    body["location"] = json!(sample.location());
    body["message"] = json!(issue.message);
    body["metadata"] = sample.metadata(&issue.message);
    body["packages"] = json!({"my.package": "1.0.0"});
    body["platform"] = json!(issue.platform);
    body["projectID"] = json!(issue.project.to_string());
    body["sdk"] = sample.sdk();
    body["size"] = json!(1_000 + issue.message.len());
    body["tags"] = tags(event, issue, true);
    body["title"] = json!(sample.title(&issue.message));
    body["type"] = json!(sample.kind());
    body["user"] = sample.user();
    body
}

/// An event among its neighbours, with its release and what a user said.
fn detailed(call: &Call, event: &Event, issue: &Issue) -> Value {
    let events = call.state.events_of(issue.id);
    let place = events
        .iter()
        .position(|other| other.id == event.id)
        .unwrap_or(0);
    let id = |event: Option<&&Event>| event.map(|event| event.id.clone());
    let organization = call
        .state
        .project(issue.project)
        .map_or(0, |project| project.organization);
    let release = call.state.releases.iter().find(|release| {
        release.organization == organization && Some(&release.version) == event.release.as_ref()
    });
    let report = call
        .state
        .reports
        .iter()
        .find(|report| report.event == event.id);
    let mut body = body(event, issue);
    body["nextEventID"] = json!(id(place.checked_sub(1).and_then(|place| events.get(place))));
    body["previousEventID"] = json!(id(events.get(place + 1)));
    body["release"] = json!(release.map(|release| releases::present(call.state, release)));
    body["sdkUpdates"] = Sample::of(&issue.platform).sdk_updates();
    body["userReport"] = json!(report.map(
        |report| json!({"comments": report.comments, "email": report.email, "name": report.name})
    ));
    body
}

fn list(call: &Call, events: Vec<&Event>) -> Outcome {
    let full = call.request.flag("full");
    let items = events.into_iter().filter_map(|event| {
        let issue = call.state.issue(event.issue)?;
        Some(if full {
            body(event, issue)
        } else {
            summary(event, issue)
        })
    });
    paging::page(call.request, Style::Offset, items.collect())
}

pub(crate) fn of_project(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    list(
        call,
        call.state
            .events
            .iter()
            .rev()
            .filter(|event| event.project == project)
            .collect(),
    )
}

pub(crate) fn of_issue(call: &mut Call) -> Outcome {
    let issue = call.issue()?.id;
    list(call, call.state.events_of(issue))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let (project, id) = (call.project()?.id, call.parameter("event_id"));
    let event = call
        .state
        .events
        .iter()
        .find(|event| event.project == project && event.id == id);
    let event = event.ok_or_else(Failure::not_found)?;
    let issue = call
        .state
        .issue(event.issue)
        .ok_or_else(Failure::not_found)?;
    Ok(Reply::ok(detailed(call, event, issue)))
}

pub(crate) fn latest(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    let event = call
        .state
        .events_of(issue.id)
        .first()
        .copied()
        .ok_or_else(Failure::not_found)?;
    Ok(Reply::ok(detailed(call, event, &issue)))
}

pub(crate) fn oldest(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    let event = call
        .state
        .events_of(issue.id)
        .last()
        .copied()
        .ok_or_else(Failure::not_found)?;
    Ok(Reply::ok(detailed(call, event, &issue)))
}

pub(crate) fn hashes(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    let latest = call.state.events_of(issue.id).first().copied();
    let hashes =
        latest.map(|event| json!({"id": fingerprint(&issue), "latestEvent": body(event, &issue)}));
    paging::page(call.request, Style::Offset, hashes.into_iter().collect())
}

/// `POST /api/{project_id}/store/`: how programs report their errors. The
/// public part of a client key is the credential.
pub(crate) fn store(call: &mut Call) -> Outcome {
    let header = call.request.header("X-Sentry-Auth").unwrap_or("");
    let from_header = header
        .split([',', ' '])
        .find_map(|part| part.trim().strip_prefix("sentry_key="));
    let public = call
        .request
        .parameter("sentry_key")
        .or(from_header)
        .unwrap_or("");
    let project = call.parameter("project_id");
    let key = call
        .state
        .keys
        .iter()
        .find(|key| key.public == public && key.project.to_string() == project);
    let Some(key) = key.filter(|key| key.active) else {
        return Err(Failure::new(401, "No key of this project was sent."));
    };
    let project = key.project;
    let mut fields = Fields::read(call.request)?;
    let id = fields
        .text("event_id", 36)
        .map(|id| id.replace('-', "").to_lowercase());
    if id
        .as_ref()
        .is_some_and(|id| id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        fields.fault("event_id", "An event ID has 32 hexadecimal digits.");
    }
    let message = fields.required("message", 8_192);
    let platform = fields
        .choice("platform", issues::PLATFORMS)
        .unwrap_or_else(|| "python".to_owned());
    let environment = fields
        .text("environment", 64)
        .unwrap_or_else(|| "production".to_owned());
    let release = fields.text("release", 250);
    fields.finish()?;
    let id = id.unwrap_or_else(|| call.draw.hex(32));
    if call.state.events.iter().any(|event| event.id == id) {
        return Err(Failure::conflict("There is an event with this ID already."));
    }
    let at = call.now;
    record(
        call.state,
        Incoming {
            id: id.clone(),
            project,
            platform,
            message,
            environment,
            release,
            at,
        },
    );
    Ok(Reply::ok(json!({ "id": id })))
}
