//! The texts of a file that people wrote, with their places.

use std::borrow::Cow;

use super::item;
use crate::document::{EndpointDocument, Fixtures, Parameter, Scenario, Sections, Step};

/// A text and where it stands.
pub(super) struct Prose<'a> {
    at: Place,
    pub text: &'a str,
    /// Whether readers see it as Markdown.
    pub is_markdown: bool,
    /// Whether it is what the API calls something: another spelling would be another name.
    pub is_name: bool,
}

/// Where a text stands; most are asked for their text alone.
enum Place {
    /// By its pointer.
    Pointer(Cow<'static, str>),
    /// Under a key of an item of a list.
    Item(&'static str, usize, &'static str),
}

impl Prose<'_> {
    /// A JSON Pointer into the file.
    pub fn pointer(&self) -> Cow<'_, str> {
        match &self.at {
            Place::Pointer(pointer) => Cow::Borrowed(pointer),
            Place::Item(list, index, key) => Cow::Owned(item(list, *index, [key])),
        }
    }
}

fn plain(at: impl Into<Place>, text: &str) -> Prose<'_> {
    Prose {
        at: at.into(),
        text,
        is_markdown: false,
        is_name: false,
    }
}

fn markdown(at: impl Into<Place>, text: &str) -> Prose<'_> {
    Prose {
        is_markdown: true,
        ..plain(at, text)
    }
}

impl From<&'static str> for Place {
    fn from(pointer: &'static str) -> Self {
        Self::Pointer(Cow::Borrowed(pointer))
    }
}

/// For so many texts there is room at once; most documents have fewer.
const FEW: usize = 32;

/// Of an endpoint document, its captured examples left out.
pub(super) fn of_document(document: &EndpointDocument) -> Vec<Prose<'_>> {
    let mut all = Vec::with_capacity(FEW);
    all.push(plain("/title", &document.title));
    all.push(markdown("/description", &document.description));
    if let Some(warning) = &document.warning {
        all.push(markdown("/warning", warning));
    }
    all.push(plain("/authentication", &document.authentication));
    for (list, parameters) in [
        ("/path_parameters", &document.path_parameters),
        ("/query_parameters", &document.query_parameters),
        ("/header_parameters", &document.header_parameters),
        ("/parameters", &document.parameters),
    ] {
        let parameters = parameters.iter().flatten().enumerate();
        all.extend(parameters.flat_map(|(index, parameter)| of_parameter(list, index, parameter)));
    }
    if let Some(reason) = &document.no_example {
        all.push(plain("/no_example", reason));
    }
    for (index, example) in document.examples.iter().enumerate() {
        if let Some(title) = &example.title {
            all.push(plain(Place::Item("/examples", index, "title"), title));
        }
    }
    all
}

fn of_parameter<'a>(list: &'static str, index: usize, parameter: &'a Parameter) -> [Prose<'a>; 3] {
    [
        Prose {
            is_name: true,
            ..plain(Place::Item(list, index, "name"), &parameter.name)
        },
        plain(Place::Item(list, index, "type"), &parameter.kind),
        markdown(
            Place::Item(list, index, "description"),
            &parameter.description,
        ),
    ]
}

/// Of a scenario.
pub(super) fn of_scenario(scenario: &Scenario) -> Vec<Prose<'_>> {
    let titles = titles(scenario.steps());
    std::iter::once(plain("/title", &scenario.title))
        .chain(titles)
        .collect()
}

/// Of the fixtures.
pub(super) fn of_fixtures(fixtures: &Fixtures) -> Vec<Prose<'_>> {
    let titles = titles(fixtures.steps());
    std::iter::once(plain("/title", &fixtures.title))
        .chain(titles)
        .collect()
}

fn titles<'a>(steps: impl Iterator<Item = (String, &'a Step)>) -> impl Iterator<Item = Prose<'a>> {
    steps.filter_map(|(pointer, step)| {
        let title = step.title.as_deref()?;
        let at = Place::Pointer(format!("{pointer}/title").into());
        Some(plain(at, title))
    })
}

/// Of `sections.json`.
pub(super) fn of_sections(sections: &Sections) -> Vec<Prose<'_>> {
    let sections = sections.sections.iter().enumerate();
    sections
        .map(|(index, section)| plain(Place::Item("/sections", index, "title"), &section.title))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_prose_with_its_place() {
        let parameters = || {
            Some(vec![Parameter {
                name: "a".to_owned(),
                ..Parameter::default()
            }])
        };
        let document = EndpointDocument {
            path_parameters: parameters(),
            query_parameters: parameters(),
            header_parameters: parameters(),
            parameters: parameters(),
            ..EndpointDocument::default()
        };
        let names = of_document(&document).into_iter();
        let pointers: Vec<_> = names
            .filter(|prose| prose.text == "a")
            .map(|prose| prose.pointer().into_owned())
            .collect();
        let lists = ["path_", "query_", "header_", ""];
        assert_eq!(
            pointers,
            lists.map(|list| format!("/{list}parameters/0/name"))
        );
    }
}
