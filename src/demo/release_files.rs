//! The files of a release: source maps and the like.

use serde_json::{Map, Value, json};

use super::digest;
use super::http::{Failure, Outcome, Reply};
use super::input::Fields;
use super::multipart;
use super::paging::{self, Style};
use super::router::Call;
use super::state::{Kind, ReleaseFile};

fn present(file: &ReleaseFile) -> Value {
    json!({
        "dateCreated": file.created.text(),
        "dist": file.dist,
        "headers": file.headers,
        "id": file.id.to_string(),
        "name": file.name,
        "sha1": file.sha1,
        "size": file.size,
    })
}

fn find(call: &Call) -> Result<ReleaseFile, Failure> {
    let (release, id) = (call.release()?.id, call.parameter("file_id"));
    let found = call
        .state
        .files
        .iter()
        .find(|file| file.release == release && file.id.to_string() == id);
    found.cloned().ok_or_else(Failure::not_found)
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let release = call.release()?.id;
    let mut files: Vec<_> = call
        .state
        .files
        .iter()
        .filter(|file| file.release == release)
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    paging::page(
        call.request,
        Style::Pages,
        files.into_iter().map(present).collect(),
    )
}

pub(crate) fn upload(call: &mut Call) -> Outcome {
    let release = call.release()?.id;
    let content_type = call.request.header("Content-Type").unwrap_or("");
    let parts = multipart::parts(content_type, &call.request.body).map_err(Failure::bad)?;
    let text = |name: &str| {
        parts
            .iter()
            .find(|part| part.name == name)
            .map(multipart::Part::text)
    };
    let file = parts
        .iter()
        .find(|part| part.name == "file" && part.filename.is_some());
    let file = file.ok_or_else(|| Failure::field("file", "No file was submitted."))?;
    let mut headers = Map::new();
    for part in parts.iter().filter(|part| part.name == "header") {
        let header = part.text();
        let Some((name, value)) = header.split_once(':') else {
            return Err(Failure::field(
                "header",
                "A header has the form name:value.",
            ));
        };
        headers.insert(name.trim().to_owned(), value.trim().into());
    }
    let name = text("name")
        .filter(|name| !name.is_empty())
        .or(file.filename.clone())
        .unwrap_or_default();
    let dist = text("dist").filter(|dist| !dist.is_empty());
    if name.is_empty() || name.len() > 200 {
        return Err(Failure::field("name", "A name has 1 to 200 bytes."));
    }
    let mut others = call
        .state
        .files
        .iter()
        .filter(|other| other.release == release);
    if others.any(|other| other.name == name && other.dist == dist) {
        return Err(Failure::conflict(
            "The release has a file of this name already.",
        ));
    }
    let file = ReleaseFile {
        id: call.state.next(Kind::ReleaseFile),
        release,
        name,
        dist,
        headers,
        size: file.content.len(),
        sha1: digest::sha1(&file.content),
        created: call.now,
    };
    let reply = present(&file);
    call.state.files.push(file);
    Ok(Reply::created(reply))
}

pub(crate) fn retrieve(call: &mut Call) -> Outcome {
    Ok(Reply::ok(present(&find(call)?)))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let mut file = find(call)?;
    let mut fields = Fields::read(call.request)?;
    file.name = fields.required("name", 200);
    file.dist = fields.text("dist", 64).or(file.dist);
    fields.finish()?;
    call.state
        .files
        .iter_mut()
        .filter(|known| known.id == file.id)
        .for_each(|known| *known = file.clone());
    Ok(Reply::ok(present(&file)))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let file = find(call)?;
    call.state.files.retain(|known| known.id != file.id);
    Ok(Reply::no_content())
}
