//! From a host's name to its addresses.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Takes an address at its word, and asks the system for names alone: that takes a thread of its own each time, since
/// the system knows no time-out.
#[derive(Debug, Default)]
pub(super) struct AddressResolver {
    names: DefaultResolver,
}

impl Resolver for AddressResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let Ok(address) = host.parse::<IpAddr>() else {
            return self.names.resolve(uri, config, timeout);
        };
        let default = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => 443,
            _ => 80,
        };
        let mut found = self.empty();
        found.push((address, uri.port_u16().unwrap_or(default)).into());
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(url: &str) -> Vec<String> {
        let timeout = NextTimeout::default();
        let config = ureq::Agent::config_builder().build();
        let found = AddressResolver::default().resolve(&url.parse().unwrap(), &config, timeout);
        found.unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_are_taken_at_their_word() {
        for (url, address) in [
            ("http://127.0.0.1:8000/a", "127.0.0.1:8000"),
            ("http://127.0.0.1/", "127.0.0.1:80"),
            ("https://[::1]/", "[::1]:443"),
        ] {
            assert_eq!(resolved(url), [address]);
        }
        let local = resolved("http://localhost:81/");
        assert!(
            local.iter().all(|address| address.ends_with(":81")),
            "{local:?}"
        );
    }
}
