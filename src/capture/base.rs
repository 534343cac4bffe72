//! Where the API answers.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

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
    /// The Unix socket on which the server listens, where it is no port.
    pub socket: Option<PathBuf>,
}

/// What a server at a socket is called in requests: it has no name of its own.
const SOCKET_HOST: &str = "localhost";

impl BaseUrl {
    /// Takes a URL apart; the error tells what is wrong with it.
    ///
    /// A Unix socket is `unix:/path/to.sock`, or `http+unix://` with the path percent-encoded in the place of the
    /// host.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Self::at_socket(url, path, "");
        }
        if let Some(rest) = url.strip_prefix("http+unix://") {
            let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let path = percent_decode_str(host).decode_utf8_lossy();
            return Self::at_socket(url, &path, prefix);
        }
        // Messages tell no credential.
        let url = &*without_user(url);
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
            socket: None,
        })
    }

    fn at_socket(url: &str, path: &str, prefix: &str) -> Result<Self, String> {
        if cfg!(not(unix)) {
            return Err(format!("{url:?}: this system has no Unix sockets"));
        }
        if path.is_empty() || path.contains('\0') || prefix.contains(['?', '#']) {
            return Err(format!(
                "{url:?} is no socket such as \"unix:/run/api.sock\" or \"http+unix://%2Frun%2Fapi.sock/v1\""
            ));
        }
        Ok(Self {
            scheme: "http".to_owned(),
            host: SOCKET_HOST.to_owned(),
            port: None,
            prefix: prefix.trim_end_matches('/').to_owned(),
            socket: Some(PathBuf::from(path)),
        })
    }

    /// The same with a relative path of a socket meant from that folder.
    pub fn within(mut self, root: &Path) -> Self {
        self.socket = self.socket.map(|socket| root.join(socket));
        self
    }

    /// The server as people know it: its socket, or host and port.
    pub fn place(&self) -> String {
        match &self.socket {
            Some(socket) => socket.display().to_string(),
            None => self.authority(),
        }
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

/// A URL with an asterisk in the place of what stands before the host (RFC 3986, section 3.2.1).
fn without_user(url: &str) -> Cow<'_, str> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let authority = &url[start..];
    let authority = &authority[..authority.find(['/', '?', '#']).unwrap_or(authority.len())];
    match authority.rfind('@') {
        Some(at) => format!("{}*{}", &url[..start], &url[start + at..]).into(),
        None => url.into(),
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
    #[cfg(unix)]
    fn a_socket_has_a_path_and_perhaps_a_prefix() {
        let socket = |url: &str| {
            let base = BaseUrl::parse(url).unwrap().within(Path::new("/root"));
            assert!(base.is_loopback() && base.origin() == "http://localhost");
            (base.place(), base.prefix)
        };
        assert_eq!(
            socket("unix:/run/a.sock"),
            ("/run/a.sock".to_owned(), String::new())
        );
        assert_eq!(socket("unix:///run/a.sock").0, "/run/a.sock");
        assert_eq!(socket("unix:a.sock").0, "/root/a.sock");
        let encoded = socket("http+unix://%2Frun%2Fa.sock/v1/");
        assert_eq!(encoded, ("/run/a.sock".to_owned(), "/v1".to_owned()));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for bad in [
            "unix:",
            "http+unix:///v1",
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
        for bad in [
            "http://u:hunter2@c",
            "ftp://hunter2@c/x@y",
            "http://hunter2@c?x",
        ] {
            let told = BaseUrl::parse(bad).unwrap_err();
            assert!(
                told.contains("://*@c") && !told.contains("hunter2"),
                "{told}"
            );
        }
    }
}
