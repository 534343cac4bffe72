//! Why pages could not be made.

use std::error::Error as _;
use std::ops::Range;
use std::sync::Arc;

use minijinja::ErrorKind;

use super::sets::TemplateSet;
use crate::document::NameError;
use crate::finding::{LocatedError, SourceFile};

/// Why pages could not be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// No set has that name.
    #[error("there is no template set {name:?}; there are {}", known.join(", "))]
    UnknownSet {
        /// The name that was asked for.
        name: String,
        /// The sets that there are.
        known: Vec<String>,
    },
    /// The set makes no pages.
    #[error("template set {0:?} has no template of a page: it needs a file page.<extension>.jinja")]
    NoPageTemplate(String),
    /// A template is wrong.
    #[error(transparent)]
    Template(Box<LocatedError>),
    /// The id of a section is no name of a folder.
    #[error("a section of sections.json cannot be a folder: {0}")]
    SectionId(NameError),
    /// Two pages would be one file.
    #[error("{first} and {second} would both be written to {path}; rename one of them")]
    Collision {
        /// What is written there first.
        first: String,
        /// What is written there too.
        second: String,
        /// The path.
        path: String,
    },
}

impl RenderError {
    /// The place of a template's error.
    pub fn located(&self) -> Option<&LocatedError> {
        match self {
            Self::Template(error) => Some(error),
            _ => None,
        }
    }
}

impl From<LocatedError> for RenderError {
    fn from(error: LocatedError) -> Self {
        Self::Template(Box::new(error))
    }
}

/// The place and the cause of minijinja's error; `about` is what was being made.
pub(super) fn located(
    error: &minijinja::Error,
    set: &TemplateSet,
    template: &str,
    about: Option<&str>,
) -> RenderError {
    let error = innermost(error);
    let name = error.name().unwrap_or(template);
    let empty = || SourceFile::new(name, b"");
    let source = set.sources.get(name).cloned().unwrap_or_else(empty);
    if let Some(fault) = unclosed(error, &source) {
        return fault.into();
    }
    let span = span(error, &source);
    let mut message = message(error, &source, span.clone());
    if let Some(about) = about {
        message.push_str(&format!(", while {about} was rendered"));
    }
    let mut located = LocatedError::new(&source, span, message);
    located.help = help(error).map(str::to_owned);
    located.into()
}

/// A block that is left open: minijinja tells where it missed the end of it, which may be anywhere.
fn unclosed(error: &minijinja::Error, source: &Arc<SourceFile>) -> Option<LocatedError> {
    let misses_end = |detail: &str| detail.starts_with("unexpected end of input");
    if error.kind() != ErrorKind::SyntaxError || !error.detail().is_some_and(misses_end) {
        return None;
    }
    let text: &str = &source.text;
    let mut open: Vec<(Range<usize>, &str)> = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find('{').map(|found| at + found) {
        let rest = text.get(start..)?;
        let end = |mark: &str| {
            let length = rest.find(mark)? + mark.len();
            Some(start + length)
        };
        at = match rest.get(..2) {
            Some("{#") => end("#}")?,
            Some("{{") => end("}}")?,
            Some("{%") => end("%}")?,
            _ => start + 1,
        };
        if !rest.starts_with("{%") {
            continue;
        }
        let inner = rest.get(2..)?.trim_start_matches(['-', '+']).trim_start();
        let word = inner
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .next()?;
        if BLOCKS.contains(&word) {
            open.push((start..at, word));
        } else if let Some(word) = word.strip_prefix("end")
            && open.last().is_some_and(|(_, opened)| *opened == word)
        {
            open.pop();
        }
    }
    let (span, word) = open.pop()?;
    let fault = LocatedError::new(source, Some(span), format!("`{word}` is left open"));
    Some(fault.help(format!("close it with `{{% end{word} %}}`")))
}

/// What begins a block that must be closed. A `set` may be one or not.
const BLOCKS: [&str; 9] = [
    "autoescape",
    "block",
    "call",
    "filter",
    "for",
    "if",
    "macro",
    "raw",
    "with",
];

/// The error of an included template rather than that of the `include`.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let mut innermost = error;
    let mut source = error.source();
    while let Some(error) = source {
        match error.downcast_ref::<minijinja::Error>() {
            Some(inner) if inner.name().is_some() => innermost = inner,
            _ => {}
        }
        source = error.source();
    }
    innermost
}

/// The bytes of the fault: as minijinja says, or the line.
fn span(error: &minijinja::Error, source: &Arc<SourceFile>) -> Option<Range<usize>> {
    let text = &source.text;
    if let Some(range) = error.range().filter(|range| !range.is_empty())
        && text.get(range.clone()).is_some()
    {
        return Some(range);
    }
    let line = error.line()?.checked_sub(1)?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..)?;
    let line = rest.lines().next().unwrap_or("");
    let blank = line.len() - line.trim_start().len();
    Some(start + blank..start + line.trim_end().len().max(blank))
}

fn message(
    error: &minijinja::Error,
    source: &Arc<SourceFile>,
    span: Option<Range<usize>>,
) -> String {
    match error.kind() {
        // Minijinja names the name in most cases; in the others the place does.
        ErrorKind::UndefinedError => {
            let place = span.and_then(|span| source.text.get(span)).map(str::trim);
            match (error.detail(), place.filter(|place| !place.is_empty())) {
                (Some(detail), _) => detail.to_owned(),
                (None, Some(place)) => format!("`{}` is undefined", place.replace('\n', " ")),
                (None, None) => "a name is undefined".to_owned(),
            }
        }
        ErrorKind::SyntaxError => error.detail().unwrap_or("syntax error").to_owned(),
        ErrorKind::OutOfFuel => "the template does not come to an end".to_owned(),
        kind => error
            .detail()
            .map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
    }
}

fn help(error: &minijinja::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::UndefinedError => Some(
            "a template sees `document`, `section`, `sections` and `comment`; `is defined` asks whether a name is there",
        ),
        ErrorKind::SyntaxError => {
            Some("templates are written as for Jinja2; `{% raw %}` keeps braces as they are")
        }
        ErrorKind::TemplateNotFound => {
            Some("a template is named by its path in the folder of templates: `<set>/<file>`")
        }
        ErrorKind::OutOfFuel => Some("look for a loop that is too long, or that includes itself"),
        _ => None,
    }
}
