//! The texts of a file that people wrote, with their places.

use super::item;
use crate::document::{EndpointDocument, Fixtures, Parameter, Scenario, Sections, Step};

/// A text and where it stands.
pub(super) struct Prose<'a> {
    /// A JSON Pointer into the file.
    pub pointer: String,
    pub text: &'a str,
    /// Whether readers see it as Markdown.
    pub is_markdown: bool,
}

fn plain<'a>(pointer: impl Into<String>, text: &'a str) -> Prose<'a> {
    Prose {
        pointer: pointer.into(),
        text,
        is_markdown: false,
    }
}

fn markdown<'a>(pointer: impl Into<String>, text: &'a str) -> Prose<'a> {
    Prose {
        is_markdown: true,
        ..plain(pointer, text)
    }
}

/// Of an endpoint document, its captured examples left out.
pub(super) fn of_document(document: &EndpointDocument) -> Vec<Prose<'_>> {
    let mut all = vec![
        plain("/title", &document.title),
        markdown("/description", &document.description),
    ];
    if let Some(warning) = &document.warning {
        all.push(markdown("/warning", warning));
    }
    all.push(plain("/authentication", &document.authentication));
    for (list, parameters) in [
        ("/path_parameters", &document.path_parameters),
        ("/query_parameters", &document.query_parameters),
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
            all.push(plain(item("/examples", index, ["title"]), title));
        }
    }
    all
}

fn of_parameter<'a>(list: &str, index: usize, parameter: &'a Parameter) -> [Prose<'a>; 3] {
    [
        plain(item(list, index, ["name"]), &parameter.name),
        plain(item(list, index, ["type"]), &parameter.kind),
        markdown(item(list, index, ["description"]), &parameter.description),
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
        Some(plain(format!("{pointer}/title"), title))
    })
}

/// Of `sections.json`.
pub(super) fn of_sections(sections: &Sections) -> Vec<Prose<'_>> {
    let sections = sections.sections.iter().enumerate();
    sections
        .map(|(index, section)| plain(item("/sections", index, ["title"]), &section.title))
        .collect()
}
