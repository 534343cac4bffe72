//! Documents to validate: each differs from the others, and fits.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use apidocs::document::key_order;
use apidocs::json::write as canonical;
use serde_json::{Value, json};

const IN_A_SECTION: usize = 100;

/// Writes documents and their `sections.json` below `root/docs`. Gives how many bytes the documents have.
pub fn write(root: &Path, count: usize) -> io::Result<usize> {
    let mut bytes = 0;
    let mut sections = Vec::new();
    for section in 0..count.div_ceil(IN_A_SECTION) {
        let id = format!("section-{section:03}");
        let folder = root.join("docs/endpoints").join(&id);
        fs::create_dir_all(&folder)?;
        let mut names = Vec::new();
        for index in 0..IN_A_SECTION.min(count - section * IN_A_SECTION) {
            let name = format!("get-thing-{index:02}");
            let text = canonical(&document(section, index), key_order::ENDPOINT);
            bytes += text.len();
            fs::write(folder.join(format!("{name}.json")), text)?;
            names.push(name);
        }
        sections.push(json!({"id": id, "title": format!("Section {section}"), "endpoints": names}));
    }
    let sections = canonical(&json!({"sections": sections}), key_order::SECTIONS);
    fs::write(root.join("docs/sections.json"), sections)?;
    Ok(bytes)
}

/// The documents, in order.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(root.join("docs/endpoints"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    files
}

fn document(section: usize, index: usize) -> Value {
    let parameter = |name: &str, description: &str| json!({"name": name, "type": "string", "description": description});
    let items: Vec<_> = (0..8).map(|item| thing(section, index, item)).collect();
    json!({
        "$schema": "../../../schemas/endpoint.schema.json",
        "title": format!("List the Things of Kind {index}"),
        "method": "GET",
        "api_path": format!("/api/0/organizations/{{organization_slug}}/section-{section}/things-{index}/{{thing_id}}/"),
        "description": "Return the `things` of an organization, the newest first. A thing that was removed is not shown;\n\
            a *hidden* one is shown to its owner alone. See [paging](../paging/) for the `Link` header.",
        "warning": null,
        "authentication": "required",
        "path_parameters": [
            parameter("organization_slug", "the slug of the organization that the things belong to."),
            parameter("thing_id", "the id of the first thing to return."),
        ],
        "query_parameters": [parameter("query", "a text that the `name` of each thing must hold.")],
        "parameters": null,
        "examples": [{
            "name": "default",
            "request": {
                "method": "GET",
                "path": format!("/api/0/organizations/the-interstellar-jurisdiction/section-{section}/things-{index}/{index}/?query=pump"),
                "headers": ["Accept: application/json", "Authorization: Bearer <token>"],
            },
            "response": {
                "status": 200,
                "reason": "OK",
                "headers": [
                    "Content-Type: application/json",
                    "X-Content-Type-Options: nosniff",
                    "Content-Language: en",
                    "Vary: Accept-Language, Cookie",
                    "Allow: GET, PUT, DELETE, HEAD, OPTIONS",
                ],
                "body": items,
            },
        }],
    })
}

fn thing(section: usize, index: usize, item: usize) -> Value {
    let id = section * 10_000 + index * 10 + item;
    json!({
        "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        "dateCreated": format!("2020-03-09T04:38:{:02}.{id:06}Z", id % 60),
        "features": ["data-forwarding", "rate-limits", "releases"],
        "id": id.to_string(),
        "isPublic": item.is_multiple_of(2),
        "name": format!("Pump Station {id}"),
        "score": id as f64 / 7.0,
        "slug": format!("pump-station-{id}"),
    })
}
