//! Where a value stands in a file, in words.

use crate::finding::spelling::quoted;
use crate::json::pointer;

/// A value within a file, in words: "the second path parameter", "the response of the first example".
pub(super) fn place(pointer: &str) -> Option<String> {
    let tokens: Vec<_> = pointer::tokens(pointer).collect();
    let mut words = Vec::new();
    let mut rest = tokens.as_slice();
    while let [first, inner @ ..] = rest {
        let number = inner.first().and_then(|token| token.parse::<usize>().ok());
        rest = match number {
            Some(index) => {
                words.push(format!("the {} {}", ordinal(index), singular(first)));
                inner.get(1..).unwrap_or_default()
            }
            None => {
                words.push(match first.parse::<usize>() {
                    Ok(index) => format!("the {} item", ordinal(index)),
                    Err(_) => quoted(first),
                });
                inner
            }
        };
    }
    words.reverse();
    // Two steps say enough, beside the line itself.
    words.truncate(2);
    (!words.is_empty()).then(|| words.join(" of "))
}

/// What one item of a list is called.
fn singular(list: &str) -> String {
    let known = match list {
        "setup" => "set-up request",
        "teardown" => "tear-down request",
        "headers" => "header field",
        "prepare" => "command",
        "enum" | "text" | "verbatim" | "body" | "json" => {
            return format!("item of {}", quoted(list));
        }
        other => match one_of(other) {
            Some(one) => return one.replace('_', " "),
            None => return format!("item of {}", quoted(other)),
        },
    };
    known.to_owned()
}

/// The singular of an English plural, where it looks like one.
fn one_of(plural: &str) -> Option<String> {
    if let Some(stem) = plural.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    for end in ["sses", "xes", "ches", "shes"] {
        if plural.ends_with(end) {
            return plural.strip_suffix("es").map(str::to_owned);
        }
    }
    let is_singular = ["ss", "us", "is"].iter().any(|end| plural.ends_with(end));
    let stem = plural.strip_suffix('s').filter(|_| !is_singular)?;
    Some(stem.to_owned())
}

fn ordinal(index: usize) -> String {
    const WORDS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth",
    ];
    if let Some(word) = WORDS.get(index) {
        return (*word).to_owned();
    }
    let number = index.saturating_add(1);
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_words() {
        for (pointer, words) in [
            ("", None),
            ("/path_parameters/1", Some("the second path parameter")),
            (
                "/examples/0/response",
                Some("`response` of the first example"),
            ),
            ("/requests/20", Some("the 21st request")),
            ("/addresses/0", Some("the first address")),
            ("/entries/0", Some("the first entry")),
            ("/status/0", Some("the first item of `status`")),
            ("/by_hand/0", Some("the first item of `by_hand`")),
            ("/server", Some("`server`")),
            ("/setup/111/save/x", Some("`x` of `save`")),
        ] {
            assert_eq!(place(pointer).as_deref(), words, "{pointer}");
        }
    }
}
