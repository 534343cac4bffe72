//! Names of documents, sections and variables, made of what other formats call things.

use std::collections::BTreeSet;

use crate::document::{DocumentName, check_file_name};

/// The section of operations without a tag.
pub(crate) const NO_SECTION: &str = "Default";

/// Names that were given, each once, also where case does not count.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// The name itself, or one with a number where it is taken.
    pub fn take(&mut self, section: &str, name: &str) -> DocumentName {
        if check_file_name(section).is_err() {
            return self.take(&slug(section), name);
        }
        let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
        for name in std::iter::once(name.to_owned()).chain(numbered) {
            if let Ok(name) = DocumentName::new(section, &name)
                && self.taken.insert(name.to_string().to_lowercase())
            {
                return name;
            }
            if check_file_name(&name).is_err() {
                break;
            }
        }
        // A name made by us fits; one that an export says may not.
        self.take(section, &file_name(name))
    }
}

/// A name that is safe as a file name, as close to the given one as can be.
pub(crate) fn file_name(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let start = out.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let name: String = start.chars().take(90).collect();
    let name = name.trim_end_matches(['-', '.']);
    if check_file_name(name).is_ok() {
        return name.to_owned();
    }
    match name {
        "" => "unnamed".to_owned(),
        device => format!("x-{device}"),
    }
}

/// The id of a section or document: words in lower case with `-` between them.
pub(crate) fn slug(title: &str) -> String {
    file_name(&title.to_lowercase())
}

/// The name of an operation that says none: `get-projects-keys` of `GET /projects/{project}/keys/`.
pub(crate) fn of_path(method: &str, path: &str) -> String {
    let literals: Vec<_> = path
        .split('/')
        .filter(|part| !part.is_empty() && !part.contains('{'))
        .collect();
    let ends_in_value = path.trim_end_matches('/').ends_with('}');
    let last = if ends_in_value { "-by-id" } else { "" };
    slug(&format!("{method}-{}{last}", literals.join("-")))
}

/// Words of an identifier as a title: `Get project keys` of `getProjectKeys` and `get_project_keys`.
pub(crate) fn title_of(identifier: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in identifier.chars() {
        if !c.is_alphanumeric() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            lower = false;
            continue;
        }
        if c.is_uppercase() && lower {
            out.push(' ');
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
        lower = c.is_lowercase() || c.is_numeric();
    }
    let trimmed = out.trim();
    let mut chars = trimmed.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// The name of a scenario for a group: `ClientKeys` of `client-keys`.
pub(crate) fn ident(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let ident: String = words
        .filter(|word| !word.is_empty())
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect();
    if check_file_name(&ident).is_ok() {
        ident
    } else {
        format!("Scenario{ident}")
    }
}

/// The path without the names of its placeholders, which mean nothing: `/a/{}/b`.
pub(crate) fn path_key(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => {
                inside = true;
                out.push('{');
            }
            '}' => {
                inside = false;
                out.push('}');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// Names that mean another thing under every path.
const VAGUE: [&str; 10] = [
    "id", "pk", "uuid", "guid", "slug", "name", "key", "title", "type", "version",
];

/// The variable of a parameter: its name, with what it belongs to in front where it says little by itself.
///
/// `before` is the path up to the parameter: `id` behind `/events/` is `event_id`.
pub(crate) fn variable(name: &str, before: &str) -> String {
    let clean = |text: &str| -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let text: String = text.chars().map(safe).collect();
        text.trim_matches('_').to_owned()
    };
    let own = clean(name);
    let vague = own.is_empty() || VAGUE.contains(&own.to_ascii_lowercase().as_str());
    let literal = before
        .split(['/', '?'])
        .rev()
        .find(|part| !part.is_empty() && !part.contains(['{', '}', '=']));
    let name = match literal.map(|text| clean(&singular(text))) {
        Some(owner) if vague && !owner.is_empty() => {
            format!("{owner}_{own}").trim_end_matches('_').to_owned()
        }
        _ => own,
    };
    // Names that templates give a meaning, and such that do not begin as a name.
    let odd = !name.starts_with(|c: char| c.is_ascii_alphabetic());
    if odd || ["env", "port", "apidocs"].contains(&name.as_str()) {
        return format!("value_{name}").trim_end_matches('_').to_owned();
    }
    name
}

/// Whether a text is a name of a variable.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A text as the name of a variable.
pub(crate) fn identifier(text: &str) -> String {
    variable(text, "")
}

/// One of many, as English mostly forms it.
pub(crate) fn singular(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    if let Some(stem) = lower.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for plural in ["sses", "xes", "ches", "shes"] {
        if lower.ends_with(plural) {
            return lower[..lower.len() - 2].to_owned();
        }
    }
    match lower.strip_suffix('s') {
        Some(stem) if !stem.is_empty() && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => lower,
    }
}

/// The usual reason phrase of a status (RFC 9110, section 15, and RFC 6585).
pub(crate) fn reason(status: u16) -> Option<&'static str> {
    Some(match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        511 => "Network Authentication Required",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_given_once() {
        let mut names = Names::default();
        let mut take = |name: &str| names.take("a", name).to_string();
        assert_eq!(take("get x"), "a/get-x");
        assert_eq!(take("Get-X"), "a/Get-X-2");
        assert_eq!(take("nul"), "a/x-nul");
        assert_eq!(file_name("../é/.b."), "b");
        assert_eq!(file_name("…"), "unnamed");
        assert_eq!(slug("Sentry-compatible API"), "sentry-compatible-api");
        assert_eq!(of_path("get", "/a/{b}/c/{d}/"), "get-a-c-by-id");
        assert_eq!(title_of("getProjectKeys"), "Get project keys");
        assert_eq!(title_of("events_list"), "Events list");
        assert_eq!(ident("issue-comments"), "IssueComments");
    }

    #[test]
    fn vague_names_get_an_owner() {
        assert_eq!(variable("id", "/api/events/"), "event_id");
        assert_eq!(variable("id", "/a/{b}/"), "a_id");
        assert_eq!(
            variable("organization_slug", "/projects/"),
            "organization_slug"
        );
        assert_eq!(variable("If-Match", "/a"), "If_Match");
        assert_eq!(variable("env", "/a"), "value_env");
        assert_eq!(variable("", "/statuses/"), "statuse");
        for (many, one) in [
            ("issues", "issue"),
            ("keys", "key"),
            ("status", "status"),
            ("entries", "entry"),
            ("boxes", "box"),
            ("process", "process"),
        ] {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn placeholders_may_be_called_otherwise() {
        assert_eq!(path_key("/a/{x}/b"), path_key("/a/{y}/b"));
        assert_ne!(path_key("/a/{x}/b"), path_key("/a/{y}/c"));
        assert_ne!(path_key("/a/{x}/b"), path_key("/a/x/b"));
    }
}
