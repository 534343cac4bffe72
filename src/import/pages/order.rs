//! The order of a section's documents, out of the pages' own numbers and the index.

use std::collections::HashMap;

use super::{Draft, Read};
use crate::document::{DocumentName, Section};
use crate::finding::{Finding, codes};
use crate::page::{Index, IndexLink};

/// The section of a draft. The pages' numbers give the order, since the original numbers pages and lists them in one
/// go; the index decides between equal numbers. Where the index says anything else, that is a finding.
pub(super) fn section(id: &str, draft: &Draft, findings: &mut Vec<Finding>) -> Section {
    let index = draft.index.as_ref();
    let listed = index.map(|index| listed(id, &index.item));
    let listed = listed.unwrap_or_default();
    let mut names: Vec<&DocumentName> = draft.pages.keys().collect();
    names.sort_by_key(|name| {
        let order = draft
            .pages
            .get(*name)
            .map(|read| read.item.page.sidebar_order);
        let place = listed.get(name.name()).map_or(usize::MAX, |links| links[0]);
        (order, place)
    });
    let endpoints: Vec<String> = names.iter().map(|name| name.name().to_owned()).collect();

    match index {
        Some(index) => check_index(id, index, draft, &endpoints, findings),
        None => {
            let sources = draft.pages.values().next().map(|read| &read.source);
            let message = format!("section {id:?} has no index.md; its title is made of its name");
            let finding = Finding::new(codes::INDEX_ORDER, message);
            let finding = finding.help("set the title in sections.json");
            findings.push(match sources {
                Some(source) => finding.in_file(source),
                None => finding,
            });
        }
    }
    Section {
        id: id.to_owned(),
        title: index.map_or_else(|| capitalised(id), |index| index.item.title.clone()),
        endpoints,
    }
}

/// Where the index lists each page of its section.
fn listed<'a>(id: &str, index: &'a Index) -> HashMap<&'a str, Vec<usize>> {
    let mut listed: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, link) in index.links.iter().enumerate() {
        if let Some(name) = name_of(id, link) {
            listed.entry(name).or_default().push(at);
        }
    }
    listed
}

fn name_of<'a>(id: &str, link: &'a IndexLink) -> Option<&'a str> {
    let (section, name) = link.page.split_once('/')?;
    (section == id).then_some(name)
}

fn check_index(
    id: &str,
    index: &Read<Index>,
    draft: &Draft,
    endpoints: &[String],
    findings: &mut Vec<Finding>,
) {
    let source = &index.source;
    for span in &index.item.strange {
        let finding = Finding::new(codes::NOT_A_PAGE, "the line is no link to a page");
        findings.push(finding.at(source, span.clone()).help(
            "an index holds the section's title and its links alone; keep other text elsewhere",
        ));
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut report = |link: &IndexLink, message: String| {
        let finding = Finding::new(codes::INDEX_ORDER, message).at(source, link.span.clone());
        findings.push(finding.help("the order of the pages' own numbers is kept"));
    };
    for link in &index.item.links {
        match name_of(id, link).filter(|name| endpoints.iter().any(|known| known == name)) {
            None => report(
                link,
                format!(
                    "the index lists {}, which is no page of the section",
                    link.page
                ),
            ),
            Some(name) if seen.contains(&name) => {
                report(link, format!("the index lists {} a second time", link.page));
            }
            Some(name) => seen.push(name),
        }
    }
    let ordered = endpoints
        .iter()
        .filter(|name| seen.contains(&name.as_str()));
    let wrong = ordered.zip(&seen).find(|(ordered, seen)| ordered != seen);
    if let Some((_, name)) = wrong {
        let link = index
            .item
            .links
            .iter()
            .find(|link| name_of(id, link) == Some(name));
        if let Some(link) = link {
            report(
                link,
                format!(
                    "{} stands here out of the order of the pages' numbers",
                    link.page
                ),
            );
        }
    }
    for (name, read) in &draft.pages {
        if !seen.contains(&name.name()) {
            let message = format!("the index does not list {name}");
            findings.push(Finding::new(codes::INDEX_ORDER, message).in_file(source));
            continue;
        }
        let links = index.item.links.iter();
        let other = links
            .filter(|link| name_of(id, link) == Some(name.name()))
            .find(|link| link.title != read.item.page.title);
        if let Some(link) = other {
            let message = format!(
                "the index calls {name} {:?}, the page itself {:?}",
                link.title, read.item.page.title
            );
            let finding = Finding::new(codes::INDEX_TITLE, message).at(source, link.span.clone());
            findings.push(finding.help("the page's own title is kept"));
        }
    }
}

fn capitalised(id: &str) -> String {
    let mut chars = id.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
