//! Where the API answers.

/// A base URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// `http` or `https`.
    pub scheme: String,
    /// The host, in lower case, an IPv6 address in brackets.
    pub host: String,
    /// The port, where the URL says one.
    pub port: Option<u16>,
    /// The path in front of every request's path, without a slash at its end.
    pub prefix: String,
}

impl BaseUrl {
    /// Takes a URL apart; the error tells what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| format!("{url:?} is not a URL such as \"http://127.0.0.1:8000\""))?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(format!("{url:?} is neither an http nor an https URL"));
        }
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, prefix) = rest.split_at(end);
        if rest.contains(['?', '#']) {
            return Err(format!("{url:?} must not have a query or a fragment"));
        }
        if authority.contains('@') {
            return Err(format!(
                "{url:?} must not hold a credential; that is for [auth]"
            ));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                let port = port
                    .parse()
                    .map_err(|_| format!("{url:?} has no port that is a number up to 65535"))?;
                (host, Some(port))
            }
            _ => (authority, None),
        };
        let valid = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
        if host.is_empty() || !host.chars().all(valid) {
            return Err(format!("{url:?} has no host that we understand"));
        }
        Ok(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }

    /// `host:port`, or the host alone where the URL says no port.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// `scheme://authority`, in front of a path that begins with `/`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority())
    }

    /// Whether requests are encrypted.
    pub fn is_tls(&self) -> bool {
        self.scheme == "https"
    }

    /// The port that is meant where none is said.
    pub fn default_port(&self) -> u16 {
        if self.is_tls() { 443 } else { 80 }
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host == "[::1]" || self.host.starts_with("127.")
    }

    /// Host and port as the system's resolver wants them.
    pub fn address(&self) -> (String, u16) {
        let host = self.host.trim_matches(['[', ']']).to_owned();
        (host, self.port.unwrap_or_else(|| self.default_port()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = BaseUrl::parse("http://127.0.0.1:80/v1/").unwrap();
        assert_eq!(url.prefix, "/v1");
        assert_eq!(url.origin(), "http://127.0.0.1:80");
        let url = BaseUrl::parse("HTTPS://[::1]").unwrap();
        assert_eq!(
            (url.authority(), url.address()),
            ("[::1]".to_owned(), ("::1".to_owned(), 443))
        );
        assert!(url.is_loopback() && url.is_tls());
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for bad in [
            "",
            "localhost:80",
            "ftp://x",
            "http://",
            "http://a:b@c",
            "http://a:99999",
            "http://a?b",
            "http://a b",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
