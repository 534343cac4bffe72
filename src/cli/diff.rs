//! `apidocs diff`.

use anyhow::Result;
use apidocs::drift::approve;
use apidocs::finding::{DocumentChanges, Impact, any_error};
use apidocs::report::Report;
use jiff::Zoned;

use super::args::{DEFAULT_BASE, Diff, FailOn};
use super::context::{Channel, Context};
use super::exit::Exit;
use super::report::of_findings;
use super::sides::{Compared, compared, judged};

pub fn run(context: &Context, args: &Diff) -> Result<Exit> {
    let Compared {
        mut documents,
        mut findings,
        approvals,
        endpoints,
    } = compared(
        context,
        &args.old,
        args.new.as_deref(),
        args.volatile.as_deref(),
    )?;
    if let Some(approvals) = &approvals {
        let today = args.today.unwrap_or_else(|| Zoned::now().date());
        findings.extend(approve(&mut documents, approvals, today));
        findings = judged(context, findings)?;
    }
    let worst = documents
        .iter()
        .filter_map(|document| document.open_impact())
        .min();
    let failed = args
        .fail_on
        .is_some_and(|limit| worst.is_some_and(|worst| worst <= limit.impact()));
    let exit = if failed || any_error(&findings) {
        Exit::Findings
    } else {
        Exit::Clean
    };
    let next = failed.then(|| approve_command(&documents, args));
    let report = Report {
        documents: Some(documents),
        approvable: args.fail_on.is_some(),
        fails_on: args.fail_on.map(FailOn::impact),
        endpoints,
        ..of_findings(context, findings)
    };
    context.tell(Channel::Answer, &report, next.as_deref())?;
    Ok(exit)
}

/// What lets the changes pass that made `--fail-on` fail, ready to be typed.
fn approve_command(documents: &[DocumentChanges], args: &Diff) -> String {
    let limit = args.fail_on.map(FailOn::impact);
    let fingerprints: Vec<_> = documents
        .iter()
        .flat_map(|document| &document.changes)
        .filter(|change| change.approved.is_none() && Some(change.impact) <= limit)
        .map(|change| change.fingerprint.as_str())
        .collect();
    let base = match args.old.as_str() {
        DEFAULT_BASE => String::new(),
        base => format!(" --base {}", shell_words::quote(base)),
    };
    format!(
        "undo what is not meant; for what is: apidocs approve {}{base} --reason \"…\"",
        fingerprints.join(" ")
    )
}

impl FailOn {
    fn impact(self) -> Impact {
        match self {
            Self::Breaking => Impact::Breaking,
            Self::Content => Impact::Content,
            Self::Additive => Impact::Additive,
            Self::Docs => Impact::Docs,
        }
    }
}
