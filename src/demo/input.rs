//! Reading the fields of a body, and collecting what is wrong with them.

use serde_json::{Map, Value, json};

use super::http::{Failure, Request, form_pairs};
use super::random::Moment;

const REQUIRED: &str = "This field is required.";
const BLANK: &str = "This field may not be blank.";
const NOT_TEXT: &str = "Not a valid string.";

/// The fields of a body. Faults are collected, so that a client learns of all
/// of them at once; `finish` turns them into an answer.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    object: Map<String, Value>,
    faults: Map<String, Value>,
}

impl Fields {
    /// Reads a JSON object or a URL-encoded form. No body is an empty object.
    pub(crate) fn read(request: &Request) -> Result<Fields, Failure> {
        if request.media_type() == "application/x-www-form-urlencoded" {
            let text = String::from_utf8_lossy(&request.body);
            let pairs = form_pairs(&text)
                .into_iter()
                .map(|(name, value)| (name, Value::String(value)));
            return Ok(Fields::of(pairs.collect()));
        }
        if request.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Fields::default());
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(object)) => Ok(Fields::of(object)),
            Ok(_) => Err(Failure {
                status: 400,
                body: json!({ "non_field_errors": ["A JSON object was expected."] }),
            }),
            Err(error) => Err(Failure::bad(&format!(
                "The body is not valid JSON: {error}"
            ))),
        }
    }

    /// Fields that came some other way than in a body of their own.
    pub(crate) fn of(object: Map<String, Value>) -> Fields {
        Fields {
            object,
            faults: Map::new(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The value as it came.
    pub(crate) fn raw(&self, name: &str) -> Option<&Value> {
        self.object.get(name)
    }

    pub(crate) fn fault(&mut self, name: &str, message: &str) {
        let messages = self.faults.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(messages) = messages {
            messages.push(message.into());
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, name: &str, longest: usize) -> String {
        if matches!(self.object.get(name), None | Some(Value::Null)) {
            self.fault(name, REQUIRED);
            return String::new();
        }
        self.text(name, longest).unwrap_or_default()
    }

    /// A text that must not be blank where it is given.
    pub(crate) fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = match self.object.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null => return None,
            _ => {
                self.fault(name, NOT_TEXT);
                return None;
            }
        };
        if text.is_empty() {
            self.fault(name, BLANK);
        } else if text.chars().count() > longest {
            self.fault(
                name,
                &format!("Ensure this field has no more than {longest} characters."),
            );
        }
        Some(text)
    }

    /// A slug: what can stand in a path unescaped.
    pub(crate) fn slug(&mut self, name: &str) -> Option<String> {
        let slug = self.text(name, 50)?;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if !slug.is_empty() && !slug.chars().all(fits) {
            self.fault(
                name,
                "Use lower-case letters, digits, dashes and underscores only.",
            );
        }
        Some(slug)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.object.get(name)? {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) if matches!(text.as_str(), "true" | "1") => return Some(true),
            Value::String(text) if matches!(text.as_str(), "false" | "0") => return Some(false),
            Value::Null => return None,
            _ => {}
        }
        self.fault(name, "Must be a valid boolean.");
        None
    }

    pub(crate) fn number(&mut self, name: &str, low: i64, high: i64) -> Option<i64> {
        let number = match self.object.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            Value::Null => return None,
            _ => None,
        };
        if !number.is_some_and(|number| (low..=high).contains(&number)) {
            self.fault(name, &format!("Enter a whole number from {low} to {high}."));
            return None;
        }
        number
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let texts = match self.object.get(name)? {
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            Value::Null => return None,
            _ => None,
        };
        if texts.is_none() {
            self.fault(name, "Expected a list of strings.");
        }
        texts
    }

    pub(crate) fn time(&mut self, name: &str) -> Option<Moment> {
        let time = match self.object.get(name)? {
            Value::String(text) => Moment::parse(text),
            Value::Null => return None,
            _ => None,
        };
        if time.is_none() {
            self.fault(name, "Enter a date and time such as 2026-03-09T04:38:00Z.");
        }
        time
    }

    pub(crate) fn url(&mut self, name: &str) -> Option<String> {
        let url = self.text(name, 200)?;
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            self.fault(name, "Enter a valid URL.");
        }
        Some(url)
    }

    /// One of the values that are allowed.
    pub(crate) fn choice(&mut self, name: &str, allowed: &[&str]) -> Option<String> {
        let value = self.text(name, 64)?;
        if !value.is_empty() && !allowed.contains(&value.as_str()) {
            self.fault(name, &format!("Choose one of: {}.", allowed.join(", ")));
        }
        Some(value)
    }

    /// The end of reading: the faults, if there are any.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Failure {
                status: 400,
                body: Value::Object(self.faults),
            })
        }
    }
}

/// A slug made of a name.
pub(crate) fn slugify(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars().filter(|c| *c != '\'') {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == 48 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Fields, Failure> {
        Fields::read(&Request {
            body: body.into(),
            ..Request::default()
        })
    }

    #[test]
    fn faults_are_told_all_at_once() {
        let mut fields =
            read(r#"{"slug": "No Slug", "flag": 3, "count": 1e400, "list": [1], "name": " "}"#)
                .unwrap();
        fields.required("name", 10);
        fields.required("other", 10);
        fields.slug("slug");
        fields.flag("flag");
        fields.number("count", 0, 9);
        fields.texts("list");
        let faults = fields.finish().unwrap_err().body;
        assert_eq!(faults["other"], json!([REQUIRED]));
        assert_eq!(faults["name"], json!([BLANK]));
        assert_eq!(faults.as_object().map(Map::len), Some(6));
    }

    #[test]
    fn bodies_that_are_no_object_are_refused() {
        for body in [
            "[",
            "[]",
            "1",
            "\u{feff}{}",
            "{\"a\":}",
            &"[".repeat(100_000),
        ] {
            assert_eq!(read(body).unwrap_err().status, 400);
        }
        assert!(read("").unwrap().finish().is_ok());
    }

    #[test]
    fn slugs_are_made_of_names() {
        assert_eq!(slugify("The Spoiled Yoghurt"), "the-spoiled-yoghurt");
        assert_eq!(slugify("  Jo's —  Pump! "), "jos-pump");
        assert_eq!(slugify("✓"), "");
    }
}
