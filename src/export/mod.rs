//! Documents in the formats of others: one file or folder a format.

pub mod openapi;
