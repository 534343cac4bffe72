//! When a request is made once more.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::document::SAFE_METHODS;

/// `[retry]`: nothing is repeated unless it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// What must have gone wrong.
    pub on: Vec<RetryOn>,
    /// How often a request is made in all.
    pub attempts: u32,
    /// The methods of requests that may be repeated; those that change nothing unless said otherwise.
    #[serde(deserialize_with = "super::written::methods")]
    pub methods: Vec<String>,
    /// The first pause; each later one is twice as long.
    #[serde(deserialize_with = "super::written::duration")]
    pub wait: Duration,
    /// The longest pause. A server whose `Retry-After` asks for a longer one is not asked again.
    #[serde(deserialize_with = "super::written::duration")]
    pub longest: Duration,
}

/// Something that may pass by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOn {
    /// No connection, or one that ended too early.
    Connection,
    /// A time-out.
    Timeout,
    /// An answer with that status.
    Status(u16),
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            on: Vec::new(),
            attempts: 3,
            methods: SAFE_METHODS.map(str::to_owned).to_vec(),
            wait: Duration::from_millis(500),
            longest: Duration::from_secs(30),
        }
    }
}

impl<'de> Deserialize<'de> for RetryOn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum File {
            Status(u16),
            Name(String),
        }
        match File::deserialize(deserializer)? {
            File::Status(status) => Ok(Self::Status(status)),
            File::Name(name) if name == "connection" => Ok(Self::Connection),
            File::Name(name) if name == "timeout" => Ok(Self::Timeout),
            File::Name(name) => Err(D::Error::custom(format!(
                "{name:?} is none of \"connection\", \"timeout\" and a status"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_listed() {
        let retry: Retry =
            toml::from_str("on = ['connection', 'timeout', 503]\nwait = '1s'").unwrap();
        assert_eq!(
            retry.on,
            [RetryOn::Connection, RetryOn::Timeout, RetryOn::Status(503)]
        );
        assert_eq!((retry.attempts, retry.wait), (3, Duration::from_secs(1)));
        assert!(toml::from_str::<Retry>("on = ['luck']").is_err());
        assert!(Retry::default().on.is_empty());
    }
}
