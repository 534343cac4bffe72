//! The source that writes the prose of the documents: `apidocs import docstrings`, and `[source]` for `generate` and
//! `check`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::Result;
use apidocs::document::{Collection, ContractName, DescribedContract, Tree};
use apidocs::finding::{Finding, SourceFile, any_error, codes};
use apidocs::import::docstrings::{self, Extracted, FieldWords, Laid, Options};
use apidocs::import::openapi;
use apidocs::json::MAX_SIZE;
use apidocs::project::{self, ChangeSet, Project, Source, read_file};
use apidocs::report::plural;
use walkdir::WalkDir;

use super::args;
use super::context::{Channel, Context, absolute, exit_of};
use super::exit::{Advice, Exit};
use super::report::of_findings;

/// How many files are looked at for a module of URL patterns that could be meant.
const MAX_WALKED: usize = 50_000;

/// What the source that the settings name makes of the documents of a project.
#[derive(Default)]
pub struct Followed {
    /// The files that change, by path relative to the folder of documents.
    pub files: BTreeMap<String, String>,
    /// What tells of documents that do not say what the source says.
    pub behind: Vec<Finding>,
    /// What is to tell of the source itself and of documents that it does not know.
    pub findings: Vec<Finding>,
    /// What to type where the source has endpoints without a document.
    pub import: Option<String>,
}

/// What `[source]` says of captured responses: an OpenAPI document does, docstrings do not.
#[derive(Default)]
pub struct Described(Option<openapi::Source>);

impl Described {
    /// Reads what the settings name.
    pub fn of(project: &Project) -> Result<Self> {
        let Some(Source::Openapi(settings)) = &project.settings.source else {
            return Ok(Self::default());
        };
        let shown = project.shown(&clean(&project.root.join(&settings.file)));
        Ok(Self(Some(read_openapi(&project.root, &shown)?)))
    }

    /// What was captured and it does not know.
    pub fn unknown(&self, collection: &Collection) -> Vec<Finding> {
        let source = self.0.as_ref();
        source.map_or_else(Vec::new, |source| openapi::unknown(source, collection))
    }

    /// What it says of the bodies of responses.
    pub fn contracts(&self, collection: &Collection) -> BTreeMap<ContractName, DescribedContract> {
        let source = self.0.as_ref();
        source.map_or_else(BTreeMap::new, |source| {
            openapi::live_contracts(source, collection)
        })
    }
}

/// Reads the OpenAPI document that a flag or argument names; gives the path too, as it is shown.
pub fn named_openapi(file: &Path) -> Result<(String, openapi::Source)> {
    let shown = file.to_string_lossy().replace('\\', "/");
    let source = read_openapi(Path::new(""), &shown)?;
    if source.is_empty() {
        return Err(Advice {
            message: format!("{shown} describes no operation"),
            help: "its `paths` must hold a method of a path".to_owned(),
        }
        .into());
    }
    Ok((shown, source))
}

/// Reads an OpenAPI document, `shown` and what it refers to relative to a folder.
fn read_openapi(folder: &Path, shown: &str) -> Result<openapi::Source> {
    let load = |path: &str| match read_file(&folder.join(path), MAX_SIZE as u64 + 1) {
        Ok(bytes) => Ok(bytes),
        Err(project::Error::Io { source, .. }) => Err(source),
        Err(error) => Err(io::Error::other(error)),
    };
    Ok(openapi::Source::read(shown, &load)?)
}

/// What docstrings make of the documents of a project.
pub struct Sourced {
    pub laid: Laid,
    /// What is to tell of the source itself and of documents that it does not know.
    pub findings: Vec<Finding>,
    extracted: Extracted,
}

/// What `[source]` makes of the documents on disk; `None` where the settings have none.
pub fn follow(project: &Project, tree: &Tree, described: &Described) -> Result<Option<Followed>> {
    match &project.settings.source {
        None => Ok(None),
        Some(Source::Docstrings(settings)) => {
            let sourced = read(project, &options(project, settings), tree)?;
            let import = "apidocs import docstrings".to_owned();
            Ok(Some(Followed {
                import: sourced.has_new().then_some(import),
                behind: sourced.behind(project),
                files: sourced.laid.files,
                findings: sourced.findings,
            }))
        }
        Some(Source::Openapi(settings)) => {
            let Some(source) = &described.0 else {
                return Ok(None);
            };
            let docs = project.shown(&project.docs);
            let collection = Collection::from_tree(tree, &docs);
            let imported = openapi::import(source);
            // Where documents cannot be read, nothing is laid over them: what people wrote must not be lost.
            if any_error(&collection.findings) {
                let findings = imported.findings;
                return Ok(Some(Followed {
                    findings,
                    ..Followed::default()
                }));
            }
            let laid = openapi::lay_over(source, &imported, &collection, &docs);
            let is_new = |path: &&String| !tree.files.contains_key(*path);
            let is_document = |path: &&String| path.starts_with("endpoints/");
            let has_new = laid
                .files
                .keys()
                .filter(is_document)
                .any(|path| is_new(&path));
            let import = format!("apidocs import openapi {}", settings.file.display());
            Ok(Some(Followed {
                import: has_new.then_some(import),
                files: laid.files,
                behind: laid.behind,
                findings: laid.findings,
            }))
        }
    }
}

pub fn import(context: &Context, args: &args::Docstrings) -> Result<Exit> {
    let output = args.output.as_deref().map(absolute).transpose()?;
    let project = context.project_at(output.as_deref())?;
    let options = flags(&project, args)?;
    let tree = match project.docs.exists() {
        true => project.tree()?,
        false => Tree::default(),
    };
    let sourced = read(&project, &options, &tree)?;
    let findings = context.judge(&project, sourced.findings.clone());
    let exit = exit_of(&findings);
    let mut next = None;
    context.say(sourced.summary(&options));
    if exit == Exit::Clean {
        let mut set = ChangeSet::default();
        sourced.add_to(&mut set, &project, &tree);
        context.commit(&project, set)?;
        let documents = sourced.extracted.documents(&sourced.extracted.sections());
        let changed = sourced.laid.behind.len();
        context.say(format!(
            "{} written to {}, {} as the source says already",
            plural(changed, "document"),
            project.shown(&project.docs),
            documents.len() - changed
        ));
        next = (changed > 0).then(|| super::next::command(context, "validate"));
    } else {
        context.say("nothing was written");
    }
    let report = of_findings(context, findings);
    context.tell(Channel::Diagnostics, &report, next.as_deref())?;
    Ok(exit)
}

impl Sourced {
    /// What tells of documents that do not say what the source says.
    pub fn behind(&self, project: &Project) -> Vec<Finding> {
        let docs = project.shown(&project.docs);
        let behind = self.laid.behind.iter();
        let mut findings: Vec<_> = behind.map(|behind| behind.finding(&docs)).collect();
        if self.laid.sections_differ {
            let message =
                "the sections, or the order of their documents, are not those of the source";
            let file = SourceFile::new(format!("{docs}/sections.json"), b"");
            let finding = Finding::new(codes::BEHIND_SOURCE, message).in_file(&file);
            findings.push(
                finding
                    .help("`apidocs import docstrings` writes it, and so does `apidocs generate`"),
            );
        }
        findings
    }

    /// Whether there are endpoints without a document.
    pub fn has_new(&self) -> bool {
        self.laid.behind.iter().any(|behind| behind.keys.is_empty())
    }

    fn add_to(&self, set: &mut ChangeSet, project: &Project, tree: &Tree) {
        for (path, text) in &self.laid.files {
            let target = project.docs.join(path);
            match tree.files.get(path) {
                Some(before) => set.replace(target, before, text.as_str()),
                None => set.write(target, text.as_str()),
            }
        }
    }

    fn summary(&self, options: &Options) -> String {
        let listings = &self.extracted.listings;
        let sections = self.extracted.sections();
        format!(
            "{} at {} in {} read from {}",
            plural(self.extracted.documents(&sections).len(), "endpoint"),
            plural(listings.len(), "path"),
            plural(sections.sections.len(), "section"),
            options.roots.join(", ")
        )
    }
}

/// Reads a source and lays it over documents. Where those cannot be read, that is told and nothing is laid over them:
/// what people wrote must not be lost.
fn read(project: &Project, options: &Options, tree: &Tree) -> Result<Sourced> {
    if !(options.prefix.starts_with('/') && options.prefix.ends_with('/')) {
        return Err(Advice {
            message: format!("{:?} is no prefix of paths", options.prefix),
            help: "a prefix begins and ends with `/`".to_owned(),
        }
        .into());
    }
    let threads = available_parallelism().map_or(1, |threads| threads.get().min(8));
    let read = |path: &str| read_python(&project.root.join(path));
    let extracted = docstrings::extract(options, &read, threads)
        .map_err(|error| advise(error, project, options))?;
    let collection = Collection::from_tree(tree, &project.shown(&project.docs));
    let mut findings = extracted.findings.clone();
    findings.extend(collection.findings.iter().cloned());
    if let Some(sections) = collection
        .sections
        .as_ref()
        .filter(|loaded| loaded.item.is_none())
    {
        let message = "the file does not fit its schema: the order of the documents is not known";
        let finding = Finding::new(codes::SCHEMA, message).in_file(&sections.source);
        findings.push(finding.help("`apidocs validate` tells why"));
    }
    let laid = if any_error(&findings) {
        Laid::default()
    } else {
        docstrings::lay_over(&extracted, &collection)
    };
    findings.extend(laid.findings.iter().cloned());
    Ok(Sourced {
        laid,
        findings,
        extracted,
    })
}

/// A file that Python could import; a pipe, a device or a folder is none.
fn read_python(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(None),
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
                _ => Err(error),
            };
        }
    }
    match read_file(path, MAX_SIZE as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(project::Error::Io { source, .. }) => Err(source),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// What the settings say, over what the original called things.
fn options(project: &Project, settings: &project::Docstrings) -> Options {
    let default = Options::default();
    let or = |setting: &Option<String>, default: String| setting.clone().unwrap_or(default);
    let words =
        |setting: &Option<Vec<String>>, default: Vec<String>| setting.clone().unwrap_or(default);
    let here = [PathBuf::from(".")];
    let paths = settings.paths.as_deref().unwrap_or(&here);
    let fields = &settings.fields;
    Options {
        roots: paths
            .iter()
            .map(|path| project.shown(&clean(&project.root.join(path))))
            .collect(),
        urls: or(&settings.urls, default.urls),
        prefix: or(&settings.prefix, default.prefix),
        base_classes: words(&settings.base_classes, default.base_classes),
        section_attribute: or(&settings.section_attribute, default.section_attribute),
        default_section: settings.default_section.clone(),
        class_suffix: or(&settings.class_suffix, default.class_suffix),
        methods: words(&settings.methods, default.methods),
        fields: FieldWords {
            path: words(&fields.path, default.fields.path),
            query: words(&fields.query, default.fields.query),
            body: words(&fields.body, default.fields.body),
            auth: words(&fields.auth, default.fields.auth),
        },
        plain_text: settings.plain_text,
        attach_decorator: or(&settings.attach_decorator, default.attach_decorator),
        scenario_decorator: or(&settings.scenario_decorator, default.scenario_decorator),
    }
}

/// What the command line says, over the settings.
fn flags(project: &Project, args: &args::Docstrings) -> Result<Options> {
    let settings = match &project.settings.source {
        Some(Source::Docstrings(settings)) => settings.as_ref().clone(),
        Some(Source::Openapi(_)) | None => project::Docstrings::default(),
    };
    let mut options = options(project, &settings);
    if !args.source.is_empty() {
        options.roots.clear();
        for folder in &args.source {
            options
                .roots
                .push(project.shown(&clean(&absolute(folder)?)));
        }
    }
    let set = |value: &Option<String>, place: &mut String| {
        if let Some(value) = value {
            place.clone_from(value);
        }
    };
    set(&args.urls, &mut options.urls);
    set(&args.prefix, &mut options.prefix);
    set(&args.section_attribute, &mut options.section_attribute);
    if !args.base_class.is_empty() {
        options.base_classes.clone_from(&args.base_class);
    }
    if args.default_section.is_some() {
        options.default_section.clone_from(&args.default_section);
    }
    options.plain_text |= args.plain_text;
    Ok(options)
}

/// A path without the parts that say nothing: `a/./b`.
fn clean(path: &Path) -> PathBuf {
    path.components().collect()
}

/// The next step where a source cannot be read.
fn advise(error: docstrings::Error, project: &Project, options: &Options) -> anyhow::Error {
    let help = match &error {
        docstrings::Error::Read { .. } => "make it readable and run the command again".to_owned(),
        docstrings::Error::NoUrls { .. } => {
            let found = modules_of_urls(project, options);
            let found = match found.as_slice() {
                [] => String::new(),
                found => format!("; there are {}", found.join(", ")),
            };
            format!(
                "name the folder of the packages (--source, or `paths` in [source]) and the module (--urls, or `urls`){found}"
            )
        }
    };
    let message = match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    Advice { message, help }.into()
}

/// Modules that are called `urls`, the outermost first, a few of them.
fn modules_of_urls(project: &Project, options: &Options) -> Vec<String> {
    let mut found = Vec::new();
    for root in &options.roots {
        let root = project.root.join(root);
        let entries = WalkDir::new(&root).sort_by_file_name().into_iter();
        for entry in entries.take(MAX_WALKED).flatten() {
            let below = entry.path().strip_prefix(&root).ok();
            let Some(below) = below.filter(|_| entry.file_name() == "urls.py") else {
                continue;
            };
            let module = below.with_extension("");
            let parts: Vec<_> = module.iter().map(|part| part.to_string_lossy()).collect();
            found.push((parts.len(), parts.join(".")));
        }
    }
    found.sort();
    found
        .into_iter()
        .map(|(_, module)| module)
        .take(5)
        .collect()
}
