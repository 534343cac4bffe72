//! What HTTP says of methods and statuses.

/// The methods that change nothing on a server (RFC 9110, section 9.2.1).
pub const SAFE_METHODS: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/// Whether a request with that method changes nothing on a server.
pub fn is_safe(method: &str) -> bool {
    SAFE_METHODS.contains(&method)
}

/// Whether a response of that status ends with its head, whatever that says of a length (RFC 9112, section 6.3).
pub const fn ends_with_head(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

/// Whether a response of that status has no body (RFC 9110, sections 6.4.1 and 15.3.6): one of those that end with
/// their head, or 205, whose body has a length like any other, which must be 0.
pub const fn has_no_body(status: u16) -> bool {
    ends_with_head(status) || status == 205
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_without_a_body_need_not_end_with_its_head() {
        for status in [101, 204, 304] {
            assert!(has_no_body(status) && ends_with_head(status));
        }
        assert!(has_no_body(205) && !ends_with_head(205));
        assert!(!has_no_body(200) && !ends_with_head(200));
    }
}
