//! How well noise is told from drift, and what it costs: the tables that the README quotes.
//!
//! `cargo bench --bench drift` prints all of them, `cargo bench --bench drift -- pairs` one. The tables about real
//! pages and captures need the corpus (see `tests/support`), and say that they are skipped where it is not there.

mod captures;
mod corpus;
mod cost;
mod mutate;
mod mutations;
mod pairs;

/// The allocator of the program: what comparing costs is what its users wait for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A table: its name, and what prints it and says whether it is as good as asked for.
type Table = (&'static str, fn() -> bool);

fn main() {
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let tables: [Table; 4] = [
        ("pairs", pairs::print),
        ("captures", captures::print),
        ("mutations", mutations::print),
        ("cost", cost::print),
    ];
    let mut met = true;
    for (name, print) in tables {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            met &= print();
            println!();
        }
    }
    if !met {
        std::process::exit(1);
    }
}
