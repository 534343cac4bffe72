//! The `apidocs` command.

fn main() {}
