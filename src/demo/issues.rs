//! Issues: events of the same cause, and what people do about them.

use serde_json::{Map, Value, json};

use super::digest;
use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::paging::{self, Style};
use super::releases;
use super::router::Call;
use super::samples::Sample;
use super::state::{Activity, Issue, Kind, User};
use super::stats;
use super::tags;

/// The platforms that programs may name.
pub(crate) const PLATFORMS: &[&str] = &["java", "javascript", "python", "ruby", "rust"];
const STATUSES: &[&str] = &["resolved", "resolvedInNextRelease", "unresolved", "ignored"];

/// An issue as lists show it.
pub(crate) fn present(call: &Call, issue: &Issue) -> Value {
    let sample = Sample::of(&issue.platform);
    let project = call.state.project(issue.project);
    let organization = project.and_then(|project| call.state.organization(project.organization));
    let slug = project.map_or("", |project| project.slug.as_str());
    let base = call.request.base();
    let mut body = json!({
        "annotations": [],
        "assignedTo": issue.assigned,
        "count": call.state.events_of(issue.id).len().to_string(),
        "culprit": sample.culprit(),
        "firstSeen": issue.first_seen.text(),
        "hasSeen": issue.seen_by.contains(&call.user),
        "id": issue.id.to_string(),
        "isBookmarked": issue.bookmarked_by.contains(&call.user),
        "isPublic": issue.public,
        "isSubscribed": issue.subscribed.contains(&call.user),
        "lastSeen": issue.last_seen.text(),
        "level": "error",
        "logger": null,
        "metadata": sample.metadata(&issue.message),
        "numComments": 0,
    });
    let organization = organization.map_or("", |organization| organization.slug.as_str());
    body["permalink"] = json!(format!(
        "{base}/organizations/{organization}/issues/{}/",
        issue.id
    ));
    body["platform"] = json!(issue.platform);
    body["project"] = json!({
        "id": issue.project.to_string(),
        "name": project.map(|project| &project.name),
        "platform": project.and_then(|project| project.platform.as_ref()),
        "slug": slug,
    });
    body["shareId"] = json!(issue.share);
    body["shortId"] = json!(short_id(slug, issue));
    body["status"] = json!(issue.status);
    body["statusDetails"] = json!(issue.status_details);
    body["subscriptionDetails"] = Value::Null;
    body["title"] = json!(sample.title(&issue.message));
    body["type"] = json!(sample.kind());
    body["userCount"] = json!(1);
    body
}

/// `PUMP-STATION-1`: what people call an issue.
pub(crate) fn short_id(project: &str, issue: &Issue) -> String {
    format!("{}-{}", project.to_uppercase(), issue.number)
}

fn times(call: &Call, issue: &Issue) -> Vec<i64> {
    call.state
        .events_of(issue.id)
        .iter()
        .map(|event| event.created.seconds())
        .collect()
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    let events = call.state.events_of(issue.id);
    let organization = call.organization()?.id;
    let release = |version: Option<&String>| {
        let mut releases = call.state.releases.iter();
        let found =
            releases.find(|r| r.organization == organization && Some(&r.version) == version);
        json!(found.map(|release| releases::present(call.state, release)))
    };
    let (times, now) = (times(call, &issue), call.now.seconds());
    let mut body = present(call, &issue);
    body["activity"] = issue
        .activity
        .iter()
        .rev()
        .map(|activity| present_activity(call, activity))
        .collect();
    body["firstRelease"] = release(events.last().and_then(|event| event.release.as_ref()));
    body["lastRelease"] = release(events.first().and_then(|event| event.release.as_ref()));
    body["participants"] = json!([]);
    body["pluginActions"] = json!([]);
    body["pluginContexts"] = json!([]);
    body["pluginIssues"] = json!([]);
    body["seenBy"] = issue
        .seen_by
        .iter()
        .filter_map(|id| call.state.user(*id))
        .map(user)
        .collect();
    body["stats"] =
        json!({"24h": stats::last_day(&times, now, 25), "30d": stats::last_month(&times, now)});
    body["tags"] = tags::counts(call, &issue)
        .into_iter()
        .map(|(key, values)| {
            let total: usize = values.iter().map(|(_, count)| count).sum();
            json!({"key": key, "name": tags::label(key), "totalValues": total})
        })
        .collect();
    let ids: Vec<_> = events.iter().map(|event| &event.id).collect();
    let reports = call
        .state
        .reports
        .iter()
        .filter(|report| ids.contains(&&report.event));
    body["userReportCount"] = json!(reports.count());
    Ok(Reply::ok(body))
}

fn present_activity(call: &Call, activity: &Activity) -> Value {
    json!({
        "data": {},
        "dateCreated": activity.at.text(),
        "id": activity.id.to_string(),
        "type": activity.kind,
        "user": activity.user.and_then(|id| call.state.user(id)).map(user),
    })
}

/// A user as others see it.
pub(crate) fn user(user: &User) -> Value {
    let id = user.id.to_string();
    let avatar = digest::fingerprint(&user.email);
    json!({
        "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        "avatarUrl": format!("https://secure.gravatar.com/avatar/{avatar}?s=32&d=mm"),
        "dateJoined": user.joined.text(),
        "email": user.email,
        "emails": [{"email": user.email, "id": id, "is_verified": false}],
        "flags": {"newsletter_consent_prompt": false},
        "has2fa": false,
        "hasPasswordAuth": true,
        "id": id,
        "identities": [],
        "isActive": true,
        "isManaged": false,
        "isStaff": false,
        "isSuperuser": false,
        "lastActive": user.joined.text(),
        "lastLogin": null,
        "name": user.email,
        "options": {"clock24Hours": false, "language": "en", "stacktraceOrder": -1, "timezone": "UTC"},
        "username": user.email,
    })
}

/// What a request wants changed.
struct Change {
    status: Option<String>,
    details: Map<String, Value>,
    public: Option<bool>,
    seen: Option<bool>,
    bookmarked: Option<bool>,
    subscribed: Option<bool>,
    assigned: Option<Option<Value>>,
}

impl Change {
    fn read(call: &Call) -> Result<Change, Failure> {
        let mut fields = Fields::read(call.request)?;
        let mut status = fields.choice("status", STATUSES);
        let mut details = match fields.raw("statusDetails") {
            Some(Value::Object(details)) => details.clone(),
            None | Some(Value::Null) => Map::new(),
            Some(_) => {
                fields.fault("statusDetails", "Expected an object.");
                Map::new()
            }
        };
        if let Some(minutes) = fields.number("ignoreDuration", 1, 1_000_000) {
            details.insert("ignoreDuration".into(), minutes.into());
        }
        if status.as_deref() == Some("resolvedInNextRelease") {
            status = Some("resolved".to_owned());
            details.insert("inNextRelease".into(), true.into());
        }
        let assigned = match fields.raw("assignedTo").cloned() {
            None => None,
            Some(Value::Null) => Some(None),
            Some(Value::String(name)) if name.is_empty() => Some(None),
            Some(name) => {
                let actor = name.as_str().and_then(|name| actor(call, name));
                if actor.is_none() {
                    fields.fault("assignedTo", "There is no such user or team.");
                }
                Some(actor)
            }
        };
        let change = Change {
            status,
            details,
            public: fields.flag("isPublic"),
            seen: fields.flag("hasSeen"),
            bookmarked: fields.flag("isBookmarked"),
            subscribed: fields.flag("isSubscribed"),
            assigned,
        };
        fields.finish().map(|()| change)
    }

    fn apply(&self, call: &mut Call, id: u64) {
        let (user, at) = (call.user, call.now);
        let share = call.draw.hex(32);
        let mut done = Vec::new();
        let Some(issue) = call.state.issues.iter_mut().find(|issue| issue.id == id) else {
            return;
        };
        if let Some(status) = &self.status {
            if *status != issue.status {
                done.push(match status.as_str() {
                    "resolved" => "set_resolved",
                    "ignored" => "set_ignored",
                    _ => "set_unresolved",
                });
            }
            issue.status.clone_from(status);
            issue.status_details = self.details.clone();
        }
        if let Some(public) = self.public {
            if public != issue.public {
                done.push(if public { "set_public" } else { "set_private" });
            }
            issue.public = public;
            issue.share = public.then_some(share);
        }
        if let Some(assigned) = &self.assigned {
            done.push(if assigned.is_some() {
                "assigned"
            } else {
                "unassigned"
            });
            issue.assigned.clone_from(assigned);
        }
        let marks = [
            (self.seen, &mut issue.seen_by),
            (self.bookmarked, &mut issue.bookmarked_by),
            (self.subscribed, &mut issue.subscribed),
        ];
        for (wanted, users) in marks {
            if let Some(wanted) = wanted {
                users.retain(|other| *other != user);
                if wanted {
                    users.push(user);
                }
            }
        }
        for kind in done {
            let number = call.state.next(Kind::Activity);
            let activity = Activity {
                id: number,
                kind,
                user: Some(user),
                at,
            };
            call.state
                .issues
                .iter_mut()
                .filter(|issue| issue.id == id)
                .for_each(|issue| {
                    issue.activity.push(activity.clone());
                });
        }
    }
}

/// The user or the team that a text names.
fn actor(call: &Call, text: &str) -> Option<Value> {
    if let Some(id) = text.strip_prefix("team:") {
        let team = call.state.team(id.parse().ok()?)?;
        return Some(json!({"id": team.id.to_string(), "name": team.slug, "type": "team"}));
    }
    let text = text.strip_prefix("user:").unwrap_or(text);
    let user = call
        .state
        .users
        .iter()
        .find(|user| user.email == text || user.id.to_string() == text)?;
    Some(
        json!({"email": user.email, "id": user.id.to_string(), "name": user.email, "type": "user"}),
    )
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    Change::read(call)?.apply(call, issue.id);
    let issue = call.issue()?;
    Ok(Reply::ok(present(call, &issue)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let issue = call.issue()?;
    call.state.remove_issue(issue.id);
    Ok(Reply::accepted())
}

/// The `id` parameters of a request about many issues.
fn ids(call: &Call) -> Result<Vec<u64>, Failure> {
    let ids = call
        .request
        .query
        .iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, value)| value.parse());
    ids.collect::<Result<_, _>>()
        .map_err(|_| Failure::field("id", "Enter the number of an issue."))
}

pub(crate) fn update_many(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let ids = ids(call)?;
    let status = call.request.parameter("status").map(str::to_owned);
    let change = Change::read(call)?;
    if ids.is_empty() && change.status.is_none() {
        return Err(Failure::field(
            "id",
            "Name the issues, or change the status of all of them.",
        ));
    }
    let chosen: Vec<_> = call
        .state
        .issues
        .iter()
        .filter(|issue| issue.project == project && (ids.is_empty() || ids.contains(&issue.id)))
        .filter(|issue| status.as_ref().is_none_or(|status| issue.status == *status))
        .map(|issue| issue.id)
        .collect();
    chosen.iter().for_each(|id| change.apply(call, *id));
    let mut body = Map::new();
    if let Some(assigned) = &change.assigned {
        body.insert("assignedTo".into(), json!(assigned));
    }
    for (name, flag) in [
        ("hasSeen", change.seen),
        ("isBookmarked", change.bookmarked),
        ("isPublic", change.public),
        ("isSubscribed", change.subscribed),
    ] {
        body.extend(flag.map(|flag| (name.to_owned(), flag.into())));
    }
    if change.public.is_some() {
        let shared = chosen
            .first()
            .and_then(|id| call.state.issue(*id))
            .and_then(|issue| issue.share.clone());
        body.insert("shareId".into(), json!(shared));
    }
    if let Some(status) = &change.status {
        body.insert("status".into(), json!(status));
        body.insert("statusDetails".into(), json!(change.details));
    }
    Ok(Reply::ok(Value::Object(body)))
}

pub(crate) fn remove_many(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let ids = ids(call)?;
    if ids.is_empty() {
        return Err(Failure::field("id", "Name the issues to remove."));
    }
    let known = |id: &&u64| {
        call.state
            .issue(**id)
            .is_some_and(|issue| issue.project == project)
    };
    let chosen: Vec<_> = ids.iter().filter(known).copied().collect();
    chosen
        .into_iter()
        .for_each(|id| call.state.remove_issue(id));
    Ok(Reply::no_content())
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let project = call.project()?;
    let points = match call.request.parameter("statsPeriod") {
        None | Some("24h") => Some(("24h", 24)),
        Some("14d") => Some(("14d", 14 * 24)),
        Some("") => None,
        Some(_) => {
            return Err(Failure::field(
                "statsPeriod",
                "Choose one of: 24h, 14d, or nothing.",
            ));
        }
    };
    let query = call.request.parameter("query").unwrap_or("is:unresolved");
    let environment = call.request.parameter("environment");
    let mut issues: Vec<_> = call
        .state
        .issues
        .iter()
        .filter(|issue| issue.project == project.id)
        .filter(|issue| {
            query
                .split_whitespace()
                .all(|word| found(&project.slug, issue, word))
        })
        .filter(|issue| {
            let mut events = call
                .state
                .events
                .iter()
                .filter(|event| event.issue == issue.id);
            environment
                .is_none_or(|environment| events.any(|event| event.environment == environment))
        })
        .collect();
    issues.sort_by_key(|issue| std::cmp::Reverse((issue.last_seen, issue.id)));
    let style = match (issues.first(), issues.last()) {
        (Some(first), Some(last)) => {
            Style::Times(first.last_seen.millis(), last.last_seen.millis())
        }
        _ => Style::Times(0, 0),
    };
    let hits = issues.len();
    let items = issues.into_iter().map(|issue| {
        let mut body = present(call, issue);
        if let Some((name, points)) = points {
            body["stats"] =
                json!({name: stats::last_day(&times(call, issue), call.now.seconds(), points)});
        }
        body
    });
    let mut reply = paging::page(call.request, style, items.collect())?;
    reply.hits = Some(hits);
    Ok(reply)
}

/// Whether an issue fits one word of a search.
fn found(project: &str, issue: &Issue, word: &str) -> bool {
    match word.strip_prefix("is:") {
        Some(status) => issue.status == status,
        None => {
            let word = word.to_lowercase();
            short_id(project, issue).to_lowercase() == word
                || issue.message.to_lowercase().contains(&word)
        }
    }
}
