//! What an operation asks of the caller, in words.

use super::operation::Operation;
use super::source::{Node, Version};

/// The words for the `security` of an operation, else that of the whole API; empty where nothing is asked.
pub(super) fn words(operation: &Operation<'_>) -> String {
    let root = operation.node.source.root();
    let security = operation
        .node
        .get("security")
        .or_else(|| root.get("security"));
    let Some(security) = security else {
        return String::new();
    };
    security.take();
    let choices: Vec<String> = security
        .children()
        .iter()
        .map(|choice| requirement(choice, &root))
        .collect();
    // That only nobody may ask is the same as nothing.
    if choices.iter().all(|choice| choice == NOBODY) {
        return String::new();
    }
    choices.join(", or ")
}

const NOBODY: &str = "none";

fn requirement(choice: &Node<'_>, root: &Node<'_>) -> String {
    let schemes: Vec<String> = choice
        .own_members()
        .unwrap_or_default()
        .iter()
        .map(|(name, scopes)| {
            let scopes: Vec<String> = scopes
                .children()
                .iter()
                .filter_map(|scope| Some(format!("`{}`", scope.value.as_str()?)))
                .collect();
            let scheme = scheme(name, root);
            match scopes.as_slice() {
                [] => scheme,
                scopes => format!("{scheme} with {}", scopes.join(", ")),
            }
        })
        .collect();
    if schemes.is_empty() {
        return NOBODY.to_owned();
    }
    schemes.join(" and ")
}

/// `bearer token (`name`)`.
fn scheme(name: &str, root: &Node<'_>) -> String {
    let schemes = match root.source.version {
        Version::Swagger2 => root.get("securityDefinitions"),
        _ => root
            .get("components")
            .and_then(|components| components.get("securitySchemes")),
    };
    let scheme = schemes.and_then(|schemes| schemes.get(name)?.follow());
    let Some(scheme) = scheme else {
        return format!("`{name}`");
    };
    let words = match scheme.text("type") {
        Some("basic") => "user name and password".to_owned(),
        Some("http") => match scheme.text("scheme").unwrap_or_default() {
            http if http.eq_ignore_ascii_case("basic") => "user name and password".to_owned(),
            http if http.eq_ignore_ascii_case("bearer") => "bearer token".to_owned(),
            http => format!("HTTP {http}"),
        },
        Some("apiKey") => {
            let place = scheme.text("in").unwrap_or("header");
            let key = scheme.text("name").unwrap_or_default();
            format!("API key in {place} `{key}`")
        }
        Some("oauth2") => "OAuth 2.0".to_owned(),
        Some("openIdConnect") => "OpenID Connect".to_owned(),
        Some("mutualTLS") => "client certificate".to_owned(),
        _ => return format!("`{name}`"),
    };
    format!("{words} (`{name}`)")
}
