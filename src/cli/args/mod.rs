//! The command line as clap reads it; the comments are the help.

mod exchange;
mod values;

use std::path::PathBuf;

use apidocs::capture::{Order, Shard};
use clap::{Args as ClapArgs, Parser, Subcommand};
use jiff::civil::Date;

pub use exchange::{Docstrings, Export, ExportTo, Import, ImportFrom, Into};
pub use values::{Color, FailOn, OutputFormat, ReportTarget};

/// Keeps API reference pages true: captures live responses, validates, diffs and renders them.
///
/// Exit codes: 0 clean; 1 findings of severity error (or of the impact that --fail-on names); 2 could not
/// run (usage, settings, files); 3 no usable response (the server did not start, a connection failed or broke
/// off); 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "apidocs", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Global {
    /// The settings [default: apidocs.toml here or in a folder above]
    #[arg(long, global = true, value_name = "FILE", env = "APIDOCS_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder with endpoints/, scenarios/ and sections.json [default: api-docs]
    #[arg(long, global = true, value_name = "DIR", env = "APIDOCS_DOCS")]
    pub docs: Option<PathBuf>,
    /// A report, to standard output or to a file; repeatable. Formats: human, json, sarif, github, junit, markdown
    #[arg(long = "report", global = true, value_name = "FORMAT[=FILE]")]
    pub reports: Vec<ReportTarget>,
    /// How many findings, documents and changes of a document people are shown [default: 100; in a file all]
    #[arg(long, global = true, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Whether to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        env = "APIDOCS_COLOR"
    )]
    pub color: Color,
    /// Say nothing but findings and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: each request
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a project to start from into a folder
    Init(Init),
    /// Run the scenarios and write their examples into the documents
    Capture(Capture),
    /// Capture, validate, write and render
    Generate(Generate),
    /// Tell what generate would change; writes nothing
    Check(Check),
    /// Tell what changed between two versions of the documents
    Diff(Diff),
    /// Call changes meant that made `diff --fail-on` fail
    Approve(Approve),
    /// Check documents, scenarios and settings against their schemas and rules
    Validate(Validate),
    /// Write the files of the documents in their canonical form
    Fmt(Fmt),
    /// Render the documents to pages
    Render(Render),
    /// Write contracts: the JSON Schemas of response bodies, from the examples or an OpenAPI document
    Infer(Infer),
    /// Make documents of something else
    Import(Import),
    /// Explain what a finding tells and how to mend it, or list all codes
    Explain(Explain),
    /// Write the documents in a format of others
    Export(Export),
    /// Learn which values vary, from two and more captures of an unchanged API
    Learn(Learn),
    /// Put the shards of a capture together
    Merge(Merge),
    /// Print a JSON Schema, or the names of all
    Schema(Schema),
    /// Print the completion script of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
    /// Serve the demo API on 127.0.0.1
    #[cfg(feature = "demo")]
    Demo(Demo),
}

#[derive(Debug, ClapArgs)]
pub struct Init {
    /// The folder [default: the current one]
    pub folder: Option<PathBuf>,
    /// Write the demo project, which works as it is
    #[cfg(feature = "demo")]
    #[arg(long)]
    pub demo: bool,
}

/// Which scenarios are run, and how.
#[derive(Debug, Clone, ClapArgs)]
pub struct Selection {
    /// Only this scenario or document (<section>/<name>), and what it runs after; repeatable
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Not this scenario or document, nor what runs after it; repeatable
    #[arg(long, value_name = "NAME")]
    pub skip: Vec<String>,
    /// Begin no other scenario once one has failed
    #[arg(long)]
    pub fail_fast: bool,
    /// How many isolated scenarios run side by side
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256), env = "APIDOCS_JOBS")]
    pub jobs: u16,
    /// Whether the exchanges of all requests are wanted: what the verb writes says so.
    #[arg(skip)]
    pub exchanges: bool,
    /// In which order isolated scenarios run: a verb that captures again says so.
    #[arg(skip)]
    pub order: Order,
    /// Keep the logs of the servers in this folder; where a verb captures again, in DIR/capture-2 and so on
    #[arg(long, value_name = "DIR")]
    pub logs: Option<PathBuf>,
    /// Make no request: take what was captured into this folder, by capture -o or merge
    #[arg(long, value_name = "DIR", conflicts_with_all = ["only", "skip", "fail_fast", "logs"])]
    pub from: Option<PathBuf>,
    /// The part of the scenarios that a shard makes.
    #[arg(skip)]
    pub shard: Option<Shard>,
    /// The environment: NAME of [env.NAME] in the settings
    #[arg(long = "env", value_name = "NAME", env = "APIDOCS_ENV")]
    pub environment: Option<String>,
    /// The certificates of the authorities that are trusted, a PEM file
    #[arg(long, value_name = "FILE", env = "APIDOCS_CACERT")]
    pub cacert: Option<PathBuf>,
}

/// What an examples' data may be.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Risk {
    /// Write examples also of an environment whose server we did not start: its data, perhaps of real people, become
    /// documentation
    #[arg(long)]
    pub write_real_data: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Capture {
    #[command(flatten)]
    pub selection: Selection,
    /// Write what succeeded although something failed
    #[arg(long, conflicts_with = "fail_fast")]
    pub keep_going: bool,
    /// Write what was captured into this folder instead of the documents, for check --from
    #[arg(short, long, value_name = "DIR", conflicts_with_all = ["keep_going", "from"])]
    pub output: Option<PathBuf>,
    /// Capture more than once, on a freshly started server each time, and write what differed to volatile.json
    #[arg(long, conflicts_with_all = ["output", "from", "keep_going"])]
    pub learn: bool,
    /// How often --learn captures
    #[arg(long, value_name = "N", default_value_t = 2, requires = "learn", value_parser = clap::value_parser!(u8).range(2..=20))]
    pub runs: u8,
    /// Run this part of the scenarios, such as 1/4; merge puts the parts together
    #[arg(long, value_name = "K/N", requires = "output")]
    pub shard: Option<Shard>,
    #[command(flatten)]
    pub risk: Risk,
}

/// How pages are made.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Pages {
    /// The folder of the pages [default: site]
    #[arg(short, long, value_name = "DIR", env = "APIDOCS_OUTPUT")]
    pub output: Option<PathBuf>,
    /// The template set: sentry, markdown or one of the project [default: sentry]
    #[arg(long, value_name = "NAME", env = "APIDOCS_TEMPLATE_SET")]
    pub template_set: Option<String>,
    /// A folder with templates of the project
    #[arg(long, value_name = "DIR", env = "APIDOCS_TEMPLATES")]
    pub templates: Option<PathBuf>,
    /// A comment line of each page (set sentry); repeatable
    #[arg(long, value_name = "LINE")]
    pub page_comment: Vec<String>,
    /// A comment line of each index (set sentry); repeatable
    #[arg(long, value_name = "LINE")]
    pub index_comment: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Generate {
    #[command(flatten)]
    pub selection: Selection,
    /// Write what succeeded although something failed
    #[arg(long, conflicts_with = "fail_fast")]
    pub keep_going: bool,
    #[command(flatten)]
    pub risk: Risk,
    #[command(flatten)]
    pub pages: Pages,
    /// Also write the output tree of Sentry's generator.py into this folder
    #[arg(long, value_name = "DIR")]
    pub output_path: Option<PathBuf>,
    /// Which parts of that tree
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "both",
        requires = "output_path"
    )]
    pub output_format: OutputFormat,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    /// Write what generate would change as a patch for git apply; an empty file where that is nothing
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub pages: Pages,
}

#[derive(Debug, ClapArgs)]
pub struct Diff {
    /// The older version: a folder of documents, a folder of the original's pages, or a git revision
    #[arg(default_value = DEFAULT_BASE)]
    pub old: String,
    /// The newer version [default: the documents of the working tree]
    pub new: Option<String>,
    /// Exit with 1 where a change has this impact or a worse one
    #[arg(long, value_name = "IMPACT")]
    pub fail_on: Option<FailOn>,
    /// The rules for volatile values [default: volatile.json of the documents]
    #[arg(long, value_name = "FILE")]
    pub volatile: Option<PathBuf>,
    /// The day by which approvals expire [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// What `diff` and `approve` compare with unless told otherwise.
pub const DEFAULT_BASE: &str = "HEAD";

#[derive(Debug, ClapArgs)]
pub struct Approve {
    /// What `diff` tells behind a change
    #[arg(required = true)]
    pub fingerprints: Vec<String>,
    /// Why the change is meant
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The last day on which the approval holds [default: it holds forever]
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// The older version that the change is against, as `diff` takes it
    #[arg(long, value_name = "BASE", default_value = DEFAULT_BASE)]
    pub base: String,
}

#[derive(Debug, ClapArgs)]
pub struct Learn {
    /// Two and more versions, in the order of their captures: folders of documents or of pages, or git revisions
    #[arg(value_name = "DIR", num_args = 2.., required = true)]
    pub versions: Vec<String>,
    /// The file of rules to write; what stands in it by hand is kept
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct Validate {
    /// Mend what has just one right fix, and tell the rest
    #[arg(long)]
    pub fix: bool,
    /// A JSON Schema of the project that every endpoint document must fit too; its $ref may name files beside it
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// Which code; without it, all of them
    pub code: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Fmt {
    /// Write nothing; exit with 1 if a file would change
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Render {
    #[command(flatten)]
    pub pages: Pages,
    /// Write nothing; exit with 1 if a page would change
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Infer {
    /// Only of these documents (<section>/<name>)
    pub names: Vec<String>,
    /// Take them from this OpenAPI document (3.0, 3.1 or Swagger 2.0; JSON or YAML), not from the examples
    #[arg(long, value_name = "FILE")]
    pub from_openapi: Option<PathBuf>,
    /// Replace contracts that are there already
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Merge {
    /// The folders of the shards
    #[arg(required = true, value_name = "DIR")]
    pub shares: Vec<PathBuf>,
    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct Schema {
    /// Which one; without it, their names
    pub name: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[cfg(feature = "demo")]
#[derive(Debug, ClapArgs)]
pub struct Demo {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8888)]
    pub port: u16,
    /// Make all keys, ids and times follow from this number
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
