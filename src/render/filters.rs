//! The template engine, with what templates can do with values.
//!
//! | filter | of | gives |
//! | --- | --- | --- |
//! | `python_json` | any value | JSON as Python 2's `json.dumps(value, sort_keys=True, indent=2)` |
//! | `json` | any value | JSON as our own files have it |
//! | `http_request`, `http_response` | an example | HTTP text; `python=true` as on the original's page, `body=false` its head alone |
//! | `curl` | an example | a command that makes the request; nothing where the request is not parsed |
//! | `html_escape` | text | HTML, as Django writes it |
//! | `md_prose` | Markdown | Markdown that cannot break the page |
//! | `md_inline` | Markdown | the same on one line, within a paragraph |
//! | `md_cell` | Markdown | the same as a cell of a table |
//! | `md_text` | text | Markdown that shows the text |
//! | `md_code` | text | a code span; `cell=true` in a table |
//! | `md_quote` | Markdown | a block quote |
//! | `thousands` | a whole number | its digits in groups of three: `1,000` |
//! | `fence` | text | a code block; `fence("json")` names the language |
//! | `liquid_raw` | a page | the page, its marks of Liquid switched off |

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::sets::TemplateSet;
use super::values::{ExampleValue, to_json};
use super::{curl, markdown, prose};
use crate::document::{Body, Recorded};
use crate::finding::SourceFile;
use crate::json::{self, KeyOrder};
use crate::page::{escape_html, http_text, python};

/// How much a template may do: ten million steps, or 640 MB of text.
const FUEL: u64 = 10_000_000;

/// The environment of a run. Names that are not defined are errors; blocks take their line with them.
pub(super) fn environment(set: &TemplateSet, host: Option<&str>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    // It fails for delimiters alone, which are left as they are.
    environment.set_syntax(syntax.unwrap_or_default());
    environment.set_formatter(|out, state, value| {
        if value.kind() == ValueKind::Number && !value.is_integer() {
            let value = f64::try_from(value.clone())?;
            return Ok(out.write_str(&python::float_repr(value))?);
        }
        minijinja::escape_formatter(out, state, value)
    });
    let sources: BTreeMap<String, Arc<SourceFile>> = set.sources.clone();
    environment.set_loader(move |name| Ok(sources.get(name).map(|source| source.text.to_string())));

    environment.add_filter("thousands", thousands);
    environment.add_filter("python_json", |value: &Value| {
        Ok::<_, Error>(python::dumps(&to_json(value)?))
    });
    environment.add_filter("json", |value: &Value| {
        let text = json::write(&to_json(value)?, KeyOrder::Sorted);
        Ok::<_, Error>(text.trim_end().to_owned())
    });
    environment.add_filter("http_request", http_request);
    environment.add_filter("http_response", http_response);
    let host = host.map(str::to_owned);
    environment.add_filter("curl", move |value: &Value| {
        let request = example(value)?.0.request.parsed();
        let command = request.map(|request| curl::command(request, host.as_deref()));
        Ok::<_, Error>(command.unwrap_or_default())
    });
    environment.add_filter("html_escape", |text: &str| {
        Value::from_safe_string(escape_html(text))
    });
    environment.add_filter("md_prose", prose::blocks as fn(&str) -> String);
    environment.add_filter("md_inline", markdown::inline as fn(&str) -> String);
    environment.add_filter("md_cell", markdown::cell as fn(&str) -> String);
    environment.add_filter("md_text", markdown::text as fn(&str) -> String);
    environment.add_filter("md_code", |text: &str, options: Kwargs| {
        let cell = options.get::<Option<bool>>("cell")?.unwrap_or(false);
        options.assert_all_used()?;
        Ok::<_, Error>(if cell {
            markdown::code_cell(text)
        } else {
            markdown::code(text)
        })
    });
    environment.add_filter("md_quote", markdown::quote as fn(&str) -> String);
    environment.add_filter("fence", |text: &str, language: Option<&str>| {
        markdown::fence(text, language.unwrap_or(""))
    });
    environment.add_filter("liquid_raw", markdown::liquid_raw as fn(&str) -> String);
    environment
}

/// `1234567` as `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn example(value: &Value) -> Result<&ExampleValue, Error> {
    value.downcast_object_ref::<ExampleValue>().ok_or_else(|| {
        let detail = format!(
            "an example is needed, such as `document.examples[0]`; this is {}",
            value.kind()
        );
        Error::new(ErrorKind::InvalidOperation, detail)
    })
}

fn http_request(value: &Value, options: Kwargs) -> Result<String, Error> {
    let request = &example(value)?.0.request;
    http(request, options, http_text::request_text, |request| {
        (http_text::request_head(request), &request.body)
    })
}

fn http_response(value: &Value, options: Kwargs) -> Result<String, Error> {
    let response = &example(value)?.0.response;
    http(response, options, http_text::response_text, |response| {
        (http_text::response_head(response), &response.body)
    })
}

fn http<T>(
    side: &Recorded<T>,
    options: Kwargs,
    original: impl Fn(&Recorded<T>) -> String,
    parts: impl Fn(&T) -> (String, &Body),
) -> Result<String, Error> {
    let python = options.get::<Option<bool>>("python")?.unwrap_or(false);
    let with_body = options.get::<Option<bool>>("body")?.unwrap_or(true);
    options.assert_all_used()?;
    let (head, body) = match side {
        Recorded::Parsed(side) if !(python && with_body) => parts(side),
        _ => return Ok(original(side)),
    };
    let body = match body {
        _ if !with_body => return Ok(head),
        Body::Empty => return Ok(head),
        Body::Json(value) => json::write(value, KeyOrder::Sorted).trim_end().to_owned(),
        Body::Text(lines) => lines.join("\n"),
        Body::Bytes(_) => http_text::told(body).unwrap_or_default(),
    };
    Ok(format!("{head}\n\n{body}"))
}
