//! What imports of all kinds write, and what they leave as people wrote it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apidocs::document::{Collection, DocumentName, EndpointDocument, Sections, Tree, key_order};
use apidocs::finding::{LocatedError, Severity};
use apidocs::import;
use apidocs::json::{self, KeyOrder};
use apidocs::project::{ChangeSet, DEFAULT_DOCS, read_tree};
use apidocs::report::plural;
use serde_json::{Map, Value};

use crate::cli::args::Into;
use crate::cli::context::{Context, absolute};
use crate::cli::exit::Advice;

/// What an import has made.
pub struct Drafts<'a> {
    pub documents: &'a BTreeMap<DocumentName, EndpointDocument>,
    pub sections: &'a Sections,
    /// By file, relative to the folder of documents.
    pub contracts: BTreeMap<String, &'a Value>,
    /// By ident.
    pub scenarios: &'a BTreeMap<String, Value>,
    pub variables: &'a Map<String, Value>,
}

/// What was written.
pub struct Written {
    folder: PathBuf,
    variables: bool,
}

impl Written {
    /// What to type next.
    pub fn next(&self) -> String {
        let folder = self.folder.display();
        if self.variables {
            return format!(
                "fill in `variables` of {folder}/fixtures.json, then `apidocs validate --docs {folder}`"
            );
        }
        format!("`apidocs validate --docs {folder}`")
    }
}

/// Writes documents, sections, contracts and scenarios, all or none.
///
/// Examples, `no_example` and scenarios that are there stay as they are. Prose that is there and differs is replaced
/// with `--force` alone.
pub fn write(context: &Context, drafts: &Drafts<'_>, into: &Into) -> Result<Written> {
    let folder = folder(context, into)?;
    context.recover(&folder)?;
    let tree = match folder.exists() {
        true => read_tree(&folder, |path| path.ends_with(".json"))?,
        false => Tree::default(),
    };
    let existing = Collection::from_tree(&tree, &shorter(&folder).to_string_lossy());
    refuse_what_is_broken(&existing)?;
    let mut set = ChangeSet::default();
    for (name, document) in drafts.documents {
        let mut document = document.clone();
        document.schema = Some(EndpointDocument::SCHEMA.to_owned());
        let known = existing.endpoints.get(name);
        if let Some(known) = known.and_then(|loaded| loaded.item.as_ref()) {
            if document.examples.is_empty() {
                document.examples.clone_from(&known.examples);
            }
            if document.no_example.is_none() && document.examples.is_empty() {
                document.no_example.clone_from(&known.no_example);
            }
        }
        let json = serde_json::to_value(&document)?;
        let text = json::write(&json, key_order::ENDPOINT);
        set.write_if_different(folder.join(name.file()), text);
    }
    for (file, schema) in &drafts.contracts {
        let text = json::write(schema, KeyOrder::Kept);
        set.write_if_different(folder.join(file), text);
    }
    refuse_to_replace(&set, into.force)?;

    let mut sections = merged(&existing.order(), drafts.sections);
    sections.schema = Some(Sections::SCHEMA.to_owned());
    let json = serde_json::to_value(&sections)?;
    let text = json::write(&json, key_order::SECTIONS);
    set.write_if_different(folder.join("sections.json"), text);

    let mut scenarios = import::new_scenarios(drafts.scenarios, &existing);
    let variables = import::used(&scenarios, drafts.variables);
    let missing = variables.values().any(Value::is_null);
    let known = existing.fixtures.as_ref().map(|loaded| &loaded.json);
    let fixtures = import::fixtures(known, &variables);
    // A value that the project had already must not let a request remove something that nobody looked at.
    let values = fixtures.get("variables").and_then(Value::as_object);
    for scenario in scenarios.values_mut() {
        import::hold_removals(scenario, values.unwrap_or(&Map::new()));
    }
    for (ident, scenario) in &scenarios {
        let text = json::write(scenario, key_order::SCENARIO);
        set.write(folder.join(format!("scenarios/{ident}.json")), text);
    }
    if !variables.is_empty() {
        let json = fixtures;
        let text = json::write(&json, key_order::SCENARIO);
        set.write_if_different(folder.join("fixtures.json"), text);
    }
    set.commit(&folder)?;
    let shown = shorter(&folder);
    context.say(format!(
        "{} in {}, {} written to {}",
        plural(drafts.documents.len(), "document"),
        plural(drafts.sections.sections.len(), "section"),
        plural(scenarios.len(), "scenario"),
        shown.display()
    ));
    Ok(Written {
        folder: shown,
        variables: missing,
    })
}

/// The folder that `-o` names, else that of the project, else the usual one.
fn folder(context: &Context, into: &Into) -> Result<PathBuf> {
    if let Some(output) = &into.output {
        return absolute(output);
    }
    match context.project_if_any()? {
        Some(project) => Ok(project.docs),
        None => Ok(std::env::current_dir()?.join(DEFAULT_DOCS)),
    }
}

/// Relative to the current folder, where it is below.
fn shorter(folder: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    match folder.strip_prefix(&current) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
        _ => folder.to_owned(),
    }
}

/// What cannot be read cannot be kept.
fn refuse_what_is_broken(existing: &Collection) -> Result<()> {
    const HELP: &str = "nothing was written; mend the file first, or name another folder with -o";
    let errors = existing.findings.iter();
    let error = errors
        .filter(|finding| finding.severity == Severity::Error)
        .find_map(|finding| Some((finding, finding.label.clone()?)));
    if let Some((finding, label)) = error {
        let error = LocatedError::new(&label.source, label.span, &finding.message);
        return Err(error.help(HELP).into());
    }
    let sections = existing.sections.iter();
    let unfit = sections
        .filter(|loaded| loaded.item.is_none())
        .map(|loaded| &loaded.source);
    let documents = existing.endpoints.values();
    let documents = documents
        .filter(|loaded| loaded.item.is_none())
        .map(|loaded| &loaded.source);
    match unfit.chain(documents).next() {
        Some(source) => {
            let message = "it does not fit its schema, so that what it says cannot be kept";
            Err(LocatedError::new(source, None, message)
                .help(format!("{HELP}; `apidocs validate` tells what is wrong"))
                .into())
        }
        None => Ok(()),
    }
}

fn refuse_to_replace(set: &ChangeSet, force: bool) -> Result<()> {
    let Some(first) = set.replaced().next().filter(|_| !force) else {
        return Ok(());
    };
    Err(Advice {
        message: format!(
            "{} is there already, and differs from what was imported",
            first.display()
        ),
        help: "nothing was written; name an empty folder with -o, or replace prose and contracts with --force (examples stay)"
            .to_owned(),
    }
    .into())
}

/// The sections that are there, with what is new behind.
fn merged(existing: &Sections, new: &Sections) -> Sections {
    let mut sections = existing.clone();
    for section in &new.sections {
        let known = sections
            .sections
            .iter_mut()
            .find(|known| known.id == section.id);
        let Some(known) = known else {
            sections.sections.push(section.clone());
            continue;
        };
        for name in &section.endpoints {
            if !known.endpoints.contains(name) {
                known.endpoints.push(name.clone());
            }
        }
    }
    sections
}
