//! Where requests go: one API is asked at one origin.

use serde_json::{Map, Value};

use crate::finding::{Finding, codes};
use crate::import::requests::Request;
use crate::import::requests::url::Url;

/// A variable at the start of a URL, replaced by its value where the source gives one: it says where the API is.
pub(super) fn resolve_start(url: &mut String, variables: &Map<String, Value>) {
    // Variables may be made of others, but not for ever.
    for _ in 0..8 {
        let Some((name, rest)) = url
            .strip_prefix("{{")
            .and_then(|inner| inner.split_once("}}"))
        else {
            return;
        };
        let Some(value) = variables.get(name.trim()).and_then(Value::as_str) else {
            return;
        };
        *url = format!("{value}{rest}");
    }
}

/// The requests to the origin that most of them go to: others are of no concern to one API.
pub(super) fn of_one_origin(
    requests: Vec<Request>,
    findings: &mut Vec<Finding>,
) -> (Option<String>, Vec<(Request, Url)>) {
    let all: Vec<(Request, Url)> = requests
        .into_iter()
        .map(|request| {
            let url = Url::parse(&request.url);
            (request, url)
        })
        .collect();
    let mut counts: Vec<(String, usize)> = Vec::new();
    // A path alone goes wherever the others go.
    for (_, url) in all.iter().filter(|(_, url)| !url.origin.is_empty()) {
        match counts.iter_mut().find(|(origin, _)| *origin == url.origin) {
            Some((_, count)) => *count += 1,
            None => counts.push((url.origin.clone(), 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    let Some((origin, _)) = counts
        .iter()
        .find(|(_, count)| Some(*count) == most)
        .cloned()
    else {
        return (None, all);
    };
    for (other, count) in counts.iter().filter(|(other, _)| *other != origin) {
        let message =
            format!("requests to {other} are left out, since most go to {origin}: {count}");
        findings.push(
            Finding::new(codes::LEFT_OUT, message).help("import them into a project of their own"),
        );
    }
    let kept = all
        .into_iter()
        .filter(|(_, url)| url.origin == origin || url.origin.is_empty())
        .collect();
    (Some(origin), kept)
}
