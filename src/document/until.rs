//! What a request waits for.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// How long to wait unless a scenario says otherwise.
const WITHIN: Duration = Duration::from_secs(30);

/// How long to pause between two requests unless a scenario says otherwise.
const EVERY: Duration = Duration::from_millis(500);

/// A request that is made again until its response holds something (`"until"`).
#[derive(Debug, Clone, PartialEq)]
pub struct Until {
    /// A JSON Pointer into the body.
    pub pointer: String,
    /// The value that must be there, a template; any but null where there is none.
    pub value: Option<Value>,
    /// How long to wait.
    pub within: Duration,
    /// The pause between two requests.
    pub every: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UntilFile {
    pointer: String,
    #[serde(default, deserialize_with = "super::scenario::present")]
    is: Option<Value>,
    within: Option<String>,
    every: Option<String>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    parsed
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| format!("{text:?} is not a duration such as \"30s\""))
}

impl Until {
    /// Reads a JSON Pointer, or an object with `pointer`.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let file = match value.as_str() {
            Some(pointer) => UntilFile {
                pointer: pointer.to_owned(),
                is: None,
                within: None,
                every: None,
            },
            None => UntilFile::deserialize(value).map_err(|error| format!("until: {error}"))?,
        };
        let given = |text: &Option<String>, default| match text {
            Some(text) => duration(text).map_err(|error| format!("until: {error}")),
            None => Ok(default),
        };
        let every = given(&file.every, EVERY)?;
        if every.is_zero() {
            return Err("until: between two requests there must be a pause".to_owned());
        }
        Ok(Self {
            within: given(&file.within, WITHIN)?,
            every,
            pointer: file.pointer,
            value: file.is,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_alone_waits_for_any_value() {
        let until = Until::read(&json!("/a")).unwrap();
        assert_eq!((until.pointer.as_str(), &until.value), ("/a", &None));
        assert_eq!(until.within, WITHIN);
    }

    #[test]
    fn an_object_says_what_and_how_long() {
        let until = json!({"pointer": "/a", "is": null, "within": "1m 5s", "every": "20ms"});
        let until = Until::read(&until).unwrap();
        assert_eq!(until.value, Some(Value::Null));
        assert_eq!(until.within, Duration::from_secs(65));
        assert_eq!(until.every, Duration::from_millis(20));
        for bad in [
            json!({"is": 1}),
            json!({"pointer": "", "within": "soon"}),
            json!({"pointer": "", "every": "0s"}),
            json!(1),
        ] {
            assert!(Until::read(&bad).unwrap_err().starts_with("until: "));
        }
    }
}
