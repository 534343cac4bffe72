//! `apidocs fmt`.

use anyhow::Result;
use apidocs::document::key_order;
use apidocs::finding::{SourceFile, any_error};
use apidocs::json::{parse_bytes, write};
use apidocs::project::ChangeSet;
use apidocs::report::plural;
use apidocs::validate::form;

use super::args::Fmt;
use super::context::{Channel, Context, print};
use super::exit::Exit;
use super::reading;
use super::report::of_findings;

pub fn run(context: &Context, args: &Fmt) -> Result<Exit> {
    let project = context.project()?;
    let collection = reading::read_collection(&project)?;
    let mut set = ChangeSet::default();
    let mut names = Vec::new();
    let mut misformed = Vec::new();
    for (path, bytes) in &project.tree()?.files {
        // What is not JSON is a finding of the collection.
        let (Some(order), Ok(value)) = (key_order::of_file(path), parse_bytes(bytes)) else {
            continue;
        };
        let text = write(&value, order);
        if text.as_bytes() != bytes.as_slice() {
            let file = project.docs.join(path);
            names.push(project.shown(&file));
            let source = SourceFile::new(project.shown(&file), bytes);
            misformed.extend(form(&source, &value, order));
            set.replace(file, bytes, text);
        }
    }
    let mut findings = context.judge(&project, collection.findings);
    let broken = any_error(&findings);
    let writes = !args.check && !broken;
    if writes {
        context.commit(&project, set)?;
    }
    let failed = broken || (args.check && !names.is_empty());
    if context.reports() {
        // A report says it all.
        if args.check {
            findings.extend(context.hide(misformed));
        }
    } else {
        let lines: String = names.iter().map(|name| format!("{name}\n")).collect();
        print(anstream::stdout(), &lines)?;
    }
    let report = of_findings(context, findings);
    if context.reports() || !report.findings.is_empty() {
        context.tell(Channel::Diagnostics, &report, None)?;
    }
    let what = if writes { "changed" } else { "would change" };
    context.say(format!("{} {what}", plural(names.len(), "file")));
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}
