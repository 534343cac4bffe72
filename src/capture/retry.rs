//! When a request is made once more, and after how long.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Timestamp, tz::TimeZone};

use super::client::{NoResponse, WireResponse};
use super::error::Cause;
use crate::project::{Retry, RetryOn};

/// How long to wait before a request is made once more; `None` where it is not.
pub(super) fn pause(
    retry: &Retry,
    attempt: u32,
    method: &str,
    result: &Result<WireResponse, NoResponse>,
) -> Option<Duration> {
    let listed = match result {
        Ok(response) => retry.on.contains(&RetryOn::Status(response.head.status)),
        Err(NoResponse::Fault(fault) | NoResponse::Unusable(fault, _)) => match fault.cause {
            Cause::Connection => retry.on.contains(&RetryOn::Connection),
            Cause::Timeout => retry.on.contains(&RetryOn::Timeout),
            Cause::Answer => false,
        },
        Err(_) => false,
    };
    let may = retry.methods.iter().any(|other| other == method);
    if !(listed && may && attempt < retry.attempts) {
        return None;
    }
    let factor = 2_u32.saturating_pow(attempt - 1);
    let backoff = retry.wait.saturating_mul(factor).min(retry.longest);
    let asked = result.as_ref().ok().and_then(|response| {
        let value = response.head.headers.get("Retry-After")?;
        retry_after(value, jiff::Timestamp::now())
    });
    match asked {
        // Somebody who wants us to come back in an hour will not answer before.
        Some(asked) if asked > retry.longest => None,
        asked => Some(backoff.max(asked.unwrap_or_default())),
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date in one of the three forms that there are (section 5.6.7).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = value.parse().map(Duration::from_secs);
        return Some(seconds.unwrap_or(Duration::MAX));
    }
    let obsolete = |form: &str| {
        DateTime::strptime(form, value)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()
    };
    let date = DateTimeParser::new().parse_timestamp(value).ok();
    let date = date.or_else(|| {
        let date =
            obsolete("%A, %d-%b-%y %H:%M:%S GMT").or_else(|| obsolete("%a %b %e %H:%M:%S %Y"));
        Some(date?.timestamp())
    })?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::error::Fault;
    use crate::capture::wire::Head;
    use crate::document::Headers;

    fn answered(status: u16, lines: &[&str]) -> Result<WireResponse, NoResponse> {
        let head = Head {
            status,
            reason: String::new(),
            headers: Headers::from_lines(lines.iter().map(|line| (*line).to_owned())),
        };
        Ok(WireResponse::new(head, Vec::new()))
    }

    #[test]
    fn only_what_is_listed_is_repeated_and_each_time_later() {
        let retry = Retry {
            on: vec![RetryOn::Status(503), RetryOn::Timeout],
            attempts: 4,
            wait: Duration::from_secs(1),
            longest: Duration::from_secs(3),
            ..Retry::default()
        };
        let after = |attempt, method, status, lines: &[&str]| {
            let pause = pause(&retry, attempt, method, &answered(status, lines));
            pause.map(|pause| pause.as_secs())
        };
        assert_eq!(after(1, "GET", 503, &[]), Some(1));
        assert_eq!(after(2, "GET", 503, &[]), Some(2));
        assert_eq!(after(3, "GET", 503, &[]), Some(3));
        assert_eq!(after(4, "GET", 503, &[]), None);
        assert_eq!(after(1, "GET", 500, &[]), None);
        assert_eq!(after(1, "POST", 503, &[]), None);
        assert_eq!(after(1, "GET", 503, &["Retry-After: 2"]), Some(2));
        assert_eq!(after(1, "GET", 503, &["Retry-After: 3600"]), None);
        let fault = |cause| Err(NoResponse::Fault(Fault::new("x").because(cause)));
        let pause = |cause| pause(&retry, 1, "GET", &fault(cause));
        assert!(pause(Cause::Timeout).is_some());
        assert!(pause(Cause::Connection).is_none());
        assert!(pause(Cause::Answer).is_none());
        let none = Retry::default();
        assert_eq!(super::pause(&none, 1, "GET", &answered(503, &[])), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "1994-11-06T08:49:30Z".parse().unwrap();
        let of = |value| super::retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(of("120"), Some(120));
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(of("Sun, 06 Nov 1994 08:40:37 GMT"), Some(0));
        assert_eq!(of("Sunday, 06-Nov-94 08:49:37 GMT"), Some(7));
        assert_eq!(of("Sun Nov  6 08:49:37 1994"), Some(7));
        assert_eq!(of("99999999999999999999"), Some(u64::MAX));
        assert_eq!(of("soon"), None);
        assert_eq!(of("-1"), None);
    }
}
