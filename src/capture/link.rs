//! How we reach a server: certificates, proxies, time-outs, limits.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::Proxy;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use super::base::BaseUrl;
use super::error::{Error, ErrorKind};
use super::scope::env;
use crate::project::Settings;

/// More than that is as good as no limit, and the clock can count it.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Everything about connections that the settings and the environment say.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// How long it may take to connect.
    pub connect: Duration,
    /// How long the first byte of an answer may take, after the request was sent.
    pub first_byte: Option<Duration>,
    /// How long everything together may take.
    pub total: Duration,
    /// The largest body, in bytes, on the wire and decoded.
    pub max_body: u64,
    /// Whether requests that change nothing may share a connection.
    pub keep_alive: bool,
    /// The certificates of the authorities that are trusted; those of Mozilla where there are none.
    pub roots: Option<RootCerts>,
    /// The proxies of the environment.
    pub proxies: Arc<Proxies>,
}

impl Link {
    /// # Errors
    /// The file of certificates cannot be used, or a proxy of the environment cannot be understood.
    pub fn new(settings: &Settings, root: &Path) -> Result<Self, Error> {
        let cacert = settings.cacert.as_deref().map(|path| root.join(path));
        Ok(Self {
            connect: settings.connect_timeout.min(LONGEST),
            first_byte: settings.first_byte_timeout,
            total: settings.timeout.min(LONGEST),
            max_body: settings.max_body,
            keep_alive: settings.keep_alive,
            roots: cacert.as_deref().map(roots).transpose()?,
            proxies: Arc::new(Proxies::from_env(env)?),
        })
    }

    /// The same with less time, and a connection for each request.
    pub fn within(&self, total: Duration) -> Self {
        Self {
            total: self.total.min(total),
            keep_alive: false,
            ..self.clone()
        }
    }
}

fn roots(path: &Path) -> Result<RootCerts, Error> {
    let wrong = |reason: String| {
        let message = format!(
            "the certificates {} cannot be used: {reason}",
            path.display()
        );
        Error::new(ErrorKind::Settings, message).with_help(
            "`cacert` (--cacert) names a PEM file with the certificate of your authority",
        )
    };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&pem) {
        match item.map_err(|error| wrong(error.to_string()))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            _ => return Err(wrong("it holds a private key".to_owned())),
        }
    }
    if certificates.is_empty() {
        return Err(wrong("it holds no certificate".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// Whether a proxy is named with a port that there is not; another one would be taken for it.
fn has_a_port_that_is_none(proxy: &str) -> bool {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit('@').next().unwrap_or_default();
    // The address of IPv6 stands in brackets.
    let port = place.rsplit(']').next().unwrap_or_default();
    let port = port.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| !port.is_empty() && port.parse::<u16>().is_err())
}

/// The proxies that the environment names, in the way of `curl`.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// Hosts that are asked without a proxy.
    none: Vec<String>,
}

impl Proxies {
    /// `HTTP_PROXY` for `http`, `HTTPS_PROXY` for `https`, `ALL_PROXY` for what has none of its own; the names in
    /// lower case win.
    fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name: &str| {
            let names = [name.to_ascii_lowercase(), name.to_owned()];
            let found = names.into_iter().find_map(|name| Some((env(&name)?, name)));
            found.filter(|(value, _)| !value.is_empty())
        };
        let proxy = |name: &str| {
            let Some((value, name)) = value(name).or_else(|| value("ALL_PROXY")) else {
                return Ok(None);
            };
            let proxy = match has_a_port_that_is_none(&value) {
                true => Err("its port is no number up to 65535".to_owned()),
                false => Proxy::new(&value).map_err(|error| error.to_string()),
            };
            proxy.map(Some).map_err(|reason| {
                // The value may hold a password: it is not shown.
                let message =
                    format!("the variable {name} of the environment names no proxy: {reason}");
                Error::settings(message)
                    .with_help("write it as http://host:port or socks5://host:port, or unset it")
            })
        };
        let none = value("NO_PROXY").map_or_else(String::new, |(value, _)| value);
        Ok(Self {
            http: proxy("HTTP_PROXY")?,
            https: proxy("HTTPS_PROXY")?,
            none: none
                .split([',', ' '])
                .map(|host| host.trim().to_ascii_lowercase())
                .filter(|host| !host.is_empty())
                .collect(),
        })
    }

    /// The proxy for a server. What runs on this machine is asked without one.
    pub fn of(&self, base: &BaseUrl) -> Option<&Proxy> {
        if base.is_loopback() || self.none.iter().any(|entry| names(entry, base)) {
            return None;
        }
        if base.is_tls() {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        }
    }
}

/// Whether an address is in a network such as `10.0.0.0/8` (RFC 4632, section 3.1); `None` where that is no network.
fn is_within(network: &str, host: &str) -> Option<bool> {
    let (network, bits) = network.split_once('/')?;
    let (network, bits) = (network.parse().ok()?, bits.parse::<u32>().ok()?);
    let same = |a: u128, b: u128, width: u32| {
        let shift = width.checked_sub(bits)?;
        // Nothing is left of a shift by the whole width.
        let of = |number: u128| number.checked_shr(shift).unwrap_or(0);
        Some(of(a) == of(b))
    };
    match (network, host.parse().ok()?) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => Some(false),
    }
}

/// Whether an entry of `NO_PROXY` means a host: itself, a domain above it (with or without a dot in
/// front), with its port, the network of its address, or `*`.
fn names(entry: &str, base: &BaseUrl) -> bool {
    let host = base.host.trim_matches(['[', ']']);
    if let Some(within) = is_within(entry, host) {
        return within;
    }
    let (entry, port) = match entry.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) && !host.ends_with(':') => {
            (host, Some(port))
        }
        _ => (entry, None),
    };
    if port.is_some_and(|port| port != base.address().1.to_string()) {
        return false;
    }
    let domain = entry.trim_start_matches('*').trim_start_matches('.');
    entry == "*"
        || host == domain.trim_matches(['[', ']'])
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| !domain.is_empty() && rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, Error> {
        Proxies::from_env(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn of(proxies: &Proxies, url: &str) -> Option<String> {
        let proxy = proxies.of(&BaseUrl::parse(url).unwrap())?;
        Some(format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn the_scheme_chooses_the_proxy() {
        let both = proxies(&[("HTTP_PROXY", "http://a:1"), ("https_proxy", "http://b:2")]).unwrap();
        assert_eq!(of(&both, "http://api.test").as_deref(), Some("a:1"));
        assert_eq!(of(&both, "https://api.test").as_deref(), Some("b:2"));
        assert_eq!(of(&both, "http://127.0.0.1:8000"), None);
        assert_eq!(of(&both, "https://localhost"), None);
        let all = proxies(&[("ALL_PROXY", "socks5://c:3"), ("HTTP_PROXY", "")]).unwrap();
        assert_eq!(of(&all, "http://api.test").as_deref(), Some("c:3"));
        assert_eq!(of(&Proxies::default(), "http://api.test"), None);
    }

    #[test]
    fn hosts_without_a_proxy() {
        let some = [
            ("HTTP_PROXY", "http://a:1"),
            (
                "NO_PROXY",
                "one.test, .two.test,*.three.test,four.test:81,[2001:db8::1],10.0.0.0/8,2001:db9::/32",
            ),
        ];
        let some = proxies(&some).unwrap();
        for (url, proxied) in [
            ("http://one.test", false),
            ("http://sub.one.test", false),
            ("http://someone.test", true),
            ("http://x.two.test", false),
            ("http://x.three.test", false),
            ("http://four.test:81", false),
            ("http://four.test", true),
            ("http://[2001:db8::1]", false),
            ("http://10.1.2.3", false),
            ("http://11.1.2.3", true),
            ("http://[2001:db9:1::1]", false),
            ("http://[2001:dba::1]", true),
            ("http://five.test", true),
        ] {
            assert_eq!(of(&some, url).is_some(), proxied, "{url}");
        }
        let every = proxies(&[("HTTP_PROXY", "http://a:1"), ("no_proxy", "*")]).unwrap();
        assert_eq!(of(&every, "http://one.test"), None);
    }

    #[test]
    fn a_value_that_names_no_proxy_is_told_without_it() {
        for bad in [
            "gopher://me:secret@x",
            "me:secret@127.0.0.1:99999",
            "http://[::1]:secret",
        ] {
            let error = proxies(&[("HTTPS_PROXY", bad)]).unwrap_err();
            assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        for good in ["http://me:secret@h:80/", "socks5://[::1]:1080", "h"] {
            assert!(proxies(&[("HTTPS_PROXY", good)]).is_ok(), "{good}");
        }
    }
}
