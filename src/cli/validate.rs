//! `apidocs validate`.

use std::path::Path;

use anyhow::Result;
use apidocs::capture;
use apidocs::document::Collection;
use apidocs::finding::{Finding, Severity, SourceFile, codes};
use apidocs::json;
use apidocs::project::{Faulty, Project, read_document};
use apidocs::stabilize::Rules;
use apidocs::validate::{self, Checks, Schema};

use super::args::Validate;
use super::context::{Channel, Context, absolute, exit_of, faults_of};
use super::exit::{Advice, Exit};
use super::next::{add, command};
use super::report::{of_files, report};
use super::scenarios::Scenarios;
use super::source::Described;
use super::volatile::Volatile;
use super::{fix, parallel, reading, templates};

pub fn run(context: &Context, args: &Validate) -> Result<Exit> {
    let (project, faulty) = context.project_in_parts(None)?;
    let faults = faulty.as_ref();
    let faults = faults.map_or_else(Vec::new, |faulty| faults_of(&project, faulty));
    let mut checks = Checks::new(&project.settings);
    if let Some(file) = &args.schema {
        let shown = project.shown(&absolute(file)?);
        checks = checks.with_schema(own_schema(file)?.in_file(shown));
    }
    match &faulty {
        // Which folder is meant, and what counts in it, may be what the settings say wrongly.
        Some(faulty) if args.fix => {
            let file = &faulty.source.path;
            context.say(format!("nothing was fixed: {file} must be mended first"));
        }
        None if args.fix => fix::fix(context, &project, &checks)?,
        _ => {}
    }
    if faulty.is_some() && !project.docs.is_dir() {
        let mend = mend_first(context, args, &faults);
        let report = of_files(&project.root, faults);
        context.tell(Channel::Answer, &report, mend.as_deref())?;
        return Ok(Exit::Findings);
    }
    let (collection, mut findings) = reading::checked(&project, &checks)?;
    let described = Described::of(&project)?;
    let checks = checks.with_contracts(described.contracts(&collection));
    findings.append(&mut together(&checks, &collection));
    let certain = collection.with_certain();
    let scenarios = Scenarios::all(context, &project, &certain);
    findings.append(&mut of_settings_and_scenarios(
        &project,
        &scenarios.options(),
    ));
    findings.extend(described.unknown(&collection));
    findings.append(&mut templates::broken(&project, &collection));
    if let Some(faulty) = &faulty {
        findings.retain(|finding| !may_follow(finding, faulty));
    }
    let mut findings = context.judge(&project, findings);
    findings.extend(faults);
    findings.sort_by(Finding::order);
    let exit = exit_of(&findings);
    let report = report(&project, &collection, findings);
    let next = match &faulty {
        // Nothing is fixed, and nothing is captured, before.
        Some(_) => mend_first(context, args, &report.findings),
        None => next(context, args, &report.findings),
    };
    // Where all is well, what comes next is to ask whether it is still true.
    let next = next.unwrap_or_else(|| match collection.scenarios.is_empty() {
        false if project.source.is_some() => command(context, "check"),
        _ => command(context, "render"),
    });
    context.tell(Channel::Answer, &report, Some(&next))?;
    // The run is over: to give back the memory of thousands of documents, one after the other, would only hold it up.
    std::mem::forget((collection, report));
    Ok(exit)
}

/// What to type next about what was found.
fn next(context: &Context, args: &Validate, findings: &[Finding]) -> Option<String> {
    let any = |which: &dyn Fn(&Finding) -> bool| findings.iter().any(which);
    if !args.fix && any(&|finding| finding.fix.is_some()) {
        return Some(again(context, args, "validate --fix"));
    }
    if exit_of(findings) == Exit::Clean && any(&|finding| finding.code == codes::NO_EXAMPLE) {
        let generate = command(context, "generate");
        return Some(
            match any(&|finding| finding.code == codes::INCOMPLETE_REQUEST) {
                true => format!(
                    "complete the requests that are told above, as many as you can, then `{generate}`"
                ),
                false => generate,
            },
        );
    }
    mend_first(context, args, findings)
}

/// What to do about errors, or warnings, that have no fix of their own.
fn mend_first(context: &Context, args: &Validate, findings: &[Finding]) -> Option<String> {
    let first = findings.iter().min_by_key(|finding| finding.severity)?;
    if first.severity == Severity::Info {
        return None;
    }
    let (code, again) = (first.code, again(context, args, "validate"));
    Some(format!(
        "mend what is told above, then `{again}`; `apidocs explain {code}` says more"
    ))
}

/// The same command.
fn again(context: &Context, args: &Validate, words: &str) -> String {
    let mut out = command(context, words);
    add(&mut out, "--schema", "", args.schema.as_deref());
    out
}

/// Whether it may be told only because something of the settings could not be read.
fn may_follow(finding: &Finding, faulty: &Faulty) -> bool {
    let is_in_settings = finding.file() == Some(faulty.source.path.as_str());
    let rests_on: &[&str] = match finding.code {
        // They were told whole.
        codes::SCHEMA | codes::TOML_SYNTAX | codes::DUPLICATE_KEY if is_in_settings => return true,
        codes::UNKNOWN_VARIABLE if is_in_settings => &["auth"],
        codes::UNKNOWN_IDENTITY => &["auth", "identity"],
        codes::BASE_URL => &["base_url", "server"],
        codes::SECRET => &["secrets"],
        codes::CONTRACT_MISMATCH => &["source"],
        codes::REAL_HOST => &["host"],
        codes::BROKEN_TEMPLATE => &["render"],
        _ => &[],
    };
    rests_on.iter().any(|key| faulty.may_lack(key))
}

/// The same as [`Checks::together`], with its parts side by side.
pub fn together(checks: &Checks, collection: &Collection) -> Vec<Finding> {
    let parts = checks.parts_together(collection);
    let found = parallel::map(&parts, |part| part());
    found.into_iter().flatten().collect()
}

/// What can be said without a server of everything but the documents: settings, rules for volatile values, scenarios.
pub fn of_settings_and_scenarios(
    project: &Project,
    options: &capture::Options<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(source) = &project.source {
        findings.extend(validate::settings(source));
    }
    findings.extend(volatile(project, options));
    // That a scenario does not fit its schema was told by the schema.
    let scenarios = capture::check(options);
    findings.extend(
        scenarios
            .into_iter()
            .filter(|finding| finding.code != codes::SCHEMA),
    );
    let source = project.source.as_ref();
    findings.extend(validate::coverage(
        options.collection,
        &project.settings,
        source,
    ));
    findings
}

/// Reads a schema of the project. Its references lead to files beside it, never to a network.
fn own_schema(file: &Path) -> Result<Schema> {
    let shown = file.display().to_string();
    let advice = |message: String| Advice {
        message,
        help: "--schema names a JSON Schema (2020-12) whose references stay in its folder"
            .to_owned(),
    };
    let bytes = read_document(file)?;
    let json = json::parse_bytes(&bytes).map_err(|fault| {
        let position = apidocs::finding::SourceFile::new("", &bytes).position(fault.offset);
        let (line, column) = (position.line, position.column);
        advice(format!("{shown}:{line}:{column}: {}", fault.message))
    })?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let read = move |path: &str| {
        let beside = folder.join(path);
        let top = folder.as_os_str().is_empty().then_some(Path::new("."));
        // A link may lead anywhere. What is not there, reading tells.
        if let (Ok(top), Ok(real)) = (top.unwrap_or(&folder).canonicalize(), beside.canonicalize())
            && !real.starts_with(top)
        {
            return Err(format!("{path} is a link out of the folder of the schema"));
        }
        read_document(&beside).map_err(|error| format!("{:#}", anyhow::Error::new(error)))
    };
    Ok(Schema::beside(json, read)
        .map_err(|reason| advice(format!("the schema {shown} cannot be used: {reason}")))?)
}

/// What is wrong with the rules for volatile values, where there are some.
fn volatile(project: &Project, options: &capture::Options<'_>) -> Vec<Finding> {
    let file = project.docs.join(Rules::FILE);
    let Ok(bytes) = read_document(&file) else {
        return Vec::new();
    };
    let source = SourceFile::new(project.shown(&file), &bytes);
    let mut findings = validate::volatile_file(&bytes, &source);
    // Rules that cannot be read were told.
    if let Ok(volatile) = Volatile::of_project(project) {
        findings.append(&mut volatile.audit(options.collection.documents()));
    }
    findings
}
