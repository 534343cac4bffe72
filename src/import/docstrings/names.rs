//! The names of endpoints, as the original made them.

/// The name of an endpoint: the method's and the class's, without the class's suffix, in lower case with dashes.
pub(super) fn endpoint_name(function: &str, class: &str, suffix: &str) -> String {
    let name = title(function) + class;
    let name = name
        .strip_suffix(suffix)
        .filter(|name| !name.is_empty())
        .unwrap_or(&name);
    dashes(name)
}

/// Python's `str.title`: a capital at the start of each run of letters, all others small.
fn title(text: &str) -> String {
    let mut out = String::new();
    let mut within = false;
    for character in text.chars() {
        if within {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
        within = character.is_alphabetic();
    }
    out
}

/// `GetDSymFiles` becomes `get-d-sym-files`: a run of capitals before a small letter begins a word, and its last
/// capital another one. Capitals that no small letter follows stay.
fn dashes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_uppercase()) {
        let (head, tail) = rest.split_at(start);
        out.push_str(head);
        let run = tail
            .find(|c: char| !c.is_ascii_uppercase())
            .unwrap_or(tail.len());
        let (capitals, behind) = tail.split_at(run);
        match behind.chars().next() {
            Some(small) if small.is_ascii_lowercase() => {
                let (first, last) = capitals.split_at(capitals.len() - 1);
                out.push('-');
                if !first.is_empty() {
                    out.push_str(&first.to_ascii_lowercase());
                    out.push('-');
                }
                out.push_str(&last.to_ascii_lowercase());
            }
            _ => out.push_str(capitals),
        }
        rest = behind;
    }
    out.push_str(rest);
    out.trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_original() {
        for (function, class, name) in [
            ("get", "ProjectKeysEndpoint", "get-project-keys"),
            ("get", "DSymFilesEndpoint", "get-d-sym-files"),
            ("put", "EventIdLookup", "put-event-id-lookup"),
            ("get", "HTTPLogEndpoint", "get-http-log"),
            ("get", "ApiURL", "get-apiURL"),
            ("list_all", "A1bEndpoint", "list_-allA1b"),
        ] {
            assert_eq!(endpoint_name(function, class, "Endpoint"), name);
        }
        assert_eq!(endpoint_name("get", "Endpoint", "Endpoint"), "get");
        assert_eq!(endpoint_name("get", "OrdersView", ""), "get-orders-view");
    }
}
