//! Commands to type next, so that they do where they are typed what they are said to do.

use std::ffi::OsStr;
use std::path::Path;

use apidocs::project::{Project, way};

use super::args::Pages;
use super::context::{Context, current_folder};

/// A command, with the flags of this one that say where the project is. What the environment says holds for it as well.
pub fn command(context: &Context, words: &str) -> String {
    let mut out = format!("apidocs {words}");
    let flags = [
        ("--config", "APIDOCS_CONFIG", &context.global.config),
        ("--docs", "APIDOCS_DOCS", &context.global.docs),
    ];
    for (flag, variable, value) in flags {
        add(&mut out, flag, variable, value.as_deref());
    }
    out
}

/// The same of one that renders, also with the flags that say how pages are made.
pub fn with_pages(context: &Context, words: &str, pages: &Pages) -> String {
    let mut out = command(context, words);
    add(&mut out, "-o", "APIDOCS_OUTPUT", pages.output.as_deref());
    let set = pages.template_set.as_deref().map(Path::new);
    add(&mut out, "--template-set", "APIDOCS_TEMPLATE_SET", set);
    let templates = pages.templates.as_deref();
    add(&mut out, "--templates", "APIDOCS_TEMPLATES", templates);
    let comments = [
        ("--page-comment", &pages.page_comment),
        ("--index-comment", &pages.index_comment),
    ];
    for (flag, lines) in comments {
        for line in lines {
            add(&mut out, flag, "", Some(Path::new(line)));
        }
    }
    out
}

/// Adds a flag to a command.
pub fn add(out: &mut String, flag: &str, variable: &str, value: Option<&Path>) {
    let from_environment = std::env::var_os(variable);
    let is_given = |value: &&Path| from_environment.as_deref() != Some(value.as_os_str());
    if let Some(value) = value.filter(is_given) {
        out.push_str(&format!(" {flag} {}", quoted(value.as_os_str())));
    }
}

/// What shows what changed in the documents.
pub fn git_diff(project: &Project) -> String {
    let docs = match current_folder() {
        Ok(here) if project.docs.is_absolute() => way(&here, &project.docs),
        _ => project.shown(&project.docs),
    };
    format!("git diff {}", quoted(docs.as_ref()))
}

/// A word as it is typed in a shell.
pub fn quoted(word: &OsStr) -> String {
    shell_words::quote(&word.to_string_lossy()).into_owned()
}
