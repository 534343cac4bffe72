//! How the settings write times, commands and methods.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::finding::spelling::quoted;

/// `"30s"`, `"1m 30s"`, `"500ms"`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let duration: jiff::SignedDuration = text.parse().map_err(|_| {
        D::Error::custom(format!(
            "{} is not a duration such as \"1m 30s\": numbers with units, the largest first, each unit once",
            quoted(&text)
        ))
    })?;
    Duration::try_from(duration).map_err(|_| D::Error::custom("a duration cannot be negative"))
}

/// A time in which something must be done.
pub(super) fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let limit = duration(deserializer)?;
    match limit.is_zero() {
        true => Err(D::Error::custom("nothing can be done in no time")),
        false => Ok(limit),
    }
}

pub(super) fn optional_limit<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    limit(deserializer).map(Some)
}

/// The names of HTTP methods, which differ by case (RFC 9110, section 9.1).
pub(super) fn methods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let methods = Vec::<String>::deserialize(deserializer)?;
    let is_method = |text: &String| {
        let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
        !text.is_empty() && text.bytes().all(is_letter)
    };
    match methods.iter().find(|method| !is_method(method)) {
        None => Ok(methods),
        Some(other) => Err(D::Error::custom(format!(
            "{} is no HTTP method: they are written in capital letters",
            quoted(other)
        ))),
    }
}

/// A command: an array, or a line that is split as a shell would.
#[derive(Deserialize)]
#[serde(untagged)]
enum Command {
    Line(String),
    Words(Vec<String>),
}

impl Command {
    fn words<E: serde::de::Error>(self) -> Result<Vec<String>, E> {
        let words = match self {
            Self::Line(line) => shell_words::split(&close_up(&line))
                .map_err(|_| E::custom("a quote in the command is not closed"))?,
            Self::Words(words) => words,
        };
        if words.is_empty() {
            return Err(E::custom("a command needs a program"));
        }
        Ok(words)
    }
}

/// Takes the blanks out of `{{ port }}`, so that it stays one word.
fn close_up(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((head, tail)) = rest.split_once("{{") {
        let Some((name, behind)) = tail.split_once("}}") else {
            break;
        };
        out.push_str(&format!("{head}{{{{{}}}}}", name.trim()));
        rest = behind;
    }
    out + rest
}

pub(super) fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Command::deserialize(deserializer)?.words()
}

pub(super) fn optional_command<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    command(deserializer).map(Some)
}

pub(super) fn commands<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Vec<String>>, D::Error> {
    Vec::<Command>::deserialize(deserializer)?
        .into_iter()
        .map(Command::words)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;

    #[test]
    fn methods_are_in_capitals() {
        for bad in ["retry.methods = ['get']", "env.x.methods = ['GET', '']"] {
            let error = toml::from_str::<Settings>(bad).unwrap_err();
            assert!(error.message().contains("capital letters"), "{error}");
        }
        assert!(toml::from_str::<Settings>("retry.methods = ['M-SEARCH']").is_ok());
    }

    #[test]
    fn a_time_out_of_nothing_is_refused() {
        for bad in [
            "timeout = '0s'",
            "connect_timeout = '0 ms'",
            "first_byte_timeout = '0s'",
            "[server]\ncommand = 'x'\ntimeout = '0s'",
        ] {
            let error = toml::from_str::<Settings>(bad).unwrap_err();
            assert!(error.message().contains("no time"), "{error}");
        }
    }
}
