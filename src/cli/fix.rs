//! `apidocs validate --fix`.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use apidocs::document::{Collection, below};
use apidocs::finding::{Fix, SourceFile};
use apidocs::project::{ChangeSet, Project};
use apidocs::report::plural;
use apidocs::stabilize::Rules;
use apidocs::validate::{Checks, volatile_file};

use super::context::Context;

/// After so many rounds what is left is not mended: two fixes may undo each other.
const ROUNDS: usize = 20;

/// Mends what has just one right fix, all of it or nothing, and says what was done.
///
/// A fix may show a fault that was hidden behind its own, so that it is done again until nothing is left.
pub fn fix(context: &Context, project: &Project, checks: &Checks) -> Result<()> {
    let before = project.tree()?;
    let prefix = project.shown(&project.docs);
    let mut tree = before.clone();
    let mut done: BTreeMap<(String, String), usize> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let collection = Collection::from_tree(&tree, &prefix);
        let mut findings = checks.all(&collection);
        if let Some(bytes) = tree.files.get(Rules::FILE) {
            let source = SourceFile::new(below(&prefix, Rules::FILE), bytes);
            findings.append(&mut volatile_file(bytes, &source));
        }
        let findings = context.judge(project, findings);
        let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
        let (applied, files) = Fix::apply(fixes);
        if applied.is_empty() {
            break;
        }
        for fix in applied {
            for edit in fix.edits.iter().take(1) {
                let key = (edit.source.path.clone(), fix.what.clone());
                *done.entry(key).or_default() += 1;
            }
        }
        for (source, text) in files {
            let path = source.path.strip_prefix(&prefix).unwrap_or(&source.path);
            tree.insert(path.trim_start_matches('/'), text);
        }
    }
    let mut set = ChangeSet::default();
    let mut changed = 0;
    for (path, after) in tree.files {
        let Some(before) = before.files.get(&path).filter(|before| **before != after) else {
            continue;
        };
        changed += 1;
        set.replace(project.docs.join(&path), before, after);
    }
    context.commit(project, set)?;
    for ((file, what), count) in &done {
        let mut line = format!("fixed {file}: {what}");
        if *count > 1 {
            let _ = write!(line, " ({count} times)");
        }
        context.say(line);
    }
    context.say(match changed {
        0 => "nothing to fix".to_owned(),
        files => format!("{} fixed", plural(files, "file")),
    });
    Ok(())
}
