//! The `apidocs` command: parse, run, exit code.

mod cli;

use std::process::ExitCode;

/// Documents are many small values, which the allocator of the system is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
