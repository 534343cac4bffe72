//! Findings, told to people and to machines.
