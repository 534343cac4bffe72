//! Pages from documents, through templates.
//!
//! [`render`] is a function from values to a tree of files; [`output`] plans what of a tree is written into a
//! folder that holds an older one, and files of others; [`original`] makes the original's whole output tree.
//!
//! A template set is a folder of minijinja templates, `<set>/page.<ext>.jinja`, `section.<ext>.jinja` and
//! `site.<ext>.jinja`: a page per document (`<section>/<name>.<ext>`), an index per section
//! (`<section>/index.<ext>`), an index of all (`index.<ext>`). Only the first one must be there. Templates that are
//! named `….html.jinja`, included ones too, escape what they show as HTML.

mod check;
mod curl;
mod error;
mod filters;
mod markdown;
pub mod original;
pub mod output;
mod prose;
mod sets;
mod site;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::{Environment, Value, context};

use crate::document::{DocumentName, EndpointDocument, Sections, Tree};
use crate::page::{INDEX_COMMENT, PAGE_COMMENT, comment_line};

pub use check::check;
pub use error::RenderError;
pub use sets::embedded_sets;

use sets::TemplateSet;
use site::Site;

/// The set that gives the original's pages, byte for byte.
pub const SENTRY_SET: &str = "sentry";

/// What pages are made of.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The documents.
    pub documents: &'a BTreeMap<DocumentName, Arc<EndpointDocument>>,
    /// The order of sections and of their documents. What it does not list comes last, by name.
    pub sections: &'a Sections,
}

/// How pages are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The template set.
    pub template_set: String,
    /// Template sets of the project, by path (`<set>/page.md.jinja`); a file replaces the embedded one of that path.
    pub templates: Tree,
    /// What errors put before the paths of `templates`.
    pub templates_path: String,
    /// The comment lines of a page; `# ` is put before a line that does not begin with `#`.
    pub page_comment: Vec<String>,
    /// The comment lines of an index, likewise.
    pub index_comment: Vec<String>,
    /// What `curl` commands ask where an example has no `Host`: `https://host` or a bare host.
    pub host: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            template_set: SENTRY_SET.to_owned(),
            templates: Tree::default(),
            templates_path: "templates".to_owned(),
            page_comment: PAGE_COMMENT.map(str::to_owned).to_vec(),
            index_comment: INDEX_COMMENT.map(str::to_owned).to_vec(),
            host: None,
        }
    }
}

/// Makes the pages of all documents. Paths are relative to the output folder.
///
/// # Errors
/// An unknown template set, a template that is not well-formed or fails, an id of a section that cannot be a
/// folder, two pages of one path.
pub fn render(input: Input<'_>, options: &Options) -> Result<Tree, RenderError> {
    let set = TemplateSet::load(
        &options.template_set,
        &options.templates,
        &options.templates_path,
    )?;
    let site = Site::arrange(input)?;
    let environment = filters::environment(&set, options.host.as_deref());
    let mut pages = Pages::default();
    each_page(&site, &set, options, |page| {
        let text = fill(&environment, &set, &page)?;
        pages.insert(page.path, page.about, text)
    })?;
    Ok(pages.tree)
}

/// A page to be made.
struct Page<'a> {
    /// Where it stands.
    path: String,
    /// What it is of.
    about: String,
    /// What makes it.
    template: &'a str,
    values: &'a Value,
}

/// All pages, in the order in which they are made, until one cannot be.
fn each_page(
    site: &Site<'_>,
    set: &TemplateSet,
    options: &Options,
    mut make: impl FnMut(Page<'_>) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    let page_comment = comment(&options.page_comment);
    let index_comment = comment(&options.index_comment);
    let section_values = values::sections(site);
    let sections: Value = section_values.iter().cloned().collect();
    for (section, section_value) in site.sections.iter().zip(&section_values) {
        let documents = values::documents(section_value);
        for (sited, document) in section.documents.iter().zip(&documents) {
            let values = context! {
                document => document.clone(),
                section => section_value.clone(),
                sections => sections.clone(),
                comment => page_comment.clone(),
            };
            for template in set.pages() {
                make(Page {
                    path: format!("{}.{}", sited.name, template.extension),
                    about: sited.name.to_string(),
                    template: template.name,
                    values: &values,
                })?;
            }
        }
        let values = context! {
            section => section_value.clone(),
            sections => sections.clone(),
            comment => index_comment.clone(),
        };
        for template in set.sections() {
            make(Page {
                path: format!("{}/index.{}", section.id, template.extension),
                about: format!("the index of section {}", section.id),
                template: template.name,
                values: &values,
            })?;
        }
    }
    let values = context! { sections, comment => index_comment };
    for template in set.sites() {
        make(Page {
            path: format!("index.{}", template.extension),
            about: "the index of all sections".to_owned(),
            template: template.name,
            values: &values,
        })?;
    }
    Ok(())
}

fn fill(
    environment: &Environment<'_>,
    set: &TemplateSet,
    page: &Page<'_>,
) -> Result<String, RenderError> {
    environment
        .get_template(page.template)
        .map_err(|error| error::located(&error, set, page.template, None))?
        .render(page.values)
        .map_err(|error| error::located(&error, set, page.template, Some(&page.about)))
}

/// Comment lines as they stand in a file. A line break in one makes two of it, so that all of it stays comment.
fn comment(lines: &[String]) -> Value {
    let lines = lines.iter().flat_map(|line| line.split('\n'));
    lines
        .map(|line| comment_line(line.trim_end_matches('\r')))
        .collect()
}

/// The pages so far, and what each one is of, by its path without case.
#[derive(Default)]
struct Pages {
    tree: Tree,
    taken: BTreeMap<String, String>,
}

impl Pages {
    fn insert(&mut self, path: String, about: String, text: String) -> Result<(), RenderError> {
        if let Some(other) = self.taken.insert(path.to_lowercase(), about.clone()) {
            return Err(RenderError::Collision {
                first: other,
                second: about,
                path,
            });
        }
        self.tree.insert(path, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
