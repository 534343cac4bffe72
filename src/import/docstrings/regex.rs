//! The regular expressions of URL patterns, made into paths as the original made them.

/// A part of a URL pattern, the outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A regular expression: `url()`, `re_path()`.
    Regex(String),
    /// A route with converters: `path()`.
    Route(String),
}

/// The path of a pattern that is nested so, behind the prefix of all paths.
pub(super) fn path(prefix: &str, pieces: &[Piece]) -> String {
    let mut joined = String::new();
    let mut regex = String::new();
    for piece in pieces {
        match piece {
            Piece::Regex(text) => regex.push_str(text),
            Piece::Route(text) => {
                joined.push_str(&simplify(&std::mem::take(&mut regex)));
                joined.push_str(&converters(text));
            }
        }
    }
    joined.push_str(&simplify(&regex));
    format!("{prefix}{}", joined.trim_start_matches('/'))
}

/// Source: `simplify_regex` of the original's `apidocs.py`, in its last version.
fn simplify(regex: &str) -> String {
    let optional = replace(regex, "(?:", |inner| Some(format!("[{inner}]")));
    let named = replace(&optional, "(?P<", |inner| {
        let (name, pattern) = inner.split_once('>')?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let named = !name.is_empty() && name.chars().all(is_word) && !pattern.is_empty();
        named.then(|| format!("{{{name}}}"))
    });
    let unnamed = replace(&named, "(", |_| Some("{var}".to_owned()));
    either(&unnamed)
        .replace(['^', '$', '?'], "")
        .replace("//", "/")
        .replace('\\', "")
}

/// Replaces `open…)`, up to the first parenthesis that closes, wherever there is anything in between.
fn replace(text: &str, open: &str, with: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let (head, tail) = rest.split_at(start);
        let inner = tail.get(open.len()..).unwrap_or_default();
        let replaced = inner
            .split_once(')')
            .filter(|(inner, _)| !inner.is_empty())
            .and_then(|(inner, behind)| Some((with(inner)?, behind)));
        out.push_str(head);
        match replaced {
            Some((replaced, behind)) => {
                out.push_str(&replaced);
                rest = behind;
            }
            None => {
                out.push_str(open);
                rest = inner;
            }
        }
    }
    out + rest
}

/// `[a|b|c]` becomes what stands before its last bar.
fn either(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('[') {
        out.push_str(head);
        let choice = tail.split_once(']').and_then(|(inner, behind)| {
            let (first, last) = inner.rsplit_once('|')?;
            (!first.is_empty() && !last.is_empty()).then_some((first, behind))
        });
        match choice {
            Some((first, behind)) => {
                out.push_str(first);
                rest = behind;
            }
            None => {
                out.push('[');
                rest = tail;
            }
        }
    }
    out + rest
}

/// `<int:pk>` and `<pk>` become `{pk}`.
fn converters(route: &str) -> String {
    let mut out = String::new();
    let mut rest = route;
    while let Some((head, tail)) = rest.split_once('<') {
        out.push_str(head);
        match tail.split_once('>') {
            Some((converter, behind)) => {
                let name = converter.rsplit(':').next().unwrap_or(converter);
                out.push_str(&format!("{{{}}}", name.trim()));
                rest = behind;
            }
            None => {
                out.push('<');
                rest = tail;
            }
        }
    }
    out + rest
}

/// Whether a path still has characters that mean something in a regular expression alone.
pub(super) fn is_strange(path: &str) -> bool {
    path.contains(['(', ')', '[', ']', '|', '*', '+', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(regexes: &[&str]) -> String {
        let pieces: Vec<_> = regexes
            .iter()
            .map(|regex| Piece::Regex((*regex).to_owned()))
            .collect();
        path("/api/0/", &pieces)
    }

    #[test]
    fn groups_become_placeholders() {
        for (regexes, path) in [
            (
                vec![r"^projects/(?P<org_slug>[^\/]+)/(?P<key>[\w-]+)/$"],
                "/api/0/projects/{org_slug}/{key}/",
            ),
            (
                vec![r"^(?:issues|groups)/", r"^(?P<id>\d+)/$"],
                "/api/0/issues/{id}/",
            ),
            (vec![r"^stats/(?:all/)?$"], "/api/0/stats/[all/]"),
            (vec![r"^plugins?/(\d+)/(.*)$"], "/api/0/plugins/{var}/{var}"),
            (vec![r"^(?:a|b|c)/$"], "/api/0/a|b/"),
            (vec![r"^a/", r"^/b\.json$"], "/api/0/a/b.json"),
            (vec!["^"], "/api/0/"),
            (vec![r"^a/(?P<x>(?:b|c)+)/$"], "/api/0/a/{x}/"),
            (vec!["^()(?P<>x)$"], "/api/0/(){var}"),
        ] {
            assert_eq!(of(&regexes), path, "{regexes:?}");
        }
    }

    #[test]
    fn routes_have_converters() {
        let pieces = [
            Piece::Regex("^shops/(?P<shop>x)/".to_owned()),
            Piece::Route("<int:pk>/a?/<name>/".to_owned()),
        ];
        assert_eq!(path("/", &pieces), "/shops/{shop}/{pk}/a?/{name}/");
        assert_eq!(converters("a<b"), "a<b");
    }

    #[test]
    fn what_is_left_of_a_regular_expression_is_seen() {
        assert!(is_strange(&of(&[r"^(?:a|b|c)/$"])));
        assert!(!is_strange(&of(&[r"^(?:a|b)/(?P<c>\d+)/$"])));
    }
}
