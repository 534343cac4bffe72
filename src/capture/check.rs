//! What can be known before any request is made.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::names::unset;
use super::identity::{OUTPUT, name_of, value_of};
use super::payload::leaves;
use super::plan::Plan;
use super::{Options, address, order, texts};
use crate::document::{DocumentName, ExampleTarget, Identity, Part, Payload, Step};
use crate::finding::spelling::nearest;
use crate::finding::{Finding, SourceFile, codes};
use crate::json::pointer;

/// Checks the scenarios that were selected.
///
/// The findings tell of names that nothing defines, identities that the settings do not have, documents that do not
/// exist, two requests for one example, files that are not there, and scenarios that cannot be understood.
pub fn check(options: &Options<'_>) -> Vec<Finding> {
    let plan = Plan::new(options);
    let mut check = Check {
        options,
        findings: Vec::new(),
        targets: BTreeMap::new(),
        unfilled: BTreeMap::new(),
        names_are_known: options.collection.are_fixtures_clear(),
    };
    check.unreadable(&plan);
    check.findings.extend(plan.forbidden.iter().cloned());
    let fixtures = check.fixtures(&plan);
    check.findings.extend(address::check(options.settings));
    check.identities(&plan, &fixtures);
    let are_fixtures_known = check.names_are_known;
    for (ident, loaded, scenario) in &plan.scenarios {
        let collection = options.collection;
        check
            .findings
            .extend(order::check(collection, ident, &loaded.source, scenario));
        let mut known = fixtures.clone();
        let before = order::ancestors(collection, ident);
        let is_clear = |name: &&str| collection.is_scenario_clear(name);
        check.names_are_known =
            are_fixtures_known && is_clear(ident) && before.iter().all(is_clear);
        for before in before {
            let loaded = collection.scenarios.get(before);
            let before = loaded.and_then(|loaded| loaded.item.as_ref());
            known.extend(
                before
                    .into_iter()
                    .flat_map(|before| before.steps().flat_map(|(_, step)| saved(step))),
            );
        }
        for (pointer, step) in scenario.steps() {
            check.step(&loaded.source, &pointer, step, &known);
            known.extend(saved(step));
        }
    }
    check.duplicates(&plan);
    check.incomplete(&plan);
    check.findings
}

fn saved(step: &Step) -> impl Iterator<Item = String> {
    step.save.iter().map(|(name, _)| name.clone())
}

struct Check<'a> {
    options: &'a Options<'a>,
    findings: Vec<Finding>,
    targets: BTreeMap<ExampleTarget, usize>,
    /// Variables without a value, and how many requests wait for each.
    unfilled: BTreeMap<String, usize>,
    /// Whether all that defines names for what is looked at is understood.
    names_are_known: bool,
}

impl Check<'_> {
    /// Files that are JSON but no scenario would otherwise be left out in silence.
    fn unreadable(&mut self, plan: &Plan<'_>) {
        for (source, reason) in &plan.unreadable {
            let message = format!("the file is not understood: {reason}");
            self.findings
                .push(Finding::new(codes::SCHEMA, message).in_file(source));
        }
    }

    /// The names that fixtures define.
    fn fixtures(&mut self, plan: &Plan<'_>) -> BTreeSet<String> {
        let mut known = self.given();
        let Some((loaded, fixtures)) = plan.fixtures else {
            return known;
        };
        for (name, value) in &fixtures.variables {
            let mut strings = Vec::new();
            let at = pointer::join("/variables", name);
            texts::of_value(value, &at, &mut strings);
            for (at, text) in strings {
                self.text(&loaded.source, &at, text, &known);
            }
            // One that the environment gives has a value.
            let is_new = known.insert(name.clone());
            if value.is_null() && is_new {
                self.unfilled.insert(name.clone(), 0);
            }
        }
        for (pointer, step) in fixtures.steps() {
            self.step(&loaded.source, &pointer, step, &known);
            if let Identity::Named(name) = &step.identity {
                self.early_identity(&loaded.source, &pointer, name, &known);
            }
            known.extend(saved(step));
        }
        known
    }

    /// A request of the fixtures that asks as somebody whose credential is not there yet.
    fn early_identity(
        &mut self,
        source: &Arc<SourceFile>,
        pointer: &str,
        name: &str,
        known: &BTreeSet<String>,
    ) {
        let Some(auth) = self.options.settings.auth.get(name) else {
            return;
        };
        for missing in self.unknown(value_of(auth), known).into_keys() {
            // What the environment lacks is told at the settings.
            if missing == OUTPUT && auth.command.is_some() || unset(&missing).is_some() {
                continue;
            }
            let message = format!(
                "the identity {name:?} needs `{missing}`, which nothing has saved before this request"
            );
            let finding = Finding::new(codes::UNKNOWN_VARIABLE, message)
                .at_pointer(source, &format!("{pointer}/as"))
                .help("save the value in an earlier request, or make this one with `\"as\": null`");
            self.findings.push(finding);
        }
    }

    fn identities(&mut self, plan: &Plan<'_>, known: &BTreeSet<String>) {
        let settings = self.options.settings;
        for name in plan.identities(settings) {
            let Some(auth) = settings.auth.get(name) else {
                if settings.identity.as_deref() == Some(name) {
                    let message = format!("`identity` is {name:?}, and there is no [auth.{name}]");
                    let finding = Finding::new(codes::UNKNOWN_IDENTITY, message);
                    let finding = settings.place(finding, "/identity");
                    self.findings.push(match self.meant(name) {
                        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                        None => finding.help("mend apidocs.toml"),
                    });
                }
                continue;
            };
            for missing in self.unknown(value_of(auth), known).into_keys() {
                if missing == OUTPUT && auth.command.is_some() {
                    continue;
                }
                let finding = unset(&missing).unwrap_or_else(|| {
                    let message = format!("[auth.{name}] uses `{missing}`, which nothing defines");
                    Finding::new(codes::UNKNOWN_VARIABLE, message)
                        .help("let fixtures.json save it, or use a variable of the environment")
                });
                let at = format!("{}/value", pointer::join("/auth", name));
                self.findings.push(settings.place(finding, &at));
            }
        }
    }

    fn step(
        &mut self,
        source: &Arc<SourceFile>,
        pointer: &str,
        step: &Step,
        known: &BTreeSet<String>,
    ) {
        if let Some(todo) = &step.todo {
            let finding = Finding::new(
                codes::INCOMPLETE_REQUEST,
                format!("the request is not made: {todo}"),
            )
            .at_pointer(source, &format!("{pointer}/todo"))
            .help("complete the request, then remove `todo`");
            self.findings.push(match &step.example {
                Some(target) => finding.about(target),
                None => finding,
            });
        } else {
            for (at, text) in texts::of_step(step) {
                self.text(source, &format!("{pointer}{at}"), text, known);
            }
            for name in texts::variables(step) {
                if let Some(count) = self.unfilled.get_mut(&name) {
                    *count += 1;
                }
            }
        }
        let settings = self.options.settings;
        if let Identity::Named(name) = &step.identity
            && !settings.auth.contains_key(name)
        {
            let message = format!("there is no identity {name:?}");
            let finding = Finding::new(codes::UNKNOWN_IDENTITY, message)
                .at_pointer(source, &format!("{pointer}/as"));
            let finding = match self.meant(name) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help(format!("write [auth.{name}] in apidocs.toml")),
            };
            self.findings.push(finding);
        }
        if let Some(target) = &step.example {
            *self.targets.entry(target.clone()).or_default() += 1;
            if !self.exists(&target.document) {
                let message = format!("there is no document {}", target.document);
                let finding = Finding::new(codes::UNKNOWN_TARGET, message)
                    .at_pointer(source, &format!("{pointer}/example"))
                    .about(target);
                let name = target.document.to_string();
                let known: Vec<_> = self.options.collection.endpoints.keys().collect();
                let known: Vec<_> = known.iter().map(|known| known.to_string()).collect();
                let meant = nearest(&name, known.iter().map(String::as_str));
                self.findings.push(match meant {
                    Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                    None => finding.help(format!("write {}", target.document.file())),
                });
            }
        }
        for (index, header) in step.headers.iter().enumerate() {
            let name = header.split(':').next().unwrap_or_default().trim();
            let framing = ["Content-Length", "Transfer-Encoding", "Connection"];
            if framing
                .iter()
                .any(|framing| name.eq_ignore_ascii_case(framing))
            {
                let message = format!("the header {name} follows from what is sent");
                let finding = Finding::new(codes::INVALID_REQUEST, message)
                    .at_pointer(source, &format!("{pointer}/headers/{index}"))
                    .help("remove it: another value would break the connection");
                self.findings.push(finding);
            }
        }
        for (at, path) in files(step) {
            if step.todo.is_some() {
                continue;
            }
            let message = if leaves(self.options.docs, path) {
                format!("the file {path} is not in the folder of documents")
            } else if !path.contains("{{") && !self.options.docs.join(path).is_file() {
                format!("the file {path} does not exist")
            } else {
                continue;
            };
            let finding = Finding::new(codes::INVALID_REQUEST, message)
                .at_pointer(source, &format!("{pointer}{at}"))
                .help("files are looked for in the folder of documents, and nowhere else");
            self.findings.push(finding);
        }
    }

    /// The identity that somebody may have meant.
    fn meant(&self, name: &str) -> Option<&str> {
        nearest(name, self.options.settings.auth.keys().map(String::as_str))
    }

    /// Whether there is a file of that document, be it readable or not: a broken one is told elsewhere.
    fn exists(&self, document: &DocumentName) -> bool {
        let collection = self.options.collection;
        collection.endpoints.contains_key(document) || collection.is_unread(&document.file())
    }

    /// Variables that are still to be filled in, each once however many requests wait for it.
    fn incomplete(&mut self, plan: &Plan<'_>) {
        let Some((loaded, _)) = plan.fixtures else {
            return;
        };
        for (name, count) in &self.unfilled {
            let waiting = match count {
                0 => continue,
                1 => "1 request is".to_owned(),
                count => format!("{count} requests are"),
            };
            let message = format!("`{name}` has no value yet: {waiting} not made");
            let finding = Finding::new(codes::INCOMPLETE_REQUEST, message)
                .at_key(&loaded.source, &pointer::join("/variables", name))
                .help("write its value in place of null");
            self.findings.push(finding);
        }
    }

    /// Two requests for one example, of which at least one was selected.
    fn duplicates(&mut self, plan: &Plan<'_>) {
        let mut first: BTreeMap<&ExampleTarget, (&Arc<SourceFile>, String)> = BTreeMap::new();
        for (source, pointer, target) in plan.all_targets() {
            let Some((other, other_pointer)) = first.get(target) else {
                first.insert(target, (source, pointer));
                continue;
            };
            if !self.targets.contains_key(target) {
                continue;
            }
            let place = other.locate(other_pointer);
            let line = place.map_or(1, |place| other.position(place.value.start).line);
            let message = format!("{}:{line} is for {target} already", other.path);
            let finding = Finding::new(codes::DUPLICATE_TARGET, message)
                .at_pointer(source, &pointer)
                .about(target)
                .help(format!(
                    "give one of the two a name: {}#name",
                    target.document
                ));
            self.findings.push(finding);
        }
    }
}

/// The files that a step sends.
fn files(step: &Step) -> Vec<(String, &str)> {
    match &step.payload {
        Payload::File(path) => vec![("/file".to_owned(), path)],
        Payload::Multipart(parts) => parts
            .iter()
            .filter_map(|(name, part)| match part {
                Part::File { path, .. } => Some((pointer::join("/multipart", name), path.as_str())),
                Part::Field(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The identities that requests use, by name.
pub(super) fn identities_of<'a>(
    steps: impl Iterator<Item = &'a Step>,
    settings: &'a crate::project::Settings,
) -> BTreeSet<&'a str> {
    steps
        .filter_map(|step| name_of(&step.identity, settings))
        .collect()
}
