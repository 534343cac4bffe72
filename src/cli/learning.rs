//! `apidocs capture --learn`: captures more than once, and writes down what differed.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use apidocs::capture::Order;
use apidocs::json::{KeyOrder, write};
use apidocs::project::{ChangeSet, Project};
use apidocs::report::plural;
use apidocs::stabilize::{DocumentView, Learned, Rules, learn};

use super::args::Capture;
use super::context::{Channel, Context};
use super::exit::Exit;
use super::learn::counts;
use super::recapture::{Prose, Recapture, recapture};
use super::report::report;
use super::volatile::Volatile;

pub fn run(context: &Context, project: &Project, args: &Capture) -> Result<Exit> {
    let known = Volatile::of_project(project)?.rules;
    let mut runs: Vec<Recapture> = Vec::new();
    for number in 1..=args.runs {
        if number > 1 {
            wait_for_another_second();
        }
        // What depends on the order in which isolated scenarios run must not be taken for what stays.
        let (order, told) = match number % 2 {
            0 => (Order::Backwards, ", isolated scenarios in reverse order"),
            _ => (Order::Forwards, ""),
        };
        context.say(format!("capture {number} of {}{told}", args.runs));
        let mut selection = args.selection.of_capture(number);
        selection.order = order;
        let run = recapture(context, project, &selection, Prose::Kept)?;
        if run.exit() != Exit::Clean {
            context.say("nothing was written");
            let exit = run.exit();
            let report = report(project, &run.before, run.findings);
            context.tell(Channel::Diagnostics, &report, None)?;
            return Ok(exit);
        }
        runs.push(run);
    }
    let versions: Vec<_> = runs.iter().map(views).collect();
    let lesson = learn(&versions, &known);
    let rules = keep_others(&known, lesson.rules, &runs[0]);
    let run = runs.swap_remove(0).settled_by(project, &rules)?;

    let mut set = ChangeSet::default();
    run.add_to(&mut set, project);
    let text = write(&serde_json::to_value(&rules)?, KeyOrder::Kept);
    let file = project.docs.join(Rules::FILE);
    set.write_if_different(file.clone(), text);
    context.commit(project, set)?;
    context.say(run.summary());
    context.say(format!(
        "{} written; {}: {}",
        plural(run.changed(), "document"),
        project.shown(&file),
        counts(&rules),
    ));
    let mut findings = run.findings.clone();
    findings.extend(lesson.findings);
    let findings = context.judge(project, findings);
    let exit = super::context::exit_of(&findings);
    let report = report(project, &run.after, findings);
    let next = super::next::command(context, "check");
    context.tell(Channel::Diagnostics, &report, Some(&next))?;
    Ok(exit)
}

/// Times are often told in whole seconds: two captures within one would teach that they never vary.
fn wait_for_another_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let passed = Duration::from_nanos(now.unwrap_or_default().subsec_nanos().into());
    thread::sleep(Duration::from_secs(1).saturating_sub(passed));
}

/// What a run captured, by document.
fn views(run: &Recapture) -> BTreeMap<String, DocumentView> {
    let documents = run.as_captured().into_iter();
    documents
        .map(|(name, document)| (name.to_string(), DocumentView::of(&document)))
        .collect()
}

/// The rules, with those that are known of documents that were not captured; of one that was captured in part, what is
/// known of the rest stays.
fn keep_others(known: &Rules, mut rules: Rules, run: &Recapture) -> Rules {
    let captured = run.as_captured();
    let whole: BTreeSet<String> = captured
        .iter()
        .filter(|(name, document)| {
            let committed = run.before.endpoints.get(name);
            let committed = committed.and_then(|loaded| loaded.item.as_ref());
            committed.is_none_or(|committed| {
                committed
                    .examples
                    .iter()
                    .all(|old| document.examples.iter().any(|new| new.name == old.name))
            })
        })
        .map(|(name, _)| name.to_string())
        .collect();
    for (name, before) in &known.learned {
        let exists = name
            .parse()
            .is_ok_and(|name| run.before.endpoints.contains_key(&name));
        if whole.contains(name) || !exists {
            continue;
        }
        let learned: &mut Learned = rules.learned.entry(name.clone()).or_default();
        for (address, holds) in &before.varied {
            learned
                .varied
                .entry(address.clone())
                .or_insert_with(|| holds.clone());
        }
        learned.stable.extend(before.stable.iter().cloned());
        learned
            .stable
            .retain(|address| !learned.varied.contains_key(address));
    }
    rules
}
