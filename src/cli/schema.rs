//! `apidocs schema`.

use std::io::Write;

use anyhow::Result;
use apidocs::validate::{schema_names, schema_text};

use super::args::Schema;
use super::exit::{Advice, Exit};

pub fn run(args: &Schema) -> Result<Exit> {
    let mut out = std::io::stdout().lock();
    let Some(name) = &args.name else {
        for name in schema_names() {
            writeln!(out, "{name}")?;
        }
        return Ok(Exit::Clean);
    };
    let Some(text) = schema_text(name) else {
        let names: Vec<_> = schema_names().collect();
        return Err(Advice {
            message: format!("there is no schema {name:?}"),
            help: format!("the schemas are {}", names.join(", ")),
        }
        .into());
    };
    out.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}
