//! Exit codes, and how errors are told.

use std::process::ExitCode;

use anstyle::{AnsiColor, Effects, Style};
use apidocs::finding::LocatedError;
use apidocs::render::RenderError;
use apidocs::render::output::OutputError;
use apidocs::report::{located_error, visible};
use apidocs::validate::error_without_secrets;
use apidocs::{capture, project};

use super::context::Context;
use super::terminal::tell;

/// How a run ended, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0.
    Clean,
    /// 1: findings of severity error, or of the impact that `--fail-on` names.
    Findings,
    /// 2: the settings cannot be used.
    Settings,
    /// 3: no usable response.
    NoResponse,
}

/// Somebody asked us to stop, and nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// An error with its next step.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Advice {
    pub message: String,
    pub help: String,
}

const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const HELP: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);

/// Could not run.
const USAGE: u8 = 2;
const NO_RESPONSE: u8 = 3;
/// As a shell tells a process that an interrupt ended.
const INTERRUPTED: u8 = 130;

/// The exit code of a verb; tells its error.
pub fn code(context: &Context, done: anyhow::Result<Exit>) -> ExitCode {
    match done {
        Ok(Exit::Clean) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Ok(Exit::Settings) => ExitCode::from(USAGE),
        Ok(Exit::NoResponse) => ExitCode::from(NO_RESPONSE),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            explain(context, &error);
            if error.is::<Interrupted>() {
                return ExitCode::from(INTERRUPTED);
            }
            ExitCode::from(match error.downcast_ref::<capture::Error>() {
                Some(error) if error.is_interrupted() => INTERRUPTED,
                Some(error) if error.is_no_response() => NO_RESPONSE,
                _ => USAGE,
            })
        }
    }
}

/// Who reads our output has had enough: that is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The place of an error that has one.
fn located(error: &anyhow::Error) -> Option<&LocatedError> {
    if let Some(error) = error.downcast_ref::<RenderError>() {
        return error.located();
    }
    if let Some(error) = error.downcast_ref::<LocatedError>() {
        return Some(error);
    }
    match (error.downcast_ref(), error.downcast_ref()) {
        (Some(project::Error::Settings(faulty)), _) => Some(&faulty.first),
        (_, Some(OutputError::Manifest(error))) => Some(error),
        _ => None,
    }
}

fn explain(context: &Context, error: &anyhow::Error) {
    if let Some(error) = located(error) {
        let error = error_without_secrets(error, &context.secrets());
        tell!("{}", located_error(&error));
        return;
    }
    let text = format!("{error:#}");
    tell!("{ERROR}error{ERROR:#}: {}", visible(&text));
    let mut help = None;
    if let Some(error) = error.downcast_ref::<capture::Error>() {
        for note in error.notes() {
            tell!("  | {}", visible(note));
        }
        help = error.help().map(str::to_owned);
    } else if let Some(error) = error.downcast_ref::<project::Error>() {
        help = error.help();
    } else if let Some(advice) = error.downcast_ref::<Advice>() {
        help = Some(advice.help.clone());
    }
    if let Some(help) = help {
        tell!("{HELP}help{HELP:#}: {}", visible(&help));
    }
}
