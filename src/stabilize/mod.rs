//! What differs between two captures of an unchanged API, and what must never be written down.

pub mod secrets;
