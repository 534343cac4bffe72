//! JSON as people write it: read strictly, written canonically, with the place of every value.

mod index;
pub mod pointer;
mod reader;
mod spans;
mod words;
mod writer;

pub use index::Spans;
pub use reader::{Fault, FaultKind, MAX_DEPTH, MAX_SIZE, STACK_SIZE, parse, parse_bytes};
pub use spans::{Place, locate, raw_offset};
pub use writer::{KeyOrder, write, written_size};
