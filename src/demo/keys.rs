//! Client keys and their DSNs.

use serde_json::{Value, json};

use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::paging::{self, Style};
use super::random::{Draw, Moment};
use super::router::Call;
use super::state::{Key, Kind, State};

pub(crate) fn new(
    state: &mut State,
    draw: &mut Draw,
    project: u64,
    name: &str,
    created: Moment,
) -> Key {
    Key {
        id: state.next(Kind::Key),
        project,
        name: name.to_owned(),
        public: draw.hex(32),
        secret: draw.hex(32),
        active: true,
        created,
    }
}

fn present(key: &Key, base: &str) -> Value {
    let Key {
        project,
        name,
        public,
        secret,
        ..
    } = key;
    let (scheme, authority) = base.split_once("://").unwrap_or(("http", base));
    json!({
        "browserSdk": {"choices": [["latest", "latest"], ["5.x", "5.x"], ["4.x", "4.x"]]},
        "browserSdkVersion": "5.x",
        "dateCreated": key.created.text(),
        "dsn": {
            "cdn": format!("{base}/js-sdk-loader/{public}.min.js"),
            "csp": format!("{base}/api/{project}/csp-report/?sentry_key={public}"),
            "minidump": format!("{base}/api/{project}/minidump/?sentry_key={public}"),
            "public": format!("{scheme}://{public}@{authority}/{project}"),
            "secret": format!("{scheme}://{public}:{secret}@{authority}/{project}"),
            "security": format!("{base}/api/{project}/security/?sentry_key={public}"),
            "unreal": format!("{base}/api/{project}/unreal/{public}/"),
        },
        "id": public,
        "isActive": key.active,
        "label": name,
        "name": name,
        "projectId": project,
        "public": public,
        "rateLimit": null,
        "secret": secret,
    })
}

fn find(call: &Call) -> Result<Key, Failure> {
    let (project, id) = (call.project()?.id, call.parameter("key_id"));
    let found = call
        .state
        .keys
        .iter()
        .find(|key| key.project == project && key.public == id);
    found.cloned().ok_or_else(Failure::not_found)
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let status = match call.request.parameter("status").unwrap_or("") {
        "" => None,
        "active" => Some(true),
        "inactive" => Some(false),
        _ => return Err(Failure::field("status", "Choose one of: active, inactive.")),
    };
    let keys: Vec<_> = call
        .state
        .keys
        .iter()
        .filter(|key| key.project == project && status.is_none_or(|active| key.active == active))
        .collect();
    let first = keys.first().map_or(0, |key| key.id);
    let base = call.request.base();
    paging::page(
        call.request,
        Style::Id(first),
        keys.into_iter().map(|key| present(key, &base)).collect(),
    )
}

pub(crate) fn create(call: &mut Call) -> Outcome {
    let project = call.project()?;
    let mut fields = Fields::read(call.request)?;
    let name = fields
        .text("name", 64)
        .unwrap_or_else(|| "Default".to_owned());
    fields.finish()?;
    let key = new(call.state, &mut call.draw, project.id, &name, call.now);
    let reply = present(&key, &call.request.base());
    call.state.keys.push(key);
    Ok(Reply::created(reply))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    Ok(Reply::ok(present(&find(call)?, &call.request.base())))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut key = find(call)?;
    let mut fields = Fields::read(call.request)?;
    key.name = fields.text("name", 64).unwrap_or(key.name);
    key.active = fields.flag("isActive").unwrap_or(key.active);
    fields.finish()?;
    let reply = present(&key, &call.request.base());
    call.state
        .keys
        .iter_mut()
        .filter(|old| old.id == key.id)
        .for_each(|old| *old = key.clone());
    Ok(Reply::ok(reply))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let key = find(call)?;
    call.state.keys.retain(|old| old.id != key.id);
    Ok(Reply::no_content())
}
