//! Reports: valid in their formats, whatever stands in them.

mod formats;
mod hostile;
mod support;
