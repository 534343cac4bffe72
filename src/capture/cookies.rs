//! The cookies of a scenario.

use cookie_store::{CookieError, CookieStore};
use url::Url;

use super::error::Fault;
use crate::document::Headers;
use crate::stabilize::secrets::Secrets;

/// What examples show in the place of a value.
const SHOWN: &str = "<cookie>";

/// A shorter value is no session, and would be found in what has nothing to do with it.
const SHORTEST: usize = 8;

/// The cookies that a server set, kept by the rules of RFC 6265.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    store: CookieStore,
}

impl Cookies {
    /// The value of the header `Cookie` for a URL, where there is a cookie for it: those of longer paths
    /// first (RFC 6265, section 5.4).
    pub fn header(&self, url: &Url) -> Option<String> {
        let mut cookies = self.store.matches(url);
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps what a response sets; its values are secrets from then on.
    ///
    /// # Errors
    /// A cookie for a host that is not the one that was asked.
    pub fn keep(
        &mut self,
        headers: &Headers,
        url: &Url,
        secrets: &mut Secrets,
    ) -> Result<(), Fault> {
        for header in headers.iter().filter(|header| header.is("Set-Cookie")) {
            // One that has expired removes another; what is no cookie is ignored, as browsers do.
            let Err(CookieError::DomainMismatch) = self.store.parse(&header.value, url) else {
                continue;
            };
            let name = header.value.split('=').next().unwrap_or_default();
            let host = url.host_str().unwrap_or_default();
            let domain = attribute(&header.value, "domain").unwrap_or_default();
            return Err(Fault::new(format!(
                "{host} set the cookie {name:?} for another domain, {domain:?}: it was refused"
            ))
            .with_help(
                "let the server set its cookies for its own host, or leave `\"cookies\"` out",
            ));
        }
        for cookie in self.store.iter_unexpired() {
            if cookie.value().len() >= SHORTEST {
                secrets.add_credential(cookie.value(), SHOWN);
            }
        }
        Ok(())
    }
}

fn attribute<'h>(value: &'h str, name: &str) -> Option<&'h str> {
    value.split(';').skip(1).find_map(|attribute| {
        let (other, value) = attribute.split_once('=')?;
        other
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn cookies_are_sent_where_they_belong() {
        let mut cookies = Cookies::default();
        let mut secrets = Secrets::default();
        let headers = Headers::from_lines([
            "Set-Cookie: b=2",
            "set-cookie: session=0123456789; HttpOnly; Path=/",
            "Set-Cookie: deep=1; Path=/a/b",
            "Set-Cookie: b=3; Max-Age=100",
            "Set-Cookie: \u{1}",
        ]);
        cookies
            .keep(&headers, &url("http://127.0.0.1:1/"), &mut secrets)
            .unwrap();
        let header = |at: &str| cookies.header(&url(at));
        assert_eq!(
            header("http://127.0.0.1:1/").as_deref(),
            Some("b=3; session=0123456789")
        );
        assert_eq!(
            header("http://127.0.0.1:1/a/b/c").as_deref(),
            Some("deep=1; b=3; session=0123456789")
        );
        assert_eq!(header("http://other.test/"), None);
        assert_eq!(
            secrets.redact("b=3; session=0123456789"),
            "b=3; session=<cookie>"
        );
    }

    #[test]
    fn a_cookie_goes_when_the_server_says_so() {
        let mut cookies = Cookies::default();
        let at = url("http://127.0.0.1/");
        for line in [
            "Set-Cookie: a=1",
            "Set-Cookie: a=; Max-Age=0",
            "Set-Cookie: x=; Max-Age=0",
        ] {
            let headers = Headers::from_lines([line]);
            cookies
                .keep(&headers, &at, &mut Secrets::default())
                .unwrap();
        }
        assert_eq!(cookies.header(&at), None);
    }

    #[test]
    fn a_cookie_for_another_domain_is_refused() {
        let mut cookies = Cookies::default();
        let at = url("http://127.0.0.1/");
        let headers = Headers::from_lines(["Set-Cookie: a=1; Domain=example.com"]);
        let refused = cookies
            .keep(&headers, &at, &mut Secrets::default())
            .unwrap_err();
        assert!(
            refused.message.contains("another domain, \"example.com\""),
            "{}",
            refused.message
        );
        assert_eq!(cookies.header(&at), None);
    }
}
