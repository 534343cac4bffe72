//! The file of a page: front matter that holds comment lines and JSON.

use std::ops::Range;

use serde_json::{Map, Value};

use super::Page;
use super::front_matter::{FormError, front_matter};
use crate::document::Parameter;
use crate::json::{self, pointer};

/// The keys of a page.
const KEYS: [&str; 12] = [
    "api_path",
    "authentication",
    "description",
    "example_request",
    "example_response",
    "method",
    "parameters",
    "path_parameters",
    "query_parameters",
    "sidebar_order",
    "title",
    "warning",
];

/// A page with the comment lines above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// The comment lines, without their `# `.
    pub comment: Vec<String>,
    /// What the page says.
    pub page: Page,
    /// The bytes of the JSON in the file.
    pub json: Range<usize>,
}

impl PageFile {
    /// Reads the file of a page, whatever its comment lines.
    ///
    /// # Errors
    /// A file without the two fences, with text behind them, whose JSON cannot be read or has not the 12 keys.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let matter = front_matter(text)?;
        let (behind, behind_start) = matter.behind;
        if !behind.trim().is_empty() {
            return Err(
                FormError::new(behind_start..text.len(), "there is text behind the page").help(
                    "a page of the original ends with its front matter; keep the text elsewhere",
                ),
            );
        }
        let range = matter.start..matter.start + matter.inner.len();
        let value = json::parse(matter.inner).map_err(|fault| {
            if let Some(half) = half_pair(matter.inner) {
                let span = matter.start + half.start..matter.start + half.end;
                let message = format!("`{}` is half of a surrogate pair", &text[span.clone()]);
                return FormError::new(span, message)
                    .help("it is no character: write both halves, or take it out");
            }
            let at = matter.start + fault.offset;
            FormError {
                message: fault.message,
                help: fault.help,
                span: at..at,
            }
        })?;
        let page = Page::from_json(&value).map_err(|misfit| {
            let place = json::locate(matter.inner, &misfit.pointer);
            let span = place.map_or(range.clone(), |place| {
                let inner = if misfit.on_key { place.key } else { None }.unwrap_or(place.value);
                matter.start + inner.start..matter.start + inner.end
            });
            FormError::new(span, misfit.message)
        })?;
        Ok(Self {
            comment: matter.comment,
            page,
            json: range,
        })
    }

    /// The bytes of a key's value in the file that was parsed.
    pub fn locate(&self, text: &str, key: &str) -> Option<Range<usize>> {
        let inner = text.get(self.json.clone())?;
        let place = json::locate(inner, &pointer::join("", key))?;
        Some(self.json.start + place.value.start..self.json.start + place.value.end)
    }
}

/// The first `\\uXXXX` of a JSON text that is half of a surrogate pair: Python 2 writes such, `serde_json` refuses it.
fn half_pair(json: &str) -> Option<Range<usize>> {
    let bytes = json.as_bytes();
    let unit = |at: usize| {
        let escape = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => return Some(at..at + 6),
            _ => at += 2,
        }
    }
    None
}

/// Where JSON is no page.
struct Misfit {
    pointer: String,
    on_key: bool,
    message: String,
}

impl Misfit {
    fn at(pointer: String, expected: &str) -> Self {
        let message = format!("{pointer} must be {expected}");
        Self {
            pointer,
            on_key: false,
            message,
        }
    }
}

impl Page {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        let Some(object) = value.as_object() else {
            return Err(Misfit {
                pointer: String::new(),
                on_key: false,
                message: "the page is not a JSON object".to_owned(),
            });
        };
        if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Misfit {
                pointer: pointer::join("", key),
                on_key: true,
                message: format!("{key:?} is no key of a page"),
            });
        }
        if let Some(key) = KEYS.iter().find(|key| !object.contains_key(**key)) {
            return Err(Misfit {
                pointer: String::new(),
                on_key: false,
                message: format!("the page has no key {key:?}"),
            });
        }
        let warning = match object.get("warning") {
            Some(Value::Null) => None,
            _ => Some(text(object, "", "warning")?),
        };
        let order = object.get("sidebar_order").and_then(Value::as_u64);
        let sidebar_order = order
            .and_then(|order| u32::try_from(order).ok())
            .ok_or_else(|| Misfit::at("/sidebar_order".to_owned(), "an integer from 0"))?;
        Ok(Self {
            api_path: text(object, "", "api_path")?,
            authentication: text(object, "", "authentication")?,
            description: text(object, "", "description")?,
            example_request: text(object, "", "example_request")?,
            example_response: text(object, "", "example_response")?,
            method: text(object, "", "method")?,
            parameters: parameters(object, "parameters")?,
            path_parameters: parameters(object, "path_parameters")?,
            query_parameters: parameters(object, "query_parameters")?,
            sidebar_order,
            title: text(object, "", "title")?,
            warning,
        })
    }
}

fn text(object: &Map<String, Value>, around: &str, key: &str) -> Result<String, Misfit> {
    let text = object.get(key).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Misfit::at(pointer::join(around, key), "a string"))
}

fn parameters(object: &Map<String, Value>, key: &str) -> Result<Option<Vec<Parameter>>, Misfit> {
    let around = pointer::join("", key);
    let items = match object.get(key) {
        Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        _ => return Err(Misfit::at(around, "an array or null")),
    };
    let mut parameters = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = pointer::join(&around, &index.to_string());
        let fields = item.as_object().filter(|fields| fields.len() == 3);
        let fields = fields
            .ok_or_else(|| Misfit::at(place.clone(), "an object of description, name and type"))?;
        parameters.push(Parameter {
            name: text(fields, &place, "name")?,
            kind: text(fields, &place, "type")?,
            description: text(fields, &place, "description")?,
            ..Parameter::default()
        });
    }
    Ok(Some(parameters))
}

#[cfg(test)]
mod tests {
    use super::super::{comment_line, python};
    use super::*;

    fn file(comment: &str, page: &Page) -> String {
        format!("---\n{comment}{}\n---\n", python::dumps(&page.to_json()))
    }

    #[test]
    fn a_page_is_read_whatever_its_comment_lines() {
        let page = Page {
            title: "é \u{7f} 😀".to_owned(),
            warning: Some("mind".to_owned()),
            path_parameters: Some(vec![Parameter {
                name: "a".to_owned(),
                kind: String::new(),
                description: "b".to_owned(),
                ..Parameter::default()
            }]),
            ..Page::default()
        };
        for (lines, comment) in [
            ("", vec![]),
            ("# a\n#\n#b\n# # c\n", vec!["a", "#", "#b", "# # c"]),
        ] {
            let text = file(lines, &page);
            let read = PageFile::parse(&text).unwrap();
            assert_eq!(read.page, page);
            assert_eq!(read.comment, comment);
            let written: String = read
                .comment
                .iter()
                .map(|line| comment_line(line) + "\n")
                .collect();
            assert_eq!(written, lines);
            assert_eq!(&text[read.locate(&text, "warning").unwrap()], "\"mind\"");
            let windows = text.replace('\n', "\r\n");
            assert_eq!(PageFile::parse(&windows).unwrap().page, page);
        }
    }

    #[test]
    fn a_misfit_has_its_place() {
        let good = file("# é\n", &Page::default());
        for (from, to, message, at) in [
            ("---\n#", "#", "does not begin", "# é"),
            ("\n---\n", "\n", "no second line", ""),
            ("\n---\n", "\n---\nx\n", "text behind", "x\n"),
            (
                "\"sidebar_order\": 0",
                "\"sidebar_order\": -1",
                "/sidebar_order must be an integer",
                "-1",
            ),
            (
                "\"title\": \"\"",
                "\"title\": null",
                "/title must be a string",
                "null",
            ),
            (
                "\"title\"",
                "\"tilte\"",
                "\"tilte\" is no key of a page",
                "\"tilte\"",
            ),
            (
                "\"parameters\": null",
                "\"parameters\": [{}]",
                "/parameters/0 must be an object",
                "{}",
            ),
            (
                "\"title\": \"\"",
                "\"title\": \"\\\\\\ud83d\\ude00\\ud800\"",
                "`\\ud800` is half of a surrogate pair",
                "\\ud800",
            ),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            let error = PageFile::parse(&bad).unwrap_err();
            assert!(error.message.contains(message), "{}", error.message);
            assert_eq!(
                bad.get(error.span.clone())
                    .map(|text| text.lines().next().unwrap_or("")),
                Some(at.trim_end()),
                "{message}: {:?}",
                error.span
            );
        }
        let missing = good.replacen("\"warning\": null", "\"title\": \"\"", 1);
        assert!(PageFile::parse(&missing).is_err());
    }
}
