//! Keeps API reference pages true: captures live responses, validates, diffs and renders them.
//!
//! ```text
//!  import/  docstrings, pages of the original ─┐
//!                                              ▼
//!  apidocs.toml ─► project/ ──────────► documents (api-docs/**.json) ──► validate/ ──► findings
//!                     │                        ▲        │    │
//!                     ▼                        │        │    └────────► render/ ──► Markdown pages
//!  running API ◄─ capture/ ──► examples ───► drift/ ◄───┘ (committed)
//!  (started by us,   ▲                       ▲ │
//!   or given)    scenarios     stabilize/ ───┘ └──► changes     every finding and change ──► report/
//! ```
//!
//! Data moves one way. A room (a folder of `src/`) imports only what lies upstream of it:
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`json`] | JSON read strictly and written canonically, with the place of every value |
//! | [`finding`] | what every verb reports: findings, changes, errors with a place |
//! | [`document`] | endpoint documents, sections, scenarios, as values |
//! | [`page`] | the original's page: its 12 keys, its HTTP texts, Python 2's JSON |
//! | [`project`] | `apidocs.toml`, reading files and revisions, writing sets of files whole |
//! | [`import`] | endpoint documents from elsewhere |
//! | [`export`] | endpoint documents in the formats of others |
//! | [`capture`] | server processes, HTTP, scenarios |
//! | [`stabilize`] | volatile values: kinds, pairing, rules, learning, pseudonyms; secrets |
//! | [`validate`] | schemas and rules |
//! | [`contract`] | JSON Schemas of response bodies, inferred from what was captured |
//! | [`drift`] | two versions of documents |
//! | [`render`] | templates, and what they ask of an output folder |
//! | [`report`] | findings and changes as texts |
//!
//! The binary's own part, `src/cli/`, is the only one that prints and exits.

pub mod capture;
pub mod contract;
pub mod document;
pub mod drift;
pub mod export;
pub mod finding;
pub mod import;
pub mod json;
pub mod page;
pub mod project;
pub mod render;
pub mod report;
pub mod stabilize;
pub mod validate;

#[cfg(feature = "demo")]
pub mod demo;
