//! Where the references of a file stand, and where they lead.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::json::pointer;

/// Where a `$ref` leads.
pub(super) enum Target {
    Local { path: String, pointer: String },
    Remote,
    Strange,
}

/// Keys under which anything may stand, so that a `$ref` is no reference.
const FREE: [&str; 6] = ["example", "examples", "default", "enum", "const", "value"];

/// Where the references of a value stand, and what they say.
pub(super) fn references_of(value: &Value, at: &str, references: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push((pointer::join(at, "$ref"), reference.clone()));
            }
            let is_map = ["/properties", "/examples"]
                .iter()
                .any(|end| at.ends_with(end));
            for (key, value) in members {
                let is_free = FREE.contains(&key.as_str()) || key.starts_with("x-");
                // Named examples may be references; a property may have any name.
                if !is_free || is_map || (key == "examples" && value.is_object()) {
                    references_of(value, &pointer::join(at, key), references);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references_of(item, &pointer::join(at, &index.to_string()), references);
            }
        }
        _ => {}
    }
}

/// Where a reference of that file leads.
pub(super) fn target(file: &str, reference: &str) -> Target {
    let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let lower = path.to_ascii_lowercase();
    if ["http:", "https:", "//"]
        .iter()
        .any(|start| lower.starts_with(start))
    {
        return Target::Remote;
    }
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
    };
    let (Ok(path), Ok(pointer)) = (decode(path), decode(fragment)) else {
        return Target::Strange;
    };
    let is_url = path
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'));
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    if is_url || path.starts_with('/') || !is_pointer {
        return Target::Strange;
    }
    if path.is_empty() {
        let path = normal(file);
        return Target::Local { path, pointer };
    }
    let folder = file.rfind('/').map_or("", |end| &file[..=end]);
    let path = normal(&format!("{folder}{path}"));
    Target::Local { path, pointer }
}

/// A path without `.` and without `..` that could be resolved.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !["", ".."].contains(last)) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_files_and_places() {
        let local = |file: &str, reference: &str| match target(file, reference) {
            Target::Local { path, pointer } => format!("{path} {pointer}"),
            Target::Remote => "remote".to_owned(),
            Target::Strange => "strange".to_owned(),
        };
        assert_eq!(local("a/api.yaml", "#/x/y~1z"), "a/api.yaml /x/y~1z");
        assert_eq!(local("./a/api.yaml", "../b.json#/c%20d"), "b.json /c d");
        assert_eq!(local("api.yaml", "../b.json"), "../b.json ");
        assert_eq!(local("api.yaml", "HTTPS://example.com/x#/y"), "remote");
        assert_eq!(local("api.yaml", "//example.com/x"), "remote");
        for strange in ["/etc/passwd", "file:///etc/passwd", "#anchor", "%ff"] {
            assert_eq!(local("api.yaml", strange), "strange", "{strange}");
        }
    }
}
