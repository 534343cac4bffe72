//! Texts with `{{ name }}` in them.
//!
//! Deliberately small: names and a few functions, no control flow. What a page shows is the matter
//! of the template sets; here values are put into requests and settings.

use std::ops::Range;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands between the braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// `{{ name }}`: a variable.
    Variable(String),
    /// `{{ env.NAME }}`: a variable of the environment, a secret.
    Env(String),
    /// `{{ port }}` (with an empty name), `{{ port.NAME }}`: a free port of our choosing.
    Port(String),
    /// `{{ apidocs }}`: the path of the running program.
    Program,
    /// `{{ uuid() }}`: a random UUID (RFC 9562, version 4).
    Uuid,
    /// `{{ now() }}`: the time (RFC 3339, UTC, seconds).
    Now,
    /// `{{ "text" }}`: a JSON string, which may hold braces.
    Literal(String),
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// With its place, braces included.
    Expression(Expression, Range<usize>),
}

/// A text that was taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

/// Why a text is no template, or has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateError {
    /// The text cannot be understood there.
    #[error("{reason}")]
    Syntax { reason: String, span: Range<usize> },
    /// Nothing defines a name.
    #[error("nothing defines `{0}`")]
    Unknown(String),
    /// The value has no place in a text.
    #[error("`{0}` is null, which cannot stand in a text")]
    Null(String),
}

/// Where names get their values.
pub(super) trait Lookup {
    /// The value of an expression, `None` where nothing defines it.
    fn value(&self, expression: &Expression) -> Option<Value>;
}

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What cannot stand in a path and query as people write them; `%` stays, they may have encoded.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Encodes a value for a segment of a path or a value of a query.
pub(super) fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl Expression {
    fn parse(text: &str) -> Option<Self> {
        let name = |text: &str| {
            let mut chars = text.chars();
            chars
                .next()
                .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && chars.all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        };
        match text {
            "uuid()" => return Some(Self::Uuid),
            "now()" => return Some(Self::Now),
            "port" => return Some(Self::Port(String::new())),
            "apidocs" => return Some(Self::Program),
            _ => {}
        }
        if !name(text) {
            return None;
        }
        let expression = match text.split_once('.') {
            Some(("env", rest)) if !rest.is_empty() => Self::Env(rest.to_owned()),
            Some(("port", rest)) if !rest.is_empty() => Self::Port(rest.to_owned()),
            _ => Self::Variable(text.to_owned()),
        };
        Some(expression)
    }

    /// As people write it, without the braces.
    pub fn name(&self) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::Env(name) => format!("env.{name}"),
            Self::Port(name) if name.is_empty() => "port".to_owned(),
            Self::Port(name) => format!("port.{name}"),
            Self::Program => "apidocs".to_owned(),
            Self::Uuid => "uuid()".to_owned(),
            Self::Now => "now()".to_owned(),
            Self::Literal(text) => Value::from(text.as_str()).to_string(),
        }
    }

    fn resolve(&self, lookup: &dyn Lookup) -> Result<Value, TemplateError> {
        if let Self::Literal(text) = self {
            return Ok(Value::from(text.as_str()));
        }
        lookup
            .value(self)
            .ok_or_else(|| TemplateError::Unknown(self.name()))
    }

    /// The value as text: strings as they are, everything else as compact JSON.
    fn text(&self, lookup: &dyn Lookup) -> Result<String, TemplateError> {
        match self.resolve(lookup)? {
            Value::String(text) => Ok(text),
            Value::Null => Err(TemplateError::Null(self.name())),
            other => Ok(other.to_string()),
        }
    }
}

impl Template {
    /// Takes a text apart.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let start = text.len() - rest.len() + open;
            let (expression, behind) = match expression(&rest[open + 2..]) {
                Ok(found) => found,
                Err(reason) => {
                    let end = text[start..]
                        .find("}}")
                        .map_or(text.len(), |at| start + at + 2);
                    let span = start..end;
                    return Err(TemplateError::Syntax { reason, span });
                }
            };
            let span = start..text.len() - behind.len();
            parts.push(Part::Expression(expression, span));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// What stands between braces, in order.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.places().map(|(expression, _)| expression)
    }

    /// The same, each with its place in the text, braces included.
    pub fn places(&self) -> impl Iterator<Item = (&Expression, Range<usize>)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression, span) => Some((expression, span.clone())),
            Part::Text(_) => None,
        })
    }

    /// The value: a text, or, where there is nothing but one `{{ name }}`, that value with its type.
    pub fn value(&self, lookup: &dyn Lookup) -> Result<Value, TemplateError> {
        if let [Part::Expression(expression, _)] = self.parts.as_slice() {
            return expression.resolve(lookup);
        }
        self.text(lookup).map(Value::from)
    }

    /// The text.
    pub fn text(&self, lookup: &dyn Lookup) -> Result<String, TemplateError> {
        self.write(str::to_owned, |text| text, lookup)
    }

    /// The text as path and query: values percent-encoded whole, the rest as far as it must be.
    pub fn path(&self, lookup: &dyn Lookup) -> Result<String, TemplateError> {
        let literal = |text: &str| utf8_percent_encode(text, UNSAFE).to_string();
        self.write(literal, |value| percent_encode(&value), lookup)
    }

    fn write(
        &self,
        literal: impl Fn(&str) -> String,
        value: impl Fn(String) -> String,
        lookup: &dyn Lookup,
    ) -> Result<String, TemplateError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(&literal(text)),
                Part::Expression(expression, _) => out.push_str(&value(expression.text(lookup)?)),
            }
        }
        Ok(out)
    }
}

/// The expression at the beginning of a text that follows `{{`, and what stands behind its `}}`; or why there is none.
fn expression(inner: &str) -> Result<(Expression, &str), String> {
    let trimmed = inner.trim_start();
    if trimmed.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(trimmed).into_iter::<String>();
        if let Some(Ok(text)) = values.next() {
            let behind = trimmed[values.byte_offset()..].trim_start();
            if let Some(behind) = behind.strip_prefix("}}") {
                return Ok((Expression::Literal(text), behind));
            }
        }
        return Err("`{{ \"` needs a JSON string and `}}` behind it".to_owned());
    }
    let Some(close) = inner.find("}}") else {
        let reason = "`{{` is not closed; write `{{ \"{{\" }}` for two braces that mean themselves";
        return Err(reason.to_owned());
    };
    let text = inner[..close].trim();
    let expression = Expression::parse(text)
        .ok_or_else(|| format!("`{{{{ {text} }}}}` is neither a name nor uuid() or now()"))?;
    Ok((expression, &inner[close + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Names;

    impl Lookup for Names {
        fn value(&self, expression: &Expression) -> Option<Value> {
            match expression.name().as_str() {
                "id" => Some(json!(7)),
                "name" => Some(json!("a b/ü")),
                "none" => Some(Value::Null),
                "port.db" => Some(json!(5)),
                "env.X" => Some(json!("x")),
                "list" => Some(json!([1, "a"])),
                _ => None,
            }
        }
    }

    fn value(text: &str) -> Value {
        Template::parse(text).unwrap().value(&Names).unwrap()
    }

    #[test]
    fn a_name_alone_keeps_its_type() {
        assert_eq!(value("{{ id }}"), json!(7));
        assert_eq!(value("{{none}}"), Value::Null);
        assert_eq!(value("{{ list }}"), json!([1, "a"]));
        assert_eq!(value(" {{ id }}"), json!(" 7"));
        assert_eq!(value("{{ list }}!"), json!("[1,\"a\"]!"));
        assert_eq!(value("{{ port.db }}{{ env.X }}"), json!("5x"));
        assert_eq!(value("plain } }} text"), json!("plain } }} text"));
    }

    #[test]
    fn braces_can_be_written() {
        assert_eq!(
            value(r#"{{ "{{ x }}" }} and {{ "\u0041" }}"#),
            json!("{{ x }} and A")
        );
    }

    #[test]
    fn a_path_encodes_values_whole_and_the_rest_as_it_must() {
        let path = |text: &str| Template::parse(text).unwrap().path(&Names).unwrap();
        assert_eq!(
            path("/é x/{{ name }}/?q={{ name }}&a=%20"),
            "/%C3%A9%20x/a%20b%2F%C3%BC/?q=a%20b%2F%C3%BC&a=%20"
        );
    }

    #[test]
    fn expressions_and_faults_have_places() {
        let text = r#"é {{ "}}" }}{{ a }} x"#;
        let template = Template::parse(text).unwrap();
        let places: Vec<_> = template.places().map(|(_, span)| &text[span]).collect();
        assert_eq!(places, [r#"{{ "}}" }}"#, "{{ a }}"]);
        for (text, at) in [("a {{ b", "{{ b"), ("{{ a }}{{ b c }}d", "{{ b c }}")] {
            let Err(TemplateError::Syntax { span, .. }) = Template::parse(text) else {
                panic!("{text}");
            };
            assert_eq!(&text[span], at);
        }
    }

    #[test]
    fn what_has_no_value_is_told() {
        let error = |text: &str| match Template::parse(text) {
            Ok(template) => template.text(&Names).unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(
            error("a {{ nix }}"),
            TemplateError::Unknown("nix".to_owned())
        );
        assert_eq!(
            error("a {{ none }}"),
            TemplateError::Null("none".to_owned())
        );
        assert!(error("a {{ b").to_string().contains("not closed"));
        for bad in ["{{ a b }}", "{{}}", "{{ 1 }}", "{{ f() }}", "{{ \"a }}"] {
            assert!(
                matches!(Template::parse(bad), Err(TemplateError::Syntax { .. })),
                "{bad}"
            );
        }
    }
}
