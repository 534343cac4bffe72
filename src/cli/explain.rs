//! `apidocs explain`.

use std::fmt::Write;

use anyhow::Result;
use apidocs::finding::Code;
use apidocs::finding::spelling::nearest;

use super::args::Explain;
use super::context::print;
use super::exit::{Advice, Exit};

pub fn run(args: &Explain) -> Result<Exit> {
    let text = match &args.code {
        Some(id) => page(id)?,
        None => list(),
    };
    print(anstream::stdout(), &text)?;
    Ok(Exit::Clean)
}

fn page(id: &str) -> Result<String> {
    let Some(code) = Code::find(id) else {
        let meant = nearest(id, Code::all().map(|code| code.id));
        return Err(Advice {
            message: format!("there is no code {id:?}"),
            help: match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`apidocs explain` lists all codes".to_owned(),
            },
        }
        .into());
    };
    if code.is_always_error() {
        return Ok(format!(
            "{}\n{}\n\nSeverity: error. No setting changes it: what a file that cannot be read says is not known.\n",
            code.id,
            code.help_page().trim_end(),
        ));
    }
    let (name, table, others) = match code.default_impact() {
        Some(_) => (
            "Impact",
            "impact",
            "\"breaking\"  # or \"content\", \"additive\", \"docs\"",
        ),
        None => (
            "Severity",
            "severity",
            "\"error\"  # or \"warning\", \"info\", \"off\"",
        ),
    };
    Ok(format!(
        "{}\n{}\n\n{name}: {}. Change it in apidocs.toml:\n\n    [{table}]\n    {} = {others}\n",
        code.id,
        code.help_page().trim_end(),
        code.default_word(),
        code.id,
    ))
}

fn list() -> String {
    let width = Code::all().map(|code| code.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::all() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<width$}  {:<8}  {}",
            code.id,
            code.default_word(),
            code.summary()
        );
    }
    text
}
