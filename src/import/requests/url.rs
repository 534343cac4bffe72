//! URLs as requests have them, templates in them.

use percent_encoding::percent_decode_str;

/// A URL, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Url {
    /// `https://host:port`, or a variable that stands for it; empty where there is none.
    pub origin: String,
    /// User name and password, where they stand in the URL.
    pub user: Option<String>,
    /// The path, as it is written.
    pub path: String,
    /// The query: names and values, decoded.
    pub query: Vec<(String, String)>,
}

impl Url {
    /// Takes a URL apart; without a scheme, what stands in front of the first `/` is the host.
    pub fn parse(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), text),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let origin = match (host.is_empty(), scheme.is_empty(), host.starts_with("{{")) {
            (true, ..) => String::new(),
            (_, true, true) => host.to_owned(),
            (_, true, false) => format!("http://{host}"),
            _ => format!("{scheme}{host}"),
        };
        Self {
            origin,
            user,
            path: if path.is_empty() {
                "/".to_owned()
            } else {
                path.to_owned()
            },
            query: pairs(query),
        }
    }
}

/// Names and values of a query or a form, decoded; a template stays as it is.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = Url::parse("https://u:p@a.example:8443/b/c%20d?x=1&y=a+b#f");
        assert_eq!(url.origin, "https://a.example:8443");
        assert_eq!(url.user.as_deref(), Some("u:p"));
        assert_eq!((url.path.as_str(), url.query.len()), ("/b/c%20d", 2));
        assert_eq!(url.query[1].1, "a b");
        assert_eq!(Url::parse("{{ host }}/a").origin, "{{ host }}");
        assert_eq!(Url::parse("localhost:80").origin, "http://localhost:80");
        assert_eq!(Url::parse("/a?b").path, "/a");
    }
}
