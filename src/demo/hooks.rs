//! Service hooks: where a project reports its events to.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::paging::{self, Style};
use super::router::Call;
use super::state::{Hook, Kind};

const EVENTS: [&str; 2] = ["event.alert", "event.created"];

fn present(hook: &Hook) -> Value {
    json!({
        "dateCreated": hook.created.text(),
        "events": hook.events,
        "id": hook.id,
        "secret": hook.secret,
        "status": "active",
        "url": hook.url,
    })
}

fn find(call: &Call) -> Result<Hook, Failure> {
    let (project, id) = (call.project()?.id, call.parameter("hook_id"));
    let found = call
        .state
        .hooks
        .iter()
        .find(|hook| hook.project == project && hook.id == id);
    found.cloned().ok_or_else(Failure::not_found)
}

fn events(fields: &mut Fields) -> Option<Vec<String>> {
    let events = fields.texts("events")?;
    if let Some(strange) = events
        .iter()
        .find(|event| !EVENTS.contains(&event.as_str()))
    {
        fields.fault(
            "events",
            &format!(
                "{strange:?} is no event; choose from: {}.",
                EVENTS.join(", ")
            ),
        );
    }
    Some(events)
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let hooks: Vec<_> = call
        .state
        .hooks
        .iter()
        .filter(|hook| hook.project == project)
        .collect();
    let first = hooks.first().map_or(0, |hook| hook.number);
    paging::page(
        call.request,
        Style::Id(first),
        hooks.into_iter().map(present).collect(),
    )
}

pub(crate) fn create(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let mut fields = Fields::read(call.request)?;
    let url = match fields.raw("url") {
        Some(_) => fields.url("url").unwrap_or_default(),
        None => fields.required("url", 200),
    };
    let events = events(&mut fields);
    if !fields.has("events") {
        fields.required("events", 1);
    }
    fields.finish()?;
    let hook = Hook {
        id: call.draw.hex(32),
        number: call.state.next(Kind::Hook),
        project,
        url,
        events: events.unwrap_or_default(),
        secret: call.draw.hex(64),
        created: call.now,
    };
    let reply = present(&hook);
    call.state.hooks.push(hook);
    Ok(Reply::created(reply))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    Ok(Reply::ok(present(&find(call)?)))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut hook = find(call)?;
    let mut fields = Fields::read(call.request)?;
    hook.url = fields.url("url").unwrap_or(hook.url);
    hook.events = events(&mut fields).unwrap_or(hook.events);
    fields.finish()?;
    call.state
        .hooks
        .iter_mut()
        .filter(|old| old.id == hook.id)
        .for_each(|old| *old = hook.clone());
    Ok(Reply::ok(present(&hook)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let hook = find(call)?;
    call.state.hooks.retain(|old| old.id != hook.id);
    Ok(Reply::no_content())
}
