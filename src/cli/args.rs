//! The command line as clap reads it; the comments are the help.

use std::path::PathBuf;
use std::str::FromStr;

use anstream::ColorChoice;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

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
    /// A report, to standard output or to a file; repeatable. Formats: human, json
    #[arg(long = "report", global = true, value_name = "FORMAT[=FILE]")]
    pub reports: Vec<ReportTarget>,
    /// How many findings, and how many changes of a document, people are shown
    #[arg(long, global = true, value_name = "N", default_value_t = 100)]
    pub max_findings: usize,
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
    /// Check documents, scenarios and settings against their schemas and rules
    Validate(Validate),
    /// Write the files of the documents in their canonical form
    Fmt(Fmt),
    /// Render the documents to pages
    Render(Render),
    /// Make documents of something else
    Import(Import),
    /// Explain what a finding tells and how to mend it, or list all codes
    Explain(Explain),
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
    /// Only this scenario or document (<section>/<name>); repeatable
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Not this scenario or document; repeatable
    #[arg(long, value_name = "NAME")]
    pub skip: Vec<String>,
    /// How many isolated scenarios run side by side
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256), env = "APIDOCS_JOBS")]
    pub jobs: u16,
    /// Keep the logs of the servers in this folder
    #[arg(long, value_name = "DIR")]
    pub logs: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Capture {
    #[command(flatten)]
    pub selection: Selection,
    /// Write what succeeded although something failed
    #[arg(long)]
    pub keep_going: bool,
}

/// How pages are made.
#[derive(Debug, Clone, ClapArgs)]
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
    #[arg(long)]
    pub keep_going: bool,
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
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub pages: Pages,
}

#[derive(Debug, ClapArgs)]
pub struct Diff {
    /// The older version: a folder of documents, a folder of the original's pages, or a git revision
    #[arg(default_value = "HEAD")]
    pub old: String,
    /// The newer version [default: the documents of the working tree]
    pub new: Option<String>,
    /// Exit with 1 where a change has this impact or a worse one
    #[arg(long, value_name = "IMPACT")]
    pub fail_on: Option<FailOn>,
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
pub struct Import {
    #[command(subcommand)]
    pub from: ImportFrom,
}

#[derive(Debug, Subcommand)]
pub enum ImportFrom {
    /// The pages of Sentry's generator.py
    Pages {
        /// The tree of pages
        pages: PathBuf,
        /// The folder of documents to write
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
        /// Replace documents that are there already
        #[arg(long)]
        force: bool,
    },
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    Json,
    Markdown,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Breaking,
    Content,
    Additive,
    Docs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Human,
    Json,
}

/// `FORMAT` or `FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTarget {
    pub format: ReportFormat,
    /// Standard output where there is none.
    pub file: Option<PathBuf>,
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = ReportFormat::from_str(format, false)
            .map_err(|_| format!("{format:?} is no report format: human, json"))?;
        Ok(Self { format, file })
    }
}

impl Color {
    /// Sets the choice for everything that is printed; `NO_COLOR` and `CLICOLOR_FORCE` count for `auto`.
    pub fn write_global(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
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
