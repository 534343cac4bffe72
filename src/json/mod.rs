//! JSON as people write it: read strictly, written canonically, with the place of every value.

mod escapes;
mod flawed;
mod index;
pub mod pointer;
mod reader;
mod spans;
mod strict;
mod words;
mod writer;

pub(crate) use flawed::read_flawed;
pub use index::Spans;
pub(crate) use reader::RESERVED_KEY;
pub use reader::{Fault, FaultKind, MAX_DEPTH, MAX_SIZE, STACK_SIZE, parse, parse_bytes, text};
pub use spans::{Place, locate, raw_offset};
pub(crate) use writer::is_written_so;
pub use writer::{KeyOrder, write, written_size};
