//! `apidocs learn`.

use std::collections::BTreeMap;

use anyhow::Result;
use apidocs::finding::Severity;
use apidocs::json::{KeyOrder, write};
use apidocs::project::ChangeSet;
use apidocs::report::plural;
use apidocs::stabilize::{DocumentView, Rules, learn};

use super::args::Learn;
use super::context::{Channel, Context, absolute, exit_of};
use super::exit::{Advice, Exit};
use super::report::of_findings;
use super::sides::{judged, side};
use super::volatile::Volatile;

pub fn run(context: &Context, args: &Learn) -> Result<Exit> {
    let output = absolute(&args.output)?;
    let shown = args.output.to_string_lossy().replace('\\', "/");
    // What people wrote into the file stays.
    let known = match output.is_file() {
        true => Volatile::of_file(&output, &shown)?.rules,
        false => Rules::default(),
    };
    let mut findings = Vec::new();
    let mut versions: Vec<BTreeMap<String, DocumentView>> = Vec::new();
    for name in &args.versions {
        let side = side(context, name)?;
        // What is odd about a tree but can be read says nothing about its values.
        let errors = side
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        findings.extend(errors.cloned());
        let views = side.documents.iter();
        versions.push(
            views
                .map(|(name, document)| (name.to_string(), DocumentView::of(document)))
                .collect(),
        );
    }
    let lesson = learn(&versions, &known);
    let common = versions
        .iter()
        .flat_map(BTreeMap::keys)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .filter(|name| {
            let versions = versions.iter();
            versions.filter(|all| all.contains_key(*name)).count() > 1
        })
        .count();
    if common == 0 {
        return Err(Advice {
            message: "no document is in two of the versions, so there is nothing to learn from".to_owned(),
            help: "name captures of the same documents: folders of documents or pages, or git revisions".to_owned(),
        }
        .into());
    }
    let text = write(&serde_json::to_value(&lesson.rules)?, KeyOrder::Kept);
    let mut set = ChangeSet::default();
    set.write_if_different(output.clone(), text);
    set.commit(output.parent().unwrap_or(&output))?;
    context.say(format!(
        "learned from {} in {}: {}; written to {shown}",
        plural(common, "document"),
        plural(versions.len(), "version"),
        counts(&lesson.rules),
    ));
    findings.extend(lesson.findings);
    let findings = judged(context, findings)?;
    let exit = exit_of(&findings);
    let report = of_findings(context, findings);
    context.tell(Channel::Diagnostics, &report, None)?;
    Ok(exit)
}

/// `places that vary: 3, that look volatile and do not: 1`.
pub fn counts(rules: &Rules) -> String {
    let learned = || rules.learned.values();
    let varied: usize = learned().map(|learned| learned.varied.len()).sum();
    let stable: usize = learned().map(|learned| learned.stable.len()).sum();
    format!("places that vary: {varied}, that look volatile and do not: {stable}")
}
