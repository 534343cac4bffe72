//! Texts that need not stay in memory.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// Gives the bytes of a file once more.
type Again = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

/// The text of a file: there from the start, or read when somebody asks for it.
pub struct Text {
    text: OnceLock<String>,
    again: Option<Again>,
}

impl Text {
    /// The text of bytes that are got when they are needed; what is not UTF-8 is replaced. Where they cannot be got any
    /// more, there are none.
    pub(super) fn later(again: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self {
            text: OnceLock::new(),
            again: Some(Box::new(again)),
        }
    }
}

/// Bytes as text, which are not copied where they are UTF-8.
pub(super) fn of_bytes(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text: OnceLock::from(text),
            again: None,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.text.get_or_init(|| {
            let again = self.again.as_ref();
            again.map_or_else(String::new, |again| of_bytes(again()))
        })
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
