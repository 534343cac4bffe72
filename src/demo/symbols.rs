//! Debug information files.

use serde_json::{Value, json};

use super::digest;
use super::http::{Failure, Outcome, Reply};
use super::multipart;
use super::paging::{self, Style};
use super::router::Call;
use super::state::{Kind, Symbols};

fn present(file: &Symbols) -> Value {
    json!({
        "codeId": null,
        "cpuName": "x86_64",
        "data": {},
        "dateCreated": file.created.text(),
        "debugId": file.uuid,
        "headers": {"Content-Type": "application/x-mach-binary"},
        "id": file.id.to_string(),
        "objectName": file.name,
        "sha1": file.sha1,
        "size": file.size,
        "symbolType": "macho",
        "uuid": file.uuid,
    })
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let query = call.request.parameter("query").unwrap_or("").to_lowercase();
    let id = call.request.parameter("id");
    let files = call.state.symbols.iter().filter(|file| {
        file.project == project
            && (file.name.to_lowercase().contains(&query) || file.uuid.contains(&query))
            && id.is_none_or(|id| file.id.to_string() == id)
    });
    paging::page(call.request, Style::Pages, files.map(present).collect())
}

pub(crate) fn upload(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let content_type = call.request.header("Content-Type").unwrap_or("");
    let parts = multipart::parts(content_type, &call.request.body).map_err(Failure::bad)?;
    let file = parts
        .iter()
        .find(|part| part.name == "file" && part.filename.is_some());
    let file = file.ok_or_else(|| Failure::field("file", "No file was submitted."))?;
    let digits = call.draw.hex(32);
    // The id of a debug file is that of the build it came from: a UUID.
    let uuid = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-");
    let symbols = Symbols {
        id: call.state.next(Kind::Symbols),
        project,
        uuid,
        name: file.filename.clone().unwrap_or_default(),
        size: file.content.len(),
        sha1: digest::sha1(&file.content),
        created: call.now,
    };
    let reply = json!([present(&symbols)]);
    call.state.symbols.push(symbols);
    Ok(Reply::created(reply))
}

pub(crate) fn remove(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    let id = call.request.parameter("id").unwrap_or("");
    if id.is_empty() {
        return Err(Failure::field("id", "This parameter is required."));
    }
    let before = call.state.symbols.len();
    call.state
        .symbols
        .retain(|file| file.project != project || file.id.to_string() != id);
    if call.state.symbols.len() == before {
        Err(Failure::not_found())
    } else {
        Ok(Reply::no_content())
    }
}
