//! Templates as the REST clients of editors and Hurl write them, and what they take of responses.

use serde_json::{Value, json};

use super::Requests;
use crate::import::naming;
use crate::json::pointer;

/// `{{ name }}` of these clients as a template of ours.
pub(super) fn template(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else {
            break;
        };
        let inner = rest[start + 2..start + end].trim();
        out.push_str(&rest[..start]);
        out.push_str(&expression(inner));
        rest = &rest[start + end + 2..];
    }
    out + rest
}

fn expression(inner: &str) -> String {
    let mut words = inner.split_whitespace();
    let name = match (words.next().unwrap_or_default(), words.next()) {
        ("$guid" | "$uuid" | "$random.uuid" | "newUuid", _) => "uuid()".to_owned(),
        ("$timestamp" | "$isoTimestamp" | "$datetime" | "newDate", _) => "now()".to_owned(),
        ("$processEnv" | "$dotenv", Some(name)) => format!("env.{}", name.trim_start_matches('%')),
        (name, _) => match (name.strip_prefix("$env."), reference(inner)) {
            (Some(name), _) => format!("env.{name}"),
            (None, Some(reference)) => reference.variable,
            (None, None) => naming::identifier(name),
        },
    };
    format!("{{{{ {name} }}}}")
}

/// What `{{ login.response.body.$.token }}` speaks of.
struct Reference<'t> {
    request: &'t str,
    /// The variable of ours that stands for it.
    variable: String,
    /// What a step saves for it.
    save: Value,
}

fn reference(inner: &str) -> Option<Reference<'_>> {
    let (request, rest) = inner.split_once(".response.")?;
    let (last, save) = match rest.split_once('.')? {
        ("headers", name) => (name, json!({ "header": name })),
        ("body", path) => {
            let at = json_path(path)?;
            (path.rsplit('.').next().unwrap_or(path), at.into())
        }
        _ => return None,
    };
    let variable = naming::identifier(&format!("{request}_{last}"));
    Some(Reference {
        request,
        variable,
        save,
    })
}

/// Lets named requests save what others take of their responses.
pub(super) fn save_references(text: &str, out: &mut Requests) {
    for inner in crate::import::scenario::names_in(text) {
        let Some(reference) = reference(inner) else {
            continue;
        };
        let mut requests = out.requests.iter_mut();
        let request = requests.find(|one| one.name.as_deref() == Some(reference.request));
        let Some(request) = request else { continue };
        let template = Value::from(format!("{{{{ {} }}}}", reference.variable));
        // A name that the source gives to such a value is another name for it.
        let mut names: Vec<String> = vec![reference.variable];
        out.variables.retain(|name, value| {
            let is_other_name = *value == template;
            if is_other_name {
                names.push(name.clone());
            }
            !is_other_name
        });
        for name in names {
            if !request.save.iter().any(|(known, _)| *known == name) {
                request.save.push((name, reference.save.clone()));
            }
        }
    }
}

/// A plain JSONPath (RFC 9535), `$.a.b[0]`, as a JSON Pointer; `None` where it may lead to several values.
pub(super) fn json_path(path: &str) -> Option<String> {
    let path = path.trim().strip_prefix('$')?;
    let normal = path
        .replace("['", ".")
        .replace("']", "")
        .replace('[', ".")
        .replace(']', "");
    let mut at = String::new();
    for token in normal.split('.').filter(|token| !token.is_empty()) {
        if token.contains(['*', '?', '@', ':', ',']) {
            return None;
        }
        at = pointer::join(&at, token);
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::requests::Request;

    #[test]
    fn what_is_taken_of_a_response_is_saved() {
        assert_eq!(
            template("a {{login.response.body.$.user.id}}b{{ $guid }}"),
            "a {{ login_id }}b{{ uuid() }}"
        );
        let mut out = Requests::default();
        let text = "@id = {{ login.response.body.$.user.id }} {{login.response.headers.Location}}";
        out.variables
            .insert("id".to_owned(), "{{ login_id }}".into());
        out.requests.push(Request {
            name: Some("login".to_owned()),
            ..Request::default()
        });
        save_references(text, &mut out);
        assert!(out.variables.is_empty());
        let save = [
            ("login_id", json!("/user/id")),
            ("id", json!("/user/id")),
            ("login_Location", json!({"header": "Location"})),
        ];
        let save = save.map(|(name, from)| (name.to_owned(), from));
        assert_eq!(out.requests[0].save, save);
    }

    #[test]
    fn paths_to_one_value_are_pointers() {
        let of = |path: &str| json_path(path).unwrap_or_default();
        assert_eq!(of("$.a['b/c'][0]"), "/a/b~1c/0");
        assert_eq!(json_path("$..a[*]"), None);
        assert_eq!(json_path("//a"), None);
    }
}
