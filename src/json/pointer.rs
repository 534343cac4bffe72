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

/// Appends a reference token, escaped, in place.
pub(crate) fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
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

/// The name of the member that holds the value, or the array of which it is an item, of a pointer with `*` for indexes;
/// still escaped.
///
/// ```
/// use apidocs::json::pointer;
/// assert_eq!(pointer::last_name("/body/*/ids/*"), "ids");
/// ```
pub fn last_name(pointer: &str) -> &str {
    let mut tokens = pointer.rsplit('/');
    tokens.find(|token| *token != "*").unwrap_or_default()
}

/// The pointer with `*` for every index of an array: what the items of one array have in common. Members whose name is a
/// number count as indexes, too.
///
/// ```
/// use apidocs::json::pointer;
/// assert_eq!(pointer::generalise("/body/12/dsn/3"), "/body/*/dsn/*");
/// ```
pub fn generalise(pointer: &str) -> String {
    let is_index =
        |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    let tokens = pointer
        .split('/')
        .map(|token| if is_index(token) { "*" } else { token });
    tokens.collect::<Vec<_>>().join("/")
}
