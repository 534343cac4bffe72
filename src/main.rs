//! The `apidocs` command: parse, run, exit code.

mod cli;

use std::process::ExitCode;

/// JSON is many small values: several threads that make and drop them spend a quarter less time with this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
