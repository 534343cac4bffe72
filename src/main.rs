//! The `apidocs` command: parse, run, exit code.

mod cli;

use std::process::ExitCode;

/// JSON is many small values, which several threads make and drop at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
