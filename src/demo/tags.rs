//! Tags: what issues and projects have in common with others.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::paging::{self, Style};
use super::router::Call;
use super::samples::Sample;
use super::state::Issue;

/// The tags of the events of an issue: every key with its values and how
/// often each of them came.
pub(crate) fn counts(call: &Call, issue: &Issue) -> Vec<(&'static str, Vec<(String, usize)>)> {
    let mut counts: Vec<(&'static str, Vec<(String, usize)>)> = Vec::new();
    let sample = Sample::of(&issue.platform);
    for event in call.state.events_of(issue.id) {
        for (key, value) in sample.tags(&event.environment, event.release.as_deref()) {
            let place = counts
                .iter()
                .position(|(known, _)| *known == key)
                .unwrap_or_else(|| {
                    counts.push((key, Vec::new()));
                    counts.len() - 1
                });
            let values = &mut counts[place].1;
            match values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => values.push((value, 1)),
            }
        }
    }
    counts
}

/// What people read instead of the key of a tag.
pub(crate) fn label(key: &str) -> String {
    match key {
        "url" => return "URL".to_owned(),
        "server_name" => return "Server".to_owned(),
        _ => {}
    }
    let mut start = true;
    key.chars()
        .map(|c| if c == '_' { ' ' } else { c })
        .map(|c| {
            let c = if start { c.to_ascii_uppercase() } else { c };
            start = !c.is_alphanumeric();
            c
        })
        .collect()
}

fn find(call: &Call) -> Result<(Issue, &'static str, Vec<Value>, usize), Failure> {
    let issue = call.issue()?;
    let wanted = call.parameter("key");
    let (key, values) = counts(call, &issue)
        .into_iter()
        .find(|(key, _)| *key == wanted)
        .ok_or_else(Failure::not_found)?;
    let total = values.iter().map(|(_, count)| count).sum();
    let values = values
        .into_iter()
        .map(|(value, count)| present(&issue, key, &value, count))
        .collect();
    Ok((issue, key, values, total))
}

/// One value of a tag.
fn present(issue: &Issue, key: &str, value: &str, count: usize) -> Value {
    let mut body = json!({
        "count": count,
        "firstSeen": issue.first_seen.text(),
        "key": key,
        "lastSeen": issue.last_seen.text(),
        "name": value,
        "value": value,
    });
    if key == "user" {
        body["query"] = Sample::of(&issue.platform).user_query().into();
    }
    body
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    let (_, key, values, total) = find(call)?;
    Ok(Reply::ok(json!({
        "key": key,
        "name": label(key),
        "topValues": values,
        "totalValues": total,
        "uniqueValues": values.len(),
    })))
}

pub(crate) fn values(call: &mut Call) -> Outcome {
    let (issue, _, values, _) = find(call)?;
    let times = Style::Times(issue.last_seen.millis(), issue.first_seen.millis());
    paging::page(call.request, times, values)
}

/// The values of a tag in all issues of a project.
pub(crate) fn of_project(call: &mut Call) -> Outcome {
    let project = call.project()?;
    let (key, query) = (
        call.parameter("key"),
        call.request.parameter("query").unwrap_or("").to_lowercase(),
    );
    let mut values: Vec<(String, usize, u64)> = Vec::new();
    let mut known = false;
    for event in call
        .state
        .events
        .iter()
        .filter(|event| event.project == project.id)
    {
        let Some(issue) = call.state.issue(event.issue) else {
            continue;
        };
        let tags = Sample::of(&issue.platform).tags(&event.environment, event.release.as_deref());
        for (_, value) in tags.into_iter().filter(|(name, _)| *name == key) {
            known = true;
            match values.iter_mut().find(|(other, ..)| *other == value) {
                Some((_, count, _)) => *count += 1,
                None => values.push((value, 1, issue.id)),
            }
        }
    }
    if !known {
        return Err(Failure::not_found());
    }
    let items = values
        .iter()
        .filter(|(value, ..)| value.to_lowercase().contains(&query))
        .filter_map(|(value, count, issue)| {
            Some(present(call.state.issue(*issue)?, key, value, *count))
        });
    paging::page(call.request, Style::Offset, items.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_readable_names() {
        assert_eq!(label("client_os.name"), "Client Os.Name");
        assert_eq!(
            (label("server_name").as_str(), label("url").as_str()),
            ("Server", "URL")
        );
    }
}
