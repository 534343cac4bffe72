//! What comes from elsewhere and goes there: imports and exports, through the binary.

mod cases;
mod corpus;
mod exports;
mod hostile;
mod kept;
#[cfg(feature = "demo")]
mod standing;
mod support;
#[cfg(feature = "demo")]
mod whole;
