//! `apidocs import pages`.

use std::path::Path;

use anyhow::Result;
use apidocs::document::{EndpointDocument, Sections, Tree, key_order};
use apidocs::finding::{Finding, SourceFile};
use apidocs::import::pages::{self, Imported};
use apidocs::json::{self, write};
use apidocs::page::{INDEX_COMMENT, PAGE_COMMENT, PageFile};
use apidocs::project::{ChangeSet, read_tree};
use apidocs::report::plural;
use apidocs::validate;
use serde_json::json;

use crate::cli::context::{Channel, Context, absolute, exit_of};
use crate::cli::exit::{Advice, Exit};
use crate::cli::report::of_findings;

pub fn run(context: &Context, folder: &Path, output: &Path, force: bool) -> Result<Exit> {
    let output = absolute(output)?;
    context.recover(&output)?;
    let tree = read_tree(folder, |path| path.ends_with(".md"))?;
    let shown = folder.to_string_lossy().replace('\\', "/");
    let imported = pages::import(&tree, shown.trim_end_matches('/'));
    if imported.documents.is_empty() {
        return Err(Advice {
            message: format!("{shown} holds no page of the original"),
            help: "name the folder whose folders are the sections: <section>/<name>.md".to_owned(),
        }
        .into());
    }
    let mut set = ChangeSet::default();
    for (name, document) in &imported.documents {
        let mut document = document.clone();
        document.schema = Some(EndpointDocument::SCHEMA.to_owned());
        let json = serde_json::to_value(&document)?;
        set.write_if_different(output.join(name.file()), write(&json, key_order::ENDPOINT));
    }
    let mut sections = imported.sections.clone();
    sections.schema = Some(Sections::SCHEMA.to_owned());
    let json = serde_json::to_value(&sections)?;
    set.write_if_different(
        output.join("sections.json"),
        write(&json, key_order::SECTIONS),
    );
    if let Some(first) = set.replaced().next()
        && !force
    {
        return Err(Advice {
            message: format!(
                "{} is there already, and differs from what was imported",
                first.display()
            ),
            help:
                "nothing was written; name an empty folder, or replace the documents with --force"
                    .to_owned(),
        }
        .into());
    }
    set.commit(&output)?;

    let mut findings = imported.findings.clone();
    findings.extend(schema_findings(&tree, shown.trim_end_matches('/')));
    findings.sort_by(Finding::order);
    context.say(format!(
        "{} in {} written to {}",
        plural(imported.documents.len(), "document"),
        plural(imported.sections.sections.len(), "section"),
        output.display()
    ));
    tell_comments(context, &imported);
    let exit = exit_of(&findings);
    let report = of_findings(context, context.hide(findings));
    let next = format!(
        "apidocs render --docs {} --template-set sentry -o site",
        output.display()
    );
    context.tell(Channel::Diagnostics, &report, Some(&next))?;
    Ok(exit)
}

/// What the pages that can be read have against the schema of pages.
fn schema_findings(tree: &Tree, shown: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, bytes) in &tree.files {
        let source = SourceFile::new(format!("{shown}/{path}"), bytes);
        let Ok(page) = PageFile::parse(&source.text) else {
            // An index, or told by the import.
            continue;
        };
        if let Ok(value) = json::parse(&source.text[page.json.clone()]) {
            findings.extend(validate::page(&value, &source, page.json.start));
        }
    }
    findings
}

/// Comment lines are a setting, not part of a document.
fn tell_comments(context: &Context, imported: &Imported) {
    let settings = [
        ("page_comment", &imported.page_comment, PAGE_COMMENT),
        ("index_comment", &imported.index_comment, INDEX_COMMENT),
    ];
    for (key, lines, default) in settings {
        if !lines.is_empty() && *lines != default {
            // A JSON string is a basic string of TOML.
            let lines: Vec<_> = lines.iter().map(|line| json!(line).to_string()).collect();
            context.say(format!(
                "to keep the comment lines, put into apidocs.toml: [render] {key} = [{}]",
                lines.join(", ")
            ));
        }
    }
}
