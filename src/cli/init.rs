//! `apidocs init`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use apidocs::project::{CONFIG_FILE, ChangeSet};
use apidocs::report::plural;
use apidocs::validate::{schema_names, schema_text};
use include_dir::{Dir, include_dir};

use super::args::Init;
use super::context::{Context, absolute};
use super::exit::{Advice, Exit};

/// A project for the user's own API.
static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/cli/starter");

/// The demo project: this repository's own.
#[cfg(feature = "demo")]
static DEMO_DOCS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/api-docs");
#[cfg(feature = "demo")]
const DEMO_CONFIG: &str = include_str!("../../apidocs.toml");

pub fn run(context: &Context, args: &Init) -> Result<Exit> {
    let folder = absolute(args.folder.as_deref().unwrap_or(Path::new(".")))?;
    context.recover(&folder)?;
    let files = files(args);
    let taken: Vec<_> = files
        .iter()
        .map(|(path, _)| path.display().to_string())
        .filter(|path| folder.join(path).exists())
        .collect();
    if let Some(first) = taken.first() {
        return Err(Advice {
            message: format!(
                "{} already holds {first}{}",
                folder.display(),
                and_more(taken.len() - 1)
            ),
            help: "nothing was written; name an empty folder: `apidocs init DIR`".to_owned(),
        }
        .into());
    }
    let mut set = ChangeSet::default();
    for (path, contents) in &files {
        set.write(folder.join(path), contents.as_slice());
    }
    std::fs::create_dir_all(&folder).map_err(|error| Advice {
        message: format!("the folder {} cannot be made: {error}", folder.display()),
        help: "name another one: `apidocs init DIR`".to_owned(),
    })?;
    set.commit(&folder)?;
    context.say(format!(
        "{} written to {}",
        plural(files.len(), "file"),
        folder.display()
    ));
    let go = match &args.folder {
        Some(folder) => format!("`cd {}`, then ", folder.display()),
        None => String::new(),
    };
    let next = if is_demo(args) {
        format!("{go}`apidocs generate`")
    } else {
        format!("{go}say in {CONFIG_FILE} how your API is started, then `apidocs generate`")
    };
    context.say(format!("next: {next}"));
    Ok(Exit::Clean)
}

fn files(args: &Init) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    if is_demo(args) {
        #[cfg(feature = "demo")]
        {
            files.push((PathBuf::from(CONFIG_FILE), DEMO_CONFIG.as_bytes().to_vec()));
            add(&DEMO_DOCS, Path::new("api-docs"), &mut files);
        }
    } else {
        add(&STARTER, Path::new(""), &mut files);
    }
    for name in schema_names() {
        if let Some(text) = schema_text(name) {
            let path = PathBuf::from(format!("schemas/{name}.schema.json"));
            files.push((path, text.as_bytes().to_vec()));
        }
    }
    files
}

#[cfg(feature = "demo")]
fn is_demo(args: &Init) -> bool {
    args.demo
}

#[cfg(not(feature = "demo"))]
fn is_demo(_: &Init) -> bool {
    false
}

fn add(folder: &Dir<'_>, below: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for file in folder.files() {
        files.push((below.join(file.path()), file.contents().to_vec()));
    }
    for inner in folder.dirs() {
        add(inner, below, files);
    }
}

fn and_more(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        format!(" and {count} more of its files")
    }
}
