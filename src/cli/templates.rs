//! What `validate` tells of the templates of pages.

use apidocs::document::Collection;
use apidocs::finding::{Finding, codes};
use apidocs::project::{Error, Project};
use apidocs::render::{self, Input};
use apidocs::validate::at_setting;

use super::args::Pages;
use super::pages::options;

/// What `render` would stop at. The documents are needed whole where the project has templates of its own.
pub fn broken(project: &Project, collection: &Collection) -> Vec<Finding> {
    let settings = &project.settings.render;
    let at = |finding: Finding, key: &str| match &project.source {
        Some(source) if finding.label.is_none() => at_setting(finding, source, key),
        _ => finding,
    };
    let options = match options(project, &Pages::default()) {
        Ok(options) => options,
        Err(error) => {
            let known = error.downcast_ref::<Error>();
            let message = match known {
                Some(Error::NoTemplates(folder)) => {
                    format!("there is no folder of templates {}", project.shown(folder))
                }
                Some(known) => known.reason(),
                None => error.to_string(),
            };
            let mut finding = Finding::new(codes::BROKEN_TEMPLATE, message);
            finding.help = known.and_then(Error::help);
            return vec![at(finding, "/render/templates")];
        }
    };
    let mut documents = collection.shared_documents();
    if settings.templates.is_none() {
        // The embedded templates take any document; whether the set is there is seen without one.
        documents.clear();
    }
    let sections = collection.order();
    let input = Input {
        documents: &documents,
        sections: &sections,
    };
    let findings = render::check(input, &options).into_iter();
    findings
        .map(|finding| at(finding, "/render/template_set"))
        .collect()
}
