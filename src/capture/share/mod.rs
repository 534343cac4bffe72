//! What was captured, as a folder of files: a share of it made on one machine, or all shares put together.
//!
//! ```text
//! capture.json              of what, which shard, which scenarios
//! fixtures.json             what became of the fixtures
//! scenarios/<Ident>.json    what became of a scenario: findings, exchanges, examples
//! ```
//!
//! `schemas/capture.schema.json` and `schemas/run.schema.json` describe the files. They hold what examples may show and
//! no more: secrets are replaced before. The same scenarios give the same bytes, in one run or put together of shards.

mod merge;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::{Error, ErrorKind};
use super::plan::{Plan, entries};
use super::shard::groups_of;
use super::{Captured, CapturedExample, Options, ScenarioRun, Shard};
use crate::document::{Collection, Tree, check_file_name};
use crate::finding::SourceFile;
use crate::json::{self, KeyOrder};
use crate::project::Settings;

pub use merge::merge;
use run::RunFile;

/// The version of the format, as the schema of `capture.json` names it.
const FORMAT: &str = "urn:apidocs:schema:capture:1";

/// What the names of all versions begin with.
const FORMATS: &str = "urn:apidocs:schema:capture:";

/// The file that makes a folder one of a capture.
pub const CAPTURE_FILE: &str = "capture.json";

/// What became of the fixtures.
pub const FIXTURES_FILE: &str = "fixtures.json";

/// The folder of the scenarios.
const SCENARIOS: &str = "scenarios/";

/// What was captured, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    about: About,
    fixtures: Option<RunFile>,
    scenarios: BTreeMap<String, RunFile>,
}

/// `capture.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    #[serde(rename = "$schema")]
    schema: String,
    /// Of which scenarios and settings.
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    only: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skip: Vec<String>,
    /// The environment whose server was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// The scenarios of all shards.
    scenarios: Vec<String>,
    /// Why the run could not go on to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<Error>,
}

/// Says of which scenarios and settings something was captured: shares of different ones do not fit together.
pub fn digest(collection: &Collection, settings: Option<&SourceFile>) -> String {
    let fixtures = collection.fixtures.as_ref();
    let scenarios = collection.scenarios.values();
    let sources = settings
        .into_iter()
        .chain(fixtures.map(|loaded| loaded.source.as_ref()))
        .chain(scenarios.map(|loaded| loaded.source.as_ref()));
    let mut hash = Sha256::new();
    for source in sources {
        for text in [source.path.as_str(), &source.text] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha-256={hex}")
}

impl Share {
    /// What was captured with these options; `digest` says of what.
    pub fn new(captured: &Captured, options: &Options<'_>, digest: String) -> Self {
        let collection = options.collection;
        let file = |run: &ScenarioRun, source: Option<&Arc<SourceFile>>| {
            let of_run = |example: &CapturedExample| {
                source.is_some_and(|source| source.path == example.source.path)
            };
            let examples = captured.examples.iter();
            RunFile::new(run, examples.filter(|(_, example)| of_run(example)))
        };
        let fixtures = captured.fixtures.as_ref().map(|run| {
            let loaded = collection.fixtures.as_ref();
            file(run, loaded.map(|loaded| &loaded.source))
        });
        let scenarios = captured.scenarios.iter().map(|run| {
            let loaded = collection.scenarios.get(&run.ident);
            let file = file(run, loaded.map(|loaded| &loaded.source));
            (run.ident.clone(), file)
        });
        Self {
            fixtures,
            scenarios: scenarios.collect(),
            about: About {
                schema: FORMAT.to_owned(),
                digest,
                shard: options.shard.map(|shard| shard.to_string()),
                only: options.only.to_vec(),
                skip: options.skip.to_vec(),
                environment: environment(options.settings).map(str::to_owned),
                scenarios: Plan::new(options)
                    .all
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                stopped: captured.stopped.clone(),
            },
        }
    }

    /// Names of scenarios and documents to which the capture was limited.
    pub fn only(&self) -> &[String] {
        &self.about.only
    }

    /// Names of scenarios and documents that were left out.
    pub fn skip(&self) -> &[String] {
        &self.about.skip
    }

    /// How many scenarios it holds.
    pub fn scenarios(&self) -> usize {
        self.scenarios.len()
    }

    /// What was captured, for the documents of which it was.
    ///
    /// # Errors
    /// One shard of several, a capture in another environment than that of the settings, and one of other scenarios or
    /// settings than those of that digest.
    pub fn captured(
        &self,
        collection: &Collection,
        settings: &Settings,
        digest: &str,
    ) -> Result<Captured, Error> {
        if let Some(shard) = &self.about.shard {
            return Err(misfit(format!("this is shard {shard} alone"))
                .with_help("put all shards together first: `apidocs merge DIR… -o DIR`"));
        }
        let (there, here) = (self.about.environment.as_deref(), environment(settings));
        if there != here {
            // What another server answers is held to other rules, and not everybody may write it.
            return Err(match there {
                Some(name) => misfit(format!("this was captured in [env.{name}]"))
                    .with_help(format!("say so with --env {name}")),
                None => misfit("this was captured in no environment of [env]")
                    .with_help("leave --env out"),
            });
        }
        if self.about.digest != digest {
            return Err(misfit(
                "the scenarios or settings are not those of which this was captured",
            )
            .with_help("check out the revision that was captured, or capture anew"));
        }
        let mut captured = Captured {
            stopped: self.about.stopped.clone(),
            ..Captured::default()
        };
        if let (Some(file), Some(loaded)) = (&self.fixtures, &collection.fixtures) {
            let made = file.read("fixtures", &loaded.source, collection)?;
            captured.fixtures = Some(made.run);
            captured.examples.extend(made.examples);
        }
        for (ident, file) in &self.scenarios {
            let Some(loaded) = collection.scenarios.get(ident) else {
                return Err(misfit(format!(
                    "there is no scenario named {ident:?} any more"
                )));
            };
            let made = file.read(ident, &loaded.source, collection)?;
            captured.scenarios.push(made.run);
            captured.examples.extend(made.examples);
        }
        captured.states = self.states(collection);
        Ok(captured)
    }

    /// Which scenarios may have been on one shard alone: from 1 on, since 0 is that of the fixtures, which all have.
    fn states(&self, collection: &Collection) -> BTreeMap<String, usize> {
        let scenarios = self.scenarios.keys().filter_map(|ident| {
            let loaded = collection.scenarios.get(ident)?;
            Some((ident.as_str(), &**loaded, loaded.item.as_deref()?))
        });
        let scenarios: Vec<_> = scenarios.collect();
        let groups = groups_of(&entries(&scenarios)).into_iter();
        let idents = scenarios.iter().map(|(ident, ..)| (*ident).to_owned());
        idents.zip(groups.map(|group| group + 1)).collect()
    }

    /// The files.
    pub fn to_tree(&self) -> Tree {
        fn insert(tree: &mut Tree, path: String, file: &impl Serialize) {
            // These are maps with texts as keys: they can be written.
            let value = serde_json::to_value(file).unwrap_or_default();
            tree.insert(path, json::write(&value, KeyOrder::Kept));
        }
        let mut tree = Tree::default();
        insert(&mut tree, CAPTURE_FILE.to_owned(), &self.about);
        if let Some(fixtures) = &self.fixtures {
            insert(&mut tree, FIXTURES_FILE.to_owned(), fixtures);
        }
        for (ident, scenario) in &self.scenarios {
            insert(&mut tree, format!("{SCENARIOS}{ident}.json"), scenario);
        }
        tree
    }

    /// Reads the files of a folder; other files in it are passed over.
    ///
    /// # Errors
    /// A folder that holds no capture, or a file in it that is none of ours.
    pub fn from_tree(tree: &Tree) -> Result<Self, Error> {
        let about = tree.files.get(CAPTURE_FILE).ok_or_else(|| {
            misfit(format!("there is no {CAPTURE_FILE}"))
                .with_help("`apidocs capture -o DIR` makes such a folder")
        })?;
        let value = parse(CAPTURE_FILE, about)?;
        let format = value.get("$schema").and_then(serde_json::Value::as_str);
        if format != Some(FORMAT) {
            return Err(
                misfit(format!("{CAPTURE_FILE} is not of the format {FORMAT}"))
                    .with_help("capture and judge with the same version of apidocs"),
            );
        }
        let about: About = read(CAPTURE_FILE, about)?;
        let mut scenarios = BTreeMap::new();
        for (path, bytes) in &tree.files {
            if let Some(ident) = scenario_of(path) {
                scenarios.insert(ident.to_owned(), read(path, bytes)?);
            }
        }
        let share = Self {
            fixtures: match tree.files.get(FIXTURES_FILE) {
                Some(bytes) => Some(read(FIXTURES_FILE, bytes)?),
                None => None,
            },
            about,
            scenarios,
        };
        share.complete()?;
        Ok(share)
    }

    /// Which files of a folder an earlier capture wrote; other files in it are passed over. What the tree must tell are the
    /// names of the files, and the contents of [`CAPTURE_FILE`] and [`FIXTURES_FILE`].
    ///
    /// # Errors
    /// A folder that holds files and no capture, or a file in the place of one of a capture that none wrote.
    pub fn files_before(tree: &Tree) -> Result<BTreeSet<&str>, Error> {
        #[derive(Deserialize)]
        struct Earlier {
            #[serde(rename = "$schema")]
            schema: String,
            scenarios: BTreeSet<String>,
        }
        let other = "name another folder with -o";
        let strange = |path: &str| {
            misfit(format!("{path} is in the way: no capture wrote it"))
                .with_help(format!("move it away, or {other}"))
        };
        let mut written = BTreeSet::new();
        if tree.files.is_empty() {
            return Ok(written);
        }
        let about = tree
            .files
            .get(CAPTURE_FILE)
            .ok_or_else(|| misfit("it holds files, and no capture").with_help(other))?;
        let earlier = read::<Earlier>(CAPTURE_FILE, about).ok();
        let earlier = earlier
            .filter(|earlier| earlier.schema.starts_with(FORMATS))
            .ok_or_else(|| strange(CAPTURE_FILE))?;
        for (path, bytes) in &tree.files {
            let is_ours = match (path.as_str(), scenario_of(path)) {
                (CAPTURE_FILE, _) => true,
                (FIXTURES_FILE, _) => {
                    parse(path, bytes).is_ok_and(|file| file.get("outcome").is_some())
                }
                (_, Some(ident)) => earlier.scenarios.contains(ident),
                _ => continue,
            };
            if !is_ours {
                return Err(strange(path));
            }
            written.insert(path.as_str());
        }
        Ok(written)
    }

    /// That every scenario is there which must be, and no other.
    fn complete(&self) -> Result<(), Error> {
        // A run that ended before it began made none.
        if self.about.stopped.is_some() && self.scenarios.is_empty() {
            return Ok(());
        }
        let known = &self.about.scenarios;
        if let Some(stray) = self.scenarios.keys().find(|ident| !known.contains(ident)) {
            let message = format!("{CAPTURE_FILE} does not name the scenario {stray}");
            return Err(misfit(message).with_help(format!(
                "move {SCENARIOS}{stray}.json away, or capture anew into another folder"
            )));
        }
        let missing = known
            .iter()
            .find(|ident| !self.scenarios.contains_key(*ident));
        match missing.filter(|_| self.about.shard.is_none()) {
            Some(ident) => Err(misfit(format!("the scenario {ident} is missing"))),
            None => Ok(()),
        }
    }
}

/// The scenario whose file that is.
fn scenario_of(path: &str) -> Option<&str> {
    let file = path.strip_prefix(SCENARIOS)?;
    let ident = file.strip_suffix(".json")?;
    check_file_name(ident).is_ok().then_some(ident)
}

fn environment(settings: &Settings) -> Option<&str> {
    let chosen = settings.environment.as_ref();
    chosen.map(|chosen| chosen.name.as_str())
}

/// Without another help: such folders are made by us, so that a new one is right.
fn misfit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Share, message).with_help("capture anew")
}

fn parse(path: &str, bytes: &[u8]) -> Result<serde_json::Value, Error> {
    json::parse_bytes(bytes).map_err(|fault| unreadable(path, &fault.message))
}

fn unreadable(path: &str, reason: &str) -> Error {
    misfit(format!("{path} is no file of a capture: {reason}"))
}

fn read<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_value(parse(path, bytes)?)
        .map_err(|error| unreadable(path, &error.to_string()))
}
