//! What templates see.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, context};
use serde_json::Value as Json;

use super::site::{Site, SitedDocument, SitedSection};
use crate::document::{
    Body, DocumentName, EndpointDocument, Example, Headers, Parameter, Recorded, Request, Response,
    Shortened, Shown,
};
use crate::page::{Page, http_text};

/// A document; its page is made only where a template asks for it.
#[derive(Debug)]
struct DocumentValue {
    name: DocumentName,
    document: Arc<EndpointDocument>,
    place: u32,
}

/// An example, with what the filters need of it.
#[derive(Debug)]
pub(super) struct ExampleValue(pub Example);

/// A number that would be another one as minijinja's integer or float.
#[derive(Debug)]
struct Digits(serde_json::Number);

/// All sections: `id`, `title`, `documents`.
pub(super) fn sections(site: &Site<'_>) -> Vec<Value> {
    site.sections.iter().map(section).collect()
}

/// The documents of a section's value, in order.
pub(super) fn documents(section: &Value) -> Vec<Value> {
    let documents = section
        .get_attr("documents")
        .and_then(|documents| documents.try_iter());
    documents.map(Iterator::collect).unwrap_or_default()
}

fn section(section: &SitedSection<'_>) -> Value {
    let documents: Vec<Value> = section.documents.iter().map(document).collect();
    context! { id => section.id, title => section.title, documents }
}

fn document(sited: &SitedDocument<'_>) -> Value {
    Value::from_object(DocumentValue {
        name: sited.name.clone(),
        document: Arc::clone(sited.document),
        place: sited.place,
    })
}

impl Object for DocumentValue {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let document = &self.document;
        Some(match key.as_str()? {
            "id" => self.name.to_string().into(),
            "section" => self.name.section().into(),
            "name" => self.name.name().into(),
            "place" => self.place.into(),
            "order" => document.sidebar_order.unwrap_or(self.place).into(),
            "title" => document.title.as_str().into(),
            "method" => document.method.as_str().into(),
            "api_path" => document.api_path.as_str().into(),
            "description" => document.description.as_str().into(),
            "warning" => document.warning.as_deref().into(),
            "authentication" => document.authentication.as_str().into(),
            "path_parameters" => parameters(document.path_parameters.as_deref()),
            "query_parameters" => parameters(document.query_parameters.as_deref()),
            "header_parameters" => parameters(document.header_parameters.as_deref()),
            "parameters" => parameters(document.parameters.as_deref()),
            "no_example" => document.no_example.as_deref().into(),
            "examples" => document.examples.iter().cloned().map(example).collect(),
            "page" => json(&Page::of(document, self.place).to_json()),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&[
            "id",
            "section",
            "name",
            "place",
            "order",
            "title",
            "method",
            "api_path",
            "description",
            "warning",
            "authentication",
            "path_parameters",
            "query_parameters",
            "header_parameters",
            "parameters",
            "no_example",
            "examples",
            "page",
        ])
    }
}

impl Object for ExampleValue {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "name" => self.0.name.as_str().into(),
            "title" => self.0.title.as_deref().into(),
            "request" => request(&self.0.request),
            "response" => response(&self.0.response),
            "shortened" => shortened(&self.0.shortened),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["name", "title", "request", "response", "shortened"])
    }
}

impl Object for Digits {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn example(example: Example) -> Value {
    Value::from_object(ExampleValue(example))
}

/// The arrays of the response body that are shown short.
fn shortened(arrays: &Shown) -> Value {
    let value = |(pointer, array): (&String, &Shortened)| context! { pointer => pointer.as_str(), shown => array.shown, of => array.of };
    arrays.iter().map(value).collect()
}

fn parameters(parameters: Option<&[Parameter]>) -> Value {
    let value = |parameter: &Parameter| {
        context! {
            name => parameter.name.as_str(),
            type => parameter.kind.as_str(),
            description => parameter.description.as_str(),
            in => parameter.location.as_deref(),
            required => parameter.required.unwrap_or(false),
            enum => parameter.values.iter().flatten().map(shown).collect::<Vec<_>>(),
            default => parameter.default.as_ref().map(shown),
            format => parameter.format.as_deref(),
            constraints => parameter.constraints.iter().map(|(keyword, value)| format!("{keyword}: {}", shown(value))).collect::<Vec<_>>(),
        }
    };
    match parameters {
        Some(parameters) => parameters.iter().map(value).collect(),
        None => Value::from(()),
    }
}

/// A value as people write it in running text: a text as it is, anything else as compact JSON.
fn shown(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Every key is there in each case, so that a template can ask for it: `verbatim` is none where the side is parsed,
/// all others where it is not.
fn request(request: &Recorded<Request>) -> Value {
    match request {
        Recorded::Parsed(request) => context! {
            verbatim => (),
            method => request.method.as_str(),
            path => request.path.as_str(),
            headers => headers(&request.headers),
            ..body(&request.body)
        },
        Recorded::Verbatim { verbatim } => context! {
            verbatim => verbatim.join("\n"), method => (), path => (), headers => (), ..body(&Body::Empty)
        },
    }
}

fn response(response: &Recorded<Response>) -> Value {
    match response {
        Recorded::Parsed(response) => context! {
            verbatim => (),
            status => response.status,
            reason => response.reason.as_str(),
            headers => headers(&response.headers),
            ..body(&response.body)
        },
        Recorded::Verbatim { verbatim } => context! {
            verbatim => verbatim.join("\n"), status => (), reason => (), headers => (), ..body(&Body::Empty)
        },
    }
}

fn headers(headers: &Headers) -> Value {
    let value = |header: &crate::document::Header| context! { name => header.name.as_str(), value => header.value.as_str() };
    headers.iter().map(value).collect()
}

/// `kind` says which of `body`, `text` and `bytes` counts.
fn body(body: &Body) -> Value {
    let none = Value::from(());
    let (kind, json, text, bytes) = match body {
        Body::Empty => ("empty", none.clone(), none.clone(), none),
        Body::Json(value) => ("json", self::json(value), none.clone(), none),
        Body::Text(lines) => ("text", none.clone(), lines.join("\n").into(), none),
        Body::Bytes(bytes) => {
            let told = http_text::told(body);
            let bytes = context! {
                media_type => bytes.media_type.as_str(), size => bytes.size, digest => bytes.digest.as_str(), told,
            };
            ("bytes", none.clone(), none, bytes)
        }
    };
    context! { kind, body => json, text, bytes }
}

/// JSON as a template's value; no digit is lost.
pub(super) fn json(value: &Json) -> Value {
    match value {
        Json::Null => Value::from(()),
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => self::number(number),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(json).collect(),
        Json::Object(members) => Value::from_pairs(
            members
                .iter()
                .map(|(key, value)| (key.as_str(), json(value))),
        ),
    }
}

fn number(number: &serde_json::Number) -> Value {
    let text = number.to_string();
    if let Ok(value) = text.parse::<i64>()
        && value.to_string() == text
    {
        return value.into();
    }
    match text.parse().ok().and_then(serde_json::Number::from_f64) {
        Some(float) if float.to_string() == text => float.as_f64().into(),
        _ => Value::from_object(Digits(number.clone())),
    }
}

/// A template's value as JSON.
pub(super) fn to_json(value: &Value) -> Result<Json, Error> {
    use minijinja::value::ValueKind;
    if let Some(digits) = value.downcast_object_ref::<Digits>() {
        return Ok(Json::Number(digits.0.clone()));
    }
    let unfit = || {
        let detail = format!("{} cannot be written as JSON", value.kind());
        Error::new(ErrorKind::BadSerialization, detail)
    };
    Ok(match value.kind() {
        ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => {
            Json::Number(value.to_string().parse().map_err(|_| unfit())?)
        }
        ValueKind::Number => {
            let float = f64::try_from(value.clone()).map_err(|_| unfit())?;
            Json::Number(serde_json::Number::from_f64(float).ok_or_else(unfit)?)
        }
        ValueKind::String => Json::from(value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.map(|item| to_json(&item));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut members = serde_json::Map::new();
            for key in value.try_iter()? {
                let name = key.as_str().ok_or_else(unfit)?.to_owned();
                members.insert(name, to_json(&value.get_item(&key)?)?);
            }
            Json::Object(members)
        }
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        _ => return Err(unfit()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost() {
        let text = r#"{"a":[1,-1,1.0,0.1000,1e400,18446744073709551616,-0,-0.0,9223372036854775807,1e-7],"b":{"c":null,"d":"x"}}"#;
        let value = crate::json::parse(text).unwrap();
        let again = to_json(&json(&value)).unwrap();
        assert_eq!(again, value);
    }
}
