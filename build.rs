//! Tells cargo which folders are embedded, so that a change in them is a change of the program.

fn main() {
    for folder in [
        "api-docs",
        "src/cli/starter",
        "src/finding/pages",
        "templates",
        "schemas",
        "apidocs.toml",
    ] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
