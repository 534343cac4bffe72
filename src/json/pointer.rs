//! JSON Pointer (RFC 6901).

/// Appends a reference token, escaped.
///
/// ```
/// use apidocs::json::pointer;
/// assert_eq!(pointer::join("/paths", "/a~b"), "/paths/~1a~0b");
/// ```
pub fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// The reference tokens, unescaped.
///
/// ```
/// use apidocs::json::pointer;
/// assert_eq!(pointer::tokens("/a~1b/0").collect::<Vec<_>>(), ["a/b", "0"]);
/// assert_eq!(pointer::tokens("").count(), 0);
/// ```
pub fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer
        .split('/')
        .skip(1)
        .map(|token| token.replace("~1", "/").replace("~0", "~"))
}
