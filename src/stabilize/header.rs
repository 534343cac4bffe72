//! Header values in which order means nothing.

/// How the value of a header is made up.
enum Form {
    /// Tokens between commas.
    Tokens,
    /// Directives between semicolons, each a name and a list of sources.
    Directives,
}

fn form(name: &str) -> Option<Form> {
    match name {
        "allow"
        | "vary"
        | "cache-control"
        | "pragma"
        | "accept-ranges"
        | "accept-patch"
        | "accept-post"
        | "connection"
        | "content-language"
        | "clear-site-data"
        | "tcn"
        | "strict-transport-security"
        | "access-control-allow-headers"
        | "access-control-allow-methods"
        | "access-control-expose-headers"
        | "access-control-request-headers" => Some(Form::Tokens),
        "content-security-policy"
        | "content-security-policy-report-only"
        | "permissions-policy"
        | "feature-policy" => Some(Form::Directives),
        _ => None,
    }
}

/// Whether case means nothing in the tokens of a header: they are names of headers or directives.
fn ignores_case(name: &str) -> bool {
    !matches!(name, "allow" | "access-control-allow-methods")
}

/// Whether two values of a header, its name in lower case, hold the same set; repeated headers are lines.
///
/// `Vary`, `Allow` and the like are lists whose order means nothing (RFC 9110, section 5.6.1; for CORS the Fetch
/// standard; for directives CSP, section 2.2).
pub(super) fn is_same_set(name: &str, old: &str, new: &str) -> bool {
    match form(name) {
        Some(Form::Tokens) => tokens(name, old) == tokens(name, new),
        Some(Form::Directives) => directives(old) == directives(new),
        None => false,
    }
}

/// A list of tokens in the order of the alphabet, where its order means nothing; `None` for other headers.
pub fn sorted(name: &str, value: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    matches!(form(&name), Some(Form::Tokens)).then_some(())?;
    if value.contains([';', '"', '\n']) {
        return None;
    }
    let mut tokens: Vec<_> = value.split(',').map(str::trim).collect();
    tokens.retain(|token| !token.is_empty());
    tokens.sort_by_key(|token| token.to_ascii_lowercase());
    Some(tokens.join(", "))
}

fn in_order<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn tokens(name: &str, value: &str) -> Vec<String> {
    let tokens = value
        .split([',', '\n', ';'])
        .map(str::trim)
        .filter(|token| !token.is_empty());
    in_order(tokens.map(|token| match ignores_case(name) {
        true => token.to_ascii_lowercase(),
        false => token.to_owned(),
    }))
}

fn directives(value: &str) -> Vec<Vec<(String, Vec<&str>)>> {
    // Each policy counts by itself: together they mean something else.
    in_order(value.split([',', '\n']).map(|policy| {
        let directives = policy.split(';').filter_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next()?.to_ascii_lowercase();
            Some((name, in_order(words)))
        });
        in_order(directives)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tokens_are_sets() {
        for (name, old, new) in [
            ("vary", "Accept-Language, Cookie", "Cookie, Accept-Language"),
            ("vary", "Accept", "accept"),
            ("vary", "a, b", "b\na"),
            ("allow", "GET, PUT", "PUT,GET"),
            (
                "access-control-expose-headers",
                "Retry-After, Alert",
                "Alert, Retry-After",
            ),
            (
                "content-security-policy",
                "default-src 'none'; img-src a b",
                "img-src b a; default-src 'none'; ",
            ),
        ] {
            assert!(is_same_set(name, old, new), "{name}: {old}");
        }
        for (name, old, new) in [
            ("vary", "Accept, Cookie", "Accept"),
            ("allow", "GET", "get"),
            ("content-security-policy", "img-src a", "img-src b"),
            ("link", "<a>, <b>", "<b>, <a>"),
        ] {
            assert!(!is_same_set(name, old, new), "{name}: {old}");
        }
    }
}
