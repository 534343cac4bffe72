//! What is wrong with the templates of a project, all of it.

use std::collections::BTreeSet;

use super::sets::{self, TemplateSet};
use super::site::Site;
use super::{Input, Options, RenderError, each_page, error, fill, filters};
use crate::finding::spelling::nearest;
use crate::finding::{Finding, LocatedError, codes};

/// What [`render`](super::render) would stop at, as findings. Of each template that makes pages the first fault is told that
/// comes up when they are made: what stands behind it was not reached. That the set is none has no place here; the caller knows
/// who named it.
pub fn check(input: Input<'_>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut options = options.clone();
    let shown = options.templates_path.clone();
    options.templates.files.retain(|path, bytes| {
        let source = sets::source(path, bytes, &shown);
        let fault = sets::not_utf8(&source, bytes).filter(|_| sets::is_template(path));
        findings.extend(fault.map(found));
        !sets::is_template(path) || std::str::from_utf8(bytes).is_ok()
    });
    let set = match TemplateSet::load(&options.template_set, &options.templates, &shown) {
        Ok(set) => set,
        // Its page may be the file that is no text.
        Err(_) if !findings.is_empty() => return findings,
        Err(error) => return vec![of_set(&error)],
    };
    let environment = filters::environment(&set, options.host.as_deref());
    let own = options.templates.files.keys();
    let mut broken = BTreeSet::new();
    for path in own.filter(|path| sets::is_template(path)) {
        if let Err(error) = environment.get_template(path) {
            broken.insert(path.clone());
            let error = error::located(&error, &set, path, None);
            findings.extend(error.located().cloned().map(found));
        }
    }
    // What else keeps pages from being made has findings of its own.
    if let Ok(site) = Site::arrange(input) {
        let _ = each_page(&site, &set, &options, |page| {
            if broken.contains(page.template) {
                return Ok(());
            }
            if let Err(error) = fill(&environment, &set, &page) {
                broken.insert(page.template.to_owned());
                let finding = error.located().cloned().map(found);
                // A template that others include, and that was told.
                let place =
                    |finding: &Finding| (finding.file().map(str::to_owned), finding.position());
                findings.extend(finding.filter(|finding| {
                    let mut told = findings.iter();
                    !told.any(|known| place(known) == place(finding))
                }));
            }
            Ok(())
        });
    }
    findings
}

fn found(error: LocatedError) -> Finding {
    let mut finding = Finding::new(codes::BROKEN_TEMPLATE, error.message);
    finding.label = Some(error.label);
    finding.notes = error.notes;
    finding.help = error.help;
    finding
}

fn of_set(error: &RenderError) -> Finding {
    let finding = Finding::new(codes::BROKEN_TEMPLATE, error.to_string());
    let RenderError::UnknownSet { name, known } = error else {
        return finding;
    };
    match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::document::Sections;

    #[test]
    fn all_templates_are_looked_at() {
        let mut options = Options {
            template_set: "own".to_owned(),
            templates_path: "my".to_owned(),
            ..Options::default()
        };
        let templates: [(&str, &[u8]); 6] = [
            ("own/page.md.jinja", b"{{ x }"),
            ("own/site.md.jinja", b"{% include 'own/part.jinja' %}"),
            ("own/site.txt.jinja", b"{% include 'own/part.jinja' %}"),
            ("own/part.jinja", b"\n{{ sections | nope }}"),
            ("other/part.jinja", b"\xff"),
            ("own/notes.txt", b"\xff {{"),
        ];
        for (path, text) in templates {
            options.templates.insert(path, text);
        }
        let (documents, sections) = (BTreeMap::new(), Sections::default());
        let input = Input {
            documents: &documents,
            sections: &sections,
        };
        let findings = check(input, &options);
        let places: Vec<_> = findings
            .iter()
            .map(|finding| (finding.file().unwrap(), finding.position().unwrap().line))
            .collect();
        assert_eq!(
            places,
            [
                ("my/other/part.jinja", 1),
                ("my/own/page.md.jinja", 1),
                ("my/own/part.jinja", 2)
            ]
        );
        assert_eq!(check(input, &Options::default()), []);
        options.template_set = "sentri".to_owned();
        options.templates.files.clear();
        let findings = check(input, &options);
        assert_eq!(findings[0].help.as_deref(), Some("did you mean `sentry`?"));
    }
}
