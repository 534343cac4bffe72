//! Schemas and rules.
