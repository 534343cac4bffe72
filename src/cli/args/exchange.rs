//! `import` and `export`: from other forms, and into them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

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
    /// An OpenAPI 3.0 or 3.1 document, or one of Swagger 2.0; JSON or YAML
    Openapi {
        /// The document
        file: PathBuf,
        #[command(flatten)]
        into: Into,
    },
    /// A session that a browser or proxy recorded (HAR 1.2)
    Har {
        /// The recorded session
        file: PathBuf,
        #[command(flatten)]
        into: Into,
    },
    /// Command lines of curl, from standard input
    Curl {
        #[command(flatten)]
        into: Into,
    },
    /// A file of requests: .http of VS Code and JetBrains, or .hurl
    Http {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        into: Into,
    },
    /// The docstrings of Python classes behind Django's URL patterns; nothing is executed
    Docstrings(Docstrings),
}

/// Where an import writes to.
#[derive(Debug, ClapArgs)]
pub struct Into {
    /// The folder of documents to write [default: that of the project]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace prose and contracts that are there already; examples and scenarios stay
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Export {
    #[command(subcommand)]
    pub to: ExportTo,
}

#[derive(Debug, Subcommand)]
pub enum ExportTo {
    /// An OpenAPI 3.1 document, with the captured examples and the contracts
    Openapi {
        /// The file [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// The name of the API
        #[arg(long, value_name = "TEXT", default_value = "API reference")]
        title: String,
        /// The version of the API
        #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
        api_version: String,
    },
}

/// The flags win over [source] of the settings, which also says the names that have no flag here.
#[derive(Debug, ClapArgs)]
pub struct Docstrings {
    /// A folder below which the Python packages are; repeatable [default: that of the settings]
    #[arg(long, value_name = "DIR")]
    pub source: Vec<PathBuf>,
    /// The folder of documents to write; what people and captures put into them stays [default: that of the project]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The module of the URL patterns [default: sentry.api.urls]
    #[arg(long, value_name = "MODULE")]
    pub urls: Option<String>,
    /// What stands before every path [default: /api/0/]
    #[arg(long, value_name = "PATH")]
    pub prefix: Option<String>,
    /// A class that endpoints inherit from, with its module; repeatable [default: sentry.api.base.Endpoint]
    #[arg(long, value_name = "CLASS")]
    pub base_class: Vec<String>,
    /// The attribute that says the section of a class [default: doc_section]
    #[arg(long, value_name = "NAME")]
    pub section_attribute: Option<String>,
    /// The section of classes that say none
    #[arg(long, value_name = "NAME")]
    pub default_section: Option<String>,
    /// Take everything behind the title as the description, fields and all
    #[arg(long)]
    pub plain_text: bool,
}
