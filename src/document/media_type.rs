//! Media types.

/// The media type without its parameters, in lower case.
///
/// ```
/// use apidocs::document::essence;
/// assert_eq!(essence("Application/JSON; charset=utf-8"), "application/json");
/// ```
pub fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a media type, parameters or not, is one of JSON (RFC 8259; RFC 6839, section 3.1).
///
/// ```
/// use apidocs::document::is_json_media_type;
/// assert!(is_json_media_type("application/problem+json; charset=utf-8"));
/// assert!(!is_json_media_type("application/x-ndjson"));
/// ```
pub fn is_json_media_type(content_type: &str) -> bool {
    let essence = essence(content_type);
    matches!(essence.as_str(), "application/json" | "text/json")
        || (essence.contains('/') && essence.ends_with("+json"))
}
