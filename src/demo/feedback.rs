//! What users say about the errors they met.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::issues;
use super::paging::{self, Style};
use super::router::Call;
use super::state::{Kind, Report};

fn present(call: &Call, report: &Report) -> Value {
    let event = call
        .state
        .events
        .iter()
        .find(|event| event.id == report.event);
    let issue = event.and_then(|event| call.state.issue(event.issue));
    json!({
        "comments": report.comments,
        "dateCreated": report.created.text(),
        "email": report.email,
        "event": {"eventID": report.event, "id": report.event},
        "eventID": report.event,
        "id": report.id.to_string(),
        "issue": issue.map(|issue| issues::present(call, issue)),
        "name": report.name,
        "user": null,
    })
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let mut reports: Vec<_> = call
        .state
        .reports
        .iter()
        .filter(|report| report.project == project)
        .collect();
    reports.reverse();
    let times = match (reports.first(), reports.last()) {
        (Some(first), Some(last)) => Style::Times(first.created.millis(), last.created.millis()),
        _ => Style::Times(0, 0),
    };
    paging::page(
        call.request,
        times,
        reports
            .into_iter()
            .map(|report| present(call, report))
            .collect(),
    )
}

pub(crate) fn submit(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let mut fields = Fields::read(call.request)?;
    let event = fields.required("event_id", 36).replace('-', "");
    if !event.is_empty()
        && (event.len() != 32 || !event.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        fields.fault("event_id", "An event ID has 32 hexadecimal digits.");
    }
    let (name, email) = (fields.required("name", 128), fields.required("email", 75));
    if !email.is_empty() && !email.contains('@') {
        fields.fault("email", "Enter a valid email address.");
    }
    let comments = fields.required("comments", 4096);
    fields.finish()?;
    if call
        .state
        .events
        .iter()
        .any(|known| known.id == event && known.project != project)
    {
        return Err(Failure::conflict("This event belongs to another project."));
    }
    let old = call
        .state
        .reports
        .iter()
        .find(|report| report.project == project && report.event == event);
    let id = old.map(|report| report.id);
    let id = id.unwrap_or_else(|| call.state.next(Kind::Report));
    let report = Report {
        id,
        project,
        event,
        name,
        email,
        comments,
        created: call.now,
    };
    // Who reports the same event again meant to correct the report.
    call.state.reports.retain(|report| report.id != id);
    let reply = present(call, &report);
    call.state.reports.push(report);
    Ok(Reply::ok(reply))
}
